//! A copy of all that is held of one.

use leptos::prelude::*;

use crate::{
    client::page,
    components::{
        action_button::{ActionButton, action},
        heading::Heading,
        said::Said,
    },
    server_fns::settings,
    text::fixed,
};

/// What the file is called.
const FILE: &str = "latchkey-export.json";

/// The page.
#[component]
pub(super) fn Export() -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    let export = action(move || {
        Box::pin(async move {
            said.set(None);
            let text = settings::export().await?;
            said.set(Some(if page::save(FILE, &text) {
                format!("Your data is in the file {FILE}, where your browser keeps downloads.")
            } else {
                "Your browser does not let this page keep a file.".to_owned()
            }));
            Ok(())
        })
    });
    view! {
        <div>
            <Heading text=fixed("Your data")/>
            <p class="quiet">"One file of all that is held of you, for you or for another service."</p>
        </div>
        <section class="card stack" aria-label="Your data">
            <p>
                "It is JSON: your account, your sessions, what happened to your account, the notices to you, the browsers that you are known in, and \
                what letters to you are good for. No password and no token is in it."
            </p>
            <Said said/>
            <p><ActionButton label="Download my data" busy="Gathering it…" action=export/></p>
        </section>
    }
}
