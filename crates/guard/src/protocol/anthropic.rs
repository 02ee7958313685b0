//! Messages of Anthropic: <https://docs.anthropic.com/en/api/messages> and `/en/docs/build-with-claude/streaming`.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, Closed, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_parts::{tools, usage},
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1/messages`
#[derive(Clone, Copy, Debug)]
pub struct Anthropic;

impl Protocol for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let path = bare(path);
        let action = if path.ends_with("/v1/messages") {
            Action::Chat
        } else if path.ends_with("/v1/messages/count_tokens") {
            Action::Ask
        } else {
            return None;
        };
        (method == "POST").then_some(Call::new(action))
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let (mut request, mut reader) = (Request::default(), Reader::default());
        let mut has_messages = false;
        for (key, value) in reader.fields(json.root()) {
            match key.text().as_deref() {
                Some("system") => {
                    let channel = reader.message();
                    content(value, Origin::System, channel, &mut reader);
                }
                Some("messages") => {
                    has_messages = true;
                    reader.items(value).for_each(|item| message(item, &mut reader));
                }
                Some("model") => {
                    request.model = value.text();
                    reader.label(value);
                }
                Some("stream") => {
                    request.stream = value.source() == "true";
                    reader.walk(value, Origin::Document);
                }
                Some("max_tokens") => {
                    request.tokens = value.number();
                    reader.walk(value, Origin::Document);
                }
                Some("tools") => tools(value, &mut reader),
                _ => reader.walk(value, Origin::Document),
            }
        }
        if !has_messages {
            return Err(BodyError::Shape("an object with `messages`"));
        }
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let mut reader = Reader::default();
        reply(json.root(), &mut reader);
        let usage = usage(json.root().get("usage"));
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, echoes: Vec::new(), usage })
    }

    fn event<'b>(&self, name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        let json = Json::parse(data)?;
        let root = json.root();
        let mut reader = Reader::default();
        let index = root.get("index").and_then(Said::number).unwrap_or_default();
        let channel = Channel { choice: 0, part: u32::try_from(index).unwrap_or(u32::MAX), lane: 0 };
        let mut cost = usage(root.get("usage"));
        for (key, value) in reader.fields(root) {
            match key.text().as_deref() {
                Some("delta" | "content_block") => block(value, Origin::Model, channel, &mut reader),
                Some("message") => {
                    let from = reader.pieces.len();
                    cost = cost.or(usage(value.get("usage")));
                    reply(value, &mut reader);
                    reader.in_full(from);
                }
                Some("type") => reader.label(value),
                Some("index" | "usage") => {}
                _ => reader.walk(value, Origin::Model),
            }
        }
        // Some clients go by the name of the event, others by its type.
        let is = |what: &str| name == Some(what) || root.get("type").is_some_and(|sort| sort.says(what));
        let mut event = reader.event();
        event.usage = cost;
        event.last = is("message_stop") || is("error");
        if is("content_block_stop") {
            event.closed.push(Closed::Part(0, channel.part));
        }
        Ok(event)
    }

    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8> {
        let sort = match error.status {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            400..500 => "invalid_request_error",
            _ => "api_error",
        };
        let inner = serde_json::json!({ "type": sort, "message": error.message, "code": error.code });
        serde_json::json!({ "type": "error", "error": inner, "request_id": error.call }).to_string().into_bytes()
    }

    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: Some("error"), data: self.error(error) }]
    }
}

fn message<'b>(value: Said<'_, 'b>, reader: &mut Reader<'b>) {
    let origin = match value.get("role").and_then(Said::text).as_deref() {
        Some("user") => Origin::User,
        Some("assistant") => Origin::Model,
        Some("system") => Origin::System,
        _ => Origin::Document,
    };
    let channel = reader.message();
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("role") => reader.label(field),
            Some("content") => content(field, origin, channel, reader),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

/// A string or a list of blocks; texts of blocks are one text.
fn content<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    reader.say_or(value, origin, Kind::Text, channel, |value, reader| {
        reader.items(value).for_each(|item| block(item, origin, channel, reader));
    });
}

/// A block of a content, or what is added to it. Its fields are read by their name whatever its type says.
fn block<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    if value.text().is_some() {
        return reader.say(value, origin, Kind::Text, channel);
    }
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("text") => reader.say(field, origin, Kind::Text, channel),
            Some("thinking") => reader.say(field, origin, Kind::Thought, Channel { lane: THOUGHT, ..channel }),
            Some("partial_json") => reader.say(field, origin, Kind::Arguments, Channel { lane: ARGUMENTS, ..channel }),
            Some("input") => {
                // Blocks of a reply have numbers; calls in one message of a request are no one text.
                let channel = if channel.choice > 0 { reader.apart() } else { channel };
                reader.source(field, Origin::Model, Channel { lane: ARGUMENTS, ..channel });
            }
            Some("type" | "id" | "tool_use_id" | "name" | "stop_reason") => reader.label(field),
            Some("signature" | "data" | "encrypted_content" | "encrypted_index") => reader.sealed(field),
            // The result of a tool, whoever carries it.
            Some("content") => {
                let channel = reader.apart();
                content(field, Origin::Tool, channel, reader);
            }
            Some("source") => source(field, reader),
            Some("title" | "context") => reader.alone(field, Origin::Document, Kind::Text),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

/// An image or a document.
fn source<'b>(value: Said<'_, 'b>, reader: &mut Reader<'b>) {
    let packed = value.get("type").is_some_and(|sort| sort.says("base64"));
    let media = || value.get("media_type").and_then(Said::text).filter(|_| packed);
    let channel = reader.apart();
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("data") => reader.file(field, media(), Origin::Document),
            Some("url") => reader.link(field, Origin::Document),
            Some("content") => content(field, Origin::Document, channel, reader),
            Some("type" | "media_type" | "file_id") => reader.label(field),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

fn reply<'b>(root: Said<'_, 'b>, reader: &mut Reader<'b>) {
    if root.entries().next().is_none() {
        return reader.walk(root, Origin::Model);
    }
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("content") => {
                for (part, item) in (0..).zip(reader.items(value)) {
                    block(item, Origin::Model, Channel { choice: 0, part, lane: 0 }, reader);
                }
            }
            Some("id" | "type" | "role" | "model" | "stop_reason") => reader.label(value),
            Some("usage") => {}
            _ => reader.walk(value, Origin::Model),
        }
    }
}

const THOUGHT: u32 = 2;
const ARGUMENTS: u32 = 3;
