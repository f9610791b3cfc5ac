//! What becomes of letters, whatever the mail server does with them: none is lost, and none is sent twice but where an answer was lost.

use std::{collections::HashSet, time::Duration};

use serde_json::Value;
use tempfile::TempDir;

use crate::{mail_server::MailServer, sender::Sender};

/// How long a letter waits after it was not taken for the first time.
const FIRST_WAIT: Duration = Duration::from_secs(10);

async fn post_office() -> (TempDir, MailServer, Sender) {
    let folder = tempfile::tempdir().unwrap();
    let server = MailServer::start();
    let sender = Sender::start(folder.path(), &server.url()).await;
    (folder, server, sender)
}

fn header<'letter>(letter: &'letter Value, name: &str) -> &'letter str {
    letter["headers"][name].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_with_all_that_belongs_on_it() {
    let (_folder, mut server, sender) = post_office().await;
    sender.register("ada").await;
    let letter = server.wait_for("letter");
    assert_eq!(letter["sender"], "post@latchkey.example");
    assert_eq!(letter["to"][0], "ada@example.org");
    assert_eq!(header(&letter, "from"), "Latchkey <post@latchkey.example>");
    assert_eq!(header(&letter, "to"), "ada@example.org");
    assert_eq!(header(&letter, "auto-submitted"), "auto-generated");
    assert!(header(&letter, "message-id").ends_with("@localhost>"));
    assert!(header(&letter, "date").starts_with("Fri, 15 Jan 2027 08:00:00"));
    assert!(header(&letter, "content-type").starts_with("multipart/alternative"));
    assert!(!header(&letter, "subject").is_empty());
    assert!(letter["headers"]["list-unsubscribe"].is_null());
    for kind in ["text/plain", "text/html"] {
        let part = letter["parts"][kind].as_str().unwrap();
        assert!(
            part.contains("http://localhost:3000/verify-email?token="),
            "{part}"
        );
    }
    sender.has_sent_all().await;
    server.assert_that_was_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_tried_again_and_arrives_once() {
    // Come back later; a sender or a policy that somebody can mend; nobody is let in; the connection drops.
    for manner in ["busy", "refuse-sender", "closed", "drop"] {
        let (_folder, mut server, sender) = post_office().await;
        server.order(manner);
        sender.register("ada").await;
        server.wait_for(manner);
        sender.tries_again_after(FIRST_WAIT).await;
        server.order("take");
        sender.advance(FIRST_WAIT);
        assert_eq!(server.wait_for("letter")["to"][0], "ada@example.org");
        sender.has_sent_all().await;
        assert_eq!(sender.given_up().await, 0, "{manner}");
        server.assert_that_was_all();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_given_up_and_written_down() {
    let (_folder, mut server, sender) = post_office().await;
    server.order("refuse");
    sender.register("ada").await;
    server.wait_for("refuse");
    sender.has_sent_all().await;
    assert_eq!(sender.given_up().await, 1);
    // The next one is another matter.
    server.order("take");
    sender.register("bob").await;
    assert_eq!(server.wait_for("letter")["to"][0], "bob@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_answer_was_lost_the_second_letter_is_known_as_the_first() {
    let (_folder, mut server, sender) = post_office().await;
    server.order("lose-answer");
    sender.register("ada").await;
    let first = server.wait_for("letter");
    sender.tries_again_after(FIRST_WAIT).await;
    server.order("take");
    sender.advance(FIRST_WAIT);
    let second = server.wait_for("letter");
    for name in ["message-id", "date"] {
        assert_eq!(header(&first, name), header(&second, name));
    }
    assert_eq!(first["parts"]["text/plain"], second["parts"]["text/plain"]);
    sender.has_sent_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let sender = Sender::start(folder.path(), "smtp://127.0.0.1:1").await;
    for username in ["ada", "bob", "eve"] {
        sender.register(username).await;
    }
    sender.tries_again_after(FIRST_WAIT).await;
    sender.shutdown().await;
    // Another start, with a mail server that is there, finds them.
    let mut server = MailServer::start();
    let sender = Sender::start(folder.path(), &server.url()).await;
    sender.advance(Duration::from_mins(5));
    let to: HashSet<String> = (0..3)
        .map(|_| server.wait_for("letter")["to"][0].to_string())
        .collect();
    assert_eq!(to.len(), 3, "{to:?}");
    sender.has_sent_all().await;
    server.assert_that_was_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_carries_the_letter_in_hand_to_its_end() {
    let (folder, mut server, sender) = post_office().await;
    server.order("pause");
    sender.register("ada").await;
    server.wait_for("pause");
    let stopping = tokio::spawn(sender.shutdown());
    server.order("take");
    server.wait_for("letter");
    stopping.await.unwrap();
    let next = Sender::start(folder.path(), &server.url()).await;
    next.has_sent_all().await;
    server.assert_that_was_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_send_each_letter_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = MailServer::start();
    let mut senders = Vec::new();
    for _ in 0..3 {
        senders.push(Sender::start(folder.path(), &server.url()).await);
    }
    for number in 0..12 {
        let sender = &senders[number % senders.len()];
        sender.register(&format!("somebody{number}")).await;
    }
    let to: HashSet<String> = (0..12)
        .map(|_| server.wait_for("letter")["to"][0].to_string())
        .collect();
    assert_eq!(to.len(), 12, "{to:?}");
    senders[0].has_sent_all().await;
    server.assert_that_was_all();
}
