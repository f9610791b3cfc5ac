//! What became of letters, counted for Prometheus.

use auth::{Delivery, Occasion};
use metrics::{Unit, counter, describe_counter};

const LETTERS: &str = "latchkey_letters_total";

const fn label(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Sent => "sent",
        Delivery::Failed => "failed",
        Delivery::Refused => "refused",
    }
}

/// Counts what became of a letter.
pub(super) fn count(occasion: Occasion, delivery: Delivery) {
    counter!(LETTERS, "occasion" => occasion.as_str(), "outcome" => label(delivery)).increment(1);
}

/// Says what is counted, and begins at 0.
pub(crate) fn describe() {
    describe_counter!(
        LETTERS,
        Unit::Count,
        "Attempts to send a letter, by its occasion and by what became of it."
    );
    for occasion in Occasion::ALL {
        for delivery in [Delivery::Sent, Delivery::Failed, Delivery::Refused] {
            counter!(LETTERS, "occasion" => occasion.as_str(), "outcome" => label(delivery))
                .increment(0);
        }
    }
}
