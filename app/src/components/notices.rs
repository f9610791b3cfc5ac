//! What the owner of an account must be told, until they dismiss it.

use auth::session::{Notice, NoticeKind};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use crate::{
    client::{Session, page, session},
    routes::DISMISS_NOTICE,
    server_fns, words,
};

/// All of them, the newest first.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let all = move || {
        known.with(|known| {
            known
                .viewer
                .as_ref()
                .map(|viewer| viewer.notices.clone())
                .unwrap_or_default()
        })
    };
    move || {
        all()
            .into_iter()
            .map(|notice| view! { <NoticeBox notice/> })
            .collect_view()
    }
}

/// One of them, with a plain form to dismiss it, which works without scripts too.
#[component]
fn NoticeBox(notice: Notice) -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let Notice {
        id,
        kind: NoticeKind::SessionReused,
        at,
    } = notice;
    let dismissed = id.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let id = dismissed.clone();
        spawn_local(async move {
            if session::attempt(server_fns::dismiss_notice(id.clone()))
                .await
                .is_some()
            {
                known.update(|known| {
                    if let Some(viewer) = &mut known.viewer {
                        viewer.notices.retain(|notice| notice.id != id);
                    }
                });
                page::focus("main");
            }
        });
    };
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
            <form method="post" action=DISMISS_NOTICE on:submit=submit>
                <input type="hidden" name="id" value=id/>
                <button class="plain short">"Dismiss"</button>
            </form>
        </div>
    }
}
