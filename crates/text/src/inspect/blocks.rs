//! Cuts a text into blocks from left to right. Where a block ends depends on the text alone and never on how it arrives,
//! so that a stream and the whole text are judged in the same pieces.

use std::ops::Range;

use memchr::memmem;

use crate::detect::LONGEST_KEY;

/// Length of the first block of `text`, or none if more text has to be seen to know. `ended` says that no more will come.
///
/// A block ends at the first blank line behind [`LEAST`] bytes; where there is none, at the last line, sentence or word that
/// ends before [`MOST`]. Comments are not cut in two if they fit, and private keys in PEM never: for one a block grows.
pub(super) fn cut(text: &str, ended: bool) -> Option<usize> {
    let window = text.get(..floor(text, MOST)).unwrap_or(text);
    let blanks = memmem::find_iter(window.as_bytes().get(LEAST..).unwrap_or_default(), b"\n\n");
    let ends = blanks.take(BLANKS).map(|at| LEAST + at + 2);
    if let Some(end) = ends.into_iter().find(|end| open(window.get(..*end).unwrap_or_default()).is_none()) {
        return Some(end);
    }
    match text.len() {
        0 => None,
        len if len < MOST_KNOWN && !ended => None,
        len if len <= MOST => Some(len),
        _ => match open_key(window).filter(|start| *start < LEAST) {
            Some(start) => behind_key(text, start, ended),
            None => Some(best(window)),
        },
    }
}

/// Where the key ends that begins at `start`, or as much as the longest key has.
fn behind_key(text: &str, start: usize, ended: bool) -> Option<usize> {
    let body = start + label(text.get(start..)?)?;
    let longest = text.get(..floor(text, body + LONGEST_KEY + ENDING)).unwrap_or(text);
    let end = memmem::find(longest.as_bytes().get(body..)?, b"-----").map(|end| body + end);
    let known = end.map_or(body + LONGEST_KEY + ENDING + LOOKAHEAD, |end| end + ENDING + LOOKAHEAD);
    if text.len() < known && !ended {
        return None;
    }
    let Some(end) = end else { return Some(if longest.len() == text.len() { text.len() } else { best(longest) }) };
    // Where something else begins, this one has no end.
    let Some(last) = text.get(end..floor(text, end + ENDING))?.strip_prefix(END) else { return Some(end) };
    let dashes = memmem::find(last.as_bytes(), b"-----").map_or(0, |at| at + 5);
    Some(end + END.len() + dashes + usize::from(last.as_bytes().get(dashes) == Some(&b'\n')))
}

/// Where a private key begins that does not end in `text`.
fn open_key(text: &str) -> Option<usize> {
    let start = memmem::rfind(text.as_bytes(), BEGIN.as_bytes())?;
    let rest = text.get(start..)?;
    let label = label(rest)?;
    memmem::find(rest.as_bytes().get(label..)?, b"-----").is_none().then_some(start)
}

/// The length of the first line of a private key, if `text` begins with one; of all of it, if it may become one.
fn label(text: &str) -> Option<usize> {
    let line = text.as_bytes().get(BEGIN.len()..text.len().min(BEGIN.len() + ENDING))?;
    let Some(end) = memmem::find(line, b"-----") else {
        return (line.len() < ENDING && !line.contains(&b'\n')).then_some(text.len());
    };
    memmem::find(line.get(..end)?, b"PRIVATE KEY").is_some().then_some(BEGIN.len() + end + 5)
}

