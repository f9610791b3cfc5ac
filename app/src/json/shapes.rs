//! The shapes of what the browser reads. They are those that serde writes; a test holds that.

use auth::{
    account::Profile,
    error::{Field, FieldError},
    session::{LastSignIn, Notice, NoticeKind, Outcome, SessionSummary, Viewer},
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
object!(Outset {
    viewer,
    form,
    next,
    status,
    minimum_length,
    sign_in_links
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
    "verify_code" => VerifyCode
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
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;
    use serde_json::Value as Json;

    use super::*;

    impl Value for Json {
        fn member(&self, name: &str) -> Self {
            self.get(name).cloned().unwrap_or(Self::Null)
        }

        fn text(&self) -> Option<String> {
            self.as_str().map(str::to_owned)
        }

        fn number(&self) -> Option<f64> {
            self.as_f64()
        }

        fn truth(&self) -> Option<bool> {
            self.as_bool()
        }

        fn items(&self) -> Option<Vec<Self>> {
            self.as_array().cloned()
        }

        fn is_nothing(&self) -> bool {
            self.is_null()
        }
    }

    /// What serde writes is read to the same.
    fn survives<T: Read + Serialize + Debug>(value: &T) {
        let written = serde_json::to_value(value).unwrap();
        let read = T::read(&written).unwrap_or_else(|| panic!("{value:?} is not read"));
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
    }

    fn viewer() -> Viewer {
        let time = || "2026-11-23T20:14:05Z".to_owned();
        Viewer {
            profile: Profile {
                id: "0192".to_owned(),
                username: "ada".to_owned(),
                email: "ada@example.org".to_owned(),
                email_verified: true,
                roles: vec!["admin".to_owned()],
                groups: Vec::new(),
                created_at: time(),
                deletes_at: Some(time()),
            },
            session: SessionSummary {
                id: "0193".to_owned(),
                tag: "ab".to_owned(),
                generation: 7,
                created_at: time(),
                auth_time: time(),
                rotated_at: Some(time()),
                expires_at: time(),
                absolute_expires_at: time(),
                expires_in: 2_592_000,
                idle_lifetime: 2_592_000,
            },
            notices: vec![Notice {
                id: "1".to_owned(),
                kind: NoticeKind::SessionReused,
                at: time(),
            }],
            last_sign_in: Some(LastSignIn {
                at: time(),
                failures: 3,
            }),
        }
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            iss: "https://a.example".to_owned(),
            aud: "https://b.example".to_owned(),
            sub: "0192".to_owned(),
            client_id: "latchkey".to_owned(),
            iat: 1_795_464_845,
            exp: 1_795_465_445,
            nbf: None,
            jti: "2".to_owned(),
            auth_time: 1_795_464_000,
            amr: vec!["pwd".to_owned()],
            roles: Vec::new(),
            groups: vec!["a".to_owned(), "b".to_owned()],
            sid: "0193".to_owned(),
            generation: 7,
            security_version: 3,
        }
    }

    #[test]
    fn what_signing_in_gives_is_read_as_it_was_written() {
        for outcome in [Outcome::SignedIn, Outcome::Rotated, Outcome::MintedAgain] {
            let written = Minted {
                access_token: "a.b.c".to_owned(),
                expires_in: 600,
                claims: claims(),
                key_id: "k".to_owned(),
                algorithm: "EdDSA".to_owned(),
                viewer: viewer(),
                outcome,
            };
            survives(&written);
        }
        survives(&Viewer {
            session: SessionSummary {
                rotated_at: None,
                ..viewer().session
            },
            last_sign_in: None,
            ..viewer()
        });
    }

    #[test]
    fn what_a_page_begins_with_is_read_as_it_was_written() {
        let errors = [Field::Username, Field::Email, Field::Password]
            .map(|field| FieldError::new(field, "No"))
            .to_vec();
        for form in [
            Form::Login,
            Form::Register,
            Form::RegisterAsked,
            Form::SignInLink,
            Form::SignInCode,
            Form::SignInByLink,
            Form::ConfirmCode,
            Form::ConfirmSignUp,
            Form::ConfirmElsewhere,
            Form::ForgotPassword,
            Form::LetterAsked,
            Form::NoMail,
            Form::OpenedLink,
            Form::VoidLink,
            Form::UsedLink,
            Form::VerifyCode,
        ] {
            let values = Values {
                username: "ada".to_owned(),
                email: String::new(),
                unremembered: true,
            };
            let form = Some(FormState {
                form,
                values,
                errors: errors.clone(),
                message: Some("Wait".to_owned()),
            });
            survives(&Outset {
                viewer: Some(viewer()),
                form,
                next: Some("/profile".to_owned()),
                status: 422,
                minimum_length: 12,
                sign_in_links: true,
            });
        }
        survives(&Outset {
            viewer: None,
            form: None,
            next: None,
            status: 200,
            minimum_length: 8,
            sign_in_links: false,
        });
    }

    #[test]
    fn every_error_is_read_as_it_was_written() {
        for error in [
            ApiError::Fields(vec![FieldError::new(
                Field::Email,
                "Enter your email address",
            )]),
            ApiError::WrongCredentials,
            ApiError::Unauthorized,
            ApiError::TooManyTries { seconds: 7 },
            ApiError::Malformed,
            ApiError::Forbidden,
            ApiError::Offline,
            ApiError::Unavailable,
            ApiError::Other,
        ] {
            survives(&error);
        }
    }

    #[test]
    fn another_shape_is_not_read() {
        assert!(Viewer::read(&Json::Null).is_none());
        assert!(ApiError::read(&serde_json::json!({"detail": "Bad Gateway"})).is_none());
        assert!(Outcome::read(&Json::from("stolen")).is_none());
        assert!(u16::read(&Json::from(-1)).is_none());
    }
}
