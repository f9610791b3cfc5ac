//! Where one is signed in, and how to end that.

use auth::session::DeviceSession;
use leptos::prelude::*;

use crate::{
    client::page,
    components::{
        action_button::{Call, action},
        ask_button::{AskButton, Question},
        heading::Heading,
        loaded::{Failed, Loading, load},
        said::Said,
    },
    error::ApiError,
    server_fns::settings,
    text::{fixed, flag},
    words,
};

const END_ONE: Question = Question {
    heading: "Sign this device out?",
    consequence: "Whoever uses it has to sign in again there.",
    yes: "Sign it out",
    no: "Leave it",
};
const END_OTHERS: Question = Question {
    heading: "Sign out everywhere else?",
    consequence: "You stay signed in here alone. On every other device the password is asked for again.",
    yes: "Sign them out",
    no: "Leave them",
};

/// What is known, and how to ask again.
#[derive(Clone, Copy)]
struct List {
    sessions: RwSignal<Option<Vec<DeviceSession>>>,
    failed: Failed,
    said: RwSignal<Option<String>>,
}

impl List {
    /// Asks for the sessions.
    fn ask(self) {
        let call: Call = Box::pin(async move {
            self.sessions.set(Some(settings::sessions().await?));
            Ok(())
        });
        load(call, self.failed);
    }

    /// Says what was done, and asks anew. What was pressed may be gone, so that the focus finds another place.
    fn done(self, said: String) {
        self.said.set(Some(said));
        self.ask();
        page::focus("main");
    }
}

/// The page.
#[component]
pub(super) fn Devices() -> impl IntoView {
    let list = List {
        sessions: RwSignal::new(None),
        failed: RwSignal::new(None),
        said: RwSignal::new(None),
    };
    Effect::new(move |_| list.ask());
    let others = Memo::new(move |_| {
        list.sessions.with(|sessions| {
            let others = sessions.iter().flatten().filter(|session| !session.is_this);
            others.count()
        })
    });
    let end_others = move || {
        (others.get() > 0).then(|| {
            let end = action(move || {
                Box::pin(async move {
                    let ended = settings::end_other_sessions().await?;
                    list.done(format!("{} ended.", words::count(ended, "session")));
                    Ok(())
                })
            });
            view! {
                <p>
                    <AskButton
                        label="Sign out everywhere else"
                        busy="Signing out…"
                        class="plain"
                        question=END_OTHERS
                        action=end
                    />
                </p>
            }
        })
    };
    let rows = move || {
        list.sessions.with(|sessions| {
            let rows = sessions.iter().flatten().cloned();
            rows.map(|session| view! { <Device session list/> })
                .collect_view()
        })
    };
    view! {
        <div>
            <Heading text=fixed("Devices")/>
            <p class="quiet">"Where you are signed in. Browsers say themselves what they are: what you don't know, sign out."</p>
        </div>
        <Said said=list.said/>
        <Loading
            here=flag(move || list.sessions.with(Option::is_some))
            failed=list.failed
            again=Box::new(move || list.ask())
        />
        <ul class="card rows" hidden=flag(move || list.sessions.with(Option::is_none))>{rows}</ul>
        {end_others}
    }
}

/// One of them.
#[component]
fn Device(session: DeviceSession, list: List) -> impl IntoView {
    let DeviceSession {
        id,
        browser,
        system,
        address,
        place,
        created_at,
        last_seen_at,
        is_this,
    } = session;
    let name = words::device(&browser, &system);
    let from = [place, address].into_iter().flatten().collect::<Vec<_>>();
    let seen = if is_this {
        "in use now".to_owned()
    } else {
        format!("last seen {}", words::day_and_time(&last_seen_at))
    };
    let end = (!is_this).then(|| {
        let name = name.clone();
        let about = name.clone();
        let end = action(move || {
            let (id, name) = (id.clone(), name.clone());
            Box::pin(async move {
                match settings::end_session(id).await {
                    Ok(()) => list.done(format!("{name} was signed out.")),
                    // It ended meanwhile, and the list was behind.
                    Err(ApiError::NotFound) => {
                        list.done(format!("{name} was signed out already."));
                    }
                    Err(error) => return Err(error),
                }
                Ok(())
            })
        });
        view! {
            <AskButton label="Sign out" about busy="Signing out…" class="plain short" question=END_ONE action=end/>
        }
    });
    view! {
        <li>
            <div>
                <p><strong>{name}</strong> {is_this.then(|| view! { " " <span class="chip">"This device"</span> })}</p>
                <p class="small quiet">{from.join(", ")}</p>
                <p class="small quiet">"Signed in " {words::day_and_time(&created_at)} ", " {seen}</p>
            </div>
            {end}
        </li>
    }
}
