//! Model folders that the server which loads them can also change.

use palisade_base::{Check, Confidence, Finding, Meta, meta};

use crate::{
    Input,
    input::infrastructure::{Mount, Origin, Role, Workload},
    services::{self, Purpose},
};

meta! {
    /// ## What it does
    ///
    /// Reports volumes with models (a folder called `models`, `weights`, `checkpoints` or `model-repository`, or a model
    /// file) that are mounted into a serving container with write access, although it only needs to read them.
    ///
    /// ## Why it matters
    ///
    /// Whoever gets into the server - through a flaw in it, through a model that runs code, through a tool - can then
    /// replace the model that every later start loads: a backdoor that survives restarts, image updates and roll-backs,
    /// since none of these touch the volume.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   triton:
    ///     image: nvcr.io/nvidia/tritonserver:24.12-py3
    ///     volumes:
    ///       - ./model-repository:/models
    /// ```
    ///
    /// ## What to do
    ///
    /// ```yaml
    ///       - ./model-repository:/models:ro
    /// ```
    ///
    /// In Kubernetes, set `readOnly: true` on the volume mount. Let a separate job with rights of its own bring new models,
    /// and verify their signature when they are loaded.
    ///
    /// ## Limits
    ///
    /// Servers that fetch models themselves (Ollama, LocalAI, ComfyUI) and download caches are left alone, as are jobs that
    /// train or fetch. Folders with other names are not recognised.
    ///
    /// ## References
    ///
    /// - MITRE ATLAS, AML.T0018 Manipulate AI Model
    /// - CIS Docker Benchmark 5.12
    static META: Check = {
        name: "writable-model-store",
        summary: "a server can change the models that it loads",
        severity: Low,
        components: [Infrastructure],
        threats: [Poisoning, SupplyChain],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct WritableModelStore;

impl Check<Input<'_>> for WritableModelStore {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(workload) if only_reads(workload) && workload.mounts.iter().any(|mount| holds_models(workload, mount)))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let writable = |mount: &&Mount| !mount.read_only && holds_models(workload, mount);
        if let Some(mount) = workload.mounts.iter().find(writable) {
            let message = format!("{} can change the models in `{}`", workload.title(), mount.target);
            let finding = Finding::builder(&META, workload.evidence(&mount.span, "mounted with write access"), message);
            report(finding.confidence(Confidence::Medium).build());
        }
    }
}

/// A server that loads models and has no reason to write them.
fn only_reads(workload: &Workload<'_>) -> bool {
    let name = workload.name.to_lowercase();
    let serves = workload.role == Role::Serves && workload.origin != Origin::Dockerfile;
    let writes = WRITERS
        .iter()
        .any(|word| name.contains(word) || workload.command.words().iter().any(|w| w.text.contains(word)));
    let fetches = services::identify(workload)
        .is_some_and(|(service, _)| FETCHERS.contains(&service.name) || service.purpose != Purpose::Inference);
    serves && !writes && !fetches
}

const WRITERS: &[&str] =
    &["train", "tune", "download", "convert", "quantize", "fetch", "sync", "init", "loader", "export", "upload"];
const FETCHERS: &[&str] =
    &["Ollama", "LocalAI", "ComfyUI", "Stable Diffusion WebUI", "text-generation-webui", "LLaMA-Factory", "Xinference"];

fn holds_models(workload: &Workload<'_>, mount: &Mount) -> bool {
    let target = mount.target.trim_end_matches('/').to_lowercase();
    let last = target.rsplit('/').next().unwrap_or_default();
    if FILES.iter().any(|extension| last.ends_with(extension)) {
        return true;
    }
    let source = mount.source.to_lowercase();
    let code = ["/src/", "/app/models", "app/models", "/orm", "/schemas"];
    // A folder `models` beside code may hold classes instead of weights.
    let is_code = mount.from_host && code.iter().any(|part| source.contains(part));
    let known = services::identify(workload).is_some() || workload.resources.accelerator;
    let plain = target.matches('/').count() <= 1
        || ["/opt/", "/mnt/", "/data/", "/srv/", "/var/", "/app/"].iter().any(|top| target.starts_with(top));
    FOLDERS.contains(&last) && !is_code && (known || plain)
}

const FOLDERS: &[&str] = &[
    "models",
    "model",
    "weights",
    "checkpoints",
    "model-repository",
    "model_repository",
    "model-store",
    "model_store",
    "loras",
];
const FILES: &[&str] = &[".onnx", ".gguf", ".safetensors", ".pt", ".pth", ".bin", ".engine", ".mar"];

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn compose(name: &str, service: &str) -> usize {
        findings("writable-model-store", "c.yaml", format!("services:\n  {name}:\n    {service}\n")).len()
    }

    #[test]
    fn writable_models() {
        assert_eq!(compose("a", "{image: 'nvcr.io/nvidia/tritonserver:24.1-py3', volumes: ['./repo:/models']}"), 1);
        assert_eq!(compose("a", "{build: ., volumes: ['models:/srv/models/']}"), 1);
        assert_eq!(compose("a", "{build: ., volumes: [{type: bind, source: ./m.onnx, target: /app/m.onnx}]}"), 1);
        let pod = "apiVersion: v1\nkind: Pod\nspec: {volumes: [{name: m, persistentVolumeClaim: {claimName: c}}], containers: [{name: a, image: 'vllm/vllm-openai:v1', volumeMounts: [{name: m, mountPath: /models}]}]}\n";
        assert_eq!(findings("writable-model-store", "p.yaml", pod).len(), 1);
    }

    #[test]
    fn models_that_stay_as_they_are() {
        assert_eq!(compose("a", "{image: 'nvcr.io/nvidia/tritonserver:24.1-py3', volumes: ['./repo:/models:ro']}"), 0);
        assert_eq!(compose("a", "{image: 'ollama/ollama:1', volumes: ['models:/root/.ollama/models']}"), 0);
        assert_eq!(compose("trainer", "{build: ., volumes: ['models:/models']}"), 0);
        assert_eq!(
            compose(
                "a",
                "{build: ., volumes: ['./src/app/models:/app/models', './data:/data', 'cache:/root/.cache/huggingface']}"
            ),
            0
        );
        let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'vllm/vllm-openai:v1', volumeMounts: [{name: m, mountPath: /models, readOnly: true}]}]}\n";
        assert_eq!(findings("writable-model-store", "p.yaml", pod).len(), 0);
    }
}
