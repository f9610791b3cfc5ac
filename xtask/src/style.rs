//! One style sheet of many: `@import` is followed, and comments and needless white space are left out in a release build.
//!
//! cargo-leptos does the same with a whole CSS parser; what is understood here is what `style/` needs.

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Reads a style sheet with everything that it imports, each where it is imported.
pub(crate) fn bundle(entry: &Path) -> Result<String> {
    let mut bundled = String::new();
    append(entry, &mut Vec::new(), &mut bundled)?;
    Ok(bundled)
}

fn append(path: &Path, read_already: &mut Vec<PathBuf>, bundled: &mut String) -> Result<()> {
    let path = path
        .canonicalize()
        .with_context(|| format!("the style sheet {} is not there", path.display()))?;
    if read_already.contains(&path) {
        bail!("the style sheet {} is imported twice", path.display());
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    read_already.push(path.clone());

    for piece in pieces(&text) {
        let Some(import) = piece.strip_prefix("@import") else {
            bundled.push_str(piece);
            continue;
        };
        let import =
            Import::parse(import).with_context(|| format!("in {}: {piece}", path.display()))?;
        match import.layer {
            None => append(&folder.join(import.file), read_already, bundled)?,
            Some(layer) => {
                bundled.push_str("@layer ");
                bundled.push_str(layer);
                bundled.push_str(" {\n");
                append(&folder.join(import.file), read_already, bundled)?;
                bundled.push_str("}\n");
            }
        }
    }
    Ok(())
}

/// What stands after `@import`.
struct Import<'text> {
    file: &'text str,
    layer: Option<&'text str>,
}

impl<'text> Import<'text> {
    fn parse(text: &'text str) -> Result<Self> {
        let understood =
            "an import is `@import \"file.css\";` or `@import \"file.css\" layer(name);`";
        let text = text.trim().strip_suffix(';').context(understood)?.trim();
        let text = text.strip_prefix("url(").map_or(text, str::trim_start);
        let (file, rest) = text
            .strip_prefix('"')
            .and_then(|text| text.split_once('"'))
            .context(understood)?;
        let rest = rest.trim_start_matches(')').trim();
        let layer = match rest {
            "" => None,
            layered => Some(
                layered
                    .strip_prefix("layer(")
                    .and_then(|layer| layer.strip_suffix(')'))
                    .context(understood)?,
            ),
        };
        Ok(Self { file, layer })
    }
}

/// Cuts a style sheet into comments, strings, `@import` rules, and what is between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(quote) = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''))
        {
            end_of_string(rest, quote)
        } else if rest.starts_with("@import") {
            end_of_import(rest)
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let starts = [
                rest[first..].find("/*"),
                rest[first..].find(['"', '\'']),
                rest[first..].find("@import"),
            ];
            starts
                .into_iter()
                .flatten()
                .min()
                .map_or(rest.len(), |end| first + end)
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn end_of_string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (position, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return position + 1,
            _ => {}
        }
    }
    text.len()
}

fn end_of_import(text: &str) -> usize {
    let mut quoted = false;
    for (position, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => return position + 1,
            _ => {}
        }
    }
    text.len()
}

/// Leaves out comments, and white space where it means nothing.
pub(crate) fn minify(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    for piece in pieces(text) {
        if piece.starts_with("/*") {
            // A comment parts two words as a space does.
            push_space(&mut small);
        } else if piece.starts_with(['"', '\'']) {
            small.push_str(piece);
        } else {
            for character in piece.chars() {
                push(&mut small, character);
            }
        }
    }
    small.truncate(small.trim_end().len());
    small
}

fn push_space(small: &mut String) {
    // After these white space never means anything; before a colon it does (`a :hover`).
    if !small.is_empty() && !small.ends_with([' ', '{', '}', ';', ',', ':']) {
        small.push(' ');
    }
}

fn push(small: &mut String, character: char) {
    if character.is_ascii_whitespace() {
        return push_space(small);
    }
    if matches!(character, '{' | '}' | ';' | ',') {
        if small.ends_with(' ') {
            small.pop();
        }
        if character == '}' && small.ends_with(';') {
            small.pop();
        }
    }
    small.push(character);
}

#[cfg(test)]
mod tests {
    use super::{bundle, minify};
    use std::{fs, path::PathBuf};

    /// A folder with these files, which is the test's own.
    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("latchkey-style-{}-{name}", std::process::id()));
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn imports_stand_where_they_were_asked_for() {
        let folder = folder(
            "order",
            &[
                (
                    "main.css",
                    "@import \"tokens.css\";\n@import \"parts/form.css\" layer(parts);\nbody { color: red }\n",
                ),
                ("tokens.css", ":root { --ink: black }\n"),
                (
                    "parts/form.css",
                    "@import \"../field.css\";\nform { margin: 0 }\n",
                ),
                ("field.css", "input { margin: 0 }\n"),
            ],
        );
        let bundled = bundle(&folder.join("main.css")).unwrap();
        assert_eq!(
            minify(&bundled),
            ":root{--ink:black}@layer parts{input{margin:0}form{margin:0}}body{color:red}"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_import_that_is_not_understood_or_not_there_is_refused() {
        for (name, text) in [
            ("media", "@import \"a.css\" screen;"),
            ("missing", "@import \"b.css\";"),
            ("own", "@import \"main.css\";"),
        ] {
            let folder = folder(name, &[("main.css", text), ("a.css", "")]);
            assert!(bundle(&folder.join("main.css")).is_err(), "{text}");
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_commented_import_is_not_followed() {
        let folder = folder(
            "comment",
            &[("main.css", "/* @import \"gone.css\"; */ p { color: red }")],
        );
        assert_eq!(
            minify(&bundle(&folder.join("main.css")).unwrap()),
            "p{color:red}"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn white_space_that_means_something_is_kept() {
        for (text, small) in [
            (
                "nav  a :hover { width : calc(1px + 2px) ; }",
                "nav a :hover{width :calc(1px + 2px)}",
            ),
            (
                "p::before { content: \"a  /* b */ ;  }\" }",
                "p::before{content:\"a  /* b */ ;  }\"}",
            ),
            (
                "@media (min-width: 40rem) and (hover) {\n  a , b { --x: 1;\n } }",
                "@media (min-width:40rem) and (hover){a,b{--x:1}}",
            ),
            ("margin: 0/* between */auto", "margin:0 auto"),
            (
                "p::after { content: 'don\\'t /*' } q { top: 0 }",
                "p::after{content:'don\\'t /*'}q{top:0}",
            ),
        ] {
            assert_eq!(minify(text), small);
        }
    }
}
