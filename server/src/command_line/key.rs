//! `latchkey key`

use std::path::PathBuf;

use auth::{
    clock::Timestamp,
    token::{ListedKey, Ring, SwitchOver},
};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::{end::End, office, output, terminal};
use crate::master_secret;

/// What is done to signing keys.
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// List the keys of both rings, and what each does
    List {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Let the next keys take over; nobody is signed out
    ///
    /// A new key is published, signs six minutes later, and the one before verifies until its last token has expired. The server does so by
    /// itself every `key_rotation_days`.
    Rotate {
        /// Which ring
        #[arg(long, value_enum, default_value = "both")]
        ring: Rings,
        /// Sign with the new key now, and not in six minutes. Services that keep the key set must ask for it anew when they meet its id
        #[arg(long)]
        at_once: bool,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Take a key back that is in other hands: its tokens are refused within a second
    ///
    /// If it is the one that signs, another takes over at once. An access key costs each browser one refresh. A refresh key signs out who holds
    /// a token of it.
    Retire {
        /// The key's id
        id: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Seal all keys anew under another master secret; nobody is signed out
    ///
    /// The settings name the old secret. When this is done, name the new one in them, and start every server again.
    SealAnew {
        /// The file that holds the new master secret; `openssl rand -base64 32` makes one
        #[arg(long, value_name = "FILE")]
        new_secret_file: PathBuf,
    },
    /// Retire all keys and make new ones, for when the master secret is lost; everybody is signed out
    StartAnew {
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

/// Which ring is meant.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Rings {
    /// The keys of access tokens
    Access,
    /// The keys of refresh tokens
    Refresh,
    /// Both
    Both,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    ring: &'static str,
    algorithm: String,
    state: &'static str,
    created_at: String,
    signs_from: String,
    verifies_until: Option<String>,
    retired_at: Option<String>,
}

impl From<ListedKey> for Shown {
    fn from(key: ListedKey) -> Self {
        Self {
            id: key.id,
            ring: key.ring.as_str(),
            algorithm: key.algorithm,
            state: key.state.as_str(),
            created_at: key.created_at.to_rfc3339(),
            signs_from: key.signs_from.to_rfc3339(),
            verifies_until: key.verifies_until.map(Timestamp::to_rfc3339),
            retired_at: key.retired_at.map(Timestamp::to_rfc3339),
        }
    }
}

impl Key {
    pub(super) fn run(self) -> Result<(), End> {
        office::run(async |settings| {
            if let Self::StartAnew { yes } = self {
                terminal::confirm("Every key will be retired, and everybody signed out.", yes)?;
            }
            let smith = office::keysmith(settings).await?;
            match self {
                Self::List { json } => list(
                    smith.list().await?.into_iter().map(Shown::from).collect(),
                    json,
                ),
                Self::Rotate {
                    ring,
                    at_once,
                    json,
                } => {
                    let switch_over = if at_once {
                        SwitchOver::AtOnce
                    } else {
                        SwitchOver::PublishedAhead
                    };
                    let mut made = Vec::new();
                    for ring in ring.all() {
                        made.push(smith.rotate(*ring, switch_over).await?.into());
                    }
                    list(made, json)
                }
                Self::Retire { id, yes } => {
                    let (key, holders) = (smith.key(&id).await?, smith.holders(&id).await?);
                    let cost = match key.ring {
                        Ring::Access => "Each browser will refresh once.".to_owned(),
                        Ring::Refresh => format!("{holders} sessions will end."),
                    };
                    terminal::confirm(&format!("Key {id} of the {} ring: {cost}", key.ring), yes)?;
                    let retired = smith.retire(&id).await?;
                    let next = retired
                        .replacement
                        .map_or_else(String::new, |id| format!(", and {id} signs in its place"));
                    output::line(format!(
                        "{id} is retired; {} sessions ended{next}",
                        retired.ended_sessions
                    ))
                }
                Self::SealAnew { new_secret_file } => {
                    let sealed = smith
                        .seal_anew(&master_secret::read(new_secret_file)?)
                        .await?;
                    output::line(format!(
                        "{sealed} keys are sealed under the new master secret. Name it in the settings, and start every server again"
                    ))
                }
                Self::StartAnew { .. } => {
                    let ended = smith.start_anew().await?;
                    output::line(format!(
                        "All keys are made anew under the master secret of the settings, and {ended} sessions ended. Start every server again"
                    ))
                }
            }
        })
    }
}

impl Rings {
    const fn all(self) -> &'static [Ring] {
        match self {
            Self::Access => &[Ring::Access],
            Self::Refresh => &[Ring::Refresh],
            Self::Both => &Ring::ALL,
        }
    }
}

fn list(keys: Vec<Shown>, json: bool) -> Result<(), End> {
    if json {
        return output::json(&keys);
    }
    let rows: Vec<_> = keys
        .into_iter()
        .map(|key| {
            [
                key.id,
                key.ring.to_owned(),
                key.algorithm,
                key.state.to_owned(),
                key.signs_from,
                key.verifies_until.unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        [
            "ID",
            "RING",
            "ALGORITHM",
            "STATE",
            "SIGNS FROM",
            "VERIFIES UNTIL",
        ],
        &rows,
        "There are no keys yet; the first start of the server makes them",
    )
}
