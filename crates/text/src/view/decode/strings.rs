//! Strings that are put together: `"op" + "en"`, `'op' 'en'`, `['o', 'p']`. Code is full of them: only what may be an order
//! is read.

use std::ops::Range;

use super::{
    super::map::Draft,
    Edit, Part, Step, in_place,
    words::{self, Orders},
};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    // Each joint has two quotes, and prose has few.
    if memchr::memchr2_iter(b'"', b'\'', bytes).nth(2 * FEWEST - 1).is_none() {
        return;
    }
    let mut edits = Vec::new();
    let mut joints: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    // Nearly all quotes stand beside a letter.
    let may_begin = |at: &usize| bytes.get(at + 1).is_some_and(|next| JOINTS.contains(next));
    for at in memchr::memchr2_iter(b'"', b'\'', bytes).filter(may_begin) {
        if at < done {
            continue;
        }
        let Some(joint) = joint(bytes, at) else { continue };
        let near = joints.last().is_none_or(|last| at - last.end <= LONGEST);
        if !near {
            close(text, &joints, &mut edits);
            joints.clear();
        }
        // The piece behind it has a letter or a blank at least.
        done = joint.end + 1;
        joints.push(joint);
    }
    close(text, &joints, &mut edits);
    in_place(text, edits, Step::Strings, parts);
}

/// From the quote that ends one string to that which begins the next.
fn joint(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let quote = bytes.get(at)?;
    let rest = bytes.get(at + 1..)?;
    let gap = rest.iter().take(WIDEST).position(|byte| byte == quote)?;
    let gap = rest.get(..gap).filter(|gap| !gap.is_empty())?;
    gap.iter().all(|byte| JOINTS.contains(byte)).then_some(at..at + gap.len() + 2)
}

fn close(text: &str, joints: &[Range<usize>], edits: &mut Vec<Edit>) {
    let (Some(first), Some(last)) = (joints.first(), joints.last()) else { return };
    if joints.len() < FEWEST {
        return;
    }
    let quote = text.as_bytes().get(first.start).copied().unwrap_or_default();
    let head = text.as_bytes().get(..first.start).unwrap_or_default();
    let start = memchr::memrchr(quote, head.get(head.len().saturating_sub(LONGEST)..).unwrap_or_default());
    let start = start.map_or(first.start, |back| head.len().saturating_sub(LONGEST) + back + 1);
    let tail = text.as_bytes().get(last.end..).unwrap_or_default();
    let end = last.end + memchr::memchr(quote, tail.get(..LONGEST.min(tail.len())).unwrap_or_default()).unwrap_or(0);
    let mut draft = Draft::default();
    let mut from = start;
    for joint in joints {
        draft.copy(text, from..joint.start);
        from = joint.end;
    }
    draft.copy(text, from..end);
    // Pieces that are words by themselves are a list.
    let pieces = joints.windows(2).filter_map(|pair| text.get(pair.first()?.end..pair.last()?.start));
    let (mut whole, mut all) = (0, 0);
    for piece in pieces {
        all += 1;
        whole += usize::from(piece.len() > 2 && words::is_known(&piece.to_ascii_lowercase()));
    }
    if whole * 4 <= all && Orders::likely_in(&draft.text) {
        edits.push(Edit { source: start..end, draft });
    }
}

/// What may stand between two strings.
const JOINTS: &[u8; 10] = b" \t\r\n+.,&~\\";
/// The longest piece, the widest joint, in bytes, and the fewest joints.
const LONGEST: usize = 24;
const WIDEST: usize = 8;
const FEWEST: usize = 4;
