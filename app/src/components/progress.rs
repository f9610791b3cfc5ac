//! How a form fares: what is wrong with it, whether it is under way, how strong its new password is.

use auth::{
    error::{Field as Name, FieldError},
    password::Assessment,
};
use leptos::prelude::*;

use crate::{client::page, error::ApiError};

/// How a form fares.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    state: RwSignal<State>,
    /// Whether it was sent and has no answer yet.
    pub(crate) pending: RwSignal<bool>,
    /// Whether the password can be read.
    pub(crate) shown: RwSignal<bool>,
}

#[derive(Default)]
struct State {
    errors: Vec<FieldError>,
    message: Option<String>,
    strength: Option<Assessment>,
}

impl Progress {
    pub(crate) fn new(errors: Vec<FieldError>, message: Option<String>) -> Self {
        Self {
            state: RwSignal::new(State {
                errors,
                message,
                strength: None,
            }),
            pending: RwSignal::new(false),
            shown: RwSignal::new(false),
        }
    }

    /// What is wrong with the whole.
    pub(crate) fn message(self) -> Option<String> {
        self.state.with(|state| state.message.clone())
    }

    /// Whether something is wrong with a field.
    pub(crate) fn is_wrong(self, name: Name) -> bool {
        self.state
            .with(|state| state.errors.iter().any(|error| error.field == name))
    }

    /// What is wrong with a field.
    pub(crate) fn error_of(self, name: Name) -> String {
        self.state
            .with(|state| {
                state
                    .errors
                    .iter()
                    .find(|error| error.field == name)
                    .map(|error| error.message.clone())
            })
            .unwrap_or_default()
    }

    /// How strong the new password is, as far as it was typed.
    pub(crate) fn strength<T>(self, look: impl FnOnce(Option<&Assessment>) -> T) -> T {
        self.state.with(|state| look(state.strength.as_ref()))
    }

    /// Begins anew: nothing is wrong so far.
    pub(crate) fn clear(self) {
        self.refuse(Vec::new(), None);
    }

    /// Takes what is wrong.
    pub(crate) fn refuse(self, errors: Vec<FieldError>, message: Option<String>) {
        self.state
            .update(|state| (state.errors, state.message) = (errors, message));
    }

    /// Puts each fault beside its field, and the focus into the first.
    pub(crate) fn show(self, errors: Vec<FieldError>) {
        let wrong = first(&errors);
        self.refuse(errors, None);
        if let Some(name) = wrong {
            page::focus(name.as_str());
        }
    }

    /// Says why nothing came of it: beside the fields, or in the sentence of the id `refusal`.
    pub(crate) fn fail(self, error: ApiError, refusal: &'static str) {
        match error {
            ApiError::Fields(errors) => self.show(errors),
            error => {
                let comfort = if error == ApiError::Offline {
                    " Nothing that you typed is lost: try again when it is back."
                } else {
                    ""
                };
                self.refuse(Vec::new(), Some(error.to_string() + comfort));
                page::reveal(refusal);
            }
        }
    }

    /// Takes what was typed: what was wrong with a field has been read by who types into it.
    pub(crate) fn typed(self, name: Option<&str>, strength: Option<Assessment>) {
        self.state.update(|state| {
            state
                .errors
                .retain(|error| Some(error.field.as_str()) != name);
            state.strength = strength;
        });
    }
}

/// The first wrong field, in the order of the forms.
pub(super) fn first(errors: &[FieldError]) -> Option<Name> {
    Name::ALL
        .into_iter()
        .find(|name| errors.iter().any(|error| error.field == *name))
}
