//! Serving options that let a model or a request run code.

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::{
    Input,
    input::infrastructure::{CommandLine, Reach, Workload},
    services::{Is, Switch, Thrown},
};

meta! {
    /// ## What it does
    ///
    /// Looks in command lines and environments for options of model servers that widen what a model or a caller may do:
    /// `--trust-remote-code` and its variables, model control through the API (Triton `explicit` and `poll`, TorchServe's
    /// model API, unrestricted model URLs), extensions that callers may install, insecure deserialisation that is
    /// switched on again, development endpoints, and a reset that wipes the store.
    ///
    /// ## Why it matters
    ///
    /// `--trust-remote-code` downloads Python files together with the weights and runs them with the rights of the
    /// server: whoever can push to that repository, or to the name that it redirects to, owns the server at its next start.
    /// Model control through the API gives the same to everyone who reaches the port, since model archives and Python
    /// back ends are code.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   llm:
    ///     image: vllm/vllm-openai:v0.8.5
    ///     command: --model example/custom-llm --trust-remote-code
    /// ```
    ///
    /// ## What to do
    ///
    /// Prefer a model whose architecture the server knows. Where custom code is needed, review it, pin it
    /// (`--revision`, `--code-revision` with a commit), and serve it from your own copy. Load models at start, from a
    /// read-only folder, with model control set to `none`.
    ///
    /// ## Limits
    ///
    /// Options in configuration files or start scripts inside the image are not seen. Whether a pinned revision was
    /// reviewed is not known.
    ///
    /// ## References
    ///
    /// - NVIDIA Triton, secure deployment considerations
    /// - CVE-2023-43654 (TorchServe), CVE-2025-66448 (vLLM)
    /// - MITRE ATLAS, AML.T0010 AI Supply Chain Compromise
    static META: Check = {
        name: "remote-code-server",
        summary: "a model server is started with an option that lets models or callers run code",
        severity: High,
        components: [Infrastructure],
        threats: [SupplyChain, Poisoning],
        stages: [Deployment, Infrastructure],
        since: "0.1.0",
    }
}

pub(super) struct RemoteCodeServer;

impl Check<Input<'_>> for RemoteCodeServer {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let published = workload.openings.iter().any(|opening| opening.reach != Reach::Guarded);
        for Option { switch, effect, needs_callers, severity } in OPTIONS {
            let (span, confidence) = match switch.thrown(workload) {
                Thrown::Yes(span) => (span, Confidence::High),
                Thrown::ByDefault(span) => (span, Confidence::Medium),
                Thrown::Perhaps | Thrown::No => continue,
            };
            // What only callers can use is worse where callers get in.
            let severity = if *needs_callers && !published { Severity::Medium.min(*severity) } else { *severity };
            report(finding(workload, &span, effect, severity, confidence));
        }
        // Variables such as `EXTRA_ARGS` carry command lines of their own.
        for setting in workload.environment.iter().filter(|setting| setting.name.text.to_uppercase().ends_with("ARGS"))
        {
            let Some(value) = &setting.value else { continue };
            let mut line = CommandLine::default();
            line.add_script(value);
            for flag in IN_ARGUMENTS {
                if let Some(argument) = line.argument(flag) {
                    report(finding(workload, &argument.span, TRUSTS, Severity::High, Confidence::High));
                }
            }
        }
    }
}

fn finding(
    workload: &Workload<'_>,
    span: &std::ops::Range<usize>,
    effect: &'static str,
    severity: Severity,
    confidence: Confidence,
) -> Finding {
    let message = format!("{} {effect}", workload.title());
    Finding::builder(&META, workload.evidence(span, "this option"), message)
        .severity(severity)
        .confidence(confidence)
        .build()
}

/// An option that lets code in.
struct Option {
    switch: Switch,
    effect: &'static str,
    needs_callers: bool,
    severity: Severity,
}

const fn model(switch: Switch, effect: &'static str) -> Option {
    Option { switch, effect, needs_callers: false, severity: Severity::High }
}

