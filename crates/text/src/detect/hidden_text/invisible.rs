//! Characters without a glyph: zero-width ones, direction controls, tags, variation selectors, soft hyphens. Each has
//! a use; what counts is where they stand and how many.

use palisade_base::Confidence;

use crate::Hit;

/// Every run of invisible characters that no language needs there. `chars` are those of the lines that may hold some.
pub(super) fn find(text: &str, chars: impl Iterator<Item = (usize, char)>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut split_words = Vec::new();
    let mut chars = chars.peekable();
    let mut before = None;
    let mut directions = 0_usize;
    while let Some((start, first)) = chars.next() {
        let Some(class) = class(first) else {
            before = Some(first);
            continue;
        };
        let (mut end, mut count, mut last) = (start + first.len_utf8(), 1, first);
        while let Some((at, next)) = chars.next_if(|(_, next)| self::class(*next) == Some(class)) {
            (end, count, last) = (at + next.len_utf8(), count + 1, next);
        }
        let after = chars.peek().map(|(_, next)| *next);
        let run = Run { start, end, count, first, last, before, after };
        match class {
            Class::Tag => hits.extend(tags(&run)),
            Class::Variation => hits.extend(variations(&run)),
            Class::Direction => {
                directions += 1;
                hits.extend((directions <= DIRECTIONS).then(|| direction(text, &run)).flatten());
            }
            Class::ZeroWidth => hits.extend(zero_width(&run, &mut split_words)),
            Class::SoftHyphen => hits.extend((count > 2).then(|| run.hit("soft-hyphens", Confidence::Medium))),
        }
        before = Some(last);
    }
    // One broken word is a slip of the clipboard; several are a method.
    let confidence = if split_words.len() > 2 { Confidence::Medium } else { Confidence::Low };
    hits.extend(split_words.into_iter().take(MANY).map(|range| Hit { range, kind: "zero-width", confidence }));
    hits.extend(hyphenated(text));
    hits
}

/// Whether a line may hold an invisible character, by the first bytes of those that there are.
pub(super) fn may_hold(line: &[u8]) -> bool {
    let leads = line.iter().enumerate().filter(|(_, byte)| **byte >= 0xc2);
    leads.filter_map(|(at, _)| line.get(at..)).any(|rest| {
        matches!(
            rest,
            [0xc2, 0xad, ..]
                | [0xe1, 0x85 | 0xa0, ..]
                | [0xe2, 0x80, 0x8b..=0x8d | 0xaa..=0xae, ..]
                | [0xe2, 0x81, 0xa0..=0xa9, ..]
                | [0xe3, 0x85, ..]
                | [0xef, 0xb8 | 0xbb | 0xbe, ..]
                | [0xf3, 0xa0, ..]
        )
    })
}

/// The text that tag characters or variation selectors spell.
pub(super) fn decode(hidden: &str) -> Option<String> {
    let tags: String = hidden
        .chars()
        .filter_map(|c| char::from_u32(u32::from(c).checked_sub(0xe0000)?))
        .filter(|c| (' '..='~').contains(c))
        .collect();
    if !tags.is_empty() && hidden.chars().all(|c| class(c) == Some(Class::Tag)) {
        return Some(tags);
    }
    let bytes: Vec<u8> = hidden.chars().filter_map(selector).collect();
    let text = String::from_utf8(bytes).ok()?;
    (text.len() > 1 && text.chars().all(|c| !c.is_control() || c.is_whitespace())).then_some(text)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    ZeroWidth,
    Direction,
    Tag,
    Variation,
    SoftHyphen,
}

fn class(c: char) -> Option<Class> {
    match c {
        '\u{ad}' => Some(Class::SoftHyphen),
        '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{180e}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}' => Some(Class::ZeroWidth),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(Class::Direction),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => Some(Class::Variation),
        '\u{e0000}'..='\u{e007f}' => Some(Class::Tag),
        _ => None,
    }
}

/// The byte that a variation selector stands for when bytes are smuggled in them.
fn selector(c: char) -> Option<u8> {
    let code = u32::from(c);
    match c {
        '\u{fe00}'..='\u{fe0f}' => u8::try_from(code - 0xfe00).ok(),
        '\u{e0100}'..='\u{e01ef}' => u8::try_from(code - 0xe0100 + 16).ok(),
        _ => None,
    }
}

/// Invisible characters of one class, one after another.
struct Run {
    start: usize,
    end: usize,
    count: usize,
    first: char,
    last: char,
    before: Option<char>,
    after: Option<char>,
}

impl Run {
    fn hit(&self, kind: &'static str, confidence: Confidence) -> Hit {
        Hit { range: self.start..self.end, kind, confidence }
    }
}

fn tags(run: &Run) -> Option<Hit> {
    // The flags of England, Scotland and Wales: a black flag, up to six tags, a cancel tag.
    let flag = run.before == Some('\u{1f3f4}') && run.last == '\u{e007f}' && run.count <= 7;
    (!flag).then(|| run.hit("tag-characters", if run.count > 2 { Confidence::High } else { Confidence::Medium }))
}

fn variations(run: &Run) -> Option<Hit> {
    // A glyph has one variant at a time; a stray second one follows some emoji keyboards.
    (run.count > 2)
        .then(|| run.hit("variation-selectors", if run.count > 4 { Confidence::High } else { Confidence::Medium }))
}

