//! What secrets are called, in the languages in which people write it.

use std::sync::LazyLock;

/// Whether this word, in small letters, is a name of a password.
pub(super) fn is_password(word: &str) -> bool {
    PASSWORDS.contains(&word)
}

/// Whether a name ends with a name of a password: `db_password`, `userPassword`, `WLAN-Passwort`.
pub(super) fn says_password(name: &str) -> bool {
    let lower = name.to_lowercase();
    PASSWORDS.iter().any(|word| {
        let Some(head) = lower.strip_suffix(word) else { return false };
        let short = word.len() <= 5 && word.is_ascii();
        !short || head.is_empty() || head.ends_with(['_', '-', '.', ' ', '"'])
    })
}

/// Pieces of names of secrets, as the prefilter looks for them: in small letters, in capitals, with one capital, and with one
/// at each word, with and without a sign between the words.
pub(super) static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names: Vec<String> = Vec::new();
    for name in SMALL.iter().chain(PASSWORDS.iter().filter(|name| !PARTS.contains(name))) {
        let words: Vec<String> = name.split('_').map(with_capital).collect();
        let spellings = [
            (*name).to_owned(),
            name.to_uppercase(),
            with_capital(name),
            name.split_inclusive(['_', '-', ' ']).map(with_capital).collect(),
            name.replace("api", "API"),
            name.split('_').take(1).map(str::to_owned).chain(words.iter().skip(1).cloned()).collect(),
            words.concat(),
        ];
        for spelling in spellings {
            // Without its sign, what begins with one is a part of many words.
            let whole = spelling.starts_with('_') == name.starts_with('_');
            if whole && !names.contains(&spelling) {
                names.push(spelling);
            }
        }
    }
    names
});

/// With a capital in the first place.
fn with_capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What secrets other than passwords are called, in small letters.
const SMALL: &[&str] = &[
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "private_key",
    "auth_key",
    "credential",
    "account_key",
    "encryption_key",
    "signing_key",
    "_pass",
    "pass:",
    "pass=",
    // How people write it.
    "api key",
    "access key",
    "secret key",
];

/// Names that are also parts of other words: what is looked for has a sign or a word beside them.
const PARTS: &[&str] = &["pass", "passe"];

/// What a password is called, in small letters.
const PASSWORDS: &[&str] = &[
    "password",
    "passphrase",
    "passcode",
    "passwd",
    "pass",
    "pwd",
    "passwort",
    "kennwort",
    "mot de passe",
    "passe",
    "contraseña",
    "contrasenya",
    "senha",
    "palavra-passe",
    "wachtwoord",
    "hasło",
    "lösenord",
    "adgangskode",
    "passord",
    "salasana",
    "heslo",
    "jelszó",
    "parola",
    "parolă",
    "şifre",
    "lozinka",
    "geslo",
    "parool",
    "κωδικός",
    "סיסמה",
    "كلمة المرور",
    "كلمة السر",
    "mật khẩu",
    "kata sandi",
    "รหัสผ่าน",
    "पासवर्ड",
    "пароль",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
    "암호",
];

#[cfg(test)]
mod tests {
    use super::{NAMES, PASSWORDS, with_capital};
    use crate::{Detector, Secrets};

    #[test]
    fn every_name_of_a_password_is_looked_at_in_each_spelling() {
        // "passe" is the end of "mot de passe".
        for name in PASSWORDS.iter().filter(|name| **name != "passe") {
            for label in [(*name).to_owned(), with_capital(name), name.to_uppercase()] {
                let text = format!("{label}: gartenzaun7#x");
                let hits = Secrets.find(&text);
                let found: Vec<_> = hits.iter().filter_map(|hit| text.get(hit.range.clone())).collect();
                assert_eq!(found, ["gartenzaun7#x"], "{text}");
            }
        }
    }

    #[test]
    fn keys_are_named_in_each_spelling() {
        for name in ["api_key", "apiKey", "ApiKey", "API_KEY", "Api_Key", "API key", "Api Key", "signingKey", "_PASS"] {
            assert!(NAMES.iter().any(|known| known == name), "{name}");
        }
        assert!(!NAMES.iter().any(|name| name.is_empty() || name.eq_ignore_ascii_case("pass")));
        let text = "Compass: north44 and Gesloten: vandaag7";
        assert_eq!(Secrets.find(text), []);
    }
}
