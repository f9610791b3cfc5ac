//! POST /api/v1/auth/register

use serde_json::{Value, json};

use crate::support::{Answer, DAY, PASSWORD, START, TestApp, claims_of, registration};

async fn register(app: &TestApp, body: &Value) -> Answer {
    app.post("/api/v1/auth/register").json(body).send().await
}

#[tokio::test]
async fn a_new_account_is_signed_in_at_once() {
    let app = TestApp::start().await;
    let answer = app.try_register("Ada.Lovelace").await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.assert_not_stored();
    let body = answer.json();
    let access = body["access_token"].as_str().unwrap();
    let claims = claims_of(access);
    let expected = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": 600,
        "user": {
            "id": claims["sub"],
            "username": "Ada.Lovelace",
            "email": "ada.lovelace@example.org",
            "roles": [],
            "groups": [],
            "email_verified": false,
            "has_password": true,
            "created_at": START.to_rfc3339(),
            "deletes_at": null,
        },
    });
    assert_eq!(body, expected);
    assert_eq!(app.profile(access).await.status, 200);
}

#[tokio::test]
async fn the_refresh_token_is_in_a_host_cookie_alone() {
    let app = TestApp::start().await;
    let answer = app.try_register("ada").await;
    let cookie = answer.refresh_cookie().unwrap();
    cookie.assert_attributes();
    assert_eq!(
        cookie.max_age,
        Some(i64::try_from(30 * DAY.as_secs()).unwrap())
    );
    assert!(cookie.value.len() < 4_000);
    assert!(!answer.text().contains(&cookie.value));
    assert_eq!(claims_of(&cookie.value)["sub"], answer.json()["user"]["id"]);
}

#[tokio::test]
async fn a_username_is_taken_whatever_its_case() {
    let app = TestApp::start().await;
    app.register("Ada").await;
    let body = json!({ "username": "aDA", "email": "other@example.org", "password": PASSWORD });
    let answer = register(&app, &body).await;
    answer.assert_invalid(&["username"]);
    answer.assert_no_cookie();
    assert_eq!(
        app.database.texts("SELECT username FROM users").await,
        ["Ada"]
    );
}

