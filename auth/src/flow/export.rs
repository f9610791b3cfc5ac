//! All that is held of a user, given to them as one document (GDPR, article 20).

use std::time::Duration;

use serde::Serialize;

use super::{
    Authenticated, Device, activity::shown, administration::Page,
    reauthenticate::require_recent_proof,
};
use crate::{
    Engine, Error,
    account::{AccountEvent, User, UserId},
    audit::{Actor, AuditFilter, AuditKind, AuditRecord},
    clock::Timestamp,
    letter::LetterDetail,
    store::{AskingLimit, HeldDevice, HeldLetter, HeldLink, HeldNotice, HeldSession},
};

/// The name of this form of the document. Another form has another.
const FORMAT: &str = "latchkey-export-1";
/// How many events are read at one time.
const EVENTS: u32 = 1_000;
/// How many events are given at most, so that no account makes a document that is too long to hold.
const MOST_EVENTS: usize = 10_000;
/// How often a user may have it made: it reads all that there is of them.
const LIMIT: AskingLimit = AskingLimit {
    between: Duration::ZERO,
    within: Duration::from_hours(1),
    most: 10,
};

/// All that is held of a user. No password, token or code is among it, nor a hash of one. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// `latchkey-export-1`.
    pub format: String,
    /// When it was made.
    pub exported_at: String,
    /// The account.
    pub user: ExportedUser,
    /// Its sessions, in the order in which they began; ended ones are held for a month.
    pub sessions: Vec<ExportedSession>,
    /// What happened to it, the newest first; of more than 10,000 events the newest 10,000.
    pub events: Vec<ExportedEvent>,
    /// What its owner was told on the start page, the oldest first.
    pub notices: Vec<ExportedNotice>,
    /// The browsers that are known again.
    pub known_devices: Vec<ExportedDevice>,
    /// What the links of letters are good for that were sent, and to which addresses: a new one that waits to be confirmed, and a former one that can
    /// be taken back, among them.
    pub links: Vec<ExportedLink>,
    /// Letters that wait to be sent.
    pub letters: Vec<ExportedLetter>,
}

/// Something that happened, in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedEvent {
    /// As it is shown to its user.
    #[serde(flatten)]
    pub event: AccountEvent,
    /// What the browser called itself.
    pub user_agent: Option<String>,
}

/// A link of a letter in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedLink {
    /// Its id, a UUID: that of its letter.
    pub id: String,
    /// What it is good for.
    pub purpose: String,
    /// The address that its letter was sent to.
    pub email: String,
    /// Until when it is good.
    pub expires_at: String,
}

/// A letter that waits, in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedLetter {
    /// Its id, a UUID.
    pub id: String,
    /// Why it is sent.
    pub occasion: String,
    /// To which address.
    pub recipient: String,
    /// What the browser called itself at which that happened which it tells of.
    pub user_agent: Option<String>,
    /// The network address of that browser.
    pub address: Option<String>,
    /// When it is to be sent.
    pub due_at: String,
}

/// An account in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedUser {
    /// The user's id, a UUID.
    pub id: String,
    /// The name, as typed.
    pub username: String,
    /// The address of email, in its stored form.
    pub email: String,
    /// When it was proven that the address is theirs.
    pub email_verified_at: Option<String>,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// What the user may do.
    pub roles: Vec<String>,
    /// The teams that the user belongs to.
    pub groups: Vec<String>,
    /// When the account was made.
    pub created_at: String,
    /// When it is deleted, if its owner has asked for it.
    pub deletes_at: Option<String>,
}

/// A session in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedSession {
    /// Its id, a UUID.
    pub id: String,
    /// When it began.
    pub created_at: String,
    /// When it was last used.
    pub last_seen_at: String,
    /// When it ends unless it is used.
    pub expires_at: String,
    /// When it ends in any case.
    pub absolute_expires_at: String,
    /// When its owner last proved in it who they are.
    pub auth_time: String,
    /// How they proved it, in the words of RFC 8176.
    pub amr: Vec<String>,
    /// Whether the browser keeps it when it is closed.
    pub remembered: bool,
    /// When it was ended before its time.
    pub revoked_at: Option<String>,
    /// Why it was.
    pub end_reason: Option<String>,
    /// What the browser called itself last.
    pub user_agent: Option<String>,
    /// The network address at which it was last used.
    pub address: Option<String>,
}

/// A notice in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedNotice {
    /// Its id, a UUID.
    pub id: String,
    /// What it tells of.
    pub kind: String,
    /// When that happened.
    pub at: String,
    /// When it was dismissed.
    pub dismissed_at: Option<String>,
}

/// A browser in an [`Export`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedDevice {
    /// Its id, a UUID.
    pub id: String,
    /// When the user last signed in there.
    pub last_seen_at: String,
}

