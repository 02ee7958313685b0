//! Methods of strings, bytes and lists, as far as the walk works them out.

use super::{
    fold::{Bound, Fold, Fuel},
    pure::{decoded, encoded},
};

/// What calling a method returns; `None` if that is not worked out.
pub(super) fn call(of: &Fold, method: &str, arguments: &[Fold], fuel: &mut Fuel) -> Option<Fold> {
    fuel.step()?;
    let made = match (of, method, arguments) {
        (_, "__add__" | "__iadd__", [other]) => join_two(of, other)?,
        (_, "__mul__" | "__rmul__", [Fold::Int(n)]) => repeat(of, *n, fuel)?,
        (_, "__getitem__" | "get", [key]) => item(of, key, fuel)?,
        (_, "__str__", []) => Fold::Text(shown(of)?),
        (Fold::List(items), "pop", []) => items.last()?.clone(),
        (Fold::Text(text), _, _) => of_text(text, method, arguments, fuel)?,
        (Fold::Bytes(bytes), _, _) => of_bytes(bytes, method, arguments, fuel)?,
        _ => return None,
    };
    fits(&made, fuel).then_some(made)
}

fn of_text(text: &str, method: &str, arguments: &[Fold], fuel: &mut Fuel) -> Option<Fold> {
    let made = match (method, arguments) {
        ("join", [items]) => texts(&iterate(items, fuel)?, fuel)?.join(text),
        ("format", _) => formatted(text, arguments, fuel)?,
        ("__mod__", [Fold::List(items)]) => interpolated(text, items, fuel)?,
        ("__mod__", [item]) => interpolated(text, std::slice::from_ref(item), fuel)?,
        ("replace", [Fold::Text(old), Fold::Text(new), ..]) => {
            if text.len().saturating_mul(new.len().max(1)) > fuel.bytes.saturating_mul(8) {
                return None;
            }
            text.replace(old, new)
        }
        ("strip", []) => text.trim().to_owned(),
        ("lstrip", []) => text.trim_start().to_owned(),
        ("rstrip", []) => text.trim_end().to_owned(),
        ("strip", [Fold::Text(set)]) => text.trim_matches(|c| set.contains(c)).to_owned(),
        ("lstrip", [Fold::Text(set)]) => text.trim_start_matches(|c| set.contains(c)).to_owned(),
        ("rstrip", [Fold::Text(set)]) => text.trim_end_matches(|c| set.contains(c)).to_owned(),
        ("removeprefix", [Fold::Text(start)]) => text.strip_prefix(start.as_str()).unwrap_or(text).to_owned(),
        ("removesuffix", [Fold::Text(end)]) => text.strip_suffix(end.as_str()).unwrap_or(text).to_owned(),
        ("lower" | "casefold", []) => text.to_lowercase(),
        ("upper", []) => text.to_uppercase(),
        ("swapcase", []) => text
            .chars()
            .map(|c| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
            .collect(),
        ("capitalize", []) => {
            let mut rest = text.chars();
            rest.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(rest.flat_map(char::to_lowercase)).collect()
            })
        }
        ("encode", []) => return encoded(text, "utf8"),
        ("encode", [Fold::Text(encoding), ..]) => return encoded(text, encoding),
        ("split", []) => {
            return Some(Fold::List(text.split_whitespace().map(|part| Fold::Text(part.into())).collect()));
        }
        ("split", [Fold::Text(separator)]) if !separator.is_empty() => {
            return Some(Fold::List(text.split(separator.as_str()).map(|part| Fold::Text(part.into())).collect()));
        }
        _ => return None,
    };
    Some(Fold::Text(made))
}

