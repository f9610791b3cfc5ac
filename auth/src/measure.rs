//! What the engine measures, under which names and in which units: for Prometheus, by the facade `metrics`. Where the program has installed no
//! recorder, nothing is kept, and asking costs a comparison.
//!
//! A label has a few values that stand here, never a name, an address or an id: who reads the numbers learns of nobody, and there are never more
//! of them. What is a state and no event is told when it is asked for, by [`state`].

mod state;

use std::time::{Duration, Instant};

use metrics::{
    Counter, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram,
};

use crate::{Error, Grant, SignedUp, session::Outcome, token::Refused};

/// Events of which each is of one kind, counted by a label that names it.
macro_rules! events {
    (
        $(#[doc = $about:literal])+
        $name:ident, $metric:literal by $label:literal: $help:literal {
            $($(#[doc = $about_kind:literal])+ $kind:ident = $value:literal;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[doc = $about_kind])+ $kind,)+
        }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$kind),+];

            const fn label(self) -> &'static str {
                match self {
                    $(Self::$kind => $value,)+
                }
            }

            /// The counter of this kind. Who counts very often keeps it.
            pub(crate) fn counter(self) -> Counter {
                counter!($metric, $label => self.label())
            }

            /// Counts one.
            pub(crate) fn count(self) {
                self.counter().increment(1);
            }

            /// Says what is counted, and begins at 0: what has never been there can't be seen to rise.
            fn describe() {
                describe_counter!($metric, Unit::Count, $help);
                for kind in Self::ALL {
                    kind.counter().increment(0);
                }
            }
        }
    };
}

events! {
    /// How a sign-in ended.
    SignInResult, "latchkey_sign_ins_total" by "outcome": "Sign-ins, by how they ended." {
        /// A session began.
        Succeeded = "succeeded";
        /// There is such an account, and this is not its password.
        WrongPassword = "wrong_password";
        /// There is no such account.
        UnknownUser = "unknown_user";
        /// The password was right, and the account is disabled.
        Disabled = "disabled";
        /// A link or a code from a letter was not good.
        WrongLink = "wrong_link";
        /// It came too soon after wrong passwords, so that nothing was looked at.
        TooSoon = "too_soon";
        /// Too many passwords waited to be checked.
        Busy = "busy";
        /// A field was empty.
        Invalid = "invalid";
        /// Something failed on our side.
        Failed = "failed";
    }
}

impl SignInResult {
    /// How a sign-in ended, by its answer. Nothing where that is the one that tells nobody why; it is counted where the reason is known.
    pub(crate) fn of(answer: &Result<Grant, Error>) -> Option<Self> {
        match answer {
            Ok(_) => Some(Self::Succeeded),
            Err(Error::WrongCredentials) => None,
            Err(Error::TooManyTries { .. }) => Some(Self::TooSoon),
            Err(Error::Busy { .. }) => Some(Self::Busy),
            Err(Error::InvalidLink | Error::WrongCode) => Some(Self::WrongLink),
            Err(Error::Invalid(_) | Error::NotFound | Error::NoMail) => Some(Self::Invalid),
            Err(_) => Some(Self::Failed),
        }
    }
}

events! {
    /// How a sign-up ended.
    SignUpResult, "latchkey_sign_ups_total" by "outcome": "Sign-ups, by how they ended." {
        /// There is one account more.
        Succeeded = "succeeded";
        /// A letter is on its way, by which the account is made.
        Asked = "asked";
        /// A field can't be taken, its name or address is somebody's, or a link or a code was not good.
        Invalid = "invalid";
        /// Too many passwords waited to be hashed.
        Busy = "busy";
        /// Something failed on our side.
        Failed = "failed";
    }
}

impl SignUpResult {
    /// How a sign-up ended, by its answer.
    pub(crate) fn of(answer: &Result<SignedUp, Error>) -> Self {
        match answer {
            Ok(SignedUp::In(_)) => Self::Succeeded,
            Ok(SignedUp::Asked { .. }) => Self::Asked,
            Err(error) => Self::refused(error),
        }
    }

