//! What the flows behind letters have in common: asking for a link, finding it, judging a code, and how often a letter may be asked for.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::SecretString;

use super::{Device, typed_code::digits_in};
use crate::{
    Engine, Error,
    account::{EmailAddress, UserId},
    error::Field,
    letter::{LetterDetail, Occasion},
    link::{LinkFacts, Purpose, token_hash},
    store::{AskingLimit, Link},
};

/// How long to wait between two letters on one occasion to one address.
const BETWEEN: Duration = Duration::from_mins(1);
/// How many there may be in an hour.
const IN_AN_HOUR: i64 = 5;
/// How many notices of one kind there may be in an hour to one address: an account with another's address must be no way to fill their mailbox, and
/// whoever has had so many knows.
const NOTICES_IN_AN_HOUR: i64 = 10;
/// How many a user may have sent in an hour to addresses that are not theirs yet.
const TO_STRANGERS_IN_AN_HOUR: i64 = 10;
const HOUR: Duration = Duration::from_hours(1);

/// What a page may say of a link before it is used. Nothing, if it is good for nothing any more. Changes nothing: mail scanners follow links.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn look_at_link(
    engine: &Engine,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Option<LinkFacts>, Error> {
    let store = &engine.parts().store;
    let link = match found_link(engine, purpose, token).await {
        Ok(link) => link,
        Err(Error::InvalidLink) => return Ok(None),
        Err(error) => return Err(error),
    };
    let username = match (link.user_id, link.pending_id) {
        (Some(user), _) => store.user(user).await?.map(|user| user.username),
        (None, Some(pending)) => {
            let pending = store.pending_sign_up(pending).await?;
            pending.map(|pending| pending.username)
        }
        (None, None) => None,
    };
    Ok(username.map(|username| LinkFacts {
        purpose,
        email: link.email,
        username,
        expires_at: link.expires_at,
    }))
}

/// An address that somebody has typed.
pub(super) fn address_in(email: &str) -> Result<EmailAddress, Error> {
    EmailAddress::parse(email).map_err(|error| Error::of(Field::Email, error))
}

/// Has a link sent to an address of which nobody has proven that it is theirs, if there is an account of it. Nothing is looked up for that here, and
/// the same is done by the same statements if there is none: only where the letter would be sent is it found out whose it is, written down that
/// it was asked for, and dropped if it is nobody's. One that was asked for too often is not sent, which is not told.
pub(super) async fn ask_for_link(
    engine: &Engine,
    occasion: Occasion,
    address: &EmailAddress,
    device: &Device,
) -> Result<(), Error> {
    if engine.may_write(occasion, address.as_str()).await?.is_err() {
        return Ok(());
    }
    let detail = LetterDetail::at(device);
    let letter = engine.new_letter(occasion, None, address.as_str(), detail, engine.now())?;
    if let Some(letter) = &letter {
        let store = &engine.parts().store;
        store.ask_for_link(letter, None).await?;
        engine.posted();
    }
    Ok(())
}

/// The link of a token, if it stands and its user may use it.
pub(super) async fn found_link(
    engine: &Engine,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Link, Error> {
    let store = &engine.parts().store;
    let link = store
        .link(purpose, &token_hash(token))
        .await?
        .filter(|link| engine.now() < link.expires_at)
        .ok_or(Error::InvalidLink)?;
    if let Some(user) = link.user_id {
        let user = store.user(user).await?.ok_or(Error::InvalidLink)?;
        let is_dead =
            purpose.dies_with_the_tokens() && user.security_version != link.security_version;
        if is_dead || user.disabled_at.is_some() {
            return Err(Error::InvalidLink);
        }
    }
    Ok(link)
}

/// Judges a code beside a link; spaces and dashes in it count for nothing. A try is counted before it is judged, so that no more are judged at
/// once than are allowed.
///
/// # Errors
/// [`Error::Invalid`], when nothing was typed; [`Error::InvalidLink`], when no code stands beside the link any more; [`Error::WrongCode`].
pub(super) async fn is_code(engine: &Engine, link: &Link, code: &str) -> Result<(), Error> {
    let parts = engine.parts();
    let now = engine.now();
    let code = digits_in(code)?;
    let stands = link.code_expires_at.is_some_and(|until| now < until) && now < link.expires_at;
    let hash = link.code_hash.as_ref().filter(|_| stands);
    let hash = hash.ok_or(Error::InvalidLink)?;
    if !parts.store.count_code_try(link.id).await? {
        return Err(Error::InvalidLink);
    }
    let typed = parts.letter_key.code_hash(link.id, &code);
    verify_slices_are_equal(hash, &typed).map_err(|_| Error::WrongCode)
}

impl Engine {
    /// Counts a letter that somebody asks for, whether there is an account of the address or not. If it may not be written, how long to wait.
    pub(super) async fn may_write(
        &self,
        occasion: Occasion,
        address: &str,
    ) -> Result<Result<(), Duration>, Error> {
        self.counts_letter(occasion, address, BETWEEN, IN_AN_HOUR)
            .await
    }

    /// Counts a letter that a user has sent to an address which may be anybody's: an account must not be a way to write to everybody. If it may
    /// not be written, how long to wait.
    pub(super) async fn may_write_to_strangers(
        &self,
        occasion: Occasion,
        user: UserId,
    ) -> Result<Result<(), Duration>, Error> {
        // No address is like an id, so that neither is counted as the other.
        let name = user.to_string();
        self.counts_letter(occasion, &name, Duration::ZERO, TO_STRANGERS_IN_AN_HOUR)
            .await
    }

    /// Counts a letter that tells of what has happened. Answers whether it may be sent.
    pub(crate) async fn may_notify(
        &self,
        occasion: Occasion,
        address: &str,
    ) -> Result<bool, Error> {
        let counted = self
            .counts_letter(occasion, address, Duration::ZERO, NOTICES_IN_AN_HOUR)
            .await?;
        Ok(counted.is_ok())
    }

    async fn counts_letter(
        &self,
        occasion: Occasion,
        name: &str,
        between: Duration,
        in_an_hour: i64,
    ) -> Result<Result<(), Duration>, Error> {
        let parts = self.parts();
        let limit = AskingLimit {
            between,
            within: HOUR,
            most: in_an_hour,
        };
        let name = parts.letter_key.address_name(occasion, name);
        Ok(parts.store.count_asking(&name, limit, self.now()).await?)
    }
}
