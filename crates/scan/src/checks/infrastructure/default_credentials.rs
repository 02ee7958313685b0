//! Passwords that everybody knows, and authentication that is switched off.

use std::ops::Range;

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::{
    Input,
    input::infrastructure::{Reach, Setting, Truth, Workload},
    services::{Switch, Thrown, WEAK, is_common_password},
};

meta! {
    /// ## What it does
    ///
    /// Looks in the environment and the command line of containers for authentication that is switched off
    /// (`POSTGRES_HOST_AUTH_METHOD=trust`, `AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true`, an empty Jupyter token), for
    /// keys that a product's documentation prints, and for passwords that are tried first (`postgres`, `admin`,
    /// `changeme`). A value that stands as a default of a variable (`${DB_PASSWORD:-postgres}`) counts, with less
    /// confidence.
    ///
    /// ## Why it matters
    ///
    /// A password that everybody knows is no password. Behind these doors lie model registries, vector stores, labelled
    /// data and notebooks: whoever enters can copy models and data, or replace what the system will learn from and
    /// retrieve. Worms try exactly these values within minutes of a port being opened.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   minio:
    ///     image: minio/minio:RELEASE.2025-01-20T14-49-07Z
    ///     environment:
    ///       MINIO_ROOT_USER: minioadmin
    ///       MINIO_ROOT_PASSWORD: minioadmin
    /// ```
    ///
    /// ## What to do
    ///
    /// Take credentials from a secret store, or from variables without a default, so that a deployment fails instead of
    /// starting open:
    ///
    /// ```yaml
    ///       MINIO_ROOT_PASSWORD: ${MINIO_ROOT_PASSWORD:?is not set}
    /// ```
    ///
    /// ## Limits
    ///
    /// Configuration files inside images, and defaults that apply when a setting is missing, are judged by
    /// `exposed-service` only for the products that it knows. Services that publish no port get one severity less.
    ///
    /// ## References
    ///
    /// - CWE-1392 Use of Default Credentials, CWE-306 Missing Authentication for Critical Function
    /// - MITRE ATLAS, AML.T0012 Valid Accounts
    static META: Check = {
        name: "default-credentials",
        summary: "a service starts with a password that everybody knows, or with authentication switched off",
        severity: High,
        components: [Infrastructure],
        threats: [Extraction, Inversion, Poisoning],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct DefaultCredentials;

impl Check<Input<'_>> for DefaultCredentials {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let mut seen: Vec<Range<usize>> = Vec::new();
        for weak in WEAK {
            let (span, confidence) = match weak.switch.thrown(workload) {
                Thrown::Yes(span) => (span, Confidence::High),
                Thrown::ByDefault(span) => (span, Confidence::Medium),
                Thrown::Perhaps | Thrown::No => continue,
            };
            let repeated = workload.environment.iter().any(|setting| setting.repeated && *setting.span() == span);
            if !seen.contains(&span) && !repeated {
                let message = format!("`{}` of {} {}", name(weak.switch), workload.title(), weak.effect);
                report(finding(workload, &span, message, weak.effect, weak.severity, confidence));
                seen.push(span);
            }
        }
        let own = workload.environment.iter().filter(|setting| !setting.repeated);
        for setting in own.take(MOST) {
            if is_known_password(setting, &workload.environment) && !seen.contains(setting.span()) {
                let message =
                    format!("`{}` of {} is a password that everybody tries first", setting.name.text, workload.title());
                let confidence = if setting.truth == Truth::Default { Confidence::Medium } else { Confidence::High };
                report(finding(workload, setting.span(), message, "a common password", Severity::High, confidence));
            }
        }
        if let Some(password) =
            ["--requirepass", "--password"].iter().find_map(|name| workload.command.argument(name)?.value)
            && is_common_password(&password.text)
        {
            let message = format!("{} starts with a password that everybody tries first", workload.title());
            report(finding(workload, &password.span, message, "a common password", Severity::High, Confidence::High));
        }
    }
}

/// Whether a setting is a password that everybody tries first: a common one, or the name of the user that it belongs
/// to. `secret-in-environment` leaves these to this check.
pub(super) fn is_known_password(setting: &Setting, all: &[Setting]) -> bool {
    let name = setting.name.text.to_ascii_uppercase();
    let stem = PASSWORDS.iter().find_map(|end| name.strip_suffix(end));
    let (Some(stem), Some(password)) = (stem.map(|stem| stem.trim_end_matches('_')), setting.known()) else {
        return false;
    };
    let is_user = |other: &&Setting| {
        let parts = other.name.text.split_at_checked(stem.len());
        parts.is_some_and(|(head, rest)| {
            head.eq_ignore_ascii_case(stem) && USERS.iter().any(|user| rest.eq_ignore_ascii_case(user))
        })
    };
    let same = || all.iter().take(MOST).filter(is_user).any(|user| user.known() == Some(password));
    is_common_password(password) || (!password.is_empty() && same())
}

