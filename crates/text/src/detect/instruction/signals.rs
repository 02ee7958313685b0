//! Structures made of the vocabulary: a verb with its object in one sentence, a forged turn, data in the address of an
//! image. And the opposite: what shows that a text only talks about them.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::words::{self, Part, Word};

/// One structure that speaks for an order to a model.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// What it is, in kebab-case.
    pub(super) kind: &'static str,
    /// How much it speaks for one.
    pub(super) weight: i32,
}

/// Every signal in a text.
pub(super) fn of(text: &str) -> Vec<Signal> {
    let words = words::find(text);
    let mut signals = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let after = words.get(index + 1..).unwrap_or_default();
        let before = words.get(..index).unwrap_or_default();
        let signal = match word.part {
            Part::Override => set_aside(text, word, after),
            Part::OverrideLast => set_aside_last(text, word, before),
            Part::Disclose => disclosure(text, word, after),
            Part::Send => sending(text, word, after),
            Part::Turn => turn(text, word),
            Part::Role => role(text, word),
            Part::Model => addressed(text, word),
            Part::Persona => Some((word.range.clone(), "persona", 2)),
            Part::Identity => Some((word.range.clone(), "persona", 3)),
            Part::Lifted => lifted(text, word, before),
            Part::Unbound => Some((word.range.clone(), "unbound", 2)),
            Part::Aside => Some((word.range.clone(), "aside", 4)),
            Part::Manner => Some((word.range.clone(), "aside", 2)),
            Part::Rank => Some((word.range.clone(), "claimed-rank", 1)),
            _ => None,
        };
        signals.extend(signal.map(|(range, kind, weight)| Signal { range, kind, weight }));
    }
    signals.extend(image_exfiltration(text));
    signals
}

/// How much the surroundings of `range` show that it is spoken about: quotes around it, talk of attacks, a question.
pub(super) fn distance(text: &str, range: Range<usize>) -> i32 {
    let from = floor(text, range.start.saturating_sub(240));
    let to = floor(text, range.end.saturating_add(160).max(range.end));
    let near = text.get(from..to).unwrap_or_default();
    let about = words::find(near).iter().filter(|word| word.part == Part::About).count();
    let head = text.get(from..range.start).unwrap_or_default();
    let quoted = head.trim_end_matches(|c: char| !"\"“„«'`‘".contains(c)).len();
    let since_quote = head.len() - quoted;
    let opens = head.chars().next_back().is_some_and(|c| "\"“„«'`‘".contains(c))
        || (quoted > 0
            && since_quote < 12
            && head.get(..quoted).is_some_and(|h| {
                let before_quote = h.chars().rev().nth(1);
                before_quote.is_none_or(|c| c.is_whitespace() || c == '(')
            }));
    i32::try_from(about.min(3)).unwrap_or(3) * 2 + if opens { 2 } else { 0 }
}