/// Where a window without a blank line is best cut.
fn best(window: &str) -> usize {
    if let Some(start) = open_key(window).or_else(|| open(window)).filter(|start| *start >= LEAST) {
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
    let words = || gaps().find(|(at, _)| between(*at)).map(|(at, space)| at + space.len());
    // Rows of tables and minified JSON have fields, and values seldom go on behind one.
    let field = || tail.rfind(FIELDS).map(|at| at + 1);
    let gap = || gaps().next().map(|(at, space)| at + space.len());
    let sign = || tail.char_indices().rev().find(|(_, c)| !is_of_value(*c)).map(|(at, c)| at + c.len_utf8());
    let end = line.or_else(sentence).or_else(words).or_else(field).or_else(gap).or_else(sign);
    end.map_or(window.len(), |end| head + end)
}

/// What addresses, numbers and tokens are made of.
fn is_of_value(c: char) -> bool {
    c.is_alphanumeric() || "@._-+=/%:~&#\\".contains(c)
}

/// Where a construct begins that belongs together and does not end in `text`.
pub(super) fn open(text: &str) -> Option<usize> {
    PAIRS
        .iter()
        .filter_map(|(begin, end)| {
            // Most texts have none, which is seen sooner from the front.
            let first = memmem::find(text.as_bytes(), begin.as_bytes())?;
            let start = first + memmem::rfind(text.as_bytes().get(first..)?, begin.as_bytes())?;
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
        // The signs that lines and sentences end with, but for the space behind some, stand in few places.
        let may_end = |byte: &u8| ENDS.get(usize::from(*byte)).is_some_and(|ends| *ends);
        let places = bytes.iter().enumerate().filter(|(_, byte)| may_end(byte)).flat_map(|(at, _)| [at + 1, at + 2]);
        let end = places.into_iter().find(|end| {
            let unit = rest.get(..*end).unwrap_or_default();
            unit.ends_with('\n') || SENTENCES.iter().any(|mark| unit.ends_with(mark))
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
/// And at most this long, unless a private key stands in it.
const MOST: usize = 8 << 10;
/// The longest character, so that the last whole one in a window is known.
const LOOKAHEAD: usize = 4;
/// The label of a key with its dashes is shorter, in bytes.
const ENDING: usize = 64;
/// From here on a window is full.
const MOST_KNOWN: usize = MOST + LOOKAHEAD;
/// What ends a field.
const FIELDS: [char; 4] = [',', ';', '|', '\t'];
/// So many gaps between words are tried.
const GAPS: usize = 64;
/// So many blank lines are tried.
const BLANKS: usize = 8;
/// Detectors look this far behind a match, at most.
const AHEAD: usize = 64;
const SENTENCES: [&str; 6] = [". ", "! ", "? ", "。", "। ", "؟ "];
/// The last bytes of lines, and of [`SENTENCES`] without their spaces.
const ENDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut mark = 0;
    while mark <= SENTENCES.len() {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            let bytes = if mark < SENTENCES.len() { SENTENCES[mark].trim_ascii_end().as_bytes() } else { b"\n" };
            table[bytes[bytes.len() - 1] as usize] = true;
        }
        mark += 1;
    }
    table
};
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const PAIRS: [(&str, &str); 2] = [(BEGIN, END), ("<!--", "-->")];

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
    fn fields_of_one_long_line_stay_whole() {
        for field in ["\"4111 1111 1111 1111\",", "jane.roe@mail.test;", "AB12|"] {
            let text = field.repeat(3000);
            let end = field.chars().next_back().unwrap();
            assert!(blocks(&text).iter().all(|block| block.ends_with(end) && block.len() <= MOST), "{field}");
        }
    }

    #[test]
    fn a_key_stays_in_one_block() {
        let key = format!("-----BEGIN X-----\n{}-----END X-----\n", "aaaabbbbccccdddd\n".repeat(100));
        let text = format!("{}{key}{}", "some text\n".repeat(700), "and so on\n".repeat(900));
        assert_eq!(blocks(&text).iter().filter(|block| block.contains(&key)).count(), 1);
    }

    /// What is no base64 would not be taken for a key.
    fn long_key(len: usize) -> String {
        let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
        let body: Vec<char> = (0..len).map(|at| letters[(at * at / 7 + at * 31) % letters.len()]).collect();
        let lines: String = body.chunks(64).map(|line| line.iter().collect::<String>() + "\n").collect();
        let dashes = "-".repeat(5);
        format!("{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{lines}{dashes}END RSA PRIVATE KEY{dashes}\n")
    }

    #[test]
    fn a_private_key_stays_whole_however_long_it_is() {
        use crate::{Action, Inspector, Origin, Redactor};
        let (inspector, redactor) = (Inspector::default(), Redactor::new(Action::Replace));
        for (before, len, behind) in [(0, 12_000, "and so on\n"), (100, 12_000, ""), (0, 15_600, "\n\nand so on\n")] {
            let head = "some text\n".repeat(before);
            for key in [long_key(len), format!("<!-- {}", long_key(len))] {
                let text = format!("{head}{key}{}", behind.repeat(60));
                let judgement = inspector.inspect(&text, Origin::Document);
                let whole = redactor.redact(&text, &judgement.findings);
                assert!(judgement.complete);
                assert_eq!(whole.matches("[private-key]").count(), 1, "{before} {len} {behind:?}");
                assert!(whole.len() < head.len() + behind.len() * 60 + 30, "{before} {len} {behind:?}");
                let mut stream = inspector.stream(Origin::Document, Some(&redactor));
                let mut out: String = text.as_bytes().chunks(3000).map(|piece| stream.push(piece)).collect();
                out.push_str(&stream.finish().0);
                assert_eq!(out, whole, "{before} {len} {behind:?}");
            }
        }
        // What only begins like a key ends with the longest of them; certificates are no secret.
        let endless = "-----BEGIN PRIVATE KEY-----\n".to_owned() + &"a line of text\n".repeat(5000);
        assert!(blocks(&endless).iter().all(|block| block.len() <= LONGEST_KEY + 2 * ENDING));
        let certificate = long_key(12_000).replace("RSA PRIVATE KEY", "CERTIFICATE");
        assert!(blocks(&certificate).iter().all(|block| block.len() <= MOST));
    }

    proptest! {
        #[test]
        fn what_has_been_cut_stays_cut(text in "([a-e ]{0,300}|\n{1,2}|-----BEGIN |-----END |PRIVATE KEY-----|<!--|-->|é){0,80}") {
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
