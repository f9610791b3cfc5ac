//! The order of a build: the browser's half first, then the server's while the files of the first are made small.

use crate::{
    arguments::{Mode, Wanted},
    halves,
    house::{House, STYLE_FILE},
    site::{self, Parts},
    style, wasm,
};
use anyhow::{Context as _, Result, anyhow};
use std::{fs, path::PathBuf, thread, time::Instant};

/// Builds both halves and tells where they are.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    let house = House::find()?;
    let started = Instant::now();
    println!("» Compiling the browser's half (about a minute the first time)");
    halves::compile_frontend(&house, wanted.mode)?;
    println!("» Compiling the server (some minutes the first time)");
    let (binary, site) = if wanted.embeds_site() {
        let site = make_site(&house, wanted.mode)?;
        (halves::compile_server(&house, wanted)?, site)
    } else {
        side_by_side(&house, wanted)?
    };
    print!("{site}");
    println!(
        "» Built {} and {} in {:.0?}",
        binary.display(),
        house.site(wanted.mode).display(),
        started.elapsed()
    );
    Ok(())
}

/// Compiles the server while the files of the browser's half are made small.
fn side_by_side(house: &House, wanted: &Wanted) -> Result<(PathBuf, String)> {
    thread::scope(|scope| {
        let site = scope.spawn(|| make_site(house, wanted.mode));
        let binary = halves::compile_server(house, wanted);
        let site = site
            .join()
            .map_err(|_| anyhow!("making the site stopped half-way"))?;
        anyhow::Ok((binary?, site?))
    })
}

/// Fills the site's folder, unless it is filled from these very sources already.
fn make_site(house: &House, mode: Mode) -> Result<String> {
    let compiled = house.compiled_wasm(mode);
    let compiled =
        fs::read(&compiled).with_context(|| format!("could not read {}", compiled.display()))?;
    let style = style::bundle(&house.root().join(STYLE_FILE))?;
    let style = match mode {
        Mode::Debug => style,
        Mode::Release => style::minify(&style),
    };
    let site = site::Site::new(house, mode, &[&compiled, style.as_bytes()])?;
    if site.stands() {
        return site.report();
    }
    let program = wasm::make(house, mode)?;
    site.write(&Parts {
        script: program.script,
        wasm: program.wasm,
        style: style.into_bytes(),
    })?;
    site.report()
}
