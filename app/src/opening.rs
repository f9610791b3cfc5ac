//! What a page begins with and uses once: a refused form, where to go on to, an error instead of the page.
//!
//! Each is taken by the first page that asks. Else it would be back whenever a person comes to that page again. What the document was
//! opened as stays.

use leptos::prelude::*;

use crate::page::{Form, FormState};

/// The things to be taken, in the context of the whole app.
#[derive(Clone, Copy)]
pub(crate) struct Opening(StoredValue<Things>);

#[derive(Default)]
struct Things {
    form: Option<FormState>,
    next: Option<String>,
    error: Option<u16>,
    opened_as: OpenedAs,
    is_open: bool,
}

/// What the server has answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OpenedAs {
    /// The page that was asked for.
    #[default]
    Page,
    /// A refusal, for the one who looks.
    Refusal,
    /// A failure of its own, for which it did not ask who looks: they may well be signed in.
    Failure,
}

impl Opening {
    pub(crate) fn new(form: Option<FormState>, next: Option<String>, status: u16) -> Self {
        // A refused form is drawn as the form, whatever the status.
        let error = (status >= 400 && form.is_none()).then_some(status);
        let opened_as = match error {
            None => OpenedAs::Page,
            Some(400..500) => OpenedAs::Refusal,
            Some(_) => OpenedAs::Failure,
        };
        Self(StoredValue::new(Things {
            form,
            next,
            error,
            opened_as,
            is_open: false,
        }))
    }

    /// The opening of the app that this runs in.
    pub(crate) fn of_app() -> Self {
        use_context().unwrap_or_else(|| Self::new(None, None, 200))
    }

    /// The form that was refused, if it is this one.
    pub(crate) fn take_form(self, form: Form) -> Option<FormState> {
        self.take_any(&[form])
    }

    /// The form to be shown, if it is one of these.
    pub(crate) fn take_any(self, forms: &[Form]) -> Option<FormState> {
        self.take(|things| things.form.take_if(|state| forms.contains(&state.form)))
    }

    /// Where to go on to, as the server found it; left for the form to take.
    pub(crate) fn next(self) -> Option<String> {
        self.0.with_value(|things| things.next.clone())
    }

    /// Where to go on to, as the server found it.
    pub(crate) fn take_next(self) -> Option<String> {
        self.take(|things| things.next.take())
    }

    /// The status of the error to draw instead of the page.
    pub(crate) fn take_error(self) -> Option<u16> {
        self.take(|things| things.error.take())
    }

    /// What the document was opened as.
    pub(crate) fn opened_as(self) -> OpenedAs {
        self.0.with_value(|things| things.opened_as)
    }

    /// Whether this is the page that the document was opened with. True once.
    pub(crate) fn is_first(self) -> bool {
        self.take(|things| (!std::mem::replace(&mut things.is_open, true)).then_some(()))
            .is_some()
    }

    fn take<T>(self, take: impl FnOnce(&mut Things) -> Option<T>) -> Option<T> {
        self.0.try_update_value(take).flatten()
    }
}
