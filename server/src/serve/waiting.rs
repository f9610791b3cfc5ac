//! What goes on at the start while the database is not there: it is tried again, and who asks meanwhile is told to come again.

use std::{io, sync::Arc, time::Duration};

use auth::random::Randomness;
use axum::{Router, middleware::from_fn_with_state, routing::get};
use tokio::{net::TcpListener, sync::watch};

use super::StartError;
use crate::{
    causes::with_causes,
    listener,
    middleware::security_headers,
    problem::Problem,
    rest,
    settings::{Limits, Security},
};

/// The first pause. Each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(500);
/// The longest.
const LONGEST: Duration = Duration::from_secs(10);

/// The wait for a database. Dropped, it leaves the listener to others.
pub(super) struct Waiting {
    listener: std::net::TcpListener,
    limits: Limits,
    /// Of the public URL.
    security: Security,
    randomness: Arc<dyn Randomness>,
    /// The database, as the log may name it.
    place: String,
    pause: Duration,
    /// There once somebody is answered. Dropping it ends that.
    answering: Option<watch::Sender<bool>>,
}

impl Waiting {
    /// Begins with the shortest pause, and answers nobody yet: who connects in the blink that a start takes is served when it is over.
    pub(super) fn new(
        listener: std::net::TcpListener,
        limits: Limits,
        security: Security,
        randomness: Arc<dyn Randomness>,
        place: String,
    ) -> Self {
        Self {
            listener,
            limits,
            security,
            randomness,
            place,
            pause: FIRST,
            answering: None,
        }
    }

    /// Says what stands in the way, and waits until the next try. From now on whoever asks is answered.
    pub(super) async fn pause_after(&mut self, error: &StartError) -> io::Result<()> {
        if self.answering.is_none() {
            self.answering = Some(self.answer()?);
        }
        let pause = jittered(self.pause, &*self.randomness);
        tracing::warn!(
            error = with_causes(error),
            "The database at {} does not answer. The next try is in {:.1} s",
            self.place,
            pause.as_secs_f64()
        );
        tokio::time::sleep(pause).await;
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(())
    }

    /// Answers on the listener until what it returns is dropped. The listener stays with whoever serves after that.
    fn answer(&self) -> io::Result<watch::Sender<bool>> {
        let listener = TcpListener::from_std(self.listener.try_clone()?)?;
        let (stop, stopping) = watch::channel(false);
        let answers = answers(self.security);
        tokio::spawn(listener::serve(listener, answers, self.limits, stopping));
        Ok(stop)
    }
}

/// That the program lives, and that everything else is to be asked for again: 503 for a load balancer, which then sends nobody here.
fn answers(security: Security) -> Router {
    Router::new()
        .route("/health/live", get(rest::live))
        .fallback(async || Problem::unavailable())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(
            security,
            security_headers::protect_what_is_no_page,
        ))
}

/// A pause that is up to a quarter shorter or longer, so that processes that lost their database together do not come back together.
fn jittered(pause: Duration, randomness: &dyn Randomness) -> Duration {
    let mut chance = [0; 2];
    // Without chance the pause is the shortest, and that is all.
    let _ = randomness.fill(&mut chance);
    let share = f64::from(u16::from_le_bytes(chance)) / f64::from(u16::MAX);
    pause.mul_f64(0.75 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use auth::random::SystemRandomness;

    use super::*;

    #[test]
    fn a_pause_is_moved_by_a_quarter_at_most() {
        let randomness = SystemRandomness::default();
        let pauses: Vec<_> = (0..100).map(|_| jittered(LONGEST, &randomness)).collect();
        let within = Duration::from_millis(7_500)..=Duration::from_millis(12_500);
        assert!(pauses.iter().all(|pause| within.contains(pause)));
        assert!(
            pauses.iter().any(|pause| *pause != pauses[0]),
            "there is no chance in it"
        );
    }
}
