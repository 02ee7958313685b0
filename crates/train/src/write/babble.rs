//! Strings of tokens as optimisation finds them (GCG and its like): pieces of words, signs, code and scripts with no sense.

use super::random::Random;

/// A string of 10 to 40 such tokens, of one of several habits.
pub(super) fn suffix(random: &mut Random) -> String {
    // How often each kind of token comes, in percent; what is left are whole words.
    let [pieces, signs, code, scripts] = *random.pick(HABITS).unwrap_or(&[30, 20, 15, 5]);
    // How often a token is glued to the one before it.
    let glued = *random.pick(&[10, 30, 50, 75]).unwrap_or(&30);
    let mut text = String::new();
    for _ in 0..random.between(10, 40) {
        let kind = random.below(100);
        let token = if kind < pieces {
            piece(random)
        } else if kind < pieces + signs {
            (*random.pick(SIGNS).unwrap_or(&"!")).to_owned()
        } else if kind < pieces + signs + code {
            (*random.pick(CODE).unwrap_or(&"{")).to_owned()
        } else if kind < pieces + signs + code + scripts {
            (*random.pick(SCRIPTS).unwrap_or(&"и")).to_owned()
        } else {
            cased(random.pick(WORDS).unwrap_or(&"the"), random)
        };
        if !text.is_empty() && !random.chance(glued) {
            text.push(' ');
        }
        text.push_str(&token);
        // A run that the search has not changed yet.
        if random.chance(3) {
            text.push_str(
                &[" !", "!", "x ", " x", "= "].get(random.below(5)).unwrap_or(&"!").repeat(random.between(3, 12)),
            );
        }
    }
    text
}

/// The start or the end of a word, or the end of one and the start of another.
fn piece(random: &mut Random) -> String {
    let cut = |random: &mut Random, end: bool| {
        let letters: Vec<char> = random.pick(WORDS).unwrap_or(&"word").chars().collect();
        let keep = random.between(2, 4).min(letters.len());
        let skip = if end { letters.len() - keep } else { 0 };
        letters.into_iter().skip(skip).take(keep).collect::<String>()
    };
    let first = cut(random, true);
    let joined = match random.below(4) {
        0 => first + &cut(random, false),
        1 => first + &capital(&cut(random, false)),
        2 => cut(random, false),
        _ => first,
    };
    cased(&joined, random)
}

