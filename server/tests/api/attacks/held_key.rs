//! Tokens that only we could have signed, and that must be refused all the same: the tests hold the private keys.

use serde_json::{Value, json};

use crate::support::{TestApp, claims_of, header_of};

/// Claims of an access token with one thing changed.
fn spoilt_claims(good: &Value, app: &TestApp) -> Vec<(&'static str, String)> {
    let now = app.now();
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims.to_string()
    };
    let times = |iat: i64, exp: i64| {
        let mut claims = good.clone();
        claims["iat"] = json!(iat);
        claims["exp"] = json!(exp);
        claims.to_string()
    };
    let mut spoilt = vec![
        ("another issuer", with("iss", json!("https://evil.example"))),
        (
            "our issuer with a slash",
            with("iss", json!(format!("{}/", app.public_url))),
        ),
        (
            "another audience",
            with("aud", json!("https://evil.example")),
        ),
        (
            "the refresh audience",
            with(
                "aud",
                json!(format!("{}/api/v1/auth/refresh", app.public_url)),
            ),
        ),
        (
            "several audiences",
            with("aud", json!(["https://evil.example", app.public_url])),
        ),
        ("an empty audience", with("aud", json!(""))),
        ("exp as text", with("exp", json!((now + 600).to_string()))),
        ("exp as a fraction", with("exp", json!(1.9e9))),
        ("exp null", with("exp", Value::Null)),
        ("exp far off", with("exp", json!(i64::MAX))),
        ("exp below all", with("exp", json!(i64::MIN))),
        ("iat as text", with("iat", json!(now.to_string()))),
        ("iat below all", with("iat", json!(i64::MIN))),
        ("not issued yet", times(now + 6, now + 600)),
        ("not valid yet", with("nbf", json!(now + 60))),
        ("nbf as text", with("nbf", json!("later"))),
        ("longer than ours live", times(now, now + 601)),
        ("long expired", times(now - 1_200, now - 600)),
        ("expired by the leeway", times(now - 600, now - 5)),
        ("sub no id", with("sub", json!("ada"))),
        ("sub a number", with("sub", json!(1))),
        ("sid no id", with("sid", json!("x"))),
        ("gen as text", with("gen", json!("0"))),
        ("ver as text", with("ver", json!("1"))),
        (
            "a claim twice",
            good.to_string()
                .replacen('{', "{\"sub\":\"00000000-0000-7000-8000-000000000001\",", 1),
        ),
        ("no object", "[]".to_owned()),
        ("no JSON", "{".to_owned()),
        ("nothing", String::new()),
        ("something behind", format!("{good}{good}")),
    ];
    for required in ["iss", "aud", "sub", "sid", "iat", "exp", "jti"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(required);
        spoilt.push(("one that is required is missing", claims.to_string()));
    }
    spoilt
}

/// The header of a genuine token with one thing changed.
fn spoilt_headers(good: &str) -> Vec<(&'static str, String)> {
    let and = |members: &str| good.replace('}', &format!(",{members}}}"));
    let kind = if good.contains("at+jwt") {
        "at+jwt"
    } else {
        "rt+jwt"
    };
    let other_kind = if kind == "at+jwt" { "rt+jwt" } else { "at+jwt" };
    vec![
        ("typ of the other kind", good.replace(kind, other_kind)),
        ("typ JWT", good.replace(kind, "JWT")),
        ("typ in capitals", good.replace(kind, &kind.to_uppercase())),
        (
            "typ in full",
            good.replace(kind, &format!("application/{kind}")),
        ),
        ("no typ", good.replace(&format!("\"typ\":\"{kind}\","), "")),
        ("unknown crit", and("\"crit\":[\"b64\"],\"b64\":true")),
        ("empty crit", and("\"crit\":[]")),
        ("cty", and("\"cty\":\"JWT\"")),
        ("zip", and("\"zip\":\"DEF\"")),
        ("jku", and("\"jku\":\"https://evil.example\"")),
        ("jwk", and("\"jwk\":{}")),
        ("x5c", and("\"x5c\":[]")),
        ("alg of RFC 9864", good.replace("EdDSA", "Ed25519")),
        ("alg ES256", good.replace("EdDSA", "ES256")),
        ("alg none", good.replace("EdDSA", "none")),
        ("alg twice", good.replacen('{', "{\"alg\":\"none\",", 1)),
        (
            "no kid",
            good.rsplit_once(",\"kid\"").unwrap().0.to_owned() + "}",
        ),
    ]
}

