//! What Markdown holds and does not show: definitions used as comments, titles and alternative texts; and words that marks
//! of emphasis split.

use super::{Part, Step, markup::take, without};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let brackets = |by: u8| memchr::memchr_iter(b']', bytes).filter(move |at| bytes.get(at + 1) == Some(&by));
    for at in brackets(b'(').chain(brackets(b':')) {
        let Some(rest) = text.get(at + 2..).filter(|_| at >= done || bytes.get(at + 1) == Some(&b':')) else {
            continue;
        };
        let near = rest.get(..rest.floor_char_boundary(LONGEST)).unwrap_or_default();
        let line = near.split('\n').next().unwrap_or_default();
        let head = text.get(text.floor_char_boundary(at.saturating_sub(LONGEST))..at).unwrap_or_default();
        let label = head.rfind(['[', '\n']).map_or(at, |open| at - head.len() + open + 1);
        let opens = label.checked_sub(1).and_then(|open| bytes.get(open)) == Some(&b'[');
        if !opens {
            continue;
        }
        let before = text.get(text.floor_char_boundary(label.saturating_sub(8))..label - 1).unwrap_or_default();
        let inline = bytes.get(at + 1) == Some(&b'(');
        if inline {
            if before.ends_with('!') {
                take(text, label..at, Step::Markdown, 4, parts);
            }
        } else if !before.trim_end_matches(' ').is_empty() && !before.trim_end_matches(' ').ends_with('\n') {
            continue;
        }
        // The title is what stands in quotes or parentheses after the address.
        let address = line.len() - line.trim_start().len();
        let Some(gap) = line.get(address..).and_then(|rest| rest.find(' ')).map(|gap| address + gap) else { continue };
        let Some(open) = line.get(gap..).and_then(|rest| rest.find(['"', '\'', '('])).map(|open| gap + open) else {
            continue;
        };
        let closes = match line.as_bytes().get(open) {
            Some(b'(') => ')',
            Some(b'"') => '"',
            _ => '\'',
        };
        let body = line.get(open + 1..).unwrap_or_default();
        let end = if inline { body.find(closes) } else { body.rfind(closes) }.unwrap_or(body.len());
        take(text, at + 3 + open..at + 3 + open + end, Step::Markdown, 3, parts);
        done = at + 3 + open + end;
    }
    split_words(text, parts);
}

/// Marks of emphasis between letters.
fn split_words(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut gaps = Vec::new();
    let mut done = 0;
    for start in memchr::memchr3_iter(b'*', b'`', b'~', bytes) {
        if start < done {
            continue;
        }
        let len =
            bytes.get(start..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'*' | b'`' | b'~')).count();
        done = start + len;
        if len <= 4 {
            gaps.push(start..done);
        }
    }
    without(text, &gaps, 3, Step::Markdown, parts);
}

/// The most of a line that is looked at on each side of a label's end.
const LONGEST: usize = 600;
