//! The statements that the store runs, taken from its log.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use super::{begins_with_verb, one_line, sources::StoreTexts};

/// How long the log may be behind: SQLite's is written by threads of its own.
const PATIENCE: Duration = Duration::from_secs(3);

static STATEMENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Gathers from now on, whatever is run by this process. What other tests run meanwhile is welcome.
pub(super) fn begin() {
    tracing::subscriber::set_global_default(Gatherer).unwrap();
}

/// The statements, once all that stand in the sources have been run.
pub(super) async fn once_complete(sources: &StoreTexts) -> BTreeSet<String> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let statements = STATEMENTS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let missing = sources.missing_in(&statements);
        if missing.is_empty() {
            return statements;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "statements of the store that this test does not run:\n{}",
            missing.join("\n")
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Takes the text out of each line of the log that tells of a statement. The store logs at trace level; the connections of the tests
/// themselves do not.
struct Gatherer;

impl Subscriber for Gatherer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query" && *metadata.level() == Level::TRACE
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let statement = line.statement();
        if begins_with_verb(&statement) {
            STATEMENTS
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(statement);
        }
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// What a line of the log says of a statement: its first words, and all of it if that is more.
#[derive(Default)]
struct Line {
    summary: String,
    whole: String,
}

impl Line {
    fn statement(&self) -> String {
        let whole = one_line(&self.whole);
        if whole.is_empty() {
            one_line(&self.summary)
        } else {
            whole
        }
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => self.summary = value.into(),
            "db.statement" => self.whole = value.into(),
            _ => {}
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}
