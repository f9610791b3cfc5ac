//! What the access token says, claim by claim, and what each means.

use leptos::prelude::*;

use crate::{
    client::{Session, TokenFacts},
    words,
};

/// A claim: its name, its meaning, and how its value is told.
type Claim = (&'static str, &'static str, fn(&TokenFacts) -> String);

const CLAIMS: [Claim; 14] = [
    ("iss", "Issued by", |token| token.claims.iss.clone()),
    ("aud", "Meant for", |token| token.claims.aud.clone()),
    ("sub", "The user it speaks of", |token| {
        token.claims.sub.clone()
    }),
    ("client_id", "The client it was given to", |token| {
        token.claims.client_id.clone()
    }),
    ("iat", "Issued at", |token| {
        words::time_of_day(token.claims.iat)
    }),
    ("exp", "Void after", |token| {
        words::time_of_day(token.claims.exp)
    }),
    ("jti", "This token's own id", |token| {
        token.claims.jti.clone()
    }),
    ("auth_time", "When they last proved who they are", |token| {
        words::moment_of(token.claims.auth_time)
    }),
    ("amr", "How they proved who they are", |token| {
        listed(&token.claims.amr)
    }),
    ("roles", "What they may do", |token| {
        listed(&token.claims.roles)
    }),
    ("groups", "Their teams", |token| {
        listed(&token.claims.groups)
    }),
    ("sid", "The session it belongs to", |token| {
        token.claims.sid.clone()
    }),
    ("gen", "The session's generation that minted it", |token| {
        token.claims.generation.to_string()
    }),
    ("ver", "The account's security version", |token| {
        token.claims.security_version.to_string()
    }),
];

/// The table of claims. Its lines stand from the beginning; the values come with the token.
#[component]
pub(crate) fn Claims() -> impl IntoView {
    let session = Session::of_app();
    let rows = CLAIMS
        .into_iter()
        .map(|(name, meaning, tell)| {
            view! {
                <tr>
                    <th scope="row"><code>{name}</code> <span class="quiet">{meaning}</span></th>
                    <td>{session.of_token(tell)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card scripted" aria-labelledby="claims">
            <h2 id="claims">"What the access token says"</h2>
            <p class="quiet">"The claims of RFC 9068, and three of Latchkey's own. The token itself is not on this page."</p>
            <table class="claims">
                <thead><tr><th scope="col">"Claim"</th><th scope="col">"Value"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}
