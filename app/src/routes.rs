//! The paths of the pages and of the forms' addresses, each named once.

/// What this is, for a stranger; the session, for the signed-in.
pub const HOME: &str = "/";
/// Creating an account: a page, and the address of its own form.
pub const REGISTER: &str = "/register";
/// Signing in: a page, and the address of its own form.
pub const LOGIN: &str = "/login";
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
        PROFILE => "Profile · Latchkey",
        _ => "Page not found · Latchkey",
    }
}

/// Whether the app itself has a page at `path`, so that going there needs no page load.
pub(crate) fn is_page(path: &str) -> bool {
    [HOME, REGISTER, LOGIN, PROFILE].contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_title_of_its_own() {
        let pages = [HOME, REGISTER, LOGIN, PROFILE, "/elsewhere"];
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
