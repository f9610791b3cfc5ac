//! Texts and states that follow a signal, of one type each: Leptos compiles all that it does with a closure once for each type of closure.

/// A text that follows what it reads.
pub(crate) type Text = Box<dyn Fn() -> String + Send>;

/// A text that follows what `read` reads.
pub(crate) fn text(read: impl Fn() -> String + Send + 'static) -> Text {
    Box::new(read)
}

/// A text that stays.
pub(crate) fn fixed(text: &'static str) -> Text {
    Box::new(move || text.to_owned())
}

/// An attribute that is there or not.
pub(crate) type Flag = Box<dyn Fn() -> bool + Send>;

/// An attribute that is there while `read` says so.
pub(crate) fn flag(read: impl Fn() -> bool + Send + 'static) -> Flag {
    Box::new(read)
}

/// The value of an attribute, or none.
pub(crate) type Mark = Box<dyn Fn() -> Option<&'static str> + Send>;

/// `true` while `read` says so, and else nothing: as ARIA wants its states.
pub(crate) fn mark(read: impl Fn() -> bool + Send + 'static) -> Mark {
    Box::new(move || read().then_some("true"))
}
