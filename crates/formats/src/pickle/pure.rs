//! Functions of the standard library that make a value of their arguments and do nothing else, as far as the walk
//! works them out.

use super::{
    Name,
    fold::{Bound, Fold, Fuel, attribute, call as call_any},
    methods::{self, index},
    nested::{as_latin, unbase64, unhex},
};
use crate::compress::{Codec, End, unpack};

/// What calling `name` returns; `None` if that is not worked out.
pub(super) fn call(name: &Name, arguments: Vec<Fold>, fuel: &mut Fuel) -> Option<Fold> {
    // A method by way of its type: `str.join('', parts)`.
    if name.module == "builtins"
        && let Some((of, method)) = name.name.split_once('.')
    {
        return of_type(of, method, arguments, fuel);
    }
    let made = match name.module.as_str() {
        "operator" | "_operator" => operator(&name.name, arguments, fuel)?,
        "builtins" => builtin(&name.name, &arguments, fuel)?,
        "codecs" | "_codecs" | "base64" | "binascii" | "zlib" | "gzip" | "urllib.parse" => {
            coded(&name.module, &name.name, &arguments, fuel)?
        }
        "importlib" if name.name == "import_module" => module(&arguments)?,
        "functools" | "_functools" => match (name.name.as_str(), arguments.as_slice()) {
            ("partial", [function, rest @ ..]) => Fold::Partial(Box::new(function.clone()), rest.to_vec()),
            ("reduce", [function, items, rest @ ..]) => {
                let mut items = methods::iterate(items, fuel)?.into_iter();
                let first = rest.first().cloned().or_else(|| items.next())?;
                items.try_fold(first, |so_far, item| call_any(function.clone(), vec![so_far, item], fuel))?
            }
            _ => return None,
        },
        _ => return None,
    };
    methods::fits(&made, fuel).then_some(made)
}

fn of_type(of: &str, method: &str, mut arguments: Vec<Fold>, fuel: &mut Fuel) -> Option<Fold> {
    match (of, method, arguments.as_slice()) {
        ("bytes" | "bytearray", "fromhex", [Fold::Text(digits)]) => unhex(digits.as_bytes()).map(Fold::Bytes),
        _ if arguments.is_empty() => None,
        _ => {
            let of = arguments.remove(0);
            methods::call(&of, method, &arguments, fuel)
        }
    }
}

fn operator(name: &str, mut arguments: Vec<Fold>, fuel: &mut Fuel) -> Option<Fold> {
    match (name, arguments.as_slice()) {
        ("add" | "concat" | "iadd" | "iconcat" | "__add__" | "__concat__", [a, b]) => methods::join_two(a, b),
        ("mul" | "imul" | "__mul__", [a, Fold::Int(n)]) => methods::repeat(a, *n, fuel),
        ("mod" | "imod" | "__mod__", [a, b]) => methods::call(a, "__mod__", std::slice::from_ref(b), fuel),
        ("getitem" | "__getitem__", [of, key]) => methods::item(of, key, fuel),
        ("itemgetter", [key]) => Some(Fold::Item(Box::new(key.clone()))),
        ("attrgetter", [Fold::Text(path)]) => Some(Fold::Attribute(path.clone())),
        ("methodcaller", [Fold::Text(method), rest @ ..]) => Some(Fold::Caller(method.clone(), rest.to_vec())),
        ("call", [_, ..]) => {
            let function = arguments.remove(0);
            call_any(function, arguments, fuel)
        }
        _ => None,
    }
}

