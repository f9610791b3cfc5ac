//! Letters: what people are told by mail. Each is written down in the same transaction as what it tells of, and waits there until it is sent, so
//! that neither a crash nor a mail server that is away loses one.
//!
//! The engine knows to whom, on which occasion, and by which link; words and addresses of pages are the server's. What waits holds no secret:
//! the token of a link follows from the letter's id under a key that is derived from the master secret, and is made when the letter is sent.

use std::{fmt, time::Duration};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Engine, Error,
    account::{SecurityVersion, User, UserId},
    audit::{Actor, AuditKind},
    clock::Timestamp,
    flow::Device,
    link::{Purpose, token_hash},
    master_secret::MasterSecret,
    random::{Randomness, id},
    store::{LetterRow, NewLetter, NewLink},
    token::seal::SealError,
};

macro_rules! occasions {
    ($($(#[doc = $about:literal])+ $occasion:ident = $name:literal $(with $purpose:ident)?;)+) => {
        /// Why somebody gets a letter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Occasion {
            $($(#[doc = $about])+ $occasion,)+
        }

        impl Occasion {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$occasion),+];

            /// The occasion's name in the store, in metrics and in the names of templates.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$occasion => $name,)+
                }
            }

            /// What the letter's link is good for, if it has one.
            pub const fn purpose(self) -> Option<Purpose> {
                match self {
                    $(Self::$occasion => occasions!(@purpose $($purpose)?),)+
                }
            }
        }
    };
    (@purpose $purpose:ident) => { Some(Purpose::$purpose) };
    (@purpose) => { None };
}

occasions! {
    /// An account was made, or its owner asks again: is the address theirs?
    VerifyEmail = "verify_email" with VerifyEmail;
    /// Somebody wants an account with this address, and gets it once they have proven that it is theirs.
    ConfirmSignUp = "confirm_sign_up" with ConfirmSignUp;
    /// Somebody wanted an account with this address, and there is one.
    AddressTaken = "address_taken";
    /// Somebody has forgotten their password.
    ResetPassword = "reset_password" with ResetPassword;
    /// Somebody wants to sign in without a password.
    SignIn = "sign_in" with SignIn;
    /// A user wants this address in the place of theirs.
    ConfirmNewEmail = "confirm_new_email" with ConfirmNewEmail;
    /// The account has another address now. Goes to the former one.
    EmailChanged = "email_changed" with UndoEmailChange;
    /// The account has another password now.
    PasswordChanged = "password_changed" with NotMe;
    /// Somebody signed in from a browser that was not seen before.
    NewDevice = "new_device" with NotMe;
    /// An old refresh token came back: a session was ended.
    TokenReused = "token_reused" with NotMe;
    /// The account is going to be deleted.
    DeletionPlanned = "deletion_planned";
    /// The account is gone.
    Deleted = "deleted";
}

impl fmt::Display for Occasion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Occasion {
    fn by_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|occasion| occasion.as_str() == name)
    }

    /// Whether whoever may not sign in gets it nevertheless: it tells of what has happened, and opens nothing.
    const fn concerns_the_disabled(self) -> bool {
        matches!(
            self,
            Self::EmailChanged | Self::PasswordChanged | Self::TokenReused | Self::DeletionPlanned
        )
    }
}

/// What a letter tells beside its occasion. Nothing in here is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LetterDetail {
    /// What the browser called itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Its network address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The other address of email that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The user's name, where no account tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// When the account is deleted; RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletes_at: Option<String>,
    /// The session that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The sign-up that waits for this letter's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// The user's security version when the letter was asked for, if it is not to be sent once that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl LetterDetail {
    /// Tells of what was done at a device.
    pub(crate) fn at(device: &Device) -> Self {
        Self {
            user_agent: device.user_agent.clone(),
            address: device.address_text(),
            ..Self::default()
        }
    }
}

