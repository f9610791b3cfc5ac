//! What happened to an account, in a sentence for its owner.

use auth::account::AccountEvent;

/// What whoever it was can do to an account only as its owner: a person knows whether they did it.
const OWN: [&str; 11] = [
    "signed_in",
    "signed_out_everywhere",
    "session_ended",
    "sessions_ended",
    "password_changed",
    "email_change_asked",
    "email_changed",
    "username_changed",
    "reauthenticated",
    "deletion_planned",
    "account_exported",
];

/// What happened.
pub(crate) fn sentence(event: &AccountEvent) -> String {
    let what = match event.kind.as_str() {
        "signed_up" | "user_added" => "The account was created",
        "signed_in" => "Signed in",
        "sign_in_failed" => "A wrong password or code was given",
        "signed_out" => "Signed out",
        "signed_out_everywhere" => "Signed out everywhere",
        "session_replaced" => "A session ended, since somebody signed in anew in the same browser",
        "session_ended" => "A device was signed out",
        "sessions_ended" => "Devices were signed out",
        "refresh_token_reused" => {
            "A stolen token was stopped: an old one came back, and its session was ended"
        }
        "refresh_token_ahead" => "A token was refused that was not given out here",
        "password_changed" => "The password was changed",
        "user_disabled" => "The account was locked",
        "user_enabled" => "The account was unlocked",
        "user_deleted" => "The account was deleted",
        "email_verification_asked" => "Another letter was asked for to confirm the email address",
        "email_verified" => "The email address was confirmed",
        "password_removed" => {
            "The password from before the email address was confirmed was removed"
        }
        "password_reset_asked" => "A letter was asked for by which to choose another password",
        "password_reset" => "Another password was chosen by the link of a letter",
        "email_change_asked" => "Another email address was asked for",
        "email_changed" => "The email address was changed",
        "email_change_undone" => "The former email address was taken back",
        "username_changed" => "The username was changed",
        "reauthenticated" => "The password was given again",
        "deletion_planned" => "The account was asked to be deleted",
        "deletion_cancelled" => "The account was kept after all",
        "account_exported" => "A copy of all data was taken",
        "not_me" => "You said that it wasn't you, and devices were signed out",
        "sign_in_link_asked" => "A letter was asked for by which to sign in",
        "sign_up_asked" => "The account was asked for",
        "letter_refused" => "A letter to you could not be delivered",
        // A newer server's.
        other => return other.replace('_', " "),
    };
    match event.by.as_str() {
        "operator" => format!("{what}, by whoever runs this service"),
        _ => what.to_owned(),
    }
}

/// Whether it is something that a person may say was not their doing. Another address is not, where mail is sent: the letter to the former one undoes
/// that.
pub(crate) fn is_ones_own(kind: &str, by: &str, sends_mail: bool) -> bool {
    by == "user" && OWN.contains(&kind) && !is_undone_by_letter(kind, sends_mail)
}

/// Whether the letter that told of it has a link that undoes it.
pub(crate) fn is_undone_by_letter(kind: &str, sends_mail: bool) -> bool {
    sends_mail && kind == "email_changed"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happened(kind: &str, by: &str) -> AccountEvent {
        AccountEvent {
            id: "0194".to_owned(),
            at: "2026-11-23T20:14:05Z".to_owned(),
            kind: kind.to_owned(),
            browser: None,
            system: None,
            address: None,
            by: by.to_owned(),
            session: None,
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn all_that_can_happen_to_an_account_has_a_sentence_of_its_own() {
        use auth::audit::AuditKind;

        // These concern no account.
        let others = [
            "signing_key_made",
            "signing_key_retired",
            "signing_key_taken_back",
            "keys_sealed_anew",
            "keys_started_anew",
            "cleaned_up",
        ];
        let mut said = Vec::new();
        for kind in AuditKind::ALL {
            let (kind, sentence) = (kind.as_str(), sentence(&happened(kind.as_str(), "user")));
            assert_eq!(
                sentence == kind.replace('_', " "),
                others.contains(&kind),
                "{kind}"
            );
            if !["signed_up", "user_added"].contains(&kind) {
                assert!(!said.contains(&sentence), "{sentence}");
                said.push(sentence);
            }
        }
        for own in OWN {
            assert!(
                AuditKind::ALL.iter().any(|kind| kind.as_str() == own),
                "{own}"
            );
        }
    }

    #[test]
    fn an_operators_doing_is_told_as_theirs_and_can_not_be_disowned() {
        let event = happened("password_changed", "operator");
        assert_eq!(
            sentence(&event),
            "The password was changed, by whoever runs this service"
        );
        for sends_mail in [true, false] {
            assert!(!is_ones_own("password_changed", "operator", sends_mail));
            assert!(is_ones_own("password_changed", "user", sends_mail));
            assert!(!is_ones_own("sign_in_failed", "anonymous", sends_mail));
        }
    }

    #[test]
    fn another_address_is_undone_from_the_former_one_where_mail_is_sent() {
        assert!(is_undone_by_letter("email_changed", true));
        assert!(!is_ones_own("email_changed", "user", true));
        assert!(is_ones_own("email_changed", "user", false));
    }

    #[test]
    fn what_only_a_newer_server_knows_is_still_shown() {
        assert_eq!(sentence(&happened("team_joined", "user")), "team joined");
    }
}
