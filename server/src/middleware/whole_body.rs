//! Reads the whole body of a request before anything else is done with it, at most 64 KiB of it, however it is sent.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;

use crate::problem::Problem;

/// The longest body that is read.
pub(crate) const LONGEST: usize = 64 * 1024;

/// How much of a body that is too long is thrown away after the answer, and for how long. A client that is still sending when the connection
/// ends may never see the answer.
const MOST_THROWN_AWAY: usize = 1024 * 1024;
const THROWN_AWAY_FOR: Duration = Duration::from_secs(5);

/// Hands the request on with its body in memory.
pub(crate) async fn read(request: Request, next: Next) -> Response {
    let (parts, mut body) = request.into_parts();
    match whole(&mut body).await {
        Ok(whole) => {
            next.run(Request::from_parts(parts, Body::from(whole)))
                .await
        }
        Err(problem) => {
            discard(body);
            problem.into_response()
        }
    }
}

async fn whole(body: &mut Body) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > LONGEST as u64 {
        return Err(Problem::too_large());
    }
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::malformed("The body could not be read"))?;
        // What is no data is a trailer, which nothing here reads.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if whole.len() + data.len() > LONGEST {
            return Err(Problem::too_large());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.into())
}

/// Throws away a body that nobody will read, in its own time.
pub(crate) fn discard(body: Body) {
    tokio::spawn(tokio::time::timeout(THROWN_AWAY_FOR, throw_away(body)));
}

async fn throw_away(mut body: Body) {
    let mut thrown_away = 0;
    while let Some(Ok(frame)) = body.frame().await {
        thrown_away += frame.data_ref().map_or(0, Bytes::len);
        if thrown_away > MOST_THROWN_AWAY {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_kibibytes_are_read_and_one_byte_more_is_413() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let status = |length: usize| {
            runtime
                .block_on(whole(&mut Body::from(vec![b'a'; length])))
                .map_or_else(|problem| problem.status().as_u16(), |_| 200)
        };
        assert_eq!(
            [0, LONGEST, LONGEST + 1, LONGEST * 100].map(status),
            [200, 200, 413, 413]
        );
    }
}
