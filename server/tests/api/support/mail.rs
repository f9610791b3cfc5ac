//! The letters that a server under test has sent, as who develops reads them.

use serde_json::Value;

use super::TestApp;

/// A letter, as far as tests look at it.
#[derive(Clone, Debug)]
pub(crate) struct SentLetter {
    /// Where its link leads to, without the token.
    pub(crate) address: String,
    /// The token of its link.
    pub(crate) token: String,
    /// Its code; empty if it has none.
    pub(crate) code: String,
}

impl TestApp {
    /// On which occasions letters were sent to an address, the newest first. Those that were written are sent before.
    pub(crate) async fn occasions(&self, email: &str) -> Vec<String> {
        let letters = self.mail_to(email).await;
        let occasions = letters.iter().map(|letter| letter["occasion"].as_str());
        occasions
            .map(|occasion| occasion.unwrap().to_owned())
            .collect()
    }

    async fn mail_to(&self, email: &str) -> Vec<Value> {
        let all = self.get("/dev/mail.json").send().await.json();
        let letters = all.as_array().expect("a list of letters").iter();
        letters
            .filter(|letter| letter["to"] == email)
            .cloned()
            .collect()
    }

    /// The letters with a link to an address on an occasion, the newest first. Those that were written are sent before.
    pub(crate) async fn letters(&self, email: &str, occasion: &str) -> Vec<SentLetter> {
        let letters = self.mail_to(email).await.into_iter();
        letters
            .filter(|letter| letter["occasion"] == occasion)
            .map(|letter| {
                let link = letter["links"][0].as_str().expect("a link");
                let (address, token) = link.split_once("?token=").expect("a token");
                SentLetter {
                    address: address.to_owned(),
                    token: token.to_owned(),
                    code: letter["code"].as_str().unwrap_or_default().to_owned(),
                }
            })
            .collect()
    }

    /// The newest of them.
    pub(crate) async fn letter(&self, email: &str, occasion: &str) -> SentLetter {
        let letters = self.letters(email, occasion).await;
        let newest = letters.into_iter().next();
        newest.unwrap_or_else(|| panic!("no letter on {occasion} to {email}"))
    }

    /// Asks for a letter by which `email` gets another password, and reads it.
    pub(crate) async fn reset_letter(&self, email: &str) -> SentLetter {
        let asked = self
            .post("/api/v1/auth/forgot-password")
            .json(&serde_json::json!({ "email": email }))
            .send()
            .await;
        assert_eq!(asked.status, 202, "{asked:?}");
        self.letter(email, "reset_password").await
    }
}
