//! As much of Markdown as the documents use: links, tables and what stands in fences.

/// A link, or a picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// What a reader sees.
    pub(crate) text: String,
    /// Where it leads.
    pub(crate) target: String,
}

/// A row of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What stands above its last cell.
    pub(crate) last_heading: String,
    /// Its cells.
    pub(crate) cells: Vec<String>,
}

/// The text without what stands in fences.
pub(crate) fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The text of the first fence that is marked with `language`.
pub(crate) fn fence<'text>(text: &'text str, language: &str) -> Option<&'text str> {
    let (_, after) = text.split_once(&format!("```{language}\n"))?;
    after.split_once("```").map(|(inside, _)| inside)
}

/// Every link and picture of the prose, also those that are written as HTML.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let prose = prose(text);
    let mut links = Vec::new();
    for (middle, _) in prose.match_indices("](") {
        let beginning = beginning_of_text(&prose[..middle]);
        let rest = &prose[middle + 2..];
        if let (Some(beginning), Some(end)) = (beginning, rest.find(')')) {
            links.push(Link {
                text: prose[beginning..middle].to_owned(),
                target: rest[..end].to_owned(),
            });
        }
    }
    for attribute in ["src=\"", "srcset=\"", "href=\""] {
        for (at, _) in prose.match_indices(attribute) {
            let rest = &prose[at + attribute.len()..];
            links.push(Link {
                text: String::new(),
                target: rest.split('"').next().unwrap_or_default().to_owned(),
            });
        }
    }
    links
}

/// Where the text of a link begins that ends here: brackets may stand in it.
fn beginning_of_text(before: &str) -> Option<usize> {
    let mut open = 1;
    for (at, character) in before.char_indices().rev() {
        match character {
            ']' => open += 1,
            '[' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Every row of every table, without headings.
pub(crate) fn rows(text: &str) -> Vec<Row> {
    let prose = prose(text);
    let mut rows = Vec::new();
    let mut last_heading: Option<String> = None;
    for line in prose.lines().map(str::trim) {
        let Some(inside) = line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            last_heading = None;
            continue;
        };
        let cells: Vec<String> = inside
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
        match &last_heading {
            None => last_heading = cells.last().cloned(),
            Some(_) if cells.iter().all(|cell| is_rule(cell)) => {}
            Some(heading) => rows.push(Row {
                last_heading: heading.clone(),
                cells,
            }),
        }
    }
    rows
}

/// Whether a cell is of the line that parts the headings from the rows.
fn is_rule(cell: &str) -> bool {
    cell.contains("--") && cell.bytes().all(|byte| matches!(byte, b'-' | b':'))
}

/// The names by which the headings of a page can be linked to.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose.lines().filter_map(|line| {
        let (marks, heading) = line.split_once(' ')?;
        (!marks.is_empty() && marks.bytes().all(|byte| byte == b'#')).then_some(heading)
    });
    headings
        .map(|heading| {
            let plain = heading.trim().to_lowercase().replace(' ', "-");
            plain
                .chars()
                .filter(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
                .collect()
        })
        .collect()
}

/// The words of the text that begin with `beginning` and go on in capitals, digits and underscores.
pub(crate) fn names_beginning_with<'text>(text: &'text str, beginning: &str) -> Vec<&'text str> {
    let is_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.match_indices(beginning)
        .filter(|(at, _)| !text[..*at].ends_with(is_of_name))
        .filter_map(|(at, _)| text[at..].split(|character| !is_of_name(character)).next())
        .filter(|name| name.len() > beginning.len())
        .collect()
}

#[test]
fn links_pictures_and_their_texts_are_found() {
    let text = "See [`a_test`](../a.rs) and [the [one]](b.md#top).\n```\n[no](no)\n```\n<img src=\"c.png\" alt=\"\">";
    let found = links(text);
    let targets: Vec<_> = found.iter().map(|link| link.target.as_str()).collect();
    assert_eq!(targets, ["../a.rs", "b.md#top", "c.png"]);
    assert_eq!(found[0].text, "`a_test`");
    assert_eq!(found[1].text, "the [one]");
}

#[test]
fn rows_stand_under_the_headings_of_their_own_table() {
    let text = "| A | Proved by |\n|---|:--|\n| x | y |\n\nwords\n\n| B |\n|--|\n| z |\n";
    let found = rows(text);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].last_heading.as_str(), found[0].cells.len()),
        ("Proved by", 2)
    );
    assert_eq!(
        (found[1].last_heading.as_str(), found[1].cells[0].as_str()),
        ("B", "z")
    );
}

#[test]
fn headings_fences_and_names_are_found() {
    assert_eq!(
        anchors("# One thing, and `more`\n## 2\n#!no"),
        ["one-thing-and-more", "2"]
    );
    assert_eq!(fence("x\n```toml\na = 1\n```\n", "toml"), Some("a = 1\n"));
    assert_eq!(fence("```sh\n```\n", "toml"), None);
    assert_eq!(
        names_beginning_with("X_A=1 and `X_B2`, XX_C, X_", "X_"),
        ["X_A", "X_B2"]
    );
}
