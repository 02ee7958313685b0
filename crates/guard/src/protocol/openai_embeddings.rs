//! Embeddings of OpenAI: <https://platform.openai.com/docs/api-reference/embeddings>. Texts go in, numbers come out.

use palisade_base::Origin;

use super::{
    Action, BodyError, Call, ErrorBody, Event, Message, Protocol, Reply, Request, bare,
    openai_completions::strings,
    openai_parts::{error, usage},
    reader::Reader,
};
use crate::json::Json;

/// `/v1/embeddings`
#[derive(Clone, Copy, Debug)]
pub struct OpenAiEmbeddings;

impl Protocol for OpenAiEmbeddings {
    fn name(&self) -> &'static str {
        "openai-embeddings"
    }

    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>> {
        let before = bare(path).strip_suffix("/embeddings").filter(|_| method == "POST")?;
        let model = before.rsplit_once("/deployments/").map(|(_, model)| model.into());
        Some(Call { model, ..Call::new(Action::Embed) })
    }

    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError> {
        let json = Json::parse(body)?;
        let root = json.root();
        let (mut request, mut reader) = (Request::default(), Reader::default());
        root.get("input").ok_or(BodyError::Shape("an object with `input`"))?;
        for (key, value) in reader.fields(root) {
            match key.text().as_deref() {
                // What is made into vectors is mostly what will be retrieved later.
                Some("input") => strings(value, Origin::Document, &mut reader, "application/x-tokens"),
                Some("model") => {
                    request.model = value.text();
                    reader.label(value);
                }
                _ => reader.walk(value, Origin::Document),
            }
        }
        (request.pieces, request.opaque) = (reader.pieces, reader.opaque);
        Ok(request)
    }

    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError> {
        let json = Json::parse(body)?;
        let root = json.root();
        let mut reader = Reader::default();
        for (key, value) in reader.fields(root) {
            if !key.says("data") {
                reader.walk(value, Origin::Model);
                continue;
            }
            for (key, field) in value.items().flat_map(|item| item.entries().collect::<Vec<_>>()) {
                // Vectors in Base64 (`encoding_format`).
                if key.says("embedding") { reader.sealed(field) } else { reader.walk(field, Origin::Model) }
            }
        }
        Ok(Reply { pieces: reader.pieces, opaque: reader.opaque, echoes: Vec::new(), usage: usage(root.get("usage")) })
    }

    fn event<'b>(&self, _name: Option<&str>, _data: &'b [u8]) -> Result<Event<'b>, BodyError> {
        Err(BodyError::Shape("a reply in one piece"))
    }

    fn error(&self, body: &ErrorBody<'_>) -> Vec<u8> {
        error(body)
    }

    fn break_off(&self, body: &ErrorBody<'_>) -> Vec<Message> {
        vec![Message { name: None, data: error(body) }]
    }
}
