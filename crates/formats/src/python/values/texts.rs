//! Texts that are worked out: parts, methods and functions of them, as far as everything in them is known.

use base64::Engine as _;

use super::super::{Constant, Field, Id, Kind, Module};

/// Who knows the only text that an expression may be.
type Single<'a> = &'a dyn Fn(Id) -> Option<String>;

/// `text[key]`.
pub(super) fn part(module: &Module, text: &str, key: Id) -> Option<String> {
    let spelled: String = module.text(key).split_whitespace().collect();
    let letters: Vec<char> = text.chars().collect();
    let len = i64::try_from(letters.len()).ok()?;
    let at = |bound: &str, default: i64| -> Option<i64> {
        if bound.is_empty() {
            return Some(default);
        }
        let bound: i64 = bound.parse().ok()?;
        Some(if bound < 0 { bound + len } else { bound }.clamp(-1, len))
    };
    if module.kind(key) != Kind::Slice {
        let place = usize::try_from(at(&spelled, -1)?).ok()?;
        return letters.get(place).map(char::to_string);
    }
    let mut bounds = spelled.split(':');
    let (from, to, step) = (bounds.next()?, bounds.next().unwrap_or(""), bounds.next().unwrap_or(""));
    let step: i64 = if step.is_empty() { 1 } else { step.parse().ok()? };
    let (mut place, end) = match step {
        1.. => (at(from, 0)?.max(0), at(to, len)?),
        0 => return None,
        _ => (at(from, len - 1)?.min(len - 1), at(to, -1)?),
    };
    let mut part = String::new();
    while if step > 0 { place < end } else { place > end } {
        part.extend(usize::try_from(place).ok().and_then(|place| letters.get(place)));
        place = place.saturating_add(step);
    }
    Some(part)
}

/// A method of a text.
pub(super) fn method(text: &str, name: &str, module: &Module, call: Id, single: Single<'_>) -> Option<String> {
    let argument = |place: usize| module.positional(call).nth(place).and_then(single);
    let given = module.positional(call).next().is_some();
    let cut = || if given { argument(0) } else { Some(" \t\r\n".to_owned()) };
    Some(match name {
        "upper" => text.to_uppercase(),
        "lower" | "casefold" => text.to_lowercase(),
        "capitalize" => {
            let mut letters = text.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters.flat_map(char::to_lowercase)).collect()
        }
        "swapcase" => {
            let swap = |c: char| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
            text.chars().map(swap).collect()
        }
        "strip" => text.trim_matches(|c| cut().is_some_and(|cut| cut.contains(c))).to_owned(),
        "lstrip" => text.trim_start_matches(|c| cut().is_some_and(|cut| cut.contains(c))).to_owned(),
        "rstrip" => text.trim_end_matches(|c| cut().is_some_and(|cut| cut.contains(c))).to_owned(),
        "removeprefix" => text.strip_prefix(&argument(0)?).unwrap_or(text).to_owned(),
        "removesuffix" => text.strip_suffix(&argument(0)?).unwrap_or(text).to_owned(),
        "replace" => text.replace(&argument(0)?, &argument(1)?),
        "encode" | "decode" | "__str__" | "tobytes" => text.to_owned(),
        "join" => joined(text, module, module.positional(call).next()?, single)?,
        "format" => {
            let mut whole = text.to_owned();
            for (place, argument) in module.positional(call).take(16).enumerate() {
                let value = single(argument)?;
                whole = whole.replace(&format!("{{{place}}}"), &value).replacen("{}", &value, 1);
            }
            if whole.contains('{') { None? } else { whole }
        }
        _ => return None,
    })
}

