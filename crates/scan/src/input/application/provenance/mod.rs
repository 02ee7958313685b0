//! Where values of an application come from: models, users, or code that is not in the file.
//!
//! This is the one place that knows how model clients, web frameworks and tool registries look.

mod handlers;
mod models;
mod passes;

use palisade_formats::python::{Binding, Call, Field, Flow, Id, Kind, Label, Module, Passes, Policy};

use handlers::Handlers;

/// Written by a model.
pub(crate) const MODEL: Label = Label(0);
/// Written by whoever uses the application.
pub(crate) const INPUT: Label = Label(1);
/// Not visible in the file.
pub(crate) const UNKNOWN: Label = Label(2);

/// Follows every value of a file whose origin matters.
pub(super) fn follow(module: &Module) -> Flow {
    Flow::of(module, &Provenance { handlers: Handlers::of(module) })
}

struct Provenance {
    handlers: Handlers,
}

impl Policy for Provenance {
    fn begins(&self, module: &Module, node: Id) -> Option<(Label, bool)> {
        match module.kind(node) {
            Kind::Call => {
                let call = module.call(node)?;
                if let Some(sure) = models::is_model_call(module, call) {
                    return Some((MODEL, sure));
                }
                if is_input_call(&call.path) {
                    return Some((INPUT, true));
                }
                let opaque = passes::of(module, call) != Passes::Everything && !passes::is_harmless(&call.path);
                (opaque && module.local_function(call.function).is_none()).then_some((UNKNOWN, true))
            }
            Kind::Attribute => {
                let name = module.child(node, Field::Attribute).map_or("", |name| module.text(name));
                match name {
                    "tool_calls" => Some((MODEL, true)),
                    "arguments" if module.text(node).ends_with("function.arguments") => Some((MODEL, true)),
                    "argv" if module.path(node) == "sys.argv" => Some((INPUT, true)),
                    "request" if module.path(node) == "flask.request" => Some((INPUT, true)),
                    _ => None,
                }
            }
            Kind::Identifier => begins_as_name(module, node),
            _ => None,
        }
    }

    fn ends(&self, module: &Module, attribute: Id) -> bool {
        let object = module.child(attribute, Field::Object).map_or("", |object| module.text(object));
        let name = module.child(attribute, Field::Attribute).map_or("", |name| module.text(name));
        let own = matches!(name, "app" | "client" | "method" | "registry" | "scope" | "session" | "state" | "user");
        own && matches!(object, "request" | "req" | "self.request" | "websocket")
            || matches!(name, "status_code" | "usage" | "shape" | "dtype")
    }

    fn parameter(&self, module: &Module, function: Id, parameter: Id) -> Option<Label> {
        self.handlers.parameter(module, function, parameter)
    }

    fn passes(&self, module: &Module, call: &Call) -> Passes {
        if models::is_model_call(module, call).is_some() { Passes::Nothing } else { passes::of(module, call) }
    }
}

fn begins_as_name(module: &Module, node: Id) -> Option<(Label, bool)> {
    // A definition, a label or a part of an import is not a use.
    let parent = module.parent(node).map_or(Kind::Other, |parent| module.kind(parent));
    if matches!(module.field(node), Field::Attribute | Field::Name | Field::Alias) || parent == Kind::DottedName {
        return None;
    }
    if let Some(variable) = module.variable(node) {
        let from_flask = |binding: &Binding| matches!(binding, Binding::Import(path) if path == "flask.request");
        return variable.bindings.iter().take(4).any(from_flask).then_some((INPUT, true));
    }
    let name = module.text(node);
    let constant = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    (!constant && name.len() > 1 && module.field(node) != Field::Function).then_some((UNKNOWN, false))
}

fn is_input_call(path: &str) -> bool {
    let streamlit = path.strip_prefix("streamlit.").or_else(|| path.strip_prefix("st."));
    let widget = streamlit.and_then(|rest| rest.rsplit('.').next());
    matches!(path, "input" | "raw_input" | "sys.stdin.read" | "sys.stdin.readline" | "sys.stdin.readlines")
        || matches!(widget, Some("text_input" | "text_area" | "chat_input"))
        || [".receive_text", ".receive_json", ".receive_bytes", "websocket.recv", "ws.recv"]
            .iter()
            .any(|t| path.ends_with(t))
}
