//! Constants as Jinja would compute them: strings that are put together, counts, lists of them. What depends on anything
//! else is unknown; what would grow out of all proportion is only measured.

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Value {
    #[default]
    Unknown,
    Text(String),
    Int(i64),
    /// Simple values; lists in lists are unknown.
    List(Vec<Value>),
    Dict(Vec<(String, Value)>),
    /// A method of a value.
    Bound(Box<Value>, String),
    /// A string, list or range of this length.
    Long(u64),
}

impl Value {
    /// A string, measured if it is too long to keep.
    pub(super) fn text(text: String) -> Self {
        if text.len() > KEPT { Self::Long(text.len() as u64) } else { Self::Text(text) }
    }

    /// A list of simple values.
    pub(super) fn list(items: Vec<Self>) -> Self {
        if items.len() > KEPT {
            return Self::Long(items.len() as u64);
        }
        Self::List(items.into_iter().map(Self::simple).collect())
    }

    pub(super) fn dict(pairs: Vec<(String, Self)>) -> Self {
        Self::Dict(pairs.into_iter().map(|(key, value)| (key, value.simple())).collect())
    }

    fn simple(self) -> Self {
        match self {
            Self::Text(_) | Self::Int(_) => self,
            _ => Self::Unknown,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// What it is when it is written into a string.
    pub(super) fn written(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// How many items or characters it has.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Self::Text(text) => Some(text.chars().count() as u64),
            Self::List(items) => Some(items.len() as u64),
            Self::Dict(pairs) => Some(pairs.len() as u64),
            Self::Long(length) => Some(*length),
            _ => None,
        }
    }

    /// How much memory a copy takes, about.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 32,
            Self::List(items) => 32 + items.iter().map(Self::cost).sum::<usize>(),
            Self::Dict(pairs) => 32 + pairs.iter().map(|(key, value)| key.len() + value.cost()).sum::<usize>(),
            Self::Bound(value, _) => 64 + value.cost(),
            Self::Unknown | Self::Int(_) | Self::Long(_) => 1,
        }
    }

    fn characters(self) -> Option<Vec<Self>> {
        match self {
            Self::Text(text) => Some(text.chars().map(|c| Self::Text(c.to_string())).collect()),
            Self::List(items) => Some(items),
            Self::Dict(pairs) => Some(pairs.into_iter().map(|(key, _)| Self::Text(key)).collect()),
            _ => None,
        }
    }
}

/// The value of an operator between two values.
pub(super) fn binary(operator: &str, left: Value, right: Value) -> Value {
    match (operator, left, right) {
        ("~", left, right) if left.length().is_some() || right.length().is_some() => join(left, right),
        ("+", left @ (Value::Text(_) | Value::Long(_)), right @ (Value::Text(_) | Value::Long(_))) => join(left, right),
        ("+", Value::List(mut left), Value::List(right)) => {
            left.extend(right);
            Value::list(left)
        }
        ("*", Value::Int(left), Value::Int(right)) => Value::Int(left.saturating_mul(right)),
        ("*", Value::Int(times), sequence) | ("*", sequence, Value::Int(times)) => repeated(sequence, times),
        ("**", Value::Int(base), Value::Int(power)) => {
            Value::Int(base.saturating_pow(u32::try_from(power.clamp(0, 4096)).unwrap_or(4096)))
        }
        ("+", Value::Int(left), Value::Int(right)) => Value::Int(left.saturating_add(right)),
        ("-", Value::Int(left), Value::Int(right)) => Value::Int(left.saturating_sub(right)),
        ("%", Value::Text(text), arguments) => percent(&text, &arguments),
        _ => Value::Unknown,
    }
}

fn join(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Text(mut left), right) => match right.written() {
            Some(right) => {
                left.push_str(&right);
                Value::text(left)
            }
            None => {
                right.length().map_or(Value::Unknown, |length| Value::Long(length.saturating_add(left.len() as u64)))
            }
        },
        (Value::Int(left), right) => join(Value::Text(left.to_string()), right),
        (left, right) => match (left.length(), right.length()) {
            (Some(left), Some(right)) => Value::Long(left.saturating_add(right)),
            _ => Value::Unknown,
        },
    }
}

