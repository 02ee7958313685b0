//! JSON that can be printed: characters that a terminal or a reader would not see are written as `\u` escapes, which
//! stand for the same characters.

use std::io;

use serde::Serialize;

use crate::render::visible::is_hidden;

/// Writes `value` in lines, with a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Printable { out }, value)?;
    writeln!(out)
}

/// Replaces hidden characters on the way. Outside of strings JSON has none but white space, and inside of strings the
/// serialiser has already escaped what lies below U+0020.
struct Printable<'a> {
    out: &'a mut dyn io::Write,
}

impl io::Write for Printable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for chunk in bytes.utf8_chunks() {
            for run in chunk.valid().split_inclusive(|c| is_hidden(c) && c != '\n') {
                match run.char_indices().next_back() {
                    Some((at, last)) if is_hidden(last) && last != '\n' => {
                        self.out.write_all(run.get(..at).unwrap_or_default().as_bytes())?;
                        for unit in last.encode_utf16(&mut [0; 2]) {
                            write!(self.out, "\\u{unit:04x}")?;
                        }
                    }
                    _ => self.out.write_all(run.as_bytes())?,
                }
            }
            self.out.write_all(chunk.invalid())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_stays_the_same() {
        let value = ["a\u{202e}b\u{9b}\u{e0041}\u{7f}\n\t\"\\", "ß日"];
        let mut out = Vec::new();
        write(&value, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(r#""a\u202eb\u009b\udb40\udc41\u007f\n\t\"\\","#), "{text}");
        assert_eq!(serde_json::from_str::<[String; 2]>(&text).unwrap(), value);
    }
}
