//! Pickles in constants of pickles, wrapped in one way or another, and constants that only look like it.

use std::io::Write;

use base64::Engine as _;

use super::*;

const INNER: &[u8] = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x01x\x85R.";

fn in_bytes(constant: &[u8]) -> Vec<u8> {
    [b"\x80\x04}\x8c\x01kB".as_slice(), &u32::try_from(constant.len()).unwrap().to_le_bytes(), constant, b"s."].concat()
}

fn in_text(constant: &str) -> Vec<u8> {
    let mut bytes = in_bytes(constant.as_bytes());
    bytes[6] = b'X';
    bytes
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn held(bytes: &[u8]) -> Vec<(Vec<Encoding>, Option<Danger>)> {
    let embedded = walk(bytes, Limits::default()).embedded;
    embedded.into_iter().map(|held| (held.encodings, held.walk.calls.iter().map(|call| call.danger).max())).collect()
}

#[test]
fn wrapped_pickles_are_found() {
    use Encoding::{Base64, Hex, Latin, Raw, Zlib};
    let old = b"cposix\nsystem\n(S'x'\ntR.";
    for (bytes, encodings) in [
        (in_bytes(INNER), vec![Raw]),
        (in_bytes(old), vec![Raw]),
        (in_text(&base64(INNER)), vec![Base64]),
        (in_text(&base64(old)), vec![Base64]),
        (in_bytes(base64(INNER).trim_end_matches('=').as_bytes()), vec![Base64]),
        (in_text(&hex(INNER)), vec![Hex]),
        (in_text(&latin(INNER)), vec![Latin]),
        (in_bytes(&zlib(INNER)), vec![Zlib]),
        (in_text(&base64(&zlib(INNER))), vec![Base64, Zlib]),
        (in_text(&hex(base64(INNER).as_bytes())), vec![Hex, Base64]),
    ] {
        // Digits of digits begin like any other text.
        let expected = if encodings == [Hex, Base64] { Vec::new() } else { vec![(encodings, Some(Danger::Executor))] };
        assert_eq!(held(&bytes), expected);
    }
    let stages = walk(&in_bytes(&in_bytes(&in_text(&base64(INNER)))), Limits::default());
    let second = &stages.embedded[0].walk.embedded[0].walk;
    assert_eq!(second.embedded[0].walk.calls[0].callee.to_string(), "posix.system");
}

#[test]
fn what_only_looks_like_a_pickle_is_left_alone() {
    for constant in
        ["cat\ndog\nfish\n", "city\nname\nIstanbul, 1\n", "(copy)\nof\nit", "80040000000000000000000000000000"]
    {
        assert!(held(&in_text(constant)).is_empty(), "{constant}");
    }
    assert!(held(&in_text(&base64(b"cold water and other things that are no pickle"))).is_empty());
    assert!(held(&in_bytes(&[b"\x80\x04".as_slice(), &[9; 100]].concat())).is_empty());
    assert!(held(&in_bytes(&zlib(&[0; 100]))).is_empty());
}

#[test]
fn pickles_that_are_loaded_count_as_loaded() {
    let load =
        |argument: &[u8]| [b"\x80\x02ctorch.storage\n_load_from_bytes\n".as_slice(), argument, b"\x85R."].concat();
    let bytes = |raw: &[u8]| [b"B".as_slice(), &u32::try_from(raw.len()).unwrap().to_le_bytes(), raw].concat();
    let text = |raw: &str| [b"X".as_slice(), &u32::try_from(raw.len()).unwrap().to_le_bytes(), raw.as_bytes()].concat();
    let old = b"cposix\nsystem\n(S'x'\ntR.";
    for argument in [
        bytes(INNER),
        bytes(old),
        [b"c_codecs\nencode\n".to_vec(), text(&latin(INNER)), text("latin1"), b"\x86R".to_vec()].concat(),
        [b"c_codecs\nencode\n".to_vec(), text(&latin(old)), text("latin1"), b"\x86R".to_vec()].concat(),
    ] {
        let walk = walk(&load(&argument), Limits::default());
        let found = walk.embedded.iter().find(|held| held.loaded).expect("a loaded pickle");
        assert_eq!(found.walk.calls[0].callee.to_string(), "posix.system");
    }
    let unknown = walk(&load(b"cmy\nmake\n)R"), Limits::default());
    assert!(unknown.calls.iter().any(|call| call.callee.to_string().ends_with("_load_from_bytes")));
    let harmless = walk(&load(&bytes(b"\x80\x02N.")), Limits::default());
    assert!(harmless.calls.is_empty());
}

#[test]
fn numbers_of_arrays_are_no_pickles() {
    let data = b"cos\nsystem\n(S'x'\ntR.";
    let mut bytes =
        b"\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x14\x85N\x89C"
            .to_vec();
    bytes.push(u8::try_from(data.len()).unwrap());
    bytes.extend(data);
    bytes.extend(b"tb.");
    assert!(held(&bytes).is_empty());
}

#[test]
fn bombs_in_constants_cost_little() {
    let bomb = zlib(&vec![0; 4 << 20]);
    let many: Vec<u8> = (0..200).flat_map(|_| in_bytes(&bomb)[6..].to_vec()).filter(|_| true).collect();
    let bytes = [b"\x80\x04".as_slice(), &many].concat();
    let start = std::time::Instant::now();
    walk(&bytes, Limits::default());
    assert!(start.elapsed().as_secs() < 60);
}
