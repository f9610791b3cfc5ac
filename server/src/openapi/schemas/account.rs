//! The shapes of what is sent and answered about the account of the caller.

use utoipa::ToSchema;

/// The caller's password, once more.
#[derive(ToSchema)]
pub(crate) struct PasswordProof {
    /// The password.
    #[schema(
        format = "password",
        min_length = 1,
        max_length = 4096,
        example = "seven quiet weavers sing"
    )]
    password: String,
}

/// A password that takes the place of another.
#[derive(ToSchema)]
pub(crate) struct PasswordChange {
    /// The one that is in use.
    #[schema(
        format = "password",
        min_length = 1,
        max_length = 4096,
        example = "seven quiet weavers sing"
    )]
    current_password: String,
    /// At least 12 characters where the settings ask for no other number, and not among the first that anyone would guess.
    #[schema(
        format = "password",
        min_length = 12,
        max_length = 256,
        example = "eight loud hatters hum"
    )]
    new_password: String,
}

/// A name that takes the place of another.
#[derive(ToSchema)]
pub(crate) struct UsernameChange {
    /// The name, kept as it is typed; two that differ in case alone are the same. Spaces around it are left out.
    #[schema(
        min_length = 3,
        max_length = 32,
        pattern = "^[A-Za-z0-9._-]{3,32}$",
        example = "countess"
    )]
    username: String,
}

/// Where the caller is signed in.
#[derive(ToSchema)]
pub(crate) struct Sessions {
    /// The session that asks first, then by when each was last used.
    sessions: Vec<DeviceSession>,
}

/// A session, as its owner sees it among the others.
#[derive(ToSchema)]
pub(crate) struct DeviceSession {
    /// Its id: by which to end it.
    #[schema(format = "uuid")]
    id: String,
    /// The browser in words, as it calls itself.
    #[schema(min_length = 1, example = "Firefox")]
    browser: String,
    /// The system in words, as the browser tells it.
    #[schema(min_length = 1, example = "Windows")]
    system: String,
    /// The network address at which it was last used.
    #[schema(required = true, example = "203.0.113.7")]
    address: Option<String>,
    /// Where that address is. For a product that looks addresses up; Latchkey does not.
    #[schema(required = true)]
    place: Option<String>,
    /// When it began, in UTC.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last used, in UTC.
    #[schema(format = "date-time")]
    last_seen_at: String,
    /// Whether it is the one that asks.
    is_this: bool,
}

/// A part of what happened to the caller's account.
#[derive(ToSchema)]
pub(crate) struct Events {
    /// The events, the newest first.
    events: Vec<AccountEvent>,
    /// What `before` must be for those that come then. Nothing, where these are the oldest.
    #[schema(format = "uuid", required = true)]
    next: Option<String>,
}

/// Something that happened to the caller's account.
#[derive(ToSchema)]
pub(crate) struct AccountEvent {
    /// Its id: by which to say that it was somebody else's doing.
    #[schema(format = "uuid")]
    id: String,
    /// When it happened, in UTC.
    #[schema(format = "date-time")]
    at: String,
    /// What happened, in the word of the audit log. A newer server may know others.
    #[schema(min_length = 1, example = "signed_in")]
    kind: String,
    /// The browser in words, if one is known.
    #[schema(required = true, example = "Firefox")]
    browser: Option<String>,
    /// The system in words, if a browser is known.
    #[schema(required = true, example = "Windows")]
    system: Option<String>,
    /// The network address that it was done from.
    #[schema(required = true, example = "203.0.113.7")]
    address: Option<String>,
    /// Who did it; `anonymous` is who did not prove who they are.
    #[schema(pattern = "^(user|operator|system|anonymous)$", example = "user")]
    by: String,
    /// The session in which it was done, or to which.
    #[schema(format = "uuid", required = true)]
    session: Option<String>,
}

