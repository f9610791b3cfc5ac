//! The pages that the type of a problem leads to.

use app::problems::Kind;

use crate::support::TestApp;

#[tokio::test]
async fn the_type_of_a_problem_leads_to_a_page_about_it() {
    let app = TestApp::start().await;
    let refused = app.get("/api/v1/user/profile").send().await;
    let path = refused.json()["type"].as_str().unwrap().to_owned();
    assert_eq!(path, "/problems/not-authenticated");
    let page = app.get(&path).send().await;
    page.assert_page(200);
    assert!(page.text().contains(Kind::NotAuthenticated.title()));
}

#[tokio::test]
async fn each_kind_has_a_page_that_the_index_leads_to() {
    let app = TestApp::start().await;
    let index = app.get("/problems").send().await;
    index.assert_page(200);
    for kind in Kind::ALL {
        assert!(
            index.text().contains(&format!("href=\"{}\"", kind.path())),
            "{kind:?}"
        );
        let page = app.get(&kind.path()).send().await;
        page.assert_page(200);
        let html = page.text();
        assert!(
            html.contains(&format!("<title>{} · Latchkey</title>", kind.title())),
            "{kind:?}: {html}"
        );
        assert!(html.contains("What to do") && html.contains(&kind.path()));
    }
}

#[tokio::test]
async fn a_page_about_a_problem_has_no_script_and_knows_who_looks() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let path = Kind::InvalidToken.path();
    let page = app.get(&path).refresh_cookie(&ada.refresh).send().await;
    page.assert_page(200);
    page.assert_not_stored();
    assert!(page.text().contains("Sign out"));
    assert!(!page.text().contains("hydrate()"));
    assert!(app.get(&path).send().await.text().contains("Sign in"));
}

#[tokio::test]
async fn a_kind_that_there_is_not_is_404() {
    let app = TestApp::start().await;
    for path in [
        "/problems/",
        "/problems/nothing",
        "/problems/not-found/",
        "/problems/Not-Found",
        "/problems/%ff",
    ] {
        app.get(path).send().await.assert_page(404);
    }
}
