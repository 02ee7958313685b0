//! Passwords that anyone could guess, behind a label that says what they are: `Passwort: sommer12`. Strength tells nothing
//! about these; the label, the words around it and the words that passwords are made of do.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    super::Hit,
    names::{is_password, says_password},
    noise::is_placeholder,
    prose::SAID,
};

/// The word behind the label that ends at `end`, if nothing but a password stands there.
pub(super) fn at(text: &str, name: &Range<usize>, end: usize) -> Option<Hit> {
    let key = text.get(name.clone())?;
    if name.end != end || !says_password(key) {
        return None;
    }
    let label = Label::of(text, name, key);
    let rest = text.get(end..)?;
    let rest = rest.strip_prefix("\\\"").or_else(|| rest.strip_prefix(['"', '\'', '*'])).unwrap_or(rest);
    let rest = rest.trim_start_matches('*');
    let said = SAID.iter().find(|said| rest.starts_with(**said))?;
    let sign = said.trim();
    let value = rest.get(said.len()..)?.trim_start_matches([' ', '\t', '*']);
    let quoted = value.starts_with(['"', '\'', '`', '\\', '„', '“', '«']);
    let value = value.trim_start_matches(['\\', '"', '\'', '`', '„', '“', '«']);
    let start = text.len() - value.len();
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '`' | '”' | '“' | '»' | '<' | '\\' | '。' | '，' | '；');
    let len = match value.char_indices().take(LONGEST + 1).find(|(_, c)| ends(*c)) {
        Some((at, _)) => at,
        None if value.chars().nth(LONGEST).is_none() => value.len(),
        None => return None,
    };
    let word = value.get(..len)?.trim_end_matches(['.', ',', ';', ':', ')', '\'', '}', ']']);
    let behind = value.get(word.len()..)?;
    let is_code = behind.starts_with([';', ')', '}', ']']) && !quoted;
    if is_code || !is_believed(word, sign, quoted, &label, behind) {
        return None;
    }
    Some(Hit { range: start..start + word.len(), kind: "password", confidence: Confidence::Medium })
}

/// How a label stands.
struct Label {
    /// In a language that programs are not written in, or with a capital at the start of a line: a person wrote it.
    human: bool,
    /// In quotes, as keys of JSON are.
    quoted: bool,
    /// Behind a name of a user.
    paired: bool,
    lower: String,
}

impl Label {
    fn of(text: &str, name: &Range<usize>, key: &str) -> Self {
        let lower = key.to_lowercase();
        let before = text.get(..name.start).unwrap_or_default();
        let near = before.as_bytes().get(before.len().saturating_sub(NEAR)..).unwrap_or_default();
        let near = String::from_utf8_lossy(near).to_lowercase();
        let line = near.rsplit('\n').next().unwrap_or_default();
        let starts_line = line.trim_matches([' ', '\t', '-', '*', '#', '>', '•']).is_empty();
        let english = ["password", "passwd", "pwd", "pass", "passphrase", "passcode"];
        let english = english.iter().any(|word| lower.ends_with(word));
        let capital = key.starts_with(char::is_uppercase) && key.chars().skip(1).all(char::is_lowercase);
        Self {
            human: !english || (capital && starts_line),
            quoted: before.ends_with('"'),
            paired: USERS.iter().any(|user| near.contains(user) || lower.contains(user)),
            lower,
        }
    }

    /// `pass` also counts tests, and `pwd` is also a folder.
    fn is_vague(&self) -> bool {
        matches!(self.lower.as_str(), "pass" | "pwd")
    }
}

