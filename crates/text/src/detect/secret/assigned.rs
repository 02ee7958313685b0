//! Literals that are assigned to names of secrets: `db_password = "..."`, `API_KEY=...`, `"token": "..."`.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    super::Hit,
    names::{NAMES, says_password},
    noise::{classes, entropy, is_identifier, is_placeholder, is_wordy},
    prose, weak,
};

/// The literal that is assigned to the name around `start..end`.
pub(super) fn at(text: &str, start: usize, end: usize) -> Option<Hit> {
    // The needle may hold the sign of assignment.
    let end = if text.get(start..end)?.ends_with(['=', ':']) { end - 1 } else { end };
    let name = name_around(text, start, end);
    let key = text.get(name.clone())?;
    if is_about_secrets_only(key) {
        return None;
    }
    let Some((value, quoted)) = value_behind(text, &name) else { return said(text, &name, end) };
    let judged = judge(key, text.get(value.clone())?, quoted);
    // What a label announces is not always what an assignment takes for one.
    let Some(confidence) = judged else { return said(text, &name, end) };
    if confidence == Confidence::Low
        && let Some(hit) = said(text, &name, end)
    {
        return Some(hit);
    }
    Some(Hit { range: value, kind: kind_of(key), confidence })
}

/// What is said in a sentence, or stands behind a label.
fn said(text: &str, name: &Range<usize>, end: usize) -> Option<Hit> {
    let said = prose::at(text, name, end);
    if said.as_ref().is_some_and(|hit| hit.confidence > Confidence::Low) {
        return said;
    }
    weak::at(text, name, end).or(said)
}

/// The kind of a setting by its name, unless its value only stands for one.
pub(super) fn named(name: &str, value: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let is_secret = NAMES.iter().any(|part| lower.contains(part.trim_end_matches('='))) && !is_about_secrets_only(name);
    let names_it = ["true", "false", "none", "null", "yes", "no"].contains(&value.to_ascii_lowercase().as_str());
    let is_number =
        value.bytes().all(|byte| byte.is_ascii_digit()) && !lower.contains("pass") && !lower.contains("pin");
    let real = value.len() >= 4
        && !value.contains("://")
        && !value.starts_with(['$', '<', '/', '.'])
        && !is_placeholder(value);
    (is_secret && real && !names_it && !is_number).then(|| kind_of(name))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The whole name; at most 40 bytes to either side.
fn name_around(text: &str, start: usize, end: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let before =
        bytes.get(..start).unwrap_or_default().iter().rev().take(40).take_while(|byte| is_name(**byte)).count();
    let after = bytes.get(end..).unwrap_or_default().iter().take(40).take_while(|byte| is_name(**byte)).count();
    start - before..end + after
}

/// Names that speak about secrets without being one: `token_count`, `password_field`, `max_tokens`.
fn is_about_secrets_only(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    ABOUT.iter().any(|word| lower.contains(word)) || ENDS.contains(&last)
}

fn kind_of(key: &str) -> &'static str {
    let lower = key.to_ascii_lowercase();
    if says_password(&lower) || lower.contains("pass") {
        "password"
    } else if lower.contains("token") {
        "token"
    } else if lower.contains("key") {
        "api-key"
    } else {
        "secret"
    }
}

