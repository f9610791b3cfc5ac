//! The name.

use auth::{
    account::Username,
    error::{Field as Name, FieldError},
};
use leptos::prelude::*;

use crate::{
    client::{Session, page, session},
    components::{
        account_form::{AccountForm, sending},
        action_button::Call,
        field::{Field, FieldFacts},
        heading::Heading,
        progress::Progress,
        said::Said,
    },
    server_fns::settings,
    text::fixed,
};

/// The page.
#[component]
pub(super) fn Profile() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let progress = Progress::new(Vec::new(), None);
    let said = RwSignal::new(None::<String>);
    let value = known.with_untracked(|known| {
        let viewer = known.viewer.as_ref();
        viewer.map(|viewer| viewer.profile.username.clone())
    });
    let facts = FieldFacts {
        name: Name::Username,
        label: "Username",
        autocomplete: "username",
        autofocus: false,
        progress,
    };
    let send = sending(move || {
        said.set(None);
        let typed = page::typed(Name::Username.as_str());
        let refused = |reason| vec![FieldError::new(Name::Username, reason)];
        Username::parse(&typed).map_err(refused)?;
        let call: Call = Box::pin(async move {
            let profile = settings::change_username(typed).await?;
            said.set(Some(format!("You are {} from now on.", profile.username)));
            session::take_profile(profile);
            Ok(())
        });
        Ok(call)
    });
    view! {
        <div>
            <Heading text=fixed("Username")/>
            <p class="quiet">"You sign in with it, or with your email address. The name that you had is free for others then."</p>
        </div>
        <section class="card" aria-label="Username">
            <AccountForm progress label="Change the username" busy="Changing it…" send>
                <Field facts kind="text" value=value.unwrap_or_default()/>
                <Said said/>
            </AccountForm>
        </section>
    }
}
