//! What HTML holds and does not show: comments, hidden elements, attributes; and words that tags split.

use std::ops::Range;

use memchr::memmem;

use super::{super::map::Draft, Part, Step, without};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut gaps: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for start in memchr::memchr_iter(b'<', bytes) {
        let Some(rest) = bytes.get(start..).filter(|_| start >= done) else { continue };
        let end = if rest.starts_with(b"<!--") {
            let body = start + 4;
            let close = bytes.get(body..).and_then(|rest| memmem::find(rest, b"-->"));
            let end = close.map_or(bytes.len(), |close| body + close);
            take(text, body..end, Step::Comment, 1, parts);
            (end + 3).min(bytes.len())
        } else {
            let Some(tag) = Tag::of(bytes, start) else { continue };
            let attributes = bytes.get(tag.attributes.clone()).unwrap_or_default();
            each_attribute(attributes, |name, value| {
                let shown = SPOKEN.contains(&name.to_ascii_lowercase().as_slice()) || name.starts_with(b"data-");
                if shown {
                    let at = tag.attributes.start;
                    take(text, at + value.start..at + value.end, Step::Attribute, 4, parts);
                }
            });
            if is_hidden(bytes.get(tag.name.clone()).unwrap_or_default(), attributes) {
                let close = closing(bytes, &tag);
                take(text, tag.end..close, Step::HiddenElement, 1, parts);
                done = close;
            }
            tag.end
        };
        done = done.max(end);
        if !is_block(rest) {
            // Tags beside each other are one gap.
            match gaps.last_mut().filter(|last| last.end == start) {
                Some(last) => last.end = end,
                None => gaps.push(start..end),
            }
        }
    }
    without(text, &gaps, 2, Step::SplitByTags, parts);
}

/// Whether a tag begins or ends a line or a block: words at its sides are two.
fn is_block(tag: &[u8]) -> bool {
    let name = tag.get(1..).map_or(tag, |name| name.strip_prefix(b"/").unwrap_or(name));
    let len = name.iter().take(16).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = name.get(..len).unwrap_or_default().to_ascii_lowercase();
    !name.is_empty() && !INLINE.contains(&name.as_slice())
}

/// A part of the text of at least so many words.
pub(super) fn take(text: &str, range: Range<usize>, step: Step, words: usize, parts: &mut Vec<Part>) {
    let Some(part) = text.get(range.clone()) else { return };
    let head = part.len() - part.trim_start().len();
    let source = range.start + head..range.start + head + part.trim().len();
    if part.split_whitespace().count() >= words && part.trim().len() >= 4 {
        parts.push(Part { draft: Draft::part(text, source.clone()), step, source });
    }
}

struct Tag {
    name: Range<usize>,
    attributes: Range<usize>,
    end: usize,
}

