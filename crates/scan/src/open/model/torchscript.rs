//! Reads the code in `TorchScript` archives and the graphs of `torch.export`: a subset of Python that runs without Python.
//! Operators that reach files, libraries or other machines are told from those that compute.

use palisade_formats::{
    json,
    python::{Kind, Limits, Module},
    tree,
};

use super::part::Part;
use crate::{
    Engine, Input,
    input::model::{
        Carrier, Does, Effect, Effects, When,
        code::act,
        operator::{self, judge},
    },
};

/// Judges a file of code. Returns whether it does more than compute.
pub(super) fn code(part: &Part<'_>, text: &str, engine: &mut Engine) -> bool {
    let module = match Module::parse(text, Limits { bytes: 16 << 20, nodes: 4 << 20, ..Limits::default() }) {
        Ok(module) => module,
        Err(error) => {
            part.unscanned(engine, error.to_string());
            return false;
        }
    };
    let mut effects = Vec::new();
    for call in module.calls() {
        let path = call.path.as_str();
        // What is called on a value is a method of the model, or an operator on a tensor.
        if path.starts_with('?') || path.contains("()") || path.contains("[]") || path.starts_with("''") {
            continue;
        }
        if let Some((does, what)) = of_path(path) {
            let shown: String = module.text(call.node).chars().take(100).collect();
            let what = format!("{what}: `{shown}`");
            effects.push(Effect {
                range: module.range(call.node),
                carrier: Carrier::Operator,
                does,
                when: When::Run,
                what,
            });
        }
    }
    for import in module.ids().filter(|id| matches!(module.kind(*id), Kind::Import | Kind::ImportFrom)) {
        let text = module.text(import);
        let module_name = text.split_whitespace().nth(1).unwrap_or_default();
        let own = matches!(module_name.split('.').next(), Some("__torch__" | "torch" | "typing" | "__future__"));
        if !own {
            let what = format!("imports what no operator set has: `{text}`");
            effects.push(Effect {
                range: module.range(import),
                carrier: Carrier::Operator,
                does: Does::Custom,
                when: When::Run,
                what,
            });
        }
    }
    hand_over(part, "the code of a TorchScript model", effects, engine)
}

/// Judges a graph of `torch.export`: its nodes name operators as `torch.ops.aten.add.Tensor`.
pub(super) fn graph(part: &Part<'_>, text: &str, engine: &mut Engine) -> bool {
    let mut effects = Vec::new();
    match json::parse(text, tree::Limits { bytes: 64 << 20, nodes: 4 << 20, depth: 200 }) {
        Ok(document) => {
            for (key, node) in document.root().walk() {
                let (Some("target"), Some(target)) = (key.and_then(tree::Node::text), node.string()) else { continue };
                if let Some((does, what)) =
                    target.strip_prefix("torch.").and_then(of_path_of_torch).or_else(|| foreign(target))
                {
                    effects.push(Effect {
                        range: node.span(),
                        carrier: Carrier::Operator,
                        does,
                        when: When::Run,
                        what,
                    });
                }
            }
        }
        Err(failure) => part.unscanned(engine, format!("its graph cannot be read: {failure}")),
    }
    hand_over(part, "a graph of torch.export", effects, engine)
}

fn hand_over(part: &Part<'_>, title: &'static str, effects: Vec<Effect>, engine: &mut Engine) -> bool {
    let acts = effects.iter().any(|effect| effect.does > Does::Known);
    engine.judge(&Input::Effects(Effects { artifact: part.artifact, bytes: part.bytes, title, effects }));
    acts
}

fn of_path(path: &str) -> Option<(Does, String)> {
    if let Some(rest) = path.strip_prefix("torch.") {
        return of_path_of_torch(rest);
    }
    if let Some(rest) = path.strip_prefix("ops.") {
        return of_path_of_torch(&format!("ops.{rest}"));
    }
    if act(path).is_some() && path != "open" || matches!(path, "open" | "__import__") {
        return Some((Does::Executes, format!("calls `{path}`, which no operator set has")));
    }
    let top = path.split('.').next().unwrap_or_default();
    // A plain name is a function of the language, of the same file, or an operator.
    let plain = !path.contains('.') || matches!(top, "__torch__" | "CONSTANTS" | "self" | "torch" | "annotate");
    (!plain).then(|| (Does::Custom, format!("calls `{path}`, which no operator set has")))
}

/// An operator by its path within torch: `relu`, `ops.aten.add`, `classes.x.Y`.
fn of_path_of_torch(path: &str) -> Option<(Does, String)> {
    let mut parts = path.split('.');
    let (space, name) = match parts.next()? {
        "ops" | "classes" => (parts.next()?, parts.next().unwrap_or_default()),
        "_C" | "jit" | "hub" | "serialization" | "distributed" | "multiprocessing" => {
            return Some((Does::Calls, format!("calls `torch.{path}`, which no operator set has")));
        }
        name => ("aten", name),
    };
    let does = judge(space, name)?;
    let what = match does {
        Does::Reaches => format!("runs the operator `{space}::{name}`, which reaches files or other machines"),
        Does::Executes => format!("runs the operator `{space}::{name}`, which loads or runs code"),
        _ => format!("runs the operator `{space}::{name}`, which an extension has to bring"),
    };
    Some((does, what))
}

/// A target that is no operator: functions of Python that graphs may hold are those on numbers.
fn foreign(target: &str) -> Option<(Does, String)> {
    let top = target.split('.').next().unwrap_or_default();
    let known = matches!(
        top,
        "torch" | "operator" | "_operator" | "math" | "builtins" | "higher_order" | "executorch_call_delegate"
    );
    if known && operator::is_number_function(target) || !target.contains('.') || top == "torch" {
        return None;
    }
    let does = if act(target).is_some() { Does::Executes } else { Does::Calls };
    Some((does, format!("calls `{target}`, which is no operator")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_told_apart() {
        for (path, does) in [
            ("torch.relu", None),
            ("ops.aten.conv2d", None),
            ("ops.torchvision.nms", None),
            ("ops.quantized.linear", None),
            ("__torch__.torch.nn.modules.linear.Linear", None),
            ("annotate", None),
            ("torch.from_file", Some(Does::Reaches)),
            ("ops.aten.save", Some(Does::Reaches)),
            ("ops.image.read_file", Some(Does::Reaches)),
            ("ops.mine.kernel", Some(Does::Custom)),
            ("torch.hub.load", Some(Does::Calls)),
            ("os.system", Some(Does::Executes)),
        ] {
            assert_eq!(of_path(path).map(|(does, _)| does), does, "{path}");
        }
    }

    #[test]
    fn targets_are_told_apart() {
        let does = |target: &str| {
            target.strip_prefix("torch.").and_then(of_path_of_torch).or_else(|| foreign(target)).map(|it| it.0)
        };
        assert_eq!(does("torch.ops.aten.add.Tensor"), None);
        assert_eq!(does("_operator.mul"), None);
        assert_eq!(does("torch.ops.mylib.op.default"), Some(Does::Custom));
        assert_eq!(does("os.system"), Some(Does::Executes));
    }
}
