//! `next` as a stranger writes it: it leads to a path of this site or nowhere.

use crate::support::{Answer, PASSWORD, TestApp, form};

/// Addresses that a browser would take for another site, or that break out of the header.
const EVIL: [&str; 26] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "http://127.0.0.1.evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\u{0}",
    "\u{0}//evil.example",
    " //evil.example",
    "\t//evil.example",
    "/%\u{5c}/evil.example/\\",
    "/a\\..\\..\\evil.example",
    "/\u{7f}x",
    "/\u{85}x",
    "@evil.example",
];

/// Where a browser that asked at this site is sent: only a path of the same site is right.
fn assert_stays(answer: &Answer, typed: &str) {
    assert_eq!(answer.status, 303, "{typed:?}: {answer:?}");
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with('/') && !location.starts_with("//"),
        "{typed:?} leads to {location}"
    );
    assert!(
        location.bytes().all(|byte| byte.is_ascii_graphic()),
        "{typed:?} leads to {location}"
    );
    let here = reqwest::Url::parse("https://latchkey.example/login").unwrap();
    assert_eq!(
        here.join(location).unwrap().host_str(),
        Some("latchkey.example"),
        "{typed:?} leads to {location}"
    );
}

#[tokio::test]
async fn a_form_goes_on_to_a_path_of_this_site_alone() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for next in EVIL {
        let answer = app
            .post("/login")
            .form(&[("username", "ada"), ("password", PASSWORD), ("next", next)])
            .send()
            .await;
        assert_stays(&answer, next);
        assert_eq!(answer.header("location"), Some("/"), "{next:?}");
    }
    for (number, next) in EVIL.into_iter().enumerate() {
        let (name, email) = (format!("user{number}"), format!("user{number}@example.org"));
        let fields = [
            ("username", name.as_str()),
            ("email", &email),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = app.post("/register").form(&fields).send().await;
        assert_eq!(answer.header("location"), Some("/"), "{next:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_link_goes_on_to_a_path_of_this_site_alone() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for next in EVIL {
        let query = form(&[("next", next)]);
        for page in ["/login", "/register"] {
            let signed_in = app
                .get(&format!("{page}?{query}"))
                .refresh_cookie(&ada.refresh)
                .send()
                .await;
            assert_stays(&signed_in, next);
            assert_eq!(signed_in.header("location"), Some("/"), "{next:?}");
            let stranger = app.get(&format!("{page}?{query}")).send().await;
            stranger.assert_page(200);
            assert!(
                !stranger.text().contains("evil.example"),
                "{next:?} stands in the page"
            );
        }
    }
}

#[tokio::test]
async fn what_is_encoded_twice_is_a_path_and_stays_one() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for query in [
        "next=%2F%252Fevil.example",
        "next=%2F%255Cevil.example",
        "next=/%250d%250aX:1",
        "next=%2F.%2F%2Fevil.example",
        "next=/a/..//evil.example",
    ] {
        let answer = app
            .get(&format!("/login?{query}"))
            .refresh_cookie(&ada.refresh)
            .send()
            .await;
        assert_stays(&answer, query);
    }
    for query in [
        "next=%2F%2Fevil.example",
        "next=%2F%5Cevil.example",
        "next=%5C%2Fevil.example",
        "next=%09%2F%2Fevil.example",
        "next=%2f%09%2fevil.example",
        "next=%68ttps://evil.example",
    ] {
        let answer = app
            .get(&format!("/login?{query}"))
            .refresh_cookie(&ada.refresh)
            .send()
            .await;
        answer.assert_redirect("/");
    }
}

#[tokio::test]
async fn a_path_of_this_site_is_gone_on_to() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for (next, location) in [
        ("/profile", "/profile"),
        ("/profile?a=1&b=%2F", "/profile?a=1&b=%2F"),
        ("/ä b", "/%C3%A4%20b"),
    ] {
        let answer = app
            .post("/login")
            .form(&[("username", "ada"), ("password", PASSWORD), ("next", next)])
            .send()
            .await;
        answer.assert_redirect(location);
        let answer = app
            .get(&format!("/login?{}", form(&[("next", next)])))
            .refresh_cookie(&ada.refresh)
            .send()
            .await;
        answer.assert_redirect(location);
    }
}

#[tokio::test]
async fn two_nexts_are_not_one_evil_one() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for query in [
        "next=/profile&next=//evil.example",
        "next=//evil.example&next=/profile",
        "next[]=//evil.example",
        "NEXT=//evil.example",
    ] {
        let answer = app
            .get(&format!("/login?{query}"))
            .refresh_cookie(&ada.refresh)
            .send()
            .await;
        assert_stays(&answer, query);
    }
    let body = format!(
        "{}&next=//evil.example",
        form(&[
            ("username", "ada"),
            ("password", PASSWORD),
            ("next", "/profile")
        ])
    );
    let answer = app
        .post("/login")
        .body("application/x-www-form-urlencoded", body)
        .send()
        .await;
    assert_eq!(answer.status, 422, "{answer:?}");
}

#[tokio::test]
async fn signing_out_leads_home_whatever_is_asked() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/logout?next=//evil.example")
        .refresh_cookie(&ada.refresh)
        .header("referer", "https://evil.example/")
        .form(&[
            ("next", "https://evil.example"),
            ("redirect", "//evil.example"),
        ])
        .send()
        .await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
}

#[tokio::test]
async fn a_server_function_never_redirects() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for body in [
        format!("{{\"username\":\"ada\",\"password\":\"{PASSWORD}\"}}"),
        "{\"username\":\"ada\",\"password\":\"wrong\"}".to_owned(),
        "{".to_owned(),
    ] {
        let answer = app
            .post("/fn/login?__path=/login&__err=eyJ4IjoxfQ")
            .header("accept", "text/html")
            .header("referer", "https://evil.example/")
            .body("application/json", body)
            .send()
            .await;
        assert!(!answer.headers.contains_key("location"), "{answer:?}");
        assert_ne!(answer.status / 100, 3, "{answer:?}");
    }
    let page = app
        .get("/login?__path=/fn/login&__err=eyJtZXNzYWdlIjoiZXZpbCB0ZXh0In0")
        .send()
        .await;
    assert!(!page.text().contains("evil text") && !page.text().contains("eyJ"));
}
