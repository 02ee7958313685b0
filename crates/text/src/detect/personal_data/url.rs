//! Addresses of pages: `https://host.tld/path`, `www.host.tld`, `host.com/path`. What stands in an e-mail address is none.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use palisade_base::Confidence;

use crate::Hit;

/// Pushes every address.
pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    let Some(needles) = NEEDLES.as_ref() else { return };
    let mut until = 0;
    for found in needles.find_iter(text).filter(|found| found.pattern().as_usize() != IDLE) {
        if found.start() < until {
            continue;
        }
        let range = match found.pattern().as_usize() {
            SCHEME => with_scheme(text, found.start(), found.end()),
            WORLD_WIDE => with_www(text, found.start()),
            _ => bare(text, found.start(), found.end(), until),
        };
        if let Some(range) = range {
            until = range.end;
            hits.push(Hit { range, kind: "url", confidence: Confidence::Medium });
        }
    }
}

/// `scheme://host`, from the scheme to the end.
fn with_scheme(text: &str, colon: usize, after: usize) -> Option<Range<usize>> {
    let head = text.as_bytes().get(colon.saturating_sub(LONGEST_SCHEME)..colon)?;
    let letters = head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let start = colon - letters;
    let scheme = text.get(start..colon)?;
    if !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    let end = end_of(text, after)?;
    let authority = text.get(after..end)?.split(['/', '?', '#']).next()?;
    // `user:password@host` is a secret, and found as one.
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    (is_host(without_port(host)) && !user.contains(':')).then_some(start..end)
}

/// `www.host.tld`.
fn with_www(text: &str, start: usize) -> Option<Range<usize>> {
    // First what costs nothing: a long run of these is no address anywhere.
    let before = text.get(..start)?.chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '/')) {
        return None;
    }
    let end = end_of(text, start)?;
    let host = text.get(start..end)?.split(['/', '?', '#']).next()?;
    (is_host(without_port(host)) && host.matches('.').count() >= 2).then_some(start..end)
}

/// `host.com`, around an ending that names of files and of fields seldom have.
fn bare(text: &str, dot: usize, after: usize, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let head = bytes.get(from.max(dot.saturating_sub(LONGEST_HOST))..dot)?;
    let name = |byte: &&u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let start = dot - head.iter().rev().take_while(name).count();
    let label = text.get(start..dot)?;
    let before = text.get(..start)?.chars().next_back();
    let next = text.get(after..)?.chars().next();
    let ends = match next {
        None => true,
        Some('.') => text.get(after + 1..)?.chars().next().is_none_or(|c| c.is_whitespace() || c == '"'),
        Some(c) => c.is_whitespace() || matches!(c, '/' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '\'' | '>'),
    };
    let starts = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '\'' | '<' | ',' | ':'));
    let port_or_path = next == Some(':') && bytes.get(after + 1).is_some_and(u8::is_ascii_alphabetic);
    if !starts
        || !ends
        || port_or_path
        || label.len() < 3
        || !is_host(text.get(start..after)?)
        || NO_SITES.contains(&label)
    {
        return None;
    }
    let end = if next == Some('/') { end_of(text, after)? } else { after };
    // `git@host.com:path` and `name@host.com` are cut before this; `host.com@` is no address of a page.
    (bytes.get(end) != Some(&b'@')).then_some(start..end)
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host)
}

/// Labels with a top level of letters, or an IPv4 address that is not of this machine or network.
fn is_host(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return !(address.is_loopback() || address.is_private() || address.is_unspecified() || address.is_link_local());
    }
    let top = host.rsplit('.').next().unwrap_or_default();
    let label = |label: &str| {
        (1..64).contains(&label.len())
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    host.len() <= LONGEST_HOST
        && host.contains('.')
        && host.split('.').all(label)
        && top.chars().count() >= 2
        && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"))
        && !["local", "localhost", "internal", "invalid", "localdomain"].contains(&top)
}

/// Where the address ends: at a space, a quote or a bracket that no bracket in it opened, and before the full stop of
/// the sentence. Looks at no more than [`LONGEST`] bytes.
fn end_of(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(start..)?;
    let mut open = 0_usize;
    let mut len = 0;
    for byte in bytes.iter().take(LONGEST) {
        match byte {
            b'(' => open += 1,
            b')' if open == 0 => break,
            b')' => open -= 1,
            0..=b' '
            | 0x7f
            | b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'`'
            | b'{'
            | b'}'
            | b'|'
            | b'\\'
            | b'^'
            | b']'
            | b'['
            | b'*' => break,
            _ => {}
        }
        len += 1;
    }
    let mut end = start + len;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let written = text.get(start..end)?;
    // Chinese and Japanese go on without a space.
    let written = written
        .find(|c: char| ('\u{2e80}'..'\u{a000}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c))
        .and_then(|at| written.get(..at))
        .unwrap_or(written);
    let trimmed = written.trim_end_matches(['.', ',', ';', ':', '!', '?', '…', '”', '’', '»', '—', '–']);
    let trimmed = if trimmed.contains('(') { trimmed } else { trimmed.trim_end_matches(')') };
    (!trimmed.is_empty()).then_some(start + trimmed.len())
}

const LONGEST: usize = 2048;
const LONGEST_HOST: usize = 253;
const LONGEST_SCHEME: usize = 8;
const SCHEMES: &[&str] = &["http", "https", "ftp", "ftps", "sftp", "ws", "wss", "hxxp", "hxxps"];

/// Names of software that look like a host.
const NO_SITES: &[&str] = &["asp", "vb", "ado", "node", "system", "this", "self", "req", "res", "request", "response"];

static NEEDLES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let needles = ["://", "www.", "://localhost", ".com", ".org", ".net", ".edu", ".gov", ".co.uk"];
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(needles).ok()
});
const SCHEME: usize = 0;
const WORLD_WIDE: usize = 1;
/// Passed over: the machine itself.
const IDLE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut hits = Vec::new();
        find(text, &mut hits);
        hits.into_iter().map(|hit| text.get(hit.range).unwrap().to_owned()).collect()
    }

    #[test]
    fn addresses_are_found_to_their_end() {
        for (text, address) in [
            ("see https://www.tickets.test/a?b=c#d.", "https://www.tickets.test/a?b=c#d"),
            ("(http://tickets.test/)", "http://tickets.test/"),
            ("<a href=\"https://tickets.test/x\">", "https://tickets.test/x"),
            ("https://wiki.test/Rose_(flower), and", "https://wiki.test/Rose_(flower)"),
            ("at www.tickets.co.uk/now!", "www.tickets.co.uk/now"),
            ("Visit mytickets.com today", "mytickets.com"),
            ("my site is mytickets.com.", "mytickets.com"),
            ("mytickets.org/me/page?x=1", "mytickets.org/me/page?x=1"),
            ("HTTP://TICKETS.TEST/", "HTTP://TICKETS.TEST/"),
            ("http://93.184.216.34:8080/x", "http://93.184.216.34:8080/x"),
            ("见https://tickets.test/x。好", "https://tickets.test/x"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "jane@tickets.com",
            "jane@www.tickets.com",
            "git@github.com:a/b",
            "http://localhost:8080/x",
            "http://127.0.0.1/x",
            "http://{host}/x",
            "http://service/x",
            "std://x.y",
            "com.example.org.Main",
            "request.community",
            "ASP.net and asp.net",
            "www.",
            "std::net and self.com()",
            "https://user:pa55@tickets.test/x",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
