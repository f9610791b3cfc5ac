//! Sessions. Their one-use step, the rotation, is one conditional statement.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    NewKnownDevice, NewLetter, Store, StoreError,
    audit::insert_audit_event,
    begin,
    letter::insert_letter,
    notice::insert_reuse_notice,
    only, reading,
    user::{Names, hold_user},
    writing,
};
use crate::{
    account::{SecurityVersion, User, UserId},
    audit::AuditEvent,
    clock::{Clock, Timestamp},
    flow::{
        Device,
        administration::{Page, StandingSession},
    },
    session::{EndReason, Proof, Remembered, Session, SessionId},
};

/// What a new session begins with.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The present moment.
    pub now: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub absolute_expires_at: Timestamp,
    /// How the user proved who they are.
    pub proof: Proof,
    /// Whether the browser keeps it when it is closed.
    pub remembered: Remembered,
    /// By what the browser is known again.
    pub(crate) known_device: Option<NewKnownDevice>,
    /// Where it began.
    pub device: &'a Device,
    /// How its beginning is written down.
    pub(crate) event: AuditEvent<'a>,
}

impl NewSession<'_> {
    /// The session as it is once it has begun.
    pub(crate) fn begun(&self) -> Session {
        Session {
            id: self.id,
            user_id: self.user,
            generation: 0,
            confirmed_generation: 0,
            created_at: self.now,
            rotated_at: None,
            expires_at: self.expires_at,
            absolute_expires_at: self.absolute_expires_at,
            auth_time: self.now,
            proof: self.proof,
            remembered: self.remembered,
            revoked_at: None,
        }
    }
}

/// The statement that begins a session, for whichever database and connection. What it is written down by goes into the same transaction.
macro_rules! insert_session {
    ($new:expr) => {
        sqlx::query(
            "INSERT INTO sessions (id, user_id, created_at, last_seen_at, auth_time, expires_at, absolute_expires_at, amr, user_agent, address, remembered)
             VALUES ($1, $2, $3, $3, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind($new.id)
        .bind($new.user)
        .bind($new.now)
        .bind($new.expires_at)
        .bind($new.absolute_expires_at)
        .bind($new.proof.as_stored())
        .bind($new.device.user_agent.as_deref())
        .bind($new.device.address_text())
        .bind($new.remembered)
    };
}
pub(super) use insert_session;

/// The statement that ends all sessions of a user that stand, for whichever database and connection.
macro_rules! end_sessions_of {
    ($user:expr, $at:expr, $reason:expr) => {
        sqlx::query("UPDATE sessions SET revoked_at = $2, end_reason = $3 WHERE user_id = $1 AND revoked_at IS NULL")
            .bind($user)
            .bind($at)
            .bind($reason.as_str())
    };
}
pub(super) use end_sessions_of;

/// The statement that ends those sessions of a user which have begun since a moment, but for one.
macro_rules! end_sessions_since {
    ($user:expr, $since:expr, $spared:expr, $at:expr, $reason:expr) => {
        sqlx::query(
            "UPDATE sessions SET revoked_at = $4, end_reason = $5 WHERE user_id = $1 AND created_at >= $2 AND id <> $3 AND revoked_at IS NULL",
        )
        .bind($user)
        .bind($since)
        .bind($spared)
        .bind($at)
        .bind($reason.as_str())
    };
}
pub(super) use end_sessions_since;

/// The statement that finds when a session of a user began, if it stands. It comes after the one that holds the user, and not in it: what ended the
/// session was waited for there, and only a statement that begins then sees it on PostgreSQL.
macro_rules! standing_session {
    ($session:expr, $user:expr, $now:expr) => {
        sqlx::query_scalar::<_, $crate::clock::Timestamp>(
            "SELECT created_at FROM sessions
             WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND absolute_expires_at > $3",
        )
        .bind($session)
        .bind($user)
        .bind($now)
    };
}
pub(super) use standing_session;

/// Holds a user for what is done in a session of theirs, and answers whether it stands. It comes first in the transaction.
macro_rules! hold_session {
    ($transaction:ident, $session:expr, $user:expr, $now:expr) => {{
        $crate::store::user::hold_user!($user)
            .execute(&mut *$transaction)
            .await?;
        let began = $crate::store::session::standing_session!($session, $user, $now)
            .fetch_optional(&mut *$transaction)
            .await?;
        began.is_some()
    }};
}
pub(super) use hold_session;

/// The statement that ends all sessions of a user but one, and answers which they were.
macro_rules! end_other_sessions_of {
    ($user:expr, $this:expr, $at:expr, $reason:expr) => {
        sqlx::query_scalar(
            "UPDATE sessions SET revoked_at = $3, end_reason = $4
             WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL AND expires_at > $3 RETURNING id",
        )
        .bind($user)
        .bind($this)
        .bind($at)
        .bind($reason.as_str())
    };
}
pub(super) use end_other_sessions_of;

/// The statement that ends one session of a user, if it stands.
macro_rules! end_session_of {
    ($session:expr, $user:expr, $at:expr, $reason:expr) => {
        sqlx::query("UPDATE sessions SET revoked_at = $3, end_reason = $4 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL")
            .bind($session)
            .bind($user)
            .bind($at)
            .bind($reason.as_str())
    };
}

/// A refresh token that asks to be exchanged for the next.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// Its session.
    pub session: SessionId,
    /// Its user.
    pub user: UserId,
    /// Its generation.
    pub generation: i64,
    /// The present moment.
    pub now: Timestamp,
    /// When the session ends unless it is used again, its absolute end apart.
    pub expires_at: Timestamp,
    /// Where it was used.
    pub device: &'a Device,
}

/// Sessions by when the newest of their refresh tokens was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintedWithin {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment, if it matters.
    pub until: Option<Timestamp>,
}

