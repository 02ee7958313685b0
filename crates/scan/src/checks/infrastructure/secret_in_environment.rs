//! Secrets that stand in deployment files: in environments, build arguments, manifests and command lines.

use std::ops::Range;

use palisade_base::{Artifact, Check, Confidence, Evidence, Finding, Mask, Meta, Severity, meta};
use palisade_formats::dockerfile::Piece;

use super::default_credentials::is_known_password;
use crate::engine::MOST;
use crate::{
    Input,
    input::infrastructure::{CommandLine, Origin, Setting, Truth, Workload},
    services::{judge_secret as judge, names_a_secret},
};

meta! {
    /// ## What it does
    ///
    /// Reports secrets that are written into deployment files: `ENV` and `ARG` in Dockerfiles, `environment` in compose
    /// files, `env` in pods, values of Kubernetes Secrets and ConfigMaps, arguments such as `--api-key`, passwords in
    /// URLs, and private files (`.env`, keys) that a Dockerfile copies into the image. A value counts if the name says
    /// that it is a secret and the value looks like one, or if the value alone has the shape of a known token. References
    /// to variables, files and secret stores do not count, nor do placeholders.
    ///
    /// Build arguments that are secrets without a value are reported as low: whatever is passed stays in the image's
    /// history.
    ///
    /// ## Why it matters
    ///
    /// Deployment files are copied, shared and committed; images are pulled by many and keep every layer. A key to a model
    /// provider is money, a key to a model registry is the next release, and a database password is the data behind the
    /// retrieval.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     environment:
    ///       OPENAI_API_KEY: sk-proj-...
    /// ```
    ///
    /// ## What to do
    ///
    /// Revoke the value, then take it from outside: a variable (`${OPENAI_API_KEY:?}`), `secrets:` in compose,
    /// `valueFrom.secretKeyRef` with a Secret that is made by an operator (External Secrets, Sealed Secrets, SOPS), and in
    /// builds
    ///
    /// ```dockerfile
    /// RUN --mount=type=secret,id=hf_token HF_TOKEN=$(cat /run/secrets/hf_token) ./fetch-model
    /// ```
    ///
    /// ## Limits
    ///
    /// Judged by names and shapes: a secret under a harmless name and without a known shape is not seen. Passwords that
    /// everybody knows are left to `default-credentials`.
    ///
    /// ## References
    ///
    /// - CWE-798 Use of Hard-coded Credentials
    /// - CIS Docker Benchmark 4.10
    /// - MITRE ATLAS, AML.T0055 Unsecured Credentials
    static META: Check = {
        name: "secret-in-environment",
        summary: "a secret stands in a deployment file",
        severity: High,
        components: [Infrastructure],
        threats: [Extraction, SupplyChain],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct SecretInEnvironment;

impl Check<Input<'_>> for SecretInEnvironment {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(_) | Input::Settings(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        match input {
            Input::Workload(workload) => {
                let page = Page { artifact: workload.artifact, text: workload.text };
                let mut found: Vec<Secret> = workload
                    .environment
                    .iter()
                    .filter_map(|setting| of_setting(setting, &workload.environment))
                    .collect();
                let lines = workload.build.iter().chain([&workload.command]);
                found.extend(lines.flat_map(of_line));
                let owner = workload.title();
                merged(found, workload.text)
                    .into_iter()
                    .take(MOST)
                    .for_each(|secret| report(page.finding(secret, &owner)));
                if workload.origin == Origin::Dockerfile {
                    image_history(workload, report);
                }
            }
            Input::Settings(settings) => {
                let page = Page { artifact: settings.artifact, text: settings.text };
                let owner = format!("{} `{}`", settings.kind, settings.name);
                let found =
                    settings.values.iter().filter_map(|setting| of_setting(setting, &settings.values)).collect();
                merged(found, settings.text)
                    .into_iter()
                    .take(MOST)
                    .for_each(|secret| report(page.finding(secret, &owner)));
            }
            _ => {}
        }
    }
}

struct Page<'a> {
    artifact: &'a Artifact,
    text: &'a str,
}

/// A secret that was found.
struct Secret {
    name: String,
    span: Range<usize>,
    confidence: Confidence,
}

impl Page<'_> {
    fn finding(&self, secret: Secret, owner: &str) -> Finding {
        let message = format!("`{}` of {owner} holds a secret in plain text", secret.name);
        let evidence = Evidence::text(self.artifact, self.text, secret.span, Mask::Yes, "a secret in plain text");
        Finding::builder(&META, evidence, message).confidence(secret.confidence).build()
    }
}

