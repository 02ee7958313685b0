//! Where values in Python code come from: decoded or fetched, brought by a request, learned of the machine.

use palisade_formats::python::{Call, Field, Id, Kind, Label, Module, Passes, Policy, Values};

use crate::input::model::code::{Act, act, is_sensitive};

/// What values carry: where they come from.
pub(super) struct Marks<'a> {
    /// What functions are, however they are come by.
    pub(super) values: &'a Values,
}

impl Marks<'_> {
    fn act(&self, call: &Call) -> Option<Act> {
        act(&call.path).or_else(|| self.values.paths(call.function).find_map(act))
    }

    /// Whether an expression is all of the environment, not one variable of it.
    fn is_environment(&self, module: &Module, node: Id) -> bool {
        let named = module.child(node, Field::Attribute).is_none_or(|name| module.text(name) == "environ");
        let around = module.parent(node).map(|parent| module.kind(parent));
        let whole =
            matches!(around, Some(Kind::ArgumentList | Kind::KeywordArgument | Kind::Pair | Kind::DictionarySplat));
        whole && named && self.values.paths(node).any(|path| path == "os.environ")
    }
}

impl Policy for Marks<'_> {
    fn begins(&self, module: &Module, node: Id) -> Option<(Label, bool)> {
        match module.kind(node) {
            Kind::Call => match self.act(module.call(node)?)? {
                Act::Decodes | Act::Fetches => Some((FOREIGN, true)),
                Act::Learns => Some((SECRET, true)),
                Act::File => {
                    let first = module.positional(node).next()?;
                    is_sensitive(&module.built(first).literal).then_some((SECRET, true))
                }
                _ => None,
            },
            Kind::Attribute | Kind::Identifier => self.is_environment(module, node).then_some((SECRET, true)),
            _ => None,
        }
    }

    fn ends(&self, _: &Module, _: Id) -> bool {
        false
    }

    fn parameter(&self, module: &Module, function: Id, parameter: Id) -> Option<Label> {
        let handles = HANDLERS.contains(&module.name_of(function));
        (handles && REQUESTS.contains(&module.name_of(parameter))).then_some(REQUEST)
    }

    fn passes(&self, _: &Module, call: &Call) -> Passes {
        let name = call.path.rsplit('.').next().unwrap_or_default();
        match name {
            "len" | "isinstance" | "print" | "range" | "type" | "id" | "hash" | "bool" | "int" | "float" => {
                Passes::Nothing
            }
            "get" | "pop" => Passes::Object,
            _ => Passes::Everything,
        }
    }
}

/// Decoded or fetched.
pub(super) const FOREIGN: Label = Label(0);
/// What a request to the served model brings.
pub(super) const REQUEST: Label = Label(1);
/// Of the machine or its user.
pub(super) const SECRET: Label = Label(2);

/// Functions that serving frameworks call with requests, and what they call the request.
const HANDLERS: &[&str] = &[
    "handle",
    "preprocess",
    "inference",
    "postprocess",
    "predict",
    "predict_fn",
    "input_fn",
    "transform_fn",
    "process",
    "handler",
];
const REQUESTS: &[&str] =
    &["data", "request", "requests", "body", "payload", "input_data", "request_body", "inputs", "event"];
