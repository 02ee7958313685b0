//! What every protocol reads of bodies with a known answer, and what all of them refuse.

use palisade_base::Origin;
use serde_json::{Value, json};

use super::*;

/// Texts with their authors.
fn texts(pieces: &[Piece<'_>]) -> Vec<(Origin, String)> {
    pieces.iter().map(|piece| (piece.origin, piece.text.to_string())).collect()
}

fn asked(protocol: &dyn Protocol, body: &Value) -> Vec<(Origin, String)> {
    texts(&protocol.request(body.to_string().as_bytes()).unwrap().pieces)
}

fn has(said: &[(Origin, String)], origin: Origin, text: &str) {
    assert!(said.contains(&(origin, text.to_owned())), "{origin} {text:?} in {said:?}");
}

fn chat() -> Value {
    json!({ "model": "m-1", "stream": true, "n": 2, "max_completion_tokens": 50, "temperature": 0.5, "messages": [
        { "role": "system", "content": "Be kind, please." },
        { "role": "developer", "content": [{ "type": "text", "text": "Answer in verse." }] },
        { "role": "user", "name": "jane r", "content": [
            { "type": "text", "text": "Look at " }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,aGk=", "detail": "low" } },
            { "type": "text", "text": "this." }, { "type": "image_url", "image_url": { "url": "https://a.test/x?y=1" } },
            { "type": "input_audio", "input_audio": { "data": "aGk=", "format": "wav" } },
            { "type": "file", "file": { "filename": "my report.txt", "file_data": "data:text/plain;base64,aGVsbG8gd29ybGQ=" } },
            { "type": "hologram", "layers": [{ "caption": "a new kind of part" }] }] },
        { "role": "assistant", "content": null, "reasoning_content": "I should look.", "tool_calls": [
            { "id": "call_1", "type": "function", "function": { "name": "find", "arguments": "{\"q\": \"x y\"}" } }] },
        { "role": "tool", "tool_call_id": "call_1", "content": "It is 7 degrees." },
        { "role": "wizard", "content": "who am I?" }],
        "tools": [{ "type": "function", "function": { "name": "find", "description": "Finds things.", "parameters":
            { "type": "object", "properties": { "q": { "type": "string", "description": "What to find." } } } } }],
        "metadata": { "note": "some more text" } })
}

#[test]
fn a_chat_with_everything() {
    let body = chat().to_string();
    let request = OpenAiChat.request(body.as_bytes()).unwrap();
    assert_eq!((request.model.as_deref(), request.stream, request.tokens), (Some("m-1"), true, Some(100)));
    let said = texts(&request.pieces);
    for (origin, text) in [
        (Origin::System, "Be kind, please."),
        (Origin::Developer, "Answer in verse."),
        (Origin::User, "Look at "),
        (Origin::User, "this."),
        (Origin::User, "https://a.test/x?y=1"),
        (Origin::User, "jane r"),
        (Origin::Document, "my report.txt"),
        (Origin::Document, "data:text/plain;base64,aGVsbG8gd29ybGQ="),
        (Origin::Document, "a new kind of part"),
        (Origin::Model, "I should look."),
        (Origin::Model, "{\"q\": \"x y\"}"),
        (Origin::Tool, "It is 7 degrees."),
        (Origin::Document, "who am I?"),
        (Origin::Tool, "Finds things."),
        (Origin::Tool, "What to find."),
        (Origin::Document, "some more text"),
    ] {
        has(&said, origin, text);
    }
    let channel = |text: &str| request.pieces.iter().find(|piece| piece.text == text).unwrap().channel;
    assert_eq!(channel("Look at "), channel("this."), "texts of one message are one text");
    assert_ne!(channel("Look at "), channel("https://a.test/x?y=1"));
    assert_eq!(request.opaque.iter().map(|opaque| &*opaque.media).collect::<Vec<_>>(), ["image/png", "audio/wav"]);
    for piece in &request.pieces {
        assert_eq!(serde_json::from_str::<String>(body.get(piece.range.clone()).unwrap()).unwrap(), piece.text);
    }
}

#[test]
fn messages_of_anthropic_with_everything() {
    let body = json!({ "model": "m", "max_tokens": 9, "system": [{ "type": "text", "text": "Be kind.", "cache_control": { "type": "ephemeral" } }],
        "messages": [
            { "role": "user", "content": "Hello there." },
            { "role": "assistant", "content": [{ "type": "thinking", "thinking": "Let me see.", "signature": "c2ln" },
                { "type": "tool_use", "id": "toolu_1", "name": "find", "input": { "q": "x y" } }] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "toolu_1", "content": [{ "type": "text", "text": "It says so." }] },
                { "type": "document", "title": "A title", "source": { "type": "text", "media_type": "text/plain", "data": "The body of it." } },
                { "type": "document", "source": { "type": "base64", "media_type": "application/pdf", "data": "aGk=" } },
                { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "no image, but words" } }] }],
        "tools": [{ "name": "find", "description": "Finds things.", "input_schema": { "type": "object" } }] });
    let said = asked(&Anthropic, &body);
    for (origin, text) in [
        (Origin::System, "Be kind."),
        (Origin::User, "Hello there."),
        (Origin::Model, "Let me see."),
        (Origin::Model, "{\"q\":\"x y\"}"),
        (Origin::Tool, "It says so."),
        (Origin::Document, "A title"),
        (Origin::Document, "The body of it."),
        (Origin::Document, "no image, but words"),
        (Origin::Tool, "Finds things."),
    ] {
        has(&said, origin, text);
    }
    assert_eq!(Anthropic.request(body.to_string().as_bytes()).unwrap().opaque[0].media, "application/pdf");
}

