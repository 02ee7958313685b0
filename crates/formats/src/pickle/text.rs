//! What the bytes of a string opcode say.

use super::opcode::Form;

/// The characters of a string.
pub(super) fn decode(raw: &[u8], form: Form) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => latin(raw),
    };
    if form == Form::Plain || !text.contains('\\') { text } else { unescape(&text, form) }
}

/// One character a byte.
pub(super) fn latin(raw: &[u8]) -> String {
    raw.iter().map(|byte| char::from(*byte)).collect()
}

/// Python's `raw-unicode-escape` and the escapes of quoted literals.
fn unescape(text: &str, form: Form) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let Some(kind) = rest.next() else {
            plain.push(c);
            break;
        };
        let digits = match (kind, form) {
            ('x', Form::Quoted) => 2,
            ('u', _) => 4,
            ('U', _) => 8,
            _ => 0,
        };
        let code: String = rest.clone().take(digits).collect();
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(decoded) if code.chars().count() == digits && digits > 0 => {
                plain.push(decoded);
                rest.by_ref().take(digits).for_each(drop);
            }
            _ if form == Form::Quoted => match kind {
                '0'..='7' => {
                    let octal: String =
                        std::iter::once(kind).chain(rest.clone().take_while(|c| c.is_digit(8)).take(2)).collect();
                    rest.by_ref().take(octal.len() - 1).for_each(drop);
                    plain.extend(u32::from_str_radix(&octal, 8).ok().and_then(char::from_u32));
                }
                '\\' | '\'' | '"' => plain.push(kind),
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                'r' => plain.push('\r'),
                'a' => plain.push('\x07'),
                'b' => plain.push('\x08'),
                'f' => plain.push('\x0c'),
                'v' => plain.push('\x0b'),
                other => plain.extend(['\\', other]),
            },
            _ => plain.extend([c, kind]),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(decode(br"p\u006fsix", Form::Unicode), "posix");
        assert_eq!(decode(br"\x6fs\056\163y", Form::Quoted), "os.sy");
        assert_eq!(decode(br"a\x6f", Form::Unicode), r"a\x6f");
        assert_eq!(decode(br"it\'s \q", Form::Quoted), r"it's \q");
        assert_eq!(decode(b"\\", Form::Quoted), "\\");
        assert_eq!(decode(b"caf\xe9", Form::Plain), "caf\u{e9}");
    }
}
