//! Reads the settings' raw texts: the file, then the environment over it. Names are checked here, values by who asks for them.

use std::collections::HashMap;

use super::{
    fault::{Fault, Place},
    table::{ALL, Secrecy, Setting, VARIABLE_PREFIX},
};

/// The variable that names another settings file. It is no setting: the file can't name itself.
pub(super) const CONFIG_VARIABLE: &str = "LATCHKEY_CONFIG";
/// What the scripts in `tools/` and the tests read. They are no settings, and no slip either.
const VARIABLES_OF_THE_SCRIPTS: [&str; 5] = [
    "LATCHKEY_CACHE",
    "LATCHKEY_CLUSTER_PROCESSES",
    "LATCHKEY_CLUSTER_SECONDS",
    "LATCHKEY_TEST_POSTGRES_URL",
    "LATCHKEY_TEST_SMTP_PYTHON",
];

/// Where the value of a setting comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The setting.
    pub setting: &'static Setting,
    /// Its text. None, if nothing was said and there is no default, or if it must not be shown.
    pub value: Option<String>,
    /// Where it was read.
    pub place: Place,
}

/// The texts that were given, and what was wrong so far.
#[derive(Default)]
pub(super) struct Sources {
    values: HashMap<&'static str, (Place, String)>,
    faults: Vec<Fault>,
}

impl Sources {
    /// Takes the text of a settings file.
    pub(super) fn read_file(&mut self, name: &str, text: &str) {
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // The error's own display quotes the line, which may hold a secret.
                let line = error.span().map_or(1, |span| {
                    1 + text
                        .bytes()
                        .take(span.start)
                        .filter(|byte| *byte == b'\n')
                        .count()
                });
                self.faults.push(Fault::File {
                    name: name.to_owned(),
                    reason: format!("line {line} is not TOML: {}", error.message()),
                });
                return;
            }
        };
        for (name, value) in table {
            let text = match &value {
                toml::Value::String(text) => Some(text.clone()),
                toml::Value::Integer(number) => Some(number.to_string()),
                toml::Value::Boolean(truth) => Some(truth.to_string()),
                _ => None,
            };
            match (Setting::named(&name), text) {
                (Some(setting), Some(text)) => {
                    self.values.insert(setting.name, (Place::File, text));
                }
                (Some(setting), None) => {
                    self.faults
                        .push(Fault::wrong(setting, Place::File, &value.to_string()));
                }
                (None, _) => {
                    self.faults
                        .push(Fault::unknown(&name, Place::File, &value.to_string()));
                }
            }
        }
    }

    /// Takes one variable of the environment; those that are not ours are passed over.
    pub(super) fn read_variable(&mut self, variable: &str, value: String) {
        let Some(name) = variable.strip_prefix(VARIABLE_PREFIX) else {
            return;
        };
        if variable == CONFIG_VARIABLE || VARIABLES_OF_THE_SCRIPTS.contains(&variable) {
            return;
        }
        let setting = Setting::named(&name.to_ascii_lowercase())
            .filter(|setting| setting.variable() == variable);
        match setting {
            Some(setting) => {
                self.values
                    .insert(setting.name, (Place::Environment, value));
            }
            None => self
                .faults
                .push(Fault::unknown(variable, Place::Environment, &value)),
        }
    }

    /// Notes what is wrong.
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Everything that was wrong.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Each setting with its text, unless that is a secret, and where it was read.
    pub(super) fn origins(&self) -> Vec<Origin> {
        ALL.iter()
            .map(|setting| {
                let given = self.values.get(setting.name);
                let (place, value) = given
                    .map_or((Place::Default, setting.default), |(place, text)| {
                        (*place, Some(text.as_str()))
                    });
                let open = setting.secrecy == Secrecy::Open || place == Place::Default;
                Origin {
                    setting,
                    value: value.filter(|_| open).map(str::to_owned),
                    place,
                }
            })
            .collect()
    }

    /// Whether nobody said anything about `setting`.
    pub(super) fn is_silent(&self, setting: &Setting) -> bool {
        !self.values.contains_key(setting.name)
    }

    /// The value of `setting`, or of its default. `None` if there is neither, or if it is wrong, which is then noted.
    pub(super) fn take<T>(
        &mut self,
        setting: &Setting,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let (place, text) = match self.values.get(setting.name) {
            Some((place, text)) => (*place, text.as_str()),
            None => (Place::Default, setting.default?),
        };
        let value = parse(text);
        if value.is_none() {
            self.faults.push(Fault::wrong(setting, place, text));
        }
        value
    }

    /// The value of `setting`, which has a default. A wrong one is noted, and `stand_in` goes on in its place so that further faults are found.
    pub(super) fn take_or<T>(
        &mut self,
        setting: &Setting,
        stand_in: T,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        self.take(setting, parse).unwrap_or(stand_in)
    }
}
