//! The range search of Have I Been Pwned, or of a service that answers as it does: `GET {address}{first five digits}` of a password's SHA-1.
//! <https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange>

use std::{error::Error, io, sync::Arc, time::Duration};

use auth::password::{BreachedPasswords, HashPrefix, RangeAnswer};
use axum::{
    body::Bytes,
    http::{Request, Uri, header},
};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use thiserror::Error as ThisError;
use tokio::time::timeout;

use crate::{StartError, causes::with_causes, settings::Settings};

/// How long a person waits for its answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest answer that is read, in bytes. They have some forty thousand.
const LONGEST: usize = 512 * 1024;
/// Has it add lines that mean nothing, so that the length of an encrypted answer does not tell what was asked.
const ADD_PADDING: &str = "add-padding";
/// What it is asked by: it wants to know the program.
const PROGRAM: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"));

/// Whom the engine asks by these settings, if anybody.
///
/// # Errors
/// [`StartError::BreachedPasswords`], when encrypted connections can't be made.
pub(crate) fn service(
    settings: &Settings,
) -> Result<Option<Arc<dyn BreachedPasswords>>, StartError> {
    let Some(address) = &settings.breached_passwords else {
        return Ok(None);
    };
    let service = RangeSearch::at(address.as_str()).map_err(StartError::BreachedPasswords)?;
    Ok(Some(Arc::new(service)))
}

/// The service at one address.
#[derive(Debug)]
struct RangeSearch {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    /// What stands before the five digits.
    address: String,
}

/// Why it did not say anything. None of these tells what it was asked, which stands in the address of the request.
#[derive(Debug, ThisError)]
enum NoAnswer {
    #[error("the service for breached passwords did not answer within {} seconds", PATIENCE.as_secs())]
    TooLate,
    #[error("the service for breached passwords was not reached: {0}")]
    NotReached(String),
    #[error("the service for breached passwords answered with status {0}")]
    Status(u16),
    #[error("the answer of the service for breached passwords could not be read to its end")]
    Broken,
}

impl RangeSearch {
    fn at(address: &str) -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            address: address.to_owned(),
        })
    }

    async fn ask_in_time(
        &self,
        prefix: HashPrefix,
    ) -> Result<String, Box<dyn Error + Send + Sync>> {
        timeout(PATIENCE, self.ask(&prefix))
            .await
            .map_err(|_| NoAnswer::TooLate)?
    }

    async fn ask(&self, prefix: &HashPrefix) -> Result<String, Box<dyn Error + Send + Sync>> {
        let address: Uri = format!("{}{}", self.address, prefix.as_str()).parse()?;
        let request = Request::get(address)
            .header(header::USER_AGENT, PROGRAM)
            .header(ADD_PADDING, "true")
            .body(Empty::new())?;
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| NoAnswer::NotReached(with_causes(&error)))?;
        if !answer.status().is_success() {
            return Err(NoAnswer::Status(answer.status().as_u16()).into());
        }
        let body = Limited::new(answer.into_body(), LONGEST)
            .collect()
            .await
            .map_err(|_| NoAnswer::Broken)?;
        Ok(String::from_utf8(body.to_bytes().into()).map_err(|_| NoAnswer::Broken)?)
    }
}

impl BreachedPasswords for RangeSearch {
    fn range(&self, prefix: HashPrefix) -> RangeAnswer<'_> {
        Box::pin(self.ask_in_time(prefix))
    }
}
