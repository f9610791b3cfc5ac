//! What the access token says, claim by claim, and what each means.

use auth::token::AccessClaims;
use leptos::prelude::*;

use crate::{client::Session, words};

/// A claim: its name, its meaning, and how its value is told.
type Claim = (&'static str, &'static str, fn(&AccessClaims) -> String);

const CLAIMS: [Claim; 14] = [
    ("iss", "Issued by", |claims| claims.iss.clone()),
    ("aud", "Meant for", |claims| claims.aud.clone()),
    ("sub", "The user it speaks of", |claims| claims.sub.clone()),
    ("client_id", "The client it was given to", |claims| claims.client_id.clone()),
    ("iat", "Issued at", |claims| words::time_of_day(claims.iat)),
    ("exp", "Void after", |claims| words::time_of_day(claims.exp)),
    ("jti", "This token's own id", |claims| claims.jti.clone()),
    ("auth_time", "When the password was given", |claims| words::time_of_day(claims.auth_time)),
    ("amr", "How they proved who they are", |claims| listed(&claims.amr)),
    ("roles", "What they may do", |claims| listed(&claims.roles)),
    ("groups", "Their teams", |claims| listed(&claims.groups)),
    ("sid", "The session it belongs to", |claims| claims.sid.clone()),
    ("gen", "The session's generation that minted it", |claims| claims.generation.to_string()),
    ("ver", "The account's security version", |claims| claims.security_version.to_string()),
];

/// The table of claims. Its lines stand from the beginning; the values come with the token.
#[component]
pub(crate) fn Claims() -> impl IntoView {
    let Session { token, .. } = Session::of_app();
    let rows = CLAIMS
        .into_iter()
        .map(|(name, meaning, value)| {
            let value = move || token.with(|token| token.as_ref().map_or_else(|| "…".to_owned(), |token| value(&token.claims)));
            view! {
                <tr>
                    <th scope="row"><code>{name}</code> <span class="quiet">{meaning}</span></th>
                    <td>{value}</td>
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
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
