//! E-mail addresses: an at sign with a plausible address around it (the dot-atom form of RFC 5322).

use palisade_base::Confidence;

use crate::Hit;

/// Pushes every address.
pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'@', bytes) {
        let head = bytes.get(at.saturating_sub(LOCAL)..at).unwrap_or_default();
        let start = at - head.iter().rev().take_while(|byte| is_local(**byte)).count();
        let tail = bytes.get(at + 1..bytes.len().min(at + 1 + DOMAIN)).unwrap_or_default();
        let mut end = at + 1 + tail.iter().take_while(|byte| is_domain(**byte)).count();
        while bytes.get(end - 1).is_some_and(|byte| matches!(byte, b'.' | b'-')) {
            end -= 1;
        }
        let start = start
            + bytes.get(start..at).map_or(0, |local| local.iter().take_while(|b| !b.is_ascii_alphanumeric()).count());
        let (Some(local), Some(domain)) = (text.get(start..at), text.get(at + 1..end.max(at + 1))) else { continue };
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        // `user:pass@host` is an address of a server, `git@host:path` one of a repository.
        let server =
            before == Some(&b':') && in_authority(bytes, start) || before == Some(&b'/') || before == Some(&b'@');
        let repository = bytes.get(end) == Some(&b':') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic);
        if !server && !repository && bytes.get(end) != Some(&b'@') {
            hits.extend(judge(local, domain).map(|(kind, confidence)| Hit { range: start..end, kind, confidence }));
        }
    }
}

fn judge(local: &str, domain: &str) -> Option<(&'static str, Confidence)> {
    let top = domain.rsplit('.').next().unwrap_or_default();
    let labels = domain.split('.').all(|label| !label.is_empty() && label.len() < 64 && !label.starts_with('-'));
    let plausible = domain.contains('.')
        && labels
        && (2..=24).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
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
