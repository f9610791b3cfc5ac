//! A mail server: the way to it, and what its answers mean.

use std::{
    error::Error as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use auth::Delivery;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        AsyncSmtpTransportBuilder, Error, PoolConfig, authentication::Credentials,
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::settings::{PublicUrl, Security};

/// How long it may take until a mail server is reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a letter may take in all. Less than a letter may be in hand: else another process would take it up meanwhile.
const LETTER: Duration = Duration::from_mins(1);
/// How many connections are kept for the next letters.
const CONNECTIONS: u32 = 2;

/// Why a mail server did not take a letter.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpError {
    /// The settings name no mail server that can be used.
    #[error("mail_url names no mail server that can be used")]
    Address,
    /// Nothing can be encrypted.
    #[error("the connection to the mail server can't be encrypted")]
    Encryption(#[source] Error),
    /// It was not reached, or does not let us in.
    #[error("the mail server was not reached, or does not let us in ({0})")]
    Unreached(Error),
    /// It let us in, and hung up.
    #[error("the mail server hung up")]
    HungUp,
    /// It said no to the letter.
    #[error("the mail server did not take it ({0})")]
    NotTaken(Error),
    /// It did not answer in time.
    #[error("the mail server took longer than a letter may")]
    Silent,
}

impl SmtpError {
    /// What became of the letter.
    pub(super) fn delivery(&self) -> Delivery {
        match self {
            Self::NotTaken(error) if error.is_permanent() && !is_about_us(error) => {
                Delivery::Refused
            }
            _ => Delivery::Failed,
        }
    }
}

/// Whether a refusal for good is one of us and not of the letter, so that whoever runs this can mend it: we are not let in (RFC 4954, section
/// 6), or, by the enhanced codes of RFC 3463, it is about the sender's address, the mail systems, the way between them, or policy.
fn is_about_us(error: &Error) -> bool {
    const CODES: std::ops::RangeInclusive<u16> = 530..=539;
    const ENHANCED: [&str; 5] = ["5.1.7", "5.1.8", "5.3.", "5.4.", "5.7."];
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let code = error.status().map(u16::from);
    code.is_some_and(|code| CODES.contains(&code))
        || ENHANCED.iter().any(|about_us| words.starts_with(about_us))
}

type Connections = AsyncSmtpTransport<Tokio1Executor>;

/// A mail server, and the connections to it.
pub(crate) struct MailServer {
    way: AsyncSmtpTransportBuilder,
    connections: Mutex<Connections>,
    /// How long a letter may take in all.
    patience: Duration,
}

impl MailServer {
    /// A mail server by its URL. It is reached when the first letter is sent. The public URL says by which name to greet it.
    ///
    /// # Errors
    /// [`SmtpError`], when there can be no such server.
    pub(super) fn new(address: &str, public_url: &PublicUrl) -> Result<Self, SmtpError> {
        let way = way_to(address, public_url)?;
        Ok(Self {
            connections: Mutex::new(way.clone().build()),
            way,
            patience: LETTER,
        })
    }

    /// Says hello, with user and password if there are any, and sends nothing.
    ///
    /// # Errors
    /// [`SmtpError`], when it does not answer as it should.
    pub(super) async fn greet(&self) -> Result<(), SmtpError> {
        let connections = self.connections();
        self.in_time(greet(&connections)).await
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// [`SmtpError`], which says by [`SmtpError::delivery`] whether to try again.
    pub(super) async fn carry(&self, message: Message) -> Result<(), SmtpError> {
        let connections = self.connections();
        self.in_time(async {
            // By itself, so that a refusal from here on is one of the letter: a greeting may well be one too (RFC 5321, section 3.1).
            greet(&connections).await?;
            connections
                .send(message)
                .await
                .map(drop)
                .map_err(SmtpError::NotTaken)
        })
        .await
    }

    /// Waits no longer than a letter may take. A dialogue that was broken off is in no state to go on, so its connection is left behind.
    async fn in_time(
        &self,
        dialogue: impl Future<Output = Result<(), SmtpError>>,
    ) -> Result<(), SmtpError> {
        if let Ok(ended) = tokio::time::timeout(self.patience, dialogue).await {
            return ended;
        }
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connections = self.way.clone().build();
        Err(SmtpError::Silent)
    }

    fn connections(&self) -> Connections {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn greet(connections: &Connections) -> Result<(), SmtpError> {
    if connections
        .test_connection()
        .await
        .map_err(SmtpError::Unreached)?
    {
        Ok(())
    } else {
        Err(SmtpError::HungUp)
    }
}

/// `smtps:` is encrypted from the start (RFC 8314), `smtp:` from STARTTLS on (RFC 3207), which must be there unless the server is on this
/// machine.
fn way_to(address: &str, public_url: &PublicUrl) -> Result<AsyncSmtpTransportBuilder, SmtpError> {
    let url = Url::parse(address).map_err(|_| SmtpError::Address)?;
    let host = url.host_str().ok_or(SmtpError::Address)?;
    // An IPv6 address stands in brackets in a URL alone.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut way = if url.scheme() == "smtps" {
        Connections::relay(host).map_err(SmtpError::Encryption)?
    } else if is_this_machine(host) {
        Connections::builder_dangerous(host)
    } else {
        Connections::starttls_relay(host).map_err(SmtpError::Encryption)?
    };
    if let Some(port) = url.port() {
        way = way.port(port);
    }
    if let (Some(user), Some(password)) = (
        decoded(url.username()).filter(|user| !user.is_empty()),
        url.password().and_then(decoded),
    ) {
        way = way.credentials(Credentials::new(user, password));
    }
    if public_url.security() == Security::Encrypted {
        way = way.hello_name(ClientId::Domain(public_url.host().to_owned()));
    }
    Ok(way
        .timeout(Some(CONNECT))
        .pool_config(PoolConfig::new().max_size(CONNECTIONS)))
}

/// Whether what is sent to a host does not leave the machine.
fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(address: &str) -> String {
        let public_url = PublicUrl::parse("https://latchkey.example:8443").unwrap();
        format!("{:?}", way_to(address, &public_url).unwrap())
    }

    #[test]
    fn only_a_server_on_this_machine_may_do_without_encryption() {
        for (address, encryption) in [
            ("smtps://mail.example", "Wrapper"),
            ("smtps://localhost:1465", "Wrapper"),
            ("smtp://mail.example:2525", "Required"),
            ("smtp://127.0.0.1.example", "Required"),
            ("smtp://10.0.0.1", "Required"),
            ("smtp://localhost:1025", "None"),
            ("smtp://127.0.0.1:1025", "None"),
            ("smtp://[::1]:1025", "None"),
        ] {
            let way = way(address);
            assert!(
                way.contains(&format!("tls: {encryption}")),
                "{address}: {way}"
            );
        }
    }

    #[tokio::test]
    async fn one_that_says_nothing_is_given_up_and_left_behind() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("smtp://{}", listener.local_addr().unwrap());
        let public_url = PublicUrl::parse("http://localhost:3000").unwrap();
        let mut server = MailServer::new(&address, &public_url).unwrap();
        server.patience = Duration::from_millis(50);
        let mut held = Vec::new();
        for _ in 0..2 {
            let (greeted, accepted) = tokio::join!(server.greet(), listener.accept());
            assert!(matches!(greeted, Err(SmtpError::Silent)), "{greeted:?}");
            held.push(accepted.unwrap());
        }
    }

    #[test]
    fn it_is_greeted_by_the_host_of_the_public_url() {
        assert!(way("smtp://mail.example").contains("hello_name: Domain(\"latchkey.example\")"));
    }

    #[test]
    fn a_password_is_decoded_and_shows_itself_nowhere() {
        assert_eq!(decoded("p%40ss%3Aword").as_deref(), Some("p@ss:word"));
        let way = way("smtps://ada:p%40ss%3Aword@mail.example");
        assert!(
            way.contains("credentials: Some") && !way.contains("p@ss"),
            "{way}"
        );
    }
}
