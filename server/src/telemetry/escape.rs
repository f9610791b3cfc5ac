//! Keeps a line of the log one line, and a terminal that shows it as it is.
//!
//! What a client sends may find its way into a line: in a path, or in the words of an error. Line ends in it would forge lines, and escape
//! sequences would work on the terminal of who reads them. Both are written as text.

use std::{
    fmt::{self, Write as _},
    io,
};

use tracing::field::{Field, Visit};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FormatFields, format::Writer},
};

/// Whether a character could end a line, steer a terminal, or turn the order in which text is shown.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// The fields of a line for a person, `name=value` with a space between, the message without its name.
#[derive(Debug)]
pub(super) struct EscapedFields;

impl<'writer> FormatFields<'writer> for EscapedFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut line = Line {
            writer,
            is_empty: true,
            written: Ok(()),
        };
        fields.record(&mut line);
        line.written
    }
}

/// A line that is being written.
struct Line<'writer> {
    writer: Writer<'writer>,
    is_empty: bool,
    written: fmt::Result,
}

impl Line<'_> {
    fn write(&mut self, name: &str, value: &dyn fmt::Debug) -> fmt::Result {
        if !self.is_empty {
            self.writer.write_char(' ')?;
        }
        self.is_empty = false;
        if name != "message" {
            // In italics, as such lines have it elsewhere.
            let (begin, end) = if self.writer.has_ansi_escapes() {
                ("\u{1b}[3m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            write!(self.writer, "{begin}{name}{end}=")?;
        }
        write!(Escaped(&mut self.writer), "{value:?}")
    }
}

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.written.is_ok() {
            self.written = self.write(field.name(), value);
        }
    }
}

/// Writes what is harmful as Rust writes it in a literal.
struct Escaped<'line, 'writer>(&'line mut Writer<'writer>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if is_harmful(character) {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Writes lines of JSON, in which serde has escaped the ASCII controls, and escapes the rest of what is harmful.
pub(super) struct EscapedJson<W>(pub(super) W);

impl<W: io::Write> io::Write for EscapedJson<W> {
    /// Takes whole lines, as a layer hands them over.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(lines);
        let must_be_escaped = |character| is_harmful(character) && character != '\n';
        if !text.contains(must_be_escaped) {
            self.0.write_all(lines)?;
            return Ok(lines.len());
        }
        let mut escaped = String::with_capacity(text.len() + 8);
        for character in text.chars() {
            if must_be_escaped(character) {
                // All of them are below U+10000. Writing to a String can't fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            } else {
                escaped.push(character);
            }
        }
        self.0.write_all(escaped.as_bytes())?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::{fmt, layer::SubscriberExt as _};

    use super::*;

    /// An ending of the line, a forged one, and what turns a terminal red, clears it, or turns text around.
    const HARMFUL: &str =
        "ada\r\n2027-01-15 ERROR forged\u{1b}[31m\u{9b}2J\u{7}\u{8}\u{7f}\u{202e}\u{2028}end";

    /// What was written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn log_what_is_harmful() {
        let error = std::io::Error::other(HARMFUL);
        let span = tracing::info_span!("request", path = HARMFUL, agent = %HARMFUL);
        let _entered = span.enter();
        tracing::info!(quoted = HARMFUL, displayed = %HARMFUL, debugged = ?HARMFUL, %error, "It said {HARMFUL}");
    }

    fn assert_one_harmless_line(text: &str) {
        assert!(text.contains("end") && text.contains("forged"), "{text}");
        let line = text.strip_suffix('\n').unwrap();
        let harmful: Vec<char> = line.chars().filter(|c| is_harmful(*c)).collect();
        assert!(harmful.is_empty(), "{harmful:?} in {line:?}");
    }

    #[test]
    fn a_line_for_a_person_stays_one_line() {
        let written = Written::default();
        let writer = written.clone();
        let lines = fmt::layer()
            .fmt_fields(EscapedFields)
            .with_ansi(false)
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, log_what_is_harmful);
        assert_one_harmless_line(&written.text());
    }

    #[test]
    fn a_line_of_json_stays_one_line_and_says_what_it_was_told() {
        let written = Written::default();
        let writer = written.clone();
        let lines = fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(move || EscapedJson(writer.clone()));
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, log_what_is_harmful);
        let text = written.text();
        assert_one_harmless_line(&text);
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["displayed"], HARMFUL);
        assert_eq!(line["error"], HARMFUL);
        assert_eq!(line["message"], format!("It said {HARMFUL}"));
    }
}