fn repeated(sequence: Value, times: i64) -> Value {
    let times = u64::try_from(times).unwrap_or(0);
    let Some(length) = sequence.length().and_then(|length| length.checked_mul(times)) else {
        return if sequence.length().is_some() { Value::Long(u64::MAX) } else { Value::Unknown };
    };
    match sequence {
        Value::Text(text) if length <= KEPT as u64 => Value::Text(text.repeat(usize::try_from(times).unwrap_or(0))),
        _ => Value::Long(length),
    }
}

/// An item of a list, a string or a dictionary.
pub(super) fn item(base: Value, key: &Value) -> Value {
    match (base, key) {
        (Value::Dict(pairs), Value::Text(key)) => {
            pairs.into_iter().find(|(known, _)| known == key).map_or(Value::Unknown, |(_, value)| value)
        }
        (base, Value::Int(index)) => {
            let Some(mut items) = base.characters() else { return Value::Unknown };
            let index = if *index < 0 { index + i64::try_from(items.len()).unwrap_or(0) } else { *index };
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if index < items.len() { items.swap_remove(index) } else { Value::Unknown }
        }
        _ => Value::Unknown,
    }
}

/// `base[from:to:step]`.
pub(super) fn slice(base: Value, bounds: [Option<i64>; 3]) -> Value {
    let is_text = matches!(base, Value::Text(_));
    let Some(items) = base.characters() else { return Value::Unknown };
    let len = i64::try_from(items.len()).unwrap_or(0);
    let [from, to, step] = bounds;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Value::Unknown;
    }
    let clamp = |bound: i64, low: i64, high: i64| if bound < 0 { bound + len } else { bound }.clamp(low, high);
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let mut at = from.map_or(if step > 0 { 0 } else { len - 1 }, |bound| clamp(bound, low, high));
    let end = to.map_or(if step > 0 { len } else { -1 }, |bound| clamp(bound, low, high));
    let mut picked = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        picked.extend(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned());
        at = at.saturating_add(step);
    }
    if is_text { joined(&picked, "") } else { Value::list(picked) }
}

/// Items in one string.
fn joined(items: &[Value], separator: &str) -> Value {
    let written: Option<Vec<String>> = items.iter().map(Value::written).collect();
    written.map_or(Value::Unknown, |items| Value::text(items.join(separator)))
}

