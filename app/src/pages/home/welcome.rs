//! What this is, for a stranger: where the tokens live, and why that is safe.

use leptos::prelude::*;

use crate::{
    components::heading::Heading,
    routes::{LOGIN, REGISTER},
    text::fixed,
};

/// The page.
#[component]
pub(super) fn Welcome() -> impl IntoView {
    view! {
        <div class="page welcome">
            <div class="hero">
                <Heading text=fixed("Sign people in, and know where every token is.")/>
                <p class="lead">
                    "Latchkey is a full-stack Rust template: accounts, sign-in and sessions with JWTs, rendered on the server and alive in \
                    the browser. Clone it, run it, build your product on top."
                </p>
                <p class="row">
                    <a class="button primary" href=REGISTER>"Create an account"</a>
                    <a class="button plain" href=LOGIN>"Sign in"</a>
                </p>
            </div>
            <WhereTokensLive/>
            <Claims/>
        </div>
    }
}

/// The two tokens, each in its place, and the ways that they take.
#[component]
fn WhereTokensLive() -> impl IntoView {
    view! {
        <figure class="diagram card">
            <div class="place">
                <p class="place-name">"Your browser"</p>
                <div class="spot">
                    <p class="head"><strong>"This tab's memory"</strong> <span class="chip">"access token"</span></p>
                    <p class="small quiet">"Lives for minutes. Gone with the tab, and in no storage, cookie or address."</p>
                </div>
                <div class="spot">
                    <p class="head"><strong>"Http-only cookie"</strong> <span class="chip">"refresh token"</span></p>
                    <p class="small quiet">"Lives for weeks. No script can read it, and it changes with each use."</p>
                </div>
            </div>
            <div class="ways">
                <p class="way">"with each call"</p>
                <p class="way both">"to get the next pair"</p>
            </div>
            <div class="place">
                <p class="place-name">"The server"</p>
                <div class="spot">
                    <p class="head"><strong>"Two key rings"</strong></p>
                    <p class="small quiet">"Ed25519, sealed. A call is checked by signature, without a database read."</p>
                </div>
                <div class="spot">
                    <p class="head"><strong>"One row a session"</strong></p>
                    <p class="small quiet">"It counts generations: an old refresh token that comes back is noticed."</p>
                </div>
            </div>
            <figcaption class="small quiet">"Two tokens, each with one way to the server. A page is rendered from the cookie, and holds neither."</figcaption>
        </figure>
    }
}

/// What that gives, and what it can't.
#[component]
fn Claims() -> impl IntoView {
    view! {
        <div class="claims-list">
            <section>
                <h2>"A copied page gives nothing away"</h2>
                <p>"Look at the source, the storage and the address: there is no token in them. Not even in the page that greets you by name."</p>
            </section>
            <section>
                <h2>"A copied cookie ends the session"</h2>
                <p>"Once you have used a newer one, the copy is refused, everyone who holds one is signed out, and you are told."</p>
            </section>
            <section>
                <h2>"Signed out means signed out"</h2>
                <p>"Stateless tokens are taken back within a second, in every tab and by every process of the server."</p>
            </section>
            <section>
                <h2>"And an honest limit"</h2>
                <p>"A script that runs inside the page could ask for tokens while it runs. A strict content policy is there so that none does."</p>
            </section>
        </div>
    }
}
