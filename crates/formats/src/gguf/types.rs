//! The types of tensors: how many items a block of each has, and how many bytes.

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// Thirty-two bit floats.
    F32,
    /// Sixteen bit floats.
    F16,
    /// Sixteen bit floats with the exponent of thirty-two.
    Bf16,
    /// Sixty-four bit floats.
    F64,
    /// Quantised or whole numbers, in blocks of so many items and bytes.
    Blocks(u64, u64),
    /// A type of this number that is not known here.
    Unknown(u32),
}

impl Element {
    /// The type of a number; `None` if no version of the format has one like it.
    pub(super) fn of(kind: u32) -> Option<Self> {
        Some(match kind {
            0 => Self::F32,
            1 => Self::F16,
            28 => Self::F64,
            30 => Self::Bf16,
            // Variants that other builds of the loader have, and what later ones may have.
            _ => match BLOCKS.iter().find(|(known, ..)| *known == kind) {
                Some((_, items, bytes)) => Self::Blocks(*items, *bytes),
                None if kind < 1024 => Self::Unknown(kind),
                None => return None,
            },
        })
    }

    /// Items and bytes of a block; `None` if they are not known.
    pub(super) fn block(self) -> Option<(u64, u64)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 | Self::Bf16 => Some((1, 2)),
            Self::F64 => Some((1, 8)),
            Self::Blocks(items, bytes) => Some((items, bytes)),
            Self::Unknown(_) => None,
        }
    }
}

/// Number, items and bytes of a block.
const BLOCKS: &[(u32, u64, u64)] = &[
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (9, 32, 36),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
    (15, 256, 292),
    (16, 256, 66),
    (17, 256, 74),
    (18, 256, 98),
    (19, 256, 50),
    (20, 32, 18),
    (21, 256, 110),
    (22, 256, 82),
    (23, 256, 136),
    (24, 1, 1),
    (25, 1, 2),
    (26, 1, 4),
    (27, 1, 8),
    (29, 256, 56),
    (31, 32, 18),
    (32, 32, 18),
    (33, 32, 18),
    (34, 256, 54),
    (35, 256, 66),
    (36, 32, 18),
    (37, 32, 18),
    (38, 32, 18),
    (39, 32, 17),
];
