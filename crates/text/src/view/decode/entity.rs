//! HTML character references, decoded where they stand, if they stand for letters or part words.

use super::{super::map::Draft, Edit, Part, Step, in_place};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut edits: Vec<Edit> = Vec::new();
    let (mut letters, mut others) = (0, 0);
    for start in memchr::memchr_iter(b'&', bytes) {
        let Some((c, len)) = bytes.get(start + 1..).and_then(reference) else { continue };
        let source = start..start + 1 + len;
        // An ampersand may be the head of another reference.
        let inner = c == '&' && bytes.get(start + 1 + len) == Some(&b'#');
        letters += usize::from(c.is_alphanumeric() || inner);
        others += usize::from(c.is_whitespace() || matches!(c, '<' | '>') || !c.is_ascii());
        if let Some(last) = edits.last_mut().filter(|last| last.source.end == start) {
            last.draft.push(c, source.clone());
            last.source.end = source.end;
        } else {
            let mut draft = Draft::default();
            draft.push(c, source.clone());
            edits.push(Edit { source, draft });
        }
    }
    if letters >= 2 || others >= 3 {
        in_place(text, edits, Step::Entities, parts);
    }
}

/// What the reference after an ampersand stands for, and its length.
fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    if let [b'#', rest @ ..] = bytes {
        let (digits, radix, prefix) = match rest {
            [b'x' | b'X', digits @ ..] => (digits, 16, 2),
            _ => (rest, 10, 1),
        };
        let len = digits.iter().take(LONGEST).take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let code = u32::from_str_radix(std::str::from_utf8(digits.get(..len)?).ok()?, radix).ok()?;
        let closed = usize::from(digits.get(len) == Some(&b';'));
        return Some((char::from_u32(code).filter(|c| *c != '\0')?, prefix + len + closed));
    }
    let len = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let name = bytes.get(..len)?;
    let (_, c) = NAMED.iter().find(|(known, _)| known.as_bytes() == name)?;
    Some((*c, len + 1))
}

/// The most digits, noughts included.
const LONGEST: usize = 16;
const NAMED: [(&str, char); 32] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lowbar", '_'),
];