/// All that is held of a user. No password, token or code is among it, nor a hash of one. Times are in UTC.
#[derive(ToSchema)]
pub(crate) struct Export {
    /// The name of this form of the document. Another form has another.
    #[schema(pattern = "^latchkey-export-1$", example = "latchkey-export-1")]
    format: String,
    /// When it was made.
    #[schema(format = "date-time")]
    exported_at: String,
    /// The account.
    user: ExportedUser,
    /// Its sessions, in the order in which they began; ended ones are held for a month.
    sessions: Vec<ExportedSession>,
    /// What happened to it, the newest first; of more than 10,000 events the newest 10,000.
    #[schema(max_items = 10_000)]
    events: Vec<ExportedEvent>,
    /// What its owner was told on the start page, the oldest first.
    notices: Vec<ExportedNotice>,
    /// The browsers that are known again.
    known_devices: Vec<ExportedDevice>,
    /// What the links of letters are good for that were sent, and to which addresses: a new one that waits to be confirmed, and a former one that can
    /// be taken back, among them.
    links: Vec<ExportedLink>,
    /// Letters that wait to be sent.
    letters: Vec<ExportedLetter>,
}

/// Something that happened, in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedEvent {
    #[schema(inline)]
    #[serde(flatten)]
    event: AccountEvent,
    /// What the browser called itself.
    #[schema(required = true)]
    user_agent: Option<String>,
}

/// A link of a letter in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedLink {
    /// Its id: that of its letter.
    #[schema(format = "uuid")]
    id: String,
    /// What it is good for.
    #[schema(min_length = 1, example = "undo_email_change")]
    purpose: String,
    /// The address that its letter was sent to.
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    email: String,
    /// Until when it is good.
    #[schema(format = "date-time")]
    expires_at: String,
}

/// A letter that waits, in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedLetter {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Why it is sent.
    #[schema(min_length = 1, example = "new_device")]
    occasion: String,
    /// To which address.
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    recipient: String,
    /// What the browser called itself at which that happened which it tells of.
    #[schema(required = true)]
    user_agent: Option<String>,
    /// The network address of that browser.
    #[schema(required = true)]
    address: Option<String>,
    /// When it is to be sent.
    #[schema(format = "date-time")]
    due_at: String,
}

/// An account in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedUser {
    /// The user's id.
    #[schema(format = "uuid")]
    id: String,
    /// The name, as typed.
    #[schema(min_length = 3, max_length = 32, example = "ada")]
    username: String,
    /// The address of email, in its stored form.
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    email: String,
    /// When it was proven that the address is theirs.
    #[schema(format = "date-time", required = true)]
    email_verified_at: Option<String>,
    /// Whether there is a password to sign in with.
    has_password: bool,
    /// What the user may do.
    roles: Vec<String>,
    /// The teams that the user belongs to.
    groups: Vec<String>,
    /// When the account was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it is deleted, if its owner has asked for it.
    #[schema(format = "date-time", required = true)]
    deletes_at: Option<String>,
}

/// A session in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedSession {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// When it began.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was last used.
    #[schema(format = "date-time")]
    last_seen_at: String,
    /// When it ends unless it is used.
    #[schema(format = "date-time")]
    expires_at: String,
    /// When it ends in any case.
    #[schema(format = "date-time")]
    absolute_expires_at: String,
    /// When its owner last proved in it who they are.
    #[schema(format = "date-time")]
    auth_time: String,
    /// How they proved it, in the words of RFC 8176.
    amr: Vec<String>,
    /// Whether the browser keeps it when it is closed.
    remembered: bool,
    /// When it was ended before its time.
    #[schema(format = "date-time", required = true)]
    revoked_at: Option<String>,
    /// Why it was.
    #[schema(required = true)]
    end_reason: Option<String>,
    /// What the browser called itself last.
    #[schema(required = true)]
    user_agent: Option<String>,
    /// The network address at which it was last used.
    #[schema(required = true)]
    address: Option<String>,
}

/// A notice in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedNotice {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// What it tells of.
    #[schema(min_length = 1, example = "session_reused")]
    kind: String,
    /// When that happened.
    #[schema(format = "date-time")]
    at: String,
    /// When it was dismissed.
    #[schema(format = "date-time", required = true)]
    dismissed_at: Option<String>,
}

/// A browser in an export.
#[derive(ToSchema)]
pub(crate) struct ExportedDevice {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// When the user last signed in there.
    #[schema(format = "date-time")]
    last_seen_at: String,
}
