//! Where the browser's half lies on disk, and what its files are called.
//!
//! `Leptos.toml` says so, overridden by `LEPTOS_*` variables (as cargo-leptos sets them); without either there are defaults. Relative paths
//! are looked for where the program was started and then beside the program, so that a binary with its `site` folder can be put anywhere.

use std::path::{Path, PathBuf};

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

/// The file that says where the site is.
const FILE_NAME: &str = "Leptos.toml";

/// What the browser's files are called where nobody says otherwise.
const OUTPUT_NAME: &str = "latchkey";

/// The browser's half on disk.
#[derive(Debug)]
pub(crate) struct Site {
    /// As Leptos knows it.
    pub(crate) options: LeptosOptions,
    /// The text of hash.txt, where the files' names carry hashes.
    pub(crate) hashes: Option<String>,
    reload_source: String,
}

impl Site {
    /// Finds it. A site that is missing is no error: pages then come without style and scripts, and every form still works.
    pub(crate) fn find() -> Result<Self, LeptosConfigError> {
        let beside_program = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_path_buf))
            .unwrap_or_default();
        let mut options = options(&beside_program)?;
        let root = find_root(&options.site_root, &beside_program);
        let hash_file = [root.join(&*options.hash_file)]
            .into_iter()
            .chain(
                options
                    .hash_files
                    .then(|| beside_program.join(&*options.hash_file)),
            )
            .find(|path| path.is_file());
        if !root.join(&*options.site_pkg_dir).is_dir() {
            tracing::warn!(site_root = %root.display(), "The browser's half is not there; pages come without style and scripts");
        }
        options.site_root = root.to_string_lossy().into();
        let hashes = hash_file.and_then(|path| std::fs::read_to_string(path).ok());
        let reload_source = reload_source(&options);
        Ok(Self {
            options,
            hashes,
            reload_source,
        })
    }

    /// The folder of the scripts, the WASM and the style.
    pub(crate) fn package_folder(&self) -> PathBuf {
        Path::new(&*self.options.site_root).join(&*self.options.site_pkg_dir)
    }

    /// Whether the content of a file follows from its name, because that carries one of our hashes.
    pub(crate) fn is_hashed(&self, path: &str) -> bool {
        let mut hashes = self
            .hashes
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| line.split_once(':').map(|(_, hash)| hash.trim()));
        hashes.any(|hash| !hash.is_empty() && path.split(['.', '/']).any(|part| part == hash))
    }

    /// What connect-src says besides 'self': under `cargo leptos watch` the page is told of changes by a WebSocket on another port.
    pub(crate) fn reload_source(&self) -> &str {
        &self.reload_source
    }
}

fn options(beside_program: &Path) -> Result<LeptosOptions, LeptosConfigError> {
    let file = [PathBuf::from(FILE_NAME), beside_program.join(FILE_NAME)]
        .into_iter()
        .find(|path| path.is_file());
    if let Some(file) = file {
        return Ok(get_configuration(file.to_str())?.leptos_options);
    }
    if std::env::var_os("LEPTOS_OUTPUT_NAME").is_some() {
        return Ok(get_configuration(None)?.leptos_options);
    }
    Ok(LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root("target/site")
        .build())
}

/// The first of the places where the site may be that is there.
fn find_root(site_root: &str, beside_program: &Path) -> PathBuf {
    let as_said = PathBuf::from(site_root);
    [
        as_said.clone(),
        beside_program.join(site_root),
        beside_program.join("site"),
    ]
    .into_iter()
    .find(|path| path.is_dir())
    .unwrap_or(as_said)
}

fn reload_source(options: &LeptosOptions) -> String {
    if std::env::var_os("LEPTOS_WATCH").is_none() {
        return String::new();
    }
    let port = options.reload_external_port.unwrap_or(options.reload_port);
    format!(" ws://localhost:{port} ws://127.0.0.1:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_one_of_our_hashes_is_told_from_others() {
        let options = LeptosOptions::builder().output_name(OUTPUT_NAME).build();
        let site = Site {
            options,
            hashes: Some("js: abc\nwasm: def\ncss: ghi\n".to_owned()),
            reload_source: String::new(),
        };
        assert!(site.is_hashed("/latchkey.abc.js") && site.is_hashed("/latchkey.def.wasm"));
        assert!(!site.is_hashed("/latchkey.js") && !site.is_hashed("/latchkey.abcd.js"));
    }
}
