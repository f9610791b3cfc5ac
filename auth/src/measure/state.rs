//! What is a state and no event: read where it is kept, whenever somebody wants to know.

use metrics::{Unit, gauge};

use crate::{Engine, clock::Timestamp};

const QUEUE_LENGTH: &str = "latchkey_password_hash_queue_length";
const QUEUE_LIMIT: &str = "latchkey_password_hash_queue_limit";
const RUNNING: &str = "latchkey_password_hashes_running";
const REVOCATIONS: &str = "latchkey_revocation_set_entries";
const LAG: &str = "latchkey_revocation_lag_seconds";
const LISTENS: &str = "latchkey_revocation_listening";
const CONNECTIONS: &str = "latchkey_store_pool_connections";
const CONNECTIONS_LIMIT: &str = "latchkey_store_pool_connections_limit";
const KEY_AGE: &str = "latchkey_signing_key_age_seconds";
const KEY_DUE: &str = "latchkey_signing_key_rotation_due_seconds";

const LETTERS: &str = "latchkey_letters_waiting";
const LETTER_AGE: &str = "latchkey_oldest_letter_seconds";

/// Each of them, its unit and what it means.
pub(super) const GAUGES: [(&str, Unit, &str); 12] = [
    (
        QUEUE_LENGTH,
        Unit::Count,
        "Passwords that wait to be hashed.",
    ),
    (
        QUEUE_LIMIT,
        Unit::Count,
        "How many passwords may wait to be hashed.",
    ),
    (RUNNING, Unit::Count, "Passwords that are being hashed."),
    (
        REVOCATIONS,
        Unit::Count,
        "What is kept in memory of sessions and of users whose tokens were taken back.",
    ),
    (
        LAG,
        Unit::Seconds,
        "How long ago this process knew all that was taken back. Above 5 the database is asked for each request.",
    ),
    (
        LISTENS,
        Unit::Count,
        "1 while the database tells of each change at once, 0 while it is asked twice a second: always 0 on SQLite.",
    ),
    (
        CONNECTIONS,
        Unit::Count,
        "Connections to the database, by pool and by whether they are in use.",
    ),
    (
        CONNECTIONS_LIMIT,
        Unit::Count,
        "How many connections to the database each pool may have.",
    ),
    (
        KEY_AGE,
        Unit::Seconds,
        "How long the key that signs has done so, by ring.",
    ),
    (
        KEY_DUE,
        Unit::Seconds,
        "How long until the next signing key takes over, by ring. Below 0 it is overdue. Absent where keys have no schedule.",
    ),
    (
        LETTERS,
        Unit::Count,
        "Letters that wait to be sent, those of other processes on the same database among them; 10,000 at most.",
    ),
    (
        LETTER_AGE,
        Unit::Seconds,
        "How long the oldest letter has waited; 0 where none waits.",
    ),
];

impl Engine {
    /// Tells the recorder of the states that are no events: how long queues are, how old keys and views are, how many connections are in use.
    pub fn observe(&self) {
        self.observe_hashing();
        self.observe_revocations();
        self.observe_pools();
        self.observe_keys();
    }

    /// Tells the recorder how many letters wait, by asking the database. Where it does not answer, nothing is told anew.
    pub async fn observe_letters(&self) {
        if let Ok(waiting) = self.letters_waiting().await {
            gauge!(LETTERS).set(u32::try_from(waiting.count).unwrap_or(u32::MAX));
            gauge!(LETTER_AGE).set(waiting.oldest.unwrap_or_default());
        }
    }

    fn observe_hashing(&self) {
        let load = self.parts().passwords.load();
        gauge!(QUEUE_LENGTH).set(number(load.waiting));
        gauge!(QUEUE_LIMIT).set(number(load.queue));
        gauge!(RUNNING).set(number(load.running));
    }

    fn observe_revocations(&self) {
        let revocations = &self.parts().revocations;
        let (sessions, users) = revocations.size();
        gauge!(REVOCATIONS, "kind" => "session").set(number(sessions));
        gauge!(REVOCATIONS, "kind" => "user").set(number(users));
        let following = self.following();
        gauge!(LAG).set(following.age);
        gauge!(LISTENS).set(u32::from(following.listening));
    }

    fn observe_pools(&self) {
        for pool in self.parts().store.pools() {
            let busy = pool.open.saturating_sub(pool.idle);
            gauge!(CONNECTIONS, "pool" => pool.name, "state" => "idle").set(pool.idle);
            gauge!(CONNECTIONS, "pool" => pool.name, "state" => "busy").set(busy);
            gauge!(CONNECTIONS_LIMIT, "pool" => pool.name).set(pool.limit);
        }
    }

    fn observe_keys(&self) {
        let now = self.now();
        for term in self.parts().keys.terms(now) {
            let ring = term.ring.as_str();
            gauge!(KEY_AGE, "ring" => ring).set(now.since(term.from));
            if let Some(until) = term.until {
                gauge!(KEY_DUE, "ring" => ring).set(seconds_until(until, now));
            }
        }
    }
}

/// A number of things; there are never so many that it matters where it ends.
fn number(of_things: usize) -> u32 {
    u32::try_from(of_things).unwrap_or(u32::MAX)
}

/// How long until a moment, in seconds; less than nothing if it has passed.
fn seconds_until(moment: Timestamp, now: Timestamp) -> f64 {
    moment.since(now).as_secs_f64() - now.since(moment).as_secs_f64()
}
