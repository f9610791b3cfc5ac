//! latchkey check

use serde_json::Value;

use super::Live;

impl Live {
    /// The verdict on a subject, and all that was said of it.
    async fn verdict(&self, subject: &str) -> (String, String) {
        let said = self.run(&["check", "--json"]).await;
        let findings: Value = serde_json::from_str(&said.out).unwrap();
        let all = findings.as_array().unwrap();
        let finding = all.iter().find(|one| one["subject"] == subject);
        let finding = finding.unwrap_or_else(|| panic!("nothing of {subject}: {said:?}"));
        let verdict = finding["verdict"].as_str().unwrap();
        assert_eq!(
            verdict == "ok",
            finding["remedy"].is_null(),
            "a remedy stands with what is wrong: {finding}"
        );
        (verdict.to_owned(), finding.to_string())
    }
}

#[tokio::test]
async fn a_deployment_in_order_is_told_so_line_by_line() {
    let live = Live::start().await;
    for subject in [
        "settings",
        "proxy",
        "cookie",
        "budgets",
        "master secret",
        "database",
        "migrations",
        "clock",
        "signing keys",
    ] {
        let (verdict, words) = live.verdict(subject).await;
        assert_eq!(verdict, "ok", "{words}");
    }
    live.run(&["check"])
        .await
        .says("database")
        .says("it answers");
}

#[tokio::test]
async fn it_changes_nothing() {
    let live = Live::at_rest().await;
    live.run(&["check"]).await;
    assert_eq!(std::fs::read_dir(live.folder()).unwrap().count(), 0);
}

#[tokio::test]
async fn all_users_in_one_bucket_is_a_warning() {
    let mut live = Live::start().await;
    live.set("LATCHKEY_PUBLIC_URL", "https://latchkey.example");
    let (verdict, words) = live.verdict("proxy").await;
    assert_eq!(verdict, "warning");
    assert!(words.contains("LATCHKEY_CLIENT_ADDRESS_HEADER"), "{words}");
    live.set("LATCHKEY_CLIENT_ADDRESS_HEADER", "x-forwarded-for");
    assert_eq!(live.verdict("proxy").await.0, "ok");
    assert_eq!(live.verdict("public URL").await.0, "ok");
}

#[tokio::test]
async fn what_is_weaker_than_it_should_be_is_a_warning_and_by_strict_an_end() {
    let mut live = Live::start().await;
    assert_eq!(live.verdict("passwords").await.0, "warning");
    live.set("LATCHKEY_DEVELOPMENT_COOKIE", "true");
    assert_eq!(live.verdict("cookie").await.0, "warning");
    live.set("LATCHKEY_REQUEST_RATE_BURST", "0");
    assert_eq!(live.verdict("budgets").await.0, "warning");
    live.run(&["check", "--strict"]).await.ended(5);
}

/// In a folder where there is no Leptos.toml, as where the program alone was copied to.
#[tokio::test]
async fn the_folder_of_the_site_is_the_one_that_the_remedy_has_named() {
    let mut live = Live::at_rest().await;
    let site = live.folder().join("elsewhere");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    live.set("LEPTOS_SITE_ROOT", site.to_str().unwrap());
    let (verdict, words) = live.verdict("site").await;
    assert_eq!(verdict, "ok", "{words}");
    assert!(words.contains("elsewhere"), "{words}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_a_fault() {
    let mut live = Live::at_rest().await;
    live.set(
        "LATCHKEY_DATABASE_URL",
        "postgres://someone:canary@127.0.0.1:1/nowhere",
    );
    let (verdict, words) = live.verdict("database").await;
    assert_eq!(verdict, "fault");
    assert!(!words.contains("canary"), "{words}");
    live.run(&["check"]).await.ended(5);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_waited_for() {
    let mut live = Live::at_rest().await;
    std::fs::write(live.folder().join("notes.txt"), "no database ".repeat(99)).unwrap();
    live.set("LATCHKEY_DATABASE_URL", "sqlite:notes.txt");
    live.set("LATCHKEY_LISTEN", "127.0.0.1:0");
    let (verdict, words) = live.verdict("database").await;
    assert_eq!(verdict, "fault");
    assert!(!words.contains("503"), "{words}");
    live.run(&["serve"]).await.ended(1);
}

#[tokio::test]
async fn migrations_that_cant_be_read_are_a_fault_and_not_told_as_missing() {
    let live = Live::at_rest().await;
    live.run(&["migrate"]).await.ended(0);
    live.database
        .execute("ALTER TABLE _sqlx_migrations RENAME COLUMN version TO altered")
        .await;
    let (verdict, words) = live.verdict("migrations").await;
    assert_eq!(verdict, "fault", "{words}");
    live.run(&["user", "list"]).await.ended(1).says("version");
}

#[tokio::test]
async fn migrations_that_are_to_be_made_are_a_warning() {
    let live = Live::start().await;
    live.database
        .execute("DELETE FROM _sqlx_migrations WHERE version = 4")
        .await;
    assert_eq!(live.verdict("migrations").await.0, "warning");
}
