//! Passwords in addresses: `postgres://app:<password>@db.host/tickets`.

use std::ops::Range;

use palisade_base::Confidence;

use super::{super::Hit, noise::is_placeholder};

/// The address at `start`, if it holds a password; `prefix` is the length of its scheme with `://`.
pub(super) fn password(text: &str, start: usize, prefix: usize, kind: &'static str) -> Option<Hit> {
    let rest = text.get(start + prefix..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>,)\\".contains(byte);
    let window = rest.as_bytes().iter().take(LONGEST);
    let end = window.clone().position(ends).unwrap_or(window.len());
    let address = rest.get(..end)?;
    let authority = address.split('/').next()?;
    // A password with a slash in it should have been escaped, and is a password all the same.
    let whole = if authority.contains('@') || kind == "url-password" { authority } else { address };
    let (credentials, host) = whole.rsplit_once('@')?;
    let hit = |range: Range<usize>, kind, confidence| Some(Hit { range, kind, confidence });
    let range = start..start + prefix + end;
    if is_sentry(credentials, host) {
        return hit(range, "sentry-dsn", Confidence::Medium);
    }
    let (user, password) = credentials.split_once(':')?;
    let raw = password;
    let password = unescaped(raw);
    let host = host.split([':', '/', '?']).next().unwrap_or_default();
    if !(is_password(&password) || is_password(raw)) || host.is_empty() || password == user || is_placeholder(host) {
        return None;
    }
    let local =
        matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "host" | "hostname" | "server") || !host.contains('.');
    let word = password.len() <= 8 && password.bytes().all(|byte| byte.is_ascii_lowercase());
    let confidence = match word || COMMON.contains(&password.to_ascii_lowercase().as_str()) {
        // `scott:tiger@localhost` is in every manual.
        true if local => return None,
        true => Confidence::Low,
        false if local => Confidence::Medium,
        false => Confidence::High,
    };
    hit(range, kind, confidence)
}

/// A key of Sentry stands where others have a name.
fn is_sentry(credentials: &str, host: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    credentials.len() == 32 && credentials.bytes().all(hex) && host.contains("sentry")
}

/// The password without its percent escapes.
fn unescaped(password: &str) -> String {
    let mut out = Vec::with_capacity(password.len());
    let mut rest = password.as_bytes();
    loop {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        rest = match rest {
            [] => return String::from_utf8_lossy(&out).into_owned(),
            [b'%', high, low, tail @ ..] if digit(*high).is_some() && digit(*low).is_some() => {
                out.push(digit(*high).unwrap_or(0) << 4 | digit(*low).unwrap_or(0));
                tail
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                tail
            }
        }
    }
}

pub(super) fn is_password(password: &str) -> bool {
    password.len() >= 4
        && !is_placeholder(password)
        && !password.starts_with(['$', '{', '<', '%', ':'])
        && !password.contains(['{', '}', '$'])
        && !matches!(
            password.to_ascii_lowercase().as_str(),
            "password" | "pass" | "port" | "passwd" | "pwd" | "secret" | "token" | "***" | "pswd"
        )
}

/// The longest address, in bytes.
const LONGEST: usize = 400;

const COMMON: &[&str] = &[
    "postgres",
    "root",
    "admin",
    "guest",
    "mysql",
    "test",
    "user",
    "redis",
    "mongo",
    "example",
    "minioadmin",
    "airflow",
    "1234",
    "12345",
    "123456",
];

#[cfg(test)]
mod tests {
    use crate::{Detector, Secrets};

    #[test]
    fn passwords_of_services() {
        for text in [
            "postgres://app:p%4055w0rdX@db.corp.test/x",
            "mysql://app:%21Tr7kQz9@db.corp.test:3306/x",
            "mongodb+srv://app:Tr7/kQz9@cluster.corp.test/x?retryWrites=true",
            "redis://:Tr7kQz9w@cache.corp.test:6379/0",
            "amqps://worker:Tr7kQz9w@mq.corp.test",
            "smtp://mailer:Tr7kQz9w@mail.corp.test:587",
            "imaps://jane:Tr7kQz9w@mail.corp.test",
        ] {
            let hits = Secrets.find(text);
            assert_eq!(hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), ["database-url"], "{text}");
            assert_eq!(hits[0].range, 0..text.len(), "{text}");
        }
        for text in ["mysql://user:%s@host/x", "redis://cache.corp.test:6379/0", "postgres://scott:tiger@localhost/x"] {
            assert_eq!(Secrets.find(text), [], "{text}");
        }
    }
}
