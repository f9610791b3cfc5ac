//! The service beside a Latchkey that runs, and whoever would like to be taken for somebody. Real HTTP, real tokens, the machine's own clock. No test
//! sleeps.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

use std::time::{Duration, Instant};

use auth::clock::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};

use self::support::{
    Door, HeldKey, Latchkey, PAUSE, Service, claims_of, decode, encode, header_of, message,
    sign_with_hmac, with,
};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_fresh_token_tells_who_calls_whichever_the_algorithm() {
    for algorithm in ["EdDSA", "ES256"] {
        let door = Door::open().await;
        let own = [("LATCHKEY_SIGNING_ALGORITHM", algorithm)];
        let latchkey = Latchkey::with(&door.url, SystemClock, &own).await;
        door.lead_to(&latchkey).await;
        let alice = latchkey.register().await;
        assert_eq!(header_of(&alice.access)["alg"], algorithm);
        let answer = Service::start(&door).await.show(&alice.access).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(said, json!({ "sub": alice.id, "roles": [], "groups": [] }));
    }
}

#[tokio::test]
async fn who_shows_no_token_is_asked_for_one_and_told_of_no_error() {
    let service = Service::start(&Door::open().await).await;
    let without_token: [&[&str]; 5] = [
        &[],
        &["Basic YWxpY2U6c2VjcmV0"],
        &["Bearer"],
        &["Bearer "],
        &["Bearerabc"],
    ];
    for authorizations in without_token {
        let answer = service.ask(authorizations).await;
        assert_eq!(answer.status, 401, "{authorizations:?}");
        assert_eq!(answer.challenge.as_deref(), Some("Bearer"));
    }
}

#[tokio::test]
async fn of_two_tokens_none_is_believed() {
    let door = Door::open().await;
    let latchkey = Latchkey::start(&door.url).await;
    door.lead_to(&latchkey).await;
    let good = format!("Bearer {}", latchkey.register().await.access);
    let good = good.as_str();
    let service = Service::start(&door).await;
    for pair in [[good, "Bearer x"], ["Basic x", good], [good, good]] {
        let answer = service.ask(&pair).await;
        assert_eq!(answer.status, 400, "{pair:?}");
        let challenge = answer.challenge.as_deref();
        assert_eq!(challenge, Some("Bearer error=\"invalid_request\""));
    }
}

#[tokio::test]
async fn what_latchkey_did_not_sign_for_this_is_refused() {
    let door = Door::open().await;
    let latchkey = Latchkey::start(&door.url).await;
    door.lead_to(&latchkey).await;
    let alice = latchkey.register().await;
    let service = Service::start(&door).await;
    service.assert_taken("her own", &alice.access).await;

    let (header, claims) = (header_of(&alice.access), claims_of(&alice.access));
    let (signed, signature) = alice.access.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let hmac = with(&header, "alg", json!("HS256"));
    let none = with(&header, "alg", json!("none"));
    let public = door.public_key();
    let stranger = HeldKey::ed25519();
    let admin = with(&claims, "roles", json!(["admin"]));
    let brings_a_key = with(&header, "jwk", stranger.public("stranger"));
    for (what, token) in [
        ("garbage", "garbage".to_owned()),
        ("dots", "..".to_owned()),
        ("two tokens in one", format!("{} x", alice.access)),
        ("the refresh token", alice.refresh.clone()),
        ("alg none", format!("{}.", message(&none, &claims))),
        (
            "alg none, signed",
            format!("{}.{signature}", message(&none, &claims)),
        ),
        (
            "HS256 with the public key",
            sign_with_hmac(&decode(&public), &hmac, &claims),
        ),
        (
            "HS256 with the public key's text",
            sign_with_hmac(public.as_bytes(), &hmac, &claims),
        ),
        ("HS256 with nothing", sign_with_hmac(b"", &hmac, &claims)),
        ("another key", stranger.sign(&header, &claims)),
        (
            "a key that it brings along",
            stranger.sign(&brings_a_key, &claims),
        ),
        (
            "more rights",
            format!("{head}.{}.{signature}", encode(admin.to_string())),
        ),
        (
            "a longer life",
            format!(
                "{head}.{}.{signature}",
                encode(with(&claims, "exp", json!(u32::MAX)).to_string())
            ),
        ),
        ("no signature", format!("{signed}.")),
        ("no part for one", signed.to_owned()),
        (
            "a signature of naught",
            format!("{signed}.{}", encode([0; 64])),
        ),
    ] {
        service.assert_refused(what, &token).await;
    }
}