fn builtin(name: &str, arguments: &[Fold], fuel: &mut Fuel) -> Option<Fold> {
    match (name, arguments) {
        ("str", []) => Some(Fold::Text(String::new())),
        ("str", [Fold::Text(text)]) => Some(Fold::Text(text.clone())),
        ("str", [Fold::Int(n)]) => Some(Fold::Text(n.to_string())),
        ("str", [Fold::Bytes(bytes), Fold::Text(encoding), ..]) => decoded(bytes, encoding),
        ("bytes" | "bytearray", [Fold::Bytes(bytes)]) => Some(Fold::Bytes(bytes.clone())),
        ("bytes" | "bytearray", [Fold::Text(text), Fold::Text(encoding), ..]) => encoded(text, encoding),
        ("bytes" | "bytearray", [items @ Fold::List(_)]) => methods::iterate(items, fuel)?
            .iter()
            .map(|item| match item {
                Fold::Int(n) => u8::try_from(*n).ok(),
                _ => None,
            })
            .collect::<Option<_>>()
            .map(Fold::Bytes),
        ("chr", [Fold::Int(n)]) => char::from_u32(u32::try_from(*n).ok()?).map(|c| Fold::Text(c.into())),
        ("ord", [Fold::Text(text)]) => text.chars().next().map(|c| Fold::Int(i64::from(u32::from(c)))),
        ("int", [Fold::Int(n)]) => Some(Fold::Int(*n)),
        ("int", [Fold::Text(text)]) => text.trim().parse().ok().map(Fold::Int),
        ("int", [Fold::Text(text), Fold::Int(base)]) => {
            let base = u32::try_from(*base).ok().filter(|base| (2..=36).contains(base))?;
            i64::from_str_radix(text.trim(), base).ok().map(Fold::Int)
        }
        ("len", [of]) => methods::iterate(of, fuel).and_then(|items| i64::try_from(items.len()).ok()).map(Fold::Int),
        ("list" | "tuple" | "iter" | "set" | "frozenset", [of]) => methods::iterate(of, fuel).map(Fold::List),
        ("list" | "tuple" | "set" | "frozenset", []) => Some(Fold::List(Vec::new())),
        ("dict", [Fold::Dict(entries)]) => Some(Fold::Dict(entries.clone())),
        ("reversed", [of]) => methods::iterate(of, fuel).map(|items| Fold::List(items.into_iter().rev().collect())),
        ("map", [function, items]) => methods::iterate(items, fuel)?
            .into_iter()
            .map(|item| call_any(function.clone(), vec![item], fuel))
            .collect::<Option<_>>()
            .map(Fold::List),
        ("getattr", [of, Fold::Text(name), ..]) => Some(attribute(of.clone(), name)),
        ("__import__", _) => module(arguments),
        ("slice", [end]) => Some(Fold::Slice([Bound::Open, index(end)?, Bound::Open])),
        ("slice", [start, end]) => Some(Fold::Slice([index(start)?, index(end)?, Bound::Open])),
        ("slice", [start, end, step]) => Some(Fold::Slice([index(start)?, index(end)?, index(step)?])),
        ("format", [of]) => methods::shown(of).map(Fold::Text),
        _ => None,
    }
}

/// Functions that encode and decode.
fn coded(module: &str, name: &str, arguments: &[Fold], fuel: &Fuel) -> Option<Fold> {
    let raw = |of: &Fold| match of {
        Fold::Bytes(bytes) => Some(bytes.clone()),
        Fold::Text(text) => Some(text.clone().into_bytes()),
        _ => None,
    };
    match (module, name, arguments) {
        ("codecs" | "_codecs", "encode", [of, rest @ ..]) => match (of, encoding(rest)?) {
            (Fold::Text(text), encoding) => encoded(text, encoding),
            (Fold::Bytes(bytes), "base64" | "base_64" | "base64_codec") => {
                use base64::Engine as _;
                Some(Fold::Bytes(base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()))
            }
            _ => None,
        },
        ("codecs" | "_codecs", "decode", [of, rest @ ..]) => match (of, encoding(rest)?) {
            (Fold::Text(text), encoding) => encoded(text, encoding),
            (Fold::Bytes(bytes), encoding) => decoded_within(bytes, encoding, fuel),
            _ => None,
        },
        (
            "base64" | "binascii",
            "b64decode" | "urlsafe_b64decode" | "standard_b64decode" | "decodebytes" | "a2b_base64",
            [of, ..],
        ) => unbase64(&raw(of)?).map(Fold::Bytes),
        ("base64" | "binascii", "b16decode" | "unhexlify" | "a2b_hex", [of, ..]) => unhex(&raw(of)?).map(Fold::Bytes),
        ("zlib" | "gzip" | "bz2" | "lzma", "decompress", [Fold::Bytes(bytes), ..]) => {
            let codec = match module {
                "zlib" => Codec::Zlib,
                "gzip" => Codec::Gzip,
                "bz2" => Codec::Bzip2,
                _ => Codec::Xz,
            };
            unpacked(bytes, codec, fuel)
        }
        ("urllib.parse", "unquote" | "unquote_to_bytes", [of]) => {
            let bytes = unquoted(&raw(of)?);
            Some(if name == "unquote" { Fold::Text(as_text(bytes)) } else { Fold::Bytes(bytes) })
        }
        _ => None,
    }
}

