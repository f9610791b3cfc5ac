//! The site's folder: names with hashes, hash.txt, compressed copies, and the files that are public as they are.

use crate::{
    arguments::Mode,
    house::{House, OUTPUT_NAME, PACKAGE_FOLDER, PUBLIC_FOLDER},
};
use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};
use std::{
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    path::{Path, PathBuf},
};

/// Which file of the folder carries the fingerprint of what it was made from.
const FINGERPRINT_FILE: &str = ".made-from";
/// The names with hashes, as cargo-leptos writes them: a line each, `extension: hash`.
const HASH_FILE: &str = "hash.txt";
/// Kinds of files that become smaller by compressing.
const COMPRESSED: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// The contents of the files that every page loads.
pub(crate) struct Parts {
    pub(crate) script: Vec<u8>,
    pub(crate) wasm: Vec<u8>,
    pub(crate) style: Vec<u8>,
}

/// The folder that the server serves files from.
pub(crate) struct Site {
    folder: PathBuf,
    public: PathBuf,
    mode: Mode,
    fingerprint: String,
}

impl Site {
    /// The site as it would be made from these sources, and the public files.
    pub(crate) fn new(house: &House, mode: Mode, sources: &[&[u8]]) -> Result<Self> {
        let public = house.root().join(PUBLIC_FOLDER);
        let mut hasher = DefaultHasher::new();
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        sources.hash(&mut hasher);
        for (path, contents) in files_in(&public)? {
            path.hash(&mut hasher);
            contents.hash(&mut hasher);
        }
        Ok(Self {
            folder: house.site(mode),
            public,
            mode,
            fingerprint: format!("{:016x}\n", hasher.finish()),
        })
    }

    /// Whether the folder is finished and made from the same. cargo-leptos empties the folder, and this mark with it.
    pub(crate) fn stands(&self) -> bool {
        fs::read_to_string(self.folder.join(FINGERPRINT_FILE))
            .is_ok_and(|found| found == self.fingerprint)
    }

    /// Makes the folder anew.
    pub(crate) fn write(&self, parts: &Parts) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("could not empty {}", self.folder.display()))?;
        }
        fs::create_dir_all(self.folder.join(PACKAGE_FOLDER))
            .with_context(|| format!("could not make {}", self.folder.display()))?;

        for (path, contents) in files_in(&self.public)? {
            self.put(&path, &contents)?;
        }
        let mut hashes = String::new();
        for (extension, contents) in [
            ("js", &parts.script),
            ("wasm", &parts.wasm),
            ("css", &parts.style),
        ] {
            let name = match self.mode {
                Mode::Debug => format!("{OUTPUT_NAME}.{extension}"),
                Mode::Release => {
                    let hash = hash(contents);
                    writeln!(hashes, "{extension}: {hash}")?;
                    format!("{OUTPUT_NAME}.{hash}.{extension}")
                }
            };
            self.put(&Path::new(PACKAGE_FOLDER).join(name), contents)?;
        }
        if self.mode == Mode::Release {
            fs::write(self.folder.join(HASH_FILE), hashes)?;
        }
        // Last: what is interrupted before has no fingerprint and is made again.
        fs::write(self.folder.join(FINGERPRINT_FILE), &self.fingerprint)?;
        Ok(())
    }

    /// The sizes of what a page loads, in a release build.
    pub(crate) fn report(&self) -> Result<String> {
        let mut table = String::new();
        if self.mode == Mode::Debug {
            return Ok(table);
        }
        let mut sums = (0, 0);
        writeln!(table, "  {:<40} {:>9} {:>9}", "bytes", "plain", "brotli")?;
        for (path, contents) in files_in(&self.folder.join(PACKAGE_FOLDER))? {
            if path
                .extension()
                .is_some_and(|extension| extension == "br" || extension == "gz")
            {
                continue;
            }
            let mut compressed = self
                .folder
                .join(PACKAGE_FOLDER)
                .join(&path)
                .into_os_string();
            compressed.push(".br");
            let compressed = fs::metadata(compressed)?.len();
            sums.0 += contents.len();
            sums.1 += compressed;
            writeln!(
                table,
                "  {:<40} {:>9} {:>9}",
                path.display(),
                contents.len(),
                compressed
            )?;
        }
        writeln!(table, "  {:<40} {:>9} {:>9}", "together", sums.0, sums.1)?;
        Ok(table)
    }

    /// Writes a file, and in a release build its compressed copies beside it.
    fn put(&self, path: &Path, contents: &[u8]) -> Result<()> {
        let place = self.folder.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&place, contents)
            .with_context(|| format!("could not write {}", place.display()))?;
        let compresses = path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| COMPRESSED.contains(&extension));
        if self.mode == Mode::Release && compresses {
            let beside = |extension: &str| {
                let mut name = place.clone().into_os_string();
                name.push(extension);
                name
            };
            fs::write(beside(".br"), brotli(contents)?)?;
            fs::write(beside(".gz"), gzip(contents)?)?;
        }
        Ok(())
    }
}

/// A name for these contents. It need not withstand an attacker: whoever can choose the contents owns the site.
fn hash(contents: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn brotli(contents: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: contents.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &contents[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(contents: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(contents)?;
    Ok(encoder.finish()?)
}

/// Every file under a folder with its path from there, in an order that does not change. A folder that is not there has none.
fn files_in(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut unread = vec![folder.to_path_buf()];
    while let Some(next) = unread.pop().filter(|next| next.is_dir()) {
        for entry in
            fs::read_dir(&next).with_context(|| format!("could not read {}", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                unread.push(path);
            } else {
                let contents = fs::read(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                files.push((path.strip_prefix(folder)?.to_path_buf(), contents));
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{brotli, gzip, hash};
    use std::io::Read as _;

    #[test]
    fn compressed_copies_hold_the_same_bytes() {
        let contents = b"Latchkey, Latchkey, Latchkey".repeat(50);
        let mut from_brotli = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&contents).unwrap()[..], &mut from_brotli).unwrap();
        assert_eq!(from_brotli, contents);

        let mut from_gzip = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&contents).unwrap()[..])
            .read_to_end(&mut from_gzip)
            .unwrap();
        assert_eq!(from_gzip, contents);
    }

    #[test]
    fn another_content_has_another_name() {
        assert_eq!(hash(b"one"), hash(b"one"));
        assert_ne!(hash(b"one"), hash(b"two"));
    }
}
