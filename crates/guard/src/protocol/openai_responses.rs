//! Responses of OpenAI: <https://platform.openai.com/docs/api-reference/responses> and `/responses-streaming`. Its streams say
//! every text twice and more: in deltas, and in full when a part, an item and the response end.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, Closed, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_parts::{content, error, origin, part, tools, usage},
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1/responses`
#[derive(Clone, Copy, Debug)]
pub struct OpenAiResponses;

impl Protocol for OpenAiResponses {
    fn name(&self) -> &'static str {
        "openai-responses"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let path = bare(path);
        let (_, rest) = path.rsplit_once("/responses")?;
        match (method, rest) {
            ("POST", "") => Some(Call::new(Action::Chat)),
            // One that runs in the background is fetched later, and so is what was said in it.
            ("GET", id) if id.starts_with('/') => Some(Call::new(Action::Ask)),
            ("POST", id) if id.ends_with("/cancel") || id == "/input_tokens" => Some(Call::new(Action::Ask)),
            _ => None,
        }
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let (mut request, mut reader) = (Request::default(), Reader::default());
        for (key, value) in reader.fields(json.root()) {
            match key.text().as_deref() {
                Some("instructions") => {
                    let channel = reader.message();
                    input(value, Origin::System, channel, &mut reader);
                }
                Some("input") => {
                    let channel = reader.message();
                    input(value, Origin::User, channel, &mut reader);
                }
                Some("model") => {
                    request.model = value.text();
                    reader.label(value);
                }
                Some("stream") => {
                    request.stream = value.source() == "true";
                    reader.walk(value, Origin::Document);
                }
                Some("max_output_tokens") => {
                    request.tokens = value.number();
                    reader.walk(value, Origin::Document);
                }
                Some("previous_response_id" | "prompt_cache_key" | "conversation") => reader.label(value),
                Some("tools") => tools(value, &mut reader),
                _ => reader.walk(value, Origin::Document),
            }
        }
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let mut reader = Reader::default();
        let mut echoes = Vec::new();
        response(json.root(), &mut reader, &mut echoes);
        let usage = usage(json.root().get("usage"));
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, echoes, usage })
    }

    fn event<'b>(&self, name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        if data.trim_ascii() == b"[DONE]" {
            return Ok(Event { last: true, ..Event::default() });
        }
        let json = Json::parse(data)?;
        let root = json.root();
        let sort = root.get("type").and_then(Said::text).unwrap_or_default();
        let number = |key: &str| {
            let number = root.get(key).and_then(Said::number).unwrap_or_default();
            u32::try_from(number).unwrap_or(u32::MAX)
        };
        let index = number("content_index").max(number("summary_index"));
        let channel = Channel { choice: number("output_index"), part: index, lane: lane(&sort) };
        let mut reader = Reader::default();
        let mut event = Event::default();
        for (key, value) in reader.fields(root) {
            let from = reader.pieces.len();
            match key.text().as_deref() {
                Some("delta") => {
                    reader.stream_say(value, Origin::Model, kind(&sort), channel);
                    continue;
                }
                Some("response") => {
                    response(value, &mut reader, &mut event.echoes);
                    event.usage = usage(value.get("usage"));
                }
                Some("item") => item(value, Origin::Model, channel, &mut reader, &mut event.echoes),
                Some("part") => output_part(value, Channel { lane: TEXT, ..channel }, &mut reader, &mut event.echoes),
                Some("logprobs") => event.echoes.push(value.range()),
                Some("type" | "item_id" | "sequence_number" | "obfuscation") => reader.label(value),
                Some("arguments" | "input" | "code") => reader.source(value, Origin::Model, channel),
                Some("partial_image_b64") => reader.file(value, Some("image/any".into()), Origin::Model),
                _ => reader.walk(value, Origin::Model),
            }
            // All but a delta is said in full.
            reader.in_full(from);
        }
        let read = reader.event();
        (event.pieces, event.wholes, event.opaque) = (read.pieces, read.wholes, read.opaque);
        let is = |what: &str| name == Some(what) || sort == what;
        event.last =
            ["response.completed", "response.failed", "response.incomplete", "error"].iter().any(|end| is(end));
        if sort.ends_with(".done") && (root.get("text").is_some() || root.get("refusal").is_some()) {
            event.closed.push(Closed::Channel(channel));
        } else if is("response.content_part.done") {
            event.closed.push(Closed::Part(channel.choice, channel.part));
        } else if sort.ends_with(".done") {
            event.closed.push(if is("response.output_item.done") {
                Closed::Choice(channel.choice)
            } else {
                Closed::Channel(channel)
            });
        }
        Ok(event)
    }

    fn error(&self, body: &ErrorBody<'_>) -> Vec<u8> {
        error(body)
    }

    fn break_off(&self, body: &ErrorBody<'_>) -> Vec<Message> {
        let data = serde_json::json!({
            "type": "error", "code": body.code, "message": body.message, "param": null, "sequence_number": 0, "call": body.call,
        });
        vec![Message { name: Some("error"), data: data.to_string().into_bytes() }]
    }
}

/// Instructions or input: a string or a list of items.
fn input<'b>(value: Said<'_, 'b>, by: Origin, channel: Channel, reader: &mut Reader<'b>) {
    reader.say_or(value, by, Kind::Text, channel, |value, reader| {
        for entry in reader.items(value) {
            let channel = reader.message();
            item(entry, entry.get("role").map_or(by, |role| origin(Some(role))), channel, reader, &mut Vec::new());
        }
    });
}

/// An item of an input or an output: a message, a call of a tool or what came of it, reasoning. Its fields are read by their
/// name whatever its type says.
fn item<'b>(
    value: Said<'_, 'b>,
    by: Origin,
    base: Channel,
    reader: &mut Reader<'b>,
    echoes: &mut Vec<std::ops::Range<usize>>,
) {
    if value.text().is_some() {
        return reader.say(value, by, Kind::Text, base);
    }
    let is_call = value.get("call_id").is_some() && value.get("output").is_none();
    let by = if is_call { Origin::Model } else { by };
    let reasons = value.get("type").is_some_and(|sort| sort.says("reasoning"));
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("content") if field.text().is_some() => reader.say(field, by, Kind::Text, base),
            Some(name @ ("content" | "summary")) => {
                for (part, entry) in (0..).zip(reader.items(field)) {
                    // In a request the texts of a message are one text, in a reply each part has events of its own.
                    let (lane, by) = match name {
                        "summary" => (SUMMARY, Origin::Model),
                        _ if reasons => (THOUGHT, Origin::Model),
                        _ => (TEXT, by),
                    };
                    let part = if by == Origin::Model { part } else { 0 };
                    output_part_by(entry, by, Channel { part, lane, ..base }, reader, echoes);
                }
            }
            Some("arguments" | "input" | "code") => {
                reader.source(field, Origin::Model, Channel { part: 0, lane: ARGUMENTS, ..base });
            }
            Some("output") => {
                let channel = reader.apart();
                content(field, Origin::Tool, channel, reader);
            }
            Some("encrypted_content") => reader.sealed(field),
            Some("result") => reader.file(field, Some("image/any".into()), Origin::Model),
            Some("id" | "type" | "role" | "status" | "call_id" | "name" | "phase") => reader.label(field),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

fn output_part<'b>(
    value: Said<'_, 'b>,
    channel: Channel,
    reader: &mut Reader<'b>,
    echoes: &mut Vec<std::ops::Range<usize>>,
) {
    output_part_by(value, Origin::Model, channel, reader, echoes);
}

fn output_part_by<'b>(
    value: Said<'_, 'b>,
    by: Origin,
    channel: Channel,
    reader: &mut Reader<'b>,
    echoes: &mut Vec<std::ops::Range<usize>>,
) {
    let from = reader.pieces.len();
    part(value, by, channel, reader);
    if let Some(echo) = value.get("logprobs").map(Said::range) {
        // Said again, token by token: no text of its own.
        let kept: Vec<_> =
            reader.pieces.split_off(from).into_iter().filter(|piece| !echo.contains(&piece.range.start)).collect();
        reader.pieces.extend(kept);
        echoes.push(echo);
    }
}

fn response<'b>(root: Said<'_, 'b>, reader: &mut Reader<'b>, echoes: &mut Vec<std::ops::Range<usize>>) {
    if root.entries().next().is_none() {
        return reader.walk(root, Origin::Model);
    }
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("output") => {
                for (choice, entry) in (0..).zip(reader.items(value)) {
                    item(entry, Origin::Model, Channel { choice, part: 0, lane: 0 }, reader, echoes);
                }
            }
            // What the request said comes back with the reply: orders are at home there.
            Some("instructions" | "tools" | "metadata" | "text" | "tool_choice" | "prompt") => {
                reader.walk(value, Origin::System);
            }
            Some("id" | "object" | "model" | "status" | "previous_response_id" | "prompt_cache_key") => {
                reader.label(value);
            }
            Some("usage") => {}
            _ => reader.walk(value, Origin::Model),
        }
    }
}

/// The lane of the texts of which an event tells, by its type.
fn lane(sort: &str) -> u32 {
    match sort {
        _ if sort.contains("refusal") => REFUSAL,
        _ if sort.contains("reasoning_summary") => SUMMARY,
        _ if sort.contains("reasoning") => THOUGHT,
        _ if sort.contains("arguments") || sort.contains("_call_input") || sort.contains("_call_code") => ARGUMENTS,
        _ if sort.contains("audio.transcript") => TRANSCRIPT,
        _ => TEXT,
    }
}

fn kind(sort: &str) -> Kind {
    match lane(sort) {
        REFUSAL => Kind::Refusal,
        SUMMARY | THOUGHT => Kind::Thought,
        ARGUMENTS => Kind::Arguments,
        _ => Kind::Text,
    }
}

const TEXT: u32 = 0;
const REFUSAL: u32 = super::openai_parts::REFUSAL;
const THOUGHT: u32 = 2;
const ARGUMENTS: u32 = 3;
const TRANSCRIPT: u32 = 4;
const SUMMARY: u32 = 5;
