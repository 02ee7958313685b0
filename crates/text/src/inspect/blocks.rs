//! Cuts a text into blocks from left to right. Where a block ends depends on the text alone and never on how it arrives,
//! so that a stream and the whole text are judged in the same pieces.

use std::ops::Range;

use memchr::memmem;

/// Length of the first block of `text`, or none if more text has to be seen to know. `ended` says that no more will come.
///
/// A block ends at the first blank line behind [`LEAST`] bytes; where there is none, at the last line, sentence or word that
/// ends before [`MOST`]. Keys in PEM and comments are not cut in two if they fit.
pub(super) fn cut(text: &str, ended: bool) -> Option<usize> {
    let window = text.get(..floor(text, MOST)).unwrap_or(text);
    let blanks = memmem::find_iter(window.as_bytes().get(LEAST..).unwrap_or_default(), b"\n\n");
    let ends = blanks.take(BLANKS).map(|at| LEAST + at + 2);
    if let Some(end) = ends.into_iter().find(|end| open(window.get(..*end).unwrap_or_default()).is_none()) {
        return Some(end);
    }
    match text.len() {
        0 => None,
        MOST_KNOWN.. => Some(best(window)),
        _ if !ended => None,
        len if len <= MOST => Some(len),
        _ => Some(best(window)),
    }
}

/// Where a window without a blank line is best cut.
fn best(window: &str) -> usize {
    if let Some(start) = open(window).filter(|start| *start >= LEAST) {
        return start;
    }
    let tail = window.get(floor(window, LEAST)..).unwrap_or_default();
    let head = window.len() - tail.len();
    let line = tail.rfind('\n').map(|at| at + 1);
    let sentence = || SENTENCES.iter().filter_map(|end| tail.rfind(end).map(|at| at + end.len())).max();
    // A gap between two words, rather than within a number or beside a sign.
    let between = |at: usize| {
        let (head, rest) = tail.split_at_checked(at).unwrap_or_default();
        let after = rest.chars().nth(1);
        head.ends_with(char::is_alphabetic) && after.is_some_and(char::is_alphabetic)
    };
    let gaps = || tail.rmatch_indices(char::is_whitespace).take(GAPS);
    let gap = || gaps().find(|(at, _)| between(*at)).or_else(|| gaps().next());
    let word = || gap().map(|(at, space)| at + space.len());
    line.or_else(sentence).or_else(word).map_or(window.len(), |end| head + end)
}

/// Where a construct begins that belongs together and does not end in `text`.
pub(super) fn open(text: &str) -> Option<usize> {
    PAIRS
        .iter()
        .filter_map(|(begin, end)| {
            let start = memmem::rfind(text.as_bytes(), begin.as_bytes())?;
            memmem::find(text.as_bytes().get(start + begin.len()..)?, end.as_bytes()).is_none().then_some(start)
        })
        .min()
}

/// How much of an open block no later text can change: up to the last end of a line or sentence that has [`AHEAD`] bytes
/// behind it, and before anything that is still open.
pub(super) fn settled(text: &str) -> usize {
    let known = text.get(..floor(text, text.len().saturating_sub(AHEAD))).unwrap_or_default();
    let line = known.rfind('\n').map_or(0, |at| at + 1);
    let sentence = SENTENCES.iter().filter_map(|end| known.rfind(end).map(|at| at + end.len())).max().unwrap_or(0);
    line.max(sentence).min(open(text).unwrap_or(text.len()))
}

/// The lines and sentences of a block. Where one ends depends on nothing behind it.
pub(super) fn units(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let bytes = rest.as_bytes();
        let end = memchr::memchr3_iter(b'\n', b' ', 0x82, bytes).map(|at| at + 1).find(|end| {
            // Most spaces stand behind a letter, and end nothing.
            let behind_letter = bytes.get(end.wrapping_sub(2)).is_some_and(u8::is_ascii_alphanumeric);
            let line = bytes.get(*end - 1) == Some(&b'\n');
            line || !behind_letter
                && rest.get(..*end).is_some_and(|unit| SENTENCES.iter().any(|mark| unit.ends_with(mark)))
        });
        let unit = start..start + end.unwrap_or(rest.len());
        start = unit.end;
        Some(unit)
    })
}

