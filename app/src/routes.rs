//! The paths of the pages and of the forms' addresses, each named once.

/// What this is, for a stranger; the session, for the signed-in.
pub const HOME: &str = "/";
/// Creating an account: a page, and the address of its own form.
pub const REGISTER: &str = "/register";
/// Signing in: a page, and the address of its own form.
pub const LOGIN: &str = "/login";
/// Signing in by a letter: a page, and the address of its own forms.
pub const SIGN_IN_LINK: &str = "/sign-in-link";
/// Creating the account that was asked for, by a letter: a page, and the address of its own forms.
pub const CONFIRM_SIGN_UP: &str = "/confirm-sign-up";
/// The account of the signed-in.
pub const PROFILE: &str = "/profile";
/// Signing out: the address of a form, no page.
pub const LOGOUT: &str = "/logout";
/// Dismissing a notice: the address of a form, no page.
pub const DISMISS_NOTICE: &str = "/notices/dismiss";

/// The pages that a stranger is sent away from, to sign in first.
pub const GUARDED: &[&str] = &[PROFILE];

/// The title of the page at `path`, as the browser's tab shows it. The start is another page for the signed-in.
pub fn title_for(path: &str, signed_in: bool) -> &'static str {
    match path {
        HOME if signed_in => "Your session · Latchkey",
        HOME => "Latchkey",
        REGISTER => "Create an account · Latchkey",
        LOGIN => "Sign in · Latchkey",
        SIGN_IN_LINK => "Sign in by email · Latchkey",
        CONFIRM_SIGN_UP => "Confirm your address · Latchkey",
        PROFILE => "Profile · Latchkey",
        _ => "Page not found · Latchkey",
    }
}

/// Whether the app itself has a page at `path`, so that going there needs no page load.
pub(crate) fn is_page(path: &str) -> bool {
    [
        HOME,
        REGISTER,
        LOGIN,
        SIGN_IN_LINK,
        CONFIRM_SIGN_UP,
        PROFILE,
    ]
    .contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_title_of_its_own() {
        let pages = [
            HOME,
            REGISTER,
            LOGIN,
            SIGN_IN_LINK,
            CONFIRM_SIGN_UP,
            PROFILE,
            "/elsewhere",
        ];
        let mut titles = pages.map(|path| title_for(path, false)).to_vec();
        titles.push(title_for(HOME, true));
        for (index, title) in titles.iter().enumerate() {
            assert!(title.contains("Latchkey"));
            assert!(!titles[..index].contains(title), "{title}");
        }
    }

    #[test]
    fn what_is_guarded_is_a_page() {
        assert!(GUARDED.iter().all(|path| is_page(path)));
        assert!(!is_page(LOGOUT) && !is_page(DISMISS_NOTICE) && !is_page("/profile/"));
    }
}
