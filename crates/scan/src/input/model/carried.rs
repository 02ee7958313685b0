//! What bytes are that a text stands for: a program, bytecode, a pickle that calls something, code; packed or not.

use palisade_formats::{
    compress::{Codec, unpack},
    embedded, marshal,
    pickle::{self, Danger, Limits},
    sniff::{Format, sniff},
};
use palisade_text::{Detector, RunnableCode, decodings};

/// What a text stands for that nobody needs to describe a model; `None` if it is nothing of the kind.
pub(crate) fn in_text(text: &str) -> Option<&'static str> {
    if text.len() < LEAST {
        return None;
    }
    decodings(text, LEAST).iter().find_map(|(_, bytes)| in_bytes(bytes, LAYERS))
}

/// What bytes are. They must begin with it: random bytes have anything in their middle.
fn in_bytes(bytes: &[u8], layers: usize) -> Option<&'static str> {
    let program = embedded::find(bytes.get(..bytes.len().min(HEAD)).unwrap_or_default(), 1);
    if program.iter().any(|found| found.at == 0 && found.what.runs()) {
        return Some("an encoded program");
    }
    if marshal::is_code(bytes) {
        return Some("encoded bytecode of Python");
    }
    let format = sniff(bytes);
    if format == Some(Format::Pickle) {
        let limits = Limits { steps: 100_000, values: 100_000, nodes: 1000, names: 1000 };
        let calls = pickle::walk(bytes, limits).calls;
        return calls
            .iter()
            .any(|call| call.danger >= Danger::Function)
            .then_some("an encoded pickle that calls functions");
    }
    let codec = match format? {
        Format::Gzip => Codec::Gzip,
        Format::Zlib => Codec::Zlib,
        Format::Bzip2 => Codec::Bzip2,
        Format::Xz => Codec::Xz,
        Format::Lzma => Codec::Lzma,
        _ => return None,
    };
    let inside = unpack(codec, bytes, UNPACKED).bytes;
    if layers == 0 || inside.len() < 4 {
        return None;
    }
    let text = std::str::from_utf8(&inside).ok().filter(|_| sniff(&inside) != Some(Format::Pickle));
    match text {
        Some(text) if !RunnableCode.find(text).is_empty() => Some("packed code in an encoding"),
        Some(text) => decodings(text, LEAST).iter().find_map(|(_, bytes)| in_bytes(bytes, layers - 1)),
        None => in_bytes(&inside, layers - 1),
    }
}

/// The shortest text that can stand for something that acts.
const LEAST: usize = 24;
/// How many packings and encodings may lie in each other.
const LAYERS: usize = 3;
/// How much of a program is looked at.
const HEAD: usize = 64 << 10;
/// How much is unpacked.
const UNPACKED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// `posix.system('echo')` as a pickle of protocol 2, in each alphabet.
    const CALLS: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";

    fn base64(bytes: &[u8]) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_acts_is_found_in_every_alphabet() {
        let hexadecimal: String = CALLS.iter().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            base64(CALLS),
            hexadecimal,
            "QABGG4DPONUXQCTTPFZXIZLNBJKQIZLDNBXYKURO".to_owned(),
            "fC6K1Z*ysQ3UhgLbY*P{RRm>YXm5p5E&".to_owned(),
            r#"J-'5"Df]W;$?LK6FCf:r<<QlCBQ&T&/c"#.to_owned(),
        ] {
            let found = in_text(&format!("data: '{text}'"));
            assert_eq!(found, Some("an encoded pickle that calls functions"), "{text}");
        }
        let code = b"import os\nos.system('id')\n";
        assert_eq!(in_text(&base64(&packed(code))), Some("packed code in an encoding"));
        assert_eq!(in_text(&base64(&packed(base64(&packed(code)).as_bytes()))), Some("packed code in an encoding"));
        assert!(in_text(&base64(&packed(CALLS))).is_some());
    }

    #[test]
    fn what_only_is_data_is_none() {
        let image = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &[7; 200]].concat();
        let inert = b"\x80\x04\x95\x08\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s.";
        for text in [
            base64(&image),
            base64(inert),
            base64(&packed(b"a description of a model, packed to save a few bytes, as some tools do")),
            "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".to_owned(),
            "a classifier of executive summaries, evaluated with eval.py on os-level metrics".to_owned(),
        ] {
            assert_eq!(in_text(&text), None, "{text}");
        }
    }
}
