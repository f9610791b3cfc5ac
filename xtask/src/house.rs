//! Where things are in the checkout. Cargo.toml's section for cargo-leptos and Leptos.toml say the same; the tests here compare them.

use crate::arguments::Mode;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// What the files for the browser are called, before their extension.
pub(crate) const OUTPUT_NAME: &str = "latchkey";
/// The folder in the site for everything that has a hash in its name.
pub(crate) const PACKAGE_FOLDER: &str = "pkg";
/// The style sheet that imports the others.
pub(crate) const STYLE_FILE: &str = "style/main.css";
/// The server's binary, and the package that it is in.
pub(crate) const SERVER_BINARY: &str = "latchkey";
pub(crate) const SERVER_PACKAGE: &str = "server";
/// The package of the browser's half.
pub(crate) const FRONTEND_PACKAGE: &str = "frontend";
/// The cargo profile of the browser's half in a release build.
pub(crate) const WASM_PROFILE: &str = "wasm-release";
/// Files that are copied to the top of the site as they are.
pub(crate) const PUBLIC_FOLDER: &str = "public";
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The folders of one checkout.
pub(crate) struct House {
    root: PathBuf,
    target: PathBuf,
}

impl House {
    /// Finds the checkout that this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let own_package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("xtask is run by cargo: `cargo xtask help`")?;
        let root = Path::new(&own_package)
            .parent()
            .context("the package xtask is not inside a workspace")?
            .to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Ok(Self { root, target })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The site for the browser: each mode has its own, so that neither undoes the other's.
    pub(crate) fn site(&self, mode: Mode) -> PathBuf {
        self.target.join(match mode {
            Mode::Debug => "site-debug",
            Mode::Release => "site",
        })
    }

    /// What cargo makes of the browser's half.
    pub(crate) fn compiled_wasm(&self, mode: Mode) -> PathBuf {
        let profile = match mode {
            Mode::Debug => "debug",
            Mode::Release => WASM_PROFILE,
        };
        self.target
            .join(WASM_TARGET)
            .join(profile)
            .join(FRONTEND_PACKAGE)
            .with_extension("wasm")
    }

    /// Where cargo puts the server's binary.
    pub(crate) fn server_binary(&self, mode: Mode) -> PathBuf {
        let profile = match mode {
            Mode::Debug => "debug",
            Mode::Release => "release",
        };
        self.target
            .join(profile)
            .join(SERVER_BINARY)
            .with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// A folder for what is made on the way to the site.
    pub(crate) fn workshop(&self, mode: Mode) -> PathBuf {
        self.target.join("xtask").join(match mode {
            Mode::Debug => "debug",
            Mode::Release => "release",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        FRONTEND_PACKAGE, OUTPUT_NAME, PACKAGE_FOLDER, PUBLIC_FOLDER, SERVER_BINARY,
        SERVER_PACKAGE, STYLE_FILE, WASM_PROFILE,
    };
    use std::{fs, path::Path};
    use toml::{Table, Value};

    fn read(name: &str) -> Table {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        fs::read_to_string(path).unwrap().parse().unwrap()
    }

    fn leptos_section(name: &str) -> Table {
        read(name)["workspace"]["metadata"]["leptos"][0]
            .as_table()
            .unwrap()
            .clone()
    }

    #[test]
    fn leptos_toml_says_nothing_that_cargo_toml_does_not_say() {
        let development = leptos_section("Cargo.toml");
        for (key, value) in leptos_section("Leptos.toml") {
            assert_eq!(development.get(&key), Some(&value), "{key} of Leptos.toml");
        }
    }

    #[test]
    fn cargo_leptos_and_xtask_build_the_same_things() {
        let section = leptos_section("Cargo.toml");
        for (key, here) in [
            ("output-name", OUTPUT_NAME),
            ("site-root", "target/site"),
            ("site-pkg-dir", PACKAGE_FOLDER),
            ("style-file", STYLE_FILE),
            ("bin-package", SERVER_PACKAGE),
            ("bin-target", SERVER_BINARY),
            ("lib-package", FRONTEND_PACKAGE),
            ("lib-profile-release", WASM_PROFILE),
        ] {
            assert_eq!(
                section.get(key).and_then(Value::as_str),
                Some(here),
                "{key} of Cargo.toml"
            );
        }
        let assets = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(PUBLIC_FOLDER)
            .is_dir()
            .then_some(PUBLIC_FOLDER);
        assert_eq!(
            section.get("assets-dir").and_then(Value::as_str),
            assets,
            "assets-dir of Cargo.toml"
        );
    }

    #[test]
    fn wasm_bindgen_and_its_command_line_half_have_one_version() {
        let lock = read("Cargo.lock");
        let version_of = |wanted: &str| {
            let packages = lock["package"].as_array().unwrap();
            packages
                .iter()
                .find(|package| package["name"].as_str() == Some(wanted))
                .map(|package| package["version"].clone())
        };
        assert_eq!(
            version_of("wasm-bindgen"),
            version_of("wasm-bindgen-cli-support")
        );
    }
}