#[tokio::test]
async fn a_token_of_another_latchkey_is_refused() {
    let door = Door::open().await;
    let (ours, theirs) = (
        Latchkey::start(&door.url).await,
        Latchkey::start(&door.url).await,
    );
    door.lead_to(&ours).await;
    let service = Service::start(&door).await;
    let token = theirs.register().await.access;
    service
        .assert_refused("the same name, another key", &token)
        .await;

    // Even where its key is known: who signed is not who it says.
    let elsewhere = Latchkey::start("https://latchkey.example").await;
    door.lead_to(&elsewhere).await;
    let token = elsewhere.register().await.access;
    service
        .assert_refused("another name, a known key", &token)
        .await;
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let door = Door::open().await;
    let own = [("LATCHKEY_AUDIENCE", "https://notes.example")];
    let latchkey = Latchkey::with(&door.url, SystemClock, &own).await;
    door.lead_to(&latchkey).await;
    let token = latchkey.register().await.access;
    let meant = Service::with(&door, "https://notes.example", Duration::ZERO).await;
    meant.assert_taken("the one that is meant", &token).await;
    let another = Service::with(&door, "https://photos.example", Duration::ZERO).await;
    another.assert_refused("another", &token).await;
}

#[tokio::test]
async fn a_token_that_is_over_or_not_yet_made_is_refused() {
    let door = Door::open().await;
    let service = Service::start(&door).await;
    let now = SystemClock.now();
    // Made ten minutes and ten seconds ago, for ten minutes.
    let late = ManualClock::new(now.minus(Duration::from_secs(610)));
    let late = Latchkey::with(&door.url, late, &[]).await;
    door.lead_to(&late).await;
    service
        .assert_refused("over", &late.register().await.access)
        .await;
    let early = ManualClock::new(now.plus(HOUR));
    let early = Latchkey::with(&door.url, early, &[]).await;
    door.lead_to(&early).await;
    service
        .assert_refused("not yet", &early.register().await.access)
        .await;
}

/// What a token of a key in our hands says, as Latchkey would say it.
fn claims(door: &Door) -> Value {
    let now = SystemClock.now().unix_seconds();
    json!({
        "iss": door.url, "aud": door.url, "sub": "0192f3c4-0000-7000-8000-000000000001", "client_id": "latchkey",
        "iat": now, "exp": now + 600, "jti": "0192f3c4-0000-7000-8000-000000000002", "roles": ["editor"], "groups": ["paper"],
    })
}

#[tokio::test]
async fn both_algorithms_are_taken_and_what_differs_in_anything_is_refused() {
    let door = Door::open().await;
    let service = Service::start(&door).await;
    for (algorithm, key) in [("EdDSA", HeldKey::ed25519()), ("ES256", HeldKey::p256())] {
        door.add(key.public(algorithm));
        let header = json!({ "alg": algorithm, "typ": "at+jwt", "kid": algorithm });
        let claims = claims(&door);
        service
            .assert_taken(algorithm, &key.sign(&header, &claims))
            .await;

        let other = if algorithm == "EdDSA" {
            "ES256"
        } else {
            "EdDSA"
        };
        for (name, value) in [
            ("alg", json!(other)),
            ("alg", json!("none")),
            ("alg", json!("RS256")),
            ("alg", json!("HS256")),
            ("typ", json!("JWT")),
            ("typ", json!("rt+jwt")),
            ("typ", json!("AT+JWT")),
            ("typ", json!(null)),
            ("kid", json!("made up")),
            ("kid", json!("../../../../dev/null")),
            ("kid", json!(null)),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("jku", json!("http://127.0.0.1:1/jwks.json")),
            ("jwk", key.public(algorithm)),
            ("x5u", json!("http://127.0.0.1:1/certificate")),
            ("x5c", json!(["MII"])),
            ("x5t", json!("abc")),
            ("x5t#S256", json!("abc")),
            ("b64", json!(false)),
            ("cty", json!("JWT")),
            ("zip", json!("DEF")),
            ("enc", json!("A256GCM")),
            ("anything", json!(1)),
        ] {
            let what = format!("{algorithm}, {name}: {value}");
            let token = key.sign(&with(&header, name, value), &claims);
            service.assert_refused(&what, &token).await;
        }
        let now = SystemClock.now().unix_seconds();
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("iss", json!(format!("{}/", door.url))),
            ("iss", json!(null)),
            ("aud", json!("https://evil.example")),
            ("aud", json!([])),
            ("aud", json!(null)),
            ("sub", json!(1)),
            ("sub", json!(null)),
            ("exp", json!(now - 10)),
            ("exp", json!("never")),
            ("exp", json!(null)),
            ("iat", json!(now + 60)),
            ("iat", json!("now")),
            ("iat", json!(null)),
            ("nbf", json!(now + 60)),
            ("roles", json!("admin")),
            ("roles", json!(null)),
            ("groups", json!(null)),
        ] {
            let what = format!("{algorithm}, {name}: {value}");
            let token = key.sign(&header, &with(&claims, name, value));
            service.assert_refused(&what, &token).await;
        }
    }
}

