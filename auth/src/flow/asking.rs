//! Letters that somebody asks for, or brings about: how often there may be one, so that nobody can have a mailbox flooded, and asking for one by an
//! address of which nobody has proven that it is theirs.

use std::time::Duration;

use super::Device;
use crate::{
    Engine, Error,
    account::{EmailAddress, UserId},
    error::Field,
    letter::{LetterDetail, Occasion},
    store::AskingLimit,
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