impl Tag {
    /// The tag that starts here, if it is one and is not too long.
    fn of(bytes: &[u8], start: usize) -> Option<Self> {
        let rest = bytes.get(start + 1..)?;
        let slash = usize::from(rest.first() == Some(&b'/'));
        let name = rest.get(slash..)?.iter().take(32).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if !rest.get(slash)?.is_ascii_alphabetic() {
            return None;
        }
        let name = start + 1 + slash..start + 1 + slash + name;
        let mut quote = None;
        for (len, byte) in bytes.get(name.end..)?.iter().take(LONGEST_TAG).enumerate() {
            match (quote, byte) {
                (None, b'>') => {
                    let attributes = name.end..name.end + len;
                    return Some(Self { end: attributes.end + 1, name, attributes });
                }
                (None, b'<') => return None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        None
    }
}

/// Calls `each` with the name and the range of the value of every attribute.
fn each_attribute(attributes: &[u8], mut each: impl FnMut(&[u8], Range<usize>)) {
    let mut at = 0;
    while let Some(equals) = attributes.get(at..).and_then(|rest| memchr::memchr(b'=', rest)).map(|found| at + found) {
        let head = attributes.get(at..equals).unwrap_or_default().trim_ascii_end();
        let name =
            head.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
        let rest = attributes.get(equals + 1..).unwrap_or_default();
        let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let value = if let Some(quote @ (b'"' | b'\'')) = rest.get(gap) {
            let start = equals + gap + 2;
            let len = attributes.get(start..).and_then(|rest| memchr::memchr(*quote, rest));
            start..len.map_or(attributes.len(), |len| start + len)
        } else {
            let start = equals + 1 + gap;
            let word = attributes.get(start..).unwrap_or_default().iter();
            start..start + word.take_while(|byte| !byte.is_ascii_whitespace()).count()
        };
        at = value.end.max(equals) + 1;
        each(name, value);
    }
}

/// Whether an element's content is not seen by who looks at the page.
fn is_hidden(name: &[u8], attributes: &[u8]) -> bool {
    if [b"noscript".as_slice(), b"template"].iter().any(|hidden| name.eq_ignore_ascii_case(hidden)) {
        return true;
    }
    let words = attributes.split(u8::is_ascii_whitespace);
    if words.clone().any(|word| word.eq_ignore_ascii_case(b"hidden") || word.eq_ignore_ascii_case(b"hidden=\"\"")) {
        return true;
    }
    let mut hidden = false;
    each_attribute(attributes, |name, value| {
        if name.eq_ignore_ascii_case(b"style") {
            let style: Vec<u8> = attributes.get(value).unwrap_or_default().to_ascii_lowercase();
            let style: Vec<u8> = style.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
            hidden = style.split(|byte| *byte == b';').any(is_hiding);
        } else if name.eq_ignore_ascii_case(b"aria-hidden") {
            hidden |= attributes.get(value.clone()) == Some(b"true");
        }
    });
    hidden
}

/// Whether one declaration of a style takes an element out of sight.
fn is_hiding(declaration: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', declaration) else { return false };
    let (name, value) =
        (declaration.get(..colon).unwrap_or_default(), declaration.get(colon + 1..).unwrap_or_default());
    let number = value.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')).count();
    let number: Option<f32> =
        std::str::from_utf8(value.get(..number).unwrap_or_default()).ok().and_then(|digits| digits.parse().ok());
    match name {
        b"display" => value.starts_with(b"none"),
        b"visibility" => value.starts_with(b"hidden") || value.starts_with(b"collapse"),
        b"font-size" => {
            number.is_some_and(|size| size <= 1.0) && !value.ends_with(b"em") && !value.ends_with(b"%")
                || number == Some(0.0)
        }
        b"opacity" => number.is_some_and(|opacity| opacity < 0.1),
        b"height" | b"width" | b"max-height" | b"max-width" | b"line-height" => number == Some(0.0),
        b"color" | b"-webkit-text-fill-color" => {
            [b"#fff".as_slice(), b"white", b"transparent", b"rgba(0,0,0,0)", b"rgb(255,255,255)"]
                .iter()
                .any(|colour| value.starts_with(colour))
        }
        b"left" | b"top" | b"text-indent" | b"margin-left" => number.is_some_and(|offset| offset <= -500.0),
        b"clip" => value.starts_with(b"rect(0"),
        _ => false,
    }
}

/// Where the content of an element ends.
fn closing(bytes: &[u8], tag: &Tag) -> usize {
    let name = bytes.get(tag.name.clone()).unwrap_or_default();
    let most = (tag.end + LONGEST_CONTENT).min(bytes.len());
    let content = bytes.get(tag.end..most).unwrap_or_default();
    let mut open = 1;
    for at in memchr::memchr_iter(b'<', content) {
        let rest = content.get(at + 1..).unwrap_or_default();
        let named = |rest: &[u8]| rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        if rest.first() == Some(&b'/') && named(rest.get(1..).unwrap_or_default()) {
            open -= 1;
        } else if named(rest) {
            open += 1;
        }
        if open == 0 {
            return tag.end + at;
        }
    }
    (0..4)
        .filter_map(|back| most.checked_sub(back))
        .find(|end| bytes.get(*end).is_none_or(|byte| byte & 0xc0 != 0x80))
        .unwrap_or(most)
}

/// Attributes whose values a model reads as text and a person seldom sees.
const SPOKEN: [&[u8]; 7] =
    [b"alt", b"title", b"aria-label", b"aria-description", b"content", b"placeholder", b"summary"];
/// Elements that do not end a word.
const INLINE: [&[u8]; 24] = [
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"cite", b"code", b"del", b"em", b"font", b"i", b"ins", b"kbd",
    b"mark", b"s", b"small", b"span", b"strong", b"sub", b"sup", b"tt", b"u", b"wbr",
];
const LONGEST_TAG: usize = 1024;
const LONGEST_CONTENT: usize = 64 * 1024;
