//! The profiles that were asked for of late, so that a call that is verified without the database need not go there for a name.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Profile, SecurityVersion, UserId};

/// How long a profile is believed.
const BELIEVED: Duration = Duration::from_secs(5);
/// How many are kept.
const KEPT: usize = 4_096;

/// Profiles, each for the security version that it was read at: a token of a later one is not answered from an earlier profile.
#[derive(Debug, Default)]
pub(crate) struct ProfileCache(Mutex<HashMap<(UserId, SecurityVersion), (Instant, Profile)>>);

impl ProfileCache {
    /// The profile of `user` at `version`, if it was read in the last seconds.
    pub(crate) fn get(&self, user: UserId, version: SecurityVersion) -> Option<Profile> {
        let profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, profile) = profiles.get(&(user, version))?;
        (read_at.elapsed() < BELIEVED).then(|| profile.clone())
    }

    /// Keeps a profile that was just read.
    pub(crate) fn keep(&self, user: UserId, version: SecurityVersion, profile: Profile) {
        let mut profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if profiles.len() >= KEPT {
            profiles.clear();
        }
        profiles.insert((user, version), (Instant::now(), profile));
    }

    /// Forgets what was read of `user`, who was changed just now.
    pub(crate) fn forget(&self, user: UserId) {
        let mut profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.retain(|(other, _), _| *other != user);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_profile_is_found_for_its_user_and_version_alone() {
        let cache = ProfileCache::default();
        let user = |number| UserId::from(Uuid::from_u128(number));
        let version = SecurityVersion::from_claim;
        let profile = Profile {
            id: user(1).to_string(),
            username: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
            email_verified: false,
            has_password: true,
            deletes_at: None,
            roles: Vec::new(),
            groups: Vec::new(),
            created_at: String::new(),
        };
        cache.keep(user(1), version(1), profile.clone());
        assert_eq!(cache.get(user(1), version(1)), Some(profile));
        assert_eq!(cache.get(user(1), version(2)), None);
        assert_eq!(cache.get(user(2), version(1)), None);
    }
}
