//! Secrets in files.

use palisade_base::{Check, Confidence, Evidence, Finding, Mask, Meta, Severity};
use palisade_formats::env_file::env_file;
use palisade_text::{Detector, Hit, Secrets};

use super::{MOST, name_and_extension};
use crate::{Input, input::Text};

palisade_base::meta! {
    /// ## What it does
    /// Looks for secrets in every text file: code, notebooks with their outputs, `.env` files, settings, documents. Tokens of
    /// providers are known by prefix, alphabet, length and checksum; private keys, signed web tokens and passwords
    /// in URLs by their structure; other literals by the name that they are assigned to and their randomness. What
    /// is shown is masked.
    ///
    /// ## Why it matters
    /// Everyone who can read the file, a fork, a backup or an image layer has the secret. A key of a model provider spends
    /// its owner's money and reads stored conversations and files; a key of a hub or a registry replaces the model.
    ///
    /// ## Example
    /// ```python
    /// client = OpenAI(api_key="sk-<48 letters and digits>")
    /// ```
    ///
    /// ## What to do
    /// Revoke the secret, then read its successor from the environment or a secret store. Deleting the line leaves it in
    /// the history:
    /// ```python
    /// client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
    /// ```
    ///
    /// ## Limits
    /// Container and cluster files are judged by `secret-in-environment`; lock files and minified code are passed over.
    /// Secrets below folders of tests and in templates of settings are reported as medium, and only if their form
    /// is known. Whether a secret still works is not tried. Encrypted and encoded secrets are not seen.
    ///
    /// ## References
    /// - CWE-798: use of hard-coded credentials
    /// - OWASP Top 10 2021, A07 identification and authentication failures
    static META: Check = {
        name: "hardcoded-secret",
        summary: "a secret stands in a file",
        severity: High,
        components: [Application],
        threats: [SupplyChain, Extraction],
        stages: [Deployment, Operations],
        since: "0.1.0",
    }
}

pub(super) struct HardcodedSecret;

impl Check<Input<'_>> for HardcodedSecret {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        if let Input::Text(text) = input { !is_generated(text) && !is_deployment(text) } else { false }
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Text(text) = input else { return };
        let place = Place::of(text.artifact.path());
        let mut hits = Secrets.find(text.text);
        if is_env_file(text.artifact.path()) && place == Place::Plain {
            add_settings(text.text, &mut hits);
        }
        let hits = hits.into_iter().filter(|hit| place.believes(hit));
        hits.take(MOST).for_each(|hit| report(finding(text, place, hit)));
    }
}

/// What the place of a file says about secrets in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Code and settings.
    Plain,
    /// Text for people: only tokens whose form is known.
    Prose,
    /// Data and logs: also literals, if they are surely secrets.
    Data,
    /// Tests and templates: only tokens whose form is known, and they are probably made up.
    MadeUp,
}

impl Place {
    fn of(path: &str) -> Self {
        let path = path.to_ascii_lowercase();
        let (name, extension) = name_and_extension(&path);
        let folders = path.split('/').rev().skip(1);
        let of_tests = folders.into_iter().any(|folder| TEST_FOLDERS.contains(&folder))
            || name.starts_with("test_")
            || name.contains("_test.");
        let template = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
        if of_tests || name == "conftest.py" || (template && name.contains('.')) {
            Self::MadeUp
        } else if matches!(extension, "md" | "rst" | "html" | "htm" | "tex" | "po" | "adoc") {
            Self::Prose
        } else if matches!(extension, "txt" | "csv" | "tsv" | "jsonl" | "log" | "xml") {
            Self::Data
        } else {
            Self::Plain
        }
    }

    fn believes(self, hit: &Hit) -> bool {
        let known = !matches!(hit.kind, "password" | "secret" | "token" | "api-key");
        match self {
            Self::Plain => true,
            Self::Prose => known,
            Self::Data => known || hit.confidence >= Confidence::Medium,
            Self::MadeUp => known && hit.confidence >= Confidence::Medium,
        }
    }
}

fn finding(text: &Text<'_>, place: Place, hit: Hit) -> Finding {
    let evidence = Evidence::text(text.artifact, text.text, hit.range, Mask::Yes, "the secret, masked");
    let severity = match (place, hit.kind) {
        (_, "stripe-test-key") => Severity::Low,
        (Place::MadeUp, _) => Severity::Medium,
        _ if hit.confidence == Confidence::Low => Severity::Medium,
        _ => Severity::High,
    };
    let confidence = if place == Place::MadeUp { Confidence::Low } else { hit.confidence };
    let article = if hit.kind.starts_with(['a', 'o']) { "an" } else { "a" };
    let message = format!("{article} {} stands in the file", hit.kind.replace('-', " "));
    let finding = Finding::builder(&META, evidence, message).severity(severity).confidence(confidence);
    finding.advice("revoke it, then read its successor from the environment or a secret store").build()
}

