//! The statements that stand in the sources of the store, so that one which nobody runs is told.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{begins_with_verb, one_line};

/// Statements that PostgreSQL alone is asked.
const POSTGRES_ALONE: [&str; 2] = ["SELECT pg_notify(", "SELECT clock_timestamp()"];

/// What reads whole tables, as it must.
const READS_ALL: &str = "copy.rs";

/// What statements of the store are made of.
pub(super) struct StoreTexts {
    /// Statements, or what they begin with.
    beginnings: Vec<String>,
    /// What a macro named `select_…` ends one with.
    conditions: Vec<String>,
}

impl StoreTexts {
    pub(super) fn read() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = vec![source.join("store.rs")];
        add_files(&source.join("store"), &mut files);
        let mut texts = Self {
            beginnings: Vec::new(),
            conditions: Vec::new(),
        };
        let on_sqlite = std::env::var("LATCHKEY_TEST_POSTGRES_URL").is_err();
        for file in files.into_iter().filter(|file| !file.ends_with(READS_ALL)) {
            let source = fs::read_to_string(file).unwrap();
            // A file ends with its tests.
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            for literal in literals(code) {
                let elsewhere = POSTGRES_ALONE
                    .iter()
                    .any(|beginning| literal.text.starts_with(beginning));
                if on_sqlite && elsewhere {
                    continue;
                }
                if begins_with_verb(&literal.text) {
                    texts.beginnings.push(literal.text);
                } else if literal.is_in_select_macro {
                    texts.conditions.push(literal.text);
                }
            }
        }
        assert!(
            texts.beginnings.len() > 25 && texts.conditions.len() > 5,
            "the statements are in auth/src/store"
        );
        texts
    }

    /// Those of which there is nothing in `statements`.
    pub(super) fn missing_in(&self, statements: &BTreeSet<String>) -> Vec<&str> {
        let begins_none = self.beginnings.iter().filter(|beginning| {
            !statements
                .iter()
                .any(|statement| statement.starts_with(beginning.as_str()))
        });
        let is_in_none = self.conditions.iter().filter(|condition| {
            !statements
                .iter()
                .any(|statement| statement.contains(condition.as_str()))
        });
        begins_none.chain(is_in_none).map(String::as_str).collect()
    }
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// A text between double quotes.
struct Literal {
    text: String,
    /// Whether it is the first argument of a macro named `select_…`.
    is_in_select_macro: bool,
}

/// The texts of a Rust source, those in comments left out.
fn literals(source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let from = &rest[at..];
        let before = &source[..source.len() - from.len()];
        rest = if let Some(quoted) = from.strip_prefix('"') {
            let (text, after) = up_to_closing_quote(quoted);
            found.push(Literal {
                text: one_line(&text),
                is_in_select_macro: ends_in_select_macro(before),
            });
            after
        } else if from.starts_with("//") {
            from.split_once('\n').map_or("", |(_, after)| after)
        } else {
            from.strip_prefix("'\"'").unwrap_or(&from[1..])
        };
    }
    found
}

/// A text up to its closing quote, and what follows.
fn up_to_closing_quote(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, &quoted[at + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n' | '\n')) => text.push(' '),
                Some((_, escaped)) => text.push(escaped),
                None => {}
            },
            _ => text.push(character),
        }
    }
    panic!("a text has no end: {text}")
}

fn ends_in_select_macro(before: &str) -> bool {
    before
        .trim_end()
        .strip_suffix("!(")
        .and_then(|call| {
            call.rsplit(|character: char| !character.is_alphanumeric() && character != '_')
                .next()
        })
        .is_some_and(|name| name.starts_with("select_"))
}
