//! Who looks at a page: told from the refresh cookie, to render and for nothing else.

use std::time::Duration;

use secrecy::SecretString;

use crate::{
    Engine, Error,
    clock::Timestamp,
    session::{Presented, Session, Viewer},
};

/// Tells whose page to render. It reads only: a page may be fetched ahead and thrown away, so it rotates nothing, punishes nobody and moves
/// no time. What it can't vouch for is a stranger's.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn view(engine: &Engine, refresh_token: &SecretString) -> Result<Option<Viewer>, Error> {
    let parts = engine.parts();
    let now = engine.now();
    let Some(session) = engine.session_behind(refresh_token, now).await? else {
        return Ok(None);
    };
    let user = parts.store.user(session.user_id).await?;
    let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
        return Ok(None);
    };
    let notices = engine.notices_of(&user).await?;
    let last_sign_in = if is_just_begun(&session, now) {
        engine
            .last_sign_in(user.id, session.id, session.created_at)
            .await?
    } else {
        None
    };
    let session = session.summary(now, engine.idle_lifetime(&session));
    Ok(Some(Viewer {
        profile: user.profile(),
        session,
        notices,
        last_sign_in,
    }))
}

/// How long after a sign-in a page tells of the one before, if the browser has not gone on from there.
const JUST_BEGUN: Duration = Duration::from_mins(2);

/// Whether a session was begun by a form just now, so that this may be the page that comes after it.
fn is_just_begun(session: &Session, now: Timestamp) -> bool {
    session.generation == 0 && now.since(session.created_at) < JUST_BEGUN
}

impl Engine {
    /// The session that a refresh token would continue if it were presented now.
    pub(super) async fn session_behind(
        &self,
        refresh_token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<Session>, Error> {
        let parts = self.parts();
        let Ok(token) = self.verified(&parts.keys.refresh, refresh_token, now).await else {
            return Ok(None);
        };
        let session = parts.store.session(token.session()).await?;
        Ok(session.filter(|session| {
            session.user_id == token.user()
                && matches!(
                    session.judge(token.claims().generation, now),
                    Presented::Current | Presented::Previous
                )
        }))
    }
}
