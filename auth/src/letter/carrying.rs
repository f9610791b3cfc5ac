//! Letters on their way: taken in hand by one process, given their link, tried again where they were not taken, and given up in the end.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::{Delivery, Letter, LetterDetail, LettersWaiting, Occasion};
use crate::{
    Engine, Error,
    account::{SecurityVersion, User, UserId},
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    flow::Device,
    link::{Purpose, token_hash},
    store::{LetterRow, NewLink},
};

/// How long a process may have a letter in hand before another takes it up.
const IN_HAND: Duration = Duration::from_mins(2);
/// How long to wait after each attempt that failed, the last for all further ones.
const WAITS: [Duration; 7] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
];
/// After so many attempts, which is after two days, a letter is given up.
const ATTEMPTS: i64 = 28;

impl Engine {
    /// Takes the next letter that is due in hand, for two minutes: no other process takes it meanwhile. Makes its link on the first attempt.
    /// Nothing, if none is due.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer.
    pub async fn claim_letter(&self) -> Result<Option<Letter>, Error> {
        let store = &self.parts().store;
        loop {
            let now = self.now();
            let Some(row) = store.claim_letter(now, now.plus(IN_HAND)).await? else {
                return Ok(None);
            };
            let letter = row.id;
            let Ok(detail) = serde_json::from_str::<LetterDetail>(&row.detail) else {
                tracing::warn!(occasion = %row.occasion, "a letter whose details cannot be read is not sent");
                self.give_up(letter, row.user_id, &row.occasion).await?;
                continue;
            };
            // It was never told what became of it: so often that it is what takes its carriers down.
            if row.attempts > ATTEMPTS {
                self.give_up(letter, row.user_id, &row.occasion).await?;
                continue;
            }
            if self.is_one_too_many(&row).await? {
                let detail = format!("occasion={} reason=too_many", row.occasion);
                // Of no account: its owner has been told enough.
                let event = self.refused(None, detail)?;
                store.drop_letter(letter, Some(&event)).await?;
                continue;
            }
            let device = detail.device();
            let asked = self.asked(&row, &device).await?;
            if let Some(letter) = self.address(row, detail, asked.as_ref(), now).await? {
                return Ok(Some(letter));
            }
            // Nobody is to get it any more.
            store.drop_letter(letter, asked.as_ref()).await?;
        }
    }

    /// Says what became of a letter in hand.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer. The letter is then tried again after two minutes.
    pub async fn settle_letter(&self, letter: &Letter, delivery: Delivery) -> Result<(), Error> {
        let store = &self.parts().store;
        let now = self.now();
        let is_given_up = delivery == Delivery::Refused
            || (delivery == Delivery::Failed && letter.attempts >= ATTEMPTS);
        if is_given_up {
            self.give_up(letter.id, letter.user, letter.occasion.as_str())
                .await?;
        } else if delivery == Delivery::Sent {
            store.drop_letter(letter.id, None).await?;
        } else {
            let wait = usize::try_from(letter.attempts.saturating_sub(1)).unwrap_or(0);
            let wait = WAITS[wait.min(WAITS.len() - 1)];
            store.postpone_letter(letter.id, now.plus(wait)).await?;
        }
        Ok(())
    }

    /// Whether it follows from what was done to an account, and its address has had so many of its kind that it gets no more for a while.
    async fn is_one_too_many(&self, row: &LetterRow) -> Result<bool, Error> {
        let is_new = row.attempts == 1 && row.user_id.is_some();
        let occasion = Occasion::by_name(&row.occasion).filter(|_| is_new);
        match occasion.filter(|occasion| occasion.follows_from_an_act()) {
            Some(occasion) => Ok(!self.may_notify(occasion, &row.recipient).await?),
            None => Ok(false),
        }
    }

    async fn give_up(
        &self,
        letter: Uuid,
        user: Option<UserId>,
        occasion: &str,
    ) -> Result<(), Error> {
        let event = self.refused(user, format!("occasion={occasion}"))?;
        Ok(self.parts().store.drop_letter(letter, Some(&event)).await?)
    }

