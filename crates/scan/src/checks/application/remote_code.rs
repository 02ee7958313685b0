//! Model repositories whose code is run.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Call, Id, Kind};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, callee, is_commit},
};

palisade_base::meta! {
    /// ## What it does
    /// Finds loads that run Python code from a model or data repository: `trust_remote_code=True` (also through
    /// constants and `**keywords`), `torch.hub.load` from a repository that is not pinned to a commit, and
    /// `custom_pipeline=` from a hub.
    ///
    /// ## Why it matters
    /// The code comes from whoever owns the repository today. A taken-over account, a renamed organisation or a single
    /// bad commit runs in your process the next time the model is loaded.
    ///
    /// ## Example
    /// ```python
    /// model = AutoModel.from_pretrained("org/model", trust_remote_code=True)
    /// ```
    ///
    /// ## What to do
    /// Use a model whose architecture is part of the library. Where that is not possible, review the code, copy it into your
    /// own repository, or pin the reviewed commit:
    /// ```python
    /// model = AutoModel.from_pretrained("org/model", trust_remote_code=True, revision="<40 hex digits>")
    /// ```
    ///
    /// ## Limits
    /// A pinned commit is reported as low: that someone has read it cannot be seen. Values from files or the
    /// environment are not followed.
    ///
    /// ## References
    /// - Hugging Face documentation, `from_pretrained`: `trust_remote_code`, `revision`, `code_revision`
    /// - PyTorch documentation, `torch.hub.load`: `trust_repo`
    /// - CWE-829: inclusion of functionality from an untrusted control sphere
    static META: Check = {
        name: "remote-code",
        summary: "a load runs code from a model repository",
        severity: High,
        components: [Application, Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct RemoteCode;

impl Check<Input<'_>> for RemoteCode {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Code(code) = input else { return };
        let calls = code.module.calls().iter().filter_map(|call| call_flaw(code, call));
        let settings = code.module.ids().filter_map(|id| setting_flaw(code, id));
        calls.chain(settings).take(MOST).for_each(report);
    }
}

fn call_flaw(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let name = callee(call);
    if &*name == "torch.hub.load" {
        return hub_flaw(code, call);
    }
    // `dict(trust_remote_code=True)` only matters where it is handed on.
    if &*name == "dict" || name.ends_with("add_argument") {
        return None;
    }
    let builder = |node: Id, message: String| {
        Finding::builder(&META, code.evidence(node, "lets the repository bring code"), message)
    };
    if let Some(value) = module.keyword(call.node, "trust_remote_code").filter(|value| module.is_true(*value)) {
        let pinned = ["code_revision", "revision"].iter().any(|key| {
            module
                .keyword(call.node, key)
                .and_then(|value| module.constant_text(value))
                .is_some_and(|text| is_commit(&text))
        });
        let node = call_or_value(code, call, value);
        let finding =
            builder(node, "the load runs code from the repository since `trust_remote_code` is true".to_owned());
        return Some(if pinned {
            finding.severity(Severity::Low).advice("keep a record of who reviewed the pinned commit").build()
        } else {
            finding.build()
        });
    }
    let pipeline = module.keyword(call.node, "custom_pipeline").and_then(|value| module.constant_text(value))?;
    (pipeline.contains('/') && !pipeline.starts_with(['.', '/'])).then(|| {
        builder(call.node, format!("the load runs the pipeline code of `{pipeline}`"))
            .confidence(Confidence::Medium)
            .build()
    })
}

/// The whole call if it is short, else the value.
fn call_or_value(code: &Code<'_>, call: &Call, value: Id) -> Id {
    let short = code.module.text(call.node).lines().count() <= 6;
    if short || !code.module.is_within(value, call.node) {
        call.node
    } else {
        code.module.parent(value).unwrap_or(value)
    }
}

fn hub_flaw(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let text =
        |position, name| module.argument(call.node, position, name).and_then(|value| module.constant_text(value));
    if text(usize::MAX, "source").as_deref() == Some("local") {
        return None;
    }
    let repository = text(0, "repo_or_dir");
    let reference =
        repository.as_deref().and_then(|repository| repository.split_once(':')).map(|(_, reference)| reference);
    let severity = match reference {
        Some(reference) if is_commit(reference) => return None,
        Some(_) => Severity::Medium,
        None => Severity::High,
    };
    let confidence = if repository.is_some() { Confidence::High } else { Confidence::Medium };
    let message = match repository {
        Some(repository) => {
            format!("`torch.hub.load` runs `hubconf.py` of `{repository}`, which is not pinned to a commit")
        }
        None => "`torch.hub.load` runs `hubconf.py` of a repository that is not known to be pinned".to_owned(),
    };
    let finding = Finding::builder(&META, code.evidence(call.node, "runs code of the repository"), message);
    Some(finding.severity(severity).confidence(confidence).advice("pin a commit: `owner/name:<commit>`").build())
}

/// `{"trust_remote_code": True}` as a value of something else: `model_kwargs=`.
fn setting_flaw(code: &Code<'_>, id: Id) -> Option<Finding> {
    let module = &code.module;
    if module.kind(id) != Kind::Pair {
        return None;
    }
    let mut parts = module.children(id);
    let (key, value) = (parts.next()?, parts.next()?);
    if module.constant_text(key)? != "trust_remote_code" || !module.is_true(value) {
        return None;
    }
    let handed_on =
        module.parent(id).and_then(|dictionary| module.parent(dictionary)).map(|around| module.kind(around));
    let nested = matches!(handed_on, Some(Kind::KeywordArgument | Kind::Pair | Kind::ArgumentList | Kind::List));
    nested.then(|| {
        let message = "loads with these settings run code from the repository";
        Finding::builder(&META, code.evidence(id, "lets the repository bring code"), message).build()
    })
}

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{High, Low, Medium};

    use crate::testing::findings;

    fn judged(text: &str) -> Vec<palisade_base::Severity> {
        findings("remote-code", "a.py", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn remote_code_is_found() {
        let pinned =
            format!("AutoModel.from_pretrained('o/m', trust_remote_code=True, revision='{}')", "0a".repeat(20));
        for (text, severity) in [
            ("AutoModel.from_pretrained('o/m', trust_remote_code=True)", High),
            ("TRUST = True\nAutoModel.from_pretrained('o/m', trust_remote_code=TRUST)", High),
            ("k = {'trust_remote_code': True}\nAutoModel.from_pretrained('o/m', **k)", High),
            ("k = dict(trust_remote_code=True)\nload_dataset('o/d', **k)", High),
            ("Embeddings(model_name='o/m', model_kwargs={'trust_remote_code': True})", High),
            ("import torch\ntorch.hub.load('o/r', 'm', trust_repo=True)", High),
            ("import torch\ntorch.hub.load('o/r:main', 'm')", Medium),
            (pinned.as_str(), Low),
        ] {
            assert_eq!(judged(text), [severity], "{text}");
        }
    }

    #[test]
    fn local_code_is_quiet() {
        let pinned = format!("import torch\ntorch.hub.load('o/r:{}', 'm')", "0a".repeat(20));
        for text in [
            "AutoModel.from_pretrained('o/m')",
            "AutoModel.from_pretrained('o/m', trust_remote_code=False)",
            "AutoModel.from_pretrained('o/m', trust_remote_code=args.trust)",
            "def f(trust_remote_code=True): pass",
            "import torch\ntorch.hub.load('./r', 'm', source='local')",
            pinned.as_str(),
        ] {
            assert_eq!(judged(text), [], "{text}");
        }
    }
}
