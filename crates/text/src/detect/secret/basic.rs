//! Names and passwords of HTTP (RFC 7617): `Authorization: Basic` and Base64.

use palisade_base::Confidence;

use super::{super::Hit, noise::is_placeholder, url};

/// The length of the Base64 behind `Basic `, if it is a name and a password.
pub(super) fn credentials(rest: &str) -> Option<(usize, Confidence)> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    let len = rest.bytes().take(LONGEST + 1).take_while(inside).count();
    let code = rest.as_bytes().get(..len).filter(|code| (LEAST..=LONGEST).contains(&code.len()))?;
    let decoded = String::from_utf8(decoded(code)?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let plain = decoded.chars().all(|c| !c.is_control());
    let example = is_placeholder(password) && !password.bytes().all(|byte| byte.is_ascii_digit())
        || ["password", "pass", "passwd", "pwd", "secret", "open sesame", "opensesame"]
            .contains(&password.to_ascii_lowercase().as_str());
    let fits = plain && !password.is_empty() && user.len() + password.len() >= 4;
    fits.then_some((len, if example { Confidence::Low } else { Confidence::High }))
}

/// `curl -u name:password`, from the name on.
pub(super) fn argument(text: &str, start: usize, prefix: usize, kind: &'static str) -> Option<Hit> {
    let head = text.as_bytes().get(start.saturating_sub(COMMAND)..start)?;
    let line = head.rsplit(|byte| *byte == b'\n').next()?;
    if !["curl ", "wget ", "http "].iter().any(|command| memchr::memmem::find(line, command.as_bytes()).is_some()) {
        return None;
    }
    let rest = text.get(start + prefix..)?;
    let value = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let from = text.len() - value.len();
    let end_at = |ends: &dyn Fn(char) -> bool| value.char_indices().take(LONGEST).find(|(_, c)| ends(*c));
    // What a quote opens goes up to the same quote on this line.
    let quote = rest.chars().next().filter(|_| value.len() < rest.len());
    let closing = quote.and_then(|quote| end_at(&|c| c == quote || c == '\n')).filter(|(_, c)| *c != '\n');
    let bare = || end_at(&|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`'));
    let len = closing.or_else(bare).map_or(value.len(), |(at, _)| at);
    let argument = value.get(..len).filter(|argument| argument.len() <= LONGEST)?;
    let (user, password) = argument.split_once(':')?;
    let plain = user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte));
    let fits = plain && url::is_password(password) && password != user;
    fits.then_some(Hit { range: from..from + len, kind, confidence: Confidence::Medium })
}

/// What Base64 of either alphabet, with or without padding, stands for.
pub(super) fn decoded(code: &[u8]) -> Option<Vec<u8>> {
    let code = code.strip_suffix(b"==").or_else(|| code.strip_suffix(b"=")).unwrap_or(code);
    let mut out = Vec::with_capacity(code.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in code {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (count < 6).then_some(out)
}

/// How far before it the command stands, in bytes.
const COMMAND: usize = 200;
/// The shortest and longest Base64, in characters.
const LEAST: usize = 8;
const LONGEST: usize = 400;

#[cfg(test)]
mod tests {
    use crate::{Detector, Secrets};

    #[test]
    fn names_and_passwords() {
        // `jane:blue-Horse9`.
        for (text, code) in [
            ("Authorization: Basic amFuZTpibHVlLUhvcnNlOQ==", "Basic amFuZTpibHVlLUhvcnNlOQ=="),
            ("curl -H 'authorization: basic amFuZTpibHVlLUhvcnNlOQ' x", "basic amFuZTpibHVlLUhvcnNlOQ"),
        ] {
            let hits = Secrets.find(text);
            assert_eq!(hits.len(), 1, "{text}");
            assert_eq!((hits[0].kind, text.get(hits[0].range.clone()).unwrap()), ("basic-credentials", code));
        }
        let hits = Secrets.find("curl -s -u jane:blue-Horse9 https://x.test");
        assert!(hits.len() == 1 && hits[0].range == (11..27), "{hits:?}");
        for (text, taken) in [
            ("curl -u 'jane:blue Horse9!' https://x.test", "jane:blue Horse9!"),
            ("curl -u \"jane:it's-Blue 9\" https://x.test", "jane:it's-Blue 9"),
            ("curl -u 'jane:blue-Horse9 https://x.test\nit's", "jane:blue-Horse9"),
            ("sh -c 'curl -u jane:blue-Horse9'", "jane:blue-Horse9"),
        ] {
            let hits = Secrets.find(text);
            let values: Vec<_> = hits.iter().filter_map(|hit| text.get(hit.range.clone())).collect();
            assert_eq!(values, [taken], "{text}");
        }
        for text in [
            "curl -u '' jane:blue-Horse9",
            "curl -u 'jane' 'at: home'",
            "sort -u jane:blue-Horse9",
            "curl -u $USER:$PASS x",
            "curl -u user:password x",
            "Basic information about it",
            "Visual Basic programming",
            "Basic aGVsbG8gd29ybGQ= of greetings",
        ] {
            assert_eq!(Secrets.find(text), [], "{text}");
        }
    }
}