fn of_bytes(bytes: &[u8], method: &str, arguments: &[Fold], fuel: &mut Fuel) -> Option<Fold> {
    match (method, arguments) {
        ("decode", []) => decoded(bytes, "utf8"),
        ("decode", [Fold::Text(encoding), ..]) => decoded(bytes, encoding),
        ("hex", []) => Some(Fold::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())),
        ("join", [items]) => {
            let mut made = Vec::new();
            for (number, item) in iterate(items, fuel)?.iter().enumerate() {
                let Fold::Bytes(item) = item else { return None };
                if number > 0 {
                    made.extend(bytes);
                }
                made.extend(item);
                (made.len() <= fuel.bytes).then_some(())?;
            }
            Some(Fold::Bytes(made))
        }
        _ => {
            // The other methods do to bytes what they do to strings.
            let as_text = |of: &Fold| match of {
                Fold::Bytes(bytes) => Some(Fold::Text(std::str::from_utf8(bytes).ok()?.to_owned())),
                other => Some(other.clone()),
            };
            let arguments = arguments.iter().map(as_text).collect::<Option<Vec<_>>>()?;
            match of_text(std::str::from_utf8(bytes).ok()?, method, &arguments, fuel)? {
                Fold::Text(text) => Some(Fold::Bytes(text.into_bytes())),
                _ => None,
            }
        }
    }
}

/// `a + b`.
pub(super) fn join_two(a: &Fold, b: &Fold) -> Option<Fold> {
    match (a, b) {
        (Fold::Text(a), Fold::Text(b)) => Some(Fold::Text(format!("{a}{b}"))),
        (Fold::Bytes(a), Fold::Bytes(b)) => Some(Fold::Bytes([a.as_slice(), b].concat())),
        (Fold::List(a), Fold::List(b)) => Some(Fold::List([a.as_slice(), b].concat())),
        (Fold::Int(a), Fold::Int(b)) => a.checked_add(*b).map(Fold::Int),
        _ => None,
    }
}

/// `a * n`.
pub(super) fn repeat(of: &Fold, n: i64, fuel: &Fuel) -> Option<Fold> {
    let times = usize::try_from(n.max(0)).ok()?;
    let room = |len: usize| len.checked_mul(times).is_some_and(|len| len <= fuel.bytes);
    match of {
        Fold::Text(text) if room(text.len()) => Some(Fold::Text(text.repeat(times))),
        Fold::Bytes(bytes) if room(bytes.len()) => Some(Fold::Bytes(bytes.repeat(times))),
        Fold::Int(a) => a.checked_mul(n).map(Fold::Int),
        _ => None,
    }
}

/// `of[key]`.
pub(super) fn item(of: &Fold, key: &Fold, fuel: &mut Fuel) -> Option<Fold> {
    if let Fold::Dict(entries) = of {
        return entries.iter().rev().find(|(own, _)| own == key).map(|(_, value)| value.clone());
    }
    let items = iterate(of, fuel)?;
    let len = i64::try_from(items.len()).ok()?;
    match key {
        Fold::Int(n) => items.get(usize::try_from(if *n < 0 { n + len } else { *n }).ok()?).cloned(),
        Fold::Slice(bounds) => {
            let [start, end, step] = bounds.map(Bound::value);
            let step = step.unwrap_or(1);
            let bound = |at: Option<i64>, default: i64| at.map_or(default, |at| if at < 0 { at + len } else { at });
            let (mut at, end) = if step > 0 {
                (bound(start, 0).clamp(0, len), bound(end, len).clamp(0, len))
            } else {
                (bound(start, len - 1).clamp(-1, len - 1), end.map_or(-1, |at| bound(Some(at), -1).clamp(-1, len - 1)))
            };
            let mut taken = Vec::new();
            while step > 0 && at < end || step < 0 && at > end {
                taken.push(items.get(usize::try_from(at).ok()?)?.clone());
                at = at.checked_add(step)?;
            }
            gathered(of, taken)
        }
        _ => None,
    }
}

/// Items of a string, of bytes or of a list, put together as what they came from.
fn gathered(of: &Fold, items: Vec<Fold>) -> Option<Fold> {
    match of {
        Fold::Text(_) => texts(&items, &Fuel::NAME).map(|texts| Fold::Text(texts.concat())),
        Fold::Bytes(_) => items
            .iter()
            .map(|item| match item {
                Fold::Int(n) => u8::try_from(*n).ok(),
                _ => None,
            })
            .collect::<Option<_>>()
            .map(Fold::Bytes),
        _ => Some(Fold::List(items)),
    }
}

