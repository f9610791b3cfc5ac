//! Letters: what people are told by mail. Each is written down in the same transaction as what it tells of, and waits there until it is sent, so
//! that neither a crash nor a mail server that is away loses one.
//!
//! The engine knows to whom, on which occasion, and by which link; words and addresses of pages are the server's. What waits holds no secret:
//! the token of a link follows from the letter's id under a key that is derived from the master secret, and is made when the letter is sent.

mod carrying;
mod key;

use std::{fmt, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::key::LetterKey;
use crate::{
    Engine, Error,
    account::UserId,
    audit::AuditKind,
    clock::Timestamp,
    flow::Device,
    link::Purpose,
    random::{Randomness, id},
    store::NewLetter,
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
    /// The owner said that something was not their doing, after the account got another address: is this one to be its address again?
    RecoverAccount = "recover_account" with UndoEmailChange;
    /// The account has another password now.
    PasswordChanged = "password_changed" with NotMe;
    /// Somebody signed in from a browser that was not seen before.
    NewDevice = "new_device" with NotMe;
    /// An old refresh token came back: a session was ended.
    TokenReused = "token_reused" with NotMe;
    /// The account is going to be deleted.
    DeletionPlanned = "deletion_planned" with NotMe;
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

    /// Whether it follows from what has happened to an account, so that nobody asked for it who could have been told to wait.
    const fn follows_from_an_act(self) -> bool {
        matches!(
            self,
            Self::ResetPassword
                | Self::RecoverAccount
                | Self::EmailChanged
                | Self::PasswordChanged
                | Self::NewDevice
                | Self::TokenReused
                | Self::DeletionPlanned
        )
    }

    /// What is written down of who asks for such a letter, without having proven who they are.
    const fn asked_as(self) -> Option<AuditKind> {
        match self {
            Self::ResetPassword => Some(AuditKind::PasswordResetAsked),
            Self::SignIn => Some(AuditKind::SignInLinkAsked),
            _ => None,
        }
    }

    /// Whether whoever may not sign in gets it nevertheless, since it tells of what has happened. Its link is good for nothing until they may.
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
    /// Until when its link is good at most, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_until: Option<i64>,
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

    /// Where that was done which it tells of.
    fn device(&self) -> Device {
        let address = self.address.as_deref().and_then(|text| text.parse().ok());
        Device::new(address, self.user_agent.as_deref())
    }
}

/// A letter that is to be sent now.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id, which its Message-ID is made of.
    pub id: Uuid,
    /// Why it is sent.
    pub occasion: Occasion,
    /// Whose account it is about, if it is about one.
    pub user: Option<UserId>,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_occasion_is_found_by_its_name() {
        for occasion in Occasion::ALL {
            assert_eq!(Occasion::by_name(occasion.as_str()), Some(*occasion));
        }
        assert_eq!(Occasion::by_name("another"), None);
    }
}
