//! The shapes of what the browser reads. They are those that serde writes; a test holds that.

use auth::{
    account::{AccountEvent, EventPage, Profile},
    error::{Field, FieldError},
    session::{DeviceSession, LastSignIn, Notice, NoticeKind, Outcome, SessionSummary, Viewer},
    token::AccessClaims,
};

use super::{Read, Value};
use crate::{
    error::ApiError,
    page::{Form, FormState, Outset, Values},
    server_fns::Minted,
};

/// An object: each field is the member of its name, or of the name that is given.
macro_rules! object {
    ($type:ident { $($field:ident $(: $name:literal)?),+ }) => {
        impl Read for $type {
            fn read(value: &impl Value) -> Option<Self> {
                Some(Self { $($field: Read::read(&value.member(object!(@name $field $($name)?)))?),+ })
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}

/// One of some words.
macro_rules! word {
    ($type:ident { $($word:literal => $variant:ident),+ }) => {
        impl Read for $type {
            fn read(value: &impl Value) -> Option<Self> {
                match &*value.text()? {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

object!(Minted {
    access_token,
    expires_in,
    claims,
    key_id,
    algorithm,
    viewer,
    outcome
});
object!(AccessClaims {
    iss,
    aud,
    sub,
    client_id,
    iat,
    exp,
    nbf,
    jti,
    auth_time,
    amr,
    roles,
    groups,
    sid,
    generation: "gen",
    security_version: "ver"
});
object!(Viewer {
    profile,
    session,
    notices,
    last_sign_in
});
object!(LastSignIn { at, failures });
object!(Profile {
    id,
    username,
    email,
    email_verified,
    has_password,
    roles,
    groups,
    created_at,
    deletes_at
});
object!(SessionSummary {
    id,
    tag,
    generation,
    created_at,
    auth_time,
    rotated_at,
    expires_at,
    absolute_expires_at,
    expires_in,
    idle_lifetime
});
object!(Notice { id, kind, at });
object!(DeviceSession {
    id,
    browser,
    system,
    address,
    place,
    created_at,
    last_seen_at,
    is_this
});
object!(EventPage { events, next });
object!(AccountEvent {
    id,
    at,
    kind,
    browser,
    system,
    address,
    by,
    session
});
object!(Outset {
    viewer,
    form,
    next,
    status,
    minimum_length,
    sign_in_links,
    sends_mail,
    deletion_days
});
object!(FormState {
    form,
    values,
    errors,
    message
});
object!(Values {
    username,
    email,
    unremembered
});
object!(FieldError { field, message });
word!(NoticeKind { "session_reused" => SessionReused });
word!(Outcome { "signed_in" => SignedIn, "rotated" => Rotated, "minted_again" => MintedAgain });
word!(Form {
    "login" => Login,
    "register" => Register,
    "register_asked" => RegisterAsked,
    "sign_in_link" => SignInLink,
    "sign_in_code" => SignInCode,
    "sign_in_by_link" => SignInByLink,
    "confirm_code" => ConfirmCode,
    "confirm_sign_up" => ConfirmSignUp,
    "confirm_elsewhere" => ConfirmElsewhere,
    "forgot_password" => ForgotPassword,
    "letter_asked" => LetterAsked,
    "no_mail" => NoMail,
    "opened_link" => OpenedLink,
    "void_link" => VoidLink,
    "used_link" => UsedLink,
    "verify_code" => VerifyCode,
    "void_code" => VoidCode
});
word!(Field {
    "username" => Username,
    "email" => Email,
    "password" => Password,
    "current_password" => CurrentPassword,
    "new_password" => NewPassword,
    "code" => Code
});

impl Read for ApiError {
    fn read(value: &impl Value) -> Option<Self> {
        let Some(word) = value.text() else {
            let errors = Read::read(&value.member("fields")).map(Self::Fields);
            return errors.or_else(|| {
                let seconds = Read::read(&value.member("too_many_tries").member("seconds"))?;
                Some(Self::TooManyTries { seconds })
            });
        };
        match &*word {
            "wrong_credentials" => Some(Self::WrongCredentials),
            "unauthorized" => Some(Self::Unauthorized),
            "proof_too_old" => Some(Self::ProofTooOld),
            "invalid_link" => Some(Self::InvalidLink),
            "wrong_code" => Some(Self::WrongCode),
            "no_mail" => Some(Self::NoMail),
            "not_found" => Some(Self::NotFound),
            "malformed" => Some(Self::Malformed),
            "forbidden" => Some(Self::Forbidden),
            "offline" => Some(Self::Offline),
            "unavailable" => Some(Self::Unavailable),
            "other" => Some(Self::Other),
            _ => None,
        }
    }
}

impl Read for () {
    fn read(_value: &impl Value) -> Option<Self> {
        Some(())
    }
}

impl Read for String {
    fn read(value: &impl Value) -> Option<Self> {
        value.text()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &impl Value) -> Option<Self> {
        value.items()?.iter().map(T::read).collect()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &impl Value) -> Option<Self> {
        if value.is_nothing() {
            Some(None)
        } else {
            T::read(value).map(Some)
        }
    }
}

impl Read for bool {
    fn read(value: &impl Value) -> Option<Self> {
        value.truth()
    }
}

impl Read for i64 {
    fn read(value: &impl Value) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole numbers that a script can hold fit, and a cast of a float saturates"
        )]
        value.number().map(|number| number as Self)
    }
}

/// Numbers that can't be below nothing.
macro_rules! count {
    ($($type:ty)+) => {$(
        impl Read for $type {
            fn read(value: &impl Value) -> Option<Self> {
                i64::read(value)?.try_into().ok()
            }
        }
    )+};
}

count!(u16 u64 usize);

#[cfg(test)]
mod tests;