/// Joins secrets of one line, so that an excerpt that masks one does not show the next.
fn merged(mut found: Vec<Secret>, text: &str) -> Vec<Secret> {
    found.sort_by_key(|secret| secret.span.start);
    found.dedup_by(|one, other| one.span == other.span);
    let mut joined: Vec<Secret> = Vec::new();
    for secret in found {
        match joined.last_mut() {
            Some(last) if text.get(last.span.end..secret.span.start).is_none_or(|between| !between.contains('\n')) => {
                last.span.end = last.span.end.max(secret.span.end);
                last.name = format!("{}` and `{}", last.name, secret.name);
            }
            _ => joined.push(secret),
        }
    }
    joined
}

fn of_setting(setting: &Setting, all: &[Setting]) -> Option<Secret> {
    let value = setting.value.as_ref()?;
    if setting.repeated || is_known_password(setting, all) {
        return None;
    }
    let mut confidence = judge(&setting.name.text, &value.text, setting.truth == Truth::Mixed)?;
    if setting.truth == Truth::Default {
        confidence = confidence.min(Confidence::Medium);
    }
    Some(Secret { name: setting.name.text.clone(), span: value.span.clone(), confidence })
}

/// Secrets among the words of a command: `--token value`, `--token=value`, `TOKEN=value`, `https://user:pass@host`.
fn of_line(line: &CommandLine) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut waiting: Option<&Piece> = None;
    for word in line.words() {
        let (name, value) = match (word.text.split_once('='), waiting.take()) {
            (Some((name, value)), _) if !name.is_empty() && !name.contains([' ', '/', ':']) => (name, value),
            (_, Some(flag)) if !word.text.starts_with('-') => (flag.text.as_str(), word.text.as_str()),
            _ => ("", word.text.as_str()),
        };
        let name = name.trim_start_matches('-');
        // A word that is a whole script belongs to another language.
        if value.contains(char::is_whitespace) {
            continue;
        }
        if let Some(confidence) = judge(name, value, value.contains('$')) {
            let start = word.span.end.saturating_sub(value.len()).max(word.span.start);
            let name = if name.is_empty() { "the command" } else { name };
            found.push(Secret { name: name.to_owned(), span: start..word.span.end, confidence });
        } else if word.text.starts_with('-') && !word.text.contains('=') {
            waiting = Some(word);
        }
    }
    found
}

/// What a Dockerfile leaves in the image without showing it.
fn image_history(workload: &Workload<'_>, report: &mut dyn FnMut(Finding)) {
    for setting in workload.environment.iter().filter(|setting| setting.truth == Truth::Hidden).take(MOST) {
        if names_a_secret(&setting.name.text) {
            let message =
                format!("`{}` stays in the image's history when it is passed to the build", setting.name.text);
            let evidence = workload.evidence(&setting.name.span, "a secret as a build argument");
            let finding = Finding::builder(&META, evidence, message).severity(Severity::Low);
            report(finding.advice("pass it with `RUN --mount=type=secret`").build());
        }
    }
    for copied in workload.copies.iter().filter(|copied| is_private_file(&copied.text)).take(MOST) {
        let message = format!("`{}` is copied into the image, where everyone who pulls it can read it", copied.text);
        let finding = Finding::builder(&META, workload.evidence(&copied.span, "a private file"), message);
        report(finding.severity(Severity::Medium).confidence(Confidence::Medium).build());
    }
}

fn is_private_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let is_example = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    let is_key = name.rsplit_once('.').is_some_and(|(stem, extension)| extension == "pem" && stem.contains("key"));
    let is_environment = name == ".env" || (name.starts_with(".env.") && !is_example);
    is_environment || is_key || PRIVATE.contains(&name.as_str()) || path.ends_with(".aws/credentials")
}

