//! Containers whose processes run as root.

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::{
    Input,
    input::infrastructure::{Origin, Role, User},
};

meta! {
    /// ## What it does
    ///
    /// Reports images whose last stage sets no `USER`, or sets root, pods whose security context neither demands another
    /// user (`runAsNonRoot: true`) nor names one, and compose services with `user: root`.
    ///
    /// ## Why it matters
    ///
    /// Root in a container can write to everything in it: the server's code, its models, its mounted volumes, and, with
    /// one flaw in the kernel or the GPU runtime, the host. A model file that runs code when it is loaded, or a tool
    /// that a prompt has talked into running a command, then starts with all of that.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM python:3.12-slim
    /// COPY . /app
    /// CMD ["python", "/app/serve.py"]
    /// ```
    ///
    /// ## What to do
    ///
    /// ```dockerfile
    /// RUN useradd --system --uid 10001 app
    /// USER 10001
    /// ```
    ///
    /// In Kubernetes, set `securityContext: {runAsNonRoot: true, runAsUser: 10001}` for the pod.
    ///
    /// ## Limits
    ///
    /// An image may be built on one that already sets a user: known families are recognised, others are reported with
    /// medium confidence. Compose services without `user` are not reported, since their image decides.
    ///
    /// ## References
    ///
    /// - CIS Docker Benchmark 4.1
    /// - Kubernetes Pod Security Standards, profile Restricted
    static META: Check = {
        name: "root-container",
        summary: "a container's processes run as root",
        severity: Medium,
        components: [Infrastructure],
        threats: [SupplyChain, Injection],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct RootContainer;

impl Check<Input<'_>> for RootContainer {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(workload) if workload.user != User::Unknown && workload.role != Role::Unseen)
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let title = workload.title();
        let (span, confidence, message, label) = match &workload.user {
            User::Root(span) => (span, Confidence::High, format!("{title} runs as root"), "root"),
            User::Unsaid if !workload.partial => {
                let message = match workload.origin {
                    Origin::Dockerfile => format!("{title} sets no `USER`, so it runs as root"),
                    _ => format!("{title} may run as root: nothing demands another user"),
                };
                (&workload.place, Confidence::Medium, message, "no user is set")
            }
            _ => return,
        };
        // What prepares a volume as root and ends is less exposed than what serves.
        let severity = if workload.role == Role::Prepares { Severity::Low } else { Severity::Medium };
        let finding = Finding::builder(&META, workload.evidence(span, label), message);
        report(finding.severity(severity).confidence(confidence).build());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn docker(text: &str) -> usize {
        findings("root-container", "Dockerfile", text).len()
    }

    #[test]
    fn images_as_root() {
        for text in [
            "FROM python:3.12\nCMD x\n",
            "FROM python:3.12\nUSER app\nUSER root\nCMD x\n",
            "FROM python:3.12 AS build\nUSER app\nFROM python:3.12\nCMD x\n",
            "FROM python:3.12\nARG U=0\nUSER ${U}:0\n",
            "FROM scratch\nCOPY a /a\nENTRYPOINT [\"/a\"]\n",
        ] {
            assert_eq!(docker(text), 1, "{text}");
        }
    }

    #[test]
    fn images_with_a_user() {
        for text in [
            "FROM python:3.12\nUSER app\nCMD x\n",
            "FROM python:3.12 AS base\nUSER 1000:1000\nFROM base\nCMD x\n",
            "FROM python:3.12\nARG UID=1000\nUSER $UID\n",
            "FROM python:3.12\nARG UID\nUSER $UID\n",
            "FROM gcr.io/distroless/python3:nonroot\nCMD x\n",
            "FROM jupyter/scipy-notebook:2024-01-01\n",
            "FROM scratch\nCOPY --from=build /out /\n",
            "FROM $BASE\nCMD x\n",
        ] {
            assert_eq!(docker(text), 0, "{text}");
        }
    }

    fn pod(pod: &str, container: &str) -> Vec<Finding> {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {pod}\n  containers:\n    - name: a\n      securityContext: {container}\n"
        );
        findings("root-container", "p.yaml", text)
    }

    #[test]
    fn pods_inherit() {
        assert_eq!(pod("{}", "{}").len(), 1);
        assert_eq!(pod("{runAsUser: 1000}", "{runAsUser: 0}")[0].confidence, Confidence::High);
        assert_eq!(pod("{runAsNonRoot: false}", "{}").len(), 1);
        assert_eq!(pod("{runAsNonRoot: true}", "{}").len(), 0);
        assert_eq!(pod("{}", "{runAsNonRoot: true}").len(), 0);
        assert_eq!(pod("{runAsUser: 1000}", "{}").len(), 0);
        assert_eq!(pod("{runAsUser: 0}", "{runAsUser: 10}").len(), 0);
    }

    #[test]
    fn compose_says_so_or_is_quiet() {
        let count = |user: &str| {
            findings("root-container", "compose.yml", format!("services: {{a: {{image: b, {user}}}}}\n")).len()
        };
        assert_eq!(count("user: root"), 1);
        assert_eq!(count("user: '0:0'"), 1);
        assert_eq!(count("user: '${UID:-1000}:100'"), 0);
        assert_eq!(count("tty: true"), 0);
    }

    #[test]
    fn charts_are_not_blamed_for_what_they_leave_to_values() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: {{ .Values.image }}\n      {{- toYaml .Values.security | nindent 6 }}\n";
        assert_eq!(findings("root-container", "p.yaml", text).len(), 0);
    }
}
