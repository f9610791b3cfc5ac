//! The pages by which letters are asked for and to which their links lead, without JavaScript: opening a link changes nothing, a button does, and
//! the token leaves the address at once.

use crate::support::{Answer, DAY, MINUTE, PASSWORD, SentLetter, TestApp, WITHOUT_MAIL};

const ADA: &str = "ada@example.org";
const NEW: &str = "eight loud hatters hum";
const VOID: &str = "be used any more";

/// Opens a letter's link, and gives the cookie that holds its token from then on.
async fn open(app: &TestApp, path: &str, letter: &SentLetter) -> String {
    assert_eq!(letter.address, format!("{}{path}", app.public_url));
    let opened = app
        .get(&format!("{path}?token={}&utm=x", letter.token))
        .header("sec-fetch-site", "cross-site")
        .send()
        .await;
    opened.assert_redirect(path);
    opened.assert_not_stored();
    let name = format!("__Host-{}", path[1..].replace('-', "_"));
    let cookie = opened.cookie(&name).expect("the link's cookie");
    cookie.assert_for_this_host();
    assert_eq!(cookie.max_age, Some(30 * 60));
    format!("{name}={}", cookie.value)
}

async fn look(app: &TestApp, path: &str, cookie: &str) -> Answer {
    let page = app.get(path).header("cookie", cookie).send().await;
    page.assert_page(200);
    page.assert_not_stored();
    page.assert_no_cookie();
    page
}

async fn press(app: &TestApp, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    app.post(path)
        .same_origin()
        .header("cookie", cookie)
        .form(fields)
        .send()
        .await
}

/// Asserts that the answer takes the link of this page from the browser.
fn assert_forgotten(answer: &Answer, path: &str) {
    let name = format!("__Host-{}", path[1..].replace('-', "_"));
    let cookie = answer.cookie(&name).expect("the link's cookie is cleared");
    assert_eq!((cookie.value.as_str(), cookie.max_age), ("", Some(0)));
}

/// The cookie by which the page that is led to knows that a link was used.
fn told(answer: &Answer) -> String {
    let cookie = answer
        .cookie("__Host-link_used")
        .expect("what was used is told");
    cookie.assert_for_this_host();
    assert_eq!(cookie.max_age, Some(30 * 60));
    format!("__Host-link_used={}", cookie.value)
}

#[tokio::test]
async fn a_forgotten_password_is_another_by_the_letters_link() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let asked = press(&app, "/forgot-password", "a=b", &[("email", ADA)]).await;
    asked.assert_redirect("/forgot-password?stage=asked");
    asked.assert_no_cookie();
    let page = look(&app, "/forgot-password?stage=asked", "a=b").await;
    assert!(
        page.text()
            .contains("If there is an account with this address, a letter is on its way."),
        "{page:?}"
    );
    let letter = app.letter(ADA, "reset_password").await;
    let cookie = open(&app, "/reset-password", &letter).await;
    let page = look(&app, "/reset-password", &cookie).await.text();
    assert!(page.contains("autocomplete=\"new-password\""), "{page}");
    assert!(
        page.contains("autocomplete=\"username\"") && page.contains("value=\"ada\""),
        "{page}"
    );
    assert!(!page.contains(&letter.token), "the token is in the page");
    let weak = press(&app, "/reset-password", &cookie, &[("password", "short")]).await;
    weak.assert_page(422);
    weak.assert_no_cookie();
    assert!(weak.text().contains("aria-invalid=\"true\""), "{weak:?}");
    let done = press(&app, "/reset-password", &cookie, &[("password", NEW)]).await;
    done.assert_redirect("/login?reason=reset");
    assert_forgotten(&done, "/reset-password");
    let login = app.get("/login?reason=reset").send().await.text();
    assert!(login.contains("Your password was changed. Sign in with the new one."));
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    assert_eq!(app.try_login("ada", NEW).await.status, 200);
}