/// A letter that is to be sent now.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id, which its Message-ID is made of.
    pub id: Uuid,
    /// Why it is sent.
    pub occasion: Occasion,
    /// To which address, in its stored form.
    pub to: String,
    /// The name of who gets it, if an account or a sign-up tells it.
    pub username: Option<String>,
    /// When that happened which it tells of.
    pub at: Timestamp,
    /// The token of its link: 256 bits as base64url.
    pub link: Option<SecretString>,
    /// What can be typed in the place of the link: eight digits, good for ten minutes.
    pub code: Option<SecretString>,
    /// Until when the link is good.
    pub link_expires_at: Option<Timestamp>,
    /// What else it tells.
    pub detail: LetterDetail,
    /// How often it was begun to be sent, this time among it.
    pub attempts: i64,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server has taken it.
    Sent,
    /// It was not taken, and may be later.
    Failed,
    /// It will never be taken.
    Refused,
}

/// Letters that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LettersWaiting {
    /// How many there are; those beyond 10,000 are not counted.
    pub count: i64,
    /// How long ago the oldest was written.
    pub oldest: Option<Duration>,
}

/// How long a process may have a letter in hand before another takes it up.
const IN_HAND: Duration = Duration::from_mins(2);
/// How long to wait after each attempt that failed, the last for all further ones.
const WAITS: [Duration; 7] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
];
/// After so many attempts, which is after two days, a letter is given up.
const ATTEMPTS: i64 = 28;

/// What the tokens and codes of letters follow from, and what codes and addresses are hashed under.
#[derive(Debug)]
pub(crate) struct LetterKey(hmac::Key);

impl LetterKey {
    pub(crate) fn new(secret: &MasterSecret) -> Result<Self, SealError> {
        let key = secret
            .derived()
            .expand(&[b"letters and their links"], HMAC_SHA256)
            .map_err(|_| SealError::Cipher)?
            .into();
        Ok(Self(key))
    }

    /// The token of a letter's link.
    fn token(&self, letter: Uuid) -> SecretString {
        URL_SAFE_NO_PAD
            .encode(self.sign(&["token", &letter.to_string()]))
            .into()
    }

    /// The code of a letter: eight digits.
    fn code(&self, letter: Uuid) -> SecretString {
        let mut first = [0; 8];
        first.copy_from_slice(&self.sign(&["code", &letter.to_string()]).as_ref()[..8]);
        // 2^64 is so much more than 10^8 that no code is likelier than another by anything that counts.
        format!("{:08}", u64::from_be_bytes(first) % 100_000_000).into()
    }

    /// What is kept of a code: under the key, as there are too few codes to hide one by a bare hash.
    pub(crate) fn code_hash(&self, letter: Uuid, code: &str) -> Vec<u8> {
        self.sign(&["hash of a code", &letter.to_string(), code])
            .as_ref()
            .to_vec()
    }

    /// Under which name letters on an occasion to an address are counted.
    pub(crate) fn address_name(&self, occasion: Occasion, address: &str) -> Vec<u8> {
        self.sign(&["address", occasion.as_str(), address])
            .as_ref()
            .to_vec()
    }

    /// The parts can't run into each other: none holds a zero byte.
    fn sign(&self, parts: &[&str]) -> hmac::Tag {
        hmac::sign(&self.0, parts.join("\0").as_bytes())
    }
}

