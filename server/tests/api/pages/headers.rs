//! The headers that tell a browser what this site does not do, on every answer of every kind.

use std::collections::HashSet;

use crate::support::{Answer, TestApp};

fn nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy").unwrap();
    policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap()
        .to_owned()
}

fn assert_protected(name: &str, answer: &Answer) {
    let policy = answer
        .header("content-security-policy")
        .unwrap_or_else(|| panic!("{name}: {answer:?}"));
    let nonce = nonce(answer);
    let expected = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; \
         img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'none'; \
         require-trusted-types-for 'script'; trusted-types default"
    );
    assert_eq!(policy, expected, "{name}");
    assert!(nonce.len() >= 22, "{name}: {nonce}");
    for (header, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{name}: {answer:?}");
    }
    assert!(
        answer
            .header("permissions-policy")
            .is_some_and(|policy| policy.contains("camera=()")),
        "{name}: {answer:?}"
    );
    for telling in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(!answer.headers.contains_key(telling), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn every_kind_of_answer_is_protected() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let cases = [
        ("a page", app.get("/").send().await, 200),
        (
            "a page of the signed-in",
            app.get("/profile")
                .refresh_cookie(&ada.refresh)
                .send()
                .await,
            200,
        ),
        (
            "a form again",
            app.post("/login").form(&[]).send().await,
            422,
        ),
        ("a redirect", app.get("/profile").send().await, 303),
        ("a missing page", app.get("/nowhere").send().await, 404),
        (
            "a missing address of the API",
            app.get("/api/nowhere").send().await,
            404,
        ),
        ("a wrong method", app.ask("DELETE", "/").send().await, 405),
        (
            "a wrong method of the API",
            app.get("/api/v1/auth/login").send().await,
            405,
        ),
        (
            "a cross-site post",
            app.post("/login")
                .header("sec-fetch-site", "cross-site")
                .form(&[])
                .send()
                .await,
            403,
        ),
        (
            "a long body",
            app.post("/login")
                .body("application/x-www-form-urlencoded", vec![b'a'; 70_000])
                .send()
                .await,
            413,
        ),
        ("the API", app.profile(&ada.access).await, 200),
        (
            "a refusal of the API",
            app.get("/api/v1/user/profile").send().await,
            401,
        ),
        (
            "a sign-out",
            app.post("/api/v1/auth/logout").send().await,
            204,
        ),
        (
            "a server function",
            app.post("/fn/profile")
                .bearer(&ada.access)
                .body("application/json", "{}")
                .send()
                .await,
            200,
        ),
        (
            "a refused server function",
            app.post("/fn/profile")
                .body("application/json", "{}")
                .send()
                .await,
            401,
        ),
        (
            "the key set",
            app.get("/.well-known/jwks.json").send().await,
            200,
        ),
        ("health", app.get("/health/live").send().await, 200),
        ("a file", app.get("/favicon.svg").send().await, 200),
        (
            "a missing file",
            app.get("/pkg/nothing.js").send().await,
            404,
        ),
    ];
    for (name, answer, status) in &cases {
        assert_eq!(answer.status, *status, "{name}: {answer:?}");
        assert_protected(name, answer);
    }
    let nonces: HashSet<_> = cases.iter().map(|(_, answer, _)| nonce(answer)).collect();
    assert_eq!(nonces.len(), cases.len(), "a nonce was used twice");
}

#[tokio::test]
async fn each_script_of_a_page_carries_the_nonce_of_its_answer() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for page in [
        app.get("/").send().await,
        app.get("/login").send().await,
        app.get("/").refresh_cookie(&ada.refresh).send().await,
    ] {
        let html = page.text();
        let nonce = nonce(&page);
        let scripts: Vec<_> = html
            .split("<script")
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap())
            .collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            assert!(
                script.contains(&format!("nonce=\"{nonce}\"")),
                "{script} in {html}"
            );
        }
        assert!(
            !html.contains(" style=\"")
                && !html.contains(" onclick=")
                && !html.contains("=\"javascript:"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn a_failure_is_protected_and_says_nothing_of_the_inside() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database
        .execute("ALTER TABLE users RENAME TO elsewhere")
        .await;
    let page = app
        .get("/profile")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    assert!(page.status >= 500, "{page:?}");
    page.assert_page(page.status);
    assert_protected("a failed page", &page);
    page.assert_no_cookie();
    let api = app.try_login("ada", "seven quiet weavers").await;
    assert!(api.status >= 500, "{api:?}");
    api.assert_any_problem(api.status);
    api.assert_no_cookie();
    let function = app
        .post("/fn/login")
        .body(
            "application/json",
            "{\"username\":\"ada\",\"password\":\"x\"}",
        )
        .send()
        .await;
    assert_eq!(function.status, api.status, "{function:?}");
    function.assert_says_nothing_of_the_inside();
    assert_eq!(
        app.get("/login").send().await.status,
        200,
        "what needs no database goes on"
    );
}

#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_there() {
    let app = TestApp::with(&[("LATCHKEY_PUBLIC_URL", "https://latchkey.example")]).await;
    let answer = app.get("/").send().await;
    assert!(
        answer
            .header("strict-transport-security")
            .is_some_and(|value| value.starts_with("max-age=")),
        "{answer:?}"
    );
    let plain = TestApp::start().await.get("/").send().await;
    assert!(!plain.headers.contains_key("strict-transport-security"));
}
