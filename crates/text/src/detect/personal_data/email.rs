//! E-mail addresses: an at sign with a plausible address around it (the dot-atom form of RFC 5322).

use std::ops::Range;

use palisade_base::Confidence;

use crate::Hit;

/// Pushes every address.
pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'@', bytes) {
        around(text, at..at + 1, hits);
    }
    if !text.is_ascii() {
        // Fullwidth and small at signs, which input methods write.
        for sign in ["\u{ff20}", "\u{fe6b}"] {
            memchr::memmem::find_iter(bytes, sign).for_each(|at| around(text, at..at + sign.len(), hits));
        }
        hits.sort_by_key(|hit| hit.range.start);
    }
}

/// The address around an at sign.
fn around(text: &str, sign: Range<usize>, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let Some((head, tail)) = text.get(..sign.start).zip(text.get(sign.end..)) else { return };
    let start = sign.start - local_part(head);
    let end = sign.end + domain_part(tail);
    let (Some(local), Some(domain)) = (text.get(start..sign.start), text.get(sign.end..end)) else { return };
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    // `user:pass@host` is an address of a server, `git@host:path` one of a repository.
    let server = before == Some(&b':') && in_authority(bytes, start) || before == Some(&b'/') || before == Some(&b'@');
    let repository = bytes.get(end) == Some(&b':') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic);
    if !server && !repository && bytes.get(end) != Some(&b'@') {
        let judged = judge(local, &domain.replace(FULL_STOPS, "."));
        hits.extend(judged.map(|(kind, confidence)| Hit { range: start..end, kind, confidence }));
    }
}

/// The length of the local part at the end of `head`. Letters of any script are part of it (RFC 6531); those of scripts
/// without spaces only if all of it is written in them, for there a sentence may stand before it.
fn local_part(head: &str) -> usize {
    let mut start = head.len();
    let mut dense = true;
    for (at, c) in head.char_indices().rev().take(LOCAL) {
        let inside = if c.is_ascii() { is_local(c as u8) } else { is_letter(c) && (dense || c < DENSE) };
        if !inside {
            break;
        }
        dense &= c >= DENSE;
        start = at;
    }
    let local = head.get(start..).unwrap_or_default();
    let bare = local.trim_start_matches(|c: char| !c.is_alphanumeric());
    // The `n` of `\n` in a string is no letter of the address behind it.
    let escaped = bare.len() > 1
        && bare.starts_with(['n', 'r', 't'])
        && bare.len() == local.len()
        && head.get(..start).is_some_and(|before| before.ends_with('\\'));
    bare.len() - usize::from(escaped)
}

/// The length of the domain at the start of `tail`.
fn domain_part(tail: &str) -> usize {
    let (mut end, mut plain) = (0, false);
    for (at, c) in tail.char_indices().take(DOMAIN) {
        let stop = FULL_STOPS.contains(&c) || c == '.';
        let inside = if c.is_ascii() { is_domain(c as u8) } else { stop || (is_letter(c) && !(plain && c >= DENSE)) };
        if !inside {
            break;
        }
        plain = !stop && (plain || c.is_ascii_alphanumeric());
        end = at + c.len_utf8();
    }
    let domain = tail.get(..end).unwrap_or_default();
    domain.trim_end_matches(|c: char| FULL_STOPS.contains(&c) || matches!(c, '.' | '-')).len()
}

/// Letters and digits beyond ASCII, and the marks that some scripts write vowels with.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !('\u{ff00}'..='\u{ffef}').contains(&c) || unicode_normalization::char::is_combining_mark(c)
}

