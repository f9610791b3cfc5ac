//! What can be said of a form before it is sent, by the engine's own rules.

use auth::{
    account::{EmailAddress, Username},
    error::{Field, FieldError},
    password::{Assessment, PasswordPolicy},
};

use crate::page::Form;

/// What was typed into a form.
#[derive(Clone, Default)]
pub(crate) struct Typed {
    pub(crate) username: String,
    pub(crate) email: String,
    /// In Unicode's normal form C.
    pub(crate) password: String,
}

impl Typed {
    /// How strong the password is, if it is to be a new one and anything of it was typed.
    pub(crate) fn strength(&self, form: Form, policy: PasswordPolicy) -> Option<Assessment> {
        let is_judged = form == Form::Register && !self.password.is_empty();
        is_judged.then(|| policy.strength(&self.password, &self.username, &self.email))
    }

    /// What is wrong, in the order of the fields.
    pub(crate) fn faults(&self, form: Form, policy: PasswordPolicy) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut fault = |field, message: String| faults.push(FieldError { field, message });
        match form {
            Form::Login => {
                if self.username.trim().is_empty() {
                    fault(
                        Field::Username,
                        "Enter your username or email address".to_owned(),
                    );
                }
                if self.password.is_empty() {
                    fault(Field::Password, "Enter your password".to_owned());
                }
            }
            Form::Register => {
                if let Err(reason) = Username::parse(&self.username) {
                    fault(Field::Username, reason.to_string());
                }
                if let Err(reason) = EmailAddress::parse(&self.email) {
                    fault(Field::Email, reason.to_string());
                }
                if let Err(reason) = policy.check(&self.password, &self.username, &self.email) {
                    fault(Field::Password, reason.to_string());
                }
            }
            // These are posted as they are, and judged by the server.
            Form::RegisterAsked
            | Form::SignInLink
            | Form::SignInCode
            | Form::SignInByLink
            | Form::ConfirmCode
            | Form::ConfirmSignUp
            | Form::ConfirmElsewhere
            | Form::ForgotPassword
            | Form::LetterAsked
            | Form::NoMail
            | Form::OpenedLink
            | Form::VoidLink
            | Form::UsedLink
            | Form::VerifyCode
            | Form::VoidCode => {}
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(form: Form, username: &str, email: &str, password: &str) -> Vec<Field> {
        let typed = Typed {
            username: username.to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
        };
        typed
            .faults(form, PasswordPolicy::default())
            .into_iter()
            .map(|fault| fault.field)
            .collect()
    }

    #[test]
    fn signing_in_asks_only_that_something_was_typed() {
        assert_eq!(
            fields(Form::Login, " ", "", ""),
            [Field::Username, Field::Password]
        );
        assert_eq!(fields(Form::Login, "ada", "", "short"), []);
    }

    #[test]
    fn each_wrong_field_is_named_in_the_order_of_the_form() {
        assert_eq!(
            fields(Form::Register, "a", "ada@example", "short"),
            [Field::Username, Field::Email, Field::Password]
        );
        assert_eq!(
            fields(
                Form::Register,
                "ada",
                "ada@example.org",
                "correct horse battery"
            ),
            []
        );
    }
}
