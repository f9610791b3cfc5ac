//! What the files of the site are called: by plain names in development, by names that hold their hash in a release.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use leptos::config::LeptosOptions;

/// The addresses of the three files that a page is made of.
#[derive(Clone)]
pub(super) struct AssetNames {
    pub(super) css: String,
    pub(super) js: String,
    pub(super) wasm: String,
}

impl AssetNames {
    /// The names of the site that is served. A site does not change while it is served, so it is looked at once.
    pub(super) fn find(options: &LeptosOptions) -> Self {
        static FOUND: OnceLock<AssetNames> = OnceLock::new();
        FOUND.get_or_init(|| Self::look_for(options)).clone()
    }

    fn look_for(options: &LeptosOptions) -> Self {
        let files = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
        let (output, folder) = (&*options.output_name, &*options.site_pkg_dir);
        let hashed = hash_files(options)
            .into_iter()
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .find_map(|hashes| hashed_names(&hashes, output, |name| files.join(name).is_file()));
        let [css, js, wasm] =
            hashed.unwrap_or_else(|| ["css", "js", "wasm"].map(|kind| format!("{output}.{kind}")));
        let address = |name: String| format!("/{folder}/{name}");
        Self {
            css: address(css),
            js: address(js),
            wasm: address(wasm),
        }
    }
}

/// Where the list of hashes may be: beside the site, or where cargo-leptos writes it, beside the program.
fn hash_files(options: &LeptosOptions) -> Vec<PathBuf> {
    let name = &*options.hash_file;
    let beside_the_program = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join(name)));
    [
        Some(Path::new(&*options.site_root).join(name)),
        beside_the_program,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The three names by a list of lines such as `js: HASH`, if it is the list of files that are there: it may be left from another build.
fn hashed_names(hashes: &str, output: &str, exists: impl Fn(&str) -> bool) -> Option<[String; 3]> {
    let named = |kind: &str| {
        let hash = hashes
            .lines()
            .find_map(|line| line.split_once(':').filter(|(name, _)| name.trim() == kind))?
            .1
            .trim();
        Some(format!("{output}.{hash}.{kind}")).filter(|name| exists(name))
    };
    Some([named("css")?, named("js")?, named("wasm")?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASHES: &str = "js: abc\nwasm: def\ncss: ghi\n";

    #[test]
    fn hashed_names_are_taken_from_the_list() {
        let names = hashed_names(HASHES, "latchkey", |_| true).unwrap();
        assert_eq!(
            names,
            ["latchkey.ghi.css", "latchkey.abc.js", "latchkey.def.wasm"]
        );
    }

    #[test]
    fn a_list_of_another_build_or_a_broken_one_is_not() {
        assert_eq!(
            hashed_names(HASHES, "latchkey", |name| !name.ends_with("wasm")),
            None
        );
        assert_eq!(hashed_names("js: abc\n", "latchkey", |_| true), None);
        assert_eq!(hashed_names("", "latchkey", |_| true), None);
    }
}
