//! Browsers that are known again: by a value that each holds in a cookie from its first sign-in on (OWASP, "Slow Down Online Guessing Attacks
//! with Device Cookies"). It proves nothing by itself; whoever copies it is taken for that browser, and needs the password all the same.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::{
    Engine, Error,
    account::UserId,
    random::{bytes, id},
    store::{Acquaintance, NewKnownDevice},
};

/// The characters of a key: 256 bits as base64url.
const KEY_LENGTH: usize = 43;

/// A browser, as far as it is known to an account.
#[derive(Debug)]
pub(super) struct Browser {
    key: SecretString,
    is_new: bool,
    /// Whose sign-in this is, if there is such an account.
    account: Option<UserId>,
    hash: Vec<u8>,
    acquaintance: Acquaintance,
}

impl Browser {
    /// The browser that holds this key; one that holds none, or what is none, gets a new one. Asks the same whether there is such an account or
    /// not.
    pub(super) async fn of(
        engine: &Engine,
        sent: Option<&SecretString>,
        account: Option<UserId>,
    ) -> Result<Self, Error> {
        let owner = account.unwrap_or_else(|| UserId::from(Uuid::nil()));
        let stranger = Self::of_new_account(engine, sent, owner)?;
        let store = &engine.parts().store;
        let acquaintance = store.acquaintance(owner, &stranger.hash).await?;
        Ok(Self {
            account,
            acquaintance,
            ..stranger
        })
    }

    /// The browser of one who has just made an account: it is the first to be known to it.
    pub(super) fn of_new_account(
        engine: &Engine,
        sent: Option<&SecretString>,
        account: UserId,
    ) -> Result<Self, Error> {
        let sent = sent.filter(|key| is_key(key));
        let key = match sent {
            Some(key) => key.clone(),
            None => new_key(engine)?,
        };
        Ok(Self {
            hash: hash(&key, account),
            key,
            is_new: sent.is_none(),
            account: Some(account),
            acquaintance: Acquaintance {
                this_one: false,
                in_any: false,
            },
        })
    }

    /// The account that it is known to, if it is.
    pub(super) fn known_to(&self) -> Option<UserId> {
        self.account.filter(|_| self.acquaintance.this_one)
    }

    /// Whether the account's owner must be told of a sign-in here: they have signed in before, and never in this one.
    pub(super) fn is_strange(&self) -> bool {
        self.acquaintance.in_any && !self.acquaintance.this_one
    }

    /// What the store knows it by.
    pub(super) fn hash(&self) -> &[u8] {
        &self.hash
    }

    /// The row by which it is known again from now on.
    pub(super) fn row(&self, engine: &Engine) -> Result<NewKnownDevice, Error> {
        Ok(NewKnownDevice {
            id: id(engine.now(), &*engine.parts().randomness)?,
            hash: self.hash.clone(),
        })
    }

    /// The key that the browser is to hold, if it does not hold it yet.
    pub(super) fn key_to_hand_out(self) -> Option<SecretString> {
        self.is_new.then_some(self.key)
    }
}

/// A text of 256 bits by chance, which nobody can guess.
fn new_key(engine: &Engine) -> Result<SecretString, Error> {
    let drawn = bytes::<32>(&*engine.parts().randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(drawn).into())
}

fn is_key(text: &SecretString) -> bool {
    let text = text.expose_secret().as_bytes();
    text.len() == KEY_LENGTH
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// One browser of two users is known to each by another hash, so that the database does not tell that they share it.
fn hash(key: &SecretString, account: UserId) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(key.expose_secret().as_bytes());
    context.update(account.to_string().as_bytes());
    context.finish().as_ref().to_vec()
}