const PRIVATE: &[&str] = &[
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    ".npmrc",
    ".netrc",
    ".pypirc",
    ".git-credentials",
    "kubeconfig",
    ".kube",
    ".aws",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    /// Assembled, so that no scanner takes this file for a leak.
    fn token(head: &str) -> String {
        format!("{head}{}", ["a8Kd02Lx", "Qw93Zm7T", "bv61Rn4Y", "cE5uJ0pH", "sG2f"].concat())
    }

    fn word() -> String {
        ["Tr0u", "b4dor", "-3"].concat()
    }

    fn hexadecimal() -> String {
        ["9f86d081", "884c7d65", "9a2feaa0", "c55ad015"].concat()
    }

    fn compose(service: &str) -> Vec<Finding> {
        findings("secret-in-environment", "c.yaml", format!("services:\n  a:\n    image: b:1\n{service}"))
    }

    #[test]
    fn secrets_in_environments_and_commands() {
        let key = token("sk-");
        for service in [
            format!("    environment: {{OPENAI_API_KEY: {key}}}\n"),
            format!("    environment: ['SOMETHING={key}']\n"),
            format!("    environment: ['HF_TOKEN=${{HF_TOKEN:-{}}}']\n", token("hf_")),
            format!("    environment: {{DB_PASSWORD: {}}}\n", word()),
            format!("    environment: {{DATABASE_URL: 'postgresql://app:{}@db/app'}}\n", word()),
            format!("    environment: {{JWT_SECRET: {}}}\n", hexadecimal()),
            format!("    command: vllm serve m --api-key {key}\n"),
            format!("    command: [vllm, serve, m, '--api-key={key}']\n"),
            format!("    build: {{context: ., args: {{PIP_PASSWORD: {}}}}}\n", word()),
        ] {
            let found = compose(&service);
            assert_eq!(found.len(), 1, "{service}");
            let shown = format!("{:?}", found[0].evidence);
            assert!(!shown.contains("Zm7T") && !shown.contains("ub4dor") && !shown.contains("55ad015"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_secret() {
        for service in [
            "    environment: {OPENAI_API_KEY: '${OPENAI_API_KEY}', DB_PASSWORD: '${PW:?}', TOKEN: ''}\n",
            "    environment: [OPENAI_API_KEY, 'API_KEY=EMPTY', 'API_TOKEN=your-token-here', 'API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx']\n",
            "    environment: {DB_PASSWORD_FILE: /run/secrets/pw, MAX_TOKENS: '4096', TOKENIZERS_PARALLELISM: 'false'}\n",
            "    environment: {DATABASE_URL: 'postgresql://app:${PW}@db/app', REDIS_URL: 'redis://redis:6379/0'}\n",
            "    environment: {SECRET_KEY: 'os.environ/SECRET', ACCESS_TOKEN_EXPIRE_MINUTES: '30', SECRET_NAME: prod-llm-1234567890}\n",
            "    environment: {PUBLIC_KEY: 9f86d081884c7d659a2feaa0c55ad015, KEYCLOAK_URL: 'https://id.internal', POSTGRES_PASSWORD: postgres}\n",
            "    command: vllm serve m --api-key $$API_KEY --max-num-batched-tokens 8192 --tokenizer a1b2c3d4e5f6g7h8\n",
        ] {
            assert_eq!(compose(service).len(), 0, "{service}");
        }
    }

    #[test]
    fn pods_secrets_and_config_maps() {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let key = token("sk-");
        let encoded = STANDARD.encode(&key);
        let count = |text: String| findings("secret-in-environment", "k.yaml", text).len();
        let pod = |env: &str| format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: a, env: [{env}]}}]}}\n");
        assert_eq!(count(pod(&format!("{{name: OPENAI_API_KEY, value: {key}}}"))), 1);
        assert_eq!(count(pod("{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}")), 0);
        let object = |kind: &str, rest: &str| format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: s}}\n{rest}\n");
        assert_eq!(count(object("Secret", &format!("stringData: {{key: {key}}}"))), 1);
        assert_eq!(count(object("Secret", &format!("data: {{key: {encoded}}}"))), 1);
        assert_eq!(count(object("Secret", "data: {username: YWRtaW4=, host: ZGI=}")), 0);
        assert_eq!(count(object("Secret", "stringData: {password: 'ENC[AES256_GCM,data:abc,type:str]'}")), 0);
        assert_eq!(count(object("SealedSecret", &format!("spec: {{encryptedData: {{password: {encoded}}}}}"))), 0);
        assert_eq!(count(object("ConfigMap", &format!("data: {{OPENAI_API_KEY: {key}}}"))), 1);
    }

    #[test]
    fn images_keep_what_they_are_given() {
        let docker = |text: &str| findings("secret-in-environment", "Dockerfile", text);
        let key = token("hf_");
        assert_eq!(docker(&format!("FROM a\nENV HF_TOKEN={key} X=1\n"))[0].severity, Severity::High);
        assert_eq!(docker(&format!("FROM a\nRUN curl -H x https://u:{key}@h/x && HF_TOKEN={key} ./get\n")).len(), 1);
        assert_eq!(docker("FROM a\nARG HF_TOKEN\nRUN x\n")[0].severity, Severity::Low);
        assert_eq!(docker("FROM a\nCOPY .env /app/\n")[0].severity, Severity::Medium);
        assert_eq!(
            docker("FROM a\nCOPY .env.example /app/\nRUN --mount=type=secret,id=t cat /run/secrets/t\n").len(),
            0
        );
        assert_eq!(docker("FROM a\nENV PATH=/opt/bin:$PATH TOKENIZER=x\nARG UID=1000\n").len(), 0);
    }

    #[test]
    fn two_secrets_on_a_line_are_both_masked() {
        let text = format!("FROM a\nENV A_TOKEN={} B_TOKEN={}\n", token("hf_"), token("ghp_"));
        let found = findings("secret-in-environment", "Dockerfile", text);
        assert_eq!(found.len(), 1);
        assert!(!format!("{:?}", found[0].evidence).contains("Zm7T"));
    }
}