#[tokio::test]
async fn what_is_no_address_is_asked_for_again_and_kept() {
    let app = TestApp::start().await;
    let page = press(&app, "/forgot-password", "a=b", &[("email", "nowhere")]).await;
    page.assert_page(422);
    let html = page.text();
    assert!(
        html.contains("value=\"nowhere\"") && html.contains("aria-invalid=\"true\""),
        "{html}"
    );
}

#[tokio::test]
async fn who_is_signed_in_to_another_account_stays_so_after_a_reset() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let eve = app.register("eve").await;
    let letter = app.reset_letter(ADA).await;
    let link = open(&app, "/reset-password", &letter).await;
    let cookies = format!("{link}; __Host-refresh_token={}", eve.refresh);
    let done = press(&app, "/reset-password", &cookies, &[("password", NEW)]).await;
    done.assert_redirect("/reset-password?stage=done");
    let own = format!("__Host-refresh_token={}", eve.refresh);
    let told = format!("{own}; {}", told(&done));
    let page = look(&app, "/reset-password?stage=done", &told).await;
    assert!(page.text().contains("The password was changed"), "{page:?}");
    assert_eq!(app.try_refresh(&eve.refresh).await.status, 200);
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing_and_its_button_works_in_any_browser() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.letter(ADA, "verify_email").await;
    let before = app.database.state().await;
    for _ in 0..3 {
        let cookie = open(&app, "/verify-email", &letter).await;
        let html = look(&app, "/verify-email", &cookie).await.text();
        assert!(
            html.contains(ADA) && html.contains("This works in any browser"),
            "{html}"
        );
        assert!(!html.contains(&letter.token), "the token is in the page");
    }
    assert_eq!(app.database.state().await, before);
    let cookie = open(&app, "/verify-email", &letter).await;
    let done = press(&app, "/verify-email", &cookie, &[("step", "link")]).await;
    done.assert_redirect("/verify-email?stage=done");
    assert_forgotten(&done, "/verify-email");
    let page = look(&app, "/verify-email?stage=done", &told(&done)).await;
    assert!(
        page.text().contains("Your address is confirmed."),
        "{page:?}"
    );
    let again = press(&app, "/verify-email", &cookie, &[("step", "link")]).await;
    again.assert_page(422);
    assert_forgotten(&again, "/verify-email");
    assert!(again.text().contains(VOID), "{again:?}");
}

#[tokio::test]
async fn who_is_signed_in_types_the_code_and_has_another_letter_sent() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let own = format!("__Host-refresh_token={}", ada.refresh);
    let html = look(&app, "/verify-email", &own).await.text();
    assert!(
        html.contains(ADA)
            && html.contains("autocomplete=\"one-time-code\"")
            && html.contains("inputmode=\"numeric\""),
        "{html}"
    );
    // There is a code to be wrong about once the letter is on its way.
    app.letter(ADA, "verify_email").await;
    let wrong = press(
        &app,
        "/verify-email",
        &own,
        &[("step", "code"), ("code", "1")],
    )
    .await;
    wrong.assert_page(422);
    let html = wrong.text();
    assert!(
        html.contains("This code is not the one") && html.contains("aria-invalid=\"true\""),
        "{html}"
    );
    let sent = press(&app, "/verify-email", &own, &[("step", "send")]).await;
    sent.assert_redirect("/verify-email?stage=asked");
    let page = look(&app, "/verify-email?stage=asked", &own).await;
    assert!(page.text().contains("Another letter is on its way"));
    let too_soon = press(&app, "/verify-email", &own, &[("step", "send")]).await;
    too_soon.assert_page(429);
    assert!(too_soon.header("retry-after").is_some(), "{too_soon:?}");
    let code = app.letter(ADA, "verify_email").await.code;
    let fields = [("step", "code"), ("code", code.as_str())];
    let done = press(&app, "/verify-email", &own, &fields).await;
    done.assert_redirect("/verify-email?stage=done");
    let page = look(&app, "/verify-email", &own).await;
    assert!(
        page.text().contains("Your address is confirmed."),
        "{page:?}"
    );
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn an_address_that_says_done_is_believed_in_the_browser_that_did_it_alone() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let own = format!("__Host-refresh_token={}", ada.refresh);
    let letter = app.letter(ADA, "verify_email").await;
    let cookie = open(&app, "/verify-email", &letter).await;
    let done = press(&app, "/verify-email", &cookie, &[("step", "link")]).await;
    let used = told(&done);
    for path in [
        "/reset-password",
        "/confirm-email",
        "/undo-email-change",
        "/not-me",
    ] {
        for cookie in ["a=b", own.as_str(), used.as_str()] {
            let html = look(&app, &format!("{path}?stage=done"), cookie)
                .await
                .text();
            assert!(html.contains(VOID), "{path}, {cookie}: {html}");
        }
    }
    let html = look(&app, "/verify-email?stage=done", "a=b").await.text();
    assert!(html.contains(VOID), "{html}");
    let html = look(&app, "/verify-email?stage=done", &used).await.text();
    assert!(html.contains("Your address is confirmed."), "{html}");
    let eve = app.register("eve").await;
    let own = format!("__Host-refresh_token={}", eve.refresh);
    let html = look(&app, "/verify-email?stage=done", &own).await.text();
    assert!(html.contains("autocomplete=\"one-time-code\""), "{html}");
    assert!(!html.contains("Your address is confirmed."), "{html}");
}

