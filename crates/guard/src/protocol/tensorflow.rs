//! Prediction in the way of TensorFlow Serving, which is also that of V1 of `KServe`:
//! <https://www.tensorflow.org/tfx/serving/api_rest>.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, ErrorBody, Event, Message, Protocol, Reply, Request, bare,
    kserve::texts,
    reader::{Reader, Said},
};
use crate::json::Json;

/// `/v1/models/{model}:predict`
#[derive(Clone, Copy, Debug)]
pub struct TensorFlow;

impl Protocol for TensorFlow {
    fn name(&self) -> &'static str {
        "tensorflow"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let (_, rest) = bare(path).rsplit_once("/v1/models/")?;
        let (names, verb) = rest.split_once(':').map_or((rest, None), |(names, verb)| (names, Some(verb)));
        let mut names = names.split('/');
        let model = names.next().filter(|model| !model.is_empty())?;
        let rest = [names.next(), names.next(), names.next()];
        let action = match (method, verb, rest) {
            (
                "POST",
                Some("predict" | "classify" | "regress" | "explain"),
                [None, ..] | [Some("versions" | "labels"), Some(_), None],
            ) => Action::Predict,
            (
                "GET",
                None,
                [Some("metadata"), None, _] | [Some("versions" | "labels"), Some(_), None | Some("metadata")],
            ) => Action::Ask,
            _ => return None,
        };
        Some(Call { model: Some(model.into()), ..Call::new(action) })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        if json.root().entries().next().is_none() {
            return Err(BodyError::Shape("an object with `instances` or `inputs`"));
        }
        let reader = read(json.root(), Origin::User);
        Ok(Request { pieces: reader.pieces, opaque: reader.opaque, ..Request::default() })
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let reader = read(json.root(), Origin::Model);
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, ..Reply::default() })
    }

    fn event<'b>(&self, _name: Option<&str>, _data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        Err(BodyError::Shape("a reply in one piece"))
    }

    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8> {
        let body = serde_json::json!({ "error": error.message, "code": error.code, "call": error.call });
        body.to_string().into_bytes()
    }

    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: self.error(error) }]
    }
}

/// Everything in it, whatever it is called: rows and columns have names of their own.
fn read<'b>(root: Said<'_, 'b>, origin: Origin) -> Reader<'b> {
    let mut reader = Reader::default();
    let mut todo = vec![root];
    while let Some(value) = todo.pop() {
        let mut entries = value.entries().peekable();
        if entries.peek().is_none() && value.text().is_none() {
            todo.extend(value.items());
        } else if value.text().is_some() {
            texts(value, origin, &mut reader);
        }
        for (key, field) in entries {
            // Bytes in Base64, as of an image.
            if key.says("b64") {
                reader.file(field, Some("application/octet-stream".into()), origin);
            } else if key.says("signature_name") {
                reader.label(field);
            } else {
                reader.key(key);
                todo.push(field);
            }
        }
    }
    reader.pieces.sort_by_key(|piece| piece.range.start);
    reader
}
