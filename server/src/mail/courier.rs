//! Carries letters, one after the other, for as long as there are any: woken when one is written, and looking by itself once a second, as other
//! processes write some too.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use auth::{Delivery, Engine, Letter, clock::Timestamp};
use lettre::{
    Message,
    message::{
        Mailbox as Address, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use thiserror::Error;
use tokio::sync::{Mutex, watch};

use super::{
    Mailbox, Transport, TransportError, outcome,
    words::{self, Words},
};
use crate::settings::PublicUrl;

/// How often letters of other processes are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait after the database did not answer.
const PAUSE: Duration = Duration::from_secs(5);
/// How often to tell the database what became of a letter. Then the letter is in hand no longer.
const SETTLINGS: u32 = 12;

/// Who carries the letters of this process.
pub(crate) struct Courier {
    engine: Engine,
    transport: Transport,
    from: Address,
    public_url: PublicUrl,
    /// One round at a time: whoever waits for it then finds all carried that was there when they came.
    round: Mutex<()>,
}

/// Why a letter could not be put into words.
#[derive(Debug, Error)]
pub(super) enum WordingError {
    #[error("its template failed: {0}")]
    Template(#[from] askama::Error),
    #[error("its address can't be used: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("it can't be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

impl Courier {
    pub(crate) fn new(
        engine: Engine,
        transport: Transport,
        from: Address,
        public_url: PublicUrl,
    ) -> Arc<Self> {
        Arc::new(Self {
            engine,
            transport,
            from,
            public_url,
            round: Mutex::default(),
        })
    }

    /// The mailbox of who develops, if letters go there.
    pub(crate) fn mailbox(&self) -> Option<Mailbox> {
        self.transport.mailbox()
    }

    /// Carries letters until it is told to stop; the one in hand is carried to its end.
    pub(crate) async fn run(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            let rest = match self.carry_while(|| !*stopping.borrow()).await {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::warn!(%error, "letters can't be read just now");
                    PAUSE
                }
            };
            tokio::select! {
                () = self.engine.letter_posted() => {}
                () = tokio::time::sleep(rest) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Carries all letters that are due.
    ///
    /// # Errors
    /// [`auth::Error::Unavailable`], when the database does not answer.
    pub(crate) async fn carry_all(&self) -> Result<(), auth::Error> {
        self.carry_while(|| true).await
    }

    /// Carries letters that are due, for as long as it may go on to the next.
    async fn carry_while(&self, may_go_on: impl Fn() -> bool) -> Result<(), auth::Error> {
        let _round = self.round.lock().await;
        while may_go_on()
            && let Some(letter) = self.engine.claim_letter().await?
        {
            let delivery = self.carry(&letter).await;
            outcome::count(letter.occasion, delivery);
            self.settle(&letter, delivery).await?;
        }
        Ok(())
    }

    /// Says what became of a letter, again if the database does not answer: a letter that was sent would be sent once more.
    async fn settle(&self, letter: &Letter, delivery: Delivery) -> Result<(), auth::Error> {
        for _ in 1..SETTLINGS {
            match self.engine.settle_letter(letter, delivery).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    tracing::warn!(letter = %letter.id, %error, "what became of a letter can't be written down just now");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        self.engine.settle_letter(letter, delivery).await
    }

    async fn carry(&self, letter: &Letter) -> Delivery {
        let (words, message) = match self.write(letter) {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(letter = %letter.id, occasion = %letter.occasion, %error, "a letter can't be written");
                return Delivery::Refused;
            }
        };
        match self.transport.carry(letter, words, message).await {
            Ok(()) => Delivery::Sent,
            Err(error) => {
                let delivery = error.delivery();
                tell(letter, &error, delivery);
                delivery
            }
        }
    }

    /// Puts a letter together as a message (RFC 5322), with what says that a program has written it (RFC 3834).
    fn write(&self, letter: &Letter) -> Result<(Words, Message), WordingError> {
        let words = words::of(letter, &self.public_url)?;
        let host = self.public_url.host();
        let message = Message::builder()
            // Both are the same at each attempt: whoever gets it twice can see that it is one.
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            .date(date(letter.at))
            .from(self.from.clone())
            .to(Address::new(None, letter.to.parse()?))
            .subject(words.subject.clone())
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, words.text.clone()))
                    .singlepart(part(ContentType::TEXT_HTML, words.html.clone())),
            )?;
        Ok((words, message))
    }
}

/// Of whom it was for, only the domain is told: that says which mail server is concerned.
fn tell(letter: &Letter, error: &TransportError, delivery: Delivery) {
    let domain = letter.to.rsplit('@').next().unwrap_or_default();
    let (id, occasion, attempt) = (letter.id, letter.occasion, letter.attempts);
    let error = error.to_string().replace(&letter.to, "(the address)");
    if delivery == Delivery::Refused {
        tracing::warn!(letter = %id, %occasion, domain, error, "a letter was refused for good");
    } else {
        tracing::warn!(letter = %id, %occasion, domain, attempt, error, "a letter was not taken; it is tried again later");
    }
}

/// When it was written, for a mail program to show.
fn date(at: Timestamp) -> SystemTime {
    let micros = u64::try_from(at.unix_micros()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

fn part(kind: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(kind).body(body)
}
