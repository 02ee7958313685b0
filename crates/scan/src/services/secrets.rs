//! Whether a value under a name is a secret: a judgement by name, shape and randomness, for settings of deployments.

use palisade_base::Confidence;
use palisade_text::entropy;

use super::is_common_password;

/// Whether a value under a name is a secret, and how sure that is.
pub(crate) fn judge_secret(name: &str, value: &str, mixed: bool) -> Option<Confidence> {
    let value = value.trim();
    if !mixed && has_token_shape(value) {
        return Some(Confidence::High);
    }
    if value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----") {
        return Some(Confidence::High);
    }
    if let Some(password) = password_in_url(value) {
        let known = is_common_password(password);
        return (!known && !is_reference_or_placeholder(password) && password.len() > 3).then_some(Confidence::High);
    }
    if mixed || !names_a_secret(name) || is_reference_or_placeholder(value) || value.contains(char::is_whitespace) {
        return None;
    }
    let upper = name.to_uppercase();
    if ["PASSWORD", "PASSWD", "PASSPHRASE", "_PASS", "_PWD"].iter().any(|word| upper.contains(word)) {
        let long = value.len() >= 6 && !value.bytes().all(|byte| byte.is_ascii_digit());
        // A mere word may be a password of an example.
        let confidence = if has_letters_and_digits(value) { Confidence::High } else { Confidence::Medium };
        return long.then_some(confidence);
    }
    // A key or token is long and looks made by a machine.
    let random = value.len() >= 16 && (entropy(value) >= 3.5 || is_hexadecimal(value));
    let likely = value.len() >= 10 && has_letters_and_digits(value) && entropy(value) >= 3.0;
    match (random && has_letters_and_digits(value), likely) {
        (true, _) => Some(Confidence::High),
        (false, true) => Some(Confidence::Medium),
        _ => None,
    }
}

/// Whether a name says that its value is a secret.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let words = words_of(name);
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let last = words.last().map_or("", String::as_str);
    if HARMLESS_ENDS.contains(&last) || words.iter().any(|word| HARMLESS.contains(&word.as_str())) {
        return false;
    }
    words.iter().any(|word| SECRET.contains(&word.as_str()))
        || (0..words.len()).any(|at| word(at + 1) == "KEY" && KEY_OF.contains(&word(at)))
}

/// `openaiApiKey`, `OPENAI_API_KEY` and `openai-api-key` as `OPENAI`, `API`, `KEY`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars().take(200) {
        let starts = c.is_uppercase() && before.is_lowercase();
        if !c.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_uppercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

const SECRET: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PASSPHRASE",
    "PWD",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "REQUIREPASS",
    "ACCESSKEY",
    "SECRETKEY",
    "PRIVATEKEY",
];
const KEY_OF: &[&str] = &[
    "API",
    "ACCESS",
    "SECRET",
    "PRIVATE",
    "MASTER",
    "ENCRYPTION",
    "SIGNING",
    "AUTH",
    "JWT",
    "LICENSE",
    "ACCOUNT",
    "STORAGE",
    "SERVICE",
    "SESSION",
    "HMAC",
    "OPENAI",
    "ANTHROPIC",
    "APP",
    "ADMIN",
];
const HARMLESS: &[&str] = &["PUBLIC", "TOKENIZER", "TOKENIZERS", "MAX", "MIN", "NUM", "LIMIT", "PAD", "EOS", "BOS"];
const HARMLESS_ENDS: &[&str] = &[
    "FILE",
    "PATH",
    "NAME",
    "ID",
    "TTL",
    "EXPIRY",
    "EXPIRES",
    "EXPIRATION",
    "LENGTH",
    "COUNT",
    "TYPE",
    "ENABLED",
    "REQUIRED",
    "HEADER",
    "PREFIX",
    "ALGORITHM",
    "POLICY",
    "TIMEOUT",
    "ENDPOINT",
    "URL",
    "URI",
    "ISSUER",
    "SIZE",
    "DIR",
    "VERSION",
    "REGION",
    "LIFETIME",
    "MINUTES",
    "SECONDS",
    "HOURS",
    "DAYS",
    "AUDIENCE",
    "MODE",
    "PROVIDER",
    "STORE",
    "BACKEND",
    "MANAGER",
    "ARN",
    "REF",
    "METHOD",
    "FORMAT",
    "USER",
    "USERNAME",
    "LOCATION",
    "MOUNT",
    "HASH",
    "ROTATION",
];

