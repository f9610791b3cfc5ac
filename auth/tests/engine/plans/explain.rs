//! How a database would run a statement, and what is wrong with that.
//!
//! It is asked on an empty database of its own: PostgreSQL with sequential scans forbidden, so that what is left of them has no index to go
//! by; SQLite takes an index wherever there is one, as long as it has not counted its rows.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::support::TestDatabase;

/// Tables that stay small, however many users there are.
const SMALL: [&str; 2] = ["signing_keys", "_sqlx_migrations"];

/// Asks for plans.
pub(super) struct Explainer {
    connection: DatabaseConnection,
    _database: TestDatabase,
}

enum DatabaseConnection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Explainer {
    pub(super) async fn new() -> Self {
        let database = TestDatabase::new().await;
        database.store().await;
        let connection = if database.url.starts_with("sqlite") {
            let sqlite = SqliteConnection::connect(&database.url).await.unwrap();
            DatabaseConnection::Sqlite(Box::new(sqlite))
        } else {
            let mut postgres = PgConnection::connect(&database.url).await.unwrap();
            // A plan for whatever is asked, not for the parameters of one time.
            sqlx::raw_sql("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
                .execute(&mut postgres)
                .await
                .unwrap();
            DatabaseConnection::Postgres(Box::new(postgres))
        };
        Self {
            connection,
            _database: database,
        }
    }

    /// What is wrong with the plan of a statement, each with the statement.
    pub(super) async fn faults(&mut self, statement: &str) -> Vec<String> {
        let faults = match &mut self.connection {
            DatabaseConnection::Sqlite(sqlite) => {
                sqlite_faults(statement, &sqlite_plan(sqlite, statement).await)
            }
            DatabaseConnection::Postgres(postgres) => {
                postgres_faults(statement, &postgres_plan(postgres, statement).await)
            }
        };
        faults
            .into_iter()
            .map(|fault| format!("{fault}: {statement}"))
            .collect()
    }
}

/// A list that ends where it has enough. In the order of an index, it reads no more than it answers.
fn ends_early(statement: &str) -> bool {
    statement.contains(" LIMIT ")
}

async fn sqlite_plan(connection: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let steps = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statement}"));
    steps.iter().map(|step| step.get("detail")).collect()
}

/// Steps that go through a whole table: `SCAN sessions`, or `SCAN sessions USING INDEX …` out of need.
fn sqlite_faults(statement: &str, steps: &[String]) -> Vec<String> {
    let sorts = steps
        .iter()
        .any(|step| step.starts_with("USE TEMP B-TREE FOR ORDER BY"));
    let made_by_itself = |name: &str| {
        steps.iter().any(|step| {
            step.strip_prefix("CO-ROUTINE ")
                .or_else(|| step.strip_prefix("MATERIALIZE "))
                == Some(name)
        })
    };
    steps
        .iter()
        .filter(|step| {
            let Some(scanned) = step.strip_prefix("SCAN ") else {
                return false;
            };
            let name = scanned.split(' ').next().unwrap_or_default();
            let in_order = ends_early(statement) && !sorts && scanned.contains(" USING ");
            !SMALL.contains(&name)
                && !scanned.contains("CONSTANT ROW")
                && !made_by_itself(name)
                && !in_order
        })
        .cloned()
        .collect()
}

async fn postgres_plan(connection: &mut PgConnection, statement: &str) -> Value {
    let nothing = vec!["NULL"; parameters(statement)].join(", ");
    let arguments = if nothing.is_empty() {
        nothing
    } else {
        format!("({nothing})")
    };
    let prepare = format!("PREPARE asked AS {statement}");
    sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statement}"));
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE asked{arguments}");
    let plan = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_one(&mut *connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statement}"));
    sqlx::raw_sql("DEALLOCATE asked")
        .execute(connection)
        .await
        .unwrap();
    // Of the type JSON, which is text here.
    let json: String = plan.get_unchecked(0);
    serde_json::from_str(&json).unwrap()
}

/// How many parameters a statement has: the highest of `$1`, `$2` and so on.
fn parameters(statement: &str) -> usize {
    statement
        .split('$')
        .skip(1)
        .filter_map(|after| {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            after[..digits].parse().ok()
        })
        .max()
        .unwrap_or(0)
}

fn postgres_faults(statement: &str, explained: &Value) -> Vec<String> {
    let mut nodes = Vec::new();
    add_nodes(&explained[0]["Plan"], &mut nodes);
    let text = |node: &Value, key: &str| node[key].as_str().unwrap_or_default().to_owned();
    let sorts = nodes
        .iter()
        .any(|node| text(node, "Node Type").ends_with("Sort"));
    let in_order = ends_early(statement) && !sorts;
    nodes
        .into_iter()
        .filter_map(|node| {
            let kind = text(node, "Node Type");
            let table = text(node, "Relation Name");
            let by_condition = node.get("Index Cond").is_some();
            let takes_each = node.get("Filter").is_none();
            let reads_all = match kind.as_str() {
                "Index Scan" | "Index Only Scan" => !(by_condition || in_order && takes_each),
                "Bitmap Index Scan" => !by_condition,
                "Bitmap Heap Scan" | "ModifyTable" => false,
                _ => !table.is_empty(),
            };
            (reads_all && !SMALL.contains(&table.as_str())).then(|| format!("{kind} of {table}"))
        })
        .collect()
}

fn add_nodes<'a>(node: &'a Value, nodes: &mut Vec<&'a Value>) {
    nodes.push(node);
    for below in node["Plans"].as_array().into_iter().flatten() {
        add_nodes(below, nodes);
    }
}
