//! Through which door a request came, told by its path. It says in what form a refusal is answered.

/// A door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The REST API, the key set and health: problem+json.
    Api,
    /// The app's server functions: the app's own error as JSON.
    Functions,
    /// Pages, form posts and files: a page.
    Pages,
}

impl Door {
    /// The door of a path.
    pub(crate) fn of(path: &str) -> Self {
        let below = |folder: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if below("/api") || below("/.well-known") || below("/health") {
            Self::Api
        } else if below("/fn") {
            Self::Functions
        } else {
            Self::Pages
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_door() {
        for (path, door) in [
            ("/api/v1/auth/login", Door::Api),
            ("/api", Door::Api),
            ("/.well-known/jwks.json", Door::Api),
            ("/health/live", Door::Api),
            ("/fn/login", Door::Functions),
            ("/", Door::Pages),
            ("/apiary", Door::Pages),
            ("/fnord", Door::Pages),
            ("/login", Door::Pages),
        ] {
            assert_eq!(Door::of(path), door, "{path}");
        }
    }
}
