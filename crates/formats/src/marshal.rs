//! Code of Python as `marshal` writes it, and files of bytecode: told by the structure of their first fields.
//!
//! Source: `Python/marshal.c` and `importlib/_bootstrap_external.py` of `CPython` 2.7 to 3.14.

/// Whether bytes are a code object of Python, or a file of bytecode that holds one.
pub fn is_code(bytes: &[u8]) -> bool {
    let behind = |header: usize| bytes.get(header..).is_some_and(is_object);
    let is_file = bytes.get(2..4) == Some(b"\r\n");
    is_object(bytes) || is_file && [8, 12, 16].into_iter().any(behind)
}

/// A letter, counts of arguments and sizes, flags, and then the instructions as a string: versions differ in how many
/// counts there are.
fn is_object(bytes: &[u8]) -> bool {
    let Some((0x63 | 0xe3, fields)) = bytes.split_first().map(|(first, rest)| (*first, rest)) else { return false };
    (4..=6).any(|count| {
        let word = |at: usize| {
            let field = fields.get(at * 4..at * 4 + 4)?;
            Some(u32::from_le_bytes(field.try_into().ok()?))
        };
        let small = |at: usize| word(at).is_some_and(|number| number < SMALL);
        let flags = word(count - 1).is_some_and(|flags| flags < FLAGS);
        let string = matches!(fields.get(count * 4), Some(0x73 | 0xf3));
        let len =
            fields.get(count * 4 + 1..count * 4 + 5).and_then(|field| field.try_into().ok()).map(u32::from_le_bytes);
        // Instructions are two bytes each since 3.6, and there is at least one that returns.
        string && flags && (0..count - 1).all(small) && len.is_some_and(|len| (2..LONGEST).contains(&len))
    })
}

/// Counts of arguments and of places on the stack.
const SMALL: u32 = 1 << 15;
const FLAGS: u32 = 1 << 27;
const LONGEST: u32 = 1 << 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `x = 1` as `CPython` 3.11 and 2.7 write its beginning.
    const NEW: &[u8] = b"\xe3\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\xf3\x08\0\0\0\x97\0d\0Z\0d\x01S\0";
    const OLD: &[u8] = b"c\0\0\0\0\0\0\0\0\x01\0\0\0@\0\0\0s\x0a\0\0\0d\0\0Z\0\0d\x01\0S";

    #[test]
    fn code_is_told_from_other_bytes() {
        assert!(is_code(NEW) && is_code(OLD));
        assert!(is_code(&[b"\xa7\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0", NEW].concat()));
        assert!(
            !is_code(b"c") && !is_code(&NEW[..20]) && !is_code(b"cposix\nsystem\n(S'id'\ntR.") && !is_code(&[0xe3; 64])
        );
        for len in 0..OLD.len() {
            is_code(&OLD[..len]);
        }
    }

    proptest! {
        #[test]
        fn noise_is_none(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(!is_code(&[&b"c"[..], &bytes].concat()) || bytes.len() > 20);
        }
    }
}
