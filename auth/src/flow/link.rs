//! Links of letters: what a page may say of one, and whether it stands.

use secrecy::SecretString;

use crate::{
    Engine, Error,
    link::{LinkFacts, Purpose, token_hash},
    store::Link,
};

/// What a page may say of a link before it is used. Nothing, if it is good for nothing any more. Changes nothing: mail scanners follow links.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn look_at_link(
    engine: &Engine,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Option<LinkFacts>, Error> {
    let store = &engine.parts().store;
    let link = match found_link(engine, purpose, token).await {
        Ok(link) => link,
        Err(Error::InvalidLink) => return Ok(None),
        Err(error) => return Err(error),
    };
    let username = match (link.user_id, link.pending_id) {
        (Some(user), _) => store.user(user).await?.map(|user| user.username),
        (None, Some(pending)) => {
            let pending = store.pending_sign_up(pending).await?;
            pending.map(|pending| pending.username)
        }
        (None, None) => None,
    };
    Ok(username.map(|username| LinkFacts {
        purpose,
        email: link.email,
        username,
        expires_at: link.expires_at,
    }))
}

/// The link of a token, if it stands and its user may use it.
pub(super) async fn found_link(
    engine: &Engine,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Link, Error> {
    let store = &engine.parts().store;
    let link = store
        .link(purpose, &token_hash(token))
        .await?
        .filter(|link| engine.now() < link.expires_at)
        .ok_or(Error::InvalidLink)?;
    if let Some(user) = link.user_id {
        let user = store.user(user).await?.ok_or(Error::InvalidLink)?;
        let is_dead =
            purpose.dies_with_the_tokens() && user.security_version != link.security_version;
        if is_dead || user.disabled_at.is_some() {
            return Err(Error::InvalidLink);
        }
    }
    Ok(link)
}
