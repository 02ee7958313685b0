//! Reads settings from which loaders make objects by name: `_target_` of Hydra, `target` of `NeMo`, `class_path` of
//! Lightning, tags of YAML that name Python objects, and resolvers of `OmegaConf` that evaluate.

use std::ops::Range;

use palisade_formats::{
    python::{Kind, Limits as PythonLimits, Module},
    tree::{Node, Value},
    yaml::Tagged,
};

use super::{name::leaves, python};
use crate::input::model::{
    Carrier, Does, Effect, When,
    target::{Trust, judge, tagged},
};

/// What loaders do because of tags.
pub(super) fn tags(tags: &[Tagged], found: &mut Vec<Effect>) {
    found.extend(tags.iter().filter_map(|tag| of_tag(&tag.tag, tag.range.clone())));
}

/// What loaders make because of names in a document.
pub(super) fn targets(root: Node<'_>, trust: Trust, found: &mut Vec<Effect>) {
    for (key, node) in root.walk() {
        of_node(root, key, node, trust, found);
    }
}

/// Layers of a network of `ultralytics`, which evaluates the activation and the arguments of each as Python.
pub(super) fn layers(root: Node<'_>, found: &mut Vec<Effect>) {
    if root.get("backbone").is_none_or(|layers| layers.items().next().is_none()) {
        return;
    }
    let parts = ["activation", "backbone", "head"].into_iter().filter_map(|key| root.get(key));
    for (_, node) in parts.flat_map(Node::walk) {
        let text = node.string().filter(|text| text.contains('(')).unwrap_or_default();
        if let Some((does, what)) = evaluated(text).filter(|(does, _)| *does == Does::Executes) {
            found.push(Effect { range: node.span(), carrier: Carrier::Code, does, when: When::Load, what });
        }
    }
}

fn of_tag(tag: &str, range: Range<usize>) -> Option<Effect> {
    let (does, what) = match tag.strip_prefix("tag:yaml.org,2002:python/") {
        Some(kind) => tagged(kind)?,
        None => hyper(tag)?,
    };
    Some(Effect { range, carrier: Carrier::Name, does, when: When::Load, what })
}

/// Tags of `HyperPyYAML`, which `SpeechBrain` and others read settings with.
fn hyper(tag: &str) -> Option<(Does, String)> {
    let (kind, path) = tag.strip_prefix('!')?.split_once(':')?;
    match kind {
        "apply" | "applyref" | "new" => {
            let top = path.split('.').next().unwrap_or_default();
            let plain = PLAIN.contains(&top) || path.starts_with("os.path.");
            called(path, Trust::Project).filter(|_| !plain)
        }
        // They only fetch what something else may call.
        "name" | "module" => {
            let executes = called(path, Trust::Project).is_some_and(|(does, _)| does == Does::Executes);
            executes.then(|| (Does::Custom, format!("imports `{path}` for later")))
        }
        "include" => (path.contains("://") || leaves(path))
            .then(|| (Does::Custom, format!("includes `{path}`, which lies outside of it"))),
        _ => None,
    }
}

fn of_node(root: Node<'_>, key: Option<Node<'_>>, node: Node<'_>, trust: Trust, found: &mut Vec<Effect>) {
    if let Some(text) = node.string() {
        if let Some((does, what)) = resolver(text) {
            found.push(Effect { range: node.span(), carrier: Carrier::Code, does, when: When::Load, what });
        }
        // The function that `hydra.utils.get_method` and the like fetch.
        let named = key.and_then(Node::text).is_some_and(|key| key == "path");
        if named && trust == Trust::Archive && text.contains('.') && !text.contains('/') {
            push(root, node, text, trust, found, Does::Calls);
        }
        return;
    }
    if node.value() != Value::Mapping {
        return;
    }
    // The factory that `logging.config.dictConfig` calls.
    if let Some(factory) = node.get("()").filter(|factory| factory.string().is_some_and(|path| path.contains('.'))) {
        push(root, factory, factory.text().unwrap_or_default(), Trust::Project, found, Does::Known);
    }
    for key in ["_target_", "__target__"] {
        if let Some(target) = node.get(key) {
            push(root, target, target.string().unwrap_or_default(), trust, found, Does::Known);
        }
    }
    let partner = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let rest = [
        ("target", trust == Trust::Archive || partner(&["params", "nemo_version"])),
        ("class_path", partner(&["init_args"])),
    ];
    for (key, counts) in rest {
        let Some(target) = node.get(key).filter(|_| counts) else { continue };
        let path = target.string().unwrap_or_default();
        if path.contains('.') && !path.contains(['/', ' ']) {
            push(root, target, path, trust, found, Does::Known);
        }
    }
}

