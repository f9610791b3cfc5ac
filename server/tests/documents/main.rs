//! The documents say what is so. Each threat names a test that there is; each link leads somewhere; each command, variable and setting that
//! is named exists.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod markdown;
mod proofs;

use std::{
    fs,
    path::{Path, PathBuf},
};

use app::problems::Kind;
use server::settings::table;

use self::{
    markdown::{Link, anchors, links, names_beginning_with, rows},
    proofs::{has_test, named_test},
};

/// The heading of a column whose every cell must name a test.
const PROVED_BY: &str = "Proved by";

/// Variables of ours that are no settings of every build: where the settings are, what the tools and tests are told, and what a feature adds.
const OTHER_VARIABLES: [&str; 7] = [
    "LATCHKEY_CONFIG",
    "LATCHKEY_CACHE",
    "LATCHKEY_OTLP_ENDPOINT",
    "LATCHKEY_CLUSTER_PROCESSES",
    "LATCHKEY_CLUSTER_SECONDS",
    "LATCHKEY_TEST_POSTGRES_URL",
    "LATCHKEY_TEST_SMTP_PYTHON",
];

/// A page of the documents.
struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    fn read(path: PathBuf) -> Self {
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    /// The file that a link leads to; none if it leads out of the checkout, or stays on this page.
    fn file_behind(&self, link: &Link) -> Option<PathBuf> {
        let path = link.target.split('#').next().unwrap_or_default();
        (!path.is_empty() && !path.contains("://")).then(|| self.path.parent().unwrap().join(path))
    }

    /// Links that name a test which there is not.
    fn tests_that_are_missing(&self) -> Vec<String> {
        links(&self.text)
            .iter()
            .filter(|link| named_test(link).is_some_and(|name| !self.proves(link, name)))
            .map(|link| format!("{} has no test “{}”", link.target, link.text))
            .collect()
    }

    /// Rows that must name a test, and don't.
    fn rows_without_proof(&self) -> Vec<String> {
        rows(&self.text)
            .into_iter()
            .filter(|row| row.last_heading == PROVED_BY)
            .filter(|row| {
                let named = links(row.cells.last().unwrap());
                !named
                    .iter()
                    .any(|link| named_test(link).is_some_and(|name| self.proves(link, name)))
            })
            .map(|row| row.cells.join(" | "))
            .collect()
    }

    fn proves(&self, link: &Link, name: &str) -> bool {
        self.file_behind(link)
            .is_some_and(|file| has_test(&file, name))
    }
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document(name: &str) -> Document {
    Document::read(checkout().join(name))
}

/// All of them.
fn documents() -> Vec<Document> {
    let elsewhere = [
        "README.md",
        "CHANGELOG.md",
        "deploy/README.md",
        "examples/resource-server/README.md",
    ]
    .map(|name| checkout().join(name));
    let further = fs::read_dir(checkout().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some("md".as_ref()));
    elsewhere
        .into_iter()
        .chain(further)
        .map(Document::read)
        .collect()
}

/// Fails with what was found wrong, each with the page that it stands on.
fn assert_nothing_wrong(look: impl Fn(&Document) -> Vec<String>) {
    let wrong: Vec<String> = documents()
        .iter()
        .flat_map(|page| {
            let name = page
                .path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            look(page)
                .into_iter()
                .map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_row_that_claims_something_names_the_test_that_proves_it() {
    assert_nothing_wrong(Document::rows_without_proof);
    let threats = rows(&document("docs/threats.md").text);
    assert!(!threats.is_empty(), "the threats are in tables");
    for row in threats {
        assert_eq!(row.last_heading, PROVED_BY, "{:?}", row.cells);
        assert_eq!(
            row.cells.len(),
            3,
            "attack, countermeasure, tests: {:?}",
            row.cells
        );
    }
}

#[test]
fn every_test_that_is_named_exists() {
    assert_nothing_wrong(Document::tests_that_are_missing);
}

#[test]
fn a_row_without_a_test_and_a_test_that_there_is_not_are_found() {
    let page = |proof: &str| Document {
        path: checkout().join("docs/imagined.md"),
        text: format!(
            "| Attack | Countermeasure | Proved by |\n|---|---|---|\n| a | b | {proof} |\n"
        ),
    };
    let this = "[`every_test_that_is_named_exists`](../server/tests/documents/main.rs)";
    assert!(
        page(this).rows_without_proof().is_empty()
            && page(this).tests_that_are_missing().is_empty()
    );
    for nothing in [
        "",
        "some words",
        "[a page](README.md)",
        "[`main`](../server/tests/documents/nowhere.rs)",
    ] {
        assert_eq!(page(nothing).rows_without_proof().len(), 1, "{nothing}");
    }
    let missing = "[`nobody_wrote_this`](../server/tests/documents/main.rs)";
    assert_eq!(page(missing).tests_that_are_missing().len(), 1);
    assert_eq!(page(missing).rows_without_proof().len(), 1);
}

#[test]
fn every_link_leads_somewhere() {
    assert_nothing_wrong(|page| {
        let leads_nowhere = |link: &Link| {
            let file = page.file_behind(link).unwrap_or_else(|| page.path.clone());
            let anchor = link.target.split_once('#').map(|(_, anchor)| anchor);
            !link.target.contains("://")
                && (!file.exists()
                    || anchor.is_some_and(|anchor| {
                        let there = anchors(&fs::read_to_string(&file).unwrap_or_default());
                        !there.iter().any(|name| name == anchor)
                    }))
        };
        links(&page.text)
            .iter()
            .filter(|link| leads_nowhere(link))
            .map(|link| format!("[{}]({}) leads nowhere", link.text, link.target))
            .collect()
    });
}

#[test]
fn every_room_of_the_engine_and_of_the_server_is_told() {
    let page = document("docs/architecture.md").text;
    for folder in ["auth/src", "server/src"] {
        for entry in fs::read_dir(checkout().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_room =
                path.extension() == Some("rs".as_ref()) && !["lib.rs", "main.rs"].contains(&name);
            assert!(
                !is_room || page.contains(&format!("/{folder}/{name})")),
                "docs/architecture.md does not tell of {folder}/{name}"
            );
        }
    }
}

/// Names that look like variables of ours, and are none.
fn variables_that_there_are_not(page: &Document) -> Vec<String> {
    names_beginning_with(&page.text, "LATCHKEY_")
        .into_iter()
        .filter(|name| !OTHER_VARIABLES.contains(name))
        .filter(|name| {
            !table::ALL
                .iter()
                .any(|setting| setting.variable() == **name)
        })
        .map(|name| format!("{name} is no variable"))
        .collect()
}

#[test]
fn every_variable_that_is_named_is_one() {
    assert_nothing_wrong(variables_that_there_are_not);
}

#[test]
fn the_files_for_deploying_set_what_can_be_set() {
    let files = fs::read_dir(checkout().join("deploy")).unwrap();
    let pages: Vec<Document> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(Document::read)
        .collect();
    let named = |page: &Document| page.text.contains("LATCHKEY_PUBLIC_URL");
    assert!(pages.iter().any(named), "they are in deploy/");
    let wrong: Vec<String> = pages
        .iter()
        .flat_map(variables_that_there_are_not)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_target_of_make_that_is_named_is_one_and_the_readme_names_all() {
    let makefile = fs::read_to_string(checkout().join("Makefile")).unwrap();
    let targets: Vec<&str> = makefile
        .lines()
        .filter(|line| {
            line.starts_with(|first: char| first.is_ascii_lowercase()) && line.contains(" ## ")
        })
        .filter_map(|line| line.split(':').next())
        .collect();
    assert!(targets.contains(&"run") && targets.contains(&"test"));
    // As a command, behind a back quote or at the beginning of a line: prose may well make something.
    assert_nothing_wrong(|page| {
        let beginnings = page
            .text
            .match_indices("`make ")
            .map(|(at, begin)| at + begin.len());
        let of_lines = page
            .text
            .match_indices("\nmake ")
            .map(|(at, begin)| at + begin.len());
        beginnings
            .chain(of_lines)
            .filter_map(|at| {
                page.text[at..]
                    .split(|character: char| !character.is_ascii_lowercase() && character != '-')
                    .next()
            })
            .filter(|target| !targets.contains(target))
            .map(|target| format!("`make {target}` is no target"))
            .collect()
    });
    let readme = document("README.md").text;
    for target in targets {
        assert!(
            readme.contains(&format!("`make {target}`")),
            "README.md does not name `make {target}`"
        );
    }
}

#[test]
fn every_kind_of_problem_is_told_as_the_program_answers_it() {
    let told: Vec<Vec<String>> = rows(&document("docs/api.md").text)
        .into_iter()
        .filter(|row| row.last_heading == "What to do")
        .map(|row| row.cells)
        .collect();
    let answered: Vec<Vec<String>> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let path = format!("`{}`", kind.path());
            vec![
                kind.status().to_string(),
                path,
                kind.title().to_owned(),
                kind.remedy().to_owned(),
            ]
        })
        .collect();
    assert_eq!(told, answered);
}

#[test]
fn every_operation_of_the_api_is_told() {
    let page = document("docs/api.md").text;
    let description = serde_json::to_value(server::openapi::document()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let call = format!("`{} {path}`", method.to_uppercase());
            assert!(page.contains(&call), "docs/api.md does not tell of {call}");
        }
    }
}

/// With the features `test-clock` and `opentelemetry` there is one setting more each, which the list of all settings need not name.
#[cfg(not(any(feature = "test-clock", feature = "opentelemetry")))]
#[test]
fn the_settings_are_told_as_the_program_lists_them() {
    let listed = std::process::Command::new(env!("CARGO_BIN_EXE_latchkey"))
        .args(["config", "list"])
        .output()
        .unwrap();
    assert!(listed.status.success());
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("LATCHKEY_PUBLIC_URL"));
    let page = document("docs/configuration.md");
    let told = markdown::fence(&page.text, "toml").unwrap_or_default();
    let lines = |text: &str| text.trim().lines().map(str::to_owned).collect::<Vec<_>>();
    let (told, listed) = (lines(told), lines(&listed));
    let differing = told
        .iter()
        .zip(&listed)
        .find(|(told, listed)| told != listed);
    assert_eq!(
        differing, None,
        "docs/configuration.md must quote what `latchkey config list` prints"
    );
    assert_eq!(
        told.len(),
        listed.len(),
        "docs/configuration.md must quote all that `latchkey config list` prints"
    );
}
