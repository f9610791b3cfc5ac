//! GET /api/v1/openapi.json: the description is there, and holds for what is really answered.

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, WRONG_PASSWORD};

/// The description, as a client gets it.
struct Description(Value);

impl Description {
    async fn of(app: &TestApp) -> Self {
        let answer = app.get("/api/v1/openapi.json").send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        Self(answer.json())
    }

    /// Every operation: its method and its path.
    fn operations(&self) -> Vec<(String, String)> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                operations.push((method.to_uppercase(), path.clone()));
            }
        }
        operations
    }

    /// Asserts that an answer is one that the operation is said to give: its status, its kind of body and all that its schema asks for.
    fn assert_told(&self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        let response = &operation["responses"][answer.status.to_string()];
        assert!(response.is_object(), "{method} {path}: {answer:?}");
        for name in [
            "set-cookie",
            "retry-after",
            "www-authenticate",
            "cache-control",
        ] {
            let told = response["headers"]
                .as_object()
                .is_some_and(|headers| headers.keys().any(|key| key.eq_ignore_ascii_case(name)));
            assert!(
                told || !answer.headers.contains_key(name),
                "{method} {path} says nothing of {name}: {answer:?}"
            );
        }
        let Some(media_type) = answer.header("content-type") else {
            assert!(response.get("content").is_none(), "{method} {path}");
            return;
        };
        let content = &response["content"][media_type];
        assert!(content.is_object(), "{method} {path}: {answer:?}");
        self.assert_valid(&answer.json(), &content["schema"], path);
    }

    /// Asserts what of a schema can be asserted in a few lines: types, members and lists of values.
    fn assert_valid(&self, value: &Value, schema: &Value, place: &str) {
        if let Some(target) = schema["$ref"].as_str() {
            let target = self.0.pointer(&target[1..]).unwrap();
            return self.assert_valid(value, target, place);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.assert_valid(value, part, place);
        }
        if let Some(values) = schema["enum"].as_array() {
            assert!(values.contains(value), "{place}: {value} of {values:?}");
        }
        match schema["type"].as_str() {
            Some("string") => {
                let length = value.as_str().unwrap().chars().count() as u64;
                assert!(
                    schema["minLength"]
                        .as_u64()
                        .is_none_or(|least| length >= least),
                    "{place}"
                );
                assert!(
                    schema["maxLength"]
                        .as_u64()
                        .is_none_or(|most| length <= most),
                    "{place}"
                );
            }
            Some("integer") => assert!(value.is_i64() || value.is_u64(), "{place}: {value}"),
            Some("array") => {
                for item in value.as_array().unwrap() {
                    self.assert_valid(item, &schema["items"], place);
                }
            }
            Some("object") => {
                let members = value.as_object().unwrap();
                for required in schema["required"].as_array().into_iter().flatten() {
                    assert!(
                        members.contains_key(required.as_str().unwrap()),
                        "{place}: {required}"
                    );
                }
                for (name, part) in schema["properties"].as_object().into_iter().flatten() {
                    if let Some(member) = members.get(name) {
                        self.assert_valid(member, part, &format!("{place}/{name}"));
                    }
                }
            }
            _ => {}
        }
    }

    /// The names that the schema of a component lists, sorted.
    fn members(&self, component: &str) -> Vec<String> {
        names(&self.0["components"]["schemas"][component]["properties"])
    }
}

