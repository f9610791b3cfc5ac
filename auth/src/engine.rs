//! What the flows work with: the store, the keys, the hash pool, the revocation set, the clock and the source of chance.

use std::{sync::Arc, time::Duration};

use metrics::Counter;
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::Notify;

use crate::{
    Error,
    account::{UserId, profile_cache::ProfileCache},
    audit::{Actor, AuditEvent, AuditKind},
    background::{Background, Following},
    cleaning::Cleaner,
    clock::{Clock, Timestamp},
    letter::LetterKey,
    master_secret::MasterSecret,
    measure::VerificationResult,
    password::{
        BreachedPasswords, HashPool, PasswordPolicy,
        hashing::{HashingError, HashingSettings},
    },
    random::{Randomness, RandomnessError, id},
    session::{EndReason, SessionId, receipts::Receipts, revocations::RevocationSet},
    store::{NewLetter, Store, StoreError},
    throttle::{IdentifierKey, ThrottleSettings},
    token::{
        JsonWebKeySet, Keysmith, KeysmithError, Rules, SigningAlgorithm, keys::Keys,
        seal::SealError,
    },
};

/// How tokens, sessions and passwords are to be. All but the issuer have defaults.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// `iss` of all tokens: the public URL, without a slash at its end.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// `client_id` of access tokens.
    pub client_id: String,
    /// How long an access token is good.
    pub access_token_lifetime: Duration,
    /// How long a session lasts without being used.
    pub refresh_idle_lifetime: Duration,
    /// How long a session lasts however much it is used.
    pub refresh_absolute_lifetime: Duration,
    /// How new keys sign tokens. Another than the newest key's is a rotation.
    pub signing_algorithm: SigningAlgorithm,
    /// How long a key signs before the next takes over. `None`: until it is told to.
    pub key_rotation: Option<Duration>,
    /// The fewest characters of a new password.
    pub password_minimum_length: usize,
    /// Who is asked whether a new password is known from a breach, if anybody.
    pub breached_passwords: Option<Arc<dyn BreachedPasswords>>,
    /// How passwords are hashed.
    pub hashing: HashingSettings,
    /// How wrong passwords slow the next try.
    pub throttle: ThrottleSettings,
    /// How long events stay in the audit log. `None`: for good.
    pub audit_retention: Option<Duration>,
    /// Whether somebody takes the letters and sends them. If not, none are written.
    pub sends_mail: bool,
    /// Whether an account begins before its address was proven.
    pub verification: Verification,
    /// Whether a link or a code from a letter is a way to sign in.
    pub sign_in_links: bool,
    /// How many sessions a user may have; the oldest ends when there are more. 0: any number.
    pub sessions_per_user: u32,
    /// How long a user has to change their mind about deleting their account.
    pub deletion_delay: Duration,
    /// How long a session lasts that the browser is not to keep, without being used and in any case.
    pub unremembered_lifetime: Duration,
}

/// When an account begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// At once. That the address is theirs may be proven later.
    #[default]
    Optional,
    /// When it was proven that the address is theirs. Until then nobody is told whether there is such an account.
    Required,
}

impl EngineSettings {
    /// The defaults, for this issuer.
    pub fn new(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let days = |days: u64| Duration::from_hours(days * 24);
        Self {
            audience: issuer.clone(),
            client_id: "latchkey".to_owned(),
            access_token_lifetime: Duration::from_mins(10),
            refresh_idle_lifetime: days(30),
            refresh_absolute_lifetime: days(90),
            signing_algorithm: SigningAlgorithm::default(),
            key_rotation: Some(days(30)),
            password_minimum_length: PasswordPolicy::default().minimum_length,
            breached_passwords: None,
            hashing: HashingSettings::default(),
            throttle: ThrottleSettings::default(),
            audit_retention: Some(days(365)),
            sends_mail: false,
            verification: Verification::default(),
            sign_in_links: false,
            sessions_per_user: 100,
            deletion_delay: days(14),
            unremembered_lifetime: Duration::from_hours(12),
            issuer,
        }
    }
}

/// The engine. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) settings: EngineSettings,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) passwords: HashPool,
    pub(crate) identifier_key: IdentifierKey,
    pub(crate) letter_key: LetterKey,
    /// Told when a letter was written.
    pub(crate) posted: Notify,
    pub(crate) keys: Arc<Keys>,
    pub(crate) revocations: Arc<RevocationSet>,
    pub(crate) receipts: Receipts,
    pub(crate) profiles: ProfileCache,
    /// Made once, as it is counted tens of thousands of times a second: an addition to memory that the cores share, beside a signature.
    pub(crate) good_verifications: Counter,
    pub(crate) cleaner: Cleaner,
    /// What goes on for as long as the engine is there.
    background: Background,
}

/// Why the engine did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database refused, or was not reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master secret could not be used.
    #[error("the master secret could not be used")]
    Seal(#[from] SealError),
    /// The signing keys could not be opened.
    #[error(
        "{0}. The master secret must be the one that the keys were sealed under. If it is lost, `latchkey key start-anew` makes new keys, \
         and signs everybody out"
    )]
    Keys(#[source] KeysmithError),
    /// Passwords could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

impl From<KeysmithError> for StartError {
    /// A database that can't be read says nothing of the master secret.
    fn from(error: KeysmithError) -> Self {
        match error {
            KeysmithError::Store(error) => Self::Store(error),
            error => Self::Keys(error),
        }
    }
}

impl StartError {
    /// Whether it may start when it is tried again, with nothing to be mended.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Keys(_) | Self::Seal(_) | Self::Hashing(_) => false,
        }
    }
}

