//! Models and data sets that are whatever a hub serves today.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Call, Constant, Id};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, callee, is_commit},
};

palisade_base::meta! {
    /// ## What it does
    /// Finds downloads of models, tokenizers and data sets from a hub without `revision=` set to a commit:
    /// `from_pretrained`, `pipeline(model=...)`, `hf_hub_download`, `snapshot_download`, `SentenceTransformer`,
    /// `load_dataset` and the like. A tag or branch is reported as low.
    ///
    /// ## Why it matters
    /// Without a commit the name means whatever the repository holds when the program starts. A changed or taken-over
    /// repository changes the model under the application without a deployment, a test or a trace.
    ///
    /// ## Example
    /// ```python
    /// model = AutoModelForSequenceClassification.from_pretrained("org/ticket-classifier")
    /// ```
    ///
    /// ## What to do
    /// Pin the commit that was evaluated, or ship the files with the application and sign them:
    /// ```python
    /// model = AutoModelForSequenceClassification.from_pretrained("org/ticket-classifier", revision="<40 hex digits>")
    /// ```
    ///
    /// ## Limits
    /// Only names that are constants in the file are judged. Paths are told from hub names by their shape: `models/x`,
    /// `./x` and names with a file extension count as local.
    ///
    /// ## References
    /// - Hugging Face documentation, `from_pretrained` and `load_dataset`: `revision`
    /// - CWE-494: download of code without integrity check
    static META: Check = {
        name: "unpinned-model",
        summary: "a model or data set is loaded from a hub without a pinned commit",
        severity: Medium,
        components: [Application, Model, Data],
        threats: [SupplyChain, Poisoning],
        stages: [Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnpinnedModel;

impl Check<Input<'_>> for UnpinnedModel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        if let Input::Code(code) = input {
            code.module.calls().iter().filter_map(|call| judge(code, call)).take(MOST).for_each(report);
        }
    }
}

fn judge(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let (named, what) = download(code, call)?;
    let name = module.constant_text(named)?;
    let bare = what == "data set" || what == "embedding model";
    if !is_hub_name(&name, bare)
        || module.keyword(call.node, "local_files_only").is_some_and(|only| module.is_true(only))
    {
        return None;
    }
    let revision = revision(code, call);
    let (severity, how) = match revision.map(|value| module.constant(value)) {
        Some(Some(Constant::Text(revision))) if is_commit(&revision) => return None,
        Some(Some(Constant::Text(_))) => (Severity::Low, "pinned to a name that can move, not to a commit"),
        // Chosen elsewhere: unknown.
        Some(None) => return None,
        Some(Some(_)) | None => (Severity::Medium, "loaded without a pinned commit"),
    };
    let confidence = if module.has_splat(call.node) { Confidence::Low } else { Confidence::High };
    let finding =
        Finding::builder(&META, code.evidence(call.node, "loads from a hub"), format!("the {what} `{name}` is {how}"));
    Some(
        finding
            .severity(severity)
            .confidence(confidence)
            .advice("pass `revision=` with the commit that was evaluated")
            .build(),
    )
}

/// The name that a call downloads, and what it is.
fn download(code: &Code<'_>, call: &Call) -> Option<(Id, &'static str)> {
    let module = &code.module;
    let name = callee(call);
    let last = name.rsplit('.').next().unwrap_or_default().trim_start_matches('?');
    let argument = |position, keyword| module.argument(call.node, position, keyword);
    let first = |keywords: &[&str]| {
        let named = keywords.iter().find_map(|keyword| module.keyword(call.node, keyword));
        module.positional(call.node).next().or(named)
    };
    match last {
        "from_pretrained" => {
            Some((first(&["pretrained_model_name_or_path", "repo_id", "model_name", "model_id"])?, "model"))
        }
        "hf_hub_download" | "snapshot_download" => {
            let data = module.keyword(call.node, "repo_type").and_then(|kind| module.constant_text(kind));
            Some((argument(0, "repo_id")?, if data.as_deref() == Some("dataset") { "data set" } else { "model" }))
        }
        "pipeline" if name.contains("transformers") || name == "pipeline" => Some((argument(1, "model")?, "model")),
        "SentenceTransformer" | "CrossEncoder" | "SparseEncoder" => {
            Some((first(&["model_name_or_path", "model_name"])?, "embedding model"))
        }
        "HuggingFaceEmbeddings"
        | "HuggingFaceBgeEmbeddings"
        | "HuggingFaceInstructEmbeddings"
        | "HuggingFaceEmbedding" => Some((first(&["model_name", "model"])?, "embedding model")),
        "load_dataset" if !name.contains("seaborn") && !name.starts_with("sns.") => {
            Some((argument(0, "path")?, "data set"))
        }
        "LLM" if name.starts_with("vllm") => Some((argument(0, "model")?, "model")),
        _ => None,
    }
}

