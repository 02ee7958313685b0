//! What looks like a secret and is none: placeholders, references, words, identifiers, hashes.

/// Shannon entropy in bits for each byte.
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let len = f64::from(u32::try_from(text.len().max(1)).unwrap_or(u32::MAX));
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / len).map(|p| -p * p.log2()).sum()
}

/// How many of lower case, upper case, digits and signs a text uses.
pub(super) fn classes(text: &str) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(text.bytes().any(|byte| test(&byte)));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

/// Whether a value says that it stands for another: `changeme`, `<token>`, `${TOKEN}`, `xxxx`, `your-key-here`.
pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let marked = value.starts_with(['<', '$', '{', '%', '[', '(', '@', '#', '&'])
        && value.ends_with(['>', '}', '%', ']', ')', '@', '#'])
        || ["${", "{{", "$(", "<%", "%(", "#{", "...", "\u{2026}"].iter().any(|mark| value.contains(mark))
        || value.starts_with('$') && value.bytes().skip(1).all(|b| b.is_ascii_alphanumeric() || b == b'_');
    marked || SAYS_SO.iter().any(|word| lower.contains(word)) || is_repetitive(value) || is_sequence(&lower)
}

/// Few different characters, or one that fills most of it.
fn is_repetitive(value: &str) -> bool {
    let mut counts = [0_usize; 256];
    let mut run = 0;
    let mut longest = 0;
    let mut before = None;
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
        run = if before == Some(byte) { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(byte);
    }
    let distinct = counts.iter().filter(|count| **count > 0).count();
    longest >= 6.max(value.len() / 4) || distinct < 5.min(value.len())
}

/// `abcdef`, `123456`, `qwerty` and the like make up most of it.
fn is_sequence(lower: &str) -> bool {
    let bytes = lower.as_bytes();
    let steps = bytes.windows(2).filter(|pair| matches!(pair, [a, b] if b.wrapping_sub(*a) == 1)).count();
    bytes.len() >= 6 && steps * 3 >= bytes.len() * 2
        || ["0123456789", "12345678", "abcdefgh"].iter().any(|run| lower.contains(run))
}

/// Whether a value is a word, a name, a path or a piece of code rather than something random.
pub(super) fn is_wordy(value: &str) -> bool {
    let signs = |c: char| !c.is_ascii_alphanumeric();
    let words: Vec<&str> = value.split(signs).filter(|word| !word.is_empty()).collect();
    let plain = |word: &&str| {
        word.bytes().all(|b| b.is_ascii_alphabetic()) || word.bytes().all(|b| b.is_ascii_digit()) && word.len() < 5
    };
    let all_plain = !words.is_empty() && words.iter().all(plain);
    // `Password123`, `hunter2`: a word with digits behind it says little about randomness, but is still a password.
    let is_path = value.starts_with(['/', '.', '~'])
        || value.contains("://")
        || value.contains("\\\\")
        || value.matches('/').count() > 2;
    let is_code = value.contains(['(', ')', ' ', ',', ';', '\n', '`'])
        || value.contains("->")
        || value.contains("::")
        || value.contains("==");
    let is_dotted_name = value.contains('.')
        && words.len() > 1
        && words.iter().all(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()) && syllabic(word));
    all_plain && (words.len() > 1 || camel_case(value) || value.len() < 16 || syllabic(value))
        || is_path
        || is_code
        || is_dotted_name
}

fn camel_case(value: &str) -> bool {
    let humps = value
        .bytes()
        .zip(value.bytes().skip(1))
        .filter(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase())
        .count();
    humps > 0 && value.len() / (humps + 1) >= 4 && syllabic(value)
}

/// Words have a vowel every few letters.
pub(super) fn syllabic(word: &str) -> bool {
    let letters: Vec<u8> = word.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase()).collect();
    let vowels = letters.iter().filter(|b| b"aeiouy".contains(b)).count();
    let rare = letters.iter().filter(|b| b"qxzj".contains(b)).count();
    letters.len() < 3 || (vowels * 5 >= letters.len() && vowels * 3 <= letters.len() * 2 && rare * 8 <= letters.len())
}

/// UUIDs and digests identify things; they are not secrets unless a name says so.
pub(super) fn is_identifier(value: &str) -> bool {
    let hex = value.bytes().all(|b| b.is_ascii_hexdigit());
    let uuid = value.len() == 36
        && value
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() });
    uuid || hex || value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':' | b'/' | b' '))
}

/// Words that placeholders are made of.
const SAYS_SO: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "replace",
    "example",
    "placeholder",
    "your",
    "dummy",
    "fake",
    "sample",
    "insert",
    "redacted",
    "xxxx",
    "****",
    "todo",
    "fixme",
    "not-a-real",
    "notreal",
    "not_real",
    "put-",
    "enter",
    "some-",
    "some_",
    "mysecret",
    "my-secret",
    "my_secret",
    "supersecret",
    "super-secret",
    "super_secret",
    "secretkey",
    "secret-key",
    "secret_key",
    "s3cr3t",
    "password1",
    "passw0rd",
    "p@ssw0rd",
    "hunter2",
    "foobar",
    "foo-bar",
    "testkey",
    "test-key",
    "test_key",
    "test-token",
    "test_token",
    "testtoken",
    "test-secret",
    "test_secret",
    "testing",
    "topsecret",
    "my-key",
    "mykey",
    "my_key",
    "my-token",
    "mytoken",
    "api-key",
    "api_key",
    "apikey",
    "access-key",
    "access_key",
    "1234567890",
    "deadbeef",
    "lorem",
    "default",
    "undefined",
    "environ",
    "process.env",
    "getenv",
    "unused",
    "invalid",
    "incorrect",
    "wrong",
    "username",
    "user:pass",
    "<secret",
    "<token",
    "no-key",
    "none-needed",
    "not-needed",
    "no_key",
];