impl Engine {
    /// Starts the engine on a store that has been migrated: makes signing keys where there are none, reads what was revoked of late, and
    /// begins to keep that up to date. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`StartError`], which says what stands in the way.
    pub async fn start(
        settings: EngineSettings,
        store: Store,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        master_secret: &MasterSecret,
    ) -> Result<Self, StartError> {
        let smith = Keysmith::new(
            store.clone(),
            &settings,
            Arc::clone(&clock),
            Arc::clone(&randomness),
            master_secret,
        )?;
        let revocations =
            Arc::new(RevocationSet::fill(&store, clock.now(), retention(&settings)).await?);
        let (access, refresh) = rules(&settings);
        let keys = Arc::new(Keys::open(smith, access, refresh).await?);
        let cleaner = Cleaner::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&randomness),
            &settings,
            retention(&settings),
        );
        let background = Background::start(&store, &clock, &revocations, &keys, &cleaner);
        Ok(Self(Arc::new(Parts {
            passwords: HashPool::start(&settings.hashing, Arc::clone(&randomness))?,
            identifier_key: IdentifierKey::new(master_secret)?,
            letter_key: LetterKey::new(master_secret)?,
            posted: Notify::new(),
            receipts: Receipts::start(store.clone(), Arc::clone(&clock)),
            settings,
            store,
            clock,
            randomness,
            keys,
            revocations,
            profiles: ProfileCache::default(),
            good_verifications: VerificationResult::Good.counter(),
            background,
            cleaner,
        })))
    }

    /// The rule for new passwords.
    pub fn password_policy(&self) -> PasswordPolicy {
        PasswordPolicy {
            minimum_length: self.0.settings.password_minimum_length,
        }
    }

    /// How long an access token is good.
    pub fn access_token_lifetime(&self) -> Duration {
        self.0.settings.access_token_lifetime
    }

    /// The public halves of the keys that sign access tokens.
    pub fn key_set(&self) -> JsonWebKeySet {
        self.0.keys.public(self.now())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when there is none.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.0.store.ping().await?)
    }

    /// How this process follows what others do: so soon does it know what they revoke.
    pub fn following(&self) -> Following {
        self.0.background.following()
    }

    /// Writes down what waits to be written. To be called before the program ends.
    pub async fn flush(&self) {
        self.0.receipts.flush().await;
    }

    /// Makes all tokens of `user` void, here at once and in other processes within a second, and gives the user another password if its
    /// hash comes along. `event` says who did it, and a letter may tell the user.
    pub(crate) async fn void_tokens(
        &self,
        user: UserId,
        reason: EndReason,
        password_hash: Option<&SecretString>,
        letter: Option<&NewLetter>,
        event: AuditEvent<'_>,
    ) -> Result<(), Error> {
        let event = event.concerning(user);
        let store = &self.0.store;
        if let Some(version) = store
            .void_tokens(user, reason, password_hash, letter, &event)
            .await?
        {
            self.0.revocations.raise_version(user, version, event.at);
        }
        if letter.is_some() {
            self.posted();
        }
        Ok(())
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn new_event<'a>(
        &self,
        kind: AuditKind,
        actor: Actor<'a>,
        at: Timestamp,
    ) -> Result<AuditEvent<'a>, RandomnessError> {
        AuditEvent::new(kind, actor, at, &*self.0.randomness)
    }

    pub(crate) fn new_user_id(&self, now: Timestamp) -> Result<UserId, RandomnessError> {
        id(now, &*self.0.randomness).map(UserId::from)
    }

    pub(crate) fn new_session_id(&self, now: Timestamp) -> Result<SessionId, RandomnessError> {
        id(now, &*self.0.randomness).map(SessionId::from)
    }
}

/// How long a revocation is kept in memory: as long as an access token that was minted while it happened can be good on any process.
fn retention(settings: &EngineSettings) -> Duration {
    let leeway = u64::try_from(crate::token::LEEWAY).unwrap_or(0);
    settings.access_token_lifetime + Duration::from_secs(leeway + 60)
}

/// What tokens of either kind must say.
fn rules(settings: &EngineSettings) -> (Rules, Rules) {
    let access = Rules {
        issuer: settings.issuer.clone(),
        audience: settings.audience.clone(),
        lifetime: settings.access_token_lifetime,
        // No further: what is not known to be revoked is believed, and that is remembered for as long as a token of now can be good.
        ahead: Duration::from_secs(crate::token::LEEWAY.unsigned_abs()),
    };
    let refresh = Rules {
        issuer: settings.issuer.clone(),
        audience: format!("{}/api/v1/auth/refresh", settings.issuer),
        lifetime: settings.refresh_idle_lifetime,
        ahead: crate::token::AHEAD_OF_A_CLOCK_PUT_BACK,
    };
    (access, refresh)
}
