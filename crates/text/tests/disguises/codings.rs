//! Bytes in other signs: Base64 and its like, escapes of many formats, compression.

use std::io::Write;

use flate2::{Compression, write};

use super::Disguise;

pub(super) const ALL: &[Disguise] = &[
    ("base64", |text| base64(text.as_bytes())),
    ("base64 for URLs, unpadded", |text| base64(text.as_bytes()).replace('+', "-").replace('/', "_").replace('=', "")),
    ("base64 in fours", |text| groups(&base64(text.as_bytes()), 4, " ")),
    ("base64 in fives behind prose", |text| {
        format!("Please read this note: {}", groups(&base64(text.as_bytes()), 5, " "))
    }),
    ("base64 in lines of eight", |text| groups(&base64(text.as_bytes()), 8, "\n")),
    ("base64 with dots", |text| groups(&base64(text.as_bytes()), 6, ".")),
    ("base64 with bars", |text| groups(&base64(text.as_bytes()), 7, " | ")),
    ("base64 word by word", |text| words(text, " ", |word| base64(word.as_bytes()))),
    ("base64 of UTF-16", |text| base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
    ("base64 of UTF-16, big end first", |text| {
        base64(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
    }),
    ("base64 of gzip", |text| base64(&gzip(text))),
    ("base64 of zlib", |text| base64(&zlib(text))),
    ("base64 of base64", |text| base64(base64(text.as_bytes()).as_bytes())),
    ("base64 reversed", |text| base64(text.as_bytes()).chars().rev().collect()),
    ("hexadecimal of base64", |text| hexadecimal(base64(text.as_bytes()).as_bytes(), "")),
    ("hexadecimal", |text| hexadecimal(text.as_bytes(), "")),
    ("hexadecimal in fours", |text| groups(&hexadecimal(text.as_bytes(), ""), 8, " ")),
    ("hexadecimal with colons", |text| hexadecimal(text.as_bytes(), ":")),
    ("binary", |text| text.bytes().map(|byte| format!("{byte:08b} ")).collect()),
    ("binary in one run", |text| text.bytes().map(|byte| format!("{byte:08b}")).collect()),
    ("octal", |text| text.bytes().map(|byte| format!("{byte:03o} ")).collect()),
    ("decimal", |text| text.bytes().map(|byte| format!("{byte} ")).collect()),
    ("percent", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("percent twice", |text| text.bytes().map(|byte| format!("%25{byte:02X}")).collect()),
    ("percent of letters", |text| each(text, |letter| format!("%{:02x}", u32::from(letter)))),
    ("percent of letters twice", |text| each(text, |letter| format!("%25{:02x}", u32::from(letter)))),
    ("JSON", |text| text.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect()),
    ("JSON letters", |text| each(text, |letter| format!("\\u{:04x}", u32::from(letter)))),
    ("JavaScript bytes", |text| text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()),
    ("JavaScript braces", |text| text.chars().map(|letter| format!("\\u{{{:x}}}", u32::from(letter))).collect()),
    ("octal escapes", |text| text.bytes().map(|byte| format!("\\{byte:03o}")).collect()),
    ("CSS", |text| text.chars().map(|letter| format!("\\{:x} ", u32::from(letter))).collect()),
    ("CSS in six digits", |text| text.chars().map(|letter| format!("\\{:06X}", u32::from(letter))).collect()),
    ("CSS letters", |text| each(text, |letter| format!("\\{:x} ", u32::from(letter)))),
    ("references without an end", |text| text.chars().map(|letter| format!("&#{}", u32::from(letter))).collect()),
    ("references of letters", |text| each(text, |letter| format!("&#x{:x}", u32::from(letter)))),
    ("references with noughts", |text| text.chars().map(|letter| format!("&#{:09};", u32::from(letter))).collect()),
    ("references twice", |text| text.chars().map(|letter| format!("&amp;#{};", u32::from(letter))).collect()),
    ("UTF-7", |text| utf7(text)),
    ("UTF-7 words", |text| words(text, " ", utf7)),
    ("UTF-7 letters", |text| each(text, |letter| utf7(&letter.to_string()))),
    ("quoted-printable", |text| text.bytes().map(|byte| format!("={byte:02X}")).collect()),
    ("quoted-printable letters", |text| each(text, |letter| format!("={:02X}", u32::from(letter)))),
    ("quoted-printable lines", |text| {
        groups(&text.bytes().map(|byte| format!("={byte:02X}")).collect::<String>(), 30, "=\n")
    }),
    ("base32", |text| base32(text.as_bytes())),
    ("base32 in eights", |text| groups(&base32(text.as_bytes()), 8, " ")),
];

/// Each letter by itself; the rest stays.
fn each(text: &str, code: impl Fn(char) -> String) -> String {
    text.chars().map(|letter| if letter.is_alphabetic() { code(letter) } else { letter.to_string() }).collect()
}

pub(super) fn words(text: &str, joint: &str, code: impl Fn(&str) -> String) -> String {
    text.split(' ').map(code).collect::<Vec<_>>().join(joint)
}

pub(super) fn groups(text: &str, size: usize, joint: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(size).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(joint)
}

fn hexadecimal(bytes: &[u8], joint: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(joint)
}

pub(super) fn base64(bytes: &[u8]) -> String {
    bits(bytes, 6, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 4)
}

fn base32(bytes: &[u8]) -> String {
    bits(bytes, 5, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8)
}

/// So many bits a letter, filled up to whole groups of letters.
fn bits(bytes: &[u8], width: usize, alphabet: &[u8], group: usize) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)).collect();
    let letter = |bits: &[u8]| {
        let value = bits.iter().fold(0, |value, bit| value << 1 | usize::from(*bit)) << (width - bits.len());
        char::from(alphabet[value])
    };
    let mut out: String = bits.chunks(width).map(letter).collect();
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

fn utf7(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("+{}-", base64(&bytes).trim_end_matches('='))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = write::GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn zlib(text: &str) -> Vec<u8> {
    let mut out = write::ZlibEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}
