//! `generateContent` of Gemini: <https://ai.google.dev/api/generate-content>. Streams come as server-sent events or as a JSON list
//! that grows. Protocol buffers in JSON have two names for a field, `inlineData` and `inline_data`, and both are read.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, Closed, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, Usage, bare,
    openai_parts::tools,
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1beta/models/{model}:generateContent`
#[derive(Clone, Copy, Debug)]
pub struct Gemini;

impl Protocol for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let (before, verb) = bare(path).rsplit_once(':').filter(|_| method == "POST")?;
        let action = match verb {
            "generateContent" | "streamGenerateContent" => Action::Chat,
            "embedContent" | "batchEmbedContents" => Action::Embed,
            "countTokens" => Action::Ask,
            _ => return None,
        };
        let (_, model) = before.rsplit_once('/')?;
        Some(Call { action, model: Some(model.into()), stream: verb == "streamGenerateContent" })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let (mut request, mut reader) = (Request::default(), Reader::default());
        self::request(json.root(), &mut request, &mut reader);
        if json.root().entries().next().is_none() {
            return Err(BodyError::Shape("an object with `contents`"));
        }
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let Event { mut pieces, wholes, opaque, echoes, usage, .. } = read(body)?;
        pieces.extend(wholes);
        Ok(Reply { pieces, opaque, echoes, usage })
    }

    fn event<'b>(&self, _name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        read(data)
    }

    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8> {
        // <https://cloud.google.com/apis/design/errors>
        let status = match error.status {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            400..500 => "INVALID_ARGUMENT",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let details = serde_json::json!([{ "reason": error.code, "call": error.call }]);
        let inner = serde_json::json!({
            "code": error.status, "message": error.message, "status": status, "details": details,
        });
        serde_json::json!({ "error": inner }).to_string().into_bytes()
    }

    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: self.error(error) }]
    }
}

fn request<'b>(root: Said<'_, 'b>, request: &mut Request<'b>, reader: &mut Reader<'b>) {
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("systemInstruction" | "system_instruction") => content(value, Origin::System, reader),
            Some("contents" | "content") if value.items().next().is_none() => content(value, Origin::User, reader),
            Some("contents") => reader.items(value).for_each(|item| content(item, Origin::User, reader)),
            // A batch for embeddings, or the request whose tokens are counted.
            Some("requests") => reader.items(value).for_each(|item| self::request(item, request, reader)),
            Some("generateContentRequest" | "generate_content_request") => self::request(value, request, reader),
            Some("generationConfig" | "generation_config") => {
                let number = |keys: [&str; 2]| keys.iter().find_map(|key| value.get(key)?.number());
                let choices = number(["candidateCount", "candidate_count"]).unwrap_or(1);
                let tokens = number(["maxOutputTokens", "max_output_tokens"]);
                request.tokens = tokens.map(|tokens| tokens.saturating_mul(choices));
                reader.walk(value, Origin::Document);
            }
            Some("tools") => tools(value, reader),
            Some("model") => reader.label(value),
            _ => reader.walk(value, Origin::Document),
        }
    }
}

fn content<'b>(value: Said<'_, 'b>, by: Origin, reader: &mut Reader<'b>) {
    let channel = reader.message();
    let origin = match value.get("role").and_then(Said::text).as_deref() {
        _ if by == Origin::System => by,
        None | Some("user" | "") => by,
        Some("model") => Origin::Model,
        Some("function" | "tool") => Origin::Tool,
        Some(_) => Origin::Document,
    };
    if value.text().is_some() {
        return reader.say(value, origin, Kind::Text, channel);
    }
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("parts") if field.items().next().is_none() => part(field, origin, channel, reader),
            Some("parts") => reader.items(field).for_each(|item| part(item, origin, channel, reader)),
            Some("role") => reader.label(field),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

fn part<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    if value.text().is_some() {
        return reader.say(value, origin, Kind::Text, channel);
    }
    let thinks = value.get("thought").is_some_and(|thought| thought.source() == "true");
    let (kind, lane) = if thinks { (Kind::Thought, THOUGHT) } else { (Kind::Text, channel.lane) };
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("text") => reader.say(field, origin, kind, Channel { lane, ..channel }),
            Some("inlineData" | "inline_data" | "fileData" | "file_data") => {
                let media = || ["mimeType", "mime_type"].iter().find_map(|key| field.get(key)?.text());
                for (key, part) in reader.fields(field) {
                    match key.text().as_deref() {
                        Some("data") => reader.file(part, media(), Origin::Document),
                        Some("mimeType" | "mime_type") => reader.label(part),
                        _ => reader.link(part, origin),
                    }
                }
            }
            Some("functionCall" | "function_call") => {
                for (key, part) in reader.fields(field) {
                    let channel = reader.apart();
                    if key.says("args") { reader.source(part, Origin::Model, channel) } else { reader.label(part) }
                }
            }
            Some("functionResponse" | "function_response" | "codeExecutionResult" | "code_execution_result") => {
                reader.walk(field, Origin::Tool);
            }
            Some("thoughtSignature" | "thought_signature") => reader.sealed(field),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

/// A reply and an event of it have one form.
fn read(body: &[u8]) -> Result<Event<'_>, BodyError> {
    let json = Json::parse(body)?;
    let root = json.root();
    let mut reader = Reader::default();
    let (mut echoes, mut closed, mut candidates) = (Vec::new(), Vec::new(), 0);
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("candidates") => {
                for item in reader.items(value) {
                    candidates += 1;
                    let number = item.get("index").and_then(Said::number).unwrap_or_default();
                    let choice = u32::try_from(number).unwrap_or(u32::MAX);
                    candidate(item, choice, &mut reader, &mut echoes);
                    if item.get("finishReason").is_some_and(|reason| !reason.is_null()) {
                        closed.push(Closed::Choice(choice));
                    }
                }
            }
            Some("responseId" | "modelVersion" | "createTime") => reader.label(value),
            Some("usageMetadata") => {}
            _ => reader.walk(value, Origin::Model),
        }
    }
    if root.entries().next().is_none() {
        reader.walk(root, Origin::Model);
    }
    // Nothing says that a stream has ended; with one candidate its end does.
    let last = candidates == 1 && closed == [Closed::Choice(0)] || root.get("error").is_some();
    Ok(Event { echoes, closed, last, usage: usage(root.get("usageMetadata")), ..reader.event() })
}

fn candidate<'b>(item: Said<'_, 'b>, choice: u32, reader: &mut Reader<'b>, echoes: &mut Vec<std::ops::Range<usize>>) {
    let channel = Channel { choice, part: 0, lane: 0 };
    for (key, field) in reader.fields(item) {
        match key.text().as_deref() {
            Some("content") => {
                for (key, field) in reader.fields(field) {
                    match key.text().as_deref() {
                        Some("parts") => {
                            reader.items(field).for_each(|item| part(item, Origin::Model, channel, reader));
                        }
                        Some("role") => reader.label(field),
                        _ => reader.stream(key, field, Origin::Model, channel),
                    }
                }
            }
            Some("finishReason") => reader.label(field),
            Some("logprobsResult") => echoes.push(field.range()),
            Some("index" | "avgLogprobs") => {}
            _ => reader.walk(field, Origin::Model),
        }
    }
}

fn usage(value: Option<Said<'_, '_>>) -> Option<Usage> {
    let number = |key: &str| value?.get(key)?.number();
    let input = number("promptTokenCount")?;
    let output = ["candidatesTokenCount", "thoughtsTokenCount"].iter().filter_map(|key| number(key)).sum();
    Some(Usage { input, output })
}

const THOUGHT: u32 = 2;