const fn caller(switch: Switch, effect: &'static str) -> Option {
    Option { switch, effect, needs_callers: true, severity: Severity::High }
}

const TRUSTS: &str = "runs code that comes with a model (`trust_remote_code`)";
const UNPICKLES: &str = "loads pickled data without a check";
const CONTROLS: &str = "lets callers load models, which can be code";

static OPTIONS: &[Option] = &[
    model(Switch::Argument("--trust-remote-code", Is::True), TRUSTS),
    model(Switch::Variable("TRUST_REMOTE_CODE", Is::True), TRUSTS),
    model(Switch::Variable("VLLM_TRUST_REMOTE_CODE", Is::True), TRUSTS),
    model(Switch::Variable("INFINITY_TRUST_REMOTE_CODE", Is::True), TRUSTS),
    model(Switch::Variable("HF_DATASETS_TRUST_REMOTE_CODE", Is::True), TRUSTS),
    model(Switch::Variable("HF_TRUST_REMOTE_CODE", Is::True), TRUSTS),
    model(Switch::Variable("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", Is::True), UNPICKLES),
    model(Switch::Variable("VLLM_ALLOW_INSECURE_SERIALIZATION", Is::True), UNPICKLES),
    model(Switch::Argument("--disable-safe-unpickle", Is::There), UNPICKLES),
    caller(Switch::Argument("--model-control-mode", Is::Of(&["explicit", "poll"])), CONTROLS),
    caller(Switch::Argument("--enable-model-api", Is::There), CONTROLS),
    caller(Switch::Variable("TS_ENABLE_MODEL_API", Is::True), CONTROLS),
    caller(Switch::Variable("TS_ALLOWED_URLS", Is::Of(&[".*", "https?://.*", ".*://.*"])), CONTROLS),
    caller(
        Switch::Argument("--enable-insecure-extension-access", Is::There),
        "lets callers install extensions, which are code",
    ),
    caller(Switch::Variable("VLLM_SERVER_DEV_MODE", Is::True), "opens development endpoints that control the server"),
    caller(Switch::Argument("--allow-code-execution", Is::There), "lets callers run code through the server"),
    Option {
        switch: Switch::Variable("ALLOW_RESET", Is::True),
        effect: "lets callers wipe the whole store (`ALLOW_RESET`)",
        needs_callers: true,
        severity: Severity::Medium,
    },
];

const IN_ARGUMENTS: &[&str] = &["--trust-remote-code", "--enable-insecure-extension-access", "--disable-safe-unpickle"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn compose(service: &str) -> Vec<Severity> {
        let found = findings("remote-code-server", "c.yaml", format!("services:\n  a:\n    image: b:1\n{service}"));
        found.into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn options_that_let_code_in() {
        use Severity::{High, Medium};
        for (service, wanted) in [
            ("    command: --model x --trust-remote-code\n", High),
            ("    command: [serve, --trust_remote_code, --port, '1']\n", High),
            ("    environment: {TRUST_REMOTE_CODE: 'true'}\n", High),
            ("    environment: ['EXTRA_ARGS=--listen --trust-remote-code']\n", High),
            ("    command: tritonserver --model-control-mode=explicit\n    ports: ['8000:8000']\n", High),
            ("    command: tritonserver --model-control-mode poll\n", Medium),
            ("    environment: {TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD: 1}\n", High),
            ("    environment: {ALLOW_RESET: 'TRUE'}\n", Medium),
        ] {
            assert_eq!(compose(service), [wanted], "{service}");
        }
    }

    #[test]
    fn options_that_keep_it_out() {
        for service in [
            "    command: --model x --trust-remote-code=false\n",
            "    command: tritonserver --model-control-mode=none\n    ports: ['8000:8000']\n",
            "    environment: {TRUST_REMOTE_CODE: 'false', ALLOW_RESET: 'FALSE'}\n",
            "    command: echo do not use trust-remote-code\n",
        ] {
            assert_eq!(compose(service), [], "{service}");
        }
    }
}