type Found = Option<(Range<usize>, &'static str, i32)>;

/// `ignore` + `previous` + `instructions`, as an imperative, in one sentence.
fn set_aside(text: &str, verb: &Word, after: &[Word]) -> Found {
    let near = || {
        after
            .iter()
            .take(10)
            .take_while(|word| word.range.start < verb.range.end + OBJECT && same_sentence(text, verb, word))
    };
    let rules = near().find(|word| word.part == Part::Rules || word.part == Part::Prompt)?;
    let wide = rules.range.start.saturating_sub(verb.range.end) < 2
        && text
            .get(rules.range.clone())
            .is_some_and(|word| word.contains("above") || word.contains("every") || word.contains("told"));
    let scoped = near().any(|word| word.part == Part::Scope && word.range.start < rules.range.end + 16)
        || wide
        || rules.part == Part::Prompt;
    if !scoped {
        return None;
    }
    let weight = match mood(text, verb.range.start) {
        Mood::Imperative => 6,
        Mood::Open => 3,
        Mood::Reported => 1,
    };
    Some((verb.range.start..rules.range.end, "instruction-override", weight))
}

/// The same where the verb comes last: object and scope stand before it.
fn set_aside_last(text: &str, verb: &Word, before: &[Word]) -> Found {
    let near = || {
        before
            .iter()
            .rev()
            .take(6)
            .take_while(|word| verb.range.start - word.range.end < OBJECT && same_sentence(text, word, verb))
    };
    let rules = near().find(|word| word.part == Part::Rules)?;
    let scope = near().find(|word| word.part == Part::Scope)?;
    Some((rules.range.start.min(scope.range.start)..verb.range.end, "instruction-override", 6))
}

fn disclosure(text: &str, verb: &Word, after: &[Word]) -> Found {
    let near = || {
        after
            .iter()
            .take(5)
            .take_while(|word| word.range.start < verb.range.end + 48 && same_sentence(text, verb, word))
    };
    let mood = mood(text, verb.range.start);
    if let Some(object) = near().find(|word| word.part == Part::Prompt) {
        let weight = if mood == Mood::Imperative { 4 } else { 2 };
        return (mood != Mood::Reported).then_some((verb.range.start..object.range.end, "disclosure", weight));
    }
    let object = near().find(|word| word.part == Part::Secret)?;
    (mood == Mood::Imperative).then_some((verb.range.start..object.range.end, "disclosure", 2))
}

/// `your restrictions` + `have been lifted`.
fn lifted(text: &str, word: &Word, before: &[Word]) -> Found {
    let near = || before.iter().rev().take(3).take_while(|other| word.range.start - other.range.end < 24);
    let rules = near().find(|word| matches!(word.part, Part::Rules | Part::Prompt))?;
    let head = text.get(floor(text, rules.range.start.saturating_sub(32))..rules.range.end)?.to_ascii_lowercase();
    head.contains("your ").then_some((rules.range.start..word.range.end, "instruction-override", 4))
}

/// `send the conversation to` an address, as an imperative.
fn sending(text: &str, verb: &Word, after: &[Word]) -> Found {
    if mood(text, verb.range.start) != Mood::Imperative {
        return None;
    }
    let near = || {
        after
            .iter()
            .take(5)
            .take_while(|word| word.range.start < verb.range.end + 64 && same_sentence(text, verb, word))
    };
    let object = near().find(|word| matches!(word.part, Part::Goods | Part::Secret | Part::Prompt))?;
    let tail = window(text, object.range.end, 80);
    let addressed = tail.contains('@') || tail.contains("://");
    Some((verb.range.start..object.range.end, "exfiltration", if addressed { 4 } else { 2 }))
}

/// A chat-template token. In a text with a whole conversation in that template it is only the format.
fn turn(text: &str, word: &Word) -> Found {
    let token = text.get(word.range.clone())?.to_ascii_lowercase();
    let tail = window(text, word.range.end, 24).trim_start().to_ascii_lowercase();
    let system = tail.starts_with("system") || token.contains("sys");
    let words = window(text, word.range.end, 160).split_whitespace().take(4).count();
    let weight = match token.as_str() {
        _ if !token.starts_with('#') && !token.contains('/') && orders(&tail) => 5,
        _ if token.starts_with("</") || token.starts_with("[/") || token.contains("end") || token.contains("eot") => 1,
        "[system](" => 4,
        "<system>" | "<information>" | "<instructions>" | "<important>" | "<admin>" => 3,
        _ if words < 2 => 1,
        _ if token.starts_with("<|") && system => 4,
        _ if token.starts_with('#') => 2,
        "[inst]" | "<<sys>>" | "[system]" | "[/system]" => 3,
        _ => 2,
    };
    Some((word.range.clone(), "forged-turn", weight))
}

/// `System:` at the start of a line, followed by an order.
fn role(text: &str, word: &Word) -> Found {
    let head = text.get(..word.range.start)?;
    let line_start = head.is_empty()
        || head.ends_with(['\n', '#', '*', '[', '('])
        || head.ends_with("\n\n")
        || head.ends_with("// ")
        || head.ends_with("# ")
        || head.ends_with(". ");
    let tail = window(text, word.range.end, 48);
    let order = tail.strip_prefix([':', ']', ')']).map(str::trim_start)?;
    let turn = text.get(word.range.clone())?.to_ascii_lowercase();
    // Logs of chats have an assistant who says `Show me`; they have no system that does.
    let weight = if turn.starts_with("system") || turn == "developer" || turn == "admin" { 4 } else { 2 };
    (line_start && orders(order)).then(|| (word.range.clone(), "forged-turn", weight))
}

/// Whether a text starts with a verb that gives an order.
fn orders(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric() && c != '\'').find(|word| !word.is_empty());
    first.is_some_and(|word| ORDERS.contains(&word.to_lowercase().as_str()))
}

/// A model named as the one spoken to: before a comma or colon at the start of a sentence.
fn addressed(text: &str, word: &Word) -> Found {
    // Six words are shorter than this; a longer way back to the start of a sentence need not be walked.
    let from = floor(text, word.range.start.saturating_sub(160));
    let before = text.get(from..word.range.start)?;
    let head = before.trim_end_matches(|c: char| c.is_alphabetic() || c == ' ' || c == '*');
    let start = (head.is_empty() && from == 0) || head.ends_with(['.', '!', '?', '\n', '[', '(', '>', '-']);
    let near = before.get(head.len()..).is_some_and(|lead| lead.split_whitespace().count() < 6);
    let tail = window(text, word.range.end, 4);
    // People are called Claude too.
    let person = text.get(word.range.clone()).is_some_and(|name| name == "Claude");
    let ordered = !person && orders(window(text, word.range.end, 32));
    (start && near && tail.starts_with([',', ':', '!']))
        .then(|| (word.range.clone(), "addressed-model", if ordered { 4 } else { 2 }))
}

