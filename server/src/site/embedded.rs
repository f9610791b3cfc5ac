//! The site inside the program, as `make dist` builds it.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// The files of the site, compressed copies among them.
#[derive(RustEmbed)]
#[folder = "$LATCHKEY_EMBEDDED_SITE"]
struct Files;

/// The file at this path below the site's root.
pub(crate) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(path).map(|file| file.data)
}
