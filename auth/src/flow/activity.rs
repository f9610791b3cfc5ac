//! What happened to an account, as its owner sees it: read from the audit log.

use uuid::Uuid;

use super::{Authenticated, administration::Page};
use crate::{
    Engine, Error,
    account::{AccountEvent, EventPage},
    audit::{AuditFilter, AuditRecord},
    session::{browser_name, system_name},
};

/// How many events are shown at one time.
const SHOWN: u32 = 50;

/// What happened to the user's account, the newest first: before the event of this id, if there is one.
///
/// # Errors
/// [`Error::NotFound`], when `before` is no id.
pub async fn my_events(
    engine: &Engine,
    who: &Authenticated,
    before: Option<&str>,
) -> Result<EventPage, Error> {
    let after = before
        .map(Uuid::try_parse)
        .transpose()
        .map_err(|_| Error::NotFound)?;
    let filter = AuditFilter {
        user: Some(who.user()),
        ..AuditFilter::default()
    };
    // One more than is shown tells whether there are older ones.
    let page = Page {
        after,
        limit: SHOWN + 1,
    };
    let records = engine.parts().store.audit_records(&filter, page).await?;
    let has_older = records.len() > SHOWN as usize;
    let events: Vec<AccountEvent> = records
        .into_iter()
        .take(SHOWN as usize)
        .map(shown)
        .collect();
    let next = events
        .last()
        .filter(|_| has_older)
        .map(|oldest| oldest.id.clone());
    Ok(EventPage { events, next })
}

/// An event in words. What only the operator knows, their name and the detail, is left out.
pub(super) fn shown(record: AuditRecord) -> AccountEvent {
    let words = |name: fn(&str) -> &'static str| record.user_agent.as_deref().map(name);
    AccountEvent {
        id: record.id.to_string(),
        at: record.at.to_rfc3339(),
        browser: words(browser_name).map(str::to_owned),
        system: words(system_name).map(str::to_owned),
        kind: record.kind,
        address: record.address,
        by: record.actor,
        session: record.session_id.map(|session| session.to_string()),
    }
}
