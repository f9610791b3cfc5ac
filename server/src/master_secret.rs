//! Finds the master secret, or makes it on the first start of an embedded database.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use auth::{
    ExposeSecret, MasterSecret, MasterSecretError,
    random::{Randomness, RandomnessError},
};

use crate::settings::MasterSecretPlace;

/// Why there is no master secret.
#[derive(Debug, thiserror::Error)]
pub enum NoMasterSecret {
    /// The file can't be read.
    #[error("The master secret can't be read from {}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file can't be made.
    #[error("The master secret can't be kept in {}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file holds none.
    #[error("{} holds no master secret", path.display())]
    Unfit {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: MasterSecretError,
    },
    /// The database is there, and the secret that its keys are sealed under is not.
    #[error(
        "The database {} is there, but the master secret that its keys are sealed under is not at {}. Put it back (or name it by \
         LATCHKEY_MASTER_SECRET), or remove the database to begin anew",
        database.display(), path.display()
    )]
    Lost {
        /// Where it should be.
        path: PathBuf,
        /// What it belongs to.
        database: PathBuf,
    },
    /// None could be made.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// Brings the master secret from where the settings say that it is.
pub(crate) fn find(
    place: MasterSecretPlace,
    randomness: &dyn Randomness,
) -> Result<MasterSecret, NoMasterSecret> {
    match place {
        MasterSecretPlace::Given(secret) => Ok(secret),
        MasterSecretPlace::File(path) => read(path),
        MasterSecretPlace::FileOrNew { path, database } => {
            if !path.exists() {
                if fs::metadata(&database).is_ok_and(|file| file.len() > 0) {
                    return Err(NoMasterSecret::Lost { path, database });
                }
                let secret = MasterSecret::generate(randomness)?;
                keep(&path, secret.expose_secret()).map_err(|cause| {
                    NoMasterSecret::Unwritable {
                        path: path.clone(),
                        cause,
                    }
                })?;
            }
            read(path)
        }
    }
}

fn read(path: PathBuf) -> Result<MasterSecret, NoMasterSecret> {
    let text = match fs::read_to_string(&path) {
        Ok(text) => auth::SecretString::from(text),
        Err(cause) => return Err(NoMasterSecret::Unreadable { path, cause }),
    };
    MasterSecret::parse(text.expose_secret()).map_err(|cause| NoMasterSecret::Unfit { path, cause })
}

/// Writes the secret so that it is whole or not there, for its owner alone. If another process was quicker, its secret stands.
fn keep(path: &Path, secret: &str) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = writeln!(file, "{secret}")
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&draft)?;
    written
}
