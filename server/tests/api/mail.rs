//! Letters: what is in them, where they are read while developing, and that a server in use has no such place.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Answer, TestApp, eventually};

/// A letter, as the mailbox tells of it.
fn field<'letter>(letter: &'letter Value, name: &str) -> &'letter str {
    letter[name].as_str().unwrap_or_default()
}

/// What was sent, the newest first.
async fn sent(app: &TestApp) -> Vec<Value> {
    let answer = app.get("/dev/mail.json").send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    answer.json().as_array().unwrap().clone()
}

async fn page(app: &TestApp, path: &str) -> Answer {
    let answer = app.get(path).send().await;
    answer.assert_page(200);
    answer.assert_not_stored();
    answer
}

#[tokio::test]
async fn a_letter_is_read_in_the_mailbox() {
    let app = TestApp::start().await;
    assert!(sent(&app).await.is_empty());
    app.register("ada").await;
    let letters = sent(&app).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(letter["to"], "ada@example.org");
    assert_eq!(letter["occasion"], "verify_email");
    assert_eq!(letter["at"], "2027-01-15T08:00:00Z");
    let links = letter["links"].as_array().unwrap();
    assert_eq!(links.len(), 1, "{letter}");
    let link = links[0].as_str().unwrap();
    let begin = format!("{}/verify-email?token=", app.public_url);
    assert_eq!(link.strip_prefix(&begin).unwrap().len(), 43, "{link}");
    let code = field(letter, "code");
    assert!(
        code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    let typed = format!("{} {}", &code[..4], &code[4..]);
    for part in ["text", "html"] {
        assert!(field(letter, part).contains(link), "{letter}");
        assert!(field(letter, part).contains(&typed), "{letter}");
        assert!(field(letter, part).contains("ada"), "{letter}");
    }
    let (id, subject) = (field(letter, "id"), field(letter, "subject"));
    assert!(page(&app, "/dev/mail").await.text().contains(id));
    let shown = page(&app, &format!("/dev/mail/{id}")).await.text();
    assert!(shown.contains(subject) && shown.contains(&format!("href=\"{link}\"")));
}

#[tokio::test]
async fn a_letter_runs_nothing_and_loads_nothing_where_it_is_shown() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letters = sent(&app).await;
    let path = format!("/dev/mail/{}/html", field(&letters[0], "id"));
    for path in [path.as_str(), "/dev/mail/preview/verify_email/html"] {
        let shown = page(&app, path).await;
        let policy = shown.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "sandbox", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("script-src"), "{policy}");
    }
    // Every other page has the policy of every page.
    let list = page(&app, "/dev/mail").await;
    let policy = list.header("content-security-policy").unwrap();
    assert!(!policy.contains("unsafe-inline"), "{policy}");
}

#[tokio::test]
async fn each_template_is_seen_with_made_up_facts() {
    let app = TestApp::start().await;
    let list = page(&app, "/dev/mail/preview").await.text();
    for occasion in auth::Occasion::ALL {
        let path = format!("/dev/mail/preview/{occasion}");
        assert!(list.contains(&format!("href=\"{path}\"")), "{occasion}");
        page(&app, &path).await;
        let html = page(&app, &format!("{path}/html")).await.text();
        assert!(html.contains(&app.public_url), "{occasion}");
    }
    for path in ["/dev/mail/preview/nothing", "/dev/mail/nothing"] {
        assert_eq!(app.get(path).send().await.status, 404, "{path}");
    }
    // None of them was sent.
    assert!(sent(&app).await.is_empty());
}

#[tokio::test]
async fn only_a_server_in_development_has_a_mailbox() {
    let in_use = [
        ("LATCHKEY_PUBLIC_URL", "https://latchkey.example"),
        ("LATCHKEY_MAIL_URL", "smtp://127.0.0.1:1"),
    ];
    for settings in [
        vec![in_use[0]],
        vec![in_use[1], ("LATCHKEY_MAIL_FROM", "post@latchkey.example")],
    ] {
        let app = TestApp::with(&settings).await;
        for path in [
            "/dev/mail",
            "/dev/mail.json",
            "/dev/mail/preview",
            "/dev/mail/preview/verify_email",
            "/dev/mail/preview/verify_email/html",
            "/dev/mail/01234567-89ab-7def-8123-456789abcdef",
        ] {
            let answer = app.get(path).send().await;
            assert_eq!(answer.status, 404, "{path} with {settings:?}");
        }
    }
}