impl MintedWithin {
    /// All of them.
    pub const ALL: Self = Self {
        from: Timestamp::from_unix_micros(0),
        until: None,
    };
}

/// The condition that a session stands, and that its newest token was minted within `$1` and `$2`, by the present moment `$3`.
macro_rules! minted_within {
    ($before:literal) => {
        concat!(
            $before,
            " WHERE revoked_at IS NULL AND expires_at > $3 AND COALESCE(rotated_at, created_at) >= $1
               AND ($2 IS NULL OR COALESCE(rotated_at, created_at) < $2)"
        )
    };
}

/// The statement that ends the first of these sessions behind an id, and answers their ids, for whichever database and connection.
///
/// Not all at once: of a million sessions that takes so long that whoever refreshes waits for it, that SQLite writes nothing else, and that
/// other processes look no longer for what ended when it began.
macro_rules! end_sessions_minted {
    ($within:expr, $reason:expr, $now:expr, $after:expr) => {
        sqlx::query_scalar($crate::store::session::END_SESSIONS_MINTED)
            .bind($within.from)
            .bind($within.until)
            .bind($now)
            .bind($reason.as_str())
            .bind($after)
    };
}
pub(super) use end_sessions_minted;

pub(super) const END_SESSIONS_MINTED: &str = concat!(
    "UPDATE sessions SET revoked_at = $3, end_reason = $4 WHERE id IN (",
    minted_within!("SELECT id FROM sessions"),
    // The number stands in the text, so that the database sees that the index by id is the way, however often it has run this.
    " AND id > $5 ORDER BY id LIMIT 1000) RETURNING id"
);

/// A part of the sessions that stand, by one more condition.
macro_rules! select_standing {
    ($condition:literal) => {
        concat!(
            "SELECT sessions.id, user_id, username, sessions.created_at, last_seen_at, expires_at, user_agent, address
             FROM sessions JOIN users ON users.id = sessions.user_id
             WHERE revoked_at IS NULL AND expires_at > $1 AND sessions.id > $2 AND ",
            $condition,
            " ORDER BY sessions.id LIMIT $3"
        )
    };
}

/// A session that was rotated, and its user.
#[derive(FromRow)]
struct RotatedRow {
    #[sqlx(flatten)]
    session: Session,
    #[sqlx(rename = "user_lines", try_from = "String")]
    user: UserLines,
    user_created_at: Timestamp,
    email_verified_at: Option<Timestamp>,
    deletes_at: Option<Timestamp>,
    has_notices: bool,
}

/// What is told of a user line by line, in one column: one look-up in place of six. No name or address holds a line end, and JSON writes
/// it as something else.
struct UserLines {
    username: String,
    email: String,
    security_version: SecurityVersion,
    roles: Names,
    groups: Names,
    has_password: bool,
}

