//! What commands print: columns for a person, JSON for a script.

use std::io::{self, Write as _};

use serde::Serialize;

use super::end::End;

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
