//! What is shown where the server answered with an error instead of the page.

use leptos::prelude::*;

use crate::{components::heading::Heading, routes::HOME, text::fixed};

/// An error in words.
pub(crate) struct Words {
    /// The title of the document.
    #[cfg_attr(
        not(feature = "ssr"),
        expect(
            dead_code,
            reason = "only the server writes the title of an error page"
        )
    )]
    pub(crate) title: &'static str,
    heading: &'static str,
    sentence: &'static str,
}

/// The words for a status.
pub(crate) const fn words(status: u16) -> Words {
    match status {
        403 => Words {
            title: "Refused · Latchkey",
            heading: "That was refused",
            sentence: "The request did not come from a page of this site, so nothing was done. Go back, reload the page and try again.",
        },
        404 => Words {
            title: "Page not found · Latchkey",
            heading: "Page not found",
            sentence: "There is nothing at this address. It may have been mistyped, or have moved.",
        },
        405 => Words {
            title: "Not possible · Latchkey",
            heading: "That is not possible here",
            sentence: "This address does not take what was sent to it.",
        },
        413 => Words {
            title: "Too much · Latchkey",
            heading: "That was too much",
            sentence: "More was sent than any form of this site needs, so it was not read.",
        },
        429 => Words {
            title: "Too many requests · Latchkey",
            heading: "Too many requests",
            sentence: "Many requests came from your address in a short time. You are not signed out by this; wait a minute, then try again.",
        },
        503 => Words {
            title: "Not available · Latchkey",
            heading: "Not available just now",
            sentence: "The service can't be reached for the moment. You are not signed out by this; try again soon.",
        },
        400..=499 => Words {
            title: "Not understood · Latchkey",
            heading: "That was not understood",
            sentence: "The server could not read what was sent. Go back, reload the page and try again.",
        },
        _ => Words {
            title: "Something went wrong · Latchkey",
            heading: "Something went wrong",
            sentence: "It is our fault, and it has been written down. You are not signed out by this; try again in a moment.",
        },
    }
}

/// The page for a status.
#[component]
pub(crate) fn ErrorPage(status: u16) -> impl IntoView {
    let Words {
        heading, sentence, ..
    } = words(status);
    // By a page load: the server says anew who is signed in.
    view! {
        <div class="door">
            <p class="status" aria-hidden="true">{status.to_string()}</p>
            <Heading text=fixed(heading)/>
            <p class="quiet">{sentence}</p>
            <p class="row"><a class="button plain" href=HOME rel="external">"Go to the start"</a></p>
        </div>
    }
}
