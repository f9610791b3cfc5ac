//! POST /api/v1/auth/forgot-password

use serde_json::json;

use crate::support::{Answer, MINUTE, TestApp, WITHOUT_MAIL};

const PATH: &str = "/api/v1/auth/forgot-password";

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.post(PATH).json(&json!({ "email": email })).send().await
}

#[tokio::test]
async fn a_letter_with_a_link_is_sent_to_the_account() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for spelling in ["ada@example.org", " ADA@Example.ORG "] {
        let asked = ask(&app, spelling).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        assert_eq!(asked.json(), json!({ "status": "letter_sent" }));
        asked.assert_not_stored();
        asked.assert_no_cookie();
        let letter = app.letter("ada@example.org", "reset_password").await;
        assert_eq!(letter.address, format!("{}/reset-password", app.public_url));
        assert_eq!((letter.token.len(), letter.code.as_str()), (43, ""));
        app.advance(MINUTE);
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let app = TestApp::start().await;
    for email in ["", "ada", "ada@example", "ada@example.org\r\nBcc: eve"] {
        ask(&app, email).await.assert_invalid(&["email"]);
    }
    app.post(PATH)
        .json(&json!({}))
        .send()
        .await
        .assert_invalid(&["email"]);
}

#[tokio::test]
async fn where_no_mail_is_sent_it_says_so() {
    let app = TestApp::with(&[WITHOUT_MAIL]).await;
    app.register("ada").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        ask(&app, email)
            .await
            .assert_problem(422, "This service sends no mail. Ask whoever runs it");
    }
}