    /// How it ended that an account was to be made by a letter, by its answer.
    pub(crate) fn of_confirmed(answer: &Result<Grant, Error>) -> Self {
        match answer {
            Ok(_) => Self::Succeeded,
            Err(error) => Self::refused(error),
        }
    }

    const fn refused(error: &Error) -> Self {
        match error {
            Error::Invalid(_) | Error::InvalidLink | Error::WrongCode => Self::Invalid,
            Error::Busy { .. } => Self::Busy,
            _ => Self::Failed,
        }
    }
}

events! {
    /// What a sign-out ended.
    SignOutOf, "latchkey_sign_outs_total" by "scope": "Sign-outs, by what they ended." {
        /// The session of the token that came.
        Session = "session";
        /// Every session of the user.
        Everywhere = "everywhere";
    }
}

events! {
    /// How a refresh ended.
    RefreshResult, "latchkey_refreshes_total" by "outcome": "Refreshes, by how they ended." {
        /// The next generation was minted.
        Rotated = "rotated";
        /// The same generation was minted once more: an answer was lost, or two tabs asked at once.
        Grace = "grace";
        /// The token was one that no honest bearer has any more: the session ended.
        Reuse = "reuse";
        /// The token was ahead of its session: the key is in other hands, or the database was restored from an older copy.
        Ahead = "ahead";
        /// The session had ended before.
        Ended = "ended";
        /// The user is disabled or gone.
        Disabled = "disabled";
        /// The token had expired.
        Expired = "expired";
        /// It was no token of ours, or of no session that there is.
        Invalid = "invalid";
        /// Something failed on our side.
        Failed = "failed";
    }
}

impl RefreshResult {
    /// Counts this, and gives the one answer that every refusal of a refresh token gets.
    pub(crate) fn refuse(self) -> Error {
        self.count();
        Error::InvalidToken
    }

    /// How a refresh ended, by its answer. Nothing where that is a refusal, which [`Self::refuse`] has counted.
    pub(crate) fn of(answer: &Result<Grant, Error>) -> Option<Self> {
        match answer {
            Ok(grant) if grant.outcome == Outcome::MintedAgain => Some(Self::Grace),
            Ok(_) => Some(Self::Rotated),
            Err(Error::InvalidToken) => None,
            Err(_) => Some(Self::Failed),
        }
    }
}

impl From<Refused> for RefreshResult {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Expired => Self::Expired,
            Refused::Invalid => Self::Invalid,
        }
    }
}

events! {
    /// What the verification of an access token found.
    VerificationResult, "latchkey_access_token_verifications_total" by "outcome": "Access tokens that were looked at, by what was found." {
        /// Nothing against it.
        Good = "good";
        /// It has expired.
        Expired = "expired";
        /// It is no token of ours.
        Invalid = "invalid";
        /// It was taken back.
        Revoked = "revoked";
        /// Its standing could not be told, as the database did not answer.
        Failed = "failed";
    }
}

impl From<Refused> for VerificationResult {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Expired => Self::Expired,
            Refused::Invalid => Self::Invalid,
        }
    }
}

events! {
    /// Whose places in the hashing queue were all taken.
    FullQueue, "latchkey_password_hashes_refused_total" by "queue": "Passwords that were not hashed since all places in the queue were taken." {
        /// Those of everybody.
        All = "all";
        /// Those that one address may have.
        Address = "address";
    }
}

events! {
    /// What asking found, of a password that somebody is to have from now on.
    BreachedPasswordCheck, "latchkey_breached_password_checks_total" by "outcome": "New passwords that were looked for among breached ones, by what was found." {
        /// It is not known from a breach.
        Clean = "clean";
        /// It is, and was refused.
        Breached = "breached";
        /// There was no answer, or none that could be read: it was taken.
        Failed = "failed";
    }
}

