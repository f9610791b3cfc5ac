//! Hashing, a few at a time. A hash takes a core and many megabytes for some milliseconds, so a flood of sign-ins must slow itself down and
//! not the rest: as many hashes at one time as there are cores, few of them for one address, a queue with an end, and no work for a client
//! that has left.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use argon2::Block;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    Password,
    hashing::{Comparison, Hasher, HashingError, HashingSettings},
};
use crate::{
    Error,
    measure::{self, FullQueue},
    random::{Randomness, bytes},
};

/// How long memory is kept for the next hash.
const MEMORY_KEPT: Duration = Duration::from_secs(10);
/// About how long a hash takes; only to say when to come again.
const ABOUT_ONE_HASH: Duration = Duration::from_millis(15);

/// Hashes passwords on threads of its own, a bounded number at one time.
#[derive(Debug)]
pub struct HashPool {
    hasher: Arc<Hasher>,
    randomness: Arc<dyn Randomness>,
    /// A hash of nothing that anyone knows, compared with where there is no user, so that the answer takes as long.
    decoy: SecretString,
    running: Arc<Semaphore>,
    /// One permit for each job that runs or waits.
    admitted: Arc<Semaphore>,
    addresses: Mutex<HashMap<IpAddr, Arc<Address>>>,
    memory: Arc<Mutex<SpareMemory>>,
    width: usize,
    queue: usize,
    per_address: usize,
}

/// What one network address has under way.
#[derive(Debug)]
struct Address {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// What the pool has to do at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashLoad {
    /// Passwords that are being hashed.
    pub(crate) running: usize,
    /// Passwords that wait.
    pub(crate) waiting: usize,
    /// How many may wait.
    pub(crate) queue: usize,
}

#[derive(Default)]
struct SpareMemory {
    blocks: Vec<Vec<Block>>,
    last_used: Option<Instant>,
}

impl std::fmt::Debug for SpareMemory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SpareMemory")
            .field("pieces", &self.blocks.len())
            .finish_non_exhaustive()
    }
}

