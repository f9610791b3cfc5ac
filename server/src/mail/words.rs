//! What a letter says: a text and an HTML part, by the templates of the folder `mail` beside this crate's sources.
//!
//! They are compiled in, and checked by the compiler. Whoever changes them sees them at `/dev/mail/preview`.

use app::routes;
use askama::Template;
use auth::{
    ExposeSecret as _, Letter, Occasion, Purpose,
    clock::Timestamp,
    session::{browser_name, system_name},
};

use crate::settings::PublicUrl;

/// What the templates may say of a letter.
pub(super) struct Facts {
    /// The name of who gets it.
    name: Option<String>,
    /// The public URL.
    site: String,
    /// The address of its link, if it has one.
    link: Option<String>,
    /// Its code, in two groups, if one stands beside the link.
    code: Option<String>,
    /// Until when the link is good.
    link_until: String,
    /// When that happened which it tells of.
    moment: String,
    /// The browser and the network address behind it, as the end of a sentence.
    from_where: String,
    /// The day on which the account goes.
    deletes_on: String,
}

/// A letter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Two templates for each occasion.
macro_rules! templates {
    ($($occasion:ident: $text:literal, $html:literal;)+) => {
        $(
            mod $occasion {
                use askama::Template;

                use super::Facts;

                #[derive(Template)]
                #[template(path = $text, escape = "none")]
                pub(super) struct Text<'a> {
                    pub(super) letter: &'a Facts,
                }

                #[derive(Template)]
                #[template(path = $html)]
                pub(super) struct Html<'a> {
                    pub(super) letter: &'a Facts,
                }
            }
        )+

        fn render(occasion: Occasion, letter: &Facts) -> askama::Result<(String, String)> {
            Ok(match occasion.as_str() {
                $(stringify!($occasion) => (
                    $occasion::Text { letter }.render()?,
                    $occasion::Html { letter }.render()?,
                ),)+
                _ => return Err(askama::Error::Fmt),
            })
        }
    };
}

templates! {
    verify_email: "verify_email.txt", "verify_email.html";
    confirm_sign_up: "confirm_sign_up.txt", "confirm_sign_up.html";
    address_taken: "address_taken.txt", "address_taken.html";
    reset_password: "reset_password.txt", "reset_password.html";
    sign_in: "sign_in.txt", "sign_in.html";
    confirm_new_email: "confirm_new_email.txt", "confirm_new_email.html";
    email_changed: "email_changed.txt", "email_changed.html";
    recover_account: "recover_account.txt", "recover_account.html";
    password_changed: "password_changed.txt", "password_changed.html";
    new_device: "new_device.txt", "new_device.html";
    token_reused: "token_reused.txt", "token_reused.html";
    deletion_planned: "deletion_planned.txt", "deletion_planned.html";
    deleted: "deleted.txt", "deleted.html";
}

/// Puts a letter into words. Its link leads to the public URL, whatever address anybody asked at.
///
/// # Errors
/// What the templates can't do, which is nothing that a letter could bring about.
pub(super) fn of(letter: &Letter, public_url: &PublicUrl) -> askama::Result<Words> {
    let (text, html) = render(letter.occasion, &facts(letter, public_url))?;
    // The first line of the text is the subject.
    let (subject, text) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(Words {
        subject: subject.trim().to_owned(),
        text: text.trim_start().to_owned(),
        html,
    })
}

/// The path of the page that a link leads to.
pub(crate) const fn path_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::VerifyEmail => routes::VERIFY_EMAIL,
        Purpose::ConfirmSignUp => routes::CONFIRM_SIGN_UP,
        Purpose::ResetPassword => routes::RESET_PASSWORD,
        Purpose::SignIn => routes::SIGN_IN_LINK,
        Purpose::ConfirmNewEmail => routes::CONFIRM_EMAIL,
        Purpose::UndoEmailChange => routes::UNDO_EMAIL_CHANGE,
        Purpose::NotMe => routes::NOT_ME,
    }
}

fn facts(letter: &Letter, public_url: &PublicUrl) -> Facts {
    let link = letter.occasion.purpose().zip(letter.link.as_ref());
    let link = link.map(|(purpose, token)| {
        let path = path_of(purpose);
        format!("{public_url}{path}?token={}", token.expose_secret())
    });
    let code = letter.code.as_ref();
    Facts {
        name: letter.username.clone(),
        site: public_url.to_string(),
        link,
        code: code.map(|code| grouped(code.expose_secret())),
        link_until: letter.link_expires_at.map(moment).unwrap_or_default(),
        moment: moment(letter.at),
        from_where: from_where(letter),
        deletes_on: letter
            .detail
            .deletes_at
            .as_deref()
            .map(app::words::day)
            .unwrap_or_default(),
    }
}