/// `separator.join(list)`.
fn joined(separator: &str, module: &Module, list: Id, single: Single<'_>) -> Option<String> {
    let list = module.bare(list);
    let list = value(module, list);
    match module.kind(list) {
        Kind::List | Kind::Tuple => {
            let items: Option<Vec<String>> = module.children(list).take(512).map(single).collect();
            items.map(|items| items.join(separator))
        }
        // `map(chr, [111, 115])` and `chr(c) for c in [111, 115]`.
        Kind::Call => {
            let path = module.call(list)?.path.as_str();
            let mut given = module.positional(list);
            let (first, second) = (given.next()?, given.next());
            match path {
                "map" if module.path(first) == "chr" => codes(module, second?),
                "reversed" => single(first).map(|text| text.chars().rev().collect()),
                "list" | "tuple" | "iter" => joined(separator, module, first, single),
                _ => None,
            }
        }
        Kind::Generator | Kind::ListComprehension => {
            let body = module.child(list, Field::Body)?;
            let chr = module.call(body).is_some_and(|call| call.path == "chr");
            let of = module.children(list).find(|child| module.kind(*child) == Kind::ForIn)?;
            let source = module.child(of, Field::Right)?;
            if chr { codes(module, source) } else { None }
        }
        _ => single(list).map(|text| text.chars().map(String::from).collect::<Vec<_>>().join(separator)),
    }
}

/// Functions that make texts of others.
pub(super) fn function(path: &str, module: &Module, call: Id, single: Single<'_>) -> Option<String> {
    let first = module.positional(call).next()?;
    let text = || single(first);
    let latin = |bytes: Vec<u8>| bytes.into_iter().map(char::from).collect::<String>();
    match path {
        "str" | "bytes" | "bytearray" | "memoryview" | "sys.intern" => text().or_else(|| codes(module, first)),
        "chr" => number(module, first).and_then(char::from_u32).map(String::from),
        "bytes.fromhex" | "bytearray.fromhex" | "binascii.unhexlify" | "binascii.a2b_hex" => unhex(&text()?).map(latin),
        "base64.b64decode" | "base64.standard_b64decode" | "base64.decodebytes" | "binascii.a2b_base64" => {
            base64::engine::general_purpose::STANDARD.decode(text()?.trim()).ok().map(latin)
        }
        "codecs.decode" | "codecs.encode" => {
            let codec = module.argument(call, 1, "encoding").and_then(single)?;
            match codec.replace(['-', '_'], "").as_str() {
                "rot13" => Some(text()?.chars().map(rot13).collect()),
                "hex" | "hexcodec" => unhex(&text()?).map(latin),
                "base64" | "base64codec" => {
                    base64::engine::general_purpose::STANDARD.decode(text()?.trim()).ok().map(latin)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `format % arguments`.
pub(super) fn percent(format: &str, module: &Module, arguments: Id, single: Single<'_>) -> Option<String> {
    let mut values = match module.kind(arguments) {
        Kind::Tuple => module.children(arguments).take(64).collect(),
        _ => vec![arguments],
    }
    .into_iter();
    let mut whole = String::new();
    let mut rest = format;
    while let Some((head, tail)) = rest.split_once('%') {
        whole.push_str(head);
        let verb = tail.chars().next()?;
        match verb {
            '%' => whole.push('%'),
            's' => whole.push_str(&single(values.next()?)?),
            'c' => {
                let value = values.next()?;
                let code = number(module, value).and_then(char::from_u32).map(String::from);
                whole.push_str(&code.or_else(|| single(value))?);
            }
            _ => return None,
        }
        rest = tail.get(verb.len_utf8()..)?;
    }
    whole.push_str(rest);
    Some(whole)
}

fn rot13(letter: char) -> char {
    let turn = |first: u8| char::from((letter as u8 - first + 13) % 26 + first);
    match letter {
        'a'..='z' => turn(b'a'),
        'A'..='Z' => turn(b'A'),
        _ => letter,
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(pair).collect()).flatten()
}

fn number(module: &Module, id: Id) -> Option<u32> {
    let Constant::Number(text) = module.constant(id)? else { return None };
    let text = text.replace('_', "").to_ascii_lowercase();
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A list of the numbers of letters.
fn codes(module: &Module, list: Id) -> Option<String> {
    let list = value(module, module.bare(list));
    matches!(module.kind(list), Kind::List | Kind::Tuple).then_some(())?;
    module.children(list).take(512).map(|id| char::from_u32(number(module, id)?)).collect()
}

/// What a name is bound to, if that is one thing.
fn value(module: &Module, id: Id) -> Id {
    match module.variable(id).map(|variable| variable.bindings.as_slice()) {
        Some([super::Binding::Value(value)]) => module.bare(*value),
        _ => id,
    }
}