#[tokio::test]
async fn a_code_that_is_too_old_or_was_used_is_said_to_be_a_code() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let own = format!("__Host-refresh_token={}", ada.refresh);
    let code = app.letter(ADA, "verify_email").await.code;
    let fields = [("step", "code"), ("code", code.as_str())];
    app.advance(11 * MINUTE);
    let late = press(&app, "/verify-email", &own, &fields).await;
    late.assert_page(422);
    let html = late.text();
    assert!(
        html.contains("This code can") && html.contains(VOID),
        "{html}"
    );
    assert!(html.contains("Have another letter sent"), "{html}");
    assert!(!html.contains("This link"), "{html}");

    let sent = press(&app, "/verify-email", &own, &[("step", "send")]).await;
    sent.assert_redirect("/verify-email?stage=asked");
    let code = app.letter(ADA, "verify_email").await.code;
    let fields = [("step", "code"), ("code", code.as_str())];
    let done = press(&app, "/verify-email", &own, &fields).await;
    done.assert_redirect("/verify-email?stage=done");
    let again = press(&app, "/verify-email", &own, &fields).await;
    again.assert_redirect("/verify-email");
}

#[tokio::test]
async fn a_code_without_a_session_leads_to_the_sign_in_and_back() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let code = app.letter(ADA, "verify_email").await.code;
    let fields = [("step", "code"), ("code", code.as_str())];
    let stranger = press(&app, "/verify-email", "a=b", &fields).await;
    stranger.assert_redirect("/login?next=/verify-email");
    app.post("/logout")
        .refresh_cookie(&ada.refresh)
        .form(&[])
        .send()
        .await;
    let own = format!("__Host-refresh_token={}", ada.refresh);
    let signed_out = press(&app, "/verify-email", &own, &fields).await;
    signed_out.assert_redirect("/login?next=/verify-email");
    let verified = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL";
    assert_eq!(app.database.number(verified).await, 0);
}