fn zero_width(run: &Run, split_words: &mut Vec<std::ops::Range<usize>>) -> Option<Hit> {
    if run.start == 0 && run.first == '\u{feff}' && run.count == 1 {
        return None;
    }
    let needed = |c: Option<char>| c.is_some_and(needs_joiners);
    if run.count > 3 {
        // Sixteen characters hold two bytes of text in any of the usual codes.
        let confidence = if run.count >= 16 { Confidence::High } else { Confidence::Medium };
        return Some(run.hit("zero-width", confidence));
    }
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{530}');
    if latin(run.before) && latin(run.after) && !needed(run.before) && !needed(run.after) && split_words.len() <= MANY {
        split_words.push(run.start..run.end);
    }
    None
}

/// Scripts and symbols that join or break with zero-width characters: Arabic to Khmer, Mongolian, kana, Han, emoji.
fn needs_joiners(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{1aff}' | '\u{2190}'..='\u{2bff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{ffef}' | '\u{1f000}'..='\u{1faff}')
}

fn direction(text: &str, run: &Run) -> Option<Hit> {
    let line_start = text.get(..run.start)?.rfind('\n').map_or(0, |at| at + 1);
    let from = line_start.max(run.start.saturating_sub(LINE));
    let from = (from..=run.start).find(|at| text.is_char_boundary(*at))?;
    let line: String = text.get(from..)?.chars().take(LINE).take_while(|c| *c != '\n').collect();
    let right_to_left =
        line.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'));
    let open = line
        .chars()
        .filter(|c| matches!(c, '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' | '\u{2066}'..='\u{2068}'))
        .count();
    let closed = line.chars().filter(|c| matches!(c, '\u{202c}' | '\u{2069}')).count();
    let forced = matches!(run.first, '\u{202d}' | '\u{202e}');
    let confidence = match forced {
        _ if right_to_left => return None,
        true => Confidence::High,
        false if open != closed && open > 0 => Confidence::Medium,
        false => return None,
    };
    Some(run.hit("direction-control", confidence))
}

/// Words with a soft hyphen between nearly all letters: no hyphenation does that.
fn hyphenated(text: &str) -> Vec<Hit> {
    let Some(first) = text.find('\u{ad}') else { return Vec::new() };
    let from = text.get(..first).and_then(|head| head.rfind(char::is_whitespace)).unwrap_or(0);
    let mut hits = Vec::new();
    let mut at = from;
    for word in text.get(from..).unwrap_or_default().split_inclusive(char::is_whitespace) {
        let hyphens = word.matches('\u{ad}').count();
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        if hyphens > 2 && hyphens * 3 > letters * 2 && hits.len() < MANY {
            hits.push(Hit {
                range: at..at + word.trim_end().len(),
                kind: "soft-hyphens",
                confidence: Confidence::Medium,
            });
        }
        at += word.len();
    }
    hits
}

/// The most hits of one sort that are worth reporting in one text.
const MANY: usize = 64;
/// The most direction controls that are looked at in one text; each costs a look at its line.
const DIRECTIONS: usize = 4096;
/// How much of a line is looked at around a direction control.
const LINE: usize = 400;

#[cfg(test)]
mod tests {
    use super::{super::tests::kinds, *};
    use crate::{Detector, HiddenText};

    fn in_tags(text: &str) -> String {
        text.chars().map(|c| char::from_u32(0xe0000 + u32::from(c)).unwrap()).collect()
    }

    #[test]
    fn no_line_with_an_invisible_character_is_passed_over() {
        for c in ('\u{80}'..=char::MAX).filter(|c| class(*c).is_some()) {
            assert!(may_hold(c.to_string().as_bytes()), "{c:?}");
        }
        assert!(!may_hold("“Schöne Grüße” – naïve, 日本語、привет…".as_bytes()));
    }

    #[test]
    fn tags_are_decoded() {
        let text = format!("hello{} world", in_tags("do this"));
        let hits = HiddenText.find(&text);
        assert_eq!((hits[0].kind, hits[0].confidence), ("tag-characters", Confidence::High));
        assert_eq!(HiddenText::reveal(&text, &hits[0]).as_deref(), Some("do this"));
    }

    #[test]
    fn variation_selectors_are_decoded() {
        let hidden: String =
            "do this".bytes().map(|byte| char::from_u32(0xe0100 + u32::from(byte) - 16).unwrap()).collect();
        let text = format!("\u{1f600}{hidden}");
        let hits = HiddenText.find(&text);
        assert_eq!((hits[0].kind, hits[0].confidence), ("variation-selectors", Confidence::High));
        assert_eq!(HiddenText::reveal(&text, &hits[0]).as_deref(), Some("do this"));
    }

    #[test]
    fn invisible_runs() {
        assert_eq!(kinds(&format!("a{}b", "\u{200b}\u{200c}".repeat(8))), ["zero-width"]);
        assert_eq!(kinds("ig\u{200b}nore"), ["zero-width"]);
        assert_eq!(kinds("if user \u{202e} admin"), ["direction-control"]);
        assert_eq!(kinds("i\u{ad}g\u{ad}n\u{ad}o\u{ad}r\u{ad}e"), ["soft-hyphens"]);
        assert_eq!(kinds("end\u{200b} of word"), Vec::<&str>::new());
    }
}
