//! Which of the signs that begin a coding stand in a text, by one look at each byte.

/// A set of signs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs(u32);

impl Signs {
    /// The signs of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |set, byte| set | BITS.get(usize::from(byte)).copied().unwrap_or_default()))
    }

    /// Whether a sign stands in the text, or another one of its kind. Signs that are not known do not.
    pub(super) fn has(self, sign: u8) -> bool {
        self.0 & BITS.get(usize::from(sign)).copied().unwrap_or_default() != 0
    }
}

/// The bit of each sign.
const BITS: [u32; 256] = {
    let kinds: [&[u8]; 9] = [b"<", b"]", b"*`~", b"%", b"\\", b"(", b"&", b"=+", b"\"'"];
    let mut table = [0; 256];
    let mut kind = 0;
    while kind < kinds.len() {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            let mut sign = 0;
            while sign < kinds[kind].len() {
                table[kinds[kind][sign] as usize] = 1 << kind;
                sign += 1;
            }
        }
        kind += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_told_apart() {
        let signs = Signs::of("a < b ` c");
        assert!(signs.has(b'<') && signs.has(b'*') && signs.has(b'~'));
        assert!(!signs.has(b'&') && !signs.has(b'(') && !signs.has(b'a'));
    }
}
