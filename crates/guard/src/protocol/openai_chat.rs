//! Chat completions of OpenAI and of all who speak like them: <https://platform.openai.com/docs/api-reference/chat>.

use std::ops::Range;

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, Closed, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_parts::{REFUSAL, content, error, origin, tools, usage},
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1/chat/completions`
#[derive(Clone, Copy, Debug)]
pub struct OpenAiChat;

impl Protocol for OpenAiChat {
    fn name(&self) -> &'static str {
        "openai-chat"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let path = bare(path);
        if method == "GET" {
            let (_, model) = path.rsplit_once("/models")?;
            let one = model.strip_prefix('/').is_some_and(|name| !name.contains('/') && !name.is_empty());
            return (model.is_empty() || one).then_some(Call::new(Action::Ask));
        }
        let before = path.strip_suffix("/chat/completions").filter(|_| method == "POST")?;
        // Azure names the model in the path.
        let model = before.rsplit_once("/deployments/").map(|(_, model)| model.into());
        Some(Call { model, ..Call::new(Action::Chat) })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let (mut request, mut reader) = (Request::default(), Reader::default());
        let (mut tokens, mut choices) = (None, 1);
        let mut has_messages = false;
        for (key, value) in reader.fields(json.root()) {
            match key.text().as_deref() {
                Some("messages") => {
                    has_messages = true;
                    for item in reader.items(value) {
                        let channel = reader.message();
                        message(item, origin(item.get("role")), channel, &mut reader);
                    }
                }
                Some("model") => {
                    request.model = value.text();
                    reader.label(value);
                }
                Some("stream") => {
                    request.stream = value.source() == "true";
                    reader.walk(value, Origin::Document);
                }
                Some("max_tokens" | "max_completion_tokens") => {
                    tokens = tokens.max(value.number());
                    reader.walk(value, Origin::Document);
                }
                Some("n") => {
                    choices = value.number().unwrap_or(1);
                    reader.walk(value, Origin::Document);
                }
                Some("tools" | "functions") => tools(value, &mut reader),
                _ => reader.walk(value, Origin::Document),
            }
        }
        if !has_messages {
            return Err(BodyError::Shape("an object with `messages`"));
        }
        request.tokens = tokens.map(|tokens| tokens.saturating_mul(choices));
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let mut reader = Reader::default();
        let mut said = Choices::default();
        choices(json.root(), &mut reader, &mut said);
        let usage = usage(json.root().get("usage"));
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, echoes: said.echoes, usage })
    }

    fn event<'b>(&self, _name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        if data.trim_ascii() == b"[DONE]" {
            return Ok(Event { last: true, ..Event::default() });
        }
        let json = Json::parse(data)?;
        let mut reader = Reader::default();
        let mut said = Choices::default();
        choices(json.root(), &mut reader, &mut said);
        let mut event = reader.event();
        (event.echoes, event.closed) = (said.echoes, said.closed);
        event.usage = usage(json.root().get("usage"));
        Ok(event)
    }

    fn error(&self, body: &ErrorBody<'_>) -> Vec<u8> {
        error(body)
    }

    fn break_off(&self, body: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: error(body) }, Message { name: None, data: b"[DONE]".to_vec() }]
    }
}

/// What is read of choices beside their pieces.
#[derive(Default)]
struct Choices {
    echoes: Vec<Range<usize>>,
    closed: Vec<Closed>,
}

/// A reply or one event of it: they differ in the name of what a choice says.
fn choices<'b>(root: Said<'_, 'b>, reader: &mut Reader<'b>, said: &mut Choices) {
    if root.entries().next().is_none() {
        return reader.walk(root, Origin::Model);
    }
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("choices") => reader.items(value).for_each(|item| choice(item, reader, said)),
            Some("id" | "object" | "model" | "system_fingerprint" | "service_tier" | "provider") => reader.label(value),
            _ => reader.walk(value, Origin::Model),
        }
    }
}

fn choice<'b>(value: Said<'_, 'b>, reader: &mut Reader<'b>, said: &mut Choices) {
    let number = value.get("index").and_then(Said::number).unwrap_or_default();
    let channel = Channel { choice: u32::try_from(number).unwrap_or(u32::MAX), part: 0, lane: 0 };
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("message" | "delta") => message(field, Origin::Model, channel, reader),
            Some("logprobs") if !field.is_null() => said.echoes.push(field.range()),
            Some("finish_reason") => {
                reader.label(field);
                if !field.is_null() {
                    said.closed.push(Closed::Choice(channel.choice));
                }
            }
            Some("index" | "logprobs") => {}
            _ => reader.stream(key, field, Origin::Model, channel),
        }
    }
}

/// A message of a conversation, whole or what is added to it. Texts of one field are one text.
fn message<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    if value.text().is_some() {
        return reader.say(value, origin, Kind::Text, channel);
    }
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("role" | "tool_call_id") => reader.label(field),
            Some("content") => content(field, origin, channel, reader),
            Some("refusal") => reader.say(field, origin, Kind::Refusal, Channel { lane: REFUSAL, ..channel }),
            Some("reasoning_content" | "reasoning") => {
                reader.say(field, origin, Kind::Thought, Channel { lane: THOUGHT, ..channel });
            }
            Some("name") => reader.alone(field, origin, Kind::Text),
            Some("tool_calls") => {
                for (at, item) in (0..).zip(reader.items(field)) {
                    let number = item.get("index").and_then(Said::number).unwrap_or(at);
                    let part = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
                    tool_call(item, Channel { part, lane: ARGUMENTS, ..channel }, reader);
                }
            }
            Some("function_call") => called(field, Channel { lane: ARGUMENTS, ..channel }, reader),
            Some("audio") => audio(field, channel, reader),
            _ => reader.stream(key, field, origin, channel),
        }
    }
}

fn tool_call<'b>(value: Said<'_, 'b>, channel: Channel, reader: &mut Reader<'b>) {
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("id" | "type") => reader.label(field),
            Some("function" | "custom") => called(field, channel, reader),
            Some("index") => reader.walk(field, Origin::Document),
            _ => reader.stream(key, field, Origin::Model, channel),
        }
    }
}

/// The name of a tool and what it is given.
fn called<'b>(value: Said<'_, 'b>, channel: Channel, reader: &mut Reader<'b>) {
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("name") => reader.label(field),
            Some("arguments" | "input") => reader.source(field, Origin::Model, channel),
            _ => reader.stream(key, field, Origin::Model, channel),
        }
    }
}

fn audio<'b>(value: Said<'_, 'b>, channel: Channel, reader: &mut Reader<'b>) {
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("id") => reader.label(field),
            Some("data") => reader.file(field, Some("audio/any".into()), Origin::Model),
            Some("transcript") => reader.say(field, Origin::Model, Kind::Text, Channel { lane: TRANSCRIPT, ..channel }),
            _ => reader.stream(key, field, Origin::Model, channel),
        }
    }
}

const THOUGHT: u32 = 2;
const ARGUMENTS: u32 = 3;
const TRANSCRIPT: u32 = 4;
