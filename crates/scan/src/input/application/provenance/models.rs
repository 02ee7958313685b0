//! Calls that return what a model wrote.

use palisade_formats::python::{Call, Kind, Module};

/// Whether a call returns what a model wrote, and whether that is sure.
pub(super) fn is_model_call(module: &Module, call: &Call) -> Option<bool> {
    let path = call.path.as_str();
    if CLIENTS.iter().any(|tail| path.ends_with(tail)) || FUNCTIONS.contains(&path) {
        return Some(true);
    }
    let (object, method) = path.rsplit_once('.').unwrap_or(("", path));
    if from_library(object, method) {
        return Some(true);
    }
    match method {
        // Also how text messages are sent by telephone services: a model is named, or it is no model.
        "create" | "stream" if object.ends_with(".messages") => {
            let named =
                module.keyword(call.node, "model").is_some() || module.keyword(call.node, "max_tokens").is_some();
            return (named || object.contains("nthropic")).then_some(true);
        }
        "post" | "request" | "urlopen" | "Request" => return asks_over_http(module, call).then_some(true),
        _ => {}
    }
    let receiver = receiver(module, call);
    if ASKING.contains(&method) && names_a_model(&receiver) {
        return Some(true);
    }
    if method == "generate" && (names_a_model(&receiver) || receiver.rsplit('.').next() == Some("model")) {
        return Some(true);
    }
    if matches!(method, "invoke" | "ainvoke" | "run" | "arun") && names_a_chain(&receiver) {
        return Some(false);
    }
    named_after_a_model(module, call).then_some(false)
}

/// The object of a method call as it is spelled, lower case.
fn receiver(module: &Module, call: &Call) -> String {
    let spelling = module.spelling(call.function).to_lowercase();
    spelling.rsplit_once('.').map(|(object, _)| object.to_owned()).unwrap_or_default()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty())
}

fn names_a_model(receiver: &str) -> bool {
    words(receiver).any(|word| MODEL_WORDS.contains(&word)) || receiver.contains("chatmodel")
}

fn names_a_chain(receiver: &str) -> bool {
    words(receiver)
        .last()
        .is_some_and(|word| matches!(word, "chain" | "agent" | "executor" | "crew" | "graph" | "assistant"))
}

/// Methods of objects that come from libraries whose objects are models, chains or agents.
fn from_library(object: &str, method: &str) -> bool {
    let library = object.split('.').next().unwrap_or_default();
    let is_instance = object.contains("()");
    match library {
        _ if library.starts_with("langchain")
            || matches!(library, "langgraph" | "llama_index" | "crewai" | "autogen" | "haystack") =>
        {
            is_instance
                && (ASKING.contains(&method) || matches!(method, "run" | "arun" | "kickoff" | "batch" | "call"))
                && !["Loader", "Retriever", "Splitter", "Store", "Embeddings"].iter().any(|kind| object.contains(kind))
        }
        "vllm" => is_instance && matches!(method, "generate" | "chat"),
        "transformers" => is_instance && method == "generate",
        "ollama" | "cohere" | "mistralai" | "replicate" | "together" | "groq" | "dspy" => {
            matches!(method, "chat" | "generate" | "complete" | "run" | "forward")
        }
        "pydantic_ai" => is_instance && matches!(method, "run" | "run_sync" | "run_stream"),
        "google" | "vertexai" => matches!(method, "send_message" | "send_message_async" | "predict" | "generate_text"),
        "huggingface_hub" => matches!(method, "text_generation" | "chat_completion" | "conversational"),
        _ => false,
    }
}

/// `requests.post("https://api.openai.com/...")`.
fn asks_over_http(module: &Module, call: &Call) -> bool {
    let url = |text: &str| ENDPOINTS.iter().any(|endpoint| text.contains(endpoint));
    module.positional(call.node).take(2).chain(module.keyword(call.node, "url")).any(|argument| {
        let constant = module.constant_text(argument);
        let written =
            if matches!(module.kind(argument), Kind::String | Kind::Binary) { module.text(argument) } else { "" };
        constant.as_deref().is_some_and(url) || url(written)
    })
}

/// `ask_llm(...)`, `call_gpt(...)`: a function whose body is elsewhere, named after what it does.
fn named_after_a_model(module: &Module, call: &Call) -> bool {
    let name = call.path.rsplit('.').next().unwrap_or_default();
    let is_function = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && !name.contains("()");
    if !is_function || module.local_function(call.function).is_some() || module.arguments(call.node).next().is_none() {
        return false;
    }
    let asks = words(name).any(|word| ASKING_WORDS.contains(&word));
    let model = words(name).any(|word| MODEL_WORDS.contains(&word));
    (asks && model) || matches!(name, "get_completion" | "chat_completion" | "completion_with_backoff")
}

/// Tails of paths of official and compatible clients.
const CLIENTS: &[&str] = &[
    ".chat.completions.create",
    ".chat.completions.parse",
    ".chat.completions.stream",
    ".completions.create",
    ".responses.create",
    ".responses.parse",
    ".ChatCompletion.create",
    ".ChatCompletion.acreate",
    "openai.Completion.create",
    ".generate_content",
    ".generate_content_async",
    ".generate_content_stream",
    ".chat.complete",
    ".chat.complete_async",
    ".create_chat_completion",
    ".invoke_model",
    ".invoke_agent",
    ".text_generation",
    "transformers.pipeline()",
    "llama_cpp.Llama()",
];

const FUNCTIONS: &[&str] = &[
    "litellm.completion",
    "litellm.acompletion",
    "litellm.text_completion",
    "litellm.responses",
    "ollama.chat",
    "ollama.generate",
    "replicate.run",
    "openai.responses.create",
    "g4f.ChatCompletion.create",
    "instructor.from_openai().create",
];

/// Methods that ask a model.
const ASKING: &[&str] = &[
    "invoke",
    "ainvoke",
    "predict",
    "apredict",
    "complete",
    "acomplete",
    "chat",
    "achat",
    "ask",
    "query",
    "aquery",
    "stream",
    "astream",
    "generate",
    "agenerate",
    "predict_messages",
    "generate_text",
    "completion",
    "run",
    "converse",
    "send_message",
    "call",
    "prompt",
];

/// Words that name a language model.
const MODEL_WORDS: &[&str] = &[
    "llm",
    "llms",
    "gpt",
    "chatgpt",
    "openai",
    "claude",
    "anthropic",
    "gemini",
    "ollama",
    "bedrock",
    "mistral",
    "chatbot",
    "llama",
];

const ASKING_WORDS: &[&str] = &[
    "ask",
    "call",
    "query",
    "complete",
    "completion",
    "generate",
    "chat",
    "prompt",
    "invoke",
    "run",
    "response",
    "request",
    "answer",
    "send",
];

/// Parts of URLs at which models answer.
const ENDPOINTS: &[&str] = &[
    "api.openai.com",
    "api.anthropic.com",
    "openrouter.ai/api",
    "generativelanguage.googleapis.com",
    "api.mistral.ai",
    "api.groq.com",
    "api.together.xyz",
    "api.deepseek.com",
    "api-inference.huggingface.co",
    ":11434/api/",
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/messages",
    "/v1/responses",
    "/api/generate",
    "/api/chat",
];
