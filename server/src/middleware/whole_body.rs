//! Reads the whole body of a request before anything else is done with it, at most 64 KiB of it, however it is sent.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;

use crate::problem::Problem;

/// The longest body that is read.
pub(crate) const LONGEST: usize = 64 * 1024;

/// How much more of a body that is too long is read and thrown away. A client that is still sending when the connection ends may never see
/// the answer.
const THROWN_AWAY: usize = 1024 * 1024;

/// Hands the request on with its body in memory.
pub(crate) async fn read(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match whole(body).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(problem) => problem.into_response(),
    }
}

async fn whole(mut body: Body) -> Result<Bytes, Problem> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::malformed("The body could not be read"))?;
        // What is no data is a trailer, which nothing here reads.
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length <= LONGEST {
            kept.extend_from_slice(&data);
        } else if length > LONGEST + THROWN_AWAY {
            break;
        }
    }
    if length > LONGEST { Err(Problem::too_large()) } else { Ok(kept.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_kibibytes_are_read_and_one_byte_more_is_413() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let status = |length: usize| runtime.block_on(whole(Body::from(vec![b'a'; length]))).map_or_else(|problem| problem.status().as_u16(), |_| 200);
        assert_eq!([0, LONGEST, LONGEST + 1, LONGEST * 100].map(status), [200, 200, 413, 413]);
    }
}
