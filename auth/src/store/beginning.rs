//! The beginning of a session, with all that goes along with it.

use super::{
    NewLetter, NewSession, Store, StoreError,
    audit::insert_audit_event,
    begin,
    known_device::{delete_surplus_devices, insert_known_device},
    letter::insert_letter,
    session::insert_session,
    writing,
};
use crate::{
    account::SecurityVersion,
    audit::AuditEvent,
    session::{EndReason, SessionId},
};

/// What becomes of a user's oldest sessions when they have too many.
#[derive(Debug)]
pub(crate) struct Surplus<'a> {
    /// How many a user may have.
    pub(crate) most: u32,
    /// How it is written down if any ends.
    pub(crate) event: AuditEvent<'a>,
}

impl Store {
    /// Begins a session, takes note of its browser, ends the oldest sessions of its user beyond those that they may have, and posts a letter
    /// if there is one to post; all of it or nothing. Answers the sessions that ended. Nothing, if the user's version is no longer the one at
    /// which they proved who they are, or if they may not sign in: a password takes long to compare, and may be another by now.
    pub(crate) async fn begin_session(
        &self,
        new: &NewSession<'_>,
        version: SecurityVersion,
        surplus: Option<&Surplus<'_>>,
        letter: Option<&NewLetter>,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let ended = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            // The user first: of two that sign in at once each counts the session of the other, and neither ends what the other ends.
            let stands = sqlx::query(
                "UPDATE users SET security_version = security_version WHERE id = $1 AND security_version = $2 AND disabled_at IS NULL",
            ).bind(new.user).bind(version).execute(&mut *transaction).await?.rows_affected();
            if stands != 1 {
                transaction.rollback().await?;
                return Ok(None);
            }
            insert_session!(new).execute(&mut *transaction).await?;
            insert_audit_event!(new.event).execute(&mut *transaction).await?;
            if let Some(device) = &new.known_device {
                insert_known_device!(device, new.user, new.now).execute(&mut *transaction).await?;
                delete_surplus_devices!(new.user).execute(&mut *transaction).await?;
            }
            let mut ended: Vec<SessionId> = Vec::new();
            if let Some(surplus) = surplus {
                ended = sqlx::query_scalar(
                    "UPDATE sessions SET revoked_at = $2, end_reason = $3 WHERE id IN
                       (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2
                        ORDER BY id DESC LIMIT 1000 OFFSET $4)
                     RETURNING id",
                ).bind(new.user).bind(new.now).bind(EndReason::TooMany.as_str()).bind(i64::from(surplus.most))
                 .fetch_all(&mut *transaction).await?;
                if !ended.is_empty() {
                    insert_audit_event!(surplus.event).execute(&mut *transaction).await?;
                }
            }
            if let Some(letter) = letter {
                insert_letter!(letter).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            ended
        });
        if !ended.is_empty() {
            self.tell_of_change().await;
        }
        Ok(Some(ended))
    }
}