/// The items that iterating over a value gives.
pub(super) fn iterate(of: &Fold, fuel: &mut Fuel) -> Option<Vec<Fold>> {
    match of {
        Fold::List(items) => fuel.items(items.len()).map(|()| items.clone()),
        Fold::Text(text) if text.len() <= LONG => {
            fuel.items(text.len())?;
            Some(text.chars().map(|c| Fold::Text(c.into())).collect())
        }
        Fold::Bytes(bytes) if bytes.len() <= LONG => {
            fuel.items(bytes.len())?;
            Some(bytes.iter().map(|byte| Fold::Int(i64::from(*byte))).collect())
        }
        Fold::Dict(entries) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
        _ => None,
    }
}

/// What `str` returns.
pub(super) fn shown(of: &Fold) -> Option<String> {
    match of {
        Fold::Text(text) => Some(text.clone()),
        Fold::Int(n) => Some(n.to_string()),
        Fold::Nothing => Some("None".to_owned()),
        _ => None,
    }
}

/// A bound of a slice.
pub(super) fn index(of: &Fold) -> Option<Bound> {
    match of {
        Fold::Nothing => Some(Bound::Open),
        Fold::Int(n) => Some(Bound::At(*n)),
        _ => None,
    }
}

/// Whether a value is not too long to go on with.
pub(super) fn fits(of: &Fold, fuel: &mut Fuel) -> bool {
    match of {
        Fold::Text(text) => text.len() <= fuel.bytes && fuel.copy(text.len()).is_some(),
        Fold::Bytes(bytes) => bytes.len() <= fuel.bytes && fuel.copy(bytes.len()).is_some(),
        Fold::List(items) => items.len() <= LONG && fuel.items(items.len()).is_some(),
        _ => true,
    }
}

fn texts(items: &[Fold], fuel: &Fuel) -> Option<Vec<String>> {
    let mut room = fuel.bytes;
    items
        .iter()
        .map(|item| match item {
            Fold::Text(text) => {
                room = room.checked_sub(text.len())?;
                Some(text.clone())
            }
            _ => None,
        })
        .collect()
}

/// `str.format` with fields that are empty, numbered, or names of an item.
fn formatted(text: &str, arguments: &[Fold], fuel: &Fuel) -> Option<String> {
    let mut made = String::new();
    let mut next = 0;
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(['{', '}']) {
        made.push_str(before);
        let brace = rest.as_bytes().get(before.len());
        if behind.as_bytes().first() == brace {
            made.push(if brace == Some(&b'{') { '{' } else { '}' });
            rest = behind.get(1..)?;
            continue;
        }
        let (field, behind) = behind.split_once('}')?;
        let field = field.split([':', '!']).next().unwrap_or_default();
        let at = if field.is_empty() { next } else { field.parse().ok()? };
        next += 1;
        made.push_str(&shown(arguments.get(at)?)?);
        rest = behind;
        (made.len() <= fuel.bytes).then_some(())?;
    }
    made.push_str(rest);
    Some(made)
}

/// `text % items`.
fn interpolated(text: &str, items: &[Fold], fuel: &Fuel) -> Option<String> {
    let mut made = String::new();
    let mut items = items.iter();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        made.push_str(before);
        let kind = behind.chars().next()?;
        match (kind, items.as_slice().first()) {
            ('%', _) => made.push('%'),
            ('c', Some(Fold::Int(n))) => made.push(char::from_u32(u32::try_from(*n).ok()?)?),
            ('s' | 'c' | 'd' | 'i', Some(item)) => made.push_str(&shown(item)?),
            _ => return None,
        }
        if kind != '%' {
            items.next();
        }
        rest = behind.get(kind.len_utf8()..)?;
        (made.len() <= fuel.bytes).then_some(())?;
    }
    made.push_str(rest);
    Some(made)
}

/// The longest value that is taken apart.
const LONG: usize = 1 << 14;