/// A method of a value, or a filter, which takes the same arguments.
pub(super) fn method(base: Value, name: &str, arguments: &[Value]) -> Value {
    let text = |at: usize| arguments.get(at).and_then(Value::as_text);
    match (base, name) {
        (Value::Text(base), "upper") => Value::text(base.to_uppercase()),
        (Value::Text(base), "lower" | "casefold") => Value::text(base.to_lowercase()),
        (Value::Text(base), "swapcase") => {
            let swap = |c: char| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
            Value::text(base.chars().map(swap).collect())
        }
        (Value::Text(base), "strip" | "trim" | "lstrip" | "rstrip") => {
            let cut: Vec<char> = text(0).unwrap_or(" \n\t\r").chars().collect();
            let base = if name == "rstrip" { &base } else { base.trim_start_matches(cut.as_slice()) };
            Value::text(if name == "lstrip" { base } else { base.trim_end_matches(cut.as_slice()) }.to_owned())
        }
        (Value::Text(base), "removeprefix") => {
            Value::text(base.strip_prefix(text(0).unwrap_or_default()).unwrap_or(&base).to_owned())
        }
        (Value::Text(base), "removesuffix") => {
            Value::text(base.strip_suffix(text(0).unwrap_or_default()).unwrap_or(&base).to_owned())
        }
        (base @ (Value::Text(_) | Value::Int(_)), "string" | "safe" | "e" | "escape" | "forceescape" | "str") => {
            base.written().map_or(Value::Unknown, Value::Text)
        }
        (Value::Text(base), "replace") => match (text(0), text(1)) {
            (Some(from), Some(to)) if !from.is_empty() => Value::text(base.replace(from, to)),
            _ => Value::Unknown,
        },
        (Value::Text(base), "split") => match text(0) {
            Some(separator) if !separator.is_empty() => {
                Value::list(base.split(separator).map(|part| Value::Text(part.to_owned())).collect())
            }
            _ => Value::list(base.split_whitespace().map(|part| Value::Text(part.to_owned())).collect()),
        },
        (base, "reverse") => {
            let is_text = matches!(base, Value::Text(_));
            match base.characters() {
                Some(items) if is_text => joined(&items.into_iter().rev().collect::<Vec<_>>(), ""),
                Some(items) => Value::list(items.into_iter().rev().collect()),
                None => Value::Unknown,
            }
        }
        // As a method it is the separator that has it, as a filter the list.
        (Value::Text(separator), "join") if !arguments.is_empty() && matches!(arguments, [Value::List(_)]) => arguments
            .first()
            .cloned()
            .and_then(Value::characters)
            .map_or(Value::Unknown, |items| joined(&items, &separator)),
        (base, "join") => base.characters().map_or(Value::Unknown, |items| joined(&items, text(0).unwrap_or_default())),
        (base, "list" | "sort" | "unique" | "keys") => match base.characters() {
            Some(mut items) => {
                if name == "sort" {
                    items.sort_by_key(Value::written);
                }
                Value::list(items)
            }
            None => Value::Unknown,
        },
        (base, "first") => item(base, &Value::Int(0)),
        (base, "last") => item(base, &Value::Int(-1)),
        (base, "length" | "count") if arguments.is_empty() => {
            base.length().and_then(|length| i64::try_from(length).ok()).map_or(Value::Unknown, Value::Int)
        }
        (Value::Text(base), "int") => base.trim().parse().map_or(Value::Unknown, Value::Int),
        (Value::Int(base), "int" | "abs") => Value::Int(base),
        (Value::Text(base), "format") if base.contains('{') => braces(&base, arguments),
        (Value::Text(base), "format") => percent(&base, &Value::List(arguments.to_vec())),
        (base @ Value::Dict(_), "get" | "pop") => arguments.first().map_or(Value::Unknown, |key| item(base, key)),
        (base, "default" | "d") if base != Value::Unknown => base,
        _ => Value::Unknown,
    }
}

/// `'%s'|format(x)` and `'%s' % x`.
fn percent(text: &str, arguments: &Value) -> Value {
    let arguments = match arguments {
        Value::List(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut arguments = arguments.iter();
    let mut result = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('%') {
        result.push_str(head);
        let mut chars = tail.chars();
        let verb = chars.find(|c| !c.is_ascii_digit() && !matches!(c, '-' | '+' | ' ' | '.' | '#'));
        match verb {
            Some('%') => result.push('%'),
            Some('c') => match arguments.next() {
                Some(Value::Int(code)) => {
                    result.extend(u32::try_from(*code).ok().and_then(char::from_u32));
                }
                Some(Value::Text(text)) => result.push_str(text),
                _ => return Value::Unknown,
            },
            Some(_) => match arguments.next().and_then(Value::written) {
                Some(text) => result.push_str(&text),
                None => return Value::Unknown,
            },
            None => return Value::Unknown,
        }
        rest = chars.as_str();
    }
    result.push_str(rest);
    Value::text(result)
}

/// `'{}'.format(x)`, with numbers in the braces or not.
fn braces(text: &str, arguments: &[Value]) -> Value {
    let mut result = String::new();
    let mut next = 0;
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('{') {
        result.push_str(head);
        let Some((field, after)) = tail.split_once('}') else { return Value::Unknown };
        let (name, format) = field.split_once(':').unwrap_or((field, ""));
        let index = if name.is_empty() { next } else { name.parse().unwrap_or(usize::MAX) };
        next += 1;
        match (arguments.get(index), format) {
            (Some(Value::Int(code)), "c") => result.extend(u32::try_from(*code).ok().and_then(char::from_u32)),
            (Some(value), _) => match value.written() {
                Some(text) => result.push_str(&text),
                None => return Value::Unknown,
            },
            (None, _) => return Value::Unknown,
        }
        rest = after;
    }
    result.push_str(rest);
    Value::text(result)
}

/// The longest string or list that is kept.
const KEPT: usize = 4096;