/// What `str.encode` and its like return; rot13 turns strings into strings.
pub(super) fn encoded(text: &str, encoding: &str) -> Option<Fold> {
    match plain(encoding).as_str() {
        "utf8" | "ascii" | "u8" | "utf" => Some(Fold::Bytes(text.as_bytes().to_vec())),
        "latin1" | "latin" | "l1" | "iso88591" | "rawunicodeescape" => {
            text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<_>>().map(Fold::Bytes)
        }
        "rot13" => Some(Fold::Text(text.chars().map(rotated).collect())),
        _ => None,
    }
}

/// What `bytes.decode` and its like return.
pub(super) fn decoded(bytes: &[u8], encoding: &str) -> Option<Fold> {
    decoded_within(bytes, encoding, &Fuel::NAME)
}

fn decoded_within(bytes: &[u8], encoding: &str, fuel: &Fuel) -> Option<Fold> {
    match plain(encoding).as_str() {
        "utf8" | "ascii" | "u8" | "utf" => Some(Fold::Text(std::str::from_utf8(bytes).ok()?.to_owned())),
        "latin1" | "latin" | "l1" | "iso88591" => Some(Fold::Text(as_latin(bytes))),
        "base64" | "base64codec" => unbase64(bytes).map(Fold::Bytes),
        "hex" | "hexcodec" => unhex(bytes).map(Fold::Bytes),
        "zlib" | "zip" | "zlibcodec" => unpacked(bytes, Codec::Zlib, fuel),
        "utf16le" | "utf16" => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes))
                .skip_while(|unit| *unit == 0xfeff)
                .collect();
            String::from_utf16(&units).ok().map(Fold::Text)
        }
        _ => None,
    }
}

fn unpacked(bytes: &[u8], codec: Codec, fuel: &Fuel) -> Option<Fold> {
    let unpacked = unpack(codec, bytes, fuel.bytes);
    (unpacked.end == End::Whole).then_some(Fold::Bytes(unpacked.bytes))
}

fn module(arguments: &[Fold]) -> Option<Fold> {
    match arguments {
        [Fold::Text(module), ..] => Some(Fold::Module(module.clone())),
        _ => None,
    }
}

fn encoding(arguments: &[Fold]) -> Option<&str> {
    match arguments {
        [] => Some("utf8"),
        [Fold::Text(encoding), ..] => Some(encoding),
        _ => None,
    }
}

/// Python does not tell `UTF-8`, `utf_8` and `utf8` apart.
fn plain(encoding: &str) -> String {
    encoding.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn rotated(c: char) -> char {
    let turn = |c: char, from: u8| char::from((c as u8 - from + 13) % 26 + from);
    match c {
        'a'..='z' => turn(c, b'a'),
        'A'..='Z' => turn(c, b'A'),
        other => other,
    }
}

fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, rest.get(..2).and_then(unhex_pair)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = rest.get(2..).unwrap_or_default();
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn unhex_pair(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

fn as_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| as_latin(error.as_bytes()))
}
