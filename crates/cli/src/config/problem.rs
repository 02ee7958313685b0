//! One thing that is wrong with a manifest, in words for the person who wrote it.

use std::ops::Range;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What is wrong: lower case, no full stop.
    pub(crate) message: String,
    /// The bytes of the file that are wrong.
    pub(crate) span: Range<usize>,
    /// What to do about it.
    pub(crate) hints: Vec<String>,
}

impl Problem {
    pub(crate) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Turns the parser's error into words about the file: no type names, and a guess at what was meant.
    pub(crate) fn of(error: &toml::de::Error, text: &str) -> Self {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        let words = quoted(message);
        if let (true, Some((wrong, known))) = (message.starts_with("unknown field"), words.split_first()) {
            let problem = Self::new(format!("unknown key `{wrong}`"), span);
            return problem.suggest(wrong, known, "the keys here are");
        }
        if let (true, Some((wrong, known))) = (message.starts_with("unknown variant"), words.split_first()) {
            let problem = Self::new(format!("unknown value `{wrong}`"), span);
            return problem.suggest(wrong, known, "the values are");
        }
        if let (true, Some(key)) = (message.starts_with("missing field"), words.first()) {
            return if *key == "system" {
                Self::new("the table `[system]` is missing", span).hint("add `[system]` with the system's `name`")
            } else {
                Self::new(format!("the key `{key}` is missing"), span).hint(format!("add `{key} = ...`"))
            };
        }
        if message.starts_with("invalid type: map, expected a sequence") {
            let table = text.get(span.clone()).unwrap_or_default().trim().trim_matches(['[', ']']);
            let line = table.lines().next().unwrap_or_default().trim_matches(['[', ']']);
            return Self::new("this is one table, but there can be several", span)
                .hint(format!("write `[[{line}]]`, with two brackets, for each"));
        }
        if message.starts_with("invalid type:") {
            let bare_date = text.get(span.clone()).is_some_and(is_date);
            let problem = Self::new(plain_types(message), span);
            return if bare_date { problem.hint("put the date in quotes: \"2026-12-31\"") } else { problem };
        }
        Self::new(message.lines().next().unwrap_or_default().to_lowercase(), span)
    }

    /// Adds a "did you mean" and the list of what is known.
    pub(crate) fn suggest(self, wrong: &str, known: &[impl AsRef<str>], list: &str) -> Self {
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        let problem = match nearest(wrong, &known) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        };
        let names = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if known.is_empty() { problem } else { problem.hint(format!("{list} {names}")) }
    }
}

/// The known name that was most likely meant, if any is close.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let wrong = wrong.replace('_', "-").to_lowercase();
    let scored = known.iter().map(|name| (strsim::jaro_winkler(&wrong, name), *name));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// Whether this is a TOML date, which stands without quotes.
fn is_date(text: &str) -> bool {
    text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ ".contains(&byte))
}

/// The words in backticks, in order.
fn quoted(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

/// The deserialiser's type words in everyday words.
fn plain_types(message: &str) -> String {
    let rest = message.trim_start_matches("invalid type: ");
    let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, "something else"));
    let word = |text: &str| {
        let text = text.replace("sequence", "list").replace("map", "table").replace("a boolean", "`true` or `false`");
        if text.starts_with("struct ") { "a table".to_owned() } else { text }
    };
    format!("expected {}, found {}", word(expected), word(found))
}