/// Gives a user all that is held of them, and writes down that they took it.
///
/// # Errors
/// [`Error::ProofTooOld`]; [`Error::TooManyTries`], when they took it ten times within an hour.
pub async fn export(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<Export, Error> {
    require_recent_proof(engine, who)?;
    let store = &engine.parts().store;
    let event = engine
        .new_event(AuditKind::AccountExported, Actor::User, engine.now())?
        .concerning(who.user())
        .in_session(who.session())
        .at_device(device);
    let user = store.user(who.user()).await?.ok_or(Error::InvalidToken)?;
    count(engine, user.id).await?;
    // First, so that nobody has it and it is not written down.
    store.add_audit_event(&event).await?;
    Ok(Export {
        format: FORMAT.to_owned(),
        exported_at: event.at.to_rfc3339(),
        sessions: of_each(store.held_sessions(user.id).await?),
        events: events(engine, &user).await?,
        notices: of_each(store.held_notices(user.id).await?),
        known_devices: of_each(store.held_devices(user.id).await?),
        links: of_each(store.held_links(user.id).await?),
        letters: of_each(store.held_letters(user.id).await?),
        user: user.into(),
    })
}

/// Counts that a user takes it, unless they did so too often.
async fn count(engine: &Engine, user: UserId) -> Result<(), Error> {
    let parts = engine.parts();
    let name = parts.letter_key.export_name(user);
    let counted = parts.store.count_asking(&name, LIMIT, engine.now()).await?;
    counted.map_err(|retry_after| Error::TooManyTries { retry_after })
}

/// The newest events of a user, page by page.
async fn events(engine: &Engine, user: &User) -> Result<Vec<ExportedEvent>, Error> {
    let filter = AuditFilter {
        user: Some(user.id),
        ..AuditFilter::default()
    };
    let (mut events, mut after) = (Vec::new(), None);
    while events.len() < MOST_EVENTS {
        let page = Page {
            after,
            limit: EVENTS,
        };
        let records = engine.parts().store.audit_records(&filter, page).await?;
        let Some(oldest) = records.last() else {
            break;
        };
        after = Some(oldest.id);
        events.extend(of_each::<_, ExportedEvent>(records));
    }
    Ok(events)
}

fn of_each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}

impl From<AuditRecord> for ExportedEvent {
    fn from(record: AuditRecord) -> Self {
        Self {
            user_agent: record.user_agent.clone(),
            event: shown(record),
        }
    }
}

impl From<HeldLink> for ExportedLink {
    fn from(link: HeldLink) -> Self {
        Self {
            id: link.id.to_string(),
            purpose: link.purpose,
            email: link.email,
            expires_at: link.expires_at.to_rfc3339(),
        }
    }
}

impl From<HeldLetter> for ExportedLetter {
    fn from(letter: HeldLetter) -> Self {
        let detail: LetterDetail = serde_json::from_str(&letter.detail).unwrap_or_default();
        Self {
            id: letter.id.to_string(),
            occasion: letter.occasion,
            recipient: letter.recipient,
            user_agent: detail.user_agent,
            address: detail.address,
            due_at: letter.due_at.to_rfc3339(),
        }
    }
}

impl From<User> for ExportedUser {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username,
            email: user.email,
            email_verified_at: user.email_verified_at.map(Timestamp::to_rfc3339),
            has_password: user.has_password,
            roles: user.roles,
            groups: user.groups,
            created_at: user.created_at.to_rfc3339(),
            deletes_at: user.deletes_at.map(Timestamp::to_rfc3339),
        }
    }
}

impl From<HeldSession> for ExportedSession {
    fn from(session: HeldSession) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at.to_rfc3339(),
            last_seen_at: session.last_seen_at.to_rfc3339(),
            expires_at: session.expires_at.to_rfc3339(),
            absolute_expires_at: session.absolute_expires_at.to_rfc3339(),
            auth_time: session.auth_time.to_rfc3339(),
            // A JSON list, which a newer program may have written in a way of its own.
            amr: serde_json::from_str(&session.amr).unwrap_or_default(),
            remembered: session.remembered.is_so(),
            revoked_at: session.revoked_at.map(Timestamp::to_rfc3339),
            end_reason: session.end_reason,
            user_agent: session.user_agent,
            address: session.address,
        }
    }
}

impl From<HeldNotice> for ExportedNotice {
    fn from(notice: HeldNotice) -> Self {
        Self {
            id: notice.id.to_string(),
            kind: notice.kind,
            at: notice.at.to_rfc3339(),
            dismissed_at: notice.dismissed_at.map(Timestamp::to_rfc3339),
        }
    }
}

impl From<HeldDevice> for ExportedDevice {
    fn from(device: HeldDevice) -> Self {
        Self {
            id: device.id.to_string(),
            last_seen_at: device.last_seen_at.to_rfc3339(),
        }
    }
}
