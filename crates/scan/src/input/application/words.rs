//! Which Python files are worth parsing: those that hold a word without which no check of code has anything to say.
//!
//! Parsing costs a hundred times more than this. A file without any of the words is as good as an empty one.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Whether a check of Python code could find something in `code`.
pub(crate) fn worth_parsing(code: &str) -> bool {
    let Some(words) = &*WORDS else { return true };
    let (mut executes, mut is_sql) = (false, false);
    for found in words.find_overlapping_iter(code) {
        match found.pattern().as_usize() {
            index if index < ENOUGH.len() => return true,
            index if index < ENOUGH.len() + EXECUTES.len() => executes = true,
            _ => is_sql = true,
        }
        if executes && is_sql {
            return true;
        }
    }
    false
}

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = ENOUGH.iter().chain(EXECUTES).chain(STATEMENTS);
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(words).ok()
});

/// One of these is enough.
#[rustfmt::skip]
const ENOUGH: &[&str] = &[
    // Loads that run code.
    "pickle", "dill.", "import dill", "from dill", "joblib", "torch", "yaml", "shelve", "marshal.", "import marshal",
    "from marshal", "hickle", "load_model", "safe_mode", "allow_dangerous", "unsafe_deserialization",
    // Hubs.
    "trust_remote_code", "custom_pipeline", "from_pretrained", "hf_hub_download", "snapshot_download", "pipeline(",
    "sentencetransformer", "crossencoder", "sparseencoder", "huggingface", "load_dataset", "vllm",
    // System messages.
    "\"system\"", "'system'", "\"developer\"", "'developer'", "systemmessage", "systempromptpart", "chatmessagesystem",
    "developermessage", "system_instruction", "system_prompt", "system_message",
    // Tools without a person.
    "human_input_mode", "permission_mode", "require_approval", "dangerously",
    // Models, and what they are called through.
    "_llm", "llm_", "llm.", " llm", "(llm", "llms", "gpt", "openai", "claude", "anthropic", "gemini", "ollama", "bedrock",
    "mistral", "chatbot", "llama", "chat.completion", "chatcompletion", "chat_completion", "completions.", ".completion(",
    "get_completion", "acompletion", "text_completion", "completion_with", "model.generate", "generate_content",
    "generate_text", "responses.create", "responses.parse", "messages.create", "messages.stream", "chat.complete",
    "chatmodel", "langchain", "langgraph", "crewai", "autogen", "haystack", "cohere", "import replicate", "from replicate",
    "replicate.", "import together", "from together", "groq", "dspy", "pydantic_ai", "vertexai", "send_message",
    "text_generation", "invoke_model", "invoke_agent", ".invoke(", ".ainvoke(", ".arun(", "chain.run(", "agent.run(",
    "executor.run(", "crew.run(", "kickoff", "graph.run(", "assistant.run(", ":11434", "/v1/messages", "/v1/responses",
    "/v1/completions", "/api/generate", "/api/chat", "openrouter", "deepseek", "together.xyz", "g4f", "instructor",
    // Tools of a model.
    "tool_calls", "function.arguments", "@tool", "tool(", "tool_plain", "basetool", "structuredtool", "kernel_function",
    "ai_function", "ai_callable", "register_for_llm", "@mcp", "bind_tools", "(tool", ".skill",
];

/// Calls that execute statements; nothing without a statement or input.
const EXECUTES: &[&str] =
    &["execute", "_sql", "rawsql", "mogrify", ".raw(", ".query(", ".sql(", ".fetch", "conn.run(", "conn.exec("];

/// How statements begin, and where input comes from.
#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "select ", "select\n", "select\\n", "insert ", "update ", "delete from", "replace into", "merge into", "create table",
    "create index", "create view", "create user", "create role", "create schema", "create database", "drop ", "alter ",
    "truncate ", "attach ", "copy ", "grant ", "pragma ", "vacuum", "explain ", "where ", "with recursive",
    "request.", "argv", "input(", "stdin", ".receive_", "websocket", "@app.", "@router.", "lambda_handler", "text_area",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_is_not_parsed() {
        assert!(!worth_parsing("import os\n\ndef f(path):\n    return os.path.join(path, 'x')\n"));
        assert!(!worth_parsing("cursor.execute(statement)"));
        assert!(worth_parsing("cursor.execute('SELECT 1')"));
        assert!(worth_parsing("import Pickle"));
    }
}