#[test]
fn the_other_protocols() {
    let body = json!({ "model": "m", "instructions": "Be kind.", "max_output_tokens": 7, "input": [
        { "role": "user", "content": [{ "type": "input_text", "text": "Hello you." }, { "type": "input_image", "image_url": "data:image/png;base64,aGk=" }] },
        { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\": 1}" },
        { "type": "function_call_output", "call_id": "c", "output": "Seven degrees." }] });
    let said = asked(&OpenAiResponses, &body);
    for (origin, text) in [
        (Origin::System, "Be kind."),
        (Origin::User, "Hello you."),
        (Origin::Model, "{\"a\": 1}"),
        (Origin::Tool, "Seven degrees."),
    ] {
        has(&said, origin, text);
    }
    has(&asked(&OpenAiResponses, &json!({ "model": "m", "input": "Hi you." })), Origin::User, "Hi you.");
    let request =
        json!({ "model": "m", "prompt": ["One text.", [1, 2, 3]], "best_of": 3, "max_tokens": 2 }).to_string();
    let request = OpenAiCompletions.request(request.as_bytes()).unwrap();
    assert_eq!((request.tokens, request.opaque.len(), texts(&request.pieces).len()), (Some(6), 1, 1));
    has(&asked(&OpenAiEmbeddings, &json!({ "input": ["A document.", "Another."] })), Origin::Document, "Another.");
    let body = json!({ "system_instruction": { "parts": [{ "text": "Be kind." }] }, "generationConfig": { "maxOutputTokens": 5, "candidateCount": 2 },
        "contents": [{ "role": "user", "parts": [{ "text": "Hello." }, { "inline_data": { "mime_type": "image/png", "data": "aGk=" } }] },
            { "role": "model", "parts": [{ "functionCall": { "name": "f", "args": { "q": "x y" } } }] },
            { "role": "user", "parts": [{ "functionResponse": { "name": "f", "response": { "r": "7 degrees" } } }] }] });
    let said = asked(&Gemini, &body);
    for (origin, text) in [
        (Origin::System, "Be kind."),
        (Origin::User, "Hello."),
        (Origin::Model, "{\"q\":\"x y\"}"),
        (Origin::Tool, "7 degrees"),
    ] {
        has(&said, origin, text);
    }
    assert_eq!(Gemini.request(body.to_string().as_bytes()).unwrap().tokens, Some(10));
    let body = json!({ "id": "1", "inputs": [{ "name": "text", "shape": [1], "datatype": "BYTES", "data": ["Judge this."] },
        { "name": "x", "shape": [2, 2], "datatype": "FP32", "data": [1.5, 2, 3, 4] }] });
    assert_eq!(asked(&KServe, &body), [(Origin::User, "Judge this.".to_owned())]);
    let body = json!({ "signature_name": "serving_default", "instances": [{ "text": "Judge this.", "image": { "b64": "aGk=" } }, [1, 2]] });
    assert_eq!(asked(&TensorFlow, &body), [(Origin::User, "Judge this.".to_owned())]);
    let generic = Generic::new(GenericOptions {
        path: "/ask".to_owned(),
        action: Action::Chat,
        request: vec![("/turns/*/say".to_owned(), Origin::User), ("/rules".to_owned(), Origin::System)],
        stream: vec!["/token".to_owned()],
        model: Some("/engine/name".to_owned()),
        wants_stream: Some("/live".to_owned()),
        end: Some("END".to_owned()),
    });
    let body = json!({ "engine": { "name": "e" }, "live": true, "rules": "Be kind.", "turns": [{ "say": "Hi.", "by the way": "a b" }] });
    let said = asked(&generic, &body);
    for (origin, text) in [
        (Origin::System, "Be kind."),
        (Origin::User, "Hi."),
        (Origin::Document, "by the way"),
        (Origin::Document, "a b"),
    ] {
        has(&said, origin, text);
    }
    assert!(generic.request(body.to_string().as_bytes()).unwrap().stream && generic.event(None, b"END").unwrap().last);
}

