//! Tests of the secret detector. Tokens are put together from pieces so that no scanner takes this file for a leak.

use palisade_base::Confidence;

use super::*;

fn kinds(text: &str) -> Vec<&'static str> {
    Secrets.find(text).iter().map(|hit| hit.kind).collect()
}

/// Letters and digits without a pattern, the same every time.
fn random(len: usize, alphabet: &str, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    (0..len).map(|_| letters[next() % letters.len()]).collect()
}

const WORD: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";

fn word(len: usize) -> String {
    random(len, WORD, 7)
}

#[test]
fn tokens_of_providers_are_found() {
    let pem = format!("-----BEGIN {}PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "RSA ", random(400, WORD, 3));
    let escaped = format!(
        "\"key\": \"-----BEGIN {}KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n\"",
        "PRIVATE ",
        random(400, WORD, 3)
    );
    let jwt = format!("{}{}.{}{}.{}", "ey", "J".to_owned() + &word(30), "ey", "J".to_owned() + &word(60), word(43));
    for (text, kind) in [
        (format!("{}{}", "sk-", word(48)), "openai-key"),
        (format!("OPENAI_API_KEY={}{}", "sk-proj-", word(48)), "openai-key"),
        (format!("key = \"{}{}\"", "sk-ant-", "api03-".to_owned() + &word(90)), "anthropic-key"),
        (format!("{}{}", "hf_", word(34)), "hugging-face-token"),
        (format!("id: {}{}", "AKIA", random(16, UPPER, 5)), "aws-access-key"),
        (format!("Maps(\"{}{}\")", "AIza", word(35)), "google-api-key"),
        (format!("{}{}", "ghp_", word(36)), "github-token"),
        (format!("{}{}", "glpat-", word(20)), "gitlab-token"),
        (format!("{}442955063785-062649703106-{}", "xoxb-", word(24)), "slack-token"),
        (format!("{}T0{}/B0{}/{}", "https://hooks.slack.com/services/", word(9), word(9), word(24)), "slack-webhook"),
        (format!("{}{}", "sk_live_", word(24)), "stripe-key"),
        (format!("{}{}", "npm_", word(36)), "npm-token"),
        (format!("{}IcHlwaS5vcmc{}", "pypi-AgE", word(90)), "pypi-token"),
        (format!("{}{}", "gsk_", word(52)), "groq-key"),
        (format!("{}{}==", "AccountKey=", word(86)), "azure-storage-key"),
        (format!("{}app:{}@db.tickets.test:5432/prod", "postgres://", word(14)), "database-url"),
        (format!("{}app:{}@git.tickets.test/x.git", "https://", word(14)), "url-password"),
        (pem, "private-key"),
        (escaped, "private-key"),
        (jwt, "json-web-token"),
    ] {
        assert_eq!(kinds(&text), [kind], "{text}");
    }
}

#[test]
fn checksums_raise_confidence() {
    let signed = word(30);
    let sum = tokens_checksum(&signed);
    let good = Secrets.find(&format!("{}{signed}{sum}", "ghp_"));
    let bad = Secrets.find(&format!("{}{signed}{}", "ghp_", "aaaB1c"));
    assert_eq!((good[0].confidence, bad[0].confidence), (Confidence::High, Confidence::Medium));
}

/// CRC-32 in base 62, written another way than the detector does it.
fn tokens_checksum(text: &str) -> String {
    let table: Vec<u32> =
        (0..256_u32).map(|n| (0..8).fold(n, |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 })).collect();
    let crc = !text.bytes().fold(!0_u32, |c, b| table[((c ^ u32::from(b)) & 0xff) as usize] ^ (c >> 8));
    let digits: Vec<char> = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".chars().collect();
    (0..6).rev().map(|place| digits[(crc / 62_u32.pow(place) % 62) as usize]).collect()
}

#[test]
fn assigned_literals_are_found() {
    let value = word(32);
    for text in [
        format!("API_KEY={value}"),
        format!("export SERVICE_TOKEN={value}"),
        format!("api_key: {value}"),
        format!("api_key = '{value}'"),
        format!("api_key: str = \"{value}\""),
        format!("\"apiKey\": \"{value}\""),
        format!("\\\"secret\\\": \\\"{value}\\\""),
        format!("const accessKey = `{value}`"),
        format!("config['api_key'] = b'{value}'"),
        format!("client_secret => '{value}'"),
        format!("password = \"{}\"", "tR7#kQz9!mW2"),
        format!("DB_PASSWORD={}", "kQz9mW2tR7xx1"),
        format!("ssh root@10.1.2.3 with password {}", "&0td7RAgvQ^i#v"),
        format!("log in with password {}", "(5aYFE74LgnE(x"),
    ] {
        let hits = Secrets.find(&text);
        assert_eq!(hits.len(), 1, "{text}");
        let found = text.get(hits[0].range.clone()).unwrap();
        assert!(text.contains(found) && found.len() >= 12 && !found.contains(['"', '\'', '`', '=']), "{found}");
    }
}

