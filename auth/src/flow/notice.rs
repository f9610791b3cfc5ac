//! Dismissing what one has been told.

use secrecy::SecretString;
use uuid::Uuid;

use crate::{
    Engine, Error,
    account::{User, UserId},
    session::Notice,
};

/// Dismisses a notice of `user`. Another's, or what is no notice, is left alone.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn dismiss_notice(engine: &Engine, user: UserId, notice_id: &str) -> Result<(), Error> {
    if let Ok(id) = Uuid::try_parse(notice_id) {
        engine
            .parts()
            .store
            .dismiss_notice(id, user, engine.now())
            .await?;
    }
    Ok(())
}

/// Dismisses a notice of the one whose browser holds the refresh token, for the page that works without scripts.
///
/// # Errors
/// [`Error::InvalidToken`], when the session does not stand; [`Error::Unavailable`] when the database does not answer.
pub async fn dismiss_notice_by_cookie(
    engine: &Engine,
    refresh_token: &SecretString,
    notice_id: &str,
) -> Result<(), Error> {
    let session = engine
        .session_behind(refresh_token, engine.now())
        .await?
        .ok_or(Error::InvalidToken)?;
    dismiss_notice(engine, session.user_id, notice_id).await
}

impl Engine {
    /// What the user has not dismissed yet. Most have nothing, and cost no look.
    pub(super) async fn notices_of(&self, user: &User) -> Result<Vec<Notice>, Error> {
        if !user.has_notices {
            return Ok(Vec::new());
        }
        Ok(self.parts().store.open_notices(user.id).await?)
    }
}
