//! Opens files of applications: decides by content (and by name where content cannot tell), parses, hands inputs to the engine.

use palisade_base::Component;
use palisade_formats::{
    json,
    notebook::Notebook,
    python::{Limits, Module},
    tree, yaml,
};

use crate::{
    Engine, File, Input,
    input::{
        Text,
        application::{Code, Tools, worth_parsing},
    },
};

pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    let Some(text) = file.text() else { return };
    engine.judge(&Input::Text(Text { artifact: &file.artifact, text: &text }));
    match file.extension().as_str() {
        "py" | "pyw" => python(file, &text, engine),
        "ipynb" => notebook(file, &text, engine),
        "json" | "jsonc" | "json5" | "yaml" | "yml" => tools(file, &text, engine),
        _ if is_python_script(&text) => python(file, &text, engine),
        _ => {}
    }
}

fn is_python_script(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && first.contains("python")
}

fn python(file: &File<'_>, text: &str, engine: &mut Engine) {
    if !file.is_whole() {
        return unscanned(file, engine, "the file is too large to be parsed as Python".to_owned());
    }
    let code = if worth_parsing(text) { text } else { "" };
    match Module::parse(code, Limits::default()) {
        Ok(module) => engine.judge(&Input::Code(Box::new(Code::new(&file.artifact, text, module, None)))),
        Err(error) => unscanned(file, engine, error.to_string()),
    }
}

fn notebook(file: &File<'_>, text: &str, engine: &mut Engine) {
    if !file.is_whole() {
        return unscanned(file, engine, "the notebook is too large to be parsed".to_owned());
    }
    // The walk bounds the bytes: notebooks are long because of what their cells printed.
    let limits = tree::Limits { bytes: usize::MAX, ..tree::Limits::default() };
    let notebook = match Notebook::parse(text, limits) {
        Ok(Some(notebook)) => notebook,
        Ok(None) => return,
        Err(error) => return unscanned(file, engine, format!("not a readable notebook: {error}")),
    };
    match Module::parse(notebook.code.as_str(), Limits::default()) {
        Ok(module) => engine.judge(&Input::Code(Box::new(Code::new(&file.artifact, text, module, Some(notebook))))),
        Err(error) => unscanned(file, engine, error.to_string()),
    }
}

/// Settings that give tools to a model or an agent: by their words, since every client has file names of its own.
fn tools(file: &File<'_>, text: &str, engine: &mut Engine) {
    let by_name = NAMES.contains(&file.name().as_str());
    if !(by_name || text.len() <= LONGEST && WORDS.iter().any(|word| text.contains(word))) {
        return;
    }
    if text.len() > LONGEST {
        return unscanned(file, engine, "too large for settings of tools".to_owned());
    }
    let is_yaml = matches!(file.extension().as_str(), "yaml" | "yml");
    match if is_yaml { first_document(text) } else { json::parse(text, tree::Limits::default()).map(Some) } {
        Ok(Some(document)) => engine.judge(&Input::Tools(Tools { artifact: &file.artifact, text, document })),
        Err(failure) if by_name => unscanned(file, engine, failure.to_string()),
        Ok(None) | Err(_) => {}
    }
}

/// Clients read no more than the first document.
fn first_document(text: &str) -> Result<Option<tree::Document>, tree::Failure> {
    let stream = yaml::parse(text, tree::Limits::default());
    match (stream.documents.into_iter().next(), stream.failure) {
        (None, Some(failure)) => Err(failure),
        (first, _) => Ok(first),
    }
}

fn unscanned(file: &File<'_>, engine: &mut Engine, reason: String) {
    engine.unscanned(file.artifact.clone(), Some(Component::Application), reason);
}

/// Tool settings are written by hand; what is longer is something else.
const LONGEST: usize = 1 << 20;

const NAMES: &[&str] = &["mcp.json", ".mcp.json", "claude_desktop_config.json", "mcp_config.json", "mcp-config.json"];

/// Keys under which clients keep servers of tools and what they may do.
const WORDS: &[&str] = &[
    "mcpServers",
    "mcp_servers",
    "mcp-servers",
    "context_servers",
    "alwaysAllow",
    "autoApprove",
    "auto_approve",
    "always_allow",
    "require_approval",
    "requireApproval",
    "modelcontextprotocol",
    "bypassPermissions",
    "dangerously",
];

#[cfg(test)]
mod tests {
    use crate::testing::observe;

    #[test]
    fn unreadable_code_is_said_to_be_unread() {
        let long = format!("import pickle\n{}", "x = 1\n".repeat(1 << 20));
        assert_eq!(observe("a.py", long.as_bytes(), None).unscanned.len(), 1);
        assert_eq!(observe("a.ipynb", b"{\"cells\": [", None).unscanned.len(), 1);
        assert_eq!(observe("mcp.json", b"{", None).unscanned.len(), 1);
        assert_eq!(observe("other.json", b"{", None).unscanned.len(), 0);
    }

    #[test]
    fn scripts_are_python_by_their_first_line() {
        let examined = |text: &str| {
            let observed = observe("tool", text.as_bytes(), None);
            observed.examined.iter().any(|examined| examined.rule.name == "model-output-execution")
        };
        assert!(examined("#!/usr/bin/env python3\nx = 1\n"));
        assert!(!examined("#!/bin/sh\nx=1\n"));
    }
}
