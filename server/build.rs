//! Compiles the program anew when the site that it is to hold has changed, and takes the files of Swagger UI that the page of the API is made
//! of out of their archive.
//!
//! The archive holds them deflated, which is what gzip holds too: with another head and foot they can be sent as they are. So nothing has to be
//! unpacked, here or while the program runs.

use std::{env, error::Error, fs, path::Path};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

/// The files, by the ends of their names in the archive.
const FILES: [&str; 3] = [
    "/dist/swagger-ui-bundle.js",
    "/dist/swagger-ui.css",
    "/LICENSE",
];

/// What each entry of the archive's directory begins with, and what the directory's own end begins with.
const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";

/// The number by which an archive says that a file is deflated.
const DEFLATED: u16 = 8;

/// The head of a gzip file: deflated, without a name or a time.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// A file in the archive.
struct Entry {
    name: &'static str,
    method: u16,
    checksum: u32,
    length: u32,
    deflated: &'static [u8],
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LATCHKEY_EMBEDDED_SITE");
    if let Ok(site) = env::var("LATCHKEY_EMBEDDED_SITE") {
        println!("cargo::rerun-if-changed={site}");
    }
    let folder = env::var("OUT_DIR")?;
    let entries = entries().ok_or("the archive of Swagger UI can't be read")?;
    for end in FILES {
        let entry = entries
            .iter()
            .find(|entry| entry.name.find('/').map(|top| &entry.name[top..]) == Some(end))
            .filter(|entry| entry.method == DEFLATED)
            .ok_or_else(|| format!("the archive of Swagger UI has no {end}"))?;
        let file = end.rsplit('/').next().unwrap_or(end);
        fs::write(Path::new(&folder).join(format!("{file}.gz")), entry.gzip())?;
        // The top folder is named for the version.
        let top = entry.name.split('/').next().unwrap_or_default();
        println!("cargo::rustc-env=SWAGGER_UI={top}");
    }
    Ok(())
}

impl Entry {
    fn gzip(&self) -> Vec<u8> {
        let parts: [&[u8]; 4] = [
            &GZIP_HEAD,
            self.deflated,
            &self.checksum.to_le_bytes(),
            &self.length.to_le_bytes(),
        ];
        parts.concat()
    }
}

/// The archive's directory (APPNOTE, section 4.3.12).
fn entries() -> Option<Vec<Entry>> {
    let end = ARCHIVE.windows(END.len()).rposition(|bytes| bytes == END)?;
    let count = number_of_two(end + 10)?;
    let mut at = place(end + 16)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if ARCHIVE.get(at..at + ENTRY.len())? != ENTRY {
            return None;
        }
        let name_length = usize::from(number_of_two(at + 28)?);
        let name = ARCHIVE.get(at + 46..at + 46 + name_length)?;
        entries.push(Entry {
            name: std::str::from_utf8(name).ok()?,
            method: number_of_two(at + 10)?,
            checksum: number_of_four(at + 16)?,
            length: number_of_four(at + 24)?,
            deflated: data(place(at + 42)?, place(at + 20)?)?,
        });
        at += 46
            + name_length
            + usize::from(number_of_two(at + 30)?)
            + usize::from(number_of_two(at + 32)?);
    }
    Some(entries)
}

/// The bytes behind a file's own head, which tells how long its name and its extras are.
fn data(head: usize, length: usize) -> Option<&'static [u8]> {
    let begin =
        head + 30 + usize::from(number_of_two(head + 26)?) + usize::from(number_of_two(head + 28)?);
    ARCHIVE.get(begin..begin + length)
}

fn number_of_two(at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        ARCHIVE.get(at..at + 2)?.try_into().ok()?,
    ))
}

fn number_of_four(at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        ARCHIVE.get(at..at + 4)?.try_into().ok()?,
    ))
}

fn place(at: usize) -> Option<usize> {
    usize::try_from(number_of_four(at)?).ok()
}