#[tokio::test]
async fn an_address_has_one_form_and_one_account() {
    let app = TestApp::start().await;
    let body = |username: &str, email: &str| json!({ "username": username, "email": email, "password": PASSWORD });
    assert_eq!(
        register(&app, &body("ada", " Ada@B\u{fc}cher.EXAMPLE "))
            .await
            .json()["user"]["email"],
        "ada@xn--bcher-kva.example"
    );
    for again in [
        "ada@bücher.example",
        "ADA@bu\u{308}cher.example",
        "ada@XN--BCHER-KVA.example",
    ] {
        register(&app, &body("eve", again))
            .await
            .assert_invalid(&["email"]);
    }
    assert_eq!(
        register(&app, &body("eve", "ada+eve@bücher.example"))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() {
    let app = TestApp::start().await;
    let answer = register(
        &app,
        &json!({ "username": "a b", "email": "nowhere", "password": "short" }),
    )
    .await;
    answer.assert_invalid(&["username", "email", "password"]);
    answer.assert_no_cookie();
    app.register("ada").await;
    register(&app, &registration("ada"))
        .await
        .assert_invalid(&["username", "email"]);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 1);
}

#[tokio::test]
async fn names_are_refused_beyond_their_bounds_and_taken_within() {
    let app = TestApp::start().await;
    let body = |username: &str, number: usize| json!({ "username": username, "email": format!("u{number}@example.org"), "password": PASSWORD });
    let long = "n".repeat(33);
    for refused in [
        "",
        "ab",
        &long,
        "a@b",
        "ada lovelace",
        "adä",
        "a/b",
        "ada\0",
        "ada\n",
        "<b>ada",
        "аda",
    ] {
        register(&app, &body(refused, 0))
            .await
            .assert_invalid(&["username"]);
    }
    let longest = "n".repeat(32);
    for (number, taken) in ["a.b", "___", "A-1", &longest].into_iter().enumerate() {
        assert_eq!(
            register(&app, &body(taken, number)).await.status,
            201,
            "{taken}"
        );
    }
}

#[tokio::test]
async fn passwords_that_anyone_would_guess_are_refused() {
    let app = TestApp::start().await;
    for password in [
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "qwertyuiopasdf",
        "password2024",
        "Letmein123456",
        "iloveyou12345",
        "ada@example.org",
        "ada-ada-ada-12",
        "seven quiet\0weavers",
    ] {
        let body = json!({ "username": "ada", "email": "ada@example.org", "password": password });
        register(&app, &body).await.assert_invalid(&["password"]);
    }
}

#[tokio::test]
async fn a_common_password_is_refused_with_a_sentence_that_helps() {
    let app = TestApp::start().await;
    for password in ["leavemealone", "UnBelievable", "counterstrike"] {
        let body = json!({ "username": "ada", "email": "ada@example.org", "password": password });
        let answer = register(&app, &body).await;
        answer.assert_invalid(&["password"]);
        assert_eq!(
            answer.json()["errors"][0]["message"],
            "This password is among the most common ones. Try a few unrelated words",
            "{password}"
        );
    }
}

#[tokio::test]
async fn a_password_counts_to_its_last_character() {
    let app = TestApp::start().await;
    // A run of letters that nothing repeats (the generator of Numerical Recipes, seeded with 1).
    let next = |seed: &u32| Some(seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let beginning: String = std::iter::successors(Some(1), next)
        .take(250)
        .map(|seed| char::from(b'!' + (seed >> 24) as u8 % 94))
        .collect();
    let longest = format!("{beginning}000000");
    let body = |password: &str| json!({ "username": "ada", "email": "ada@example.org", "password": password });
    register(&app, &body(&format!("{longest}1")))
        .await
        .assert_invalid(&["password"]);
    assert_eq!(register(&app, &body(&longest)).await.status, 201);
    assert_eq!(app.try_login("ada", &longest).await.status, 200);
    assert_eq!(
        app.try_login("ada", &format!("{beginning}000001"))
            .await
            .status,
        401
    );
    assert_eq!(app.try_login("ada", &beginning).await.status, 401);
}

#[tokio::test]
async fn a_password_is_the_same_in_both_of_its_unicode_forms() {
    let app = TestApp::start().await;
    let body =
        json!({ "username": "ada", "email": "ada@example.org", "password": "fünf stille Wörter" });
    assert_eq!(register(&app, &body).await.status, 201);
    assert_eq!(
        app.try_login("ada", "fu\u{308}nf stille Wo\u{308}rter")
            .await
            .status,
        200
    );
    assert_eq!(app.try_login("ada", "funf stille Worter").await.status, 401);
}

#[tokio::test]
async fn what_a_stranger_may_not_decide_is_never_applied() {
    let app = TestApp::start().await;
    let mut body = registration("eve");
    let extra = json!({
        "id": "00000000-0000-7000-8000-000000000001",
        "roles": ["admin"],
        "groups": ["staff"],
        "security_version": 99,
        "created_at": "2000-01-01T00:00:00Z",
        "is_admin": true,
        "password_hash": "$argon2id$v=19$m=7168,t=1,p=1$AAAA$AAAA",
    });
    body.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    let answer = register(&app, &body).await;
    if answer.status == 201 {
        let user = &answer.json()["user"];
        assert_ne!(user["id"], extra["id"]);
        assert_eq!((&user["roles"], &user["groups"]), (&json!([]), &json!([])));
        assert_eq!(user["created_at"], START.to_rfc3339());
        assert_eq!(
            claims_of(answer.json()["access_token"].as_str().unwrap())["ver"],
            1
        );
        assert_eq!(app.try_login("eve", PASSWORD).await.status, 200);
    } else {
        answer.assert_any_problem(422);
    }
    assert!(
        app.database
            .texts("SELECT role_names FROM users")
            .await
            .iter()
            .all(|roles| roles == "[]")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_register_one_name_at_once_make_one_account() {
    let app = TestApp::start().await;
    let tries = (0..16).map(|_| app.try_register("ada"));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 201).count(),
        1
    );
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.assert_any_problem(422);
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(
        app.database.number("SELECT COUNT(*) FROM sessions").await,
        1
    );
}

#[tokio::test]
async fn a_registration_ends_the_session_whose_cookie_came_along() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/api/v1/auth/register")
        .refresh_cookie(&ada.refresh)
        .json(&registration("eve"))
        .send()
        .await;
    assert_eq!(answer.status, 201);
    app.assert_dead(&ada).await;
}

#[tokio::test]
async fn a_refused_registration_leaves_the_session_that_came_along() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/api/v1/auth/register")
        .refresh_cookie(&ada.refresh)
        .json(&registration("ada"))
        .send()
        .await;
    answer.assert_invalid(&["username", "email"]);
    answer.assert_no_cookie();
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}
