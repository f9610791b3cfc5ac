//! Who carries a letter: a mail server, a folder, or the mailbox of who develops.

use std::{io, path::PathBuf, time::Duration};

use auth::{Delivery, ExposeSecret as _};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{self, PoolConfig, authentication::Credentials},
};
use thiserror::Error;
use url::Url;

use super::{
    mailbox::{KeptLetter, Mailbox},
    words::Words,
};
use crate::settings::MailPlace;

/// How long a mail server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections to it are kept.
const CONNECTIONS: u32 = 2;

/// Who carries letters.
#[derive(Clone)]
pub(crate) enum Transport {
    /// A mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// A folder, a file a letter.
    Folder(PathBuf),
    /// The memory of this process.
    Mailbox(Mailbox),
}

/// Why a letter was not taken.
#[derive(Debug, Error)]
pub(crate) enum TransportError {
    /// The mail server refused it, or was not reached.
    #[error("the mail server did not take it: {0}")]
    Smtp(#[from] smtp::Error),
    /// The file can't be written.
    #[error("its file can't be written: {0}")]
    Folder(#[from] io::Error),
    /// The settings name no mail server that can be used.
    #[error("the mail server's address can't be used")]
    Address,
}

impl TransportError {
    /// What became of the letter.
    pub(super) fn delivery(&self) -> Delivery {
        /// Who does not let us in refuses us, not the letter.
        const ABOUT_US: std::ops::RangeInclusive<u16> = 530..=539;
        match self {
            Self::Smtp(error) if error.is_permanent() => match error.status().map(u16::from) {
                Some(code) if ABOUT_US.contains(&code) => Delivery::Failed,
                _ => Delivery::Refused,
            },
            _ => Delivery::Failed,
        }
    }
}

impl Transport {
    /// Who is to carry letters by the settings. Nobody, where no mail is sent.
    ///
    /// # Errors
    /// [`TransportError`], when nothing could be carried in that way.
    pub(crate) fn new(place: &MailPlace) -> Result<Option<Self>, TransportError> {
        Ok(match place {
            MailPlace::Nowhere => None,
            MailPlace::Mailbox => Some(Self::Mailbox(Mailbox::default())),
            MailPlace::Folder(path) => Some(Self::Folder(path.clone())),
            MailPlace::Server(address) => Some(Self::Smtp(smtp(address.expose_secret())?)),
        })
    }

    /// The mailbox of who develops, if that is it.
    pub(crate) fn mailbox(&self) -> Option<Mailbox> {
        match self {
            Self::Mailbox(mailbox) => Some(mailbox.clone()),
            Self::Smtp(_) | Self::Folder(_) => None,
        }
    }

    /// Says hello to the mail server, and sends nothing. Other ways have nobody to greet.
    ///
    /// # Errors
    /// [`TransportError`], when it does not answer as it should.
    pub(crate) async fn greet(&self) -> Result<(), TransportError> {
        if let Self::Smtp(server) = self
            && !server.test_connection().await?
        {
            return Err(TransportError::Address);
        }
        Ok(())
    }

    /// Hands a letter over.
    pub(super) async fn carry(
        &self,
        letter: &auth::Letter,
        words: Words,
        message: Message,
        links: Vec<String>,
    ) -> Result<(), TransportError> {
        match self {
            Self::Smtp(server) => {
                server.send(message).await?;
            }
            Self::Folder(folder) => write(folder, letter, &message).await?,
            Self::Mailbox(mailbox) => mailbox.keep(KeptLetter {
                id: letter.id.to_string(),
                to: letter.to.clone(),
                subject: words.subject,
                occasion: letter.occasion.as_str(),
                text: words.text,
                html: words.html,
                links,
                code: letter
                    .code
                    .as_ref()
                    .map(|code| code.expose_secret().to_owned()),
                at: letter.at.to_rfc3339(),
            }),
        }
        Ok(())
    }
}

/// Opens the way to a mail server: `smtps:` is encrypted from the start, `smtp:` from STARTTLS on, which must be there unless the server is on
/// this machine.
fn smtp(address: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, TransportError> {
    let url = Url::parse(address).map_err(|_| TransportError::Address)?;
    let host = url.host_str().ok_or(TransportError::Address)?;
    let builder = if url.scheme() == "smtps" {
        AsyncSmtpTransport::<Tokio1Executor>::relay(host)?
    } else if is_on_this_machine(&url) {
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
    } else {
        AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?
    };
    let builder = match url.port() {
        Some(port) => builder.port(port),
        None => builder,
    };
    let builder = match (decoded(url.username()), url.password().map(decoded)) {
        (Some(user), Some(Some(password))) if !user.is_empty() => {
            builder.credentials(Credentials::new(user, password))
        }
        _ => builder,
    };
    Ok(builder
        .timeout(Some(PATIENCE))
        .pool_config(PoolConfig::new().max_size(CONNECTIONS))
        .build())
}

/// Whether what is sent to a mail server does not leave the machine.
pub(crate) fn is_on_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn decoded(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// Writes a letter into a folder, under another name until it is whole.
async fn write(
    folder: &std::path::Path,
    letter: &auth::Letter,
    message: &Message,
) -> Result<(), io::Error> {
    tokio::fs::create_dir_all(folder).await?;
    let whole = folder.join(format!("{}.eml", letter.id));
    let begun = whole.with_extension("part");
    tokio::fs::write(&begun, message.formatted()).await?;
    tokio::fs::rename(&begun, &whole).await
}