events! {
    /// Why the database did not do what it was asked.
    StoreFailure, "latchkey_store_errors_total" by "kind": "Failures of the database." {
        /// No connection came free in time.
        PoolExhausted = "pool_exhausted";
        /// It was not reached, or the connection broke.
        Unreachable = "unreachable";
        /// It refused the statement.
        Refused = "refused";
        /// Its answer could not be read, or anything else.
        Other = "other";
    }
}

impl From<&sqlx::Error> for StoreFailure {
    fn from(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::PoolExhausted,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unreachable,
            sqlx::Error::Database(_) => Self::Refused,
            _ => Self::Other,
        }
    }
}

const HASH_WAIT: &str = "latchkey_password_hash_wait_seconds";
const HASH_TIME: &str = "latchkey_password_hash_seconds";
const STORE_TIME: &str = "latchkey_store_access_seconds";
const ROWS_ASKED: &str = "latchkey_revocation_rows_asked_total";
const POLLS_FAILED: &str = "latchkey_revocation_polls_failed_total";
const ROTATIONS_FAILED: &str = "latchkey_signing_key_rotations_failed_total";

/// Notes how long a password waited for its turn to be hashed.
pub(crate) fn hash_waited(wait: Duration) {
    histogram!(HASH_WAIT).record(wait);
}

/// Notes how long hashing a password took.
pub(crate) fn hash_took(time: Duration) {
    histogram!(HASH_TIME).record(time);
}

/// Counts that the revocation set could not tell, so that the row was asked.
pub(crate) fn row_asked() {
    counter!(ROWS_ASKED).increment(1);
}

/// Counts that what other processes revoked could not be read.
pub(crate) fn poll_failed() {
    counter!(POLLS_FAILED).increment(1);
}

/// Counts that the schedule of the keys could not be kept.
pub(crate) fn rotation_failed() {
    counter!(ROTATIONS_FAILED).increment(1);
}

/// Measures one access to the database until it is dropped, however that comes about: with the wait for a connection, to the end of the
/// transaction.
#[derive(Debug)]
pub(crate) struct StoreAccess {
    access: &'static str,
    begun: Instant,
}

impl StoreAccess {
    /// One that reads.
    pub(crate) fn reading() -> Self {
        Self::begin("read")
    }

    /// One that writes.
    pub(crate) fn writing() -> Self {
        Self::begin("write")
    }

    fn begin(access: &'static str) -> Self {
        Self {
            access,
            begun: Instant::now(),
        }
    }
}

impl Drop for StoreAccess {
    fn drop(&mut self) {
        histogram!(STORE_TIME, "access" => self.access).record(self.begun.elapsed());
    }
}

/// Says what each number of the engine means. To be called once, after the program has installed its recorder and before the engine starts.
pub fn describe_metrics() {
    SignInResult::describe();
    SignUpResult::describe();
    SignOutOf::describe();
    RefreshResult::describe();
    VerificationResult::describe();
    FullQueue::describe();
    BreachedPasswordCheck::describe();
    StoreFailure::describe();
    for (name, help) in [
        (
            ROWS_ASKED,
            "Access tokens whose standing the revocation set could not tell, so that the database was asked.",
        ),
        (
            POLLS_FAILED,
            "Times that what other processes revoked could not be read.",
        ),
        (
            ROTATIONS_FAILED,
            "Times that the schedule of the signing keys could not be kept.",
        ),
    ] {
        describe_counter!(name, Unit::Count, help);
        counter!(name).increment(0);
    }
    for (name, help) in [
        (
            HASH_WAIT,
            "How long passwords waited for their turn to be hashed.",
        ),
        (HASH_TIME, "How long hashing a password took."),
        (
            STORE_TIME,
            "How long accesses to the database took, the wait for a connection included.",
        ),
    ] {
        describe_histogram!(name, Unit::Seconds, help);
    }
    for (name, unit, help) in state::GAUGES {
        describe_gauge!(name, unit, help);
    }
}
