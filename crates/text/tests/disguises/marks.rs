//! Letters and words kept apart or put together by marks: blanks, lines, tags, strings.

use super::{Disguise, codings::words};

pub(super) const ALL: &[Disguise] = &[
    ("plain", ToOwned::to_owned),
    ("a tag around each letter", |text| wrapped(text, "<b>", "</b>")),
    ("two kinds of tags", |text| wrapped(text, "<span class=\"x\"><i>", "</i></span>")),
    ("an empty tag between letters", |text| between(text, "<b></b>")),
    ("a comment between letters", |text| between(text, "<!-- -->")),
    ("a tag between letters", |text| between(text, "<wbr>")),
    ("no blanks", |text| text.to_lowercase().replace(' ', "")),
    ("no blanks, capitals", |text| text.to_uppercase().replace(' ', "")),
    ("camel case", camel),
    ("snake case", |text| text.to_lowercase().replace(' ', "_")),
    ("kebab case", |text| text.to_lowercase().replace(' ', "-")),
    ("dots for blanks", |text| text.to_lowercase().replace(' ', ".")),
    ("slashes for blanks", |text| text.to_lowercase().replace(' ', "/")),
    ("plus for blanks", |text| text.to_lowercase().replace(' ', "+")),
    ("emoji for blanks", |text| text.to_lowercase().replace(' ', "🌸")),
    ("one letter a line", |text| between(&text.replace(' ', "\n"), "\n")),
    ("one word a line", |text| text.replace(' ', "\n")),
    ("one word a line, capitals", |text| text.to_uppercase().replace(' ', "\n")),
    ("one word a list entry", |text| words(text, "\n", |word| format!("- {word}"))),
    ("one word a paragraph", |text| text.replace(' ', "\n\n")),
    ("spaced", |text| between(text, " ")),
    ("spaced, two blanks between words", |text| words(text, "  ", |word| between(word, " "))),
    ("stars between letters", |text| words(text, " ", |word| between(word, "*"))),
    ("dashes between letters", |text| words(text, " ", |word| between(word, "-"))),
    ("dots between letters", |text| words(text, " ", |word| between(word, "."))),
    ("lines between letters", |text| words(text, " ", |word| between(word, "_"))),
    ("bars between letters", |text| words(text, " ", |word| between(word, "|"))),
    ("slashes between letters", |text| words(text, " ", |word| between(word, "/"))),
    ("stars everywhere", |text| between(text, "*")),
    ("emoji between letters", |text| words(text, " ", |word| between(word, "🔥"))),
    ("middle dots between letters", |text| words(text, " ", |word| between(word, "·"))),
    ("a letter between letters", |text| words(text, " ", |word| between(word, "x"))),
    ("strings added up", |text| format!("\"{}\"", super::codings::groups(text, 4, "\" + \""))),
    ("strings beside each other", |text| format!("'{}'", super::codings::groups(text, 3, "' '"))),
    ("a list of letters", |text| format!("['{}']", between(text, "', '"))),
    ("doubled letters", |text| text.chars().flat_map(|letter| [letter, letter]).collect()),
    ("mixed case", |text| {
        text.chars()
            .enumerate()
            .map(|(at, letter)| if at % 2 > 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() })
            .collect()
    }),
    ("bold letters in Markdown", |text| wrapped(text, "**", "**")),
];

fn between(text: &str, joint: &str) -> String {
    text.chars().map(String::from).collect::<Vec<_>>().join(joint)
}

fn wrapped(text: &str, before: &str, after: &str) -> String {
    text.chars().map(|letter| if letter == ' ' { " ".to_owned() } else { format!("{before}{letter}{after}") }).collect()
}

fn camel(text: &str) -> String {
    let mut out = String::new();
    for word in text.to_lowercase().split(' ') {
        let (head, tail) = word.split_at(1);
        out += &if out.is_empty() { head.to_owned() } else { head.to_uppercase() };
        out += tail;
    }
    out
}