pub(super) fn judge(local: &str, domain: &str) -> Option<(&'static str, Confidence)> {
    let top = domain.rsplit('.').next().unwrap_or_default();
    let labels = domain.split('.').all(|label| !label.is_empty() && label.len() < 64 && !label.starts_with('-'));
    let plausible = domain.contains('.')
        && labels
        && (2..=24).contains(&top.chars().count())
        && (top.chars().all(|c| is_letter(c) && !c.is_ascii_digit()) || top.starts_with("xn--"))
        && !FILES.contains(&top.to_ascii_lowercase().as_str())
        && !local.is_empty()
        && !local.contains("..");
    let role = local.split(['.', '-', '_', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let reserved =
        ["example.com", "example.org", "example.net", "example.edu"].contains(&domain.to_ascii_lowercase().as_str());
    plausible.then_some(match (ROLES.contains(&role.as_str()), reserved) {
        (true, _) => ("role-email", Confidence::Medium),
        (false, true) => ("email", Confidence::Medium),
        (false, false) => ("email", Confidence::High),
    })
}

/// Whether `at` is in the part of a URL before its host.
fn in_authority(bytes: &[u8], at: usize) -> bool {
    let head = bytes.get(at.saturating_sub(128)..at).unwrap_or_default();
    let word = head.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    head.get(head.len() - word..).is_some_and(|word| word.windows(3).any(|part| part == b"://"))
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'')
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

/// The longest local part and domain (RFC 5321, section 4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;
/// From here on stand scripts that have no spaces between words.
const DENSE: char = '\u{2e80}';
/// What input methods write for the dots of a domain (UTS 46, section 2.3).
const FULL_STOPS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Mailboxes of no person (RFC 2142 and custom).
const ROLES: &[&str] = &[
    "abuse",
    "admin",
    "billing",
    "bot",
    "contact",
    "donotreply",
    "git",
    "help",
    "hello",
    "hostmaster",
    "info",
    "mailer",
    "marketing",
    "news",
    "newsletter",
    "no",
    "noc",
    "noreply",
    "office",
    "postmaster",
    "press",
    "privacy",
    "root",
    "sales",
    "security",
    "service",
    "support",
    "team",
    "test",
    "user",
    "username",
    "webmaster",
    "you",
    "your",
];

/// Endings of file names that look like domains: `icon@2x.png`, `pkg@latest.tgz`.
const FILES: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "tsx", "jsx", "json", "html", "py", "rs", "tgz",
    "zip", "whl", "lock", "yaml", "yml", "toml", "txt", "local", "service", "timer", "socket", "target", "mount",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Confidence)> {
        let mut hits = Vec::new();
        find(text, &mut hits);
        hits.into_iter().map(|hit| (text.get(hit.range).unwrap().to_owned(), hit.confidence)).collect()
    }

    #[test]
    fn addresses_are_found() {
        for (text, address, confidence) in [
            ("write to o'neil+x@mail.co.uk.", "o'neil+x@mail.co.uk", Confidence::High),
            ("<jane_roe@example.com>", "jane_roe@example.com", Confidence::Medium),
            ("noreply@shop.test", "noreply@shop.test", Confidence::Medium),
            ("'a@b.de'", "a@b.de", Confidence::High),
            ("an jane＠mail.test bitte", "jane＠mail.test", Confidence::High),
            ("mail jörg@bücher.test, ja", "jörg@bücher.test", Confidence::High),
            ("пишите на иван@почта.рф.", "иван@почта.рф", Confidence::High),
            ("jane@xn--bcher-kva.xn--p1ai", "jane@xn--bcher-kva.xn--p1ai", Confidence::High),
            ("联系jane@mail.test吧", "jane@mail.test", Confidence::High),
            ("写信给 用户@例子。广告", "用户@例子。广告", Confidence::High),
            ("\"a\\njane@mail.test\\nb\"", "jane@mail.test", Confidence::High),
        ] {
            assert_eq!(found(text), [(address.to_owned(), confidence)], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "git@github.com:a/b",
            "postgres://u:p4ss@db.test/x",
            "a@b",
            "x@2x.png",
            "@scope/pkg",
            "a@b@c.de",
            "a@1.2.3",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
