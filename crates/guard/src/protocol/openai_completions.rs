//! Completions of OpenAI, the protocol before chats, which self-hosted servers still speak:
//! <https://platform.openai.com/docs/api-reference/completions>.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, Closed, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_parts::{error, usage},
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1/completions`
#[derive(Clone, Copy, Debug)]
pub struct OpenAiCompletions;

impl Protocol for OpenAiCompletions {
    fn name(&self) -> &'static str {
        "openai-completions"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let before = bare(path).strip_suffix("/completions").filter(|_| method == "POST")?;
        let model = before.rsplit_once("/deployments/").map(|(_, model)| model.into());
        (!before.ends_with("/chat")).then_some(Call { model, ..Call::new(Action::Chat) })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let root = json.root();
        let (mut request, mut reader) = (Request::default(), Reader::default());
        root.get("prompt").ok_or(BodyError::Shape("an object with `prompt`"))?;
        for (key, value) in reader.fields(root) {
            match key.text().as_deref() {
                // Each prompt of a list is a text of its own. Numbers are tokens, which nobody can read here.
                Some("prompt") => strings(value, Origin::User, &mut reader, "application/x-tokens"),
                Some("suffix") => reader.alone(value, Origin::User, Kind::Text),
                Some("model") => {
                    request.model = value.text();
                    reader.label(value);
                }
                Some("stream") => {
                    request.stream = value.source() == "true";
                    reader.walk(value, Origin::Document);
                }
                _ => reader.walk(value, Origin::Document),
            }
        }
        let number = |key: &str| root.get(key).and_then(Said::number);
        let choices = number("n").unwrap_or(1).max(number("best_of").unwrap_or(1));
        request.tokens = number("max_tokens").map(|tokens| tokens.saturating_mul(choices));
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let event = read(body)?;
        let Event { mut pieces, wholes, opaque, echoes, usage, .. } = event;
        pieces.extend(wholes);
        Ok(Reply { pieces, opaque, echoes, usage })
    }

    fn event<'b>(&self, _name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        if data.trim_ascii() == b"[DONE]" {
            return Ok(Event { last: true, ..Event::default() });
        }
        read(data)
    }

    fn error(&self, body: &ErrorBody<'_>) -> Vec<u8> {
        error(body)
    }

    fn break_off(&self, body: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: error(body) }, Message { name: None, data: b"[DONE]".to_vec() }]
    }
}

/// A string, or every string of a list; what numbers say is noted as unread.
pub(super) fn strings<'b>(value: Said<'_, 'b>, origin: Origin, reader: &mut Reader<'b>, unread: &'static str) {
    if value.text().is_some() {
        return reader.alone(value, origin, Kind::Text);
    }
    reader.numbers(value, unread);
    for item in value.items() {
        strings(item, origin, reader, unread);
    }
    if value.entries().next().is_some() {
        reader.walk(value, origin);
    }
}

/// A reply and an event of it have one form.
fn read(body: &[u8]) -> Result<Event<'_>, BodyError> {
    let json = Json::parse(body)?;
    let root = json.root();
    let mut reader = Reader::default();
    let (mut echoes, mut closed) = (Vec::new(), Vec::new());
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("choices") => {
                for item in reader.items(value) {
                    let number = item.get("index").and_then(Said::number).unwrap_or_default();
                    let channel = Channel { choice: u32::try_from(number).unwrap_or(u32::MAX), part: 0, lane: 0 };
                    for (key, field) in reader.fields(item) {
                        match key.text().as_deref() {
                            Some("text") => reader.say(field, Origin::Model, Kind::Text, channel),
                            Some("finish_reason") if !field.is_null() => closed.push(Closed::Choice(channel.choice)),
                            Some("logprobs") if !field.is_null() => echoes.push(field.range()),
                            Some("index" | "finish_reason" | "logprobs") => {}
                            _ => reader.stream(key, field, Origin::Model, channel),
                        }
                    }
                }
            }
            Some("id" | "object" | "model" | "system_fingerprint") => reader.label(value),
            _ => reader.walk(value, Origin::Model),
        }
    }
    if root.entries().next().is_none() {
        reader.walk(root, Origin::Model);
    }
    Ok(Event { echoes, closed, usage: usage(root.get("usage")), ..reader.event() })
}