/// The largest place up to `at` that is no middle of a character.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A block is at least this long, in bytes, unless the text ends.
const LEAST: usize = 2 << 10;
/// And at most this long.
const MOST: usize = 8 << 10;
/// The longest character, so that the last whole one in a window is known.
const LOOKAHEAD: usize = 4;
/// From here on a window is full.
const MOST_KNOWN: usize = MOST + LOOKAHEAD;
/// So many gaps between words are tried.
const GAPS: usize = 64;
/// So many blank lines are tried.
const BLANKS: usize = 8;
/// Detectors look this far behind a match, at most.
const AHEAD: usize = 64;
const SENTENCES: [&str; 6] = [". ", "! ", "? ", "。", "। ", "؟ "];
const PAIRS: [(&str, &str); 2] = [("-----BEGIN ", "-----END "), ("<!--", "-->")];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(text: &str) -> Vec<&str> {
        let (mut rest, mut blocks) = (text, Vec::new());
        while let Some(end) = cut(rest, true) {
            let (block, after) = rest.split_at(end);
            blocks.push(block);
            rest = after;
        }
        assert!(rest.is_empty());
        blocks
    }

    #[test]
    fn short_text_is_one_block() {
        assert_eq!(blocks("a b\n\nc"), ["a b\n\nc"]);
        assert!(blocks("").is_empty());
        assert_eq!(cut("a b\n\nc", false), None);
    }

    #[test]
    fn long_text_is_cut_at_a_blank_line_or_else_where_a_line_sentence_or_word_ends() {
        let text = format!("{}\n\nnext", "word ".repeat(600));
        assert_eq!(blocks(&text)[1], "next");
        for (end, unit) in [("\n", "a line of text\n"), (". ", "A sentence. "), (" ", "word ")] {
            let text = unit.repeat(2000);
            let blocks = blocks(&text);
            assert!(blocks.iter().all(|block| block.ends_with(end) && block.len() <= MOST), "{end:?}");
        }
        assert!(blocks(&"é".repeat(20_000)).iter().all(|block| block.len() <= MOST));
    }

    #[test]
    fn a_key_stays_in_one_block() {
        let key = format!("-----BEGIN X-----\n{}-----END X-----\n", "aaaabbbbccccdddd\n".repeat(100));
        let text = format!("{}{key}{}", "some text\n".repeat(700), "and so on\n".repeat(900));
        assert_eq!(blocks(&text).iter().filter(|block| block.contains(&key)).count(), 1);
    }

    proptest! {
        #[test]
        fn what_has_been_cut_stays_cut(text in "([a-e ]{0,300}|\n{1,2}|-----BEGIN |-----END |<!--|-->|é){0,80}") {
            let whole = blocks(&text);
            for step in [1, 7, 1000] {
                let (mut pending, mut seen) = (String::new(), Vec::new());
                let pieces: Vec<char> = text.chars().collect();
                for piece in pieces.chunks(step) {
                    pending.extend(piece);
                    while let Some(end) = cut(&pending, false) {
                        seen.push(pending.drain(..end).collect::<String>());
                    }
                }
                while let Some(end) = cut(&pending, true) {
                    seen.push(pending.drain(..end).collect::<String>());
                }
                prop_assert_eq!(&seen, &whole);
            }
        }

        #[test]
        fn units_end_where_a_line_or_sentence_does(text in "([a-e]{0,3}|[.!?] | |\n|。|। |؟ |é){0,60}") {
            let ends: Vec<usize> = units(&text).map(|unit| unit.end).collect();
            let is_end = |end: &usize| {
                let head = text.get(..*end).unwrap_or_default();
                head.len() == text.len() || head.ends_with('\n') || SENTENCES.iter().any(|mark| head.ends_with(mark))
            };
            let places = text.char_indices().map(|(at, c)| at + c.len_utf8());
            prop_assert_eq!(ends, places.filter(is_end).collect::<Vec<_>>());
        }
    }
}
