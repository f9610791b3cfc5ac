//! Whether the browser is to keep the session when it is closed.

use leptos::prelude::*;

/// The name of the box, which is its id as well.
pub(crate) const REMEMBER: &str = "remember";

/// The box.
#[component]
pub(crate) fn RememberBox(
    /// Whether it begins checked.
    checked: bool,
) -> impl IntoView {
    view! {
        <div class="choice">
            <input type="checkbox" id=REMEMBER name=REMEMBER value="on" checked=checked/>
            <label for=REMEMBER>"Keep me signed in"</label>
        </div>
    }
}