fn cased(word: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 => capital(word),
        1 if random.chance(40) => word.to_uppercase(),
        _ => word.to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Percent of word pieces, signs, code and other scripts.
const HABITS: &[[usize; 4]] = &[
    [30, 25, 20, 5],
    [55, 15, 10, 0],
    [20, 45, 15, 0],
    [15, 15, 50, 0],
    [25, 15, 10, 35],
    [10, 10, 0, 0],
    [5, 3, 2, 2],
    [35, 30, 30, 5],
];

const SIGNS: &[&str] = &[
    "!", "?)", "](", ")(", "\"]", "{{", "}}", "\\", "\\\\", "--", "==", "::", ";;", "$$", "@", "##", "`", "``", "'",
    "\"", "(\"", "\")", "[[", "]]", "<<", ">>", "|", "||", "&", "%", "^", "~", "_", "*", "**", "...", ".,", ",\"",
    ":(", "}(", ")[", "+\"", "/>", "=>", "!--", "([", "])", "?\"", "\\\"", "_{", "}_", "}$", "=\\\"",
];

const CODE: &[&str] = &[
    "printf",
    "\\begin",
    "\\textbf{",
    "\\newline",
    "\\frac",
    "var_",
    "const",
    "getElement",
    "isset",
    "NSString",
    "public",
    "void",
    "std::",
    "#include",
    "</",
    "<?",
    "$_",
    "__init",
    "lambda",
    "->",
    "println",
    "useState",
    "ArrayList",
    "addEventListener",
    "toString",
    "SELECT",
    "WHERE",
    "npm",
    "utf",
    "href=",
    "\\ref",
    "\\cite",
    "@Override",
    "async",
    "await",
    "sizeof",
    "enumerate",
    "kwargs",
    "setText",
    "onclick",
    "json",
    "xml",
    "usepackage",
    "\\mathcal",
    "ViewController",
    "DataFrame",
    "malloc",
    "Exception",
    "typedef",
    "\\(",
    "\\)",
    "echo",
    "regex",
    "mysqli",
    "Vec<",
    "impl",
    "struct",
    "return",
    "nullptr",
    "foreach",
    "yaml",
    ".tar",
    "HTTP",
];

const SCRIPTS: &[&str] = &[
    "ска", "ными", "при", "ово", "ющ", "の", "です", "ます", "的", "是", "用", "数", "请", "を", "ال", "من", "في",
    "ות", "של", "α", "λ", "ού", "é", "ção", "ñ", "ü", "ße", "ł", "ów", "ğ", "ı", "ő", "で", "것", "의", "한", "नि",
    "क", "ต", "ạ", "ộ", "№", "→", "¿", "«", "»", "’", "–", "•", "Ñ", "Â", "Ã", "ž", "ć",
];

const WORDS: &[&str] = &[
    "sure",
    "tutorial",
    "opposite",
    "sentence",
    "revert",
    "write",
    "similarly",
    "now",
    "two",
    "three",
    "please",
    "title",
    "steps",
    "instead",
    "answer",
    "output",
    "begin",
    "here",
    "list",
    "manual",
    "formatting",
    "describing",
    "interface",
    "following",
    "summary",
    "inverse",
    "reply",
    "theory",
    "plain",
    "lowercase",
    "titled",
    "repeat",
    "certain",
    "proof",
    "magic",
    "guide",
    "brief",
    "quote",
    "table",
    "reverse",
    "italic",
    "bullet",
    "explain",
    "inside",
    "formal",
    "tone",
    "chapter",
    "poem",
    "script",
    "letter",
    "order",
    "bracket",
    "comma",
    "newline",
    "markdown",
    "column",
    "story",
    "yes",
    "okay",
    "definitely",
    "absolutely",
    "step",
    "first",
    "finally",
    "provided",
    "assist",
    "document",
    "paragraph",
    "swap",
    "translate",
    "spell",
    "example",
    "simple",
    "detailed",
    "twelve",
    "recipe",
    "sport",
    "cloud",
    "engine",
    "mountain",
    "hotel",
    "cousin",
    "garlic",
    "museum",
    "battery",
    "marble",
    "pension",
    "carpet",
    "election",
    "orbit",
    "linen",
    "copper",
    "treaty",
    "violin",
    "forest",
    "dentist",
    "harbour",
    "kernel",
    "window",
    "market",
    "senate",
    "glacier",
    "camera",
    "puzzle",
    "magnet",
    "onion",
    "pilot",
    "ribbon",
    "saddle",
    "temple",
    "vector",
    "walnut",
    "yellow",
    "zebra",
    "anchor",
    "bottle",
    "canvas",
    "dragon",
    "effort",
    "fabric",
    "guitar",
    "hammer",
    "island",
    "jacket",
    "ladder",
    "mirror",
    "needle",
    "oxygen",
    "pencil",
    "rocket",
    "silver",
    "tunnel",
    "useful",
    "valley",
    "winter",
    "describe",
    "presentation",
    "correspond",
    "information",
    "Wikipedia",
    "Reddit",
    "Paris",
    "Manuel",
    "Tokyo",
    "Java",
    "Victoria",
    "Spanish",
    "Disney",
    "Python",
    "Ubuntu",
    "Ocean",
    "Steph",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_long_and_differ() {
        let random = &mut Random::new(2);
        let mut all: Vec<String> = (0..200).map(|_| suffix(random)).collect();
        assert!(all.iter().all(|text| text.len() > 20 && text.len() < 900));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 200);
    }
}
