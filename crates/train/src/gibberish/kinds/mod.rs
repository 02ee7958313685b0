//! Harmless texts that look odd: what machines write, tables, codes, lists, talk. Half of the kinds are learnt from; the
//! other half is only ever measured on.

mod held;
mod learnt;

use std::sync::LazyLock;

use super::texts::Text;
use crate::random::Random;

/// `each` texts of every kind that is learnt from, or of every one that is not.
pub(super) fn write(learnt: bool, each: usize, random: &mut Random) -> Vec<Text> {
    let mut texts = Vec::new();
    for (name, line, between) in if learnt { learnt::KINDS } else { held::KINDS } {
        for _ in 0..each {
            let lines = [1, 3, 10, 30].get(random.below(4)).copied().unwrap_or(1);
            let lines: Vec<String> = (0..lines).map(|_| line(random)).collect();
            let lead = LEADS.get(random.below(LEADS.len())).copied().unwrap_or_default();
            texts.push(Text { text: format!("{lead}{}", lines.join(between)), kind: format!("{PREFIX}{name}") });
        }
    }
    texts
}

/// What the names of these kinds begin with.
pub(super) const PREFIX: &str = "odd-";

/// Name, what writes a line, and what stands between lines.
type Kind = (&'static str, fn(&mut Random) -> String, &'static str);
#[expect(clippy::indexing_slicing, reason = "no list here is empty, and the number is below its length")]
fn one<T: Copy>(of: &[T], random: &mut Random) -> T {
    of[random.below(of.len())]
}

fn of(letters: &str, count: usize, random: &mut Random) -> String {
    let letters: Vec<char> = letters.chars().collect();
    (0..count).map(|_| one(&letters, random)).collect()
}

fn many(count: usize, between: &str, random: &mut Random, each: fn(&mut Random) -> String) -> String {
    (0..count).map(|_| each(random)).collect::<Vec<_>>().join(between)
}

fn word(random: &mut Random) -> String {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let small = |word: &&str| word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_lowercase());
        COMMON.split_whitespace().filter(small).collect()
    });
    one(&WORDS, random).to_owned()
}

fn capital(random: &mut Random) -> String {
    let word = word(random);
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn name(random: &mut Random) -> String {
    one(NAMES, random).to_owned()
}

fn camel(random: &mut Random) -> String {
    format!("{}{}", word(random), capital(random))
}

fn snake(random: &mut Random) -> String {
    format!("{}_{}", word(random), word(random))
}

fn upper_snake(random: &mut Random) -> String {
    snake(random).to_uppercase()
}

fn l(random: &mut Random) -> String {
    of(LOWER, 1, random)
}

fn date(random: &mut Random) -> String {
    format!("{}-{:02}-{:02}", 1990 + random.below(40), 1 + random.below(12), 1 + random.below(28))
}

fn time(random: &mut Random) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", random.below(24), random.below(60), random.below(60), random.below(1000))
}

fn address(random: &mut Random) -> String {
    many(4, ".", random, |random| random.below(256).to_string())
}

fn path(random: &mut Random) -> String {
    let parts: Vec<String> = (0..2 + random.below(4)).map(|_| one(&[word, snake, camel], random)(random)).collect();
    format!("/{}.{}", parts.join("/"), one(&["py", "rs", "json", "so.1", "log", "tar.gz", "c"], random))
}

fn cell(random: &mut Random) -> String {
    match random.below(5) {
        0 => random.below(99_999).to_string(),
        1 => format!("{}.{}%", random.below(99), random.below(9)),
        2 => name(random),
        3 => "-".to_owned(),
        _ => word(random),
    }
}

fn regex(random: &mut Random) -> String {
    const PARTS: &[&str] = &[
        "[a-z]+",
        "\\d{2,4}",
        "(?:",
        ")",
        ".*?",
        "[^\"]*",
        "\\s*",
        "|",
        "(?i)",
        "\\b",
        "[A-Z0-9._%+-]",
        "$",
        "\\w+",
        "@",
        "\\.",
        "?",
        "(?P<id>",
        "[^\\]]",
        "{3}",
    ];
    (0..4 + random.below(9)).map(|_| one(PARTS, random)).collect()
}

const LEADS: &[&str] = &[
    "",
    "",
    "What does this mean?\n",
    "Please convert the following:\n\n",
    "I found this in the old folder and do not know what to do with it: ",
    "Sort these for me, please: ",
    "Kannst du das bitte lesen? ",
    "Here is what the tool printed.\n",
    "```\n",
];
const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PRINTED: &str = "................abcdefgXYZ0123456789$%&@!{}[]()<>";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const COMMON: &str = include_str!("../../write/common.txt");
const NAMES: &[&str] = &[
    "Nguyen",
    "Okonkwo",
    "García",
    "Müller",
    "Kowalski",
    "Ivanova",
    "Yılmaz",
    "Haddad",
    "Tanaka",
    "Kim",
    "Li",
    "Singh",
    "O'Brien",
    "van Dijk",
    "Papadopoulos",
    "Horvat",
    "Nagy",
    "Jónsdóttir",
    "Virtanen",
    "Tamm",
    "Mbeki",
    "Silva",
    "Rossi",
    "Dupont",
    "Andersson",
    "Иванов",
    "田中",
    "Ahmed",
    "Fatima",
    "Aisha",
    "Zoë",
    "Björn",
    "Siobhán",
    "Wei",
    "Priya",
    "Kofi",
    "Lerato",
    "Mateusz",
    "Chiara",
    "Dmitri",
    "Leilani",
    "Xochitl",
    "Nkechi",
    "Tariq",
    "Eun-ji",
    "Rasmus",
    "Anna-Lena",
    "Jean-Luc",
    "María José",
    "Thandiwe",
    "Quang",
    "Szymon",
    "Ewelina",
    "Ngozi",
    "Bao",
];
