//! What the owner of an account must be told, until they dismiss it.

use auth::session::{Notice, NoticeKind};
use leptos::prelude::*;

use super::post_button::PostButton;
use crate::{
    client::{Session, page, session},
    error::ApiError,
    routes::DISMISS_NOTICE,
    words,
};

/// All of them, the newest first.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    // So that what else becomes known leaves them as they are: one may be on its way out.
    let all = Memo::new(move |_| {
        known.with(|known| {
            known
                .viewer
                .as_ref()
                .map(|viewer| viewer.notices.clone())
                .unwrap_or_default()
        })
    });
    move || {
        all.get()
            .into_iter()
            .map(|notice| view! { <NoticeBox notice/> })
            .collect_view()
    }
}

/// One of them, with a button to dismiss it.
#[component]
fn NoticeBox(notice: Notice) -> impl IntoView {
    let Notice {
        id,
        kind: NoticeKind::SessionReused,
        at,
    } = notice;
    view! {
        <div class="notice owner" role="status">
            <div>
                <p><strong>"We ended a session of yours."</strong></p>
                <p>
                    "On " {words::moment(&at)} " a refresh token came back that had been used before. Somebody may have had a copy of your \
                    cookie, so everyone who was signed in by it was signed out. If it happens again, look for software on your devices that \
                    reads the browser's files."
                </p>
            </div>
            <PostButton
                address=DISMISS_NOTICE
                label="Dismiss"
                busy="Dismissing…"
                action=|id| Box::pin(dismiss(id))
                id
            />
        </div>
    }
}

/// Takes a notice away. The button goes with it, so that the focus finds another place.
async fn dismiss(id: String) -> Result<(), ApiError> {
    session::dismiss_notice(id).await?;
    page::focus("main");
    Ok(())
}
