//! Attacks on [`super::verify()`] by somebody who holds our own signing key, so that each is refused for its own fault and not for its signature;
//! and by somebody who does not.
#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use base64::{
    Engine as _,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    Access, AccessClaims, KeyRing, Kind, Refresh, RefreshClaims, Rules, SigningAlgorithm,
    algorithm::PrivateKey,
    key_ring::{OpenedKey, new_key, seal_context},
    seal::Seal,
    verify,
};
use crate::{MasterSecret, clock::Timestamp, random::SystemRandomness, store::StoredKey};

const ISSUER: &str = "https://latchkey.example";
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    at(NOW)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(seconds * 1_000_000)
}

/// One kind's ring, and the key of it in an attacker's hands.
struct Smith<K: Kind> {
    ring: KeyRing<K>,
    rules: Rules,
    stolen: PrivateKey,
    stored: StoredKey,
}

/// Both algorithms, for what must hold of either.
const ALGORITHMS: [SigningAlgorithm; 2] = [SigningAlgorithm::EdDsa, SigningAlgorithm::Es256];

impl<K: Kind> Smith<K> {
    fn new() -> Self {
        Self::of(SigningAlgorithm::EdDsa)
    }

    fn of(algorithm: SigningAlgorithm) -> Self {
        let seal =
            Seal::new(&MasterSecret::parse("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa").unwrap()).unwrap();
        let randomness = SystemRandomness::default();
        let stored = new_key(K::RING, 1, algorithm, now(), now(), &seal, &randomness).unwrap();
        let private = seal
            .open(
                &stored.sealed_private_key,
                &seal_context(K::RING, &stored.id),
            )
            .unwrap();
        let lifetime = Duration::from_mins(10);
        let opened = Arc::new(OpenedKey::open::<K>(&stored, &seal).unwrap());
        Self {
            ring: KeyRing::of(vec![(&stored, opened)], lifetime).unwrap(),
            rules: Rules {
                issuer: ISSUER.to_owned(),
                audience: "audience".to_owned(),
                lifetime,
                ahead: Duration::from_secs(5),
            },
            stolen: algorithm
                .private_key(&private, &stored.public_key)
                .ok()
                .unwrap(),
            stored,
        }
    }

    fn mint(&self, claims: &K::Claims) -> String {
        let minted = self.ring.mint(claims, now()).unwrap();
        minted.token.expose_secret().to_owned()
    }

    fn takes(&self, token: &str, now: Timestamp) -> bool {
        verify(token, &self.ring, &self.rules, now).is_ok()
    }

    fn header(&self) -> Value {
        json!({ "alg": self.stored.algorithm, "typ": K::TYPE, "kid": self.stored.id })
    }

    /// Signs any header and any claims with our own key. Members of the header are written in the order that the ring writes them.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&in_our_order(header), &claims.to_string())
    }

    fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!(
            "{message}.{}",
            encode(self.stolen.sign(message.as_bytes()).ok().unwrap())
        )
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn in_our_order(header: &Value) -> String {
    let members = header.as_object().unwrap();
    let first = ["alg", "typ", "kid"];
    let ours = first.iter().filter_map(|name| {
        members
            .get(*name)
            .map(|value| format!("{}:{value}", json!(name)))
    });
    let others = members
        .iter()
        .filter(|(name, _)| !first.contains(&name.as_str()))
        .map(|(name, value)| format!("{}:{value}", json!(name)));
    format!("{{{}}}", ours.chain(others).collect::<Vec<_>>().join(","))
}

fn access_claims() -> AccessClaims {
    AccessClaims {
        iss: ISSUER.to_owned(),
        aud: "audience".to_owned(),
        sub: "0192f3c4-0000-7000-8000-000000000001".to_owned(),
        client_id: "latchkey".to_owned(),
        iat: NOW,
        exp: NOW + 600,
        nbf: None,
        jti: "0192f3c4-0000-7000-8000-000000000002".to_owned(),
        auth_time: NOW,
        amr: vec!["pwd".to_owned()],
        roles: Vec::new(),
        groups: Vec::new(),
        sid: "0192f3c4-0000-7000-8000-000000000003".to_owned(),
        generation: 0,
        security_version: 1,
    }
}

