//! The page in its window: where it is, where it goes, and its coming and going in the browser's history.

use std::time::Duration;

use js_sys::Array;
use leptos::{
    ev,
    prelude::{document, request_animation_frame, set_timeout, window, window_event_listener},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Blob, HtmlAnchorElement, HtmlDialogElement, HtmlElement, HtmlInputElement,
    ScrollIntoViewOptions, ScrollLogicalPosition, Url,
};

/// After what time a file that is saved has been read.
const LONG_SAVED: Duration = Duration::from_mins(1);

/// The path and the query of the page that is open.
pub(super) fn address() -> String {
    let location = window().location();
    let mut address = location.pathname().unwrap_or_default();
    address.push_str(&location.search().unwrap_or_default());
    address
}

/// Puts another page in the place of this one, by a page load: nothing of this one is left, in memory or in the history.
pub(crate) fn replace(address: &str) {
    veil(true);
    // The browser may refuse only what is no address.
    _ = window().location().replace(address);
}

/// Asks the server for this page anew. Not by reload, which would send a posted form a second time.
pub(super) fn renew() {
    replace(&address());
}

/// Hides all that the page shows, or shows it again.
pub(super) fn veil(veiled: bool) {
    if let Some(body) = document().body() {
        body.set_hidden(veiled);
    }
}

/// Whether anyone can see the page.
pub(super) fn is_visible() -> bool {
    !document().hidden()
}

/// Calls `leave` when the page is left for the back/forward cache or for good, and `return_` when it comes back from that cache.
pub(super) fn watch(leave: impl Fn() + 'static, return_: impl Fn() + 'static) {
    window_event_listener(ev::pagehide, move |_| leave());
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            return_();
        }
    });
}

/// Calls `heal` each time that the browser has found the network again.
pub(super) fn when_online(heal: impl Fn() + 'static) {
    window_event_listener(ev::online, move |_| heal());
}

/// Gives the document a title, and says it by the element of the id `announcer`.
pub(crate) fn entitle(title: &str, announcer: &str) {
    document().set_title(title);
    if let Some(announcer) = element::<HtmlElement>(announcer) {
        announcer.set_text_content(Some(title));
    }
}

/// Moves the focus to the element of that id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        // An element that can't be focused keeps the focus where it was.
        _ = element.focus();
    }
}

/// Scrolls as far as it takes to see the element of that id, once what has just changed is on the page.
pub(crate) fn reveal(id: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = element::<HtmlElement>(id) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Closes the dialog of that id, and has the browser bring the focus back to where it was.
pub(crate) fn close_dialog(id: &str) {
    if let Some(dialog) = element::<HtmlDialogElement>(id) {
        dialog.close();
    }
}

/// Has the browser keep a text as a file of that name. Answers whether it can.
pub(crate) fn save(name: &str, text: &str) -> bool {
    let parts = Array::of1(&JsValue::from_str(text));
    let saved = || {
        let blob = Blob::new_with_str_sequence(&parts).ok()?;
        let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // Some browsers begin to read it only after a while.
        set_timeout(
            move || {
                // It is refused only where there is no such thing.
                _ = Url::revoke_object_url(&address);
            },
            LONG_SAVED,
        );
        Some(())
    };
    saved().is_some()
}

/// What is typed into the field of that id.
pub(crate) fn typed(id: &str) -> String {
    element::<HtmlInputElement>(id)
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Whether the box of that id is checked.
pub(crate) fn is_checked(id: &str) -> bool {
    element::<HtmlInputElement>(id).is_some_and(|field| field.checked())
}

/// Empties the field of that id.
pub(crate) fn clear(id: &str) {
    if let Some(field) = element::<HtmlInputElement>(id) {
        field.set_value("");
    }
}

/// In Unicode's normal form C, by the browser's own tables.
pub(crate) fn normalised(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFC").into()
}

fn element<T: wasm_bindgen::JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
