//! What is known of names that settings tell a loader to import and call, written as one dotted path.

use palisade_formats::pickle::{Danger, Name, name_danger};

use super::Does;

/// Where settings lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// In an archive of a model: its author wrote them, and a loader obeys.
    Archive,
    /// In a file of a project, whose own code they may name.
    Project,
}

/// What a loader does that makes an object by this path; `None` if it makes what models are made of.
pub(crate) fn judge(path: &str, trust: Trust) -> Option<Does> {
    if path.contains("${") {
        return (trust == Trust::Archive).then_some(Does::Custom);
    }
    let (module, name) = split(path);
    let danger = name_danger(&Name { module: module.clone(), name: name.clone() });
    let top = module.split('.').next().unwrap_or_default();
    let known = KNOWN.contains(&top);
    let project = trust == Trust::Project;
    match danger {
        Danger::Executor => Some(Does::Executes),
        Danger::Harmless | Danger::Class => None,
        Danger::ForeignClass if known => None,
        Danger::ForeignClass | Danger::ForeignCall => (!project).then_some(Does::Custom),
        Danger::Function if known && !is_odd(&module) => None,
        Danger::Function if is_class_method(&module, &name) => None,
        Danger::Function if project && !is_standard(top) => None,
        Danger::Function => Some(Does::Calls),
    }
}

/// What a loader that honours it does because of a tag `!!python/...`; `None` for tags of plain values.
pub(crate) fn tagged(kind: &str) -> Option<(Does, String)> {
    let (kind, path) = kind.split_once(':').unwrap_or((kind, ""));
    let (module, name) = split(path);
    let danger = name_danger(&Name { module, name });
    match kind {
        "object/apply" | "object/new" => {
            let does = match danger {
                Danger::Executor => Does::Executes,
                Danger::Function => Does::Calls,
                Danger::ForeignClass | Danger::ForeignCall => Does::Custom,
                // Such tags are what a safe loader refuses.
                Danger::Class | Danger::Harmless => Does::Known,
            };
            Some((does, format!("calls `{path}`, as a tag says")))
        }
        "object" => {
            let does = if danger == Danger::Executor { Does::Executes } else { Does::Known };
            Some((does, format!("makes a `{path}`, as a tag says")))
        }
        "name" | "module" => {
            let does = if danger == Danger::Executor { Does::Custom } else { Does::Known };
            Some((does, format!("imports `{path}`, as a tag says")))
        }
        _ => None,
    }
}

/// Module and name: classes are written with a capital letter, and what follows one is an attribute of it.
fn split(path: &str) -> (String, String) {
    let parts: Vec<&str> = path.split('.').collect();
    let is_class = |part: &&str| part.trim_start_matches('_').starts_with(char::is_uppercase);
    let last = parts.len().saturating_sub(1);
    let at = parts.iter().skip(1).position(is_class).map_or(last, |at| at + 1).min(last);
    let join = |parts: &[&str]| parts.join(".");
    match parts.split_at_checked(at) {
        Some(([], name)) => ("builtins".to_owned(), join(name)),
        Some((module, name)) => (join(module), join(name)),
        None => ("builtins".to_owned(), path.to_owned()),
    }
}

/// `AutoModel.from_pretrained` and the like of known libraries.
fn is_class_method(module: &str, name: &str) -> bool {
    let Some((class, method)) = name.split_once('.') else { return false };
    let owner = name_danger(&Name { module: module.to_owned(), name: class.to_owned() });
    let known = KNOWN.contains(&module.split('.').next().unwrap_or_default());
    let plain =
        method.starts_with("from_") || matches!(method, "create" | "build" | "load_from_checkpoint" | "restore_from");
    plain && (known || owner == Danger::Class)
}

/// Parts of libraries that are not for models.
fn is_odd(module: &str) -> bool {
    module.split('.').any(|part| ODD.contains(&part))
}

/// Whether names of a module can be called on every machine, so that none of them is the project's own.
fn is_standard(top: &str) -> bool {
    let function = |module: &str| Name { module: module.to_owned(), name: "x".to_owned() };
    // A made-up class is foreign only where a package may bring it.
    let class = Name { module: top.to_owned(), name: "X".to_owned() };
    name_danger(&class) != Danger::ForeignClass && name_danger(&function(top)) >= Danger::Function
}

/// Libraries whose classes and functions models are set up with.
const KNOWN: &[&str] = &[
    "accelerate",
    "albumentations",
    "apex",
    "audiocraft",
    "bitsandbytes",
    "datasets",
    "deepspeed",
    "detectron2",
    "diffusers",
    "einops",
    "fairseq",
    "fairseq2",
    "flax",
    "hydra",
    "jax",
    "keras",
    "kornia",
    "ldm",
    "lightning",
    "lightning_fabric",
    "lhotse",
    "litgpt",
    "math",
    "megatron",
    "mmcv",
    "mmdet",
    "mmengine",
    "modelopt",
    "monai",
    "nemo",
    "nemo_automodel",
    "nemo_rl",
    "nemo_text_processing",
    "numpy",
    "omegaconf",
    "open_clip",
    "optax",
    "peft",
    "pytorch_lightning",
    "pytorchvideo",
    "sgm",
    "segmentation_models_pytorch",
    "sentencepiece",
    "sklearn",
    "speechbrain",
    "tensorflow",
    "tensordict",
    "timm",
    "tokenizers",
    "torch",
    "torch_geometric",
    "torchaudio",
    "torchdata",
    "torchmetrics",
    "torchrl",
    "torchtune",
    "torchvision",
    "transformer_engine",
    "transformers",
    "trl",
    "ultralytics",
    "xformers",
];

const ODD: &[&str] = &[
    "_dynamo",
    "_inductor",
    "bottleneck",
    "collect_env",
    "cpp_extension",
    "ctypeslib",
    "distutils",
    "f2py",
    "fx",
    "hub",
    "jit",
    "multiprocessing",
    "package",
    "rpc",
    "serialization",
    "testing",
    "_testing",
    "tests",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart() {
        for (path, archive, project) in [
            ("os.system", Some(Does::Executes), Some(Does::Executes)),
            ("builtins.eval", Some(Does::Executes), Some(Does::Executes)),
            ("subprocess.Popen", Some(Does::Executes), Some(Does::Executes)),
            ("pickle.loads", Some(Does::Executes), Some(Does::Executes)),
            ("torch.optim.Adam", None, None),
            ("nemo.Model", None, None),
            ("nemo.collections.nlp.eval_utils.EvalModule", None, None),
            ("transformers.AutoTokenizer.from_pretrained", None, None),
            ("hydra.utils.get_class", None, None),
            ("builtins.dict", None, None),
            ("my.pkg.Net", Some(Does::Custom), None),
            ("my.pkg.build", Some(Does::Calls), None),
            ("torch.utils.collect_env.run", Some(Does::Calls), Some(Does::Calls)),
            ("${oc.env:X}", Some(Does::Custom), None),
        ] {
            assert_eq!((judge(path, Trust::Archive), judge(path, Trust::Project)), (archive, project), "{path}");
        }
    }

    #[test]
    fn tags_are_told_apart() {
        let does = |kind| tagged(kind).map(|(does, _)| does);
        assert_eq!(does("object/apply:os.system"), Some(Does::Executes));
        assert_eq!(does("object/new:my.Thing"), Some(Does::Custom));
        assert_eq!(does("name:pymdownx.superfences.fence_code_format"), Some(Does::Known));
        assert_eq!(does("tuple"), None);
    }
}