fn revision(code: &Code<'_>, call: &Call) -> Option<Id> {
    let module = &code.module;
    let direct = module.keyword(call.node, "revision");
    direct.or_else(|| module.keyword(call.node, "model_kwargs").and_then(|settings| module.entry(settings, "revision")))
}

/// `owner/name`, or a name of the hub's first days such as `bert-base-uncased`.
fn is_hub_name(name: &str, bare: bool) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let local =
        name.starts_with(['.', '/', '~', '-']) || name.ends_with('/') || !name.chars().all(allowed) || name.len() > 120;
    if local || name.is_empty() || has_file_extension(name) {
        return false;
    }
    match name.split_once('/') {
        Some((owner, rest)) => {
            !rest.contains('/') && !rest.is_empty() && !FOLDERS.contains(&owner.to_ascii_lowercase().as_str())
        }
        None if bare => !BUILDERS.contains(&name),
        None => FIRST_DAYS.iter().any(|family| name.starts_with(family)),
    }
}

fn has_file_extension(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    [
        "bin",
        "pt",
        "pth",
        "onnx",
        "safetensors",
        "gguf",
        "json",
        "csv",
        "jsonl",
        "parquet",
        "py",
        "pkl",
        "txt",
        "model",
        "zip",
    ]
    .contains(&extension)
}

/// First parts of paths that people give to folders of their own.
const FOLDERS: &[&str] = &[
    "artifacts",
    "assets",
    "cache",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "data",
    "dataset",
    "datasets",
    "exp",
    "experiments",
    "finetuned",
    "local",
    "logs",
    "model",
    "models",
    "out",
    "output",
    "outputs",
    "path",
    "pretrained",
    "pretrained_models",
    "results",
    "runs",
    "saved",
    "saved_model",
    "saved_models",
    "test",
    "tests",
    "tmp",
    "trained",
    "weights",
    "your-username",
    "username",
    "user",
    "my",
];

/// Formats that `load_dataset` reads from local files.
const BUILDERS: &[&str] = &[
    "arrow",
    "audiofolder",
    "csv",
    "generator",
    "imagefolder",
    "json",
    "jsonl",
    "pandas",
    "parquet",
    "sql",
    "text",
    "videofolder",
    "webdataset",
    "xml",
];

/// Families of models without an owner in their name.
const FIRST_DAYS: &[&str] = &[
    "albert-",
    "bart-",
    "bert-",
    "camembert-base",
    "ctrl",
    "deberta-",
    "distilbert-",
    "distilgpt2",
    "distilroberta-",
    "electra-",
    "flaubert",
    "gpt2",
    "openai-gpt",
    "roberta-",
    "t5-",
    "transfo-xl",
    "xlm-",
    "xlnet-",
];

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{Low, Medium};

    use crate::testing::findings;

    fn judged(text: &str) -> Vec<palisade_base::Severity> {
        findings("unpinned-model", "a.py", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn unpinned_names_are_found() {
        for (text, severity) in [
            ("AutoModel.from_pretrained('org/m')", Medium),
            (
                "NAME = 'org/m'\nclass A:\n    def f(self):\n        self.m = AutoTokenizer.from_pretrained(NAME, use_fast=True)",
                Medium,
            ),
            ("AutoModel.from_pretrained('bert-base-uncased')", Medium),
            ("AutoModel.from_pretrained('org/m', revision='main')", Low),
            ("AutoModel.from_pretrained('org/m', revision=None)", Medium),
            ("from transformers import pipeline\npipeline('text-classification', model='org/m')", Medium),
            ("from huggingface_hub import hf_hub_download as d\nd(repo_id='org/m', filename='x')", Medium),
            ("SentenceTransformer('all-MiniLM-L6-v2')", Medium),
            ("from datasets import load_dataset\nload_dataset('squad', split='train')", Medium),
        ] {
            assert_eq!(judged(text), [severity], "{text}");
        }
    }

    #[test]
    fn pinned_and_local_names_are_quiet() {
        let commit = "0a".repeat(20);
        for text in [
            format!("AutoModel.from_pretrained('org/m', revision='{commit}')"),
            format!("REV = '{commit}'\nAutoModel.from_pretrained('org/m', revision=REV)"),
            format!("HuggingFaceEmbeddings(model_name='org/m', model_kwargs={{'revision': '{commit}'}})"),
            "AutoModel.from_pretrained('./m')".to_owned(),
            "AutoModel.from_pretrained('models/m')".to_owned(),
            "AutoModel.from_pretrained('/opt/org/m')".to_owned(),
            "AutoModel.from_pretrained(args.model)".to_owned(),
            "AutoModel.from_pretrained('org/m', local_files_only=True)".to_owned(),
            "AutoModel.from_pretrained('org/m', revision=settings.revision)".to_owned(),
            "load_dataset('csv', data_files='x.csv')".to_owned(),
            "import seaborn as sns\nsns.load_dataset('titanic')".to_owned(),
            "Pipeline('org/m')".to_owned(),
        ] {
            assert_eq!(judged(&text), [], "{text}");
        }
    }
}
