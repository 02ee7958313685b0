//! Passwords and keys in sentences: `with password X`, `the API key is X`, `Passwort lautet X`.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    super::Hit,
    names::is_password,
    noise::{classes, entropy, is_identifier, is_placeholder, is_wordy},
};

/// The word behind the name of a secret that ends at `end`, if no sentence contains it by chance.
pub(super) fn at(text: &str, name: &Range<usize>, end: usize) -> Option<Hit> {
    let key = text.get(name.clone())?.to_lowercase();
    if name.end != end {
        return None;
    }
    let password = is_password(&key);
    let kind = match key.as_str() {
        _ if password => "password",
        "token" => "token",
        "secret" => "secret",
        "api key" | "api_key" | "apikey" | "api-key" | "access key" | "access_key" | "secret key" => "api-key",
        _ => return None,
    };
    let rest = text.get(end..)?;
    let said = SAID.iter().find_map(|word| rest.strip_prefix(word));
    let value = said.or_else(|| rest.strip_prefix(' '))?.trim_start_matches([' ', '"', '\'', '`', '*']);
    let start = text.len() - value.len();
    let len = value
        .bytes()
        .take(LONGEST + 1)
        .position(|byte| byte.is_ascii_whitespace())
        .unwrap_or_else(|| value.len().min(LONGEST + 1));
    let word = value.get(..len)?.trim_end_matches(['.', ',', ';', ':', '"', '\'', '`']);
    let word = if word.contains('(') { word } else { word.trim_end_matches(')') };
    let confidence = if password { judge_password(word, said.is_some())? } else { judge_key(word, &key)? };
    Some(Hit { range: start..start + word.len(), kind, confidence })
}

/// How sure it is that a word behind `password` is one.
fn judge_password(word: &str, said: bool) -> Option<Confidence> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    // A sign in front may be part of the password, or of a variable or a type.
    let core = word.trim_start_matches(['$', '(', '#', '&', '/', '.', '-', '@', '%']);
    if !(8..=64).contains(&word.len())
        || !word.is_ascii()
        || is_code(word)
        || is_placeholder(core)
        || is_identifier(word)
        || is_words(core)
    {
        return None;
    }
    let signs = word.bytes().filter(|byte| byte.is_ascii_punctuation() && !b"-._/,'".contains(byte)).count();
    // A digit between letters stands in no word, and a word has its digits at one end.
    let broken = word.as_bytes().windows(3).any(
        |three| matches!(three, [a, b, c] if a.is_ascii_alphabetic() && b.is_ascii_digit() && c.is_ascii_alphabetic()),
    );
    let kinds = classes(word);
    let random = digits > 0 && (kinds == 4 || (kinds == 3 && entropy(word) > 3.0));
    let strong = kinds >= 3 && (signs >= 2 || broken || (signs >= 1 && digits > 0));
    match () {
        () if random && strong => Some(Confidence::Medium),
        () if random || (said && strong) => Some(Confidence::Low),
        () => None,
    }
}

/// How sure it is that a word behind `API key` or `token` is one.
fn judge_key(word: &str, key: &str) -> Option<Confidence> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let plain = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=' | b'.'));
    if !(16..=LONGEST).contains(&word.len())
        || !plain
        || digits < 2
        || is_placeholder(word)
        || is_wordy(word)
        || is_words(word)
    {
        return None;
    }
    let letters = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    match (is_identifier(word), entropy(word)) {
        (true, bits) if key.contains("key") && word.len() >= 32 && letters && bits > 2.8 => Some(Confidence::Low),
        (false, bits) if bits > 3.6 && word.len() >= 20 && letters => Some(Confidence::Medium),
        (false, bits) if bits > 3.3 && letters => Some(Confidence::Low),
        _ => None,
    }
}

fn is_code(word: &str) -> bool {
    word.contains(['<', '>', '[', ']', '{', '}', '=']) || word.contains("::") || word.contains("://") || is_call(word)
}

/// Whether a word begins like a call: `base64.b64decode(...`.
fn is_call(word: &str) -> bool {
    word.split_once('(').is_some_and(|(function, _)| {
        function.len() >= 3
            && function.starts_with(|c: char| c.is_ascii_alphabetic())
            && function.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    })
}

/// Plain words, with signs between them.
fn is_words(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .all(|part| part.bytes().all(|b| b.is_ascii_alphabetic()) || part.bytes().all(|b| b.is_ascii_digit()))
}

/// The longest secret in a sentence, in bytes.
const LONGEST: usize = 120;

/// What says that the secret comes next.
pub(super) const SAID: &[&str] = &[
    ": ",
    " : ",
    ":",
    " is: ",
    " is ",
    " was ",
    " = ",
    "=",
    " to ",
    " lautet: ",
    " lautet ",
    " ist: ",
    " ist ",
    " est : ",
    " est ",
    " es: ",
    " es ",
    " è: ",
    " è ",
    " é: ",
    " é ",
    " jest ",
    " to: ",
    " är ",
    " — ",
    " - ",
    "：",
    "是",
    "は",
];