#[tokio::test]
async fn it_was_not_me_says_what_will_happen_and_does_so_by_the_button() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let reset = app.reset_letter(ADA).await;
    let link = open(&app, "/reset-password", &reset).await;
    press(&app, "/reset-password", &link, &[("password", NEW)]).await;
    let letter = app.letter(ADA, "password_changed").await;
    let cookie = open(&app, "/not-me", &letter).await;
    let html = look(&app, "/not-me", &cookie).await.text();
    assert!(
        html.contains("The password is no longer good") && html.contains(ADA),
        "{html}"
    );
    assert_eq!(app.try_login("ada", NEW).await.status, 200);
    app.advance(MINUTE);
    let done = press(&app, "/not-me", &cookie, &[("step", "link")]).await;
    done.assert_redirect("/not-me?stage=done");
    let page = look(&app, "/not-me?stage=done", &told(&done)).await;
    assert!(!page.text().contains(VOID), "{page:?}");
    assert_eq!(app.try_login("ada", NEW).await.status, 401);
    assert_eq!(app.letters(ADA, "reset_password").await.len(), 2);
}

#[tokio::test]
async fn a_link_that_is_void_or_none_says_so_and_where_to_go() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.reset_letter(ADA).await;
    let cookie = open(&app, "/reset-password", &letter).await;
    app.advance(DAY);
    for (path, cookie) in [
        ("/reset-password", cookie.as_str()),
        ("/reset-password", "a=b"),
        ("/verify-email", "__Host-verify_email=x"),
        ("/confirm-email", "a=b"),
        ("/undo-email-change", "a=b"),
        ("/not-me", "__Host-not_me=x"),
    ] {
        let html = look(&app, path, cookie).await.text();
        assert!(html.contains(VOID), "{path}: {html}");
        let refused = press(&app, path, cookie, &[("password", NEW)]).await;
        refused.assert_page(422);
        assert!(refused.text().contains(VOID), "{path}: {refused:?}");
    }
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn what_is_no_token_is_a_void_link_and_no_header_of_its_own() {
    let app = TestApp::start().await;
    for token in ["", "x", "a%0D%0ASet-Cookie:+b=c", "%ff", "a;+Domain=evil"] {
        let opened = app
            .get(&format!("/reset-password?token={token}"))
            .send()
            .await;
        opened.assert_redirect("/reset-password");
        assert_eq!(opened.set_cookies().len(), 1, "{opened:?}");
        let cookie = opened.cookie("__Host-reset_password").unwrap();
        cookie.assert_for_this_host();
    }
}

#[tokio::test]
async fn where_no_mail_is_sent_the_page_says_so() {
    let app = TestApp::with(&[WITHOUT_MAIL]).await;
    app.register("ada").await;
    let html = look(&app, "/forgot-password", "a=b").await.text();
    assert!(html.contains("This service sends no mail."), "{html}");
    let refused = app
        .post("/forgot-password")
        .form(&[("email", ADA)])
        .send()
        .await;
    refused.assert_page(422);
    assert!(
        refused.text().contains("This service sends no mail"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_link_to_sign_in_by_can_be_left_for_another_address() {
    let app = TestApp::with(&[("LATCHKEY_SIGN_IN_LINKS", "true")]).await;
    app.register("ada").await;
    let asked = press(&app, "/sign-in-link", "a=b", &[("email", ADA)]).await;
    asked.assert_page(200);
    assert!(
        asked.text().contains("name=\"remember\"") && asked.text().contains("checked"),
        "to be kept signed in is the default: {asked:?}"
    );
    let letter = app.letter(ADA, "sign_in").await;
    let cookie = open(&app, "/sign-in-link", &letter).await;
    let html = look(&app, "/sign-in-link", &cookie).await.text();
    assert!(html.contains("You are about to sign in as"), "{html}");
    let left = app
        .get("/sign-in-link?stage=another")
        .header("cookie", &cookie)
        .send()
        .await;
    left.assert_page(200);
    assert_forgotten(&left, "/sign-in-link");
    assert!(left.text().contains("Send the letter"), "{left:?}");
    let cookie = open(&app, "/sign-in-link", &letter).await;
    app.advance(11 * MINUTE);
    let void = app
        .get("/sign-in-link")
        .header("cookie", &cookie)
        .send()
        .await;
    assert!(void.text().contains(VOID), "{void:?}");
    assert_forgotten(&void, "/sign-in-link");
}