#[tokio::test]
async fn a_key_serves_only_for_what_it_is_published_for() {
    let door = Door::open().await;
    let service = Service::start(&door).await;
    let key = HeldKey::p256();
    let claims = claims(&door);
    for (id, alg) in [
        ("other", json!("EdDSA")),
        ("wide", json!("RS256")),
        ("silent", json!(null)),
    ] {
        door.add(with(&key.public(id), "alg", alg));
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": id });
        service
            .assert_refused(id, &key.sign(&header, &claims))
            .await;
    }
    // A secret where public keys stand would let everybody sign.
    door.add(json!({ "kty": "oct", "alg": "HS256", "use": "sig", "kid": "secret", "k": encode("known to all") }));
    let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "secret" });
    let token = sign_with_hmac(b"known to all", &header, &claims);
    service.assert_refused("a published secret", &token).await;
}

#[tokio::test]
async fn a_key_that_appears_is_taken_at_once_and_one_that_is_gone_no_more() {
    let door = Door::open().await;
    let (before, after) = (
        Latchkey::start(&door.url).await,
        Latchkey::start(&door.url).await,
    );
    let (old, new) = (
        before.register().await.access,
        after.register().await.access,
    );
    let service = Service::start(&door).await;
    door.lead_to(&before).await;
    service.assert_taken("the old key's", &old).await;
    service
        .assert_refused("the new key's, too early", &new)
        .await;
    door.lead_to(&after).await;
    service.assert_taken("the new key's", &new).await;
    service
        .assert_refused("the old key's, too late", &old)
        .await;
}

#[tokio::test]
async fn a_key_that_is_gone_is_forgotten_when_its_time_is_over_though_no_new_one_is_named() {
    let door = Door::saying("public, max-age=0").await;
    let key = HeldKey::ed25519();
    door.add(key.public("1"));
    let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "1" });
    let token = key.sign(&header, &claims(&door));
    let service = Service::start(&door).await;
    service.assert_taken("while it is there", &token).await;
    door.lead_to(&Latchkey::start(&door.url).await).await;
    service.assert_refused("when it is gone", &token).await;
}

#[tokio::test]
async fn whoever_makes_up_key_ids_can_not_have_the_issuer_asked_for_each() {
    let door = Door::open().await;
    let latchkey = Latchkey::start(&door.url).await;
    door.lead_to(&latchkey).await;
    let good = latchkey.register().await.access;
    let service = Service::with(&door, &door.url, PAUSE).await;
    let begin = Instant::now();
    service.assert_taken("the first", &good).await;
    let (key, claims) = (HeldKey::ed25519(), claims(&door));
    let flood = (0..200).map(|id| {
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": format!("made up {id}") });
        let (service, token) = (service.clone(), key.sign(&header, &claims));
        async move { service.assert_refused("made up", &token).await }
    });
    futures::future::join_all(flood).await;
    service.assert_taken("the last", &good).await;
    let allowed = 1 + begin.elapsed().as_secs() / PAUSE.as_secs();
    assert!(
        door.asked() as u64 <= allowed,
        "asked {} times",
        door.asked()
    );
}

#[tokio::test]
async fn keys_are_asked_for_once_while_they_are_kept() {
    let door = Door::open().await;
    let latchkey = Latchkey::start(&door.url).await;
    door.lead_to(&latchkey).await;
    let good = latchkey.register().await.access;
    // Without a pause, so that nothing but their time keeps them.
    let service = Service::start(&door).await;
    for _ in 0..20 {
        service.assert_taken("her own", &good).await;
    }
    assert_eq!(door.asked(), 1);
}

#[tokio::test]
async fn while_the_issuer_is_away_the_keys_that_are_known_serve_and_without_any_nobody_can_tell() {
    let door = Door::saying("max-age=0").await;
    let latchkey = Latchkey::start(&door.url).await;
    let good = latchkey.register().await.access;
    let service = Service::start(&door).await;
    assert_eq!(service.show(&good).await.status, 503);
    door.lead_to(&latchkey).await;
    service.assert_taken("when it is there", &good).await;
    door.shut();
    service.assert_taken("when it is away", &good).await;
    assert!(door.asked() >= 3, "it was asked each time");
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_keep_the_keys_from_coming() {
    let door = Door::open().await;
    let latchkey = Latchkey::start(&door.url).await;
    door.lead_to(&latchkey).await;
    let good = latchkey.register().await.access;
    let service = Service::with(&door, &door.url, HOUR).await;
    let held = door.hold().await;
    let impatient = tokio::spawn({
        let (service, good) = (service.clone(), good.clone());
        async move { service.show(&good).await }
    });
    while door.asked() == 0 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    assert!(impatient.await.unwrap_err().is_cancelled());
    // Once another is answered, the service has seen that the first one left.
    assert_eq!(service.ask(&[]).await.status, 401);
    drop(held);
    service.assert_taken("the next", &good).await;
    assert_eq!(door.asked(), 1);
}
