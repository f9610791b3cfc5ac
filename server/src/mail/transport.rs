//! Who carries a letter: a mail server, a folder, or the mailbox of who develops.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use auth::{Delivery, ExposeSecret as _, Letter};
use lettre::Message;
use thiserror::Error;

use super::{
    mailbox::{KeptLetter, Mailbox},
    smtp::{MailServer, SmtpError},
    words::Words,
};
use crate::settings::{MailPlace, PublicUrl};

/// Who carries letters.
pub(crate) enum Transport {
    /// A mail server.
    Smtp(Box<MailServer>),
    /// A folder, a file a letter.
    Folder(PathBuf),
    /// The memory of this process.
    Mailbox(Mailbox),
}

/// Why a letter was not taken.
#[derive(Debug, Error)]
pub(crate) enum TransportError {
    /// The mail server refused it, or was not reached.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The file can't be written.
    #[error("its file can't be written: {0}")]
    Folder(#[from] io::Error),
}

impl TransportError {
    /// What became of the letter.
    pub(super) fn delivery(&self) -> Delivery {
        match self {
            Self::Smtp(error) => error.delivery(),
            Self::Folder(_) => Delivery::Failed,
        }
    }
}

impl Transport {
    /// Who is to carry letters by the settings. Nobody, where no mail is sent.
    ///
    /// # Errors
    /// [`TransportError`], when nothing could be carried in that way.
    pub(crate) fn new(
        place: &MailPlace,
        public_url: &PublicUrl,
    ) -> Result<Option<Self>, TransportError> {
        Ok(match place {
            MailPlace::Nowhere => None,
            MailPlace::Mailbox => Some(Self::Mailbox(Mailbox::default())),
            MailPlace::Folder(path) => Some(Self::Folder(path.clone())),
            MailPlace::Server(address) => {
                let server = MailServer::new(address.expose_secret(), public_url)?;
                Some(Self::Smtp(Box::new(server)))
            }
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
        if let Self::Smtp(server) = self {
            server.greet().await?;
        }
        Ok(())
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// [`TransportError`], which says by [`TransportError::delivery`] whether to try again.
    pub(super) async fn carry(
        &self,
        letter: &Letter,
        words: Words,
        message: Message,
    ) -> Result<(), TransportError> {
        match self {
            Self::Smtp(server) => server.carry(message).await?,
            Self::Folder(folder) => {
                let (folder, name) = (folder.clone(), letter.id.to_string());
                let written = move || write(&folder, &name, &message.formatted());
                tokio::task::spawn_blocking(written)
                    .await
                    .map_err(io::Error::other)??;
            }
            Self::Mailbox(mailbox) => mailbox.keep(KeptLetter::new(letter, words)),
        }
        Ok(())
    }
}

/// Writes a letter into a folder, under another name until it is whole. It is for its owner alone, as its link opens an account.
fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let whole = folder.join(format!("{name}.eml"));
    let begun = whole.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&begun)?;
    file.write_all(message)?;
    file.sync_all()?;
    fs::rename(&begun, &whole)
}
