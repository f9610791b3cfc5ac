//! What the signed-in can see and change of their account: a page for each subject, and the ways between them.
//!
//! These pages are one route, so that the ways stay while one goes from page to page. What changes something needs the access token, and works
//! once the page runs; what is listed is asked for then.

mod activity;
mod delete;
mod devices;
mod email;
mod export;
mod overview;
mod password;
mod profile;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::{
    activity::Activity, delete::Delete, devices::Devices, email::Email, export::Export,
    overview::Overview, password::Password, profile::Profile,
};
use super::members::admit;
use crate::{
    client::Session,
    components::way::Way,
    routes::{
        SETTINGS, SETTINGS_ACTIVITY, SETTINGS_DELETE, SETTINGS_DEVICES, SETTINGS_EMAIL,
        SETTINGS_EXPORT, SETTINGS_PASSWORD, SETTINGS_PROFILE,
    },
    text::text,
    whole::whole,
};

/// What is said of a page that can't run scripts, where it shows something all the same.
const TO_CHANGE: &str = "To change something here, this page must be able to run scripts. Your browser does not let it.";
/// The same of a page that asks for what it shows.
const TO_SHOW: &str = "To show or change anything here, this page must be able to run scripts. Your browser does not let it.";

/// One of the pages.
struct Place {
    path: &'static str,
    name: &'static str,
    /// What is done there.
    about: &'static str,
    page: fn() -> AnyView,
}

/// All of them, in the order of the ways.
static PLACES: [Place; 8] = [
    Place {
        path: SETTINGS,
        name: "Overview",
        about: "",
        page: || whole(view! { <Overview/> }),
    },
    Place {
        path: SETTINGS_PROFILE,
        name: "Username",
        about: "The name that you sign in with",
        page: || whole(view! { <Profile/> }),
    },
    Place {
        path: SETTINGS_EMAIL,
        name: "Email",
        about: "The address that letters to you go to",
        page: || whole(view! { <Email/> }),
    },
    Place {
        path: SETTINGS_PASSWORD,
        name: "Password",
        about: "Choose another, and sign out everywhere else",
        page: || whole(view! { <Password/> }),
    },
    Place {
        path: SETTINGS_DEVICES,
        name: "Devices",
        about: "Where you are signed in, and how to end that",
        page: || whole(view! { <Devices/> }),
    },
    Place {
        path: SETTINGS_ACTIVITY,
        name: "Activity",
        about: "What happened to your account, and what to do if it wasn't you",
        page: || whole(view! { <Activity/> }),
    },
    Place {
        path: SETTINGS_EXPORT,
        name: "Your data",
        about: "A copy of all that is held of you",
        page: || whole(view! { <Export/> }),
    },
    Place {
        path: SETTINGS_DELETE,
        name: "Delete account",
        about: "Leave for good",
        page: || whole(view! { <Delete/> }),
    },
];

/// The place at that path, by its number.
fn place_at(path: &str) -> Option<usize> {
    PLACES.iter().position(|place| place.path == path)
}

/// The pages.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    let path = use_location().pathname;
    // On the way to another page this one stays as it is.
    let place = Memo::new(move |before: Option<&usize>| {
        path.with(|path| place_at(path))
            .or(before.copied())
            .unwrap_or_default()
    });
    let here = move || PLACES.get(place.get());
    admit(move || here().map_or(SETTINGS, |place| place.path));
    let scriptless = move || {
        let lists = [SETTINGS_DEVICES, SETTINGS_ACTIVITY];
        let asks = here().is_some_and(|place| lists.contains(&place.path));
        if asks { TO_SHOW } else { TO_CHANGE }
    };
    let ways = || {
        PLACES
            .iter()
            .map(|place| view! { <li><Way to=place.path name=place.name/></li> })
            .collect_view()
    };
    move || {
        signed_in.get().then(|| {
            view! {
                <div class="page settings">
                    <nav aria-label="Settings"><ul>{ways()}</ul></nav>
                    <div class="sheet">
                        <p class="notice calm scriptless">{text(move || scriptless().to_owned())}</p>
                        {move || here().map(|place| (place.page)())}
                    </div>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{GUARDED, PROFILE};

    #[test]
    fn each_page_of_the_settings_is_guarded_and_in_its_place() {
        for (number, place) in PLACES.iter().enumerate() {
            assert!(GUARDED.contains(&place.path), "{}", place.path);
            assert_eq!(place_at(place.path), Some(number));
        }
        assert_eq!(PLACES.len(), GUARDED.len() - 1, "and {PROFILE}");
        assert_eq!(place_at("/settings/"), None);
    }
}
