//! The address: whether it is proven, and another in its place.

use auth::{
    account::EmailAddress,
    error::{Field as Name, FieldError},
};
use leptos::prelude::*;

use crate::{
    client::{Session, page, session},
    components::{
        account_form::{AccountForm, sending},
        action_button::Call,
        banners::SendLetter,
        field::{Field, FieldFacts},
        heading::Heading,
        progress::Progress,
        said::Said,
    },
    page::SendsMail,
    routes::VERIFY_EMAIL,
    server_fns::settings,
    text::{fixed, text},
    whole::whole,
};

/// The page.
#[component]
pub(super) fn Email() -> impl IntoView {
    view! {
        <div>
            <Heading text=fixed("Email")/>
            <p class="quiet">"Letters about your account go to this address, and you can sign in with it."</p>
        </div>
        <Present/>
        <Another/>
    }
}

/// The address that the account has.
#[component]
fn Present() -> impl IntoView {
    let session = Session::of_app();
    let SendsMail(sends_mail) = use_context().unwrap_or_default();
    let email = session.told(|viewer| viewer.profile.email.clone());
    let is_verified = Memo::new(move |_| {
        session.known.with(|known| {
            let viewer = known.viewer.as_ref();
            viewer.is_some_and(|viewer| viewer.profile.email_verified)
        })
    });
    let chip = text(move || {
        let said = if is_verified.get() {
            "confirmed"
        } else {
            "not confirmed"
        };
        said.to_owned()
    });
    let unproven = move || {
        (sends_mail && !is_verified.get()).then(|| {
            whole(view! {
                <p class="quiet">
                    "Open the link in the letter to this address, or type its code, and the address is confirmed. If no letter has come, have \
                    one sent."
                </p>
                <div class="row">
                    <a class="button plain short" href=VERIFY_EMAIL rel="external">"Type the code"</a>
                    <SendLetter/>
                </div>
            })
        })
    };
    view! {
        <section class="card stack" aria-labelledby="address">
            <h2 id="address">"Your address"</h2>
            <p><strong class="address">{email}</strong> " " <span class="chip">{chip}</span></p>
            {unproven}
        </section>
    }
}

/// The form for another.
#[component]
fn Another() -> impl IntoView {
    let progress = Progress::new(Vec::new(), None);
    let said = RwSignal::new(None::<String>);
    let SendsMail(sends_mail) = use_context().unwrap_or_default();
    let facts = FieldFacts {
        name: Name::Email,
        label: "New address",
        autocomplete: "email",
        autofocus: false,
        progress,
    };
    let promise = if sends_mail {
        "A letter goes to the new address, and your account has it once you have pressed the button behind its link. Your other devices are \
         signed out then, and the address that you have now is told, and can undo it for 7 days."
    } else {
        "Your account has it at once, and your other devices are signed out."
    };
    let send = sending(move || {
        said.set(None);
        let typed = page::typed(Name::Email.as_str());
        let refused = |reason| vec![FieldError::new(Name::Email, reason)];
        let address = EmailAddress::parse(&typed).map_err(refused)?;
        let call: Call = Box::pin(async move {
            settings::change_email(typed).await?;
            page::clear(Name::Email.as_str());
            said.set(Some(if sends_mail {
                format!("A letter is on its way to {}. Until its link is used, your address stays as it is.", address.as_str())
            } else {
                session::check_in().await?;
                "Your address was changed.".to_owned()
            }));
            Ok(())
        });
        Ok(call)
    });
    view! {
        <section class="card" aria-labelledby="another">
            <h2 id="another">"Another address"</h2>
            <p class="quiet">{promise}</p>
            <AccountForm progress label="Change the address" busy="Changing it…" send>
                <Field facts kind="email" value=String::new()/>
                <Said said/>
            </AccountForm>
        </section>
    }
}