fn claims() -> Value {
    serde_json::to_value(access_claims()).unwrap()
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[test]
fn what_the_ring_mints_is_taken_and_so_is_what_the_stolen_key_writes_alike() {
    for smith in ALGORITHMS.map(Smith::<Access>::of) {
        assert!(smith.takes(&smith.mint(&access_claims()), now()));
        assert!(smith.takes(&smith.sign(&smith.header(), &claims()), now()));
    }
}

#[test]
fn a_header_that_differs_in_anything_is_refused() {
    ALGORITHMS
        .map(Smith::<Access>::of)
        .iter()
        .for_each(assert_every_other_header_is_refused);
}

fn assert_every_other_header_is_refused(smith: &Smith<Access>) {
    let header = smith.header();
    let additions = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jku", json!("https://evil.example/keys")),
        ("jwk", json!({ "kty": "OKP" })),
        ("x5u", json!("https://evil.example")),
        ("x5c", json!(["MII"])),
        ("x5t", json!("abc")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("anything", json!(1)),
    ];
    for (name, value) in additions {
        assert!(
            !smith.takes(
                &smith.sign(&with(header.clone(), name, value), &claims()),
                now()
            ),
            "{name}"
        );
    }
    let changes = [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("alg", json!("Ed25519")),
        ("alg", json!("eddsa")),
        ("typ", json!("JWT")),
        ("typ", json!("rt+jwt")),
        ("typ", json!("AT+JWT")),
        ("typ", json!("application/at+jwt")),
        ("typ", json!(null)),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("https://evil.example/key")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!("")),
        ("kid", json!(1)),
    ];
    let other_algorithm = ALGORITHMS.map(SigningAlgorithm::as_str);
    let other_algorithm = other_algorithm
        .iter()
        .filter(|name| header["alg"] != **name)
        .map(|name| ("alg", json!(name)));
    for (name, value) in changes.into_iter().chain(other_algorithm) {
        assert!(
            !smith.takes(
                &smith.sign(&with(header.clone(), name, value.clone()), &claims()),
                now()
            ),
            "{name}: {value}"
        );
    }
    for name in ["alg", "typ", "kid"] {
        assert!(
            !smith.takes(
                &smith.sign(&without(header.clone(), name), &claims()),
                now()
            ),
            "without {name}"
        );
    }
}

#[test]
fn claims_of_wrong_value_or_type_are_refused() {
    let smith = Smith::<Access>::new();
    let header = smith.header();
    let changes = [
        ("iss", json!("https://evil.example")),
        ("iss", json!("https://latchkey.example/")),
        ("iss", json!([ISSUER])),
        ("aud", json!("other")),
        ("aud", json!(["audience"])),
        ("aud", json!(["audience", "other"])),
        ("aud", json!("")),
        ("sub", json!("")),
        ("sub", json!("1")),
        ("sub", json!(1)),
        ("sid", json!("x")),
        ("sid", json!(null)),
        ("exp", json!("1800000600")),
        ("exp", json!(1_800_000_600.5)),
        ("exp", json!(1e300)),
        ("exp", json!(true)),
        ("exp", json!(null)),
        ("exp", json!(NOW - 6)),
        ("exp", json!(NOW + 601)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(i64::MIN)),
        ("iat", json!("1800000000")),
        ("iat", json!(NOW + 6)),
        ("iat", json!(i64::MIN)),
        ("iat", json!(NOW - 1)),
        ("nbf", json!(NOW + 6)),
        ("nbf", json!("1800000000")),
        ("ver", json!("1")),
        ("gen", json!(-0.5)),
        ("roles", json!("admin")),
        ("amr", json!("pwd")),
    ];
    for (name, value) in changes {
        assert!(
            !smith.takes(
                &smith.sign(&header, &with(claims(), name, value.clone())),
                now()
            ),
            "{name}: {value}"
        );
    }
    for name in [
        "iss",
        "aud",
        "sub",
        "client_id",
        "iat",
        "exp",
        "jti",
        "auth_time",
        "sid",
        "gen",
        "ver",
    ] {
        assert!(
            !smith.takes(&smith.sign(&header, &without(claims(), name)), now()),
            "without {name}"
        );
    }
}

#[test]
fn a_claim_said_twice_is_refused() {
    let smith = Smith::<Access>::new();
    let twice = claims()
        .to_string()
        .replacen('{', "{\"exp\":9999999999,", 1);
    assert!(!smith.takes(
        &smith.sign_text(&in_our_order(&smith.header()), &twice),
        now()
    ));
}

#[test]
fn times_hold_to_the_second_with_five_of_leeway() {
    let smith = Smith::<Access>::new();
    let token = smith.mint(&access_claims());
    let takes = |seconds| smith.takes(&token, at(seconds));
    assert!(takes(NOW + 600 + 4));
    assert!(!takes(NOW + 600 + 5));
    assert!(takes(NOW - 5));
    assert!(!takes(NOW - 6));
}

#[test]
fn no_kind_passes_for_the_other() {
    let access = Smith::<Access>::new();
    let refresh = Smith::<Refresh>::new();
    let AccessClaims {
        iss,
        aud,
        sub,
        iat,
        exp,
        nbf,
        jti,
        sid,
        generation,
        ..
    } = access_claims();
    let refresh_claims = RefreshClaims {
        iss,
        aud,
        sub,
        iat,
        exp,
        nbf,
        jti,
        sid,
        generation,
    };
    let refresh_token = refresh.mint(&refresh_claims);
    assert!(refresh.takes(&refresh_token, now()));
    assert!(!access.takes(&refresh_token, now()));
    let access_token = access.mint(&access_claims());
    assert!(!refresh.takes(&access_token, now()));
    // Even with the other ring's key, since the header of each kind differs.
    assert!(!access.takes(&access.sign(&refresh.header(), &claims()), now()));
}

