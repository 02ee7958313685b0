//! The Open Inference Protocol (V2 of `KServe`, Triton): <https://github.com/kserve/open-inference-protocol>. Tensors of bytes hold
//! texts; a body with binary data behind its JSON is refused, since nobody could say what is in it.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, Channel, ErrorBody, Event, Kind, Message, Protocol, Reply, Request, bare,
    openai_completions::strings,
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v2/models/{model}/infer`
#[derive(Clone, Copy, Debug)]
pub struct KServe;

impl Protocol for KServe {
    fn name(&self) -> &'static str {
        "kserve"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let path = bare(path);
        let (_, rest) = path.rsplit_once("/v2").filter(|(_, rest)| rest.is_empty() || rest.starts_with('/'))?;
        let mut names = rest.split('/').skip(1);
        let (first, model) = (names.next(), names.next());
        let verb = match (first, model, names.next(), names.next(), names.next()) {
            (None, ..) | (Some("health"), Some("live" | "ready"), None, ..) => None,
            (Some("models"), Some(_), verb, None, _) | (Some("models"), Some(_), Some("versions"), Some(_), verb) => {
                verb
            }
            _ => return None,
        };
        if names.next().is_some() {
            return None;
        }
        let action = match (method, verb) {
            ("POST", Some("infer" | "generate" | "generate_stream")) => Action::Predict,
            ("GET", None | Some("ready" | "config" | "stats")) => Action::Ask,
            _ => return None,
        };
        let model = model.filter(|_| first == Some("models")).map(Into::into);
        Some(Call { action, model, stream: verb == Some("generate_stream") })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let mut reader = Reader::default();
        if json.root().entries().next().is_none() {
            return Err(BodyError::Shape("an object with `inputs`"));
        }
        for (key, value) in reader.fields(json.root()) {
            match key.text().as_deref() {
                Some("inputs") => reader.items(value).for_each(|item| tensor(item, Origin::User, &mut reader)),
                Some("text_input") => reader.alone(value, Origin::User, Kind::Text),
                Some("id") => reader.label(value),
                _ => reader.walk(value, Origin::Document),
            }
        }
        Ok(Request { pieces: reader.pieces, opaque: reader.opaque, ..Request::default() })
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let Event { mut pieces, wholes, opaque, .. } = read(body)?;
        pieces.extend(wholes);
        Ok(Reply { pieces, opaque, ..Reply::default() })
    }

    fn event<'b>(&self, _name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        read(data)
    }

    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8> {
        let body = serde_json::json!({ "error": error.message, "code": error.code, "call": error.call });
        body.to_string().into_bytes()
    }

    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: self.error(error) }]
    }
}

fn tensor<'b>(value: Said<'_, 'b>, origin: Origin, reader: &mut Reader<'b>) {
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            // Elements of a tensor are texts of their own. Numbers are no text: they are for other defences.
            Some("data") => texts(field, origin, reader),
            Some("name" | "datatype" | "shape") => reader.label_or_numbers(field),
            _ => reader.walk(field, Origin::Document),
        }
    }
}

/// Every string in a tensor.
pub(super) fn texts<'b>(value: Said<'_, 'b>, origin: Origin, reader: &mut Reader<'b>) {
    let before = reader.opaque.len();
    strings(value, origin, reader, "");
    reader.opaque.truncate(before);
}

fn read(body: &[u8]) -> Result<Event<'_>, BodyError> {
    let json = Json::parse(body)?;
    let root = json.root();
    let mut reader = Reader::default();
    for (key, value) in reader.fields(root) {
        match key.text().as_deref() {
            Some("outputs") => reader.items(value).for_each(|item| tensor(item, Origin::Model, &mut reader)),
            Some("text_output") => reader.say(value, Origin::Model, Kind::Text, Channel::default()),
            Some("id" | "model_name" | "model_version") => reader.label(value),
            _ => reader.walk(value, Origin::Model),
        }
    }
    if root.entries().next().is_none() {
        reader.walk(root, Origin::Model);
    }
    Ok(reader.event())
}
