//! The browser's entry: brings the page that the server rendered to life, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script, once this module has been loaded.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
}
