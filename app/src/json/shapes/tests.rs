//! What serde writes is read to the same.

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
            has_password: true,
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
        Form::VoidCode,
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
            sends_mail: true,
            deletion_days: 14,
        });
    }
    survives(&Outset {
        viewer: None,
        form: None,
        next: None,
        status: 200,
        minimum_length: 8,
        sign_in_links: false,
        sends_mail: false,
        deletion_days: 0,
    });
}

#[test]
fn what_the_settings_show_is_read_as_it_was_written() {
    let time = || "2026-11-23T20:14:05Z".to_owned();
    survives(&vec![DeviceSession {
        id: "0193".to_owned(),
        browser: "Firefox".to_owned(),
        system: "Linux".to_owned(),
        address: Some("203.0.113.7".to_owned()),
        place: None,
        created_at: time(),
        last_seen_at: time(),
        is_this: true,
    }]);
    let event = AccountEvent {
        id: "0194".to_owned(),
        at: time(),
        kind: "signed_in".to_owned(),
        browser: Some("Firefox".to_owned()),
        system: Some("Linux".to_owned()),
        address: None,
        by: "user".to_owned(),
        session: Some("0193".to_owned()),
    };
    survives(&EventPage {
        events: vec![event],
        next: Some("0194".to_owned()),
    });
    survives(&EventPage {
        events: Vec::new(),
        next: None,
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
        ApiError::ProofTooOld,
        ApiError::InvalidLink,
        ApiError::WrongCode,
        ApiError::NoMail,
        ApiError::NotFound,
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
