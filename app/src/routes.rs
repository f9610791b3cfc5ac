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
/// Asking for a letter by which to choose another password: a page, and the address of its own form.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// Choosing another password by that letter: a page, and the address of its own form.
pub const RESET_PASSWORD: &str = "/reset-password";
/// Proving that an address is one's own, by a letter: a page, and the address of its own forms.
pub const VERIFY_EMAIL: &str = "/verify-email";
/// Proving a new address, by a letter: a page, and the address of its own form.
pub const CONFIRM_EMAIL: &str = "/confirm-email";
/// Getting the former address back, by a letter: a page, and the address of its own form.
pub const UNDO_EMAIL_CHANGE: &str = "/undo-email-change";
/// Saying that something was not one's own doing, by a letter: a page, and the address of its own form.
pub const NOT_ME: &str = "/not-me";
/// The account of the signed-in.
pub const PROFILE: &str = "/profile";
/// What the signed-in can change of it.
pub const SETTINGS: &str = "/settings";
/// Their name.
pub const SETTINGS_PROFILE: &str = "/settings/profile";
/// Their address.
pub const SETTINGS_EMAIL: &str = "/settings/email";
/// Their password.
pub const SETTINGS_PASSWORD: &str = "/settings/password";
/// Where they are signed in.
pub const SETTINGS_DEVICES: &str = "/settings/devices";
/// What happened to their account.
pub const SETTINGS_ACTIVITY: &str = "/settings/activity";
/// A copy of all that is held of them.
pub const SETTINGS_EXPORT: &str = "/settings/export";
/// Leaving for good.
pub const SETTINGS_DELETE: &str = "/settings/delete";
/// Signing out: the address of a form, no page.
pub const LOGOUT: &str = "/logout";
/// Dismissing a notice: the address of a form, no page.
pub const DISMISS_NOTICE: &str = "/notices/dismiss";

/// The pages of letters: what they show of an account is for who holds the letter, and most of it is so once.
pub const OF_LETTERS: &[&str] = &[
    SIGN_IN_LINK,
    CONFIRM_SIGN_UP,
    FORGOT_PASSWORD,
    RESET_PASSWORD,
    VERIFY_EMAIL,
    CONFIRM_EMAIL,
    UNDO_EMAIL_CHANGE,
    NOT_ME,
];

/// The pages that a stranger is sent away from, to sign in first.
pub const GUARDED: &[&str] = &[
    PROFILE,
    SETTINGS,
    SETTINGS_PROFILE,
    SETTINGS_EMAIL,
    SETTINGS_PASSWORD,
    SETTINGS_DEVICES,
    SETTINGS_ACTIVITY,
    SETTINGS_EXPORT,
    SETTINGS_DELETE,
];

/// The title of the page at `path`, as the browser's tab shows it. The start is another page for the signed-in.
pub fn title_for(path: &str, signed_in: bool) -> &'static str {
    match path {
        HOME if signed_in => "Your session · Latchkey",
        HOME => "Latchkey",
        REGISTER => "Create an account · Latchkey",
        LOGIN => "Sign in · Latchkey",
        SIGN_IN_LINK => "Sign in by email · Latchkey",
        CONFIRM_SIGN_UP => "Confirm your address · Latchkey",
        FORGOT_PASSWORD => "Forgot your password? · Latchkey",
        RESET_PASSWORD => "Choose another password · Latchkey",
        VERIFY_EMAIL => "Confirm your email address · Latchkey",
        CONFIRM_EMAIL => "Confirm your new address · Latchkey",
        UNDO_EMAIL_CHANGE => "Get your address back · Latchkey",
        NOT_ME => "It wasn't me · Latchkey",
        PROFILE => "Profile · Latchkey",
        SETTINGS => "Settings · Latchkey",
        SETTINGS_PROFILE => "Username · Latchkey",
        SETTINGS_EMAIL => "Email · Latchkey",
        SETTINGS_PASSWORD => "Password · Latchkey",
        SETTINGS_DEVICES => "Devices · Latchkey",
        SETTINGS_ACTIVITY => "Activity · Latchkey",
        SETTINGS_EXPORT => "Your data · Latchkey",
        SETTINGS_DELETE => "Delete account · Latchkey",
        _ => "Page not found · Latchkey",
    }
}

/// Whether the app itself has a page at `path`, so that going there needs no page load. What the pages about letters show is told by the server
/// alone.
pub(crate) fn is_page(path: &str) -> bool {
    [HOME, REGISTER, LOGIN, SIGN_IN_LINK, CONFIRM_SIGN_UP].contains(&path)
        || GUARDED.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_title_of_its_own() {
        let pages = [HOME, REGISTER, LOGIN, "/elsewhere"];
        let pages = pages.iter().chain(OF_LETTERS).chain(GUARDED);
        let mut titles: Vec<_> = pages.map(|path| title_for(path, false)).collect();
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
