//! Latchkey's engine: who people are, how they prove it, and for how long that proof stands.
//!
//! By default this crate is a vocabulary alone: names, addresses, the password policy, and what a page may know of a session. It compiles
//! to WASM, so that the browser judges a password by the very code that the server does. The feature `engine` adds the rest, native only:
//! hashing, tokens, sessions, the store, and in [`flow`] the verbs that a door of the program calls.
//!
//! This crate knows no HTTP and no user interface.

pub mod account;
pub mod error;
pub mod password;
pub mod session;
pub mod token;

#[cfg(feature = "engine")]
pub mod audit;
#[cfg(feature = "engine")]
mod background;
#[cfg(feature = "engine")]
mod cleaning;
#[cfg(feature = "engine")]
pub mod clock;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
pub mod flow;
#[cfg(feature = "engine")]
mod letter;
#[cfg(feature = "engine")]
mod link;
#[cfg(feature = "engine")]
mod master_secret;
#[cfg(feature = "engine")]
mod measure;
#[cfg(feature = "engine")]
pub mod random;
#[cfg(feature = "engine")]
mod secret_strength;
#[cfg(feature = "engine")]
pub mod store;
#[cfg(feature = "engine")]
mod throttle;

#[cfg(feature = "engine")]
pub use self::{
    background::Following,
    cleaning::Cleaned,
    engine::{Engine, EngineSettings, StartError, Verification},
    error::Error,
    flow::{Authenticated, Device, Grant, SignIn, SignInWay, SignUp, SignedUp},
    letter::{Delivery, Letter, LetterDetail, LettersWaiting, Occasion},
    link::{LinkFacts, Purpose},
    master_secret::MasterSecret,
    measure::describe_metrics,
    password::hashing::{HashingSettings, Pepper},
    secret_strength::{WeakSecret, refuse_weak_secret},
    store::{SchemaState, Store, StoreError},
    throttle::ThrottleSettings,
};
#[cfg(feature = "engine")]
pub use secrecy::{ExposeSecret, SecretString};