#[test]
fn a_token_signed_by_anything_but_our_key_is_refused() {
    for algorithm in ALGORITHMS {
        assert_other_signatures_are_refused(algorithm);
    }
}

fn assert_other_signatures_are_refused(algorithm: SigningAlgorithm) {
    let smith = Smith::<Access>::of(algorithm);
    let header = in_our_order(&smith.header());
    let message = format!("{}.{}", encode(&header), encode(claims().to_string()));
    let other = Smith::<Access>::of(algorithm);
    let other = other.stolen.sign(message.as_bytes()).ok().unwrap();
    let hmac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &smith.stored.public_key),
        message.as_bytes(),
    );
    for signature in [other.as_slice(), hmac.as_ref(), &[0; 64], &[], &[0xff; 64]] {
        assert!(!smith.takes(&format!("{message}.{}", encode(signature)), now()));
    }
}

/// The order of Ed25519's group, least significant byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_signature_has_one_form() {
    let smith = Smith::<Access>::new();
    let token = smith.sign(&smith.header(), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    // S + L proves the same equation: RFC 8032, section 5.1.7 has it refused.
    let mut carry = 0_u16;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert!(!smith.takes(&format!("{message}.{}", encode(&bytes)), now()));
    let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(signature).unwrap());
    let truncated = &signature[..signature.len() - 2];
    for other in [
        padded.as_str(),
        truncated,
        &format!("{signature}A"),
        &format!("{signature}\n"),
        "",
    ] {
        assert!(
            !smith.takes(&format!("{message}.{other}"), now()),
            "{other}"
        );
    }
    // The last of 86 characters holds four bits that mean nothing: they must be naught.
    let last = signature.chars().last().unwrap();
    for other in ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .filter(|other| *other != last)
    {
        assert!(!smith.takes(
            &format!("{message}.{}{other}", &signature[..signature.len() - 1]),
            now()
        ));
    }
}

#[test]
fn an_elliptic_signature_is_two_numbers_of_thirty_two_bytes() {
    let smith = Smith::<Access>::of(SigningAlgorithm::Es256);
    let token = smith.sign(&smith.header(), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = bytes.split_at(32);
    let naught = [0; 32];
    // The form of X.509, which RFC 7518 has not.
    let der = [&[0x30, 0x44, 0x02, 0x20], r, &[0x02, 0x20], s].concat();
    for other in [
        &der,
        &[r, naught.as_slice()].concat(),
        &[naught.as_slice(), s].concat(),
        &[s, r].concat(),
        &[&naught, r, s].concat(),
        &bytes[..63],
    ] {
        assert!(!smith.takes(&format!("{message}.{}", encode(other)), now()));
    }
}

#[test]
fn a_token_of_another_shape_is_refused() {
    let smith = Smith::<Access>::new();
    let token = smith.sign(&smith.header(), &claims());
    for other in [
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.x"),
        token.replacen('.', "..", 1),
        token.replace('.', ""),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        ".".repeat(4_000),
        format!(" {token}"),
        format!("{token} "),
        token.replacen('.', "%2e", 1),
    ] {
        assert!(!smith.takes(&other, now()), "{other}");
    }
    let large = smith.sign(
        &smith.header(),
        &with(claims(), "client_id", json!("x".repeat(4_096))),
    );
    assert!(!smith.takes(&large, now()), "over 4 KiB");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_character_changed_anywhere_is_refused(place in any::<proptest::sample::Index>(), other in "[A-Za-z0-9_.-]") {
        let smith = Smith::<Access>::new();
        let token = smith.sign(&smith.header(), &claims());
        let place = place.index(token.len());
        prop_assume!(&token[place..=place] != other.as_str());
        let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
        prop_assert!(!smith.takes(&changed, now()));
    }

    #[test]
    fn nothing_that_chance_writes_is_taken_or_does_harm(token in "\\PC{0,200}") {
        let smith = Smith::<Access>::new();
        prop_assert!(!smith.takes(&token, now()));
    }

    #[test]
    fn what_is_minted_reads_back_as_it_was(generation in 0_i64..1_000, version in 1_i64..1_000, roles in prop::collection::vec("\\PC{0,12}", 0..4)) {
        let smith = Smith::<Access>::new();
        let claims = AccessClaims { generation, security_version: version, roles, ..access_claims() };
        let token = smith.mint(&claims);
        let verified = verify(&token, &smith.ring, &smith.rules, now()).unwrap();
        prop_assert_eq!(verified.claims(), &claims);
    }
}
