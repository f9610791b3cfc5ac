//! What a user does to their own sessions: proves one anew, ends others, and trusts some no longer.

use uuid::Uuid;

use super::{
    Link, NewLetter, Store, StoreError,
    audit::insert_audit_event,
    begin,
    deletion::keep_account,
    known_device::forget_devices,
    letter::insert_letter,
    link::use_link,
    only, reading,
    session::{end_other_sessions_of, end_sessions_since, standing_session},
    user::hold_user,
    writing,
};
use crate::{
    account::{SecurityVersion, UserId},
    audit::AuditEvent,
    clock::Timestamp,
    session::{EndReason, Proof, SessionId},
};

/// By what it is said that something was not its owner's doing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SaidBy<'a> {
    /// A link, which is used up.
    Link(&'a Link),
    /// A session, which must stand.
    Session(SessionId),
}

/// That something was not its owner's doing.
#[derive(Debug)]
pub(crate) struct Distrust<'a> {
    /// Whose account it is.
    pub(crate) user: UserId,
    /// The session that ends, with those that began since, if it stands; else all do. Where one is named, the one in which it is said goes on.
    pub(crate) since: Option<SessionId>,
    /// What it is said by.
    pub(crate) by: SaidBy<'a>,
    /// What leads to another password. The present one is taken away then.
    pub(crate) letter: Option<&'a NewLetter>,
    /// How it is written down.
    pub(crate) event: &'a AuditEvent<'a>,
    /// How it is written down that the account is kept, where it was to be deleted.
    pub(crate) kept: &'a AuditEvent<'a>,
}

impl Store {
    /// A password was given in a session: it is proven from now on, which is written down as `event`; both or nothing. Answers false if it has
    /// ended.
    pub(crate) async fn renew_proof(
        &self,
        session: SessionId,
        user: UserId,
        event: &AuditEvent<'_>,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let renewed = sqlx::query(
                "UPDATE sessions SET auth_time = $3, amr = $4, last_seen_at = $3
                 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND absolute_expires_at > $3",
            ).bind(session).bind(user).bind(event.at).bind(Proof::Password.as_stored())
             .execute(&mut *transaction).await?.rows_affected();
            if renewed == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            renewed == 1
        }))
    }

    /// Ends all sessions of a user but one, and writes that down as `event` with their number; both or nothing. Answers which they were.
    pub(crate) async fn end_other_sessions(
        &self,
        this: SessionId,
        user: UserId,
        event: AuditEvent<'_>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let ended = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            // The user first, so that two who do the same wait for each other here, and not each for a session of the other's.
            hold_user!(user).execute(&mut *transaction).await?;
            let ended: Vec<SessionId> = end_other_sessions_of!(user, this, event.at, EndReason::EndedByOwner)
                .fetch_all(&mut *transaction).await?;
            if !ended.is_empty() {
                let event = event.with_detail(format!("sessions={}", ended.len()));
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            ended
        });
        if !ended.is_empty() {
            self.tell_of_change().await;
        }
        Ok(ended)
    }

    /// The session that an event of a user's tells of, if it tells of one. Nothing at all, if there is no such event.
    pub(crate) async fn session_of_event(
        &self,
        user: UserId,
        event: Uuid,
    ) -> Result<Option<Option<SessionId>>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT session_id FROM audit_events WHERE id = $1 AND user_id = $2",
        ).bind(event).bind(user).fetch_optional(pool).await)?)
    }

    /// Ends a session of a user and those that began since, or all, and makes all their tokens void, so that who stays must refresh. No browser is
    /// known to the account any longer, and where it was to be deleted it is kept; all of it or nothing. Answers the new security version; nothing,
    /// if the link does not stand, the session in which it is said has ended, or the user may not sign in.
    pub(crate) async fn distrust(
        &self,
        distrust: &Distrust<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let (user, at) = (distrust.user, distrust.event.at);
        let spared = match (distrust.by, distrust.since) {
            (SaidBy::Session(session), Some(_)) => session,
            _ => SessionId::from(Uuid::nil()),
        };
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let rows = sqlx::query_scalar(
                "UPDATE users SET security_version = security_version + 1, security_version_raised_at = $2,
                   password_hash = CASE WHEN $3 THEN NULL ELSE password_hash END
                 WHERE id = $1 AND disabled_at IS NULL RETURNING security_version",
            ).bind(user).bind(at).bind(distrust.letter.is_some()).fetch_all(&mut *transaction).await?;
            let version: Option<SecurityVersion> = only(rows);
            let may_say_so = match distrust.by {
                SaidBy::Link(link) => use_link!(link, at).execute(&mut *transaction).await?.rows_affected() == 1,
                SaidBy::Session(session) => standing_session!(session, user, at).fetch_optional(&mut *transaction).await?.is_some(),
            };
            if version.is_some() && may_say_so {
                let began = standing_session!(distrust.since, user, at).fetch_optional(&mut *transaction).await?;
                let since = began.unwrap_or(Timestamp::from_unix_micros(0));
                end_sessions_since!(user, since, spared, at, EndReason::NotMe).execute(&mut *transaction).await?;
                forget_devices!(user).execute(&mut *transaction).await?;
                if keep_account!(user, at).execute(&mut *transaction).await?.rows_affected() == 1 {
                    insert_audit_event!(distrust.kept).execute(&mut *transaction).await?;
                }
                insert_audit_event!(distrust.event).execute(&mut *transaction).await?;
                if let Some(letter) = distrust.letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                version
            } else {
                transaction.rollback().await?;
                None
            }
        });
        if version.is_some() {
            self.tell_of_change().await;
        }
        Ok(version)
    }
}
