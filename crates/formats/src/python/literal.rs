//! The text that a string literal means: escapes undone, all pieces of it.

use super::{Id, Kind, Module};

impl Module {
    /// The text of a string literal without interpolations, or of several beside each other: escapes undone. Bytes are
    /// taken for Latin-1 where they are escaped. At most `most` bytes.
    pub fn literal(&self, id: Id, most: usize) -> Option<String> {
        let mut text = String::new();
        match self.kind(id) {
            Kind::String => self.add_string(id, &mut text)?,
            Kind::Concatenated => {
                for part in self.children(id) {
                    self.add_string(part, &mut text)?;
                    if text.len() > most {
                        break;
                    }
                }
            }
            _ => return None,
        }
        text.truncate(text.floor_char_boundary(most));
        Some(text)
    }

    pub(super) fn is_raw(&self, string: Id) -> bool {
        self.text(string).bytes().take_while(u8::is_ascii_alphabetic).any(|byte| matches!(byte, b'r' | b'R'))
    }

    fn add_string(&self, id: Id, text: &mut String) -> Option<()> {
        if self.kind(id) != Kind::String {
            return None;
        }
        let raw = self.is_raw(id);
        for part in self.children(id) {
            match self.kind(part) {
                Kind::StringContent if raw => text.push_str(self.text(part)),
                Kind::StringContent => unescape(self.text(part), text),
                Kind::Interpolation => return None,
                _ => {}
            }
        }
        Some(())
    }
}

/// Undoes the escapes of a piece of a literal. What is no escape stays, as Python leaves it.
pub(super) fn unescape(piece: &str, text: &mut String) {
    let mut rest = piece;
    while let Some((head, tail)) = rest.split_once('\\') {
        text.push_str(head);
        let code = tail.chars().next().unwrap_or('\\');
        let after = tail.get(code.len_utf8()..).unwrap_or_default();
        let (plain, taken) = match code {
            'n' => (Some('\n'), 0),
            't' => (Some('\t'), 0),
            'r' => (Some('\r'), 0),
            'a' | 'b' | 'f' | 'v' => (Some(' '), 0),
            '\n' => (None, 0),
            '\\' | '\'' | '"' => (Some(code), 0),
            'x' => digits(after, 2, 16),
            'u' => digits(after, 4, 16),
            'U' => digits(after, 8, 16),
            'N' => named(after),
            '0'..='7' => {
                let len = tail.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let (plain, _) = digits(tail, len, 8);
                (plain, len.saturating_sub(1))
            }
            _ => {
                text.push('\\');
                (Some(code), 0)
            }
        };
        text.extend(plain);
        rest = after.get(taken..).unwrap_or_default();
    }
    text.push_str(rest);
}

/// `{LATIN SMALL LETTER O}` and the few other names of characters that names in code are made of.
fn named(text: &str) -> (Option<char>, usize) {
    let Some((name, _)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) else { return (Some('?'), 0) };
    let letter = |prefix: &str| name.strip_prefix(prefix).filter(|rest| rest.len() == 1)?.chars().next();
    let plain = match name {
        "LOW LINE" | "UNDERSCORE" => Some('_'),
        "FULL STOP" | "PERIOD" => Some('.'),
        _ => letter("LATIN CAPITAL LETTER ")
            .or_else(|| letter("LATIN SMALL LETTER ").map(|letter| letter.to_ascii_lowercase())),
    };
    (Some(plain.unwrap_or('?')), name.len() + 2)
}

fn digits(text: &str, len: usize, radix: u32) -> (Option<char>, usize) {
    let code = text.get(..len).and_then(|digits| u32::from_str_radix(digits, radix).ok());
    match code.and_then(char::from_u32) {
        Some(plain) => (Some(plain), len),
        None => (Some('?'), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (piece, expected) in [
            (r"\x6fs", "os"),
            (r"\u006f\163", "os"),
            (r"a\nb\\n\'", "a\nb\\n'"),
            (r"\N{LATIN SMALL LETTER O}s", "os"),
            (r"\d\", "\\d\\"),
            (r"\xz", "?z"),
            ("a\\\nb", "ab"),
        ] {
            let mut text = String::new();
            unescape(piece, &mut text);
            assert_eq!(text, expected, "{piece}");
        }
    }
}
