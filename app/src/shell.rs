//! The HTML around the app: the head, and the script that brings the page to life.
//!
//! Leptos' own hydration scripts put the nonce where style sheets could read it; these don't.

mod assets;

use auth::session::Viewer;
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_router::location::RequestUrl;

pub use self::assets::AssetNames;
use crate::{
    App,
    page::Status,
    pages::{
        error,
        problems::{self, ProblemDocument},
    },
    problems::Kind,
    routes,
};

/// Makes HTML from text for Leptos, which builds static parts of a page that way, and for nothing that could run.
const TRUSTED_TYPES: &str = r"self.trustedTypes&&trustedTypes.createPolicy('default',{createHTML:(s,t,k)=>k=='Element innerHTML'&&!/<.?(script|iframe|object|embed|base|link|meta|style)|[\s\/]on\w+\s*=|srcdoc|javascript:/i.test(s)?s:null});";

/// What a search engine or a message with a link to here shows.
const DESCRIPTION: &str =
    "Accounts, sign-in and sessions with JWTs, rendered on the server and alive in the browser.";

/// What would go unused without scripts is not fetched then.
const SCRIPTED: &str = "(scripting: enabled)";

/// The whole document of a page.
pub fn shell(options: LeptosOptions, assets: AssetNames) -> impl IntoView {
    let nonce = use_nonce();
    let hydrate = format!(
        "{TRUSTED_TYPES}import('{js}').then(m=>m.default({{module_or_path:'{wasm}'}}).then(()=>m.hydrate()))",
        js = assets.js,
        wasm = assets.wasm,
    );
    let program = view! {
        <link rel="modulepreload" href=assets.js nonce=nonce.clone() media=SCRIPTED/>
        <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="" media=SCRIPTED/>
        <script type="module" nonce=nonce>{hydrate}</script>
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            {head(title().to_owned(), assets.css, options, program)}
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The whole document of a page about a kind of problem, or of the list of all kinds.
pub fn problem_shell(
    options: LeptosOptions,
    assets: AssetNames,
    kind: Option<Kind>,
) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            {head(problems::title(kind), assets.css, options, ())}
            <body>
                <ProblemDocument kind/>
            </body>
        </html>
    }
}

/// The head of a document, and at its end what brings the page to life, if anything does.
fn head(
    title: String,
    css: String,
    options: LeptosOptions,
    program: impl IntoView,
) -> impl IntoView {
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="description" content=DESCRIPTION/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="theme-color" content="#fbfaf7" media="(prefers-color-scheme: light)"/>
            <meta name="theme-color" content="#12100d" media="(prefers-color-scheme: dark)"/>
            <title>{title}</title>
            <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
            <link rel="stylesheet" href=css/>
            <AutoReload options/>
            {program}
        </head>
    }
}

fn title() -> &'static str {
    let Status(status) = use_context().unwrap_or(Status(200));
    let has_form = use_context::<Option<crate::page::FormState>>()
        .flatten()
        .is_some();
    if status >= 400 && !has_form {
        return error::words(status).title;
    }
    let signed_in = use_context::<Option<Viewer>>().flatten().is_some();
    use_context::<RequestUrl>()
        .and_then(|url| url.parse().ok())
        .map_or("Latchkey", |url| routes::title_for(url.path(), signed_in))
}
