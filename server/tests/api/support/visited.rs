//! What people do at a program that runs, however it was started.

use super::{Answer, Ask, SignedIn, registration};

/// A program that answers people.
pub(crate) trait Visited {
    /// A request that is still to be sent.
    fn ask(&self, method: &str, path: &str) -> Ask;

    async fn register(&self, username: &str) -> SignedIn {
        let answer = self
            .ask("POST", "/api/v1/auth/register")
            .json(&registration(username))
            .send()
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        SignedIn::from(&answer)
    }

    async fn try_login(&self, username: &str, password: &str) -> Answer {
        self.ask("POST", "/api/v1/auth/login")
            .form(&[("username", username), ("password", password)])
            .send()
            .await
    }

    async fn profile(&self, who: &SignedIn) -> Answer {
        self.ask("GET", "/api/v1/user/profile")
            .bearer(&who.access)
            .send()
            .await
    }

    async fn try_refresh(&self, who: &SignedIn) -> Answer {
        self.ask("POST", "/api/v1/auth/refresh")
            .refresh_cookie(&who.refresh)
            .send()
            .await
    }

    async fn refresh(&self, who: &SignedIn) -> SignedIn {
        let answer = self.try_refresh(who).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        SignedIn::from(&answer)
    }
}
