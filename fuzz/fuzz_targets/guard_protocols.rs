//! Every protocol of the gateway: what is read stands where it says, and what is written over it is JSON again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_guard::{
    json::{Json, JsonError},
    protocol::{Edits, Kind, Piece, all},
};

fuzz_target!(|body: &[u8]| {
    for protocol in all() {
        let request = protocol.request(body).map(|request| request.pieces);
        let reply = protocol.reply(body).map(|reply| reply.pieces);
        let event = protocol.event(None, body).map(|event| [event.pieces, event.wholes].concat());
        for pieces in [request, reply, event].into_iter().flatten() {
            let mut edits = Edits::default();
            for piece in &pieces {
                stands(piece, body, protocol.name());
                piece.write("x", &mut edits);
            }
            if !pieces.is_empty() {
                // Keys that were written over may say the same.
                let again = Json::parse(&edits.apply(body)).err();
                assert!(matches!(again, None | Some(JsonError::DuplicateKey { .. })), "{}", protocol.name());
            }
        }
    }
});

fn stands(piece: &Piece<'_>, body: &[u8], protocol: &str) {
    let source = body.get(piece.range.clone()).unwrap_or_default();
    if piece.kind == Kind::Source {
        assert_eq!(source, piece.text.as_bytes(), "{protocol}");
    } else {
        assert_eq!(serde_json::from_slice::<String>(source).ok().as_deref(), Some(&*piece.text), "{protocol}");
    }
}
