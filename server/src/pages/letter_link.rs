//! Links that people open from a letter. Opening one changes nothing: the token moves from the address into a cookie, so that it stands neither in the
//! history nor in a `Referer`, and the page shows a button.

use app::page::Values;
use auth::{LinkFacts, SecretString};
use axum::{
    http::{Uri, header::SET_COOKIE},
    response::Response,
};

use super::go_to;
use crate::{host_cookie::HostCookie, problem::Problem};

/// The longest token that is looked at. Ours have 43 characters.
const LONGEST: usize = 64;

/// What the address says in `token`. What no token of ours can be is kept as a word that none is, so that the page says that the link is void.
fn token_in(uri: &Uri) -> Option<SecretString> {
    let mut pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, token) = pairs.find(|(name, _)| name == "token")?;
    let is_token = !token.is_empty()
        && token.len() <= LONGEST
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let token = if is_token { &*token } else { "void" };
    Some(token.into())
}

/// Puts the token of an opened link away, if the address holds one, and goes on to the page without it.
pub(super) fn put_away(
    uri: &Uri,
    cookie: HostCookie,
    path: &str,
) -> Result<Option<Response>, Problem> {
    let Some(token) = token_in(uri) else {
        return Ok(None);
    };
    cookie.give(&token, go_to(path)?).map(Some)
}

/// What a page tells of an opened link: whose it is.
pub(super) fn told_of(facts: LinkFacts) -> Values {
    Values {
        username: facts.username,
        email: facts.email,
        ..Values::default()
    }
}

/// Takes the token of a link from a browser: it was used, or is good for nothing any more.
pub(super) fn forget(cookie: HostCookie, mut response: Response) -> Result<Response, Problem> {
    let cookie = cookie.clear().ok_or_else(Problem::internal)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use auth::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_no_token_is_void() {
        let token = |uri: &'static str| {
            token_in(&Uri::from_static(uri)).map(|token| token.expose_secret().to_owned())
        };
        assert_eq!(token("/x?token=aZ0-_").as_deref(), Some("aZ0-_"));
        assert_eq!(token("/x"), None);
        assert_eq!(token("/x?a=b"), None);
        for uri in [
            "/x?token=",
            "/x?token=a;b",
            "/x?token=%0D%0Aa",
            "/x?token=a%20b",
        ] {
            assert_eq!(token(uri).as_deref(), Some("void"), "{uri}");
        }
    }
}
