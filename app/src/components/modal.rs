//! A dialog over the page. The browser keeps the focus inside, closes it on Escape, and brings the focus back to where it was.

use leptos::{html, prelude::*};

/// What a dialog holds, drawn anew each time that it opens.
pub(super) type Content = Box<dyn Fn() -> AnyView + Send + Sync>;

/// The dialog, while it is open.
#[component]
pub(crate) fn Modal(
    /// Its id, by which it is closed: see [`crate::client::page::close_dialog`].
    id: &'static str,
    /// The id of its heading.
    heading: &'static str,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it holds.
    content: Content,
    /// What happens once it is closed, however that came about.
    closed: Box<dyn Fn() + Send + Sync>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // Only one that is open already can't be opened.
            _ = dialog.show_modal();
        }
    });
    let parts = StoredValue::new((content, closed));
    move || {
        open.get().then(|| {
            view! {
                <dialog
                    class="card"
                    id=id
                    aria-labelledby=heading
                    node_ref=dialog
                    on:close=move |_| parts.with_value(|(_, closed)| closed())
                >
                    {parts.with_value(|(content, _)| content())}
                </dialog>
            }
        })
    }
}
