//! What happened to the account, and what to do where it was somebody else.

use auth::account::AccountEvent;
use leptos::prelude::*;

use crate::{
    client::{page, session},
    components::{
        action_button::{ActionButton, Call, action},
        ask_button::{AskButton, Question},
        heading::Heading,
        loaded::{Failed, Loading, load},
        said::Said,
    },
    error::ApiError,
    page::SendsMail,
    server_fns::settings,
    text::{fixed, flag},
    words::{self, event},
};

const BY_LETTER: Question = Question {
    heading: "It wasn't you?",
    consequence: "Whoever did this is signed out: that session and those begun since, but for yours; or everybody, you too, if it was done in this \
                  one, or nobody can tell. Your password is no longer good. A letter by which to get back in goes to your address, or to your \
                  former one, if the address was changed in the last 7 days.",
    yes: "It wasn't me: sign them out",
    no: "It was me",
};
const WITHOUT_LETTER: Question = Question {
    heading: "It wasn't you?",
    consequence: "Whoever did this is signed out: that session and those begun since, but for yours; or everybody, you too, if it was done in this \
                  one, or nobody can tell. Change your password then, since somebody may know it.",
    yes: "It wasn't me: sign them out",
    no: "It was me",
};

/// What is known, and how to ask for more.
#[derive(Clone, Copy)]
struct Log {
    events: RwSignal<Option<Vec<AccountEvent>>>,
    /// Before which event to go on.
    next: RwSignal<Option<String>>,
    failed: Failed,
    said: RwSignal<Option<String>>,
}

impl Log {
    /// Asks for the newest.
    fn ask(self) {
        let call: Call = Box::pin(async move {
            let page = settings::events(None).await?;
            self.next.set(page.next);
            self.events.set(Some(page.events));
            Ok(())
        });
        load(call, self.failed);
    }

    /// Asks for those that come then.
    async fn ask_for_older(self) -> Result<(), ApiError> {
        let page = settings::events(self.next.get_untracked()).await?;
        if page.next.is_none() {
            // The button is gone.
            page::focus("main");
        }
        self.next.set(page.next);
        self.events.update(|events| {
            events.get_or_insert_default().extend(page.events);
        });
        Ok(())
    }

    /// Says that an event was somebody else's doing. Whether this session stands is found out at once.
    async fn disown(self, id: String, sends_mail: bool) -> Result<(), ApiError> {
        settings::distrust_event(id).await?;
        let done = if sends_mail {
            "They are signed out. A letter is on its way to your address, or to your former one, if it was changed of late: its link leads back in."
        } else {
            "They are signed out. Change your password now."
        };
        self.said.set(Some(done.to_owned()));
        page::focus("main");
        session::check_in_after_disowning(sends_mail).await?;
        self.ask();
        Ok(())
    }
}

/// The page.
#[component]
pub(super) fn Activity() -> impl IntoView {
    let log = Log {
        events: RwSignal::new(None),
        next: RwSignal::new(None),
        failed: RwSignal::new(None),
        said: RwSignal::new(None),
    };
    Effect::new(move |_| log.ask());
    let rows = move || {
        log.events.with(|events| {
            let rows = events.iter().flatten().cloned();
            rows.map(|event| view! { <Happened event log/> })
                .collect_view()
        })
    };
    let has_older = Memo::new(move |_| log.next.with(Option::is_some));
    let older = move || {
        has_older.get().then(|| {
            let ask = action(move || Box::pin(log.ask_for_older()));
            view! { <p><ActionButton label="Show older ones" busy="Loading…" action=ask/></p> }
        })
    };
    view! {
        <div>
            <Heading text=fixed("Activity")/>
            <p class="quiet">"What happened to your account, the newest first."</p>
        </div>
        <Said said=log.said/>
        <Loading
            here=flag(move || log.events.with(Option::is_some))
            failed=log.failed
            again=Box::new(move || log.ask())
        />
        <ol class="card rows" hidden=flag(move || log.events.with(Option::is_none))>{rows}</ol>
        {older}
    }
}

/// One thing that happened.
#[component]
fn Happened(event: AccountEvent, log: Log) -> impl IntoView {
    let SendsMail(sends_mail) = use_context().unwrap_or_default();
    let sentence = event::sentence(&event);
    let device = event
        .browser
        .zip(event.system)
        .map(|(browser, system)| words::device(&browser, &system));
    let from = [device, event.address]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    let undo = event::is_undone_by_letter(&event.kind, sends_mail).then(|| {
        view! {
            <p class="small quiet">
                "If it wasn't you, use the link in the letter that went to your former address. It is good for 7 days."
            </p>
        }
    });
    let disown = event::is_ones_own(&event.kind, &event.by, sends_mail).then(|| {
        let id = event.id;
        let disown = action(move || Box::pin(log.disown(id.clone(), sends_mail)));
        let question = if sends_mail { BY_LETTER } else { WITHOUT_LETTER };
        // To the second, so that no two buttons are called the same.
        let at = words::timestamp(&event.at).map(words::moment_of);
        let about = format!("{sentence}, {}", at.unwrap_or_default());
        view! {
            <AskButton label="It wasn't me" about busy="Signing them out…" class="plain short" question action=disown/>
        }
    });
    view! {
        <li>
            <div>
                <p>{sentence}</p>
                <p class="small quiet"><time datetime=event.at.clone()>{words::day_and_time(&event.at)}</time></p>
                <p class="small quiet">{from.join(", ")}</p>
                {undo}
            </div>
            {disown}
        </li>
    }
}