    fn refused(&self, user: Option<UserId>, detail: String) -> Result<AuditEvent<'static>, Error> {
        let event = self.new_event(AuditKind::LetterRefused, Actor::System, self.now())?;
        Ok(event.concerning(user).with_detail(detail))
    }

    /// How many letters wait, and since when.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer.
    pub async fn letters_waiting(&self) -> Result<LettersWaiting, Error> {
        let (count, oldest) = self.parts().store.letters_waiting().await?;
        Ok(LettersWaiting {
            count,
            oldest: oldest.map(|id| self.now().since(written_at(id))),
        })
    }

    /// What is written down of who asked for a letter, the first time that it is to be sent: not when it is asked for, as whose account it is would
    /// make another row there, which takes another time.
    async fn asked<'a>(
        &self,
        row: &LetterRow,
        device: &'a Device,
    ) -> Result<Option<AuditEvent<'a>>, Error> {
        let kind = Occasion::by_name(&row.occasion).and_then(Occasion::asked_as);
        let Some(kind) = kind.filter(|_| row.user_id.is_none() && row.linked_at.is_none()) else {
            return Ok(None);
        };
        let event = self.new_event(kind, Actor::Anonymous, written_at(row.id))?;
        let store = &self.parts().store;
        let owner = store.user_by_stored_email(&row.recipient).await?;
        let owner = owner.map(|owner| owner.id);
        Ok(Some(event.at_device(device).concerning(owner)))
    }

    /// Finds out who is to get a letter, and makes its link. Nothing, where nobody is to get it any more.
    async fn address(
        &self,
        row: LetterRow,
        detail: LetterDetail,
        asked: Option<&AuditEvent<'_>>,
        now: Timestamp,
    ) -> Result<Option<Letter>, Error> {
        let Some(occasion) = Occasion::by_name(&row.occasion) else {
            return Ok(None);
        };
        let user = self.recipient(&row, occasion, detail.version).await?;
        let needs_user = !matches!(occasion, Occasion::ConfirmSignUp | Occasion::Deleted);
        if needs_user && user.is_none() {
            return Ok(None);
        }
        let mut letter = Letter {
            id: row.id,
            occasion,
            user: user.as_ref().map(|user| user.id),
            to: row.recipient,
            username: user
                .as_ref()
                .map(|user| user.username.clone())
                .or_else(|| detail.username.clone()),
            at: written_at(row.id),
            link: None,
            code: None,
            link_expires_at: None,
            detail,
            attempts: row.attempts,
        };
        let Some(purpose) = occasion.purpose() else {
            return Ok(Some(letter));
        };
        let link = self.link(&mut letter, purpose, user.as_ref(), now);
        let store = &self.parts().store;
        let stands = if row.linked_at.is_some() {
            // It may have been used since, or followed by a newer one.
            store.renew_link(&link).await?
        } else {
            store.add_link(&link, asked, now).await?
        };
        Ok(stands.then_some(letter))
    }

    /// Who is to get it, as far as they have an account.
    async fn recipient(
        &self,
        row: &LetterRow,
        occasion: Occasion,
        version: Option<i64>,
    ) -> Result<Option<User>, Error> {
        let store = &self.parts().store;
        let user = match (row.user_id, occasion) {
            (Some(user), _) => store.user(user).await?,
            (None, Occasion::ResetPassword | Occasion::SignIn | Occasion::AddressTaken) => {
                store.user_by_stored_email(&row.recipient).await?
            }
            (None, _) => None,
        };
        Ok(user.filter(|user| {
            let is_theirs = match occasion {
                Occasion::VerifyEmail => {
                    user.email == row.recipient && user.email_verified_at.is_none()
                }
                Occasion::ResetPassword | Occasion::SignIn => user.email == row.recipient,
                _ => true,
            };
            let is_outdated = version.is_some_and(|at| at != user.security_version.as_claim());
            is_theirs
                && !is_outdated
                && (user.disabled_at.is_none() || occasion.concerns_the_disabled())
        }))
    }

    /// The link of a letter, whose token and code the letter is told.
    fn link(
        &self,
        letter: &mut Letter,
        purpose: Purpose,
        user: Option<&User>,
        now: Timestamp,
    ) -> NewLink {
        let key = &self.parts().letter_key;
        let token = key.token(letter.id);
        let expires_at = now.plus(self.link_life(letter.occasion, purpose));
        let latest = letter.detail.link_until.map(Timestamp::from_unix_micros);
        let expires_at = latest.map_or(expires_at, |latest| latest.min(expires_at));
        let code = purpose
            .code_life()
            .map(|life| (key.code(letter.id), now.plus(life)));
        let link = NewLink {
            id: letter.id,
            purpose,
            user: user.map(|user| user.id),
            pending: id_in(letter.detail.pending.as_deref()),
            email: letter.to.clone(),
            session: id_in(letter.detail.session.as_deref()),
            token_hash: token_hash(&token),
            code: code.as_ref().map(|(code, expires_at)| {
                let hash = key.code_hash(letter.id, code.expose_secret());
                (hash, *expires_at)
            }),
            security_version: user.map_or(SecurityVersion::FIRST, |user| user.security_version),
            expires_at,
        };
        letter.link = Some(token);
        letter.code = code.map(|(code, _)| code);
        letter.link_expires_at = Some(expires_at);
        link
    }

    /// How long a link is good, from when its letter is sent. One that keeps an account from being deleted is, until that is done.
    fn link_life(&self, occasion: Occasion, purpose: Purpose) -> Duration {
        if occasion == Occasion::DeletionPlanned {
            self.parts().settings.deletion_delay
        } else {
            purpose.life()
        }
    }
}

fn id_in(text: Option<&str>) -> Option<Uuid> {
    text.and_then(|text| Uuid::try_parse(text).ok())
}

/// When the letter of this id was written: ids begin with the time.
fn written_at(letter: Uuid) -> Timestamp {
    let millis = letter.as_u128() >> 80;
    Timestamp::from_unix_micros(i64::try_from(millis).unwrap_or(0).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::id;

    #[test]
    fn a_letter_tells_when_it_was_written() {
        let now = Timestamp::from_unix_micros(1_800_000_000_123_000);
        let randomness = crate::random::SystemRandomness::default();
        assert_eq!(written_at(id(now, &randomness).unwrap()), now);
    }
}
