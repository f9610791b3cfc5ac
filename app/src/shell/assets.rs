//! What the files of the site are called: by plain names in development, by names that hold their hash in a release.

/// The addresses of the three files that a page is made of.
#[derive(Clone, Debug)]
pub struct AssetNames {
    pub(super) css: String,
    pub(super) js: String,
    pub(super) wasm: String,
}

impl AssetNames {
    /// The address of the style sheet.
    pub fn css(&self) -> &str {
        &self.css
    }

    /// The names of files that begin with `output` and lie in `folder`, by a list of lines such as `js: HASH`. Without one, or if it is not that
    /// of the files that are there, since it may be left from another build, they are the plain ones.
    pub fn new(
        folder: &str,
        output: &str,
        hashes: Option<&str>,
        exists: impl Fn(&str) -> bool,
    ) -> Self {
        let [css, js, wasm] = hashes
            .and_then(|hashes| hashed_names(hashes, output, exists))
            .unwrap_or_else(|| ["css", "js", "wasm"].map(|kind| format!("{output}.{kind}")));
        let address = |name: String| format!("/{folder}/{name}");
        Self {
            css: address(css),
            js: address(js),
            wasm: address(wasm),
        }
    }
}

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

    fn names(hashes: Option<&str>, exists: impl Fn(&str) -> bool) -> [String; 3] {
        let names = AssetNames::new("pkg", "latchkey", hashes, exists);
        [names.css, names.js, names.wasm]
    }

    #[test]
    fn hashed_names_are_taken_from_the_list() {
        assert_eq!(
            names(Some(HASHES), |_| true),
            [
                "/pkg/latchkey.ghi.css",
                "/pkg/latchkey.abc.js",
                "/pkg/latchkey.def.wasm"
            ]
        );
    }

    #[test]
    fn a_list_of_another_build_or_a_broken_one_is_not() {
        let plain = [
            "/pkg/latchkey.css",
            "/pkg/latchkey.js",
            "/pkg/latchkey.wasm",
        ];
        assert_eq!(names(Some(HASHES), |name| !name.ends_with("wasm")), plain);
        assert_eq!(names(Some("js: abc\n"), |_| true), plain);
        assert_eq!(names(Some(""), |_| true), plain);
        assert_eq!(names(None, |_| true), plain);
    }
}
