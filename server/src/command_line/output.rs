//! What commands print: columns for a person, JSON for a script.

use std::io::{self, Write as _};

use auth::flow::administration::Page;
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use super::end::End;

/// Which part of a list is printed, and how.
#[derive(Debug, Args)]
pub(super) struct Listing {
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Go on behind the one of this id
    #[arg(long, value_name = "ID")]
    after: Option<Uuid>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(super) json: bool,
}

impl Listing {
    /// The part that is meant.
    pub(super) fn page(&self) -> Page {
        Page {
            after: self.after,
            limit: self.limit,
        }
    }
}

/// Prints one line.
pub(super) fn line(words: impl AsRef<str>) -> Result<(), End> {
    Ok(writeln!(io::stdout().lock(), "{}", words.as_ref())?)
}

/// Prints JSON, for a script.
pub(super) fn json(value: &impl Serialize) -> Result<(), End> {
    line(serde_json::to_string_pretty(value)?)
}

/// Prints a table whose columns stand below each other. An empty one says `nothing` instead.
pub(super) fn table<const COLUMNS: usize>(
    titles: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
    nothing: &str,
) -> Result<(), End> {
    if rows.is_empty() {
        return line(nothing);
    }
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        let longest = rows.iter().map(|row| row[column].chars().count()).max();
        longest.unwrap_or(0).max(titles[column].len())
    });
    let titles = titles.map(str::to_owned);
    for row in std::iter::once(&titles).chain(rows) {
        let cells: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{:<width$}", printable(cell)))
            .collect();
        line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// Text of a stranger's, as a user agent is, without what would move the cursor of a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}
