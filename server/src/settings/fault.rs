//! What is wrong with the settings, in words for the person who wrote them.

use std::fmt;

use super::table::{ALL, Secrecy, Setting, VARIABLE_PREFIX};

/// Where a value was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In `latchkey.toml`, or the file that `LATCHKEY_CONFIG` names.
    File,
    /// In the environment.
    Environment,
    /// Nowhere: it is the default.
    Default,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A name that no setting has.
    Unknown {
        /// The name as it was written.
        name: String,
        /// Where.
        place: Place,
        /// The value, if it may be shown.
        value: Option<String>,
    },
    /// A value that its setting can't take.
    Wrong {
        /// The setting's name where the value was read.
        name: String,
        /// Where.
        place: Place,
        /// The value, if it may be shown.
        value: Option<String>,
        /// What is allowed.
        allowed: String,
    },
    /// Something that must be said and isn't, or can't be said together with something else.
    Unfit {
        /// The settings' names.
        name: String,
        /// What is the matter, and what is allowed.
        reason: String,
    },
    /// The file can't be read or isn't TOML.
    File {
        /// Its path, or what it is called.
        name: String,
        /// Why not.
        reason: String,
    },
}

impl Fault {
    /// A name that no setting has. Its value is shown unless the name sounds like that of a secret.
    pub(super) fn unknown(name: &str, place: Place, value: &str) -> Self {
        const SECRET_WORDS: [&str; 8] = [
            "secret",
            "pepper",
            "password",
            "token",
            "key",
            "url",
            "credential",
            "salt",
        ];
        let bare = bare(name);
        let near_a_secret = || {
            ALL.iter().any(|setting| {
                setting.secrecy == Secrecy::Secret && distance(&bare, setting.name) <= SLIP
            })
        };
        let secret = SECRET_WORDS.iter().any(|word| bare.contains(word)) || near_a_secret();
        Self::Unknown {
            name: name.to_owned(),
            place,
            value: (!secret).then(|| value.to_owned()),
        }
    }

    /// A value that `setting` can't take.
    pub(super) fn wrong(setting: &Setting, place: Place, value: &str) -> Self {
        Self::Wrong {
            name: if place == Place::Environment {
                setting.variable()
            } else {
                setting.name.to_owned()
            },
            place,
            value: (setting.secrecy == Secrecy::Open).then(|| value.to_owned()),
            allowed: setting.allowed.to_owned(),
        }
    }

    /// What is the matter with `setting` beside the others.
    pub(super) fn unfit(setting: &Setting, reason: impl Into<String>) -> Self {
        Self::Unfit {
            name: setting.to_string(),
            reason: reason.into(),
        }
    }
}

impl Place {
    /// Its name in a list.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Environment => "environment",
            Self::Default => "default",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::File => "the settings file",
            Self::Environment => "the environment",
            Self::Default => "the defaults",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, place, value } => {
                write!(
                    formatter,
                    "{name} in {place} is no setting (its value is {})",
                    Shown(value.as_deref())
                )?;
                match nearest(name) {
                    Some(setting) => write!(
                        formatter,
                        "; is {setting} meant? `latchkey config list` lists all that are allowed"
                    ),
                    None => write!(
                        formatter,
                        "; `latchkey config list` lists all that are allowed"
                    ),
                }
            }
            Self::Wrong {
                name,
                place,
                value,
                allowed,
            } => {
                write!(
                    formatter,
                    "{name} in {place} is {}; allowed is {allowed}",
                    Shown(value.as_deref())
                )
            }
            Self::Unfit { name, reason } | Self::File { name, reason } => {
                write!(formatter, "{name}: {reason}")
            }
        }
    }
}

/// A value in quotes, or that it is hidden.
struct Shown<'value>(Option<&'value str>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(formatter, "{value:?}"),
            None => formatter.write_str("hidden, as it may be a secret"),
        }
    }
}

/// The setting that is probably meant by a name that is none.
fn nearest(name: &str) -> Option<&'static Setting> {
    let bare = bare(name);
    ALL.iter()
        .copied()
        .map(|setting| (distance(&bare, setting.name), setting))
        .filter(|(distance, _)| *distance <= SLIP)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, setting)| setting)
}

/// How many letters a slip of the pen may have changed.
const SLIP: usize = 3;

/// A name as the settings file would have it, wherever it was written.
fn bare(name: &str) -> String {
    let lowercase = name.to_ascii_lowercase();
    let prefix = VARIABLE_PREFIX.to_ascii_lowercase();
    lowercase
        .strip_prefix(&prefix)
        .unwrap_or(&lowercase)
        .to_owned()
}

/// How many letters must be added, removed or changed to make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (left, other) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[left + 1];
            row[left + 1] = changed.min(diagonal + 1).min(row[left] + 1);
        }
    }
    row[to.len()]
}

/// Everything that is wrong with the settings, all at once.
#[derive(Debug, thiserror::Error)]
pub struct SettingsError(Vec<Fault>);

impl SettingsError {
    /// Wraps what was found. There is at least one.
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Each thing that is wrong.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Latchkey can't start with these settings:")?;
        self.0
            .iter()
            .try_for_each(|fault| write!(formatter, "\n  - {fault}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_told() {
        let fault = Fault::unknown("LATCHKEY_LISTN", Place::Environment, "127.0.0.1:1");
        assert_eq!(
            fault.to_string(),
            "LATCHKEY_LISTN in the environment is no setting (its value is \"127.0.0.1:1\"); is listen (LATCHKEY_LISTEN) meant? \
             `latchkey config list` lists all that are allowed"
        );
    }

    #[test]
    fn what_may_be_a_secret_is_hidden() {
        for name in [
            "master_secrt",
            "LATCHKEY_PEPER",
            "LATCHKEY_DATABASE_URI",
            "some_password",
        ] {
            assert!(
                !Fault::unknown(name, Place::File, "canary")
                    .to_string()
                    .contains("canary"),
                "{name}"
            );
        }
        assert!(
            !Fault::wrong(&super::super::table::PEPPER, Place::File, "canary")
                .to_string()
                .contains("canary")
        );
    }
}