#[tokio::test]
async fn the_mailbox_answers_by_no_host_that_is_not_ours() {
    let app = TestApp::with(&[("LATCHKEY_PUBLIC_URL", "http://app.localhost:3000")]).await;
    app.register("ada").await;
    let id = field(&sent(&app).await[0], "id").to_owned();
    let port = app.address().port();
    for path in [
        "/dev/mail".to_owned(),
        "/dev/mail.json".to_owned(),
        format!("/dev/mail/{id}"),
        format!("/dev/mail/{id}/html"),
        "/dev/mail/preview".to_owned(),
        "/dev/mail/preview/verify_email".to_owned(),
        "/dev/mail/preview/verify_email/html".to_owned(),
    ] {
        let by = async |host: &str| app.get(&path).header("host", host).send().await;
        for host in ["evil.example", "app.localhost:3001"] {
            let answer = by(host).await;
            answer.assert_page(421);
            assert!(
                !answer.text().contains("ada@example.org"),
                "{path} by {host}"
            );
        }
        let evil = by(&format!("evil.example:{port}")).await;
        assert_eq!(evil.status, 421, "{path}");
        for host in ["app.localhost:3000", "localhost", "[::1]:1", "127.0.0.1:1"] {
            assert_eq!(by(host).await.status, 200, "{path} by {host}");
        }
        // A proxy is asked so, and the address counts beside the header.
        let whole = format!(
            "GET http://evil.example{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(app.raw(whole).await.status, 421, "{path}");
    }
}

#[tokio::test]
async fn no_header_of_a_request_decides_where_a_link_leads() {
    let app = TestApp::start().await;
    for (number, name) in ["host", "x-forwarded-host", "forwarded", "x-original-host"]
        .into_iter()
        .enumerate()
    {
        let username = format!("somebody{number}");
        let value = if name == "forwarded" {
            "host=evil.example;proto=https"
        } else {
            "evil.example"
        };
        let answer = app
            .post("/api/v1/auth/register")
            .header(name, value)
            .json(&crate::support::registration(&username))
            .send()
            .await;
        assert_eq!(answer.status, 201, "{name}: {answer:?}");
    }
    let letters = sent(&app).await;
    assert_eq!(letters.len(), 4);
    for letter in letters {
        assert!(!letter.to_string().contains("evil.example"), "{letter}");
        let link = letter["links"][0].as_str().unwrap();
        assert!(link.starts_with(&app.public_url), "{link}");
    }
}

#[tokio::test]
async fn three_processes_send_each_letter_once() {
    let first = TestApp::start().await;
    let (second, third) = (first.beside().await, first.beside().await);
    let apps = [&first, &second, &third];
    for number in 0..12 {
        apps[number % apps.len()]
            .register(&format!("somebody{number}"))
            .await;
    }
    eventually("no letter waits", async || {
        first.database.number("SELECT COUNT(*) FROM letters").await == 0
    })
    .await;
    let mut to = Vec::new();
    for app in apps {
        let letters = sent(app).await;
        to.extend(letters.iter().map(|letter| field(letter, "to").to_owned()));
    }
    assert_eq!(to.len(), 12, "{to:?}");
    assert_eq!(to.iter().collect::<BTreeSet<_>>().len(), 12, "{to:?}");
}

#[tokio::test]
async fn what_no_mail_server_takes_waits_and_is_taken_by_the_next_process() {
    let away = TestApp::with(&[
        ("LATCHKEY_MAIL_URL", "smtp://127.0.0.1:1"),
        ("LATCHKEY_MAIL_FROM", "post@latchkey.example"),
        ("LATCHKEY_VERIFICATION", "optional"),
    ])
    .await;
    away.register("ada").await;
    let waiting = "SELECT COUNT(*) FROM letters WHERE attempts = 1";
    eventually("it was tried", async || {
        away.database.number(waiting).await == 1
    })
    .await;
    let (database, clock) = (away.database.clone(), away.clock.clone());
    let public_url = away.public_url.clone();
    away.shutdown().await;
    let next = TestApp::on(database, clock, Some(public_url), &[]).await;
    assert!(sent(&next).await.is_empty());
    next.advance(std::time::Duration::from_secs(10));
    let letters = sent(&next).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["to"], "ada@example.org");
}

#[tokio::test]
async fn a_folder_gets_a_whole_letter_that_its_owner_alone_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("letters");
    let url = format!("file:{}", place.display());
    let app = TestApp::with(&[("LATCHKEY_MAIL_URL", &url)]).await;
    app.register("ada").await;
    eventually("no letter waits", async || {
        app.database.number("SELECT COUNT(*) FROM letters").await == 0
    })
    .await;
    let files: Vec<_> = std::fs::read_dir(&place)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].extension().unwrap(), "eml");
    let message = std::fs::read_to_string(&files[0]).unwrap();
    let id = files[0].file_stem().unwrap().to_str().unwrap();
    for line in [
        format!("Message-ID: <{id}@127.0.0.1>"),
        "Date: Fri, 15 Jan 2027 08:00:00 +0000".to_owned(),
        "From: Latchkey <latchkey@localhost>".to_owned(),
        "To: ada@example.org".to_owned(),
        "Auto-Submitted: auto-generated".to_owned(),
        "MIME-Version: 1.0".to_owned(),
    ] {
        let mut lines = message.lines().filter(|written| *written == line);
        assert!(lines.next().is_some(), "{line} is not in\n{message}");
        assert!(lines.next().is_none(), "{line} is twice in\n{message}");
    }
    assert!(message.contains("Content-Type: multipart/alternative;"));
    assert!(!message.contains("List-Unsubscribe"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&files[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
