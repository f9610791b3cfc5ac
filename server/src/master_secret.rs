//! Finds the master secret, or makes it on the first start of an embedded database.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use auth::{
    ExposeSecret, MasterSecret, WeakSecret,
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
        cause: WeakSecret,
    },
    /// The database is there, and the secret that its keys are sealed under is not.
    #[error(
        "The database {} is there, but the master secret that its keys are sealed under is not at {}. Put it back, or name it by \
         LATCHKEY_MASTER_SECRET. If it is lost for good, put another there (`openssl rand -base64 32` makes one) and run \
         `latchkey key start-anew`: accounts stay as they are, and everybody is signed out",
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
                refuse_lost(&path, &database)?;
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

/// What there is of a master secret.
pub(crate) enum Found {
    /// It.
    Secret(MasterSecret),
    /// Nothing yet, as is right before the first start.
    MadeOnFirstStart(PathBuf),
}

/// Looks for the master secret where the settings say that it is, and makes none.
pub(crate) fn look(place: &MasterSecretPlace) -> Result<Found, NoMasterSecret> {
    match place {
        MasterSecretPlace::Given(secret) => Ok(Found::Secret(secret.clone())),
        MasterSecretPlace::FileOrNew { path, database } if !path.exists() => {
            refuse_lost(path, database)?;
            Ok(Found::MadeOnFirstStart(path.clone()))
        }
        MasterSecretPlace::File(path) | MasterSecretPlace::FileOrNew { path, .. } => {
            read(path.clone()).map(Found::Secret)
        }
    }
}

/// Refuses to go on with a database whose keys no secret opens any more.
fn refuse_lost(path: &Path, database: &Path) -> Result<(), NoMasterSecret> {
    if fs::metadata(database).is_ok_and(|file| file.len() > 0) {
        return Err(NoMasterSecret::Lost {
            path: path.to_owned(),
            database: database.to_owned(),
        });
    }
    Ok(())
}

/// Reads a master secret from a file.
pub(crate) fn read(path: PathBuf) -> Result<MasterSecret, NoMasterSecret> {
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
