//! Codes of letters that somebody types: by who is signed in, of their own newest letter; and by who is not, where whether there is such a letter must
//! not be told, by the answer or by its time.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use uuid::Uuid;

use crate::{Engine, Error, error::Field, link::CODE_TRIES, store::Link};

/// Judges a code, whose tries are counted under `name`; spaces and dashes in it count for nothing. Answers the link that it stands beside, if it
/// is the right one. A try is counted before it is judged, and by the same statement whether there is such a link or not.
///
/// # Errors
/// [`Error::Invalid`], when nothing was typed.
pub(super) async fn judge(
    engine: &Engine,
    name: &[u8],
    link: Option<Link>,
    code: &str,
) -> Result<Option<Link>, Error> {
    let parts = engine.parts();
    let now = engine.now();
    let digits = digits_in(code)?;
    let tries = parts.store.count_typed_code(name, now).await?;
    let link = link.filter(|link| {
        let code_stands = link.code_expires_at.is_some_and(|until| now < until);
        code_stands && now < link.expires_at
    });
    let (id, hash) = match &link {
        Some(link) => (link.id, link.code_hash.clone().unwrap_or_default()),
        None => (Uuid::nil(), Vec::new()),
    };
    let typed = parts.letter_key.code_hash(id, &digits);
    let is_right = verify_slices_are_equal(&hash, &typed).is_ok();
    Ok(link.filter(|_| is_right && tries <= CODE_TRIES))
}

/// Judges a code beside a link; spaces and dashes in it count for nothing. A try is counted before it is judged, so that no more are judged at
/// once than are allowed.
///
/// # Errors
/// [`Error::Invalid`], when nothing was typed; [`Error::InvalidLink`], when no code stands beside the link any more; [`Error::WrongCode`].
pub(super) async fn is_code(engine: &Engine, link: &Link, code: &str) -> Result<(), Error> {
    let parts = engine.parts();
    let now = engine.now();
    let code = digits_in(code)?;
    let stands = link.code_expires_at.is_some_and(|until| now < until) && now < link.expires_at;
    let hash = link.code_hash.as_ref().filter(|_| stands);
    let hash = hash.ok_or(Error::InvalidLink)?;
    if !parts.store.count_code_try(link.id).await? {
        return Err(Error::InvalidLink);
    }
    let typed = parts.letter_key.code_hash(link.id, &code);
    verify_slices_are_equal(hash, &typed).map_err(|_| Error::WrongCode)
}

/// A code without the spaces and dashes that people type into it.
///
/// # Errors
/// [`Error::Invalid`], when nothing else was typed: that is no try.
fn digits_in(code: &str) -> Result<String, Error> {
    let digits: String = code
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .collect();
    if digits.is_empty() {
        return Err(Error::of(Field::Code, "Enter the code from the letter"));
    }
    Ok(digits)
}
