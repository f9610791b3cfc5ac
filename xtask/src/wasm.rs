//! From what the compiler made to what a browser loads: wasm-bindgen, and in a release build wasm-opt and esbuild.

use crate::{
    arguments::Mode,
    house::{House, OUTPUT_NAME},
};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use wasm_bindgen_cli_support::Bindgen;

/// The two files that a page loads.
pub(crate) struct Program {
    pub(crate) wasm: Vec<u8>,
    pub(crate) script: Vec<u8>,
}

/// Makes the two files of what the compiler made.
pub(crate) fn make(house: &House, mode: Mode) -> Result<Program> {
    let folder = house.workshop(mode);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)
        .with_context(|| format!("could not make the folder {}", folder.display()))?;
    Bindgen::new()
        .input_path(house.compiled_wasm(mode))
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .out_name(OUTPUT_NAME)
        .generate(&folder)
        .context("wasm-bindgen failed")?;
    if folder.join("snippets").exists() {
        bail!(
            "a crate brings JavaScript files of its own (in {}), which the site has no place for",
            folder.join("snippets").display()
        );
    }

    let mut wasm = folder.join(format!("{OUTPUT_NAME}_bg.wasm"));
    let mut script = folder.join(format!("{OUTPUT_NAME}.js"));
    if mode == Mode::Release {
        wasm = shrink_wasm(house, wasm)?;
        script = shrink_script(house, script)?;
    }
    Ok(Program {
        wasm: read(&wasm)?,
        script: read(&script)?,
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

fn shrink_wasm(house: &House, file: PathBuf) -> Result<PathBuf> {
    let Some(wasm_opt) = tool(house, "tools/wasm-opt.sh")? else {
        return Ok(file);
    };
    let smaller = file.with_extension("small.wasm");
    // Only what the compiler itself turned on: with all features wasm-opt writes what no browser reads yet.
    run(
        Command::new(wasm_opt)
            .arg("-Oz")
            .arg(&file)
            .arg("-o")
            .arg(&smaller),
        "wasm-opt",
    )?;
    Ok(smaller)
}

fn shrink_script(house: &House, file: PathBuf) -> Result<PathBuf> {
    let Some(esbuild) = tool(house, "tools/esbuild.sh")? else {
        return Ok(file);
    };
    let smaller = file.with_extension("small.js");
    let mut outfile = std::ffi::OsString::from("--outfile=");
    outfile.push(&smaller);
    run(
        Command::new(esbuild)
            .arg(&file)
            .args(["--minify", "--format=esm", "--log-level=warning"])
            .arg(outfile),
        "esbuild",
    )?;
    Ok(smaller)
}

/// Asks a script for the path of a tool that makes things smaller. It may have none: the site works without.
fn tool(house: &House, script: &str) -> Result<Option<PathBuf>> {
    let output = Command::new("bash")
        .arg(script)
        .current_dir(house.root())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{script} could not be started"))?;
    let path = String::from_utf8_lossy(&output.stdout);
    let path = path.trim();
    Ok((output.status.success() && !path.is_empty()).then(|| PathBuf::from(path)))
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} failed");
    }
    Ok(())
}
