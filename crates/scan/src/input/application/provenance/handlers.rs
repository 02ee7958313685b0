//! Functions that someone outside calls: routes are called by users, tools by models.

use std::collections::HashMap;

use palisade_formats::python::{Field, Id, Kind, Label, Module};

use super::{INPUT, MODEL, UNKNOWN};

/// Functions of a file that are called from outside it, and by whom.
pub(super) struct Handlers {
    by: HashMap<Id, Label>,
}

impl Handlers {
    pub(super) fn of(module: &Module) -> Self {
        let mut by = HashMap::new();
        for function in module.ids().filter(|id| module.kind(*id) == Kind::Function) {
            if let Some(label) = decorated(module, function).or_else(|| by_name(module, function)) {
                by.insert(function, label);
            }
        }
        for call in module.calls() {
            let tail = call.path.rsplit('.').next().unwrap_or_default();
            let label = match tail {
                "Tool"
                | "StructuredTool"
                | "FunctionTool"
                | "from_function"
                | "from_defaults"
                | "register_for_llm"
                | "register_for_execution"
                | "register_function"
                | "add_tool"
                | "bind_tools"
                | "create_react_agent"
                | "create_agent"
                | "Agent"
                | "AssistantAgent" => MODEL,
                "Interface" | "ChatInterface" if call.path.starts_with("gradio") || call.path.starts_with("gr.") => {
                    INPUT
                }
                "MessageHandler" | "CommandHandler" => INPUT,
                _ => continue,
            };
            for argument in module.arguments(call.node).take(32) {
                let value = module.child(argument, Field::Value).unwrap_or(argument);
                let listed = module.children(value).take(64).filter(|_| module.kind(value) == Kind::List);
                for name in listed.chain([value]) {
                    if let Some(function) = module.local_function(name) {
                        by.entry(function).or_insert(label);
                    }
                }
            }
        }
        Self { by }
    }

    /// What a parameter carries when the function is called from outside.
    pub(super) fn parameter(&self, module: &Module, function: Id, parameter: Id) -> Option<Label> {
        let name = module.name_of(parameter);
        if matches!(name, "self" | "cls" | "_" | "ctx" | "context" | "config" | "run_manager") {
            return None;
        }
        if module.kind(function) == Kind::Lambda {
            return Some(UNKNOWN);
        }
        let class = module.child(parameter, Field::Type).map_or("", |class| module.text(class));
        if is_harmless(class) {
            return None;
        }
        if is_request(class) || (name == "request" && class.is_empty()) {
            return Some(INPUT);
        }
        let default = module.child(parameter, Field::Value).map_or("", |default| module.text(default));
        let injected =
            ["Depends(", "Security(", "BackgroundTasks", "Provide["].iter().any(|way| default.starts_with(way))
                || class.contains("Depends(");
        if injected || SERVICES.iter().any(|service| class.ends_with(service)) {
            return None;
        }
        Some(self.by.get(&function).copied().unwrap_or(UNKNOWN))
    }
}

/// Numbers and the like cannot carry text.
fn is_harmless(class: &str) -> bool {
    let class = class.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(class);
    let class = class.split(['|', ',']).next().unwrap_or_default().trim();
    matches!(
        class,
        "int" | "float" | "bool" | "UUID" | "uuid.UUID" | "datetime" | "date" | "datetime.datetime" | "Decimal"
    )
}

fn is_request(class: &str) -> bool {
    matches!(class.rsplit('.').next().unwrap_or_default(), "Request" | "HttpRequest" | "WSGIRequest" | "WebSocket")
}

fn decorated(module: &Module, function: Id) -> Option<Label> {
    module.decorators(function).take(16).find_map(|decorator| {
        let called = module.kind(decorator) == Kind::Call;
        let named = if called { module.child(decorator, Field::Function)? } else { decorator };
        let name = match module.kind(named) {
            Kind::Attribute => module.text(module.child(named, Field::Attribute)?),
            _ => module.text(named),
        };
        let is_method = module.kind(named) == Kind::Attribute;
        match name {
            "tool"
            | "tool_plain"
            | "function_tool"
            | "kernel_function"
            | "call_tool"
            | "register_tool"
            | "skill"
            | "ai_function"
            | "ai_callable"
            | "as_tool"
            | "register_for_llm"
            | "register_for_execution" => Some(MODEL),
            "get" | "post" | "put" | "delete" | "patch" | "head" | "route" | "api_route" | "websocket"
            | "websocket_route"
                if is_method && called =>
            {
                Some(INPUT)
            }
            "event"
            | "on_message"
            | "message_handler"
            | "message"
            | "command"
            | "callback_query_handler"
            | "slash_command"
            | "api_view"
            | "on"
            | "activity"
                if is_method || name == "api_view" =>
            {
                Some(INPUT)
            }
            _ => None,
        }
    })
}

/// Methods of tool classes, and entry points of serverless functions.
fn by_name(module: &Module, function: Id) -> Option<Label> {
    let name = module.name_of(function);
    match module.class_of(function) {
        Some(class)
            if matches!(name, "_run" | "_arun" | "forward" | "run" | "call" | "execute" | "__call__" | "invoke") =>
        {
            let bases = module.child(class, Field::Superclasses).map_or("", |bases| module.text(bases));
            let mut bases = bases
                .trim_matches(['(', ')'])
                .split([',', '[', ']'])
                .map(|base| base.trim().rsplit('.').next().unwrap_or(""));
            bases.any(|base| base == "Tool" || base.ends_with("BaseTool") || base == "StructuredTool").then_some(MODEL)
        }
        None if matches!(name, "lambda_handler" | "lambda_function") => Some(INPUT),
        _ => None,
    }
}

/// Ends of class names of what frameworks inject into handlers.
const SERVICES: &[&str] = &[
    "BackgroundTasks",
    "Context",
    "Engine",
    "HTTPConnection",
    "Logger",
    "Response",
    "RunContext",
    "Service",
    "Session",
    "Settings",
    "Connection",
    "Client",
    "Database",
    "Repository",
];