impl HashPool {
    /// A pool by `settings`. It must be started within a Tokio runtime.
    ///
    /// # Errors
    /// [`HashingError`], when argon2 does not take the parameters.
    pub fn start(
        settings: &HashingSettings,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, HashingError> {
        let hasher = Arc::new(Hasher::new(settings)?);
        let unknown = unknown_password(&*randomness)?;
        let memory = Arc::new(Mutex::new(SpareMemory::default()));
        tokio::spawn(give_back(Arc::downgrade(&memory)));
        Ok(Self {
            decoy: hasher.hash(&unknown, &*randomness, &mut Vec::new())?,
            hasher,
            randomness,
            running: Arc::new(Semaphore::new(settings.width.max(1))),
            admitted: Arc::new(Semaphore::new(settings.width.max(1) + settings.queue)),
            addresses: Mutex::default(),
            memory,
            width: settings.width.max(1),
            queue: settings.queue,
            per_address: settings.per_address_in_flight.max(1),
        })
    }

    /// Hashes a password without asking whether it is known from a breach: one that is its user's already. A new one goes by
    /// `Engine::hash_new_password`.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full; [`Error::Internal`] when hashing fails.
    pub async fn hash_unasked(
        &self,
        password: &Password,
        address: Option<IpAddr>,
    ) -> Result<SecretString, Error> {
        let randomness = Arc::clone(&self.randomness);
        let password = password.clone();
        self.run(address, move |hasher, memory| {
            hasher.hash(&password, &*randomness, memory)
        })
        .await
    }

    /// Compares a password with a stored hash, or with one of nobody's where there is none: that takes as long and is never the same.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full; [`Error::Internal`] when the hash can't be read.
    pub async fn compare(
        &self,
        password: &Password,
        stored: Option<&SecretString>,
        address: Option<IpAddr>,
    ) -> Result<Comparison, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.decoy).clone();
        let password = password.clone();
        let comparison = self
            .run(address, move |hasher, memory| {
                hasher.compare(&password, &stored, memory)
            })
            .await?;
        Ok(if known {
            comparison
        } else {
            Comparison::Different
        })
    }

    /// Whether what somebody typed is the password of a stored hash.
    ///
    /// # Errors
    /// Those of [`Self::compare`].
    pub async fn is_right(
        &self,
        typed: &SecretString,
        stored: &SecretString,
        address: Option<IpAddr>,
    ) -> Result<bool, Error> {
        match Password::typed(typed) {
            Some(typed) => {
                let comparison = self.compare(&typed, Some(stored), address).await?;
                Ok(comparison != Comparison::Different)
            }
            None => Ok(false),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        address: Option<IpAddr>,
        job: impl FnOnce(&Hasher, &mut Vec<Block>) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, Error> {
        let asked = Instant::now();
        let of_address = address.map(|address| self.address(address));
        let _admitted_of_address = of_address
            .as_ref()
            .map(|own| self.admit(&own.admitted, FullQueue::Address))
            .transpose()?;
        let _admitted = self.admit(&self.admitted, FullQueue::All)?;
        // Whoever waits here and leaves, leaves the queue: nothing is hashed for them.
        let turn_of_address = match &of_address {
            Some(own) => Some(turn(&own.running).await?),
            None => None,
        };
        let turn = turn(&self.running).await?;
        measure::hash_waited(asked.elapsed());
        let hasher = Arc::clone(&self.hasher);
        let memory = Arc::clone(&self.memory);
        tokio::task::spawn_blocking(move || {
            // A job that has begun can't be stopped, so it keeps its turn, and what its address has under way, even if its client leaves.
            let _turns = (turn, turn_of_address, of_address);
            let mut blocks = take_memory(&memory);
            let begun = Instant::now();
            let result = job(&hasher, &mut blocks);
            measure::hash_took(begun.elapsed());
            put_memory(&memory, blocks);
            result
        })
        .await
        .map_err(|_| HashingError::Interrupted)
        .flatten()
        .map_err(|error| Error::Internal(Box::new(error)))
    }

    fn admit(
        &self,
        places: &Arc<Semaphore>,
        full: FullQueue,
    ) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(places).try_acquire_owned().map_err(|_| {
            full.count();
            let turns = u32::try_from(self.queue / self.width).unwrap_or(u32::MAX);
            Error::Busy {
                retry_after: ABOUT_ONE_HASH
                    .saturating_mul(turns)
                    .max(Duration::from_secs(1)),
            }
        })
    }

    /// What there is to do now.
    pub(crate) fn load(&self) -> HashLoad {
        let running = self.width.saturating_sub(self.running.available_permits());
        let places = self.width + self.queue;
        let admitted = places.saturating_sub(self.admitted.available_permits());
        HashLoad {
            running,
            // A job whose client has left runs on, and has given back its place.
            waiting: admitted.saturating_sub(running),
            queue: self.queue,
        }
    }

    /// What the network of `address` has under way. One address may fill an eighth of the queue and no more: two must not keep out the rest.
    fn address(&self, address: IpAddr) -> Arc<Address> {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let network = network(address);
        if let Some(own) = addresses.get(&network) {
            return Arc::clone(own);
        }
        // Those that have nothing under way are dropped when a new one comes.
        addresses.retain(|_, own| Arc::strong_count(own) > 1);
        let own = Arc::new(Address {
            running: Arc::new(Semaphore::new(self.per_address)),
            admitted: Arc::new(Semaphore::new(self.per_address + self.queue.div_ceil(8))),
        });
        addresses.insert(network, Arc::clone(&own));
        own
    }
}

async fn turn(running: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    Arc::clone(running)
        .acquire_owned()
        .await
        .map_err(|closed| Error::Internal(Box::new(closed)))
}

/// The network that an address stands for: itself for IPv4, its /64 for IPv6, of which one customer has all.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn take_memory(memory: &Mutex<SpareMemory>) -> Vec<Block> {
    memory
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .blocks
        .pop()
        .unwrap_or_default()
}

fn put_memory(memory: &Mutex<SpareMemory>, blocks: Vec<Block>) {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.blocks.push(blocks);
    memory.last_used = Some(Instant::now());
}

/// Gives memory back to the system once nobody has hashed for a while.
async fn give_back(memory: Weak<Mutex<SpareMemory>>) {
    let mut ticks = tokio::time::interval(MEMORY_KEPT / 2);
    loop {
        ticks.tick().await;
        let Some(memory) = memory.upgrade() else {
            return;
        };
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory
            .last_used
            .is_some_and(|used| used.elapsed() > MEMORY_KEPT)
        {
            *memory = SpareMemory::default();
        }
    }
}

/// A password that nobody knows.
fn unknown_password(randomness: &dyn Randomness) -> Result<Password, HashingError> {
    let text = URL_SAFE_NO_PAD.encode(bytes::<32>(randomness)?);
    Password::typed(&text.into()).ok_or(HashingError::Unreadable)
}
