//! AI workloads that may use up all of their machine's memory.

use palisade_base::{Check, Confidence, Finding, Meta, meta};

use crate::{
    Input,
    input::infrastructure::{Origin, Role, Workload},
    services::{self, Purpose},
};

meta! {
    /// ## What it does
    ///
    /// Reports containers that run models - known inference servers, and whatever asks for a GPU - without a limit on
    /// memory: `resources.limits.memory` in Kubernetes, `deploy.resources.limits.memory` or `mem_limit` in compose. A
    /// `LimitRange` in the same file counts as a limit.
    ///
    /// ## Why it matters
    ///
    /// What a request costs is chosen by whoever writes it: a long prompt, a large batch, a picture of a billion pixels.
    /// Without a limit, one such request takes the memory of the whole node, and the neighbours that the kernel ends
    /// first may be the ones that watch for abuse. Floods of queries that copy a model through its answers are also
    /// slowed by nothing.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// containers:
    ///   - name: llm
    ///     image: vllm/vllm-openai:v0.8.5
    ///     resources:
    ///       limits:
    ///         nvidia.com/gpu: 1
    /// ```
    ///
    /// ## What to do
    ///
    /// ```yaml
    ///     resources:
    ///       limits:
    ///         nvidia.com/gpu: 1
    ///         memory: 48Gi
    /// ```
    ///
    /// Limit the requests as well: length of prompts and answers, size of batches, calls for each user.
    ///
    /// ## Limits
    ///
    /// Defaults that the cluster sets elsewhere are not seen. Whether a limit is sensible is not judged.
    ///
    /// ## References
    ///
    /// - OWASP Top 10 for LLM Applications 2025, LLM10 Unbounded Consumption
    /// - CWE-770 Allocation of Resources Without Limits or Throttling
    static META: Check = {
        name: "unlimited-resources",
        summary: "a container that runs models has no limit on memory",
        severity: Low,
        components: [Infrastructure],
        threats: [Extraction],
        stages: [Infrastructure, Operations],
        since: "0.1.0",
    }
}

pub(super) struct UnlimitedResources;

impl Check<Input<'_>> for UnlimitedResources {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(workload) if runs_models(workload))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        if workload.resources.memory_limit || workload.partial {
            return;
        }
        let message = format!("{} runs models without a limit on memory", workload.title());
        let finding = Finding::builder(&META, workload.evidence(&workload.place, "no memory limit"), message);
        report(finding.confidence(Confidence::Medium).build());
    }
}

fn runs_models(workload: &Workload<'_>) -> bool {
    let serves = workload.role == Role::Serves && workload.origin != Origin::Dockerfile;
    let known = || services::identify(workload).is_some_and(|(service, _)| service.purpose == Purpose::Inference);
    serves && (workload.resources.accelerator || known())
}

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn compose(service: &str) -> usize {
        findings("unlimited-resources", "c.yaml", format!("services:\n  a:\n{service}")).len()
    }

    #[test]
    fn models_without_limits() {
        assert_eq!(compose("    image: ollama/ollama:1\n"), 1);
        assert_eq!(compose("    build: .\n    gpus: all\n"), 1);
        assert_eq!(
            compose("    build: .\n    deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}\n"),
            1
        );
        let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: x, resources: {limits: {nvidia.com/gpu: 1}}}]}\n";
        assert_eq!(findings("unlimited-resources", "p.yaml", pod).len(), 1);
    }

    #[test]
    fn limits_and_other_workloads() {
        assert_eq!(compose("    image: ollama/ollama:1\n    mem_limit: 8g\n"), 0);
        assert_eq!(compose("    image: ollama/ollama:1\n    deploy: {resources: {limits: {memory: 8G}}}\n"), 0);
        assert_eq!(compose("    image: nginx:1\n"), 0);
        let limited = "apiVersion: v1\nkind: LimitRange\n---\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'ollama/ollama'}]}\n";
        assert_eq!(findings("unlimited-resources", "p.yaml", limited).len(), 0);
    }
}
