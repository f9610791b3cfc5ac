//! `latchkey session`

use auth::{
    flow::administration::{self, StandingSession},
    session::SessionId,
};
use clap::{ArgGroup, Args, Subcommand};
use serde::Serialize;

use super::{end::End, office, output, terminal, user};

/// What is done to sessions.
#[derive(Debug, Subcommand)]
pub(super) enum Session {
    /// List the sessions that stand, in the order in which they began
    List {
        /// Only those of this user: a username, email address or id
        #[arg(long)]
        user: Option<String>,
        #[command(flatten)]
        listing: output::Listing,
    },
    /// End a session, those of a user, or all
    Revoke(Revoke),
}

/// Which sessions end.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["session", "user", "all"]))]
pub(super) struct Revoke {
    /// The session's id
    #[arg(value_name = "ID")]
    session: Option<SessionId>,
    /// All of this user: a username, email address or id
    #[arg(long)]
    user: Option<String>,
    /// All there are
    #[arg(long)]
    all: bool,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    user_id: String,
    username: String,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    address: Option<String>,
    user_agent: Option<String>,
}

impl From<StandingSession> for Shown {
    fn from(session: StandingSession) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user_id.to_string(),
            username: session.username,
            created_at: session.created_at.to_rfc3339(),
            last_seen_at: session.last_seen_at.to_rfc3339(),
            expires_at: session.expires_at.to_rfc3339(),
            address: session.address,
            user_agent: session.user_agent,
        }
    }
}

impl Session {
    pub(super) fn run(self) -> Result<(), End> {
        match self {
            Self::List { user, listing } => office::run(async |settings| {
                let engine = office::engine(settings).await?;
                let user = match user {
                    Some(user) => Some(user::find(&engine, &user).await?.id),
                    None => None,
                };
                let sessions = administration::sessions(&engine, user, listing.page()).await?;
                list(sessions, listing.json)
            }),
            Self::Revoke(revoke) => revoke.run(),
        }
    }
}

impl Revoke {
    fn run(self) -> Result<(), End> {
        office::run(async |settings| {
            let (engine, operator) = (office::engine(settings).await?, office::operator());
            if let Some(session) = self.session {
                return if administration::revoke_session(&engine, &operator, session).await? {
                    output::line("The session has ended")
                } else {
                    Err(End::unknown(format!("No session {session} stands")))
                };
            }
            if let Some(user) = &self.user {
                let account = user::find(&engine, user).await?;
                administration::revoke_sessions_of(&engine, &operator, account.id).await?;
                return output::line(format!("{} sessions have ended", account.sessions));
            }
            terminal::confirm("Everybody will be signed out.", self.yes)?;
            let ended = administration::revoke_all_sessions(&engine, &operator).await?;
            output::line(format!("{ended} sessions have ended"))
        })
    }
}

fn list(sessions: Vec<StandingSession>, json: bool) -> Result<(), End> {
    let shown: Vec<Shown> = sessions.into_iter().map(Shown::from).collect();
    if json {
        return output::json(&shown);
    }
    let rows: Vec<_> = shown
        .into_iter()
        .map(|session| {
            [
                session.id,
                session.username,
                session.created_at,
                session.last_seen_at,
                session.address.unwrap_or_default(),
                session.user_agent.unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        ["ID", "USER", "BEGAN", "LAST USED", "ADDRESS", "BROWSER"],
        &rows,
        "No session stands",
    )
}