/// Values that are not secrets whatever their name: references, paths, switches, and what people write until they have one.
fn is_reference_or_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let reference = value.starts_with(['$', '/', '~', '<', '{', '[', '*', '%', '@']) || value.starts_with("./");
    let scheme = REFERENCES.iter().any(|head| lower.starts_with(head));
    let filler = FILLERS.iter().any(|word| lower.contains(word)) || EXACT_FILLERS.contains(&lower.as_str());
    let mut characters = value.chars();
    let first = characters.next();
    let one_character = first.is_none() || characters.all(|c| Some(c) == first);
    let switch = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "none");
    reference || scheme || filler || one_character || switch || value.ends_with('>')
}

const REFERENCES: &[&str] = &[
    "vault:",
    "op://",
    "arn:",
    "ref+",
    "sm://",
    "ssm:",
    "os.environ/",
    "enc[",
    "file:",
    "env:",
    "secret:",
    "secretref:",
    "azurekeyvault",
    "http://",
    "https://",
    "projects/",
    "awssm",
    "gcpsm",
    "akv:",
    "kv:",
    "bao:",
    "infisical",
];
const FILLERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "change_this",
    "changethis",
    "your",
    "placeholder",
    "example",
    "replace",
    "dummy",
    "xxxx",
    "todo",
    "insert",
    "redacted",
    "not-needed",
    "not_needed",
    "notneeded",
    "no-key",
    "fake",
    "sample",
    "<",
    "...",
    "****",
    "to-be-",
    "tbd",
    "my-secret",
    "mysecret",
    "fill",
    "generate",
    "secret-here",
    "-here",
    "_here",
    "unused",
    "test-",
    "-test",
    "test_",
    "_test",
    "dev-only",
    "local-dev",
    "insecure",
];
const EXACT_FILLERS: &[&str] =
    &["empty", "na", "n/a", "nokey", "lm-studio", "ollama", "local", "key", "token", "secret", "password"];

/// Tokens that their issuers made recognisable: a prefix, and enough behind it.
fn has_token_shape(value: &str) -> bool {
    let long = |head: &str, least: usize| {
        let tail = value.strip_prefix(head).filter(|tail| tail.len() >= least);
        let is_token =
            |tail: &str| tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        tail.is_some_and(|tail| is_token(tail) && entropy(tail) >= 3.0 && has_letters_and_digits(tail))
    };
    TOKENS.iter().any(|(head, least)| long(head, *least)) && !is_reference_or_placeholder(value)
}

const TOKENS: &[(&str, usize)] = &[
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 24),
    ("hf_", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("nvapi-", 30),
    ("gsk_", 30),
    ("r8_", 30),
    ("pplx-", 30),
    ("lsv2_", 30),
    ("dckr_pat_", 20),
    ("npm_", 30),
    ("pypi-", 40),
    ("SG.", 40),
    ("ya29.", 30),
    ("dapi", 30),
    ("eyJhbGciOi", 40),
];

/// The password of `scheme://user:password@host`.
fn password_in_url(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    Some(password).filter(|password| !password.is_empty())
}

fn has_letters_and_digits(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_hexadecimal(value: &str) -> bool {
    value.len() >= 24 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for name in ["OPENAI_API_KEY", "openaiApiKey", "api-key", "DB_PASSWORD", "hf.token", "SECRET", "jwtSecret"] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in
            ["MAX_TOKENS", "TOKEN_LIMIT", "SECRET_NAME", "PUBLIC_KEY", "KEYBOARD", "MONKEY", "API_KEY_FILE", "PATH"]
        {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn shapes_are_told_from_words() {
        assert_eq!(judge_secret("API_KEY", "production-cluster-one", false), None);
        assert_eq!(judge_secret("X", "postgres://u:postgres@h/d", false), None);
        assert!(judge_secret("X", &format!("amqp://u:{}@h", "q8Zt0Lm2"), false).is_some());
    }
}
