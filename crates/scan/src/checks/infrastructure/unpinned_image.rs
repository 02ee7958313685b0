//! Images that are named in a way that lets them change.

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::engine::MOST;
use crate::{Input, input::infrastructure::Stability};

meta! {
    /// ## What it does
    ///
    /// Looks at every image that a Dockerfile builds on or copies from, that a compose service runs, or that a pod runs:
    /// no tag, or a tag that is meant to move (`latest`, `main`, `nightly`, `slim`), is medium; a version tag without a
    /// digest is low, since only its publisher's discipline keeps it still.
    ///
    /// ## Why it matters
    ///
    /// The image is most of the code of a model server: drivers, frameworks, the server itself. If its name can mean
    /// something else tomorrow, then what was tested is not what runs, a roll-back does not roll back, and whoever takes
    /// over the publisher's account is in the next deployment.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM pytorch/pytorch:latest
    /// ```
    ///
    /// ## What to do
    ///
    /// Name the version and the digest, and let a bot raise both:
    ///
    /// ```dockerfile
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime@sha256:...
    /// ```
    ///
    /// `docker buildx imagetools inspect NAME` prints the digest.
    ///
    /// ## Limits
    ///
    /// Whether a digest is what its publisher signed is not checked. Names with variables that have no default, names of
    /// stages and images that the same file builds are left alone.
    ///
    /// ## References
    ///
    /// - SLSA, requirements for pinned dependencies
    /// - MITRE ATLAS, AML.T0010 AI Supply Chain Compromise
    /// - OWASP Top 10 for LLM Applications 2025, LLM03 Supply Chain
    static META: Check = {
        name: "unpinned-image",
        summary: "a container image is named without a digest, so it can change",
        severity: Medium,
        components: [Infrastructure],
        threats: [SupplyChain],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnpinnedImage;

impl Check<Input<'_>> for UnpinnedImage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(workload) if !workload.images.is_empty())
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let mut seen = Vec::new();
        for image in workload.images.iter().filter(|image| image.settled && !image.built).take(MOST) {
            let Some(reference) = &image.reference else { continue };
            let (severity, message) = match (reference.stability(), &reference.tag) {
                (Stability::Digest, _) => continue,
                (Stability::Floating, None) => {
                    (Severity::Medium, format!("`{}` names no version, so it means `latest`", image.written.text))
                }
                (Stability::Floating, Some(tag)) => {
                    (Severity::Medium, format!("`{}` moves: the tag `{tag}` names no version", image.written.text))
                }
                (Stability::Version, _) => {
                    (Severity::Low, format!("`{}` has a version but no digest", image.written.text))
                }
            };
            if !seen.contains(&reference) {
                seen.push(reference);
                let label = if severity == Severity::Low { "no digest" } else { "not a fixed version" };
                let finding = Finding::builder(&META, workload.evidence(&image.written.span, label), message);
                report(finding.severity(severity).confidence(Confidence::High).build());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn docker(text: &str) -> Vec<Severity> {
        findings("unpinned-image", "Dockerfile", text).into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn dockerfiles() {
        use Severity::{Low, Medium};
        for (text, wanted) in [
            ("FROM python\n", vec![Medium]),
            ("FROM vllm/vllm-openai:latest\n", vec![Medium]),
            ("FROM python:3.12-slim\n", vec![Low]),
            ("ARG V=latest\nFROM python:${V}\n", vec![Medium]),
            ("FROM python:3.12 AS a\nFROM python:3.12\nCOPY --from=a /x /y\n", vec![Low]),
            ("FROM a:1@sha256:00 AS b\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /uv\n", vec![Medium]),
            ("FROM scratch\n", vec![]),
            ("ARG V\nFROM python:${V}\n", vec![]),
            ("FROM python@sha256:00ff AS base\nFROM base AS final\nCOPY --from=0 /x /y\n", vec![]),
        ] {
            assert_eq!(docker(text), wanted, "{text}");
        }
    }

    #[test]
    fn compose_and_pods() {
        let compose =
            |service: &str| findings("unpinned-image", "c.yaml", format!("services: {{a: {{{service}}}}}\n")).len();
        assert_eq!(compose("image: redis"), 1);
        assert_eq!(compose("image: 'redis:${TAG:-latest}'"), 1);
        assert_eq!(compose("image: 'redis:${TAG}'"), 0);
        assert_eq!(compose("image: mine, build: ."), 0);
        let pod = "apiVersion: v1\nkind: Pod\nspec: {initContainers: [{name: i, image: busybox}], containers: [{name: a, image: 'x@sha256:0'}]}\n";
        assert_eq!(findings("unpinned-image", "p.json", pod).len(), 1);
    }
}
