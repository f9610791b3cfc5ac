//! What can be asked of xtask on its command line.

use anyhow::{Result, bail};
use std::path::PathBuf;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask build [--release] [--features NAMES] [--server-out PATH]
cargo xtask common-passwords LIST

  --release           optimised, with hashed names and compressed files, into target/site
                      (without it: quick, plain names, into target/site-debug)
  --features NAMES    cargo features of the server: test-clock, or embedded-site, which puts the site into the program
  --server-out PATH   puts the server's binary there instead of target/release or target/debug

  LIST                the list of passwords that auth/src/password/common/README.md tells of: makes common.bin beside it anew";

/// One command line, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Build(Wanted),
    /// With the list that they are in.
    CommonPasswords(PathBuf),
}

/// How the two halves are to be built.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) mode: Mode,
    /// Cargo features of the server, as cargo takes them.
    pub(crate) features: Option<String>,
    /// Where the server's binary goes, when not to cargo's own place.
    pub(crate) server_out: Option<PathBuf>,
}

impl Wanted {
    /// Whether the site goes into the program, and so must be made before it.
    pub(crate) fn embeds_site(&self) -> bool {
        self.features.as_deref().is_some_and(|features| {
            features
                .split([',', ' '])
                .any(|feature| feature == "embedded-site")
        })
    }
}

/// Quick to build, or quick to run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Debug,
    Release,
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => return Ok(Command::Help),
        Some("common-passwords") => {
            return match (words.next(), words.next()) {
                (Some(list), None) => Ok(Command::CommonPasswords(PathBuf::from(list))),
                _ => bail!("`common-passwords` takes one list\n\n{HELP}"),
            };
        }
        Some("build") => {}
        Some(other) => bail!("there is no command `{other}`\n\n{HELP}"),
    }
    let mut wanted = Wanted::default();
    while let Some(word) = words.next() {
        let mut value = || match words.next() {
            Some(value) => Ok(value),
            None => bail!("`{word}` needs a value after it\n\n{HELP}"),
        };
        match word.as_str() {
            "--release" => wanted.mode = Mode::Release,
            "--features" => wanted.features = Some(value()?),
            "--server-out" => wanted.server_out = Some(PathBuf::from(value()?)),
            other => bail!("`build` knows no `{other}`\n\n{HELP}"),
        }
    }
    Ok(Command::Build(wanted))
}

#[cfg(test)]
mod tests {
    use super::{Command, Mode, Wanted, parse};
    use std::path::PathBuf;

    fn parse_line(line: &str) -> anyhow::Result<Command> {
        parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_option_of_build_is_taken() {
        let command = parse_line(
            "build --release --features test-clock --server-out target/end2end/latchkey",
        );
        assert_eq!(
            command.unwrap(),
            Command::Build(Wanted {
                mode: Mode::Release,
                features: Some(String::from("test-clock")),
                server_out: Some(PathBuf::from("target/end2end/latchkey")),
            })
        );
    }

    #[test]
    fn common_passwords_are_made_of_one_list() {
        assert_eq!(
            parse_line("common-passwords list.txt").unwrap(),
            Command::CommonPasswords(PathBuf::from("list.txt"))
        );
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        for (line, named) in [
            ("bild", "bild"),
            ("build --fast", "--fast"),
            ("build --features", "--features"),
            ("common-passwords", "common-passwords"),
            ("common-passwords a b", "common-passwords"),
        ] {
            assert!(parse_line(line).unwrap_err().to_string().contains(named));
        }
    }
}