fn names(value: &Value) -> Vec<String> {
    let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

#[tokio::test]
async fn each_operation_that_is_described_is_served() {
    let app = TestApp::start().await;
    let operations = Description::of(&app).await.operations();
    assert!(operations.len() >= 10);
    for (method, path) in operations {
        let answer = app.ask(&method, &path).send().await;
        assert!(
            !matches!(answer.status, 404 | 405),
            "{method} {path}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn what_goes_well_is_answered_as_described() {
    let app = TestApp::start().await;
    let description = Description::of(&app).await;
    let registered = app.try_register("ada").await;
    description.assert_told("POST", "/api/v1/auth/register", &registered);
    let form = app.try_login("ada", PASSWORD).await;
    description.assert_told("POST", "/api/v1/auth/login", &form);
    let ada = app.login("ada").await;
    let refreshed = app.try_refresh(&ada.refresh).await;
    description.assert_told("POST", "/api/v1/auth/refresh", &refreshed);
    let profile = app.profile(&ada.access).await;
    description.assert_told("GET", "/api/v1/user/profile", &profile);
    for path in ["/.well-known/jwks.json", "/health/live", "/health/ready"] {
        description.assert_told("GET", path, &app.get(path).send().await);
    }
    for path in ["/api/v1/auth/logout", "/api/v1/auth/logout-all"] {
        let answer = app.post(path).bearer(&ada.access).send().await;
        if path.ends_with("all") {
            // The session is over by now.
            assert_eq!(answer.status, 401);
        }
        description.assert_told("POST", path, &answer);
    }
    assert_eq!(names(&profile.json()), description.members("Profile"));
    assert_eq!(names(&form.json()), description.members("Tokens"));
    assert_eq!(names(&registered.json()), description.members("Registered"));
    for algorithm in ["EdDSA", "ES256"] {
        let app = TestApp::with(&[("LATCHKEY_SIGNING_ALGORITHM", algorithm)]).await;
        let keys = app.get("/.well-known/jwks.json").send().await;
        description.assert_told("GET", "/.well-known/jwks.json", &keys);
        let described = description.members("JsonWebKey");
        for name in names(&keys.json()["keys"][0]) {
            assert!(described.contains(&name), "{algorithm}: {name}");
        }
    }
}

#[tokio::test]
async fn what_is_done_with_an_account_is_answered_as_described() {
    let app = TestApp::start().await;
    let description = Description::of(&app).await;
    let ada = app.register("ada").await;
    app.login("ada").await;
    let sessions = app.get("/api/v1/user/sessions").bearer(&ada.access);
    let sessions = sessions.send().await.json();
    let other = sessions["sessions"][1]["id"].as_str().unwrap();
    let one = "/api/v1/user/sessions/{id}";
    for (method, path, body) in [
        (
            "POST",
            "/api/v1/auth/reauthenticate",
            json!({ "password": PASSWORD }),
        ),
        (
            "POST",
            "/api/v1/auth/reauthenticate",
            json!({ "password": WRONG_PASSWORD }),
        ),
        (
            "PATCH",
            "/api/v1/user/profile",
            json!({ "username": "countess" }),
        ),
        ("PATCH", "/api/v1/user/profile", json!({})),
        (
            "POST",
            "/api/v1/user/email",
            json!({ "email": "ada@example.net" }),
        ),
        ("GET", "/api/v1/user/sessions", Value::Null),
        ("GET", "/api/v1/user/events", Value::Null),
        ("DELETE", one, Value::Null),
        ("DELETE", one, Value::Null),
        ("DELETE", "/api/v1/user/sessions", Value::Null),
        ("POST", "/api/v1/user/deletion", Value::Null),
        ("DELETE", "/api/v1/user/deletion", Value::Null),
        ("GET", "/api/v1/user/export", Value::Null),
        (
            "POST",
            "/api/v1/user/password",
            json!({ "current_password": PASSWORD, "new_password": "eight loud hatters hum" }),
        ),
        ("GET", "/api/v1/user/export", Value::Null),
    ] {
        let ask = app
            .ask(method, &path.replace("{id}", other))
            .bearer(&ada.access);
        let ask = if body.is_null() { ask } else { ask.json(&body) };
        let answer = ask.send().await;
        description.assert_told(method, path, &answer);
        if path == "/api/v1/user/export" && answer.status == 200 {
            assert_eq!(names(&answer.json()), description.members("Export"));
        }
    }
}

#[tokio::test]
async fn what_goes_on_by_letters_is_answered_as_described() {
    let app = TestApp::start().await;
    let description = Description::of(&app).await;
    let ada = app.register("ada").await;
    let [verify, send, forgot, reset] = [
        "/api/v1/auth/verify-email",
        "/api/v1/auth/verify-email/send",
        "/api/v1/auth/forgot-password",
        "/api/v1/auth/reset-password",
    ];
    let verification = app.letter("ada@example.org", "verify_email").await;
    let reset_letter = app.reset_letter("ada@example.org").await;
    let new_password = json!({ "token": reset_letter.token, "password": WRONG_PASSWORD });
    for (path, status, ask) in [
        (send, 401, app.post(send)),
        (send, 202, app.post(send).bearer(&ada.access)),
        (send, 429, app.post(send).bearer(&ada.access)),
        (verify, 401, app.post(verify).json(&json!({ "code": "1" }))),
        (verify, 422, app.post(verify).json(&json!({}))),
        (
            verify,
            422,
            app.post(verify)
                .json(&json!({ "token": verification.token })),
        ),
        (
            forgot,
            202,
            app.post(forgot).json(&json!({ "email": "a@example.org" })),
        ),
        (forgot, 422, app.post(forgot).json(&json!({ "email": "a" }))),
        (reset, 422, app.post(reset).json(&json!({}))),
        (reset, 204, app.post(reset).json(&new_password)),
        (reset, 422, app.post(reset).json(&new_password)),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        description.assert_told("POST", path, &answer);
    }
    for path in [
        "/api/v1/auth/confirm-email",
        "/api/v1/auth/undo-email-change",
        "/api/v1/auth/not-me",
    ] {
        let answer = app.post(path).json(&json!({ "token": "x" })).send().await;
        assert_eq!(answer.status, 422, "{path}: {answer:?}");
        description.assert_told("POST", path, &answer);
    }
}

#[tokio::test]
async fn what_is_refused_is_answered_as_described() {
    let app = TestApp::start().await;
    let description = Description::of(&app).await;
    let (login, register) = ("/api/v1/auth/login", "/api/v1/auth/register");
    let (refresh, profile) = ("/api/v1/auth/refresh", "/api/v1/user/profile");
    app.register("ada").await;
    let json = |path, body: &str| app.post(path).body("application/json", body);
    for (method, path, status, ask) in [
        ("POST", login, 400, json(login, "{")),
        (
            "POST",
            login,
            401,
            json(
                login,
                &json!({ "username": "ada", "password": WRONG_PASSWORD }).to_string(),
            ),
        ),
        (
            "POST",
            login,
            403,
            json(login, "{}").header("sec-fetch-site", "cross-site"),
        ),
        ("POST", login, 413, json(login, &"x".repeat(70_000))),
        ("POST", login, 415, app.post(login)),
        ("POST", login, 422, json(login, "{}")),
        (
            "POST",
            register,
            422,
            json(register, "{\"username\":\"ada\"}"),
        ),
        ("POST", refresh, 401, app.post(refresh)),
        (
            "POST",
            refresh,
            401,
            app.post(refresh).refresh_cookie("forged"),
        ),
        ("GET", profile, 401, app.get(profile)),
        ("GET", profile, 401, app.get(profile).bearer("forged")),
        (
            "GET",
            profile,
            400,
            app.get(profile).bearer("a").bearer("b"),
        ),
        (
            "POST",
            "/api/v1/auth/logout-all",
            401,
            app.post("/api/v1/auth/logout-all"),
        ),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        description.assert_told(method, path, &answer);
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_as_described() {
    let settings = [
        ("LATCHKEY_REQUEST_RATE_BURST", "2"),
        ("LATCHKEY_REQUEST_RATE_PER_SECOND", "1"),
    ];
    let app = TestApp::with(&settings).await;
    let description = Description::of(&app).await;
    for _ in 0..20 {
        let answer = app.get("/api/v1/user/profile").send().await;
        description.assert_told("GET", "/api/v1/user/profile", &answer);
        if answer.status == 429 {
            return;
        }
    }
    panic!("nobody was told to wait");
}
