//! Words in alternating case, lowered.

use super::{super::map::Draft, Edit, Part, Step, in_place};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let mut edits = Vec::new();
    let mut start = None;
    let mut last = ' ';
    let mut rises = 0;
    let mut letters = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphabetic() {
            start.get_or_insert(at);
            rises += usize::from(last.is_lowercase() && c.is_uppercase());
            letters += 1;
        } else if let Some(start) = start.take() {
            if letters <= LONGEST && (rises * 5 >= letters || letters < 3) {
                let mut draft = Draft::default();
                for (place, c) in text.get(start..at).unwrap_or_default().char_indices() {
                    let place = start + place..start + place + c.len_utf8();
                    draft.push(c.to_lowercase().next().unwrap_or(c), place);
                }
                edits.push(Edit { source: start..at, draft });
            }
            (rises, letters) = (0, 0);
        }
        last = c;
    }
    // One or two such words are names.
    if edits.len() >= 3 {
        in_place(text, edits, Step::MixedCase, parts);
    }
}

/// The most letters that a word has; longer runs are codes.
const LONGEST: usize = 24;
