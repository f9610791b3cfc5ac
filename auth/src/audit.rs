//! The audit log: who did what to which account, and from where. It is only ever added to; what is older than the settings keep it is deleted
//! by the cleaning, and by nothing else.
//! Where users have their account deleted, their events stay, and tell no longer whose they were.
//!
//! Users are named by their id alone, so that the log holds no name and no address of email, and says as much when they are deleted. A
//! refresh is not written down, nor is what only reads.

use std::{fmt, str::FromStr};

use thiserror::Error;
use uuid::Uuid;

use crate::{
    account::UserId,
    clock::Timestamp,
    flow::Device,
    random::{Randomness, RandomnessError, id},
    session::SessionId,
};

/// Who runs Latchkey, by the name of their account on the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator(String);

/// The most characters of an operator's name that are kept.
const LONGEST_NAME: usize = 64;

impl Operator {
    /// The operator of this name. Of an overlong one the start is kept, and of control characters nothing.
    pub fn named(name: &str) -> Self {
        let printable = name.chars().filter(|character| !character.is_control());
        Self(printable.take(LONGEST_NAME).collect())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// The user whose account it concerns: they gave its password, or hold a token of it that stands.
    User,
    /// An operator, by a command.
    Operator(&'a Operator),
    /// Latchkey itself, because it was time.
    System,
    /// Somebody who did not prove who they are.
    Anonymous,
}

impl<'a> Actor<'a> {
    /// The name in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Operator(_) => "operator",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }

    /// The operator's name, if it is one.
    pub(crate) fn operator_name(self) -> Option<&'a str> {
        match self {
            Self::Operator(operator) => Some(operator.name()),
            Self::User | Self::System | Self::Anonymous => None,
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $kind:ident = $name:literal;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditKind {
            $($(#[doc = $about])+ $kind,)+
        }

        impl AuditKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The kind's name in the log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// Somebody made themselves an account.
    SignedUp = "signed_up";
    /// A session began: by a password, by a letter, or by signing up.
    SignedIn = "signed_in";
    /// A password or a code was wrong, or the account is disabled, or there is none. What was typed is not written down. Tries that the throttle
    /// refuses are not looked at, and leave nothing.
    SignInFailed = "sign_in_failed";
    /// A user ended a session of theirs.
    SignedOut = "signed_out";
    /// A user ended all their sessions.
    SignedOutEverywhere = "signed_out_everywhere";
    /// A session ended because somebody signed in anew in the same browser.
    SessionReplaced = "session_replaced";
    /// An operator ended one session, or a user one of theirs from another.
    SessionEnded = "session_ended";
    /// An operator ended all sessions, of a user or of everybody; a user all of theirs but one; or the oldest of a user ended, who had more than
    /// one may have.
    SessionsEnded = "sessions_ended";
    /// An old refresh token came back, and its session was ended (RFC 9700, section 4.14.2).
    RefreshTokenReused = "refresh_token_reused";
    /// A refresh token came that is ahead of its session: forged with our key, or the database was restored from an older copy.
    RefreshTokenAhead = "refresh_token_ahead";
    /// A user was given another password, and all their sessions ended.
    PasswordChanged = "password_changed";
    /// A password that was chosen before the address was proven was taken away, and all sessions ended, as its owner came by a letter.
    PasswordRemoved = "password_removed";
    /// An operator made an account.
    UserAdded = "user_added";
    /// A user may not sign in any more, and all their sessions ended.
    UserDisabled = "user_disabled";
    /// A user may sign in again.
    UserEnabled = "user_enabled";
    /// A user was deleted with all that is theirs.
    UserDeleted = "user_deleted";
    /// A signing key was made: the first of its ring, or the next.
    SigningKeyMade = "signing_key_made";
    /// The last token of a signing key has expired, and the key was retired.
    SigningKeyRetired = "signing_key_retired";
    /// A signing key was taken back before that.
    SigningKeyTakenBack = "signing_key_taken_back";
    /// The signing keys were sealed under another master secret.
    KeysSealedAnew = "keys_sealed_anew";
    /// All signing keys were retired, and everybody signed out.
    KeysStartedAnew = "keys_started_anew";
    /// A user asked for another letter by which to prove that the address is theirs.
    EmailVerificationAsked = "email_verification_asked";
    /// It was proven that an address is a user's.
    EmailVerified = "email_verified";
    /// Somebody asked for a link by which to choose another password.
    PasswordResetAsked = "password_reset_asked";
    /// A password was chosen by such a link, and all sessions ended.
    PasswordReset = "password_reset";
    /// A user asked for another address.
    EmailChangeAsked = "email_change_asked";
    /// A user has another address.
    EmailChanged = "email_changed";
    /// A user was given their former address back, from the letter that told of the change.
    EmailChangeUndone = "email_change_undone";
    /// A user has another name.
    UsernameChanged = "username_changed";
    /// A user gave their password again, for something that asks for it.
    Reauthenticated = "reauthenticated";
    /// A user asked for their account to be deleted.
    DeletionPlanned = "deletion_planned";
    /// A user keeps their account after all.
    DeletionCancelled = "deletion_cancelled";
    /// A user took a copy of all that is held of them.
    AccountExported = "account_exported";
    /// A user said that something was not their doing.
    NotMe = "not_me";
    /// Somebody asked for a link by which to sign in.
    SignInLinkAsked = "sign_in_link_asked";
    /// Somebody asked for an account, and must prove first that the address is theirs.
    SignUpAsked = "sign_up_asked";
    /// A letter could not be delivered, and is not tried again.
    LetterRefused = "letter_refused";
    /// An operator had what is past deleted, old events of this log among it.
    CleanedUp = "cleaned_up";
}

impl fmt::Display for AuditKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// There is no kind of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there is no such kind of event")]
pub struct UnknownKind;

impl FromStr for AuditKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

/// Something that happened, to be written down.
#[derive(Clone, Debug)]
pub(crate) struct AuditEvent<'a> {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) kind: AuditKind,
    pub(crate) actor: Actor<'a>,
    pub(crate) user: Option<UserId>,
    pub(crate) session: Option<SessionId>,
    pub(crate) detail: Option<String>,
    pub(crate) device: Option<&'a Device>,
}

impl<'a> AuditEvent<'a> {
    /// What `actor` did at a moment.
    pub(crate) fn new(
        kind: AuditKind,
        actor: Actor<'a>,
        at: Timestamp,
        randomness: &dyn Randomness,
    ) -> Result<Self, RandomnessError> {
        Ok(Self {
            id: id(at, randomness)?,
            at,
            kind,
            actor,
            user: None,
            session: None,
            detail: None,
            device: None,
        })
    }

    /// The same, to the account of this user; of nobody, where it is not known whose.
    pub(crate) fn concerning(mut self, user: impl Into<Option<UserId>>) -> Self {
        self.user = user.into();
        self
    }

    /// The same, in this session or to it.
    pub(crate) fn in_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// The same, from there.
    pub(crate) fn at_device(mut self, device: &'a Device) -> Self {
        self.device = Some(device);
        self
    }

    /// The same, with something more to say, as `name=value`.
    pub(crate) fn with_detail(mut self, detail: String) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// An event as the log holds it. Kinds and actors are words here: a newer program may have written others.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRecord {
    /// Its own id. Those of later events sort later.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What: one of [`AuditKind`].
    pub kind: String,
    /// Who did it: one of [`Actor`].
    pub actor: String,
    /// The operator's account on the operating system, if it was one.
    pub operator_name: Option<String>,
    /// Whose account it concerns, if it concerns one.
    pub user_id: Option<UserId>,
    /// That user's name as it is now; nothing once they are deleted.
    pub username: Option<String>,
    /// Which session.
    pub session_id: Option<SessionId>,
    /// What else there is to say, as `name=value`.
    pub detail: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
}

/// Which events are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter {
    /// Those that concern this user's account.
    pub user: Option<UserId>,
    /// Those of this kind.
    pub kind: Option<AuditKind>,
    /// Those from this moment on, to the millisecond.
    pub since: Option<Timestamp>,
    /// Those before this moment, to the millisecond.
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_is_found_by_it() {
        let names: HashSet<_> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), AuditKind::ALL.len());
        for kind in AuditKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("nothing".parse::<AuditKind>(), Err(UnknownKind));
    }

    #[test]
    fn an_operators_name_is_kept_short_and_printable() {
        let name = format!("ada\u{1b}[2J{}", "x".repeat(100));
        let operator = Operator::named(&name);
        assert!(operator.name().starts_with("ada[2Jx"));
        assert_eq!(operator.name().len(), LONGEST_NAME);
    }
}
