//! What the server tells a page that it renders: who looks at it, what came of a form, and how it went.
//!
//! The server's page handler puts these into the context of a render; [`crate::App`] reads them first thing and hands them on to the
//! browser, so that both begin with the same.

use auth::{error::FieldError, session::Viewer};
use serde::Serialize;

/// The status of the answer that a page is rendered for: 200, 404, 422, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

/// Where to go once signed in; a path of this site (see [`crate::next::safe`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next(pub String);

/// Forms, and what a page shows once one of them was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Signing in.
    Login,
    /// Creating an account.
    Register,
    /// Creating an account was answered: a letter is on its way.
    RegisterAsked,
    /// Asking for a letter to sign in by.
    SignInLink,
    /// Typing the code of such a letter, which is on its way.
    SignInCode,
    /// Signing in by the link of such a letter, which was opened.
    SignInByLink,
    /// Typing the code of a letter by which an account is created.
    ConfirmCode,
    /// Creating an account by the link of such a letter, in the browser that asked for it.
    ConfirmSignUp,
    /// The same in another browser, with the password.
    ConfirmElsewhere,
    /// Asking for a letter by which to choose another password.
    ForgotPassword,
    /// Asking for a letter was answered: it is on its way.
    LetterAsked,
    /// A letter is needed, and none is sent here.
    NoMail,
    /// Doing what the link of a letter is for, which was opened.
    OpenedLink,
    /// The link is good for nothing, or none was opened.
    VoidLink,
    /// The link was used: what it is for is done.
    UsedLink,
    /// Typing the code by which one's address is proven.
    VerifyCode,
    /// The code is good for nothing: another letter is needed.
    VoidCode,
}

/// What was typed into a form that was refused. Never the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Values {
    /// The username; at sign-in the username or the email address.
    pub username: String,
    /// The email address.
    pub email: String,
    /// Whether the browser is not to keep the session.
    pub unremembered: bool,
}

/// A form as it is to be shown: posted and refused, as it was and with what is wrong beside it; or the next one on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormState {
    /// Which form.
    pub form: Form,
    /// What was typed.
    pub values: Values,
    /// What is wrong, each beside its field.
    pub errors: Vec<FieldError>,
    /// What is wrong with the whole.
    pub message: Option<String>,
}

impl FormState {
    /// A form as nobody has sent it yet.
    pub fn shown(form: Form, values: Values) -> Self {
        Self {
            form,
            values,
            errors: Vec::new(),
            message: None,
        }
    }
}

/// All that a page begins with, as it crosses from the server to the browser.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outset {
    pub(crate) viewer: Option<Viewer>,
    pub(crate) form: Option<FormState>,
    pub(crate) next: Option<String>,
    pub(crate) status: u16,
    pub(crate) minimum_length: usize,
    pub(crate) sign_in_links: bool,
    pub(crate) sends_mail: bool,
    pub(crate) deletion_days: u64,
}

/// Whether a letter is a way to sign in, beside the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInLinks(pub bool);

/// Whether mail is sent here, so that an address can be proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendsMail(pub bool);

/// How many days a person has to change their mind about deleting their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeletionDays(pub u64);

#[cfg(feature = "ssr")]
pub use self::context::PageContext;

#[cfg(feature = "ssr")]
mod context {
    use auth::{password::PasswordPolicy, session::Viewer};
    use leptos::{nonce::Nonce, prelude::provide_context};

    use super::{DeletionDays, FormState, Next, Outset, SendsMail, SignInLinks, Status};

    /// Everything that a render needs to be told, in one value.
    #[derive(Clone, Debug)]
    pub struct PageContext {
        /// Who looks at the page; none for a stranger.
        pub viewer: Option<Viewer>,
        /// The form that was refused, if the page answers one.
        pub form: Option<FormState>,
        /// Where to go once signed in.
        pub next: Option<Next>,
        /// The status of the answer.
        pub status: Status,
        /// The rule for new passwords.
        pub policy: PasswordPolicy,
        /// Whether a letter is a way to sign in.
        pub sign_in_links: SignInLinks,
        /// Whether mail is sent.
        pub sends_mail: SendsMail,
        /// How long one may change one's mind about deleting one's account.
        pub deletion_days: DeletionDays,
        /// The nonce of this answer's Content Security Policy.
        pub nonce: Nonce,
    }

    impl PageContext {
        /// Puts all of it into the context of the render that is about to run.
        pub fn provide(self) {
            provide_context(self.viewer);
            provide_context(self.form);
            provide_context(self.next);
            provide_context(self.status);
            provide_context(self.policy);
            provide_context(self.sign_in_links);
            provide_context(self.sends_mail);
            provide_context(self.deletion_days);
            provide_context(self.nonce);
        }
    }

    impl Outset {
        /// Reads what the page handler put into the context.
        pub(crate) fn from_context() -> Self {
            use leptos::prelude::use_context;

            Self {
                viewer: use_context::<Option<Viewer>>().flatten(),
                form: use_context::<Option<FormState>>().flatten(),
                next: use_context::<Option<Next>>()
                    .flatten()
                    .map(|Next(path)| path),
                status: use_context::<Status>().map_or(200, |Status(status)| status),
                minimum_length: use_context::<PasswordPolicy>()
                    .unwrap_or_default()
                    .minimum_length,
                sign_in_links: use_context::<SignInLinks>().unwrap_or_default().0,
                sends_mail: use_context::<SendsMail>().unwrap_or_default().0,
                deletion_days: use_context::<DeletionDays>().unwrap_or_default().0,
            }
        }
    }
}

#[cfg(not(feature = "ssr"))]
impl Outset {
    /// In the browser there is no such context: what the server wrote is read instead.
    pub(crate) fn from_context() -> Self {
        Self {
            viewer: None,
            form: None,
            next: None,
            status: 200,
            minimum_length: auth::password::PasswordPolicy::default().minimum_length,
            sign_in_links: false,
            sends_mail: false,
            deletion_days: 0,
        }
    }
}