/// A letter to be written down with what it tells of.
pub(crate) fn new_letter(
    occasion: Occasion,
    user: Option<UserId>,
    recipient: &str,
    detail: &LetterDetail,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<NewLetter, Error> {
    Ok(NewLetter {
        id: id(now, randomness)?,
        occasion,
        user,
        recipient: recipient.to_owned(),
        detail: serde_json::to_string(detail).map_err(|error| Error::Internal(Box::new(error)))?,
        due_at: now,
    })
}

impl Engine {
    /// Whether letters are sent here.
    pub fn sends_mail(&self) -> bool {
        self.parts().settings.sends_mail
    }

    /// A letter to be written down with what it tells of; none where no mail is sent.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "each is made for one letter, and callers read better without a borrow"
    )]
    pub(crate) fn new_letter(
        &self,
        occasion: Occasion,
        user: Option<UserId>,
        recipient: &str,
        detail: LetterDetail,
        now: Timestamp,
    ) -> Result<Option<NewLetter>, Error> {
        if !self.sends_mail() {
            return Ok(None);
        }
        let randomness = &*self.parts().randomness;
        new_letter(occasion, user, recipient, &detail, now, randomness).map(Some)
    }

    /// Says that a letter was written, to who waits for one.
    pub(crate) fn posted(&self) {
        self.parts().posted.notify_one();
    }

    /// Waits until this process has written a letter. Those of other processes are found by asking.
    pub async fn letter_posted(&self) {
        self.parts().posted.notified().await;
    }

    /// Takes the next letter that is due in hand, for two minutes: no other process takes it meanwhile. Makes its link on the first attempt.
    /// Nothing, if none is due.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer.
    pub async fn claim_letter(&self) -> Result<Option<Letter>, Error> {
        let store = &self.parts().store;
        loop {
            let now = self.now();
            let Some(row) = store.claim_letter(now, now.plus(IN_HAND)).await? else {
                return Ok(None);
            };
            let letter = row.id;
            if let Some(letter) = self.address(row, now).await? {
                return Ok(Some(letter));
            }
            // Nobody is to get it any more.
            store.delete_letter(letter).await?;
        }
    }

    /// Says what became of a letter in hand.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer. The letter is then tried again after two minutes.
    pub async fn settle_letter(&self, letter: &Letter, delivery: Delivery) -> Result<(), Error> {
        let store = &self.parts().store;
        let now = self.now();
        let is_given_up = delivery == Delivery::Refused
            || (delivery == Delivery::Failed && letter.attempts >= ATTEMPTS);
        if is_given_up {
            let event = self
                .new_event(AuditKind::LetterRefused, Actor::System, now)?
                .with_detail(format!("occasion={}", letter.occasion));
            store.give_up_letter(letter.id, &event).await?;
        } else if delivery == Delivery::Sent {
            store.delete_letter(letter.id).await?;
        } else {
            let wait = usize::try_from(letter.attempts.saturating_sub(1)).unwrap_or(0);
            let wait = WAITS[wait.min(WAITS.len() - 1)];
            store.postpone_letter(letter.id, now.plus(wait)).await?;
        }
        Ok(())
    }

    /// How many letters wait, and since when.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer.
    pub async fn letters_waiting(&self) -> Result<LettersWaiting, Error> {
        let (count, oldest) = self.parts().store.letters_waiting().await?;
        Ok(LettersWaiting {
            count,
            oldest: oldest.map(|id| self.now().since(written_at(id))),
        })
    }

    /// Finds out who is to get a letter, and makes its link. Nothing, where nobody is to get it any more.
    async fn address(&self, row: LetterRow, now: Timestamp) -> Result<Option<Letter>, Error> {
        let Some(occasion) = Occasion::by_name(&row.occasion) else {
            return Ok(None);
        };
        let detail: LetterDetail = serde_json::from_str(&row.detail).unwrap_or_default();
        let user = self.recipient(&row, occasion, detail.version).await?;
        let needs_user = !matches!(occasion, Occasion::ConfirmSignUp | Occasion::Deleted);
        if needs_user && user.is_none() {
            return Ok(None);
        }
        let mut letter = Letter {
            id: row.id,
            occasion,
            to: row.recipient,
            username: user
                .as_ref()
                .map(|user| user.username.clone())
                .or_else(|| detail.username.clone()),
            at: written_at(row.id),
            link: None,
            code: None,
            link_expires_at: None,
            detail,
            attempts: row.attempts,
        };
        let Some(purpose) = occasion.purpose() else {
            return Ok(Some(letter));
        };
        let is_linked = row.linked_at.is_some();
        Ok(self
            .link(&mut letter, purpose, user.as_ref(), is_linked, now)
            .await?
            .then_some(letter))
    }

    /// Who is to get it, as far as they have an account.
    async fn recipient(
        &self,
        row: &LetterRow,
        occasion: Occasion,
        version: Option<i64>,
    ) -> Result<Option<User>, Error> {
        let store = &self.parts().store;
        let user = match (row.user_id, occasion) {
            (Some(user), _) => store.user(user).await?,
            (None, Occasion::ResetPassword | Occasion::SignIn | Occasion::AddressTaken) => {
                store.user_by_stored_email(&row.recipient).await?
            }
            (None, _) => None,
        };
        Ok(user.filter(|user| {
            let is_theirs = match occasion {
                Occasion::VerifyEmail => {
                    user.email == row.recipient && user.email_verified_at.is_none()
                }
                Occasion::ResetPassword | Occasion::SignIn => user.email == row.recipient,
                _ => true,
            };
            let is_outdated = version.is_some_and(|at| at != user.security_version.as_claim());
            is_theirs
                && !is_outdated
                && (user.disabled_at.is_none() || occasion.concerns_the_disabled())
        }))
    }

    /// Makes the letter's link on the first attempt; on a later one it must still be there, as it may have been used or followed by a newer one.
    async fn link(
        &self,
        letter: &mut Letter,
        purpose: Purpose,
        user: Option<&User>,
        is_linked: bool,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let parts = self.parts();
        let (token, expires_at) = (parts.letter_key.token(letter.id), now.plus(purpose.life()));
        let code = purpose
            .code_life()
            .map(|life| (parts.letter_key.code(letter.id), now.plus(life)));
        let stands = if is_linked {
            let code_expires_at = code.as_ref().map(|(_, expires_at)| *expires_at);
            parts
                .store
                .extend_link(letter.id, expires_at, code_expires_at)
                .await?
        } else {
            let new = NewLink {
                id: letter.id,
                purpose,
                user: user.map(|user| user.id),
                pending: id_in(letter.detail.pending.as_deref()),
                email: letter.to.clone(),
                session: id_in(letter.detail.session.as_deref()),
                token_hash: token_hash(&token),
                code: code.as_ref().map(|(code, expires_at)| {
                    let hash = parts.letter_key.code_hash(letter.id, code.expose_secret());
                    (hash, *expires_at)
                }),
                security_version: user.map_or(SecurityVersion::FIRST, |user| user.security_version),
                expires_at,
            };
            parts.store.add_link(&new, now).await?
        };
        letter.link = Some(token);
        letter.code = code.map(|(code, _)| code);
        letter.link_expires_at = Some(expires_at);
        Ok(stands)
    }
}