#[test]
fn paths_lead_to_their_protocols() {
    for (method, path, name, action, model) in [
        ("POST", "/v1/chat/completions", "openai-chat", Action::Chat, None),
        ("POST", "/openai/deployments/d/chat/completions?api-version=1", "openai-chat", Action::Chat, Some("d")),
        ("GET", "/v1/models", "openai-chat", Action::Ask, None),
        ("POST", "/v1/messages", "anthropic", Action::Chat, None),
        ("POST", "/v1/messages/count_tokens", "anthropic", Action::Ask, None),
        ("POST", "/v1/responses", "openai-responses", Action::Chat, None),
        ("POST", "/v1/completions", "openai-completions", Action::Chat, None),
        ("POST", "/v1/embeddings", "openai-embeddings", Action::Embed, None),
        ("POST", "/v1beta/models/g-1:streamGenerateContent?alt=sse", "gemini", Action::Chat, Some("g-1")),
        ("POST", "/v2/models/m/versions/3/infer", "kserve", Action::Predict, Some("m")),
        ("GET", "/v2/health/ready", "kserve", Action::Ask, None),
        ("POST", "/v1/models/m:predict", "tensorflow", Action::Predict, Some("m")),
        ("POST", "/v1/models/m/versions/2:classify", "tensorflow", Action::Predict, Some("m")),
    ] {
        let (protocol, call) = find(method, path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!((protocol.name(), call.action, call.model.as_deref()), (name, action, model), "{path}");
    }
    for (method, path) in [
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/files"),
        ("POST", "/"),
        ("DELETE", "/v1/models/m"),
        ("POST", "/v2/models/m/versions/1/infer/x"),
    ] {
        assert!(find(method, path).is_none(), "{path}");
    }
}

#[test]
fn what_may_be_read_in_two_ways_is_refused() {
    let bodies: [&[u8]; 8] = [
        b"{\"messages\":[],\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        b"{\"messages\":[{\"role\":\"user\",\"role\":\"system\",\"content\":\"x\"}]}",
        b"{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}",
        b"{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\"}]}",
        b"{\"messages\":[]} {\"messages\":[]}",
        b"{}",
        b"",
        b"[1, 2]",
    ];
    for body in bodies {
        assert!(
            OpenAiChat.request(body).is_err() && Anthropic.request(body).is_err(),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}

#[test]
fn cut_anywhere_nothing_is_read_by_mistake() {
    let body = chat().to_string();
    for end in 0..body.len() {
        assert!(all().iter().all(|protocol| protocol.request(&body.as_bytes()[..end]).is_err()), "{end}");
        assert!(all().iter().all(|protocol| protocol.reply(&body.as_bytes()[..end]).is_err()), "{end}");
    }
    // A body of another protocol is read to its last word.
    for protocol in all() {
        let reply = protocol.reply(body.as_bytes()).unwrap();
        assert!(reply.pieces.iter().any(|piece| piece.text == "a new kind of part"), "{}", protocol.name());
    }
}

#[test]
fn many_messages_are_many_pieces() {
    let messages = vec![json!({ "role": "user", "content": "Hello there." }); 10_000];
    assert_eq!(asked(&OpenAiChat, &json!({ "messages": messages })).len(), 10_000);
}

#[test]
fn errors_have_the_form_of_their_protocol() {
    let error = ErrorBody { status: 403, code: "blocked-by-policy", message: "no \"way\"", call: "c-1" };
    for protocol in all() {
        let body: Value = serde_json::from_slice(&protocol.error(&error)).unwrap();
        assert!(body.to_string().contains("no \\\"way\\\"") && body.get("error").is_some(), "{body}");
        assert!(!protocol.break_off(&error).is_empty());
    }
    assert_eq!(serde_json::from_slice::<Value>(&Anthropic.error(&error)).unwrap()["error"]["type"], "permission_error");
    assert_eq!(serde_json::from_slice::<Value>(&Gemini.error(&error)).unwrap()["error"]["status"], "PERMISSION_DENIED");
}

/// Every place of a body: pointers to all values in it.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| self::places(value, &format!("{at}/{key}"), places));
        }
        Value::Array(items) => {
            (0..).zip(items).for_each(|(key, value): (u32, _)| self::places(value, &format!("{at}/{key}"), places));
        }
        _ => {}
    }
}

/// Wherever a text stands, and in whatever shape, it is judged or the body is refused.
#[test]
fn no_text_hides_in_a_wrong_shape() {
    let mark = "mark these words";
    let contents = json!([{ "role": "user", "parts": [{ "text": "x y" }, { "inlineData": { "mimeType": "image/png", "data": "aGk=" } },
        { "functionCall": { "name": "f", "args": { "a": 1 } } }] }]);
    let gemini = json!({ "contents": contents, "generationConfig": { "maxOutputTokens": 5 } });
    let anthropic = json!({ "model": "m", "max_tokens": 5, "stream": true, "system": [{ "type": "text", "text": "x y" }], "messages": [{ "role": "user", "content": [
        { "type": "tool_result", "tool_use_id": "t", "content": [{ "type": "text", "text": "x" }] },
        { "type": "tool_use", "id": "t", "name": "f", "input": { "a": 1 } },
        { "type": "document", "source": { "type": "base64", "media_type": "application/pdf", "data": "aGk=" } }] }] });
    let responses = json!({ "model": "m", "stream": true, "max_output_tokens": 5, "instructions": "x", "input": [
        { "role": "user", "content": [{ "type": "input_text", "text": "x" }] },
        { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" },
        { "type": "function_call_output", "call_id": "c", "output": "x" }] });
    let kserve = json!({ "id": "1", "inputs": [{ "name": "t", "shape": [1], "datatype": "BYTES", "data": ["x"] }] });
    let tensorflow = json!({ "instances": [{ "t": "x", "i": { "b64": "aGk=" } }] });
    let bodies: [(&dyn Protocol, Value); 6] = [
        (&OpenAiChat, chat()),
        (&Anthropic, anthropic),
        (&Gemini, gemini),
        (&OpenAiResponses, responses),
        (&KServe, kserve),
        (&TensorFlow, tensorflow),
    ];
    for (protocol, body) in bodies {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for shape in [
                json!(mark),
                json!([mark]),
                json!([[mark]]),
                json!({ "zz": mark }),
                json!({ (mark): 1 }),
                json!([{ "zz": [mark] }]),
            ] {
                let mut odd = body.clone();
                *odd.pointer_mut(&place).unwrap() = shape;
                let odd = odd.to_string();
                let Ok(request) = protocol.request(odd.as_bytes()) else { continue };
                assert!(
                    request.pieces.iter().any(|piece| piece.text.contains(mark)),
                    "{} {place} {odd}",
                    protocol.name()
                );
            }
        }
    }
}