/// The literal behind the name and a sign of assignment, and whether it stands in quotes.
fn value_behind(text: &str, name: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let mut at = name.end;
    let peek = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    // `"name"`, `\"name\"` and `['name']`.
    for _ in 0..2 {
        at += usize::from(peek(at) == b'\\');
        at += usize::from(matches!(peek(at), b'"' | b'\''));
    }
    at += usize::from(peek(at) == b']');
    at = blanks(bytes, at);
    // A declared type: `name: str = `.
    if peek(at) == b':' && peek(at + 1) != b'=' {
        let rest = text.get(at + 1..).unwrap_or_default();
        let line = rest.get(..rest.bytes().take(60).take_while(|byte| *byte != b'\n').count()).unwrap_or_default();
        let declared = line.split_once('=').map(|(class, _)| class.trim());
        let is_type = |class: &str| {
            !class.is_empty() && class.bytes().all(|b| b.is_ascii_alphanumeric() || b"_[]|., &'".contains(&b))
        };
        if declared.is_some_and(is_type) && !line.trim_start().starts_with(['"', '\'']) {
            at += 1 + line.find('=').unwrap_or(0);
        }
    }
    let sign = at;
    match (peek(at), peek(at + 1)) {
        (b':' | b'=', b'=') | (b'=', b'>') => at += 2,
        (b'=' | b':', _) => at += 1,
        _ => return None,
    }
    // `==` compares; it assigns nothing.
    if peek(sign) == b'=' && peek(sign + 1) == b'=' {
        return None;
    }
    at = blanks(bytes, at);
    quoted(text, at)
        .map(|range| (range, true))
        .or_else(|| bare(text, name, sign, at).or_else(|| piece(text, name, at)).map(|range| (range, false)))
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// `"value"`, `'value'`, `b"value"`, `\"value\"`.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let at = at
        + usize::from(
            matches!(bytes.get(at), Some(b'b' | b'r' | b'u')) && matches!(bytes.get(at + 1), Some(b'"' | b'\'')),
        );
    let escaped = bytes.get(at) == Some(&b'\\');
    let open = at + usize::from(escaped);
    let quote = *bytes.get(open).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let start = open + 1;
    let len = bytes.get(start..)?.iter().take(LONGEST + 1).position(|byte| *byte == quote || *byte == b'\n')?;
    let closed = bytes.get(start + len) == Some(&quote);
    let end = start + len - usize::from(escaped && len > 0);
    (closed && text.get(start..end).is_some()).then_some(start..end)
}

/// A value without quotes: only where a line is nothing but an assignment, as in env files, INI and YAML.
fn bare(text: &str, name: &Range<usize>, sign: usize, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = bytes.get(..name.start)?;
    let line_start = before.iter().rev().take(80).position(|byte| *byte == b'\n').map_or(0, |back| name.start - back);
    let head = text.get(line_start..name.start)?.trim();
    let starts_line = matches!(head, "" | "export" | "set" | "ENV" | "-" | "- name:" | "SET" | "setx" | "#" | "//");
    let is_yaml = bytes.get(sign) == Some(&b':');
    if !starts_line || (is_yaml && at == sign + 1) {
        return None;
    }
    let rest = bytes.get(at..)?;
    let len = rest.iter().take(LONGEST + 1).position(u8::is_ascii_whitespace).unwrap_or(rest.len().min(LONGEST + 1));
    let tail = rest.get(len..)?;
    let line_end = tail.iter().take(200).position(|byte| *byte == b'\n').unwrap_or(tail.len().min(200));
    let behind = text.get(at + len..at + len + line_end)?.trim();
    let value = text.get(at..at + len)?;
    // Code, not a value: `token = self.token`, `key: string;`.
    let is_code = value.contains(['(', ')', '{', '[', '"', '\'', ';', '<', '>', ','])
        || value.starts_with(['&', '*', '|', '!', '@'])
        || (value.contains('.') && !value.bytes().any(|byte| byte.is_ascii_digit()));
    let random =
        value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    (!is_code && random && (behind.is_empty() || behind.starts_with('#'))).then_some(at..at + len)
}

/// A value in a connection string or a query: `;Password=value;`, `&password=value`.
fn piece(text: &str, name: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let head = bytes.get(..name.start)?.trim_ascii_end();
    let inside = matches!(head.last(), Some(b';' | b'&' | b'?'));
    let rest = bytes.get(at..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'"' | b'\'' | b'<' | b'#');
    let len = rest.iter().take(LONGEST + 1).position(ends).unwrap_or(rest.len().min(LONGEST + 1));
    let value = text.get(at..at + len)?;
    let code = value.contains(['(', ')', '{', '}', '[', ']']);
    (inside && !code && value.bytes().any(|byte| byte.is_ascii_digit())).then_some(at..at + len)
}

