//! Torch7 files (`.t7`), binary and ASCII: classes, functions with their bytecode, and texts. Source: `File.lua` of torch7.

use std::{collections::HashSet, ops::Range};

use crate::cursor::Cursor;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Class names, each once.
    pub classes: Vec<Range<usize>>,
    /// Functions: their bytecode.
    pub functions: Vec<Range<usize>>,
    /// Texts.
    pub texts: Vec<Range<usize>>,
    /// Where it ends.
    pub end: usize,
    /// Why reading ended early, if it did.
    pub flaw: Option<&'static str>,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting.
    pub depth: usize,
    /// The most objects.
    pub objects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 300, objects: 2_000_000 }
    }
}

/// Whether these bytes begin like an object of a class, or like a table, in one of the two encodings.
pub fn looks_like(head: &[u8]) -> bool {
    let object = b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1";
    let table = matches!(head, [3, 0, 0, 0, 1, 0, 0, 0, _, _, 0, 0, 1 | 2, 0, 0, 0, ..]);
    head.starts_with(object) || table || head.starts_with(b"4\n1\n3\nV 1\n") || head.starts_with(b"T7\0\0")
}

/// Reads a file. Everything before what cannot be read is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Contents {
    let ascii = bytes.first().is_some_and(u8::is_ascii_digit);
    let mut reader = Reader {
        bytes,
        cursor: Cursor::new(bytes, 0),
        ascii,
        limits,
        named: HashSet::new(),
        seen: HashSet::new(),
        found: Contents::default(),
    };
    let flaw = reader.object(limits.depth).err();
    Contents { end: reader.cursor.at(), flaw, ..reader.found }
}

struct Reader<'a> {
    bytes: &'a [u8],
    cursor: Cursor<'a>,
    ascii: bool,
    limits: Limits,
    /// Class names that were read.
    named: HashSet<&'a [u8]>,
    /// Objects that were read; later ones with the same number are references.
    seen: HashSet<u64>,
    found: Contents,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn object(&mut self, depth: usize) -> Read<()> {
        let depth = depth.checked_sub(1).ok_or("its objects are nested too deeply")?;
        self.limits.objects = self.limits.objects.checked_sub(1).ok_or("it has more objects than the scan reads")?;
        match self.int()? {
            0 => Ok(()),
            1 => self.numbers(1, 8),
            2 => {
                let range = self.string()?;
                self.found.texts.push(range);
                Ok(())
            }
            3 => self.table(depth),
            4 => self.instance(depth),
            5 => self.int().map(drop),
            // Functions of old files have no number.
            6 => self.function(depth),
            7 | 8 => {
                if self.is_new()? {
                    self.function(depth)?;
                }
                Ok(())
            }
            _ => Err("an object has a type that does not exist"),
        }
    }

    fn table(&mut self, depth: usize) -> Read<()> {
        if self.is_new()? {
            for _ in 0..self.int()? {
                self.object(depth)?;
                self.object(depth)?;
            }
        }
        Ok(())
    }

    fn function(&mut self, depth: usize) -> Read<()> {
        let code = self.string()?;
        self.found.functions.push(code);
        self.object(depth)
    }

    fn instance(&mut self, depth: usize) -> Read<()> {
        if !self.is_new()? {
            return Ok(());
        }
        let first = self.string()?;
        // Files before there were versions begin with the name at once.
        let named = self.bytes.get(first.clone()).is_some_and(|text| text.starts_with(b"V "));
        let class = if named { self.string()? } else { first };
        let name = self.bytes.get(class.clone()).unwrap_or_default();
        if self.found.classes.len() >= CLASSES && !self.named.contains(name) {
            return Err("it has more classes than the scan reads");
        }
        if self.named.insert(name) {
            self.found.classes.push(class);
        }
        match name.strip_prefix(b"torch.") {
            Some(kind) if kind.ends_with(b"Storage") => self.storage(kind),
            Some(kind) if kind.ends_with(b"Tensor") => {
                let dimensions = self.int()?;
                self.numbers(dimensions.checked_mul(2).and_then(|n| n.checked_add(1)).ok_or(SHORT)?, 8)?;
                self.object(depth)
            }
            _ => self.object(depth),
        }
    }

    fn storage(&mut self, kind: &[u8]) -> Read<()> {
        let count = self.long()?;
        let width = match kind {
            b"ByteStorage" | b"CharStorage" => 1,
            b"ShortStorage" | b"HalfStorage" | b"CudaHalfStorage" => 2,
            b"LongStorage" | b"DoubleStorage" | b"CudaDoubleStorage" | b"CudaLongStorage" => 8,
            _ => 4,
        };
        self.numbers(count, width)
    }

    fn is_new(&mut self) -> Read<bool> {
        let number = self.int()?;
        Ok(self.seen.insert(number))
    }

    fn int(&mut self) -> Read<u64> {
        if self.ascii { self.word() } else { self.cursor.u32().map(u64::from).ok_or(SHORT) }
    }

    fn long(&mut self) -> Read<u64> {
        if self.ascii { self.word() } else { self.cursor.u64().ok_or(SHORT) }
    }

    fn numbers(&mut self, count: u64, width: u64) -> Read<()> {
        if !self.ascii {
            let len = count.checked_mul(width).ok_or(SHORT)?;
            return self.cursor.take_long(len).map(drop).ok_or(SHORT);
        }
        // Numbers stand on one line, with blanks between.
        if count > 0 { self.cursor.line().map(drop).ok_or(SHORT) } else { Ok(()) }
    }

    fn string(&mut self) -> Read<Range<usize>> {
        let len = self.int()?;
        let start = self.cursor.at();
        self.cursor.take_long(len).ok_or(SHORT)?;
        let end = self.cursor.at();
        if self.ascii {
            self.cursor.take(1).ok_or(SHORT)?;
        }
        Ok(start..end)
    }

    /// A number on a line of its own.
    fn word(&mut self) -> Read<u64> {
        let line = self.cursor.line().ok_or(SHORT)?;
        std::str::from_utf8(line).ok().and_then(|text| text.trim().parse().ok()).ok_or("a number is none")
    }
}

