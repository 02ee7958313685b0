//! What tells a bomb from a file that is merely well packed.

use palisade_formats::sniff::Format;

use super::{part::Part, shape_only};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Whether so much comes out of so little that nothing was packed but emptiness. Arrays of zeros pack as well as a bomb
/// does, so what was recognised needs more to be one; what was not recognised is one earlier if it packs as nothing else.
pub(super) fn is_bomb(packed: u64, unpacked: u64, recognised: bool) -> bool {
    let ratio = unpacked / packed.max(1);
    if recognised {
        unpacked >= LARGE && ratio >= 500
    } else {
        unpacked >= LARGE && ratio >= 200 || unpacked >= NOTABLE && ratio >= 900
    }
}

/// Whether so much comes out of so little that there is nearly nothing in it, large or small.
pub(super) fn is_emptiness(packed: u64, unpacked: u64) -> bool {
    unpacked / packed.max(1) >= 200
}

/// Whether an archive has so many members with so little in them that there is nothing but the number.
pub(super) fn is_crowd(members: usize, unpacked: u64) -> bool {
    members >= 10_000 && unpacked < members as u64 * 8
}

/// Says that a part is a bomb: once as a finding, and once as something that was not read.
pub(super) fn report(part: &Part<'_>, format: Format, what: String, engine: &mut Engine) {
    shape_only(part, format, false, vec![oddity(0, what)], engine);
}

pub(super) fn oddity(offset: u64, what: String) -> Oddity {
    Oddity { offset, what, kind: OddityKind::Bomb, code: false }
}

/// Archives in archives in archives: nothing honest goes that deep.
pub(super) fn too_deep(part: &Part<'_>, format: Format, engine: &mut Engine) {
    part.unscanned(engine, "archives are nested too deeply");
    report(part, format, format!("archives lie in one another {} deep, and go on", part.depth), engine);
}

/// What is not large is no bomb, unless it packs as only emptiness does.
pub(super) const LARGE: u64 = 64 << 20;
/// What is not even this large is no bomb, however well it is packed.
pub(super) const NOTABLE: u64 = 10 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_large_and_nearly_nothing() {
        assert!(is_bomb(65_536, LARGE, true) && is_bomb(200_000, LARGE, false));
        // Text that repeats itself, a small file of zeros, an array of zeros with some numbers.
        assert!(
            !is_bomb(LARGE / 50, LARGE, false)
                && is_bomb(10_000, 10 << 20, false)
                && !is_bomb(100, 1 << 20, false)
                && !is_bomb(200_000, LARGE, true)
        );
        assert!(is_crowd(60_000, 0) && !is_crowd(60_000, 60_000 * 30) && !is_crowd(5_000, 0));
    }
}
