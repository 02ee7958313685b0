//! The addresses of a text: links and images of Markdown, and attributes of HTML that are fetched or followed.

use std::ops::Range;

use memchr::{memchr, memmem};
use pulldown_cmark::{Event, LinkType, Parser, Tag};

/// When the address is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// As soon as the text is shown.
    Fetched,
    /// When somebody clicks.
    Followed,
}

/// An address, and the bytes of the text that hold the link.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) range: Range<usize>,
    pub(super) address: String,
    pub(super) shown: Use,
}

/// Every link to another host. Text that cannot have one is not parsed.
pub(super) fn of(text: &str) -> Vec<Link> {
    if !may_hold(text.as_bytes()) {
        return Vec::new();
    }
    let mut links = Vec::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        if links.len() >= MANY {
            break;
        }
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                links.push(Link { range, address: dest_url.into_string(), shown: Use::Fetched });
            }
            // Addresses in the open are text that somebody reads; only what is marked up is a link.
            Event::Start(Tag::Link { dest_url, link_type, .. }) if link_type != LinkType::Email => {
                links.push(Link { range, address: dest_url.into_string(), shown: Use::Followed });
            }
            Event::Html(html) | Event::InlineHtml(html) => markup(&html, range.start, &mut links),
            _ => {}
        }
    }
    spaced(text, &mut links);
    links
}

/// Whether there are two slashes, and signs that an address of Markdown or an attribute of HTML begins behind. The parser
/// is slow, and most text with two slashes is a comment in code or an address in the open.
fn may_hold(bytes: &[u8]) -> bool {
    let follows = |at: usize, signs: &[u8]| bytes.get(at + 1).is_some_and(|next| signs.contains(next));
    // `<https://a.test>`: a scheme has no other signs than these.
    let scheme = |at: usize| {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let len = rest.iter().take(33).take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
        len > 1 && rest.get(len) == Some(&b':')
    };
    let attribute = |at: usize| {
        ATTRIBUTES.iter().any(|(name, _)| {
            let head = at.checked_sub(name.len() - 1).and_then(|start| bytes.get(start..=at));
            head.is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    memmem::find(bytes, b"//").is_some()
        && (memchr::memchr_iter(b']', bytes).any(|at| follows(at, b"(:"))
            || memchr::memchr_iter(b'<', bytes).any(scheme)
            || memchr(b'<', bytes).is_some() && memchr::memchr_iter(b'=', bytes).any(attribute))
}

/// Images whose address has spaces in it are no images by the specification, and are shown by lenient renderers.
fn spaced(text: &str, links: &mut Vec<Link>) {
    for at in memmem::find_iter(text.as_bytes(), b"](http").take(MANY) {
        let Some(rest) = text.get(at + 2..) else { continue };
        let line = rest.bytes().take(LONG).position(|byte| byte == b'\n').unwrap_or(rest.len().min(LONG));
        let Some(end) = rest.as_bytes().get(..line).and_then(|line| memchr(b')', line)) else { continue };
        let Some(address) = rest.get(..end).filter(|address| address.contains(' ') && !address.contains(" \"")) else {
            continue;
        };
        let start = text.get(..at).and_then(|head| head.rfind('[')).unwrap_or(at);
        let image = text.get(..start).is_some_and(|head| head.ends_with('!'));
        let shown = if image { Use::Fetched } else { Use::Followed };
        let range = start - usize::from(image)..at + 2 + end + 1;
        if !links.iter().any(|link| link.range.contains(&at)) && !in_code(text, start) {
            links.push(Link { range, address: address.to_owned(), shown });
        }
    }
}

/// Whether a place stands between backticks of its line.
fn in_code(text: &str, at: usize) -> bool {
    let head = text.get(..at).unwrap_or_default();
    let line = head.rfind('\n').map_or(head, |start| head.get(start..).unwrap_or_default());
    line.bytes().filter(|byte| *byte == b'`').count() % 2 == 1
}

/// Attributes with addresses in a piece of HTML that stands at `base`.
fn markup(html: &str, base: usize, links: &mut Vec<Link>) {
    let lower = html.to_ascii_lowercase();
    for (name, shown) in ATTRIBUTES {
        for at in memmem::find_iter(lower.as_bytes(), name.as_bytes()) {
            if links.len() >= MANY {
                return;
            }
            let Some(value) = html.get(at + name.len()..) else { continue };
            let value = value.trim_start();
            let address = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value.get(1..).and_then(|rest| rest.split(quote).next()),
                _ => value.split([' ', '>', '\n']).next(),
            };
            let Some(address) = address.filter(|address| address.len() < LONG) else { continue };
            // A style or script sheet of a link element is fetched too; what counts is the place of the data.
            links.push(Link { range: base..base + html.len(), address: address.to_owned(), shown: *shown });
        }
    }
}

const ATTRIBUTES: &[(&str, Use)] = &[
    ("src=", Use::Fetched),
    ("srcset=", Use::Fetched),
    ("background=", Use::Fetched),
    ("poster=", Use::Fetched),
    ("href=", Use::Followed),
    ("action=", Use::Followed),
];
/// So many links of one text are judged.
const MANY: usize = 1000;
/// An address longer than this is cut.
const LONG: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_not_parsed_has_no_links(
            text in "(//|\\]\\(|\\[a\\]|\\]:|!\\[|<https:|<a |<img |href=|SRC='|>|'|\\)| |\n|a|http:|&#93;|\\\\|`|<|:){0,24}",
        ) {
            let links = Parser::new(&text).any(|event| matches!(
                event,
                Event::Start(Tag::Image { .. } | Tag::Link { .. })
            ));
            let mut attributes = Vec::new();
            for (event, range) in Parser::new(&text).into_offset_iter() {
                if let Event::Html(html) | Event::InlineHtml(html) = event {
                    markup(&html, range.start, &mut attributes);
                }
            }
            let slashes = text.contains("//");
            prop_assert!(may_hold(text.as_bytes()) || !slashes || !links && attributes.is_empty());
        }
    }
}