const USERS: &[&str] = &["_USER", "_USERNAME", "USER", "USERNAME", "_DB", "_DATABASE"];
const PASSWORDS: &[&str] = &["PASSWORD", "PASSWD", "_PASS", "PASSPHRASE", "_PWD"];
const MOST: usize = 1_000;

fn finding(
    workload: &Workload<'_>,
    span: &Range<usize>,
    message: String,
    label: &'static str,
    severity: Severity,
    confidence: Confidence,
) -> Finding {
    let published = workload.openings.iter().any(|opening| opening.reach != Reach::Guarded);
    let severity = if published { severity } else { lowered(severity) };
    Finding::builder(&META, workload.evidence(span, label), message).severity(severity).confidence(confidence).build()
}

fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        _ => Severity::Low,
    }
}

fn name(switch: Switch) -> &'static str {
    match switch {
        Switch::Variable(name, _) | Switch::Argument(name, _) | Switch::Words(name) | Switch::File(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn compose(service: &str) -> Vec<Finding> {
        findings("default-credentials", "compose.yaml", format!("services:\n  x:\n    image: y:1\n{service}"))
    }

    #[test]
    fn open_doors() {
        for (service, count) in [
            ("    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n", 1),
            ("    environment: [MINIO_ROOT_USER=minioadmin, MINIO_ROOT_PASSWORD=minioadmin]\n", 2),
            ("    environment: ['POSTGRES_PASSWORD=${PW:-postgres}']\n", 1),
            ("    environment: {AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true'}\n", 1),
            ("    environment: ['xpack.security.enabled=false']\n", 1),
            ("    environment: {WEBUI_AUTH: False, JUPYTER_TOKEN: ''}\n", 2),
            ("    command: jupyter lab --ip=0.0.0.0 --ServerApp.token='' --ServerApp.password=''\n", 1),
            ("    command: [redis-server, --protected-mode, 'no']\n", 1),
            ("    command: redis-server --requirepass redis\n", 1),
            ("    environment: {LITELLM_MASTER_KEY: sk-1234}\n", 1),
            ("    environment: {POSTGRES_USER: nextcloud, POSTGRES_PASSWORD: nextcloud}\n", 1),
            ("    command: torchserve --start --disable-token-auth\n", 1),
        ] {
            assert_eq!(compose(service).len(), count, "{service}");
        }
    }

    #[test]
    fn closed_doors() {
        for service in [
            "    environment: {POSTGRES_HOST_AUTH_METHOD: scram-sha-256, POSTGRES_PASSWORD: '${PW:?}'}\n",
            "    environment: {MINIO_ROOT_PASSWORD: '${PW}', AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false'}\n",
            "    environment: {JUPYTER_TOKEN: '${TOKEN:-}', 'xpack.security.enabled': 'true', WEBUI_AUTH: 'true'}\n",
            "    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/pw, POSTGRES_USER: postgres, POSTGRES_DB: postgres}\n",
            "    command: jupyter lab --ServerApp.token=$TOKEN\n",
            "    environment: {AIRFLOW__WEBSERVER__AUTHENTICATE: 'True'}\n",
        ] {
            assert_eq!(compose(service).len(), 0, "{service}");
        }
    }

    #[test]
    fn severity_follows_reach() {
        let service = "    environment: {POSTGRES_PASSWORD: postgres}\n";
        assert_eq!(compose(service)[0].severity, Severity::Medium);
        assert_eq!(compose(&format!("{service}    ports: ['127.0.0.1:5432:5432']\n"))[0].severity, Severity::Medium);
        assert_eq!(compose(&format!("{service}    ports: ['5432:5432']\n"))[0].severity, Severity::High);
    }

    #[test]
    fn images_and_pods_too() {
        let docker =
            "FROM jupyter/base-notebook:1\nCMD [\"jupyter\", \"lab\", \"--ip=0.0.0.0\", \"--NotebookApp.token=''\"]\n";
        assert_eq!(findings("default-credentials", "Dockerfile", docker).len(), 1);
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      env: [{name: JUPYTER_TOKEN, value: ''}]\n";
        assert_eq!(findings("default-credentials", "p.yaml", pod).len(), 1);
    }
}
