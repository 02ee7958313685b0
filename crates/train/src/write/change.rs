//! Changes that a template may ask for: `~base(text)`, `~json(text)` and so on.

use super::random::Random;

/// What is done to a written part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    Upper,
    Lower,
    Json,
    Base64,
    Hex,
    Rot13,
    Reverse,
    Leet,
    Spaced,
    Binary,
    Percent,
    Sentence,
}

impl Change {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "json" => Self::Json,
            "base" => Self::Base64,
            "hex" => Self::Hex,
            "rot" => Self::Rot13,
            "reverse" => Self::Reverse,
            "leet" => Self::Leet,
            "spaced" => Self::Spaced,
            "binary" => Self::Binary,
            "percent" => Self::Percent,
            "say" => Self::Sentence,
            _ => return None,
        })
    }

    pub(super) fn apply(self, text: &str, random: &mut Random) -> String {
        match self {
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            // The text stands inside of quotes that the template writes.
            Self::Json => serde_json::Value::from(text).to_string().trim_matches('"').to_owned(),
            Self::Base64 => base64(text.as_bytes()),
            Self::Hex => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
            Self::Rot13 => text.chars().map(rot13).collect(),
            Self::Reverse => text.chars().rev().collect(),
            Self::Leet => text.chars().map(|letter| if random.chance(80) { leet(letter) } else { letter }).collect(),
            Self::Spaced => text.chars().flat_map(|letter| [letter, ' ']).collect::<String>().trim_end().to_owned(),
            Self::Binary => text.bytes().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().join(" "),
            Self::Sentence => sentence(text),
            Self::Percent => text.bytes().map(percent).collect(),
        }
    }
}

/// Capital letters where sentences begin.
pub(super) fn sentence(text: &str) -> String {
    let mut begins = true;
    let mut last = ' ';
    let written = text.chars().map(|letter| {
        let capital = begins && letter.is_alphabetic();
        begins = (begins && !letter.is_alphanumeric()) || (matches!(last, '.' | '!' | '?') && letter.is_whitespace());
        last = letter;
        if capital { letter.to_uppercase().next().unwrap_or(letter) } else { letter }
    });
    written.collect()
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

fn rot13(letter: char) -> char {
    let turned = |byte: u8, first: u8| char::from((byte - first + 13) % 26 + first);
    match u8::try_from(letter) {
        Ok(byte @ b'a'..=b'z') => turned(byte, b'a'),
        Ok(byte @ b'A'..=b'Z') => turned(byte, b'A'),
        _ => letter,
    }
}

const fn leet(letter: char) -> char {
    match letter {
        'a' | 'A' => '4',
        'e' | 'E' => '3',
        'i' | 'I' => '1',
        'o' | 'O' => '0',
        's' | 'S' => '5',
        't' | 'T' => '7',
        other => other,
    }
}

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4_usize {
            let index = usize::try_from(word >> (18 - 6 * at) & 63).unwrap_or(0);
            let letter = if at > chunk.len() { b'=' } else { ALPHABET.get(index).copied().unwrap_or(b'A') };
            text.push(char::from(letter));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_with_capitals() {
        assert_eq!(sentence("\"a b. c\" 3.d? \ne"), "\"A b. C\" 3.d? \nE");
    }

    #[test]
    fn changes_do_what_their_names_say() {
        let random = &mut Random::new(1);
        for (change, wanted) in [
            (Change::Base64, "aGkgYWI="),
            (Change::Rot13, "uv no"),
            (Change::Hex, "6869206162"),
            (Change::Reverse, "ba ih"),
            (Change::Percent, "hi%20ab"),
            (Change::Sentence, "Hi ab"),
        ] {
            assert_eq!(change.apply("hi ab", random), wanted);
        }
        assert_eq!(Change::Json.apply("a\n\"b\" c", random), r#"a\n\"b\" c"#);
    }
}