impl TryFrom<String> for UserLines {
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let [username, email, version, roles, groups, password] = text
            .lines()
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| "a user is told in six lines")?;
        Ok(Self {
            username: username.to_owned(),
            email: email.to_owned(),
            security_version: SecurityVersion::from_claim(version.parse()?),
            roles: Names::try_from(roles.to_owned())?,
            groups: Names::try_from(groups.to_owned())?,
            has_password: password == "password",
        })
    }
}

impl RotatedRow {
    fn split(self) -> (Session, User) {
        let user = User {
            id: self.session.user_id,
            username: self.user.username,
            email: self.user.email,
            email_verified_at: self.email_verified_at,
            password_hash: None,
            has_password: self.user.has_password,
            roles: self.user.roles.0,
            groups: self.user.groups.0,
            security_version: self.user.security_version,
            disabled_at: None,
            created_at: self.user_created_at,
            deletes_at: self.deletes_at,
            has_notices: self.has_notices,
        };
        (self.session, user)
    }
}

impl Store {
    /// The session with this id.
    pub(crate) async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, user_id, generation, confirmed_generation, created_at, rotated_at, expires_at, absolute_expires_at, auth_time, amr, remembered, revoked_at
             FROM sessions WHERE id = $1",
        ).bind(id).fetch_optional(pool).await)?)
    }

    /// Moves a session to its next generation, if the token is of the present one, the session stands and its user may sign in. Of any
    /// number that ask at once, in any number of processes, one is answered.
    ///
    /// Whoever presents a token of a generation has received it: so it is confirmed by the same statement. The user comes along, all but the
    /// password's hash, so that nothing else need be asked to mint the next pair.
    pub(crate) async fn rotate(
        &self,
        rotation: &Rotation<'_>,
    ) -> Result<Option<(Session, User)>, StoreError> {
        let rows: Vec<RotatedRow> = writing!(self, pool => sqlx::query_as(
            "UPDATE sessions
             SET generation = generation + 1, confirmed_generation = $3, rotated_at = $4, last_seen_at = $4,
                 expires_at = CASE WHEN absolute_expires_at < $5 THEN absolute_expires_at ELSE $5 END,
                 user_agent = $6, address = $7
             WHERE id = $1 AND user_id = $2 AND generation = $3 AND revoked_at IS NULL AND expires_at > $4 AND absolute_expires_at > $4
               AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND disabled_at IS NULL)
             RETURNING id, user_id, generation, confirmed_generation, created_at, rotated_at, expires_at, absolute_expires_at, auth_time, amr, remembered, revoked_at,
               (SELECT username || '\n' || email || '\n' || security_version || '\n' || role_names || '\n' || group_names
                   || CASE WHEN password_hash IS NULL THEN '\nno password' ELSE '\npassword' END
                FROM users WHERE users.id = sessions.user_id) AS user_lines,
               (SELECT users.created_at FROM users WHERE users.id = sessions.user_id) AS user_created_at,
               (SELECT users.email_verified_at FROM users WHERE users.id = sessions.user_id) AS email_verified_at,
               (SELECT users.deletes_at FROM users WHERE users.id = sessions.user_id) AS deletes_at,
               EXISTS (SELECT 1 FROM notices WHERE notices.user_id = sessions.user_id AND dismissed_at IS NULL) AS has_notices",
        ).bind(rotation.session).bind(rotation.user).bind(rotation.generation).bind(rotation.now).bind(rotation.expires_at)
         .bind(rotation.device.user_agent.as_deref()).bind(rotation.device.address_text())
         .fetch_all(pool).await)?;
        Ok(only(rows).map(RotatedRow::split))
    }

    /// Writes down that the owner of `session` has received `generation`.
    pub(crate) async fn confirm_generation(
        &self,
        session: SessionId,
        generation: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query(
            "UPDATE sessions SET confirmed_generation = $2, last_seen_at = $3
             WHERE id = $1 AND confirmed_generation < $2 AND generation >= $2",
        ).bind(session).bind(generation).bind(now).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends a session of `user` before its time, if it still stands, and writes that down as `event`: both or nothing.
    pub(crate) async fn end_session(
        &self,
        session: SessionId,
        user: UserId,
        reason: EndReason,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        let ended = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let ended = end_session_of!(session, user, event.at, reason).execute(&mut *transaction).await?.rows_affected();
            if ended == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            ended
        });
        if ended == 1 {
            self.tell_of_change().await;
        }
        Ok(())
    }

    /// Ends a session whose old refresh token came back, writes that down as `event`, and leaves its owner a notice: all of it or nothing.
    /// Answers whether it stood until now; if not, somebody was told already.
    pub(crate) async fn end_stolen_session(
        &self,
        session: SessionId,
        user: UserId,
        event: &AuditEvent<'_>,
        notice: Uuid,
        letter: Option<&NewLetter>,
    ) -> Result<bool, StoreError> {
        let stood = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            // The user first, as whoever voids all tokens or deletes the user does: the notice refers to them, and two who wait for each other
            // would both be kept from what they do.
            hold_user!(user).execute(&mut *transaction).await?;
            let ended = end_session_of!(session, user, event.at, EndReason::Reused).execute(&mut *transaction).await?.rows_affected();
            if ended == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                insert_reuse_notice!(notice, user, event.at).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            ended == 1
        });
        if stood {
            self.tell_of_change().await;
        }
        Ok(stood)
    }

    /// How many sessions stand at `now` whose newest token was minted then.
    pub(crate) async fn sessions_minted(
        &self,
        within: MintedWithin,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let count: i64 = reading!(self, pool => sqlx::query_scalar(
            minted_within!("SELECT COUNT(*) FROM sessions"),
        ).bind(within.from).bind(within.until).bind(now).fetch_one(pool).await)?;
        Ok(count.unsigned_abs())
    }

    /// Ends these sessions, batch after batch, and writes that down as `event` with their number, together with the first. Answers how many it
    /// were. Where it is cut, it can be done again.
    pub(crate) async fn end_sessions_minted(
        &self,
        within: MintedWithin,
        reason: EndReason,
        event: AuditEvent<'_>,
        clock: &dyn Clock,
    ) -> Result<u64, StoreError> {
        let standing = self.sessions_minted(within, event.at).await?;
        let event = event.with_detail(format!("sessions={standing}"));
        let first: Vec<Uuid> = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let ended = end_sessions_minted!(within, reason, event.at, Uuid::nil()).fetch_all(&mut *transaction).await?;
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
            ended
        });
        self.end_further_sessions(within, reason, first, clock)
            .await
    }

    /// Goes on behind those that were ended `first`, each batch at its own time, and tells the other processes of each. Answers how many it were
    /// with the first.
    pub(super) async fn end_further_sessions(
        &self,
        within: MintedWithin,
        reason: EndReason,
        first: Vec<Uuid>,
        clock: &dyn Clock,
    ) -> Result<u64, StoreError> {
        let (mut ended, mut batch) = (0, first);
        while let Some(last) = batch.iter().max().copied() {
            self.tell_of_change().await;
            ended += batch.len() as u64;
            batch = writing!(self, pool => end_sessions_minted!(within, reason, clock.now(), last).fetch_all(pool).await)?;
        }
        Ok(ended)
    }

    /// Deletes sessions that were ended before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_ended_sessions(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE revoked_at < $1 ORDER BY revoked_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// Deletes sessions whose time was over in any case before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_expired_sessions(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM sessions WHERE id IN
               (SELECT id FROM sessions WHERE absolute_expires_at < $1 ORDER BY absolute_expires_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// A part of the sessions that stand, of one user or of all, in the order in which they began.
    pub(crate) async fn standing_sessions(
        &self,
        user: Option<UserId>,
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<StandingSession>, StoreError> {
        let (after, limit) = (page.after.unwrap_or_default(), i64::from(page.limit));
        Ok(match user {
            Some(user) => reading!(self, pool => sqlx::query_as(
                select_standing!("sessions.user_id = $4"),
            ).bind(now).bind(after).bind(limit).bind(user).fetch_all(pool).await)?,
            None => reading!(self, pool => sqlx::query_as(
                select_standing!("TRUE"),
            ).bind(now).bind(after).bind(limit).fetch_all(pool).await)?,
        })
    }
}
