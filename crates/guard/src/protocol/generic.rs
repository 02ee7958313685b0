//! Any other API that speaks JSON: options say where its texts stand, as JSON pointers (RFC 6901) in which `*` stands for every
//! item of a list and every value of an object. What no pointer names is judged too, as of the least trusted origin.

use std::{borrow::Cow, collections::HashMap};

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_completions::strings,
    reader::{Reader, Said},
};
use crate::json::Json;

/// Where what stands in the bodies of an API.
#[derive(Clone, Debug)]
pub struct GenericOptions {
    /// The end of its path.
    pub path: String,
    /// What it asks for.
    pub action: Action,
    /// Texts of a request and who writes them: `("/messages/*/text", Origin::User)`.
    pub request: Vec<(String, Origin)>,
    /// Texts that grow through the events of a stream.
    pub stream: Vec<String>,
    /// The name of the model.
    pub model: Option<String>,
    /// What asks for a stream, if it is `true`.
    pub wants_stream: Option<String>,
    /// Data that ends a stream, and is no JSON.
    pub end: Option<String>,
}

/// An API that is described by options.
#[derive(Clone, Debug)]
pub struct Generic {
    options: GenericOptions,
}

impl Generic {
    /// The API of these options.
    pub const fn new(options: GenericOptions) -> Self {
        Self { options }
    }
}

impl Protocol for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        (method == "POST" && bare(path).ends_with(&self.options.path)).then_some(Call::new(self.options.action))
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let at = |pointer: &Option<String>| json.root().pointer(pointer.as_ref()?);
        let pointers = self.options.request.iter().map(|(pointer, origin)| (pointer.as_str(), *origin, None));
        let reader = read(json.root(), pointers, Origin::Document);
        let model: Option<Cow<'b, str>> = at(&self.options.model).and_then(Said::text);
        let stream = at(&self.options.wants_stream).is_some_and(|value| value.source() == "true");
        Ok(Request { model, stream, tokens: None, pieces: reader.pieces, opaque: reader.opaque })
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let reader = read(json.root(), [].into_iter(), Origin::Model);
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, ..Reply::default() })
    }

    fn event<'b>(&self, _name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        if self.options.end.as_ref().is_some_and(|end| data.trim_ascii() == end.as_bytes()) {
            return Ok(Event { last: true, ..Event::default() });
        }
        let json = Json::parse(data)?;
        let channel = |part| Channel { choice: 0, part, lane: 0 };
        let pointers = (0..).zip(&self.options.stream);
        let pointers = pointers.map(|(part, pointer)| (pointer.as_str(), Origin::Model, Some(channel(part))));
        Ok(read(json.root(), pointers, Origin::Model).event())
    }

    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8> {
        let body = serde_json::json!({ "error": error.message, "code": error.code, "call": error.call });
        body.to_string().into_bytes()
    }

    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: self.error(error) }]
    }
}

/// Reads what pointers name as what they say, and everything else as of `other`.
fn read<'p, 'b>(
    root: Said<'_, 'b>,
    pointers: impl Iterator<Item = (&'p str, Origin, Option<Channel>)>,
    other: Origin,
) -> Reader<'b> {
    // Values are known by where they begin.
    let mut named: HashMap<usize, (Origin, Option<Channel>)> = HashMap::new();
    for (pointer, origin, channel) in pointers {
        for value in all_at(root, pointer) {
            named.entry(value.range().start).or_insert((origin, channel));
        }
    }
    let (mut reader, mut todo) = (Reader::default(), vec![root]);
    while let Some(value) = todo.pop() {
        match named.get(&value.range().start) {
            Some((origin, Some(channel))) => reader.say(value, *origin, Kind::Text, *channel),
            Some((origin, None)) => strings(value, *origin, &mut reader, "application/x-numbers"),
            None if value.text().is_some() => reader.walk(value, other),
            None => {
                todo.extend(value.items());
                for (key, field) in value.entries() {
                    reader.key(key);
                    todo.push(field);
                }
            }
        }
    }
    reader.pieces.sort_by_key(|piece| piece.range.start);
    reader
}

/// Every value at a pointer with stars.
fn all_at<'j, 'b>(root: Said<'j, 'b>, pointer: &str) -> Vec<Said<'j, 'b>> {
    let mut values = vec![root];
    for token in pointer.split('/').skip(1) {
        let one = |value: Said<'j, 'b>| -> Vec<Said<'j, 'b>> {
            match token {
                "*" => value.items().chain(value.entries().map(|(_, field)| field)).collect(),
                _ => value.pointer(&format!("/{token}")).into_iter().collect(),
            }
        };
        values = values.into_iter().flat_map(one).collect();
    }
    values
}