fn moment(at: Timestamp) -> String {
    app::words::moment(&at.to_rfc3339())
}

/// The browser and the network address behind what happened, as the end of a sentence. Of what is not known nothing is said.
fn from_where(letter: &Letter) -> String {
    let known = |name: &&str| !name.starts_with("Unknown");
    let user_agent = letter.detail.user_agent.as_deref().unwrap_or_default();
    let browser = Some(browser_name(user_agent)).filter(known);
    let system = Some(system_name(user_agent)).filter(known);
    let mut words = match (browser, system) {
        (Some(browser), Some(system)) => format!(", in {browser} on {system}"),
        (Some(browser), None) => format!(", in {browser}"),
        (None, Some(system)) => format!(", on {system}"),
        (None, None) => String::new(),
    };
    if let Some(address) = &letter.detail.address {
        words.push_str(", from the network address ");
        words.push_str(address);
    }
    words
}

/// Eight digits in two groups, which are easier to read and to type.
fn grouped(code: &str) -> String {
    code.split_at_checked(code.len() / 2).map_or_else(
        || code.to_owned(),
        |(first, last)| format!("{first} {last}"),
    )
}

#[cfg(test)]
mod tests {
    use auth::LetterDetail;
    use uuid::Uuid;

    use super::*;

    fn letter(occasion: Occasion) -> Letter {
        Letter {
            id: Uuid::from_u128(1),
            occasion,
            user: None,
            to: "ada@example.org".to_owned(),
            username: Some("<b>ada</b>\r\nBcc: eve@example.org".to_owned()),
            at: Timestamp::from_unix_micros(1_800_000_000_000_000),
            link: occasion.purpose().map(|_| "a".repeat(43).into()),
            code: occasion
                .purpose()
                .and_then(Purpose::code_life)
                .map(|_| "12345678".into()),
            link_expires_at: Some(Timestamp::from_unix_micros(1_800_001_800_000_000)),
            detail: LetterDetail {
                address: Some("192.0.2.1".to_owned()),
                deletes_at: Some("2027-01-29T08:00:00Z".to_owned()),
                ..LetterDetail::default()
            },
            attempts: 1,
        }
    }

    fn words(occasion: Occasion) -> Words {
        let public_url = PublicUrl::parse("https://latchkey.example").unwrap();
        of(&letter(occasion), &public_url).unwrap()
    }

    #[test]
    fn each_occasion_has_words_and_a_subject_of_its_own() {
        let mut subjects = Vec::new();
        for occasion in Occasion::ALL {
            let words = words(*occasion);
            assert!(words.text.len() > 100 && words.html.contains("</html>"));
            assert!(!words.subject.is_empty() && !subjects.contains(&words.subject));
            assert!(words.html.contains(&words.subject), "{occasion}");
            subjects.push(words.subject);
        }
    }

    #[test]
    fn a_name_is_never_markup() {
        for occasion in Occasion::ALL {
            let words = words(*occasion);
            assert!(!words.html.contains("<b>"), "{occasion}");
            assert!(!words.subject.contains("ada"), "{occasion}");
        }
    }

    #[test]
    fn every_address_is_ours_and_both_parts_have_the_same_link_and_code() {
        for occasion in Occasion::ALL {
            let words = words(*occasion);
            for part in [&words.text, &words.html] {
                for address in part.split("://").skip(1) {
                    assert!(
                        address.starts_with("latchkey.example"),
                        "{occasion}: {address}"
                    );
                }
                let has_link = part.contains(&format!("?token={}", "a".repeat(43)));
                assert_eq!(has_link, occasion.purpose().is_some(), "{occasion}");
                let has_code = part.contains("1234 5678");
                assert_eq!(has_code, letter(*occasion).code.is_some(), "{occasion}");
            }
        }
    }

    #[test]
    fn what_is_known_of_a_browser_is_said_and_no_more() {
        let said = |user_agent: Option<&str>, address: Option<&str>| {
            let mut letter = letter(Occasion::NewDevice);
            letter.detail.user_agent = user_agent.map(str::to_owned);
            letter.detail.address = address.map(str::to_owned);
            from_where(&letter)
        };
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(
            said(Some(firefox), Some("192.0.2.1")),
            ", in Firefox on Linux, from the network address 192.0.2.1"
        );
        assert_eq!(said(Some("curl/8.5.0"), None), ", in curl");
        assert_eq!(said(Some("<b>mine</b>"), None), "");
        assert_eq!(said(None, None), "");
    }

    #[test]
    fn a_code_is_read_in_two_groups() {
        assert!(words(Occasion::VerifyEmail).text.contains("1234 5678"));
    }
}
