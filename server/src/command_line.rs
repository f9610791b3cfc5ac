//! The command line: what `latchkey` can be told, and how it ends.
//!
//! Each command is a file in `command_line/`. It reads the same settings as the server, works on the same database through the engine, and
//! prints what a person reads or, by `--json`, what a script does.

mod audit;
mod backup;
mod check;
mod clean;
mod completions;
mod config;
mod copy;
mod end;
mod key;
mod migrate;
mod office;
mod output;
mod serve;
mod session;
mod terminal;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Signs people in with JWTs: the server, and what its operator needs
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, max_term_width = 100, after_help = MORE_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What there is to know of all commands.
const MORE_HELP: &str = "\
Without a command it serves. All commands read the same settings: latchkey.toml in the working folder, or the file that LATCHKEY_CONFIG \
names, and LATCHKEY_ variables over it. `latchkey config list` tells what can be set.

Exit codes: 0 done; 1 something failed, as a database that does not answer; 2 the command is written wrong; 3 the settings are wrong; \
4 there is no such user, session or key; 5 refused, not confirmed, or found wanting.

Examples:
  latchkey                                       serve
  latchkey check                                 say before a deployment whether all is in order
  latchkey user add ada ada@example.org          make an account; the password is asked for
  latchkey session list --user ada --json        what a script reads
  latchkey key rotate                            let the next signing keys take over
  latchkey audit --user ada --since 7d           who did what to an account";

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (what is done without a command)
    Serve,
    /// Bring the database up to date, and end
    ///
    /// The server does so itself at its start. Several may do it at once.
    Migrate,
    /// Say whether all is in order for a deployment, line by line, each with its remedy
    Check(check::Check),
    /// Copy everything to another database, SQLite or PostgreSQL; nobody is signed out by the move
    ///
    /// Stop all servers first: what is written meanwhile is not copied, and the comparison at the end tells of it. A copy that was cut goes on
    /// where it stopped. Afterwards name the new database in the settings, with the same master secret, and start the servers.
    Copy(copy::Copy),
    /// Write the embedded database, as it stands now, to a file; servers go on meanwhile
    Backup(backup::Backup),
    /// Accounts
    #[command(subcommand)]
    User(user::User),
    /// Sessions that stand
    #[command(subcommand)]
    Session(session::Session),
    /// The keys that sign tokens
    #[command(subcommand)]
    Key(key::Key),
    /// Read the audit log: who did what to which account, and from where; the newest first
    Audit(audit::Audit),
    /// Delete what is past: ended sessions, old events of the audit log, and the like
    ///
    /// The server does so by itself every hour. It is of use after `audit_days` was lowered.
    Clean,
    /// What is set, and what can be
    #[command(subcommand)]
    Config(config::Config),
    /// Print the description of the API (OpenAPI 3.1), as /api/v1/openapi.json has it
    Openapi,
    /// Print a script that completes commands in a shell
    Completions(completions::Completions),
}

/// Does what the arguments of this process say.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(),
        Command::Migrate => migrate::run(),
        Command::Check(check) => check.run(),
        Command::Copy(copy) => copy.run(),
        Command::Backup(backup) => backup.run(),
        Command::User(user) => user.run(),
        Command::Session(session) => session.run(),
        Command::Key(key) => key.run(),
        Command::Audit(audit) => audit.run(),
        Command::Clean => clean::run(),
        Command::Config(config) => config.run(),
        Command::Openapi => output::json(&crate::openapi::document()),
        Command::Completions(completions) => {
            completions.run(&mut <Arguments as clap::CommandFactory>::command())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(end) => end.tell(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_is_described() {
        fn described(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {argument}",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(described);
        }
        described(&Arguments::command());
    }
}