#[tokio::test]
async fn what_our_access_key_signed_must_also_say_the_right_things() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let key = app.access_key().await;
    let (header, claims) = (header_of(&ada.access), claims_of(&ada.access));
    let control = key.sign(&header, &claims.to_string());
    assert_eq!(
        app.profile(&control).await.status,
        200,
        "the test holds the key"
    );
    for (name, claims) in spoilt_claims(&claims, &app) {
        let answer = app.profile(&key.sign(&header, &claims)).await;
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
        answer.assert_problem(401, "Invalid token");
    }
    for (name, spoilt) in spoilt_headers(&header) {
        assert_ne!(spoilt, header, "{name}");
        let answer = app.profile(&key.sign(&spoilt, &claims.to_string())).await;
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn what_our_refresh_key_signed_must_also_say_the_right_things() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let key = app.refresh_key().await;
    let (header, good) = (header_of(&ada.refresh), claims_of(&ada.refresh));
    let now = app.now();
    let changes = [
        ("another issuer", "iss", json!("https://evil.example")),
        ("the access audience", "aud", json!(app.public_url)),
        ("another user", "sub", json!(eve.id)),
        (
            "nobody's session",
            "sid",
            json!("00000000-0000-7000-8000-000000000001"),
        ),
        (
            "another's session",
            "sid",
            claims_of(&eve.refresh)["sid"].clone(),
        ),
        ("exp as text", "exp", json!((now + 600).to_string())),
        (
            "longer than ours live",
            "exp",
            json!(now + 30 * 24 * 60 * 60 + 1),
        ),
        ("expired", "exp", json!(now - 6)),
        (
            "issued further ahead than a clock is put back",
            "iat",
            json!(now + 24 * 60 * 60 + 1),
        ),
        ("not valid yet", "nbf", json!(now + 60)),
        ("gen ahead", "gen", json!(1)),
        ("gen far ahead", "gen", json!(i64::MAX)),
        ("gen as text", "gen", json!("0")),
    ];
    for (name, member, value) in changes {
        let mut claims = good.clone();
        claims[member] = value;
        let answer = app
            .try_refresh(&key.sign(&header, &claims.to_string()))
            .await;
        assert_eq!(answer.status, 401, "{name}: {answer:?}");
        answer.assert_problem(401, "Invalid token");
    }
    for (name, spoilt) in spoilt_headers(&header) {
        assert_ne!(spoilt, header, "{name}");
        assert_eq!(
            app.try_refresh(&key.sign(&spoilt, &good.to_string()))
                .await
                .status,
            401,
            "{name}"
        );
    }
    let control = key.sign(&header, &good.to_string());
    assert_eq!(
        app.try_refresh(&control).await.status,
        200,
        "the test holds the key, and nothing above touched the session"
    );
}

#[tokio::test]
async fn a_generation_below_all_is_a_theft_and_no_failure() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let mut claims = claims_of(&ada.refresh);
    claims["gen"] = json!(i64::MIN);
    let token = app
        .refresh_key()
        .await
        .sign(&header_of(&ada.refresh), &claims.to_string());
    app.try_refresh(&token)
        .await
        .assert_problem(401, "Invalid token");
}

#[tokio::test]
async fn the_leeway_is_five_seconds_on_both_sides() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let key = app.access_key().await;
    let header = header_of(&ada.access);
    let at = |iat: i64, exp: i64| {
        let mut claims = claims_of(&ada.access);
        claims["iat"] = json!(app.now() + iat);
        claims["exp"] = json!(app.now() + exp);
        key.sign(&header, &claims.to_string())
    };
    assert_eq!(app.profile(&at(5, 605)).await.status, 200);
    assert_eq!(app.profile(&at(6, 605)).await.status, 401);
    assert_eq!(app.profile(&at(-600, -4)).await.status, 200);
    assert_eq!(app.profile(&at(-600, -5)).await.status, 401);
}