/// Judges a name that a loader imports and calls, or only fetches for later.
fn push(root: Node<'_>, node: Node<'_>, path: &str, trust: Trust, found: &mut Vec<Effect>, least: Does) {
    let path = resolved(root, path);
    if path.is_empty() {
        return;
    }
    if let Some((does, what)) = called(&path, trust).filter(|(does, _)| *does >= least) {
        found.push(Effect { range: node.span(), carrier: Carrier::Name, does, when: When::Load, what });
    }
}

/// What a loader does that calls what a path names.
pub(super) fn called(path: &str, trust: Trust) -> Option<(Does, String)> {
    let does = judge(path, trust)?;
    let what = match does {
        Does::Custom if path.contains("${") => format!("calls what `{path}` stands for, which is not in it"),
        Does::Custom => format!("imports and makes a `{path}`, which is not known"),
        _ => format!("imports and calls `{path}`"),
    };
    Some((does, what))
}

/// A path with `${a.b}` replaced by what stands there.
fn resolved(root: Node<'_>, path: &str) -> String {
    let mut path = path.trim().to_owned();
    for _ in 0..4 {
        let Some((before, rest)) = path.split_once("${") else { break };
        let Some((key, after)) = rest.split_once('}') else { break };
        let keys: Vec<&str> = key.split('.').collect();
        let Some(value) = root.at(&keys).and_then(Node::text) else { break };
        path = format!("{before}{value}{after}");
        if path.len() > 1000 {
            break;
        }
    }
    path
}

/// What an interpolation with a resolver does: `${eval:...}` runs Python, if whoever loads has registered it.
fn resolver(text: &str) -> Option<(Does, String)> {
    let at =
        ["${eval:", "${exec:", "${python:", "${py:"].iter().find_map(|start| Some(text.find(start)? + start.len()))?;
    let source = text.get(at..)?.trim_end().trim_end_matches('}').trim().trim_matches(['\'', '"']);
    evaluated(&source.replace("${", "").replace('}', ""))
}

/// What an expression of Python does whose value a loader wants.
pub(super) fn evaluated(plain: &str) -> Option<(Does, String)> {
    let shown: String = plain.chars().take(80).collect();
    let inner = python::acts(plain, python::Use { when: When::Load, script: true, builds: false }).unwrap_or_default();
    let acts = inner.iter().any(|effect| effect.does > Does::Known) || plain.contains("__");
    let calls = Module::parse(plain.to_owned(), PythonLimits::default()).is_ok_and(|module| {
        module
            .ids()
            .any(|id| module.kind(id) == Kind::Call && !ARITHMETIC.contains(&module.path(id).trim_end_matches("()")))
    });
    match (acts, calls) {
        (true, _) => Some((Does::Executes, format!("evaluates `{shown}` as Python"))),
        (false, true) => Some((Does::Custom, format!("evaluates `{shown}` as Python"))),
        (false, false) => None,
    }
}

