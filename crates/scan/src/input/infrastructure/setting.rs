//! One name with its value, as far as the file tells it.

use palisade_formats::{dockerfile::Piece, variables::expand};

/// An environment variable, a key of a `ConfigMap`, an `ARG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The name.
    pub(crate) name: Piece,
    /// The value with the defaults of variables filled in; `None` if it comes from elsewhere.
    pub(crate) value: Option<Piece>,
    /// How far the value is the file's own.
    pub(crate) truth: Truth,
    /// Another workload of the file has it from the same place (an anchor): it was judged there.
    pub(crate) repeated: bool,
}

/// How far a value is the file's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It stands there.
    Literal,
    /// It stands there as a default, which the environment may replace.
    Default,
    /// Parts of it come from elsewhere.
    Mixed,
    /// It comes from elsewhere.
    Hidden,
}

impl Setting {
    /// A value that stands in the file, with references as compose and Kubernetes write them.
    pub(crate) fn written(name: Piece, value: Piece) -> Self {
        let expanded = expand(&value.text, &|_| None);
        let truth = match (expanded.unknown, expanded.defaulted) {
            (true, _) if is_one_reference(&value.text) => Truth::Hidden,
            (true, _) => Truth::Mixed,
            (false, true) => Truth::Default,
            (false, false) => Truth::Literal,
        };
        // A default that is empty asks for a value from outside.
        let truth = if truth == Truth::Default && expanded.text.is_empty() { Truth::Hidden } else { truth };
        let value = (truth != Truth::Hidden).then_some(Piece { text: expanded.text, span: value.span });
        Self { name, value, truth, repeated: false }
    }

    /// A value that the file does not hold.
    pub(crate) fn hidden(name: Piece) -> Self {
        Self { name, value: None, truth: Truth::Hidden, repeated: false }
    }

    /// The value, if the file tells it (perhaps as a default).
    pub(crate) fn known(&self) -> Option<&str> {
        self.value.as_ref().filter(|_| self.truth != Truth::Mixed).map(|value| value.text.as_str())
    }

    /// Where the value stands, or else the name.
    pub(crate) fn span(&self) -> &std::ops::Range<usize> {
        self.value.as_ref().map_or(&self.name.span, |value| &value.span)
    }
}

fn is_one_reference(text: &str) -> bool {
    let text = text.trim();
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let inside = inside.or_else(|| text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')));
    match inside {
        Some(inside) => !inside.contains('$'),
        None => text.strip_prefix('$').is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')),
    }
}

/// Whether a value switches something on.
pub(crate) fn is_true(value: &str) -> bool {
    ["true", "1", "yes", "on", "y", "t"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}

/// Whether a value switches something off.
pub(crate) fn is_false(value: &str) -> bool {
    ["false", "0", "no", "off", "n", "f"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_tell_where_they_come_from() {
        for (text, known, truth) in [
            ("literal", Some("literal"), Truth::Literal),
            ("", Some(""), Truth::Literal),
            ("${A}", None, Truth::Hidden),
            ("$A", None, Truth::Hidden),
            ("$(A)", None, Truth::Hidden),
            ("${A:-}", None, Truth::Hidden),
            ("${A:-x}", Some("x"), Truth::Default),
            ("pre${A}", None, Truth::Mixed),
            ("${A}${B}", None, Truth::Mixed),
        ] {
            let piece = |text: &str| Piece { text: text.into(), span: 0..0 };
            let setting = Setting::written(piece("N"), piece(text));
            assert_eq!((setting.known(), setting.truth), (known, truth), "{text}");
        }
    }
}
