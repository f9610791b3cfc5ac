//! What commands ask of the person before the terminal.

use std::io::{self, IsTerminal as _, Write as _};

use auth::SecretString;

use super::end::End;

/// Reads a password: from the terminal, twice and without showing it; or the first line of standard input, where that is no terminal. Never
/// from an argument, which everybody on the machine can read.
pub(super) fn password() -> Result<SecretString, End> {
    if !io::stdin().is_terminal() {
        return first_line();
    }
    let first = SecretString::from(rpassword::prompt_password("Password: ")?);
    let second = SecretString::from(rpassword::prompt_password("The same again: ")?);
    if auth::ExposeSecret::expose_secret(&first) == auth::ExposeSecret::expose_secret(&second) {
        Ok(first)
    } else {
        Err(End::refused(
            "The two are not the same; nothing was changed",
        ))
    }
}

fn first_line() -> Result<SecretString, End> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(End::refused(
            "No password came. Type it at a terminal, or send it as the first line of standard input",
        ));
    }
    Ok(SecretString::from(text))
}

/// Asks whether to go on with what can't be undone. `--yes` says so beforehand, for scripts.
pub(super) fn confirm(what: &str, yes: bool) -> Result<(), End> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(End::refused(format!(
            "{what} Nothing was done, as nobody is there to confirm it; --yes does so beforehand"
        )));
    }
    let mut out = io::stderr().lock();
    write!(out, "{what} Go on? Type yes: ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(End::refused("Nothing was done"))
    }
}
