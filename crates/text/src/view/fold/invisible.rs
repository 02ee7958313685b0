//! Characters without a glyph. Those that a script or an emoji needs where they stand are kept.

use super::super::map::Draft;

/// Whether a character is not seen, or sets only the direction of others.
pub(in super::super) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (c as u32) < 9
}

/// The text without them.
pub(super) fn fold(text: &str) -> Option<Draft> {
    let mut before = None;
    let mut after = text.chars().skip(1);
    let mut draft = Draft::default();
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let next = after.next();
        if is_invisible(c) && !is_needed(before, c, next) {
            draft.copy(text, copied..at);
            copied = at + c.len_utf8();
            continue;
        }
        before = Some(c);
    }
    draft.copy(text, copied..text.len());
    (copied > 0).then_some(draft)
}

/// Whether a script or an emoji needs it between these two.
fn is_needed(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (before, after) = (before.unwrap_or(' '), after.unwrap_or(' '));
    match c {
        // Joiners shape Arabic and Indic letters, and make one emoji of several.
        '\u{200c}' | '\u{200d}' => {
            (is_shaped(before) && (is_shaped(after) || !after.is_alphanumeric() && !is_invisible(after)))
                || (c == '\u{200d}' && is_pictograph(before) && is_pictograph(after))
        }
        '\u{200e}' | '\u{200f}' | '\u{61c}' => is_right_to_left(before) || is_right_to_left(after),
        // A selector of an emoji's or an ideograph's form stands alone after it.
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            (is_pictograph(before)
                || (before as u32) > 0x2000 && before.is_alphabetic()
                || matches!(before, '0'..='9' | '#' | '*'))
                && !matches!(before, '\u{fe00}'..='\u{fe0f}')
                && !matches!(after, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
                && (c > '\u{fe0d}' || !is_pictograph(before))
                && (!before.is_ascii() || after == '\u{20e3}')
        }
        '\u{180b}'..='\u{180f}' => matches!(before, '\u{1800}'..='\u{18af}'),
        '\u{17b4}' | '\u{17b5}' => matches!(before, '\u{1780}'..='\u{17ff}'),
        '\u{115f}' | '\u{1160}' => matches!(after, '\u{1160}'..='\u{11ff}'),
        '\u{2800}' => matches!(before, '\u{2801}'..='\u{28ff}') || matches!(after, '\u{2801}'..='\u{28ff}'),
        // The tags that make the flag of a region.
        '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}' || matches!(before, '\u{e0020}'..='\u{e007f}'),
        _ => false,
    }
}

const fn is_shaped(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

const fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}
