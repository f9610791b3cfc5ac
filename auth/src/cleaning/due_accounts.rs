//! Deleting accounts whose owners have asked for it, once the day has come. An operator's deletion goes another way, see
//! [`crate::flow::administration::delete`]: it leaves the events of the audit log as they are.

use super::{BATCH, Cleaner, PAUSE};
use crate::{
    Error,
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    letter::{LetterDetail, Occasion, new_letter},
    store::DueAccount,
};

/// How many accounts are deleted at one time.
const ACCOUNTS: u32 = 50;

impl Cleaner {
    /// Deletes accounts whose day has come by `now`, some of them. Answers how many it were.
    pub(super) async fn delete_due_accounts(&self, now: Timestamp) -> Result<u64, Error> {
        let mut deleted = 0;
        for account in self.store.accounts_due(now, ACCOUNTS).await? {
            // Before the account goes, while it can be found again if this is cut: else events would tell for good whose they were.
            while self.store.anonymise_events(account.id, BATCH).await? == u64::from(BATCH) {
                tokio::time::sleep(PAUSE).await;
            }
            deleted += u64::from(self.delete_account(&account, now).await?);
        }
        Ok(deleted)
    }

    async fn delete_account(&self, account: &DueAccount, due: Timestamp) -> Result<bool, Error> {
        // At its own time, however long the others took: so every process that asks what was revoked of late hears of it.
        let at = self.clock.now();
        let randomness = &*self.randomness;
        let event = AuditEvent::new(AuditKind::UserDeleted, Actor::System, at, randomness)?;
        let letter = if self.sends_mail {
            let detail = LetterDetail {
                username: Some(account.username.clone()),
                ..LetterDetail::default()
            };
            let to = &account.email;
            Some(new_letter(
                Occasion::Deleted,
                None,
                to,
                &detail,
                at,
                randomness,
            )?)
        } else {
            None
        };
        Ok(self
            .store
            .delete_due_account(account.id, due, BATCH, letter.as_ref(), &event)
            .await?)
    }
}