/// In a file that is nothing but settings, the name is enough.
fn add_settings(text: &str, hits: &mut Vec<Hit>) {
    let known = std::mem::take(hits);
    let mut later = known.into_iter().peekable();
    for setting in env_file(text) {
        while let Some(hit) = later.next_if(|hit| hit.range.start < setting.range.end) {
            hits.push(hit);
        }
        let seen = hits.last_mut().filter(|hit| hit.range.end > setting.range.start);
        if let Some(hit) = seen {
            hit.confidence = hit.confidence.max(Confidence::Medium);
        } else if let Some(kind) = Secrets::named(&setting.name, &setting.value) {
            hits.push(Hit { range: setting.range, kind, confidence: Confidence::Medium });
        }
    }
    hits.extend(later);
}

fn is_env_file(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let (name, extension) = name_and_extension(&path);
    name.starts_with(".env") || extension == "env" || name == ".flaskenv"
}

/// Lock files and minified code: long, random, and nobody's handwriting.
fn is_generated(text: &Text<'_>) -> bool {
    let path = text.artifact.path().to_ascii_lowercase();
    let (name, extension) = name_and_extension(&path);
    let locked =
        matches!(extension, "lock" | "sum" | "map" | "svg") || name.contains("-lock.") || name.contains(".min.");
    let tables = matches!(name, "npm-shrinkwrap.json" | "tokenizer.json" | "vocab.json" | "merges.txt" | "vocab.txt");
    let code = matches!(extension, "js" | "css" | "mjs" | "cjs");
    locked || tables || (code && text.text.lines().take(20).any(|line| line.len() > 5000))
}

/// Container and cluster files have a rule of their own.
fn is_deployment(text: &Text<'_>) -> bool {
    let path = text.artifact.path().to_ascii_lowercase();
    let (name, extension) = name_and_extension(&path);
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || extension == "dockerfile" {
        return true;
    }
    let has = |key: &str| text.text.lines().take(2000).any(|line| line.starts_with(key));
    let compose = || has("services:") && (text.text.contains("image:") || text.text.contains("build:"));
    let yaml = matches!(extension, "yml" | "yaml");
    yaml && (name.contains("compose") || (has("apiVersion:") && has("kind:")) || compose())
}

const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "test_data",
    "fixtures",
    "__tests__",
    "spec",
    "specs",
    "mocks",
    "cassettes",
];

#[cfg(test)]
mod tests {
    use palisade_base::{
        Confidence::Low,
        Severity::{High, Medium},
    };

    use crate::testing::findings;

    fn key() -> String {
        format!("{}{}", "sk-proj-", "Q7mZ2xK9vB4nL1pT6wR8yD3fH5jC0gS7aE2uI9oV4qX6tM1z")
    }

    fn judged(name: &str, text: &str) -> Vec<palisade_base::Severity> {
        findings("hardcoded-secret", name, text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn secrets_are_found_anywhere() {
        let key = key();
        for (name, text) in [
            ("app.py", format!("client = OpenAI(api_key=\"{key}\")\n")),
            (".env", format!("OPENAI_API_KEY={key}\n")),
            (".env", "MODE=dev\nDB_PASSWORD=kRtu5bQz91\n".to_owned()),
            ("settings.toml", format!("api_key = \"{key}\"\n")),
            ("settings.yaml", format!("llm:\n  api_key: {key}\n")),
            ("app.ini", format!("[llm]\napi_key = {key}\n")),
            (
                "n.ipynb",
                format!(
                    "{{\"nbformat\": 4, \"cells\": [{{\"cell_type\": \"code\", \"source\": [], \"outputs\": [{{\"text\": \"key {key}\\n\"}}]}}]}}"
                ),
            ),
            ("README.md", format!("use {key}\n")),
        ] {
            assert_eq!(judged(name, &text), [High], "{name}");
        }
    }

    #[test]
    fn tests_and_templates_count_less() {
        let text = format!("KEY = \"{}\"\nPASSWORD = \"tR7#kQz9!mW2\"\n", key());
        for name in ["tests/app.py", "src/test_app.py", ".env.example"] {
            let found = findings("hardcoded-secret", name, &text);
            assert_eq!(found.iter().map(|f| (f.severity, f.confidence)).collect::<Vec<_>>(), [(Medium, Low)], "{name}");
        }
    }

    #[test]
    fn what_is_shown_is_masked() {
        let found = findings("hardcoded-secret", "a.py", format!("k = '{}'", key()));
        assert!(!format!("{:?}", found[0]).contains(key().trim_start_matches("sk-proj-")), "{:?}", found[0]);
    }

    #[test]
    fn other_files_are_quiet() {
        let key = key();
        for (name, text) in [
            ("Dockerfile", format!("ENV OPENAI_API_KEY={key}\n")),
            ("docker-compose.yml", format!("services:\n  a:\n    environment:\n      KEY: {key}\n")),
            ("deploy.yaml", format!("apiVersion: v1\nkind: Pod\nenv: {key}\n")),
            ("package-lock.json", format!("\"integrity\": \"{key}\"")),
            ("app.min.js", format!("a=\"{key}\"")),
            ("app.py", "api_key = os.environ['OPENAI_API_KEY']\n".to_owned()),
        ] {
            assert_eq!(judged(name, &text), [], "{name}");
        }
    }
}