/// The reason for files that merely end early.
pub const SHORT: &str = "it ends in the middle of an object";
/// The most class names that are kept.
const CLASSES: usize = 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn int(value: u32) -> [u8; 4] {
        value.to_le_bytes()
    }

    fn string(text: &str) -> Vec<u8> {
        [&int(u32::try_from(text.len()).unwrap())[..], text.as_bytes()].concat()
    }

    /// A module whose table holds a tensor and a function.
    fn sample() -> Vec<u8> {
        let storage =
            [&int(4)[..], &int(4), &string("V 1"), &string("torch.ByteStorage"), &2u64.to_le_bytes(), &[7, 7]];
        let sizes = [1u64, 1, 1].map(u64::to_le_bytes).concat();
        let tensor = [&int(4)[..], &int(3), &string("V 1"), &string("torch.ByteTensor"), &int(1), &sizes].concat();
        let function = [&int(8)[..], &int(5), &string("\u{1b}LJ code"), &int(0)].concat();
        let key = |text| [&int(2)[..], &string(text)].concat();
        let table =
            [&int(3)[..], &int(2), &int(2), &key("weight"), &tensor, &storage.concat(), &key("f"), &function].concat();
        [&int(4)[..], &int(1), &string("V 1"), &string("nn.Linear"), &table].concat()
    }

    #[test]
    fn functions_and_classes_are_found() {
        let bytes = sample();
        let found = parse(&bytes, Limits::default());
        let text = |ranges: &[Range<usize>]| {
            ranges.iter().map(|range| String::from_utf8_lossy(&bytes[range.clone()]).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!((found.flaw, found.end), (None, bytes.len()));
        assert_eq!(text(&found.classes), ["nn.Linear", "torch.ByteTensor", "torch.ByteStorage"]);
        assert_eq!((text(&found.texts), text(&found.functions).len()), (vec!["weight".into(), "f".into()], 1));
        assert!(looks_like(&bytes) && !looks_like(b"\x04\0\0\0\x01\0\0\0"));
    }

    #[test]
    fn text_files_are_read() {
        let text = b"4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n1\na\n1\n0.5\n";
        let found = parse(text, Limits::default());
        assert_eq!((found.flaw, found.classes.len(), found.texts.len()), (None, 1, 1));
        assert!(looks_like(text));
    }

    #[test]
    fn truncated_files_are_short() {
        let bytes = sample();
        for end in 0..bytes.len() {
            assert_eq!(parse(&bytes[..end], Limits::default()).flaw, Some(SHORT), "{end}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep: Vec<u8> = (1..5000).flat_map(|n| [int(3), int(n), int(1)].concat()).collect();
        assert_eq!(parse(&deep, Limits::default()).flaw, Some("its objects are nested too deeply"));
    }

    proptest! {
        #[test]
        fn damaged_files_are_safe(at in 0usize..400, value: u8) {
            let mut bytes = sample();
            let at = at % bytes.len();
            bytes[at] = value;
            let found = parse(&bytes, Limits::default());
            prop_assert!(found.texts.iter().chain(&found.functions).all(|range| bytes.get(range.clone()).is_some()));
        }
    }
}
