//! Compiles the two halves with cargo: the browser's to WebAssembly, the server's for this machine.

use crate::{
    arguments::{Mode, Wanted},
    house::{FRONTEND_PACKAGE, House, SERVER_BINARY, SERVER_PACKAGE, WASM_PROFILE, WASM_TARGET},
};
use anyhow::{Context as _, Result, bail};
use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

/// Tells the server's build which folder goes into the program.
const EMBEDDED_SITE_VARIABLE: &str = "LATCHKEY_EMBEDDED_SITE";

/// Compiles what runs in the browser.
pub(crate) fn compile_frontend(house: &House, mode: Mode) -> Result<()> {
    let mut cargo = cargo(house);
    // The same words as cargo-leptos', so that neither compiles again what the other has compiled.
    cargo.args([
        "--package",
        FRONTEND_PACKAGE,
        "--lib",
        "--target",
        WASM_TARGET,
        "--no-default-features",
    ]);
    if mode == Mode::Release {
        cargo.args(["--profile", WASM_PROFILE]);
    }
    run(
        cargo,
        "The browser's half did not compile. Without the target, run tools/wasm-target.sh first.",
    )
}

/// Compiles the server, and answers with the place of its binary.
pub(crate) fn compile_server(house: &House, wanted: &Wanted) -> Result<PathBuf> {
    let mut cargo = cargo(house);
    cargo.args([
        "--package",
        SERVER_PACKAGE,
        "--bin",
        SERVER_BINARY,
        "--no-default-features",
    ]);
    if wanted.mode == Mode::Release {
        cargo.arg("--release");
    }
    if let Some(features) = &wanted.features {
        cargo.args(["--features", features]);
    }
    if wanted.embeds_site() {
        cargo.env(EMBEDDED_SITE_VARIABLE, house.site(wanted.mode));
    }
    run(cargo, "The server did not compile.")?;

    let made = house.server_binary(wanted.mode);
    let Some(place) = &wanted.server_out else {
        return Ok(made);
    };
    let place = house.root().join(place);
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not make the folder {}", folder.display()))?;
    }
    // Beside the old file and then over it: a server that still runs from there keeps its own.
    let beside = place.with_extension("new");
    fs::copy(&made, &beside)
        .with_context(|| format!("could not copy {} to {}", made.display(), beside.display()))?;
    fs::rename(&beside, &place).with_context(|| format!("could not write {}", place.display()))?;
    // What was asked for elsewhere must not be taken for the ordinary binary. Cargo puts its own back without compiling.
    fs::remove_file(&made).with_context(|| format!("could not remove {}", made.display()))?;
    Ok(place)
}

fn cargo(house: &House) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(house.root()).arg("build");
    // What the outer cargo set for this program is not meant for what it builds.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

fn run(mut command: Command, advice: &str) -> Result<()> {
    let status = command.status().context("cargo could not be started")?;
    if !status.success() {
        bail!("{advice}");
    }
    Ok(())
}
