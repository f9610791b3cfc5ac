//! The browser's half: where its files are, and what they are called.
//!
//! They lie in a folder, or inside the program (`make dist`). Where the folder is says `Leptos.toml`, overridden by `LEPTOS_*` variables (as
//! cargo-leptos sets them); without either there are defaults. Relative paths are looked for where the program was started and then beside the
//! program. `LEPTOS_SITE_ROOT` also goes before what is inside the program.

#[cfg(feature = "embedded-site")]
mod embedded;

use std::path::{Path, PathBuf};

use app::AssetNames;
use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_configuration};

/// The file that says where the site is.
const FILE_NAME: &str = "Leptos.toml";

/// What the browser's files are called where nobody says otherwise.
const OUTPUT_NAME: &str = "latchkey";

/// Where they are then.
const SITE_ROOT: &str = "target/site";

/// The browser's half.
#[derive(Debug)]
pub(crate) struct Site {
    /// As Leptos knows it.
    pub(crate) options: LeptosOptions,
    /// The addresses of its files.
    pub(crate) names: AssetNames,
    /// Where they are.
    pub(crate) place: Place,
    /// The text of hash.txt, where the files' names carry hashes.
    hashes: Option<String>,
    reload_source: String,
}

/// Where the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the folder that [`Site::package_folder`] names.
    Folder,
    /// Inside the program.
    #[cfg(feature = "embedded-site")]
    Program,
}

impl Site {
    /// Finds it. A site that is missing is no error: pages then come without style and scripts, and every form still works.
    pub(crate) fn find() -> Result<Self, LeptosConfigError> {
        #[cfg(feature = "embedded-site")]
        if std::env::var_os("LEPTOS_SITE_ROOT").is_none() {
            let options = LeptosOptions::builder().output_name(OUTPUT_NAME).build();
            let hashes = embedded::file(&options.hash_file)
                .map(|text| String::from_utf8_lossy(&text).into_owned());
            return Ok(Self::new(options, Place::Program, hashes));
        }
        let beside_program = std::env::current_exe()
            .ok()
            .and_then(|program| program.parent().map(Path::to_path_buf))
            .unwrap_or_default();
        let mut options = options(&beside_program)?;
        let root = find_root(&options.site_root, &beside_program);
        // cargo-leptos writes the list of hashes beside the program.
        let hashes = [
            root.join(&*options.hash_file),
            beside_program.join(&*options.hash_file),
        ]
        .into_iter()
        .find_map(|path| std::fs::read_to_string(path).ok());
        if !root.join(&*options.site_pkg_dir).is_dir() {
            tracing::warn!(site_root = %root.display(), "The browser's half is not there; pages come without style and scripts");
        }
        options.site_root = root.to_string_lossy().into();
        Ok(Self::new(options, Place::Folder, hashes))
    }

    fn new(options: LeptosOptions, place: Place, hashes: Option<String>) -> Self {
        let folder = options.site_pkg_dir.trim_matches('/').to_owned();
        let on_disk = Path::new(&*options.site_root).join(&folder);
        let exists = |name: &str| match place {
            Place::Folder => on_disk.join(name).is_file(),
            #[cfg(feature = "embedded-site")]
            Place::Program => embedded::file(&format!("{folder}/{name}")).is_some(),
        };
        Self {
            names: AssetNames::new(&folder, &options.output_name, hashes.as_deref(), exists),
            reload_source: reload_source(&options),
            options,
            place,
            hashes,
        }
    }

    /// The folder of the scripts, the WASM and the style.
    pub(crate) fn package_folder(&self) -> PathBuf {
        Path::new(&*self.options.site_root).join(&*self.options.site_pkg_dir)
    }

    /// A file of that folder, by the path that it has there, of a site that is inside the program.
    #[cfg(feature = "embedded-site")]
    pub(crate) fn file_in_program(&self, path: &str) -> Option<std::borrow::Cow<'static, [u8]>> {
        embedded::file(&format!("{}/{path}", self.options.site_pkg_dir))
    }

    /// Whether there is anything, and where, in words.
    pub(crate) fn whereabouts(&self) -> Result<String, String> {
        match self.place {
            Place::Folder => {
                let folder = self.package_folder();
                let words = folder.display().to_string();
                if folder.is_dir() {
                    Ok(words)
                } else {
                    Err(words)
                }
            }
            #[cfg(feature = "embedded-site")]
            Place::Program => Ok("inside the program".to_owned()),
        }
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
    // Leptos reads this variable only beside the one of the name, which nobody need set.
    let site_root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| SITE_ROOT.to_owned());
    Ok(LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root(site_root)
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
        let hashes = "js: abc\nwasm: def\ncss: ghi\n".to_owned();
        let site = Site::new(options, Place::Folder, Some(hashes));
        assert!(site.is_hashed("/latchkey.abc.js") && site.is_hashed("/latchkey.def.wasm"));
        assert!(!site.is_hashed("/latchkey.js") && !site.is_hashed("/latchkey.abcd.js"));
    }
}
