//! Whether letters are sent, and by whom.

use auth::Verification;

use super::Finding;
use crate::{
    causes::with_causes,
    mail::Transport,
    settings::{MailPlace, PublicUrl, Settings},
};

const SUBJECT: &str = "mail";

/// Says hello to the mail server, if there is one, and sends nothing.
pub(super) async fn mail(settings: &Settings, public_url: &PublicUrl) -> Finding {
    let (place, from) = (&settings.mail.place, &settings.mail.from);
    let verification = match settings.accounts.verification {
        Verification::Optional => "an account begins before its address is proven",
        Verification::Required => "an account begins once its address is proven",
    };
    match place {
        MailPlace::Nowhere => Finding::warning(
            SUBJECT,
            "none is sent: who forgets their password can't choose another",
            "LATCHKEY_MAIL_URL=smtps://… and LATCHKEY_MAIL_FROM",
        ),
        MailPlace::Mailbox => Finding::warning(
            SUBJECT,
            "letters go nowhere: they are read at /dev/mail",
            "For letters that arrive: LATCHKEY_MAIL_URL=smtps://… and LATCHKEY_MAIL_FROM",
        ),
        MailPlace::Folder(folder) => Finding::warning(
            SUBJECT,
            format!("letters are written into {}", folder.display()),
            "For letters that arrive: LATCHKEY_MAIL_URL=smtps://… and LATCHKEY_MAIL_FROM",
        ),
        MailPlace::Server(_) => match greeted(place, public_url).await {
            Ok(()) => Finding::ok(
                SUBJECT,
                format!("the mail server answers; letters are from {from}; {verification}"),
            ),
            Err(reason) => Finding::fault(
                SUBJECT,
                reason,
                "LATCHKEY_MAIL_URL: the host, the port, the user and the password; letters wait in the database meanwhile",
            ),
        },
    }
}

async fn greeted(place: &MailPlace, public_url: &PublicUrl) -> Result<(), String> {
    let greeted = match Transport::new(place, public_url) {
        Ok(Some(transport)) => transport.greet().await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    greeted.map_err(|error| with_causes(&error))
}