/// An image whose address has a hole for data: `![x](https://host/?q={secret})`.
fn image_exfiltration(text: &str) -> Vec<Signal> {
    let Some(pattern) = IMAGE.as_ref().filter(|_| text.contains("![")) else { return Vec::new() };
    let hole = |found: regex::Match<'_>| Signal { range: found.range(), kind: "exfiltration", weight: 5 };
    pattern.find_iter(text).take(64).map(hole).collect()
}

static IMAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let hole = r"(?:\{\{?[a-z _]{3,40}\}?\}|<[a-z _]{3,40}>|\[[a-z _]{3,40}\]|\$\{?[a-z_]{3,40}\}?|[A-Z_]{6,40})";
    Regex::new(&format!(r"!\[[^\]\n]{{0,80}}\]\(https?://[^)\s]{{3,120}}\?[^)\s]{{0,60}}=[^)\s]{{0,20}}(?-i:{hole})"))
        .ok()
});

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Starts its clause, or stands after `please`, `must`, `and` ...
    Imperative,
    /// Cannot be told.
    Open,
    /// Said of someone: `to ignore`, `can ignore`, `they ignore`, `how do I`.
    Reported,
}

/// How a verb at `at` is meant, by the words before it in its sentence.
fn mood(text: &str, at: usize) -> Mood {
    let from = floor(text, at.saturating_sub(80));
    let head = text.get(from..at).unwrap_or_default();
    let sentence = head.rsplit(['.', '!', '?', '\n', '。', '！', '？', ';', ':', '>']).next().unwrap_or_default();
    let lower = sentence.to_lowercase();
    let mut back = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).rev();
    let Some(last) = back.next() else { return Mood::Imperative };
    if !last.is_ascii() && last.chars().all(|c| c >= '\u{2e80}') {
        return Mood::Imperative;
    }
    let second = back.next().unwrap_or_default();
    let clause = sentence.trim_end().ends_with([',', '-', '*', '"', '(', ']', ')', '—']);
    if REPORTED.contains(&last) || (last == "not" && REPORTED.contains(&second)) {
        // `you must`, `I want you to` give orders; `how to`, `they can` report.
        let ordered =
            last == "to" && ["you", "need", "have", "required", "instructed", "assistant", "ai"].contains(&second);
        return if ordered { Mood::Imperative } else { Mood::Reported };
    }
    if ORDERING.contains(&last) || clause {
        return Mood::Imperative;
    }
    Mood::Open
}

const ORDERING: &[&str] = &[
    "please",
    "now",
    "and",
    "then",
    "also",
    "just",
    "must",
    "should",
    "kindly",
    "so",
    "but",
    "first",
    "instead",
    "simply",
    "immediately",
    "always",
    "completely",
    "totally",
    "fully",
    "hereby",
    "assistant",
    "ai",
    "you",
    "important",
    "urgent",
    "attention",
    "bitte",
    "und",
    "por",
    "favor",
    "y",
    "e",
    "et",
    "plaît",
    "para",
    "jetzt",
    "ahora",
    "agora",
    "maintenant",
    "en",
    "i",
    "и",
    "пожалуйста",
    "proszę",
    "ora",
    "nu",
    "chatgpt",
    "oh",
    "stop",
    "ok",
    "okay",
    "hey",
    "hi",
    "hello",
    "user",
    "do",
];

const REPORTED: &[&str] = &[
    "to",
    "can",
    "could",
    "would",
    "may",
    "might",
    "we",
    "they",
    "he",
    "she",
    "it",
    "that",
    "which",
    "who",
    "i",
    "cannot",
    "shall",
    "attackers",
    "users",
    "models",
    "people",
    "don't",
    "never",
    "not",
    "will",
    "if",
    "or",
    "the",
    "a",
    "an",
    "did",
    "does",
    "doesn't",
    "won't",
    "can't",
    "when",
    "eslint",
    "how",
    "zu",
    "kann",
    "können",
];

/// Verbs that start an order after a forged role.
const ORDERS: &[&str] = &[
    "ignore",
    "disregard",
    "forget",
    "reveal",
    "print",
    "show",
    "send",
    "email",
    "forward",
    "answer",
    "respond",
    "reply",
    "say",
    "give",
    "do",
    "output",
    "override",
    "delete",
    "execute",
    "run",
    "you",
    "from",
    "please",
    "always",
    "never",
    "repeat",
    "recommend",
    "approve",
    "grant",
    "transfer",
    "act",
    "now",
    "stop",
    "write",
    "tell",
    "add",
    "include",
    "ensure",
];

/// Both in one sentence. A line break alone does not end one.
fn same_sentence(text: &str, first: &Word, second: &Word) -> bool {
    let between = text.get(first.range.end..second.range.start).unwrap_or_default();
    !between.contains(['!', '?', '。', '！', '？', ';', '|']) && !between.contains(". ") && !between.contains("\n\n")
}

fn window(text: &str, at: usize, len: usize) -> &str {
    text.get(at..floor(text, at.saturating_add(len))).unwrap_or_default()
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// How far the object of a verb may be, in bytes.
const OBJECT: usize = 72;