/// Modules of the standard library that settings seed and compute with.
const PLAIN: &[&str] = &["collections", "datetime", "functools", "itertools", "math", "operator", "random", "time"];
const ARITHMETIC: &[&str] = &["int", "float", "max", "min", "round", "len", "str", "abs", "sum", "bool"];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, observe};

    fn archive(name: &str, text: &str) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        block[156] = b'0';
        block[257..262].copy_from_slice(b"ustar");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block.extend(text.as_bytes());
        block.resize(block.len().next_multiple_of(512) + 1024, 0);
        block
    }

    fn worst(rule: &str, name: &str, bytes: &[u8]) -> Option<Severity> {
        findings(rule, name, bytes).into_iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn targets_in_archives_are_judged() {
        for (text, severity) in [
            ("model:\n  _target_: os.system\n  command: echo x\n", Some(Severity::Critical)),
            ("a:\n  - {n: x, _target_: subprocess.Popen, args: [echo]}\n", Some(Severity::Critical)),
            ("f: os.system\na:\n  _target_: ${f}\n", Some(Severity::Critical)),
            ("a: {_target_: hydra.utils.get_method, path: os.system}\n", Some(Severity::Critical)),
            ("target: builtins.eval\n", Some(Severity::Critical)),
            ("a: {_target_: my.pkg.build}\n", Some(Severity::High)),
            ("a: {_target_: my.pkg.Net}\n", Some(Severity::Medium)),
            ("a: {_target_: nemo.collections.nlp.eval_utils.EvalModule}\noptim: {_target_: torch.optim.Adam}\n", None),
            ("target: nemo.collections.asr.models.EncDecCTCModel\nlabels: [exec, system, eval]\n", None),
            ("x: !!python/object/apply:os.system [id]\n", Some(Severity::Critical)),
            ("x: !!python/tuple [1, 2]\n", None),
        ] {
            assert_eq!(worst("config-call", "m.nemo", &archive("model_config.yaml", text)), severity, "{text}");
        }
    }

    #[test]
    fn resolvers_that_evaluate_are_judged() {
        let evaluated = |source: &str| worst("embedded-code", "m.nemo", &archive("model_config.yaml", source));
        assert_eq!(evaluated("a: ${eval:__import__('os').system('id')}\n"), Some(Severity::Critical));
        assert_eq!(evaluated("a: ${eval:'${b} * 2 + max(1, 2)'}\nb: 1\n"), None);
        assert_eq!(evaluated("a: ${oc.env:HOME}\n"), None);
    }

    #[test]
    fn projects_may_name_their_own_code() {
        let loose = |text: &str| worst("config-call", "conf/model.yaml", text.as_bytes());
        assert!(loose("_target_: src.models.net.build\n") <= Some(Severity::Info));
        assert_eq!(loose("_target_: os.system\n_args_: [id]\n"), Some(Severity::Critical));
        assert_eq!(loose("loss: {target: ldm.losses.Loss, params: {a: 1}}\n"), None);
        assert_eq!(loose("- !!python/object/apply:subprocess.Popen [id]\n"), Some(Severity::Critical));
        assert!(loose("f: !!python/name:pymdownx.superfences.fence_code_format\n") <= Some(Severity::Info));
    }

    #[test]
    fn tags_of_hyper_settings_are_judged() {
        let loose = |text: &str| worst("config-call", "hyperparams.yaml", text.as_bytes());
        for text in ["a: !apply:os.system [id]\n", "a: !new:subprocess.Popen\n    args: [id]\n"] {
            assert_eq!(loose(text), Some(Severity::Critical), "{text}");
        }
        assert_eq!(loose("a: !name:os.system\n"), Some(Severity::Medium));
        assert_eq!(loose("a: !include:/etc/x.yaml\n"), Some(Severity::Medium));
        for text in [
            "seed: 1\na: !apply:torch.manual_seed [!ref <seed>]\n",
            "a: !new:speechbrain.lobes.features.Fbank\n    n_mels: 80\n",
            "a: !name:torch.nn.BatchNorm1d\n",
            "a: !apply:random.seed [1]\n",
            "a: !new:my_module.Net\n",
            "a: !include:train.yaml\n",
            "a: !Sub os.system\n",
        ] {
            assert!(loose(text) <= Some(Severity::Info), "{text}");
        }
    }

    #[test]
    fn layers_that_are_code_are_judged() {
        let loose = |text: &str| worst("embedded-code", "yolo.yaml", text.as_bytes());
        let call = "\"__import__('os').system('id')\"";
        assert_eq!(loose(&format!("backbone:\n  - [-1, 1, Conv, [{call}, 3]]\n")), Some(Severity::Critical));
        assert_eq!(
            loose(&format!("activation: {call}\nbackbone:\n  - [-1, 1, Conv, [64]]\n")),
            Some(Severity::Critical)
        );
        assert_eq!(loose("activation: nn.SiLU()\nbackbone:\n  - [-1, 1, Conv, [64]]\nnote: eval(x)\n"), None);
        assert_eq!(loose(&format!("steps:\n  - run: {call}\n")), None);
    }

    #[test]
    fn scripts_beside_weights_are_odd() {
        assert_eq!(worst("disguised-model", "m.nemo", &archive("x.sh", "#!/bin/sh\n")), Some(Severity::High));
    }

    #[test]
    fn a_checkpoint_in_a_tar_archive_is_one_file() {
        let end = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        let bytes = archive("model_weights.ckpt", std::str::from_utf8(end).unwrap());
        assert_eq!(worst("disguised-model", "m.nemo", &bytes), None);
        assert_eq!(observe("m.nemo", &bytes, None).stats.judged, 1);
    }
}