#[test]
fn what_is_no_secret_is_quiet() {
    let digest = random(64, HEX, 9);
    let commit = random(40, HEX, 9);
    for text in [
        "api_key = os.environ['API_KEY']".to_owned(),
        "api_key = \"${API_KEY}\"".to_owned(),
        "api_key: {{ secrets.api_key }}".to_owned(),
        "password = getpass()".to_owned(),
        "user, _, password = base64.b64decode(encoded).decode(\"ascii\").partition(\":\")".to_owned(),
        "  password = utf8StringToString(password);".to_owned(),
        "confusion such as http://host:port@tickets.test/".to_owned(),
        "password: string;".to_owned(),
        "password = \"changeme\"".to_owned(),
        "password = 'your-password-here1'".to_owned(),
        "token = \"<your-token-2>\"".to_owned(),
        "secret = 'xxxxxxxxxxxxxxxxxxxxxxxx1'".to_owned(),
        "token = 'abcdefghijklmnop1234567890'".to_owned(),
        "token_url = 'https://login.tickets.test/oauth2/v2.0/token'".to_owned(),
        "pad_token = '<|endoftext|>'".to_owned(),
        "max_tokens = 4096".to_owned(),
        "secret_name = \"prod/db/password-2024-v1\"".to_owned(),
        "if password == 'tR7#kQz9!mW2':".to_owned(),
        format!("sha256 = \"{digest}\""),
        format!("password_hash = \"{digest}\""),
        format!("\"integrity\": \"sha512-{}==\"", word(86)),
        format!("token: {}", "123e4567-e89b-12d3-a456-426614174000"),
        format!("commit {commit}"),
        format!("rev = '{commit}'"),
        format!("data:image/png;base64,iVBORw0KGgo{}", random(4000, WORD, 11)),
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
        "sk-your-openai-api-key-goes-here-please-and-thanks".to_owned(),
        "task-ABCDEFGHIJKLMNOPQRSTUVWX0123456789abcdefghij".to_owned(),
        format!("{}IOSFODNN7EXAMPLE", "AKIA"),
        "postgres://user:password@localhost:5432/db".to_owned(),
        "postgres://postgres:postgres@localhost/db".to_owned(),
        "postgresql://{user}:{password}@{host}/db".to_owned(),
        "https://user:pass@example.com/".to_owned(),
        "http://localhost:8080/@user".to_owned(),
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----".to_owned(),
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
        "the password must contain 8 characters".to_owned(),
        "with password $DB_PASSWORD_1 or more".to_owned(),
        "password: Option<&[u8;32]>,".to_owned(),
        "the password, e.g. section-3.2/Paragraph4".to_owned(),
        "reset your password at https://tickets.test/reset".to_owned(),
        "tokenizer = 'BertTokenizer_v2_base_uncased'".to_owned(),
        "\"api_key\": \"openai_api_key\"".to_owned(),
        "SECRET_KEY = config('SECRET_KEY_BASE_V2')".to_owned(),
        "authToken: this.props.authToken1,".to_owned(),
    ] {
        assert_eq!(Secrets.find(&text), [], "{text}");
    }
}

#[test]
fn settings_are_secrets_by_their_name() {
    assert_eq!(Secrets::named("DB_PASSWORD", "tickets"), Some("password"));
    assert_eq!(Secrets::named("OPENAI_API_KEY", "0a0b0c0d"), Some("api-key"));
    for (name, value) in [
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "changeme"),
        ("DB_PASSWORD", "${PASSWORD}"),
        ("DB_PASSWORD_FILE", "/run/secrets/db"),
        ("MAX_TOKENS", "4096"),
        ("TOKEN_CACHE", "true"),
        ("DB_HOST", "tickets"),
    ] {
        assert_eq!(Secrets::named(name, value), None, "{name}={value}");
    }
}

#[test]
fn hits_are_in_order_and_apart() {
    let text = format!("a=\"{}{}\" API_KEY={}{}\n", "ghp_", word(36), "sk-proj-", word(48));
    let hits = Secrets.find(&text);
    assert_eq!(hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), ["github-token", "openai-key"]);
    assert!(hits[0].range.end <= hits[1].range.start);
}

#[test]
fn hostile_text_costs_little() {
    for piece in
        ["password=", "-----BEGIN PRIVATE KEY-----", "eyJ", "sk-", "token: \"", "postgres://a:b", "https://", "secret"]
    {
        let text = piece.repeat(200_000 / piece.len());
        let started = std::time::Instant::now();
        let _ = Secrets.find(&text);
        assert!(started.elapsed().as_secs() < 60, "{piece}: {:?}", started.elapsed());
    }
}

proptest::proptest! {
    #[test]
    fn anything_is_read(text in "\\PC{0,20}(password|secret|token|api_key|sk-|https://|-----BEGIN )[ =:\"'\\\\]{0,4}\\PC{0,40}") {
        for hit in Secrets.find(&text) {
            proptest::prop_assert!(text.get(hit.range).is_some());
        }
    }
}