/// How sure it is that the literal is a secret; `None` if it is none.
fn judge(key: &str, value: &str, quoted: bool) -> Option<Confidence> {
    let len = value.len();
    let password = matches!(kind_of(key), "password");
    let least = if password { 6 } else { 12 };
    if !(least..=LONGEST).contains(&len) || is_placeholder(value) || !value.is_ascii() || is_wordy(value) {
        return None;
    }
    // A value that repeats its name is a name: `"api_key": "openai_api_key"`.
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let (own, named) = (letters(value), letters(key));
    if own.contains(&named) || (own.len() > 5 && named.contains(&own)) {
        return None;
    }
    let bits = entropy(value);
    let kinds = classes(value);
    let identifier = is_identifier(value);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if password {
        let random = kinds >= 3 && bits >= 2.75 || (kinds >= 2 && digits > 0 && len >= 10 && bits >= 3.0);
        return (random && !identifier && !value.starts_with(['.', '/', '#', '-'])).then_some(if quoted {
            Confidence::Medium
        } else {
            Confidence::Low
        });
    }
    let strong = bits >= 3.6 && kinds >= 2 && digits > 0 && len >= 20;
    let fair = bits >= 3.3 && kinds >= 2 && digits > 1 && len >= 16;
    // Keys in hex are common; so are digests under names such as `token`.
    let keyed = identifier
        && len >= 32
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && key.to_ascii_lowercase().contains("key")
        && !value.contains('-');
    match (strong, fair) {
        _ if identifier => keyed.then_some(Confidence::Low),
        (true, _) => Some(if quoted { Confidence::High } else { Confidence::Medium }),
        (false, true) => Some(Confidence::Low),
        _ => None,
    }
}

/// The longest literal that is taken for a secret, in bytes.
const LONGEST: usize = 200;

/// Pieces of names that speak about secrets.
const ABOUT: &[&str] = &[
    "tokenizer",
    "tokenize",
    "max_token",
    "maxtoken",
    "num_token",
    "special_token",
    "pad_token",
    "eos_token",
    "bos_token",
    "unk_token",
    "mask_token",
    "sep_token",
    "cls_token",
    "stop_token",
    "csrf",
    "xsrf",
    "next_token",
    "nexttoken",
    "page_token",
    "pagetoken",
    "continuation",
    "public",
    "token_type",
    "token_id",
    "tokentype",
    "tokens",
    "secret_name",
    "secretname",
    "secretref",
    "secretkeyref",
    "keyref",
    "key_ref",
    "password_hash",
    "passwordhash",
    "hashed",
    "token_url",
    "tokenurl",
    "token_endpoint",
    "token_uri",
    "secretsmanager",
    "secret_arn",
    "placeholder",
    "previous_token",
    "sync_token",
    "cancel",
    "label",
    "example",
    "_hash",
    "hash_",
    "digest",
    "checksum",
    "fingerprint",
    "bypass",
    "compass",
];

/// Last words of such names.
const ENDS: &[&str] = &[
    "id",
    "ids",
    "name",
    "names",
    "path",
    "file",
    "filename",
    "url",
    "uri",
    "type",
    "count",
    "length",
    "len",
    "limit",
    "size",
    "field",
    "header",
    "prefix",
    "suffix",
    "regex",
    "pattern",
    "format",
    "policy",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "version",
    "provider",
    "env",
    "var",
    "param",
    "help",
    "description",
    "title",
    "text",
    "message",
    "error",
    "input",
    "class",
    "selector",
    "sha",
    "sha1",
    "sha256",
    "md5",
    "arn",
    "ref",
    "location",
    "scope",
    "scopes",
    "algorithm",
    "usage",
    "index",
    "embedding",
    "embeddings",
    "separator",
    "hint",
    "required",
    "passes",
    "passed",
    "passing",
];
