//! The tests that there are, found in the sources. One that is switched off proves nothing, and is none.

use std::{fs, path::Path};

use crate::markdown::Link;

/// What a test is called: the parts that are always the same, between which others vary from run to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Title(Vec<String>);

impl Title {
    /// Whether this is `name`, whatever stands where it varies.
    fn is(&self, name: &str) -> bool {
        let [first, rest @ ..] = &self.0[..] else {
            return false;
        };
        let Some(mut left) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some((last, between)) = rest.split_last() else {
            return left.is_empty();
        };
        for part in between {
            match left.find(part.as_str()) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        left.ends_with(last.as_str())
    }
}

/// The test that a link names: one of Playwright's by its title, one of Rust's by the name of its function. None if it names something else.
pub(crate) fn named_test(link: &Link) -> Option<&str> {
    let target = link.target.as_str();
    let name = link
        .text
        .strip_prefix('`')
        .and_then(|text| text.strip_suffix('`'))
        .filter(|name| !name.is_empty() && name.bytes().all(is_of_function_name));
    if target.ends_with(".spec.ts") {
        Some(&link.text)
    } else if Path::new(target).extension() == Some("rs".as_ref()) {
        name
    } else {
        None
    }
}

const fn is_of_function_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// Whether the source file at `path` has a test of this name.
pub(crate) fn has_test(path: &Path, name: &str) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let tests = if path.extension() == Some("rs".as_ref()) {
        rust_tests(&text)
    } else {
        playwright_tests(&text)
    };
    tests.iter().any(|title| title.is(name))
}

/// The functions that `cargo test` runs.
fn rust_tests(text: &str) -> Vec<Title> {
    let mut tests = Vec::new();
    let mut attributes = String::new();
    for line in text.lines().map(str::trim) {
        let in_attribute = !attributes.is_empty() && !attributes.ends_with(']');
        if line.starts_with("#[") || in_attribute {
            attributes.push_str(line);
        } else if !line.is_empty() && !line.starts_with("//") {
            let is_test = ["#[test]", "#[tokio::test"]
                .iter()
                .any(|mark| attributes.contains(mark));
            if let (true, false, Some(name)) =
                (is_test, attributes.contains("#[ignore"), function(line))
            {
                tests.push(Title(vec![name.to_owned()]));
            }
            attributes.clear();
        }
    }
    tests
}

/// The name of the function that a line declares.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split('(').next()
}

/// The titles that are handed to Playwright's `test`; not to `test.skip` and `test.fixme`.
fn playwright_tests(text: &str) -> Vec<Title> {
    let mut tests = Vec::new();
    for (at, call) in text.match_indices("test(") {
        let is_another = text[..at]
            .ends_with(|character: char| character.is_ascii_alphanumeric() || character == '.');
        let argument = text[at + call.len()..].trim_start();
        if let (false, Some(quote @ ('\'' | '"' | '`'))) = (is_another, argument.chars().next()) {
            tests.push(title(&argument[1..], quote));
        }
    }
    tests
}

/// Reads a string of JavaScript up to its closing quote.
fn title(text: &str, quote: char) -> Title {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let part = parts.last_mut().unwrap();
        if character == quote {
            break;
        } else if character == '\\' {
            part.extend(characters.next());
        } else if character == '$' && quote == '`' {
            let mut open = 0;
            for inside in characters.by_ref() {
                match inside {
                    '{' => open += 1,
                    '}' => open -= 1,
                    _ => {}
                }
                if open == 0 {
                    break;
                }
            }
            parts.push(String::new());
        } else {
            part.push(character);
        }
    }
    Title(parts)
}

#[test]
fn what_cargo_runs_is_a_test_and_nothing_else() {
    let text = "fn helper() {}\n#[test]\n/// Says more.\nfn one() {}\n#[tokio::test(\n    flavor = \"x\"\n)]\nasync fn two() {}\n\
        #[test]\n#[ignore = \"slow\"]\nfn three() {}\n#[cfg(unix)]\nfn four() {}\n";
    let tests = rust_tests(text);
    let has = |name| tests.iter().any(|title: &Title| title.is(name));
    assert!(has("one") && has("two"));
    assert!(!has("helper") && !has("three") && !has("four"));
}

#[test]
fn what_playwright_runs_is_a_test_and_nothing_else() {
    let text = "test('it\\'s one', async () => {});\n  test(`a ${x ? `b` : 'c'} of ${y}`, f);\ntest.skip('left out', f);\ntest.use({});\ncontest('no');";
    let tests = playwright_tests(text);
    let has = |name| tests.iter().any(|title: &Title| title.is(name));
    assert!(has("it's one") && has("a form of another site"));
    assert!(!has("it's") && !has("a form") && !has("left out") && !has("no"));
}

#[test]
fn a_link_names_a_test_by_its_function_or_by_its_title() {
    let link = |text: &str, target: &str| Link {
        text: text.to_owned(),
        target: target.to_owned(),
    };
    assert_eq!(named_test(&link("`a_name`", "../a.rs")), Some("a_name"));
    assert_eq!(
        named_test(&link("a title", "../a.spec.ts")),
        Some("a title")
    );
    assert_eq!(named_test(&link("`auth/src/a.rs`", "../a.rs")), None);
    assert_eq!(named_test(&link("a file", "../a.rs")), None);
    assert_eq!(named_test(&link("`a_name`", "a.md")), None);
}
