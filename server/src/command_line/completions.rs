//! `latchkey completions`

use clap::Args;
use clap_complete::Shell;

use super::end::End;

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, command: &mut clap::Command) -> Result<(), End> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "latchkey", &mut script);
        Ok(std::io::Write::write_all(
            &mut std::io::stdout().lock(),
            &script,
        )?)
    }
}