fn id_in(text: Option<&str>) -> Option<Uuid> {
    text.and_then(|text| Uuid::try_parse(text).ok())
}

/// When the letter of this id was written: ids begin with the time.
fn written_at(letter: Uuid) -> Timestamp {
    let millis = letter.as_u128() >> 80;
    Timestamp::from_unix_micros(i64::try_from(millis).unwrap_or(0).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str) -> LetterKey {
        LetterKey::new(&MasterSecret::parse(secret).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_256_bits_and_follows_from_the_letter_and_the_master_secret_alone() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let second = key("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let token = |key: &LetterKey, id| key.token(id).expose_secret().to_owned();
        assert_eq!(token(&first, one).len(), 43);
        assert_eq!(token(&first, one), token(&first, one));
        assert_ne!(token(&first, one), token(&first, other));
        assert_ne!(token(&first, one), token(&second, one));
    }

    #[test]
    fn a_code_is_eight_digits() {
        let key = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        for id in 0..100 {
            let code = key.code(Uuid::from_u128(id));
            let code = code.expose_secret();
            assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn each_occasion_is_found_by_its_name() {
        for occasion in Occasion::ALL {
            assert_eq!(Occasion::by_name(occasion.as_str()), Some(*occasion));
        }
        assert_eq!(Occasion::by_name("another"), None);
    }

    #[test]
    fn a_letter_tells_when_it_was_written() {
        let now = Timestamp::from_unix_micros(1_800_000_000_123_000);
        let randomness = crate::random::SystemRandomness::default();
        assert_eq!(written_at(id(now, &randomness).unwrap()), now);
    }
}
