//! `latchkey user`

use auth::{
    Engine,
    flow::administration::{self, Account},
};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{end::End, office, output, terminal};

/// What is done to accounts.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account
    ///
    /// The password is asked for at the terminal, or is the first line of standard input.
    Add {
        /// The username: 3 to 32 of letters, digits, dots, dashes and underscores
        username: String,
        /// The email address
        email: String,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// List accounts, in the order in which they were made
    List(output::Listing),
    /// Show an account
    Show {
        #[command(flatten)]
        who: Who,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Give a user another password, and end all their sessions
    ///
    /// The password is asked for at the terminal, or is the first line of standard input.
    SetPassword {
        #[command(flatten)]
        who: Who,
    },
    /// Forbid a user to sign in, and end all their sessions
    Disable {
        #[command(flatten)]
        who: Who,
    },
    /// Let a user sign in again
    Enable {
        #[command(flatten)]
        who: Who,
    },
    /// Delete a user and all that is theirs, for good
    Delete {
        #[command(flatten)]
        who: Who,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

/// The account that is meant.
#[derive(Debug, Args)]
pub(super) struct Who {
    /// The username, email address or id
    #[arg(value_name = "USER")]
    user: String,
}

impl Who {
    /// Finds it.
    pub(super) async fn find(&self, engine: &Engine) -> Result<Account, End> {
        find(engine, &self.user).await
    }
}

/// Finds the account behind a username, an email address or an id.
pub(super) async fn find(engine: &Engine, user: &str) -> Result<Account, End> {
    administration::find_user(engine, user)
        .await?
        .ok_or_else(|| End::unknown(format!("There is no user {user}")))
}

#[derive(Serialize)]
struct Shown {
    id: String,
    username: String,
    email: String,
    created_at: String,
    disabled_at: Option<String>,
    has_password: bool,
    sessions: i64,
}

impl From<Account> for Shown {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.username,
            email: account.email,
            created_at: account.created_at.to_rfc3339(),
            disabled_at: account.disabled_at.map(auth::clock::Timestamp::to_rfc3339),
            has_password: account.has_password,
            sessions: account.sessions,
        }
    }
}

impl User {
    pub(super) fn run(self) -> Result<(), End> {
        match self {
            Self::Add {
                username,
                email,
                json,
            } => {
                let password = terminal::password()?;
                office::run(async |settings| {
                    let engine = office::engine(settings).await?;
                    let operator = office::operator();
                    let account =
                        administration::add_user(&engine, &operator, username, email, password)
                            .await?;
                    show(account.into(), json)
                })
            }
            Self::List(listing) => office::run(async |settings| {
                let engine = office::engine(settings).await?;
                let accounts = administration::users(&engine, listing.page()).await?;
                list(accounts, listing.json)
            }),
            Self::Show { who, json } => on(&who, async |_, account| show(account.into(), json)),
            Self::SetPassword { who } => {
                let password = terminal::password()?;
                on(&who, async |engine, account| {
                    administration::set_password(engine, &office::operator(), &account, &password)
                        .await?;
                    let (name, sessions) = (account.username, account.sessions);
                    output::line(format!(
                        "{name} has another password; {sessions} sessions ended"
                    ))
                })
            }
            Self::Disable { who } => on(&who, async |engine, account| {
                administration::disable(engine, &office::operator(), account.id).await?;
                let (name, sessions) = (account.username, account.sessions);
                output::line(format!("{name} may not sign in; {sessions} sessions ended"))
            }),
            Self::Enable { who } => on(&who, async |engine, account| {
                administration::enable(engine, &office::operator(), account.id).await?;
                output::line(format!("{} may sign in", account.username))
            }),
            Self::Delete { who, yes } => on(&who, async |engine, account| {
                let name = &account.username;
                let what = format!(
                    "{name} ({}) and all that is theirs will be deleted for good.",
                    account.email
                );
                terminal::confirm(&what, yes)?;
                administration::delete(engine, &office::operator(), account.id).await?;
                output::line(format!("{name} is deleted"))
            }),
        }
    }
}

/// Does something with one account.
fn on(who: &Who, what: impl AsyncFnOnce(&Engine, Account) -> Result<(), End>) -> Result<(), End> {
    office::run(async |settings| {
        let engine = office::engine(settings).await?;
        let account = who.find(&engine).await?;
        what(&engine, account).await
    })
}

fn list(accounts: Vec<Account>, json: bool) -> Result<(), End> {
    let shown: Vec<Shown> = accounts.into_iter().map(Shown::from).collect();
    if json {
        return output::json(&shown);
    }
    let rows: Vec<_> = shown
        .into_iter()
        .map(|user| {
            let state = if user.disabled_at.is_some() {
                "disabled"
            } else {
                "active"
            };
            [
                user.id,
                user.username,
                user.email,
                state.to_owned(),
                user.sessions.to_string(),
                user.created_at,
            ]
        })
        .collect();
    output::table(
        ["ID", "USERNAME", "EMAIL", "STATE", "SESSIONS", "MADE"],
        &rows,
        "There are no users. `latchkey user add` makes one",
    )
}

fn show(user: Shown, json: bool) -> Result<(), End> {
    if json {
        return output::json(&user);
    }
    let state = user.disabled_at.map_or_else(
        || "active".to_owned(),
        |since| format!("disabled since {since}"),
    );
    let password = if user.has_password { "yes" } else { "no" };
    for (name, value) in [
        ("id", user.id.as_str()),
        ("username", &user.username),
        ("email", &user.email),
        ("state", &state),
        ("password", password),
        ("sessions", &user.sessions.to_string()),
        ("made", &user.created_at),
    ] {
        output::line(format!("{name:<10}{value}"))?;
    }
    Ok(())
}