fn is_believed(word: &str, sign: &str, quoted: bool, label: &Label, behind: &str) -> bool {
    let lower = word.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let count = word.chars().count();
    if count < 4 || is_code(word) || is_password(&lower) || is_one_of(NO_PASSWORDS, &lower) {
        return false;
    }
    let json = label.quoted && quoted && sign == ":";
    let in_code = quoted && !json || sign == "=" && !label.human;
    if is_one_of(COMMON, &lower) {
        // `assert!(login(password = "dragon"))` is a test, `pwd = dragon` a setting.
        return !quoted || json || label.human || label.paired;
    }
    if is_placeholder(word) || says_password(&letters) || letters == label.lower {
        return false;
    }
    let all = |test: fn(char) -> bool| word.chars().all(test);
    let ended = behind.is_empty()
        || behind.starts_with(['\n', '\r', ',', '.', '"', '\'', '”', '“', '»', '。', '，', '\\'])
        || quoted;
    let said = matches!(sign, ":" | "=" | "：");
    if all(|c| c.is_ascii_digit()) {
        return said && !label.is_vague() && !in_code && ended && (label.human || label.paired || json);
    }
    if all(char::is_alphabetic) {
        return said
            && ended
            && !label.is_vague()
            && (label.human || label.paired)
            && (json || !quoted || label.human)
            && (!in_code || label.paired);
    }
    let signs = word.chars().filter(|c| c.is_ascii_punctuation() && !"-._/,:'".contains(*c)).count();
    let mixed = letters.chars().count() >= 2 && (digits > 0 || signs > 0);
    let name = is_one_of(TECHNICAL, &letters) || word.contains('/') || (digits == 0 && signs == 0);
    // A variable has seldom more than one digit: `password2`, `arg1`.
    let strong = digits >= 2 || signs > 0 || label.human || label.paired || json;
    mixed && !name && strong && (count >= 6 || label.human || label.paired) && !(quoted && in_code && count < 8)
}

fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// Names, calls, types and paths.
fn is_code(word: &str) -> bool {
    let identifier = word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        || word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let fields = word.contains('.')
        && word.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
    identifier
        || fields
        || word.contains(['(', ')', '{', '}', '[', ']', '<', '>', '=', ';', '|', '\u{2026}'])
        || word.starts_with(['$', '&', '*', '@', '/', '.', '~', '%', '-', '#', ':', '!', '?', '+', ',', '_'])
        || ["::", "->", "://", "${", "..", "**"].iter().any(|mark| word.contains(mark))
}

/// The longest password of this sort, in characters.
const LONGEST: usize = 40;
/// How far before a label the name of the user may stand, in bytes.
const NEAR: usize = 120;

/// What the name of a user is called.
const USERS: &[&str] = &[
    "user:",
    "user\"",
    "username\"",
    "login\"",
    "email\"",
    "user =",
    "user=",
    "username:",
    "username =",
    "username=",
    "user name",
    "login:",
    "login =",
    "login=",
    "benutzer",
    "utilisateur",
    "identifiant",
    "usuario",
    "usuário",
    "utente",
    "gebruiker",
    "użytkownik",
    "användar",
    "bruker",
    "käyttäjä",
    "uživatel",
    "логин",
    "пользовател",
    "用户",
    "帳號",
    "账号",
    "ユーザー",
    "아이디",
    "kullanıcı",
    "wifi",
    "wi-fi",
    "wlan",
    "ssid",
];

/// What stands behind such a label and is none: types, values of settings, words of forms.
const NO_PASSWORDS: &str = "\
    string text varchar char bool boolean true false none null nil undefined optional required invalid incorrect \
    wrong missing empty hidden forgotten forgot expired protected enabled disabled reset changed change correct \
    valid unknown encrypted hashed mandatory masked redacted removed unset default random generated same stored \
    input output value field prompt self this object bytes number integer user username admin root test guest \
    example secret postgres mysql redis name login email erforderlich falsch ungültig vergessen leer notwendig \
    ändern geheim obligatoire oublié requis incorrecto vide invalide obligatoria requerida incorrecta olvidada vacía \
    obrigatória inválida incorreta esquecida obbligatoria errata dimenticata richiesta verplicht onjuist vergeten \
    wymagane nieprawidłowe błędne krävs fel glömt feil forkert påkrævet pakollinen väärä обязателен неверный \
    неправильный забыли must should with that which based only your please enter http https base64 sha256 sha512 \
    bcrypt argon2 plain plaintext clear keyring environment provided given set sent used needed available \
    recovery manager policy";

/// Words with digits behind them that name things of programs.
const TECHNICAL: &str = "\
    sha md base utf aes rsa ed pbkdf argon int uint float string str arg param var value val data test user key \
    version row col line item node tmp temp buf hex ecb cbc gcm hmac ripemd crc ipv http oauth char varchar example \
    sample field input vec";

