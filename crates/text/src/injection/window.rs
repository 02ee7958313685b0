//! Which sentences are judged together: blocks are filled from left to right, a window is a block and the one before it.

/// Tells where blocks end. It sees only how long sentences are, so that a stream has the same blocks as the whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blocks {
    words: usize,
}

impl Blocks {
    /// Takes the length of the next sentence, in words; whether the block ends with it.
    pub fn ends(&mut self, words: usize) -> bool {
        self.words += words;
        let full = self.words >= BLOCK;
        if full {
            self.words = 0;
        }
        full
    }
}

/// How much the features of a sentence count by its length in words: long ones have more of them.
pub fn share(words: usize) -> f32 {
    f32::from(units_of_share(words)) / f32::from(WHOLE)
}

/// The same in whole numbers: [`WHOLE`] is 1. Square roots are exact everywhere, other powers are not.
pub(super) fn units_of_share(words: usize) -> u16 {
    let length = f32::from(u16::try_from(words).unwrap_or(u16::MAX));
    let root = (USUAL / (length + 4.0)).sqrt();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2.3 times 256")]
    let units = (root * root.sqrt() * f32::from(WHOLE)).round() as u16;
    units
}

/// One, as a share.
pub(super) const WHOLE: u16 = 256;

/// A sentence of this many words, and four, has a share of one.
const USUAL: f32 = 12.0;

/// The weightiest sentence of a window counts this many times as much as each of the others.
pub const BESIDE: u16 = 8;

/// A block ends with the sentence that fills it, in words.
const BLOCK: usize = 72;
