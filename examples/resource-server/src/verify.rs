//! Takes an access token for true, or does not (RFC 9068, section 4).

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use jsonwebtoken::{decode, decode_header, get_current_timestamp};
use serde::{Deserialize, Serialize};

use crate::{INVALID_TOKEN, Refusal, keys::Keys};

/// How far two machines' clocks may differ, in seconds.
const LEEWAY: u64 = 5;

/// What a token says of its user. All of these must be there.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    sub: String,
    roles: Vec<String>,
    groups: Vec<String>,
    #[serde(skip_serializing)]
    iat: u64,
}

pub(crate) async fn verify(token: &str, keys: &Arc<Keys>) -> Result<Claims, Refusal> {
    let header = decode_header(token).map_err(|_| INVALID_TOKEN)?;
    // Nothing but these three may be there: `typ` keeps out other kinds of token, the rest `crit`, and what would bring a key along (`jwk`, `jku`, `x5c`).
    let mut allowed = Header::new(header.alg);
    allowed.typ = Some("at+jwt".to_owned());
    allowed.kid.clone_from(&header.kid);
    if header != allowed {
        return Err(INVALID_TOKEN);
    }
    let key = keys.find(&header.kid.ok_or(INVALID_TOKEN)?).await?;
    // The algorithm is the one that the key itself is published for, and one of two; `decode` refuses a token that names another.
    let algorithm = key.common.key_algorithm.map(Algorithm::try_from);
    let Some(Ok(algorithm @ (Algorithm::EdDSA | Algorithm::ES256))) = algorithm else {
        return Err(INVALID_TOKEN);
    };
    let key = DecodingKey::from_jwk(&key).map_err(|_| INVALID_TOKEN)?;
    let mut validation = Validation::new(algorithm);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[&keys.issuer.url]);
    validation.set_audience(&[&keys.issuer.audience]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    match decode::<Claims>(token, &key, &validation) {
        Ok(token) if token.claims.iat <= get_current_timestamp() + LEEWAY => Ok(token.claims),
        _ => Err(INVALID_TOKEN),
    }
}
