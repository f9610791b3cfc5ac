//! What a page begins with and uses once: a refused form, where to go on to, an error instead of the page.
//!
//! Each is taken by the first page that asks. Else it would be back whenever a person comes to that page again.

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
    is_open: bool,
}

impl Opening {
    pub(crate) fn new(form: Option<FormState>, next: Option<String>, status: u16) -> Self {
        // A refused form is drawn as the form, whatever the status.
        let error = (status >= 400 && form.is_none()).then_some(status);
        Self(StoredValue::new(Things {
            form,
            next,
            error,
            is_open: false,
        }))
    }

    /// The opening of the app that this runs in.
    pub(crate) fn of_app() -> Self {
        use_context().unwrap_or_else(|| Self::new(None, None, 200))
    }

    /// The form that was refused, if it is this one.
    pub(crate) fn take_form(self, form: Form) -> Option<FormState> {
        self.take(|things| things.form.take())
            .filter(|state| state.form == form)
    }

    /// Where to go on to, as the server found it.
    pub(crate) fn take_next(self) -> Option<String> {
        self.take(|things| things.next.take())
    }

    /// The status of the error to draw instead of the page.
    pub(crate) fn take_error(self) -> Option<u16> {
        self.take(|things| things.error.take())
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