/// Passwords that every list of leaked ones begins with.
const COMMON: &str = "\
    123456 1234 12345 12345678 123456789 1234567890 111111 000000 123123 654321 666666 qwerty qwerty123 qwertyuiop \
    qwertz azerty abc123 iloveyou letmein welcome welcome1 monkey dragon sunshine princess football baseball master \
    shadow superman batman trustno1 starwars whatever freedom ninja mustang michael jordan hunter hunter2 ashley \
    bailey charlie jessica pokemon summer winter spring autumn flower lovely cheese cookie banana chocolate computer \
    internet killer pepper ginger soccer hockey tigger buster passw0rd p@ssw0rd p@ssword pa55word zaq12wsx 1q2w3e4r \
    1qaz2wsx q1w2e3r4 asdfgh asdf1234 asdfghjkl zxcvbnm hallo schatz sommer frühling herbst hallo123 ficken passwort \
    passwort1 geheim1 schalke04 fussball soleil doudou loulou marseille bonjour chouchou nicolas estrella tequiero \
    mariposa contraseña hola123 amor juventus ciao francesca andrea amore welkom welkom01 geheim zonnetje polska \
    misiek kochanie hejsan sommar sommar123 salasana1 heslo123 пароль любовь привет наташа йцукен woaini 5201314 \
    password1 password123 admin123 changeme123 root123 test123";

#[cfg(test)]
mod tests {
    use crate::{Detector, Secrets};

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let hits = Secrets.find(text).into_iter().filter(|hit| hit.confidence > palisade_base::Confidence::Low);
        hits.map(|hit| (hit.kind, text.get(hit.range).unwrap().to_owned())).collect()
    }

    /// As long as a password of this sort can be.
    const LONG: &str = "blauwalundregenbogenundgartenzaunundmeer";

    #[test]
    fn values_without_end_cost_little() {
        for piece in ["password:", "password:a", "passwort=geheim", "\npassword=a1"] {
            let time = |len: usize| {
                let text = piece.repeat(len / piece.len());
                let start = std::time::Instant::now();
                let _ = Secrets.find(&text);
                start.elapsed()
            };
            let (short, long) = (time(15_000), time(60_000));
            assert!(long < short * 8 + std::time::Duration::from_millis(500), "{piece}: {short:?}, {long:?}");
        }
    }

    #[test]
    fn labels_tell() {
        for (text, value) in [
            ("password: sunshine", "sunshine"),
            ("pwd = sommer", "sommer"),
            ("passwort=sommer12", "sommer12"),
            ("Passwort: blauwal", "blauwal"),
            ("Password: bluebird\nbye", "bluebird"),
            ("user: jane\npassword: bluebird", "bluebird"),
            ("WLAN-Passwort: Gartenzaun7", "Gartenzaun7"),
            ("my password is falcon22, do not tell", "falcon22"),
            ("mot de passe : soleil44", "soleil44"),
            ("contraseña: mariposa", "mariposa"),
            ("senha: girassol9", "girassol9"),
            ("hasło: kwiatek1", "kwiatek1"),
            ("пароль: ромашка7", "ромашка7"),
            ("密码：xiaomao88", "xiaomao88"),
            ("パスワード: sakura77", "sakura77"),
            ("비밀번호: haneul99", "haneul99"),
            ("şifre: karanfil5", "karanfil5"),
            ("{\"user\": \"jane\", \"password\": \"bluebird\"}", "bluebird"),
            ("Heslo: slunicko3", "slunicko3"),
            (&format!("Passwort: {LONG}"), LONG),
            (&format!("Passwort: {LONG}\nand on"), LONG),
        ] {
            assert_eq!(found(text), [("password", value.to_owned())], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "password: string",
            "password: String,",
            "password: required",
            "Password: required",
            "Passwort: falsch",
            "password = password",
            "password = arg1",
            "password = self.password",
            "password = get_password()",
            "password: userPassword,",
            "let password = passphrase;",
            "password: &str,",
            "pwd = path",
            "pwd: /home/jane",
            "pass: 12, fail: 3",
            "password: ********",
            "password: <your password>",
            "password: ${DB_PASSWORD}",
            "Password: changeme",
            "the password is wrong",
            "your password is required",
            "forgot your password?",
            "password: sha256",
            "password: Option<String>",
            "password: int32",
            "passwords: many",
            &format!("Passwort: {LONG}b"),
            &format!("Passwort: {LONG}b and on"),
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
