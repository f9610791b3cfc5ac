//! When a user signed in before, and how many wrong passwords have come since: who sees a sign-in that was not theirs has found a thief.

use crate::{
    Engine, Error,
    account::UserId,
    audit::AuditKind,
    clock::Timestamp,
    random::first_id,
    session::{LastSignIn, SessionId},
    store::SignInEvent,
};

impl Engine {
    /// The sign-in before the one that began `session` at `begun`, as far as the audit log reaches. Nothing for who was never signed in before.
    pub(super) async fn last_sign_in(
        &self,
        user: UserId,
        session: SessionId,
        begun: Timestamp,
    ) -> Result<Option<LastSignIn>, Error> {
        let store = &self.parts().store;
        let events = store.sign_in_events(user, first_id(begun)).await?;
        let (at, failures) = summary(&events);
        let at = match at {
            Some(at) => Some(at),
            // Wrong passwords have driven it out of the part of the log that is read.
            None => store.session_before(user, session).await?,
        };
        Ok(at.map(|at| LastSignIn {
            at: at.to_rfc3339(),
            failures,
        }))
    }
}

/// The newest sign-in of these events, which begin with the newest, and how many wrong passwords have come since.
fn summary(events: &[SignInEvent]) -> (Option<Timestamp>, i64) {
    let is_sign_in = |event: &&SignInEvent| event.kind == AuditKind::SignedIn.as_str();
    let failures = events
        .iter()
        .take_while(|event| !is_sign_in(event))
        .filter(|event| event.kind == AuditKind::SignInFailed.as_str())
        .count();
    (
        events.iter().find(is_sign_in).map(|event| event.at),
        i64::try_from(failures)
            .unwrap_or(i64::MAX)
            .min(LastSignIn::MOST),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(kinds: &[AuditKind]) -> Vec<SignInEvent> {
        (0..)
            .zip(kinds)
            .map(|(index, kind)| SignInEvent {
                at: Timestamp::from_unix_micros(-index),
                kind: kind.as_str().to_owned(),
            })
            .collect()
    }

    #[test]
    fn wrong_passwords_are_counted_back_to_the_last_sign_in() {
        use AuditKind::{PasswordChanged, SignInFailed, SignedIn, SignedUp};
        let of = |kinds: &[AuditKind]| {
            let (at, failures) = summary(&events(kinds));
            (at.map(Timestamp::unix_micros), failures)
        };
        assert_eq!(of(&[]), (None, 0));
        assert_eq!(of(&[SignedIn, SignInFailed, SignedUp]), (Some(0), 0));
        assert_eq!(
            of(&[
                SignInFailed,
                PasswordChanged,
                SignInFailed,
                SignedIn,
                SignInFailed,
                SignedIn
            ]),
            (Some(-3), 2)
        );
        assert_eq!(of(&[SignInFailed; 200]), (None, 100));
    }
}
