//! Proof of receipt: the first call that carries generation N shows that its owner has received it.
//!
//! It costs one write a rotation, off the path of the request. Losing one signs nobody out: the next call brings it again, and until it does
//! the generation before may be minted again by whoever comes with it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{mpsc, oneshot};

use super::SessionId;
use crate::{clock::Clock, store::Store};

/// How many sessions' receipts are remembered, so that they are written once.
const REMEMBERED: usize = 16_384;
/// How many receipts may wait to be written.
const WAITING: usize = 1_024;

type Known = Arc<Mutex<HashMap<SessionId, i64>>>;

/// What the writer is handed.
#[derive(Debug)]
enum Item {
    Receipt(SessionId, i64),
    /// Answered once all that came before is written.
    Flush(oneshot::Sender<()>),
}

/// Takes note of the generations that bearers carry.
#[derive(Debug)]
pub(crate) struct Receipts {
    known: Known,
    waiting: mpsc::Sender<Item>,
}

impl Receipts {
    /// Begins to write receipts into `store`, until the last handle is dropped.
    pub(crate) fn start(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (waiting, receiver) = mpsc::channel(WAITING);
        let known = Known::default();
        tokio::spawn(write_down(receiver, store, clock, Arc::clone(&known)));
        Self { known, waiting }
    }

    /// Takes note that the owner of `session` holds a token of `generation`.
    pub(crate) fn note(&self, session: SessionId, generation: i64) {
        if generation == 0 || !self.is_news(session, generation) {
            return;
        }
        if self
            .waiting
            .try_send(Item::Receipt(session, generation))
            .is_err()
        {
            forget(&self.known, session);
        }
    }

    /// Waits until all receipts that were noted so far are written.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.waiting.send(Item::Flush(done)).await.is_ok() {
            // The writer answers, or has gone with the runtime: there is nothing to wait for then.
            let _ = written.await;
        }
    }

    fn is_news(&self, session: SessionId, generation: i64) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known
            .get(&session)
            .is_some_and(|confirmed| *confirmed >= generation)
        {
            return false;
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(session, generation);
        true
    }
}

fn forget(known: &Known, session: SessionId) {
    known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&session);
}

async fn write_down(
    mut waiting: mpsc::Receiver<Item>,
    store: Store,
    clock: Arc<dyn Clock>,
    known: Known,
) {
    while let Some(item) = waiting.recv().await {
        match item {
            Item::Receipt(session, generation) => {
                if let Err(error) = store
                    .confirm_generation(session, generation, clock.now())
                    .await
                {
                    tracing::warn!(%session, %error, "a receipt could not be written; the next call brings it again");
                    forget(&known, session);
                }
            }
            Item::Flush(done) => drop(done.send(())),
        }
    }
}
