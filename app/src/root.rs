//! The root of every page: what it begins with, the frame around it, and the table of pages.

#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` of its own"
)]

use auth::password::PasswordPolicy;
use leptos::prelude::*;
use leptos_router::{
    OptionalParamSegment, SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
};

use crate::{
    client::{self, Session},
    components::{banners::Banners, header::Header, proof_dialog::ProofDialog, trouble::Trouble},
    json::JsonAnswer,
    opening::Opening,
    page::{DeletionDays, Outset, SendsMail, SignInLinks},
    pages::{
        confirm_sign_up::ConfirmSignUp,
        errand::{ConfirmEmail, NotMe, UndoEmailChange},
        error::ErrorPage,
        forgot_password::ForgotPassword,
        home::Home,
        not_found::NotFound,
        profile::ProfilePage,
        reset_password::ResetPassword,
        settings::Settings,
        sign_in::SignIn,
        sign_in_link::SignInLink,
        sign_up::SignUp,
        verify_email::VerifyEmail,
    },
    routes::title_for,
    whole::whole,
};

/// The id of what says the title of a page to who can't see it.
const ANNOUNCER: &str = "announcer";

/// The app, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    // First of all and in any case: what crosses from the server is found by counting.
    let outset =
        SharedValue::<Outset, JsonAnswer>::new_with_encoding(Outset::from_context).into_inner();
    let session = Session::new(outset.viewer);
    provide_context(session);
    provide_context(Opening::new(outset.form, outset.next, outset.status));
    provide_context(PasswordPolicy {
        minimum_length: outset.minimum_length,
    });
    provide_context(SignInLinks(outset.sign_in_links));
    provide_context(SendsMail(outset.sends_mail));
    provide_context(DeletionDays(outset.deletion_days));
    Effect::new(move |_| client::session::begin(session));

    view! {
        <Router>
            <a class="skip" href="#main" rel="external">"Skip to the content"</a>
            <Header/>
            <main id="main" tabindex="-1">
                <Banners/>
                <FlatRoutes fallback=page(NotFound)>
                    <Route path=StaticSegment("") view=page(Home) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("register") view=page(SignUp) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("login") view=page(SignIn) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("sign-in-link") view=page(SignInLink) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("confirm-sign-up") view=page(ConfirmSignUp) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("forgot-password") view=page(ForgotPassword) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("reset-password") view=page(ResetPassword) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("verify-email") view=page(VerifyEmail) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("confirm-email") view=page(ConfirmEmail) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("undo-email-change") view=page(UndoEmailChange) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("not-me") view=page(NotMe) ssr=SsrMode::Async/>
                    <Route path=StaticSegment("profile") view=page(ProfilePage) ssr=SsrMode::Async/>
                    <Route path=(StaticSegment("settings"), OptionalParamSegment("page")) view=page(Settings) ssr=SsrMode::Async/>
                </FlatRoutes>
            </main>
            <Trouble/>
            <ProofDialog/>
            <Title/>
        </Router>
    }
}

/// A page, or the error that the server answered instead of it.
fn page<View: IntoView + 'static>(
    page: fn() -> View,
) -> impl Fn() -> AnyView + Clone + Send + 'static {
    move || match Opening::of_app().take_error() {
        Some(status) => whole(view! { <ErrorPage status/> }),
        None => whole(page()),
    }
}

/// Gives the document its title after a navigation without a page load, and says it to who can't see it.
#[component]
fn Title() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    let path = use_location().pathname;
    let title = Memo::new(move |_| title_for(&path.get(), signed_in.get()));
    Effect::new(move |before: Option<()>| {
        let title = title.get();
        // The server has set the title of the page that it rendered.
        if before.is_some() {
            client::page::entitle(title, ANNOUNCER);
        }
    });
    view! { <p class="visually-hidden" aria-live="polite" id=ANNOUNCER></p> }
}
