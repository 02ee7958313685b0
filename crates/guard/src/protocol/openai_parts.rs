//! What the protocols of OpenAI share: contents, calls of tools, descriptions of tools, errors.

use palisade_base::Origin;

use super::{
    Channel, ErrorBody, Kind, Usage,
    reader::{Reader, Said},
};

/// Who writes messages with this role. An unknown one has no say.
pub(super) fn origin(role: Option<Said<'_, '_>>) -> Origin {
    match role.and_then(Said::text).as_deref() {
        Some("system") => Origin::System,
        Some("developer") => Origin::Developer,
        Some("user") => Origin::User,
        Some("assistant") => Origin::Model,
        Some("tool" | "function") => Origin::Tool,
        _ => Origin::Document,
    }
}

/// A string, or a list of parts; texts that follow one another are one text.
pub(super) fn content<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    reader.say_or(value, origin, Kind::Text, channel, |value, reader| {
        reader.items(value).for_each(|item| part(item, origin, channel, reader));
    });
}

/// A part of a content. Its fields are read by their name whatever its type says, so that none hides behind a wrong type.
pub(super) fn part<'b>(value: Said<'_, 'b>, origin: Origin, channel: Channel, reader: &mut Reader<'b>) {
    if value.text().is_some() {
        return reader.say(value, origin, Kind::Text, channel);
    }
    for (key, field) in reader.fields(value) {
        match key.text().as_deref() {
            Some("text") => reader.say(field, origin, Kind::Text, channel),
            Some("refusal") => {
                reader.say(field, origin, Kind::Refusal, Channel { lane: channel.lane + REFUSAL, ..channel });
            }
            Some("type" | "id" | "detail" | "file_id") => reader.label(field),
            Some("image_url" | "file_url" | "file_data") => match field.get("url") {
                Some(_) => {
                    for (key, field) in reader.fields(field) {
                        if key.says("detail") { reader.label(field) } else { reader.link(field, origin) }
                    }
                }
                None => reader.link(field, origin),
            },
            Some("input_audio") => {
                for (key, part) in reader.fields(field) {
                    let media =
                        || field.get("format").and_then(Said::text).map(|format| format!("audio/{format}").into());
                    if key.says("data") { reader.file(part, media(), origin) } else { reader.label(part) }
                }
            }
            Some("file" | "document") if field.entries().next().is_some() => {
                let channel = reader.apart();
                part(field, Origin::Document, channel, reader);
            }
            _ => reader.walk(field, Origin::Document),
        }
    }
}

/// What a tool says of itself: its description, and everything in the schema of its parameters.
pub(super) fn tools<'b>(value: Said<'_, 'b>, reader: &mut Reader<'b>) {
    reader.message();
    reader.walk_as(value, Origin::Tool, Kind::Description);
}

pub(super) fn usage(value: Option<Said<'_, '_>>) -> Option<Usage> {
    let number = |keys: [&str; 2]| keys.iter().find_map(|key| value?.get(key)?.number());
    let (input, output) = (number(["prompt_tokens", "input_tokens"]), number(["completion_tokens", "output_tokens"]));
    (input.is_some() || output.is_some())
        .then(|| Usage { input: input.unwrap_or_default(), output: output.unwrap_or_default() })
}

/// The body of an error: <https://platform.openai.com/docs/guides/error-codes>.
pub(super) fn error(error: &ErrorBody<'_>) -> Vec<u8> {
    let sort = match error.status {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        400..500 => "invalid_request_error",
        _ => "server_error",
    };
    let body = serde_json::json!({ "error": {
        "message": error.message, "type": sort, "param": null, "code": error.code, "call": error.call,
    }});
    body.to_string().into_bytes()
}

/// Added to the lane of a text for the refusal beside it.
pub(super) const REFUSAL: u32 = 1;
