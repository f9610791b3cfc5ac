//! `latchkey config`

use clap::Subcommand;
use serde::Serialize;

use super::{end::End, output};
use crate::settings::{Origin, Settings, table};

/// What is asked of the settings.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Show every setting as it is now, and where its value comes from; secrets stay hidden
    Show {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// List all that can be set, in a form that latchkey.toml takes
    List,
}

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    variable: String,
    value: Option<String>,
    secret: bool,
    from: &'static str,
}

impl Config {
    pub(super) fn run(self) -> Result<(), End> {
        match self {
            Self::Show { json } => show(json),
            Self::List => list(),
        }
    }
}

fn show(json: bool) -> Result<(), End> {
    let shown: Vec<Shown> = Settings::origins()?.into_iter().map(Shown::from).collect();
    if json {
        return output::json(&shown);
    }
    let rows: Vec<_> = shown
        .into_iter()
        .map(|setting| {
            let value = match (setting.secret, setting.value) {
                (true, _) if setting.from != "default" => "(hidden)".to_owned(),
                (_, Some(value)) => value,
                (_, None) => "(not set)".to_owned(),
            };
            [setting.name.to_owned(), value, setting.from.to_owned()]
        })
        .collect();
    output::table(["SETTING", "VALUE", "FROM"], &rows, "")
}

impl From<Origin> for Shown {
    fn from(origin: Origin) -> Self {
        Self {
            name: origin.setting.name,
            variable: origin.setting.variable(),
            value: origin.value,
            secret: origin.setting.secrecy == table::Secrecy::Secret,
            from: origin.place.name(),
        }
    }
}

fn list() -> Result<(), End> {
    for setting in table::ALL {
        output::line(format!(
            "# {}\n# Allowed is {}. In the environment: {}",
            setting.about,
            setting.allowed,
            setting.variable()
        ))?;
        output::line(format!(
            "# {} = {}\n",
            setting.name,
            setting
                .default
                .map_or_else(String::new, |default| format!("{default:?}"))
        ))?;
    }
    Ok(())
}
