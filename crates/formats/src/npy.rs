//! The header of NumPy's array files: whether objects (a pickle) follow, and how much data. Source: `numpy.lib.format`.

use crate::{
    cursor::Cursor,
    literal::{self, Literal},
};

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether elements are, or hold, Python objects: then the data is a pickle.
    pub objects: bool,
    /// Where the data begins.
    pub data: usize,
    /// How many bytes of data there are, if the elements are no objects and the header is sound.
    pub len: Option<u64>,
    /// What NumPy would not have written, one clause each.
    pub flaws: Vec<&'static str>,
}

/// Reads the header of an array file; `None` if it is none or is cut off.
pub fn parse(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.take(6)? != MAGIC {
        return None;
    }
    let version = (cursor.u8()?, cursor.u8()?);
    let len = if version.0 == 1 { u64::from(cursor.u16()?) } else { u64::from(cursor.u32()?) };
    let raw = cursor.take_long(len)?;
    let text = String::from_utf8_lossy(raw);
    let mut flaws = Vec::new();
    let mut flaw = |is_so: bool, what| flaws.extend(is_so.then_some(what));
    flaw(!matches!(version, (1..=3, 0)), "the version of the array file is none that NumPy knows");
    flaw(len > LONG, "the header of the array is longer than NumPy reads");
    flaw(raw.last() != Some(&b'\n'), "the header of the array does not end where it says");
    let header = literal::parse(&text).and_then(|literal| described(&literal));
    flaw(header.is_none(), "the header of the array is not what NumPy writes");
    Some(match header {
        Some((objects, len)) => Header { objects, data: cursor.at(), len, flaws },
        // A reader that is less strict may still see objects.
        None => Header { objects: strings(&text).any(is_object), data: cursor.at(), len: None, flaws },
    })
}

/// Whether the elements hold objects, and the length of the data otherwise; `None` if the header lacks something.
fn described(header: &Literal) -> Option<(bool, Option<u64>)> {
    let Literal::Dict(entries) = header else { return None };
    let entry = |key: &str| {
        let mut found = entries.iter().filter(|(own, _)| own.text() == Some(key)).map(|(_, value)| value);
        found.next_back()
    };
    if entries.len() != 3 || !matches!(entry("fortran_order")?, Literal::Bool(_)) {
        return None;
    }
    let count = product(entry("shape")?)?;
    match size(entry("descr")?, 0)? {
        Size::Objects => Some((true, None)),
        Size::Bytes(size) => Some((false, count.checked_mul(size))),
    }
}

/// How large an element is.
#[derive(Clone, Copy)]
enum Size {
    Bytes(u64),
    Objects,
}

/// The size of what a type description describes: a type string, one with a shape, or fields.
fn size(descr: &Literal, depth: usize) -> Option<Size> {
    if depth > DEPTH {
        return None;
    }
    match descr {
        Literal::Text(code) if is_object(code) => Some(Size::Objects),
        Literal::Text(code) => item_size(code).map(Size::Bytes),
        Literal::Tuple(parts) => match parts.as_slice() {
            [inner, shape] => repeated(size(inner, depth + 1)?, shape),
            _ => None,
        },
        Literal::List(fields) => {
            let mut total = 0u64;
            for field in fields {
                let Literal::Tuple(parts) = field else { return None };
                let size = match parts.as_slice() {
                    [_, descr] => size(descr, depth + 1)?,
                    [_, descr, shape] => repeated(size(descr, depth + 1)?, shape)?,
                    _ => return None,
                };
                match size {
                    Size::Objects => return Some(Size::Objects),
                    Size::Bytes(size) => total = total.checked_add(size)?,
                }
            }
            Some(Size::Bytes(total))
        }
        _ => None,
    }
}

fn repeated(size: Size, shape: &Literal) -> Option<Size> {
    match size {
        Size::Objects => Some(Size::Objects),
        Size::Bytes(size) => product(shape)?.checked_mul(size).map(Size::Bytes),
    }
}

/// How many elements a shape has.
fn product(shape: &Literal) -> Option<u64> {
    let side = |side: &Literal| match side {
        Literal::Int(n) => u64::try_from(*n).ok(),
        _ => None,
    };
    match shape {
        Literal::Tuple(sides) => sides.iter().try_fold(1u64, |count, n| count.checked_mul(side(n)?)),
        single => side(single),
    }
}

/// The size that a type string such as `<f8`, `|S10`, `<U12` or `<M8[ns]` names.
fn item_size(code: &str) -> Option<u64> {
    let code = code.trim_start_matches(['<', '>', '=', '|']);
    let kind = code.chars().next().filter(char::is_ascii_alphabetic)?;
    let digits: &str = code.get(1..)?.split('[').next()?;
    let number: u64 = digits.parse().ok()?;
    if kind == 'U' { number.checked_mul(4) } else { Some(number) }
}

/// The type code of an array whose elements are of one plain type, such as `<f4`; none for records.
pub fn plain_type(bytes: &[u8]) -> Option<String> {
    let data = parse(bytes)?.data;
    let header = String::from_utf8_lossy(bytes.get(8..data)?);
    let (_, after) = header.split_once("descr")?;
    let value = after.get(1..)?.trim_start_matches([':', ' ']);
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    value.get(1..)?.split_once(quote).map(|(code, _)| code.to_owned())
}

/// The quoted strings of a header that cannot be read: keys, field names and type codes.
fn strings(header: &str) -> impl Iterator<Item = &str> {
    header.split(['\'', '"']).skip(1).step_by(2)
}

fn is_object(code: &str) -> bool {
    let code = code.trim_start_matches(['|', '<', '>', '=']);
    code.strip_prefix('O').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) || code == "object"
}

/// The first bytes of an array file.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that NumPy reads unless it is told to trust the file.
const LONG: u64 = 10_000;
/// How deep types may be nested.
const DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(header: &str) -> Vec<u8> {
        [b"\x93NUMPY\x01\0".as_slice(), &u16::try_from(header.len()).unwrap().to_le_bytes(), header.as_bytes()].concat()
    }

    fn file(descriptor: &str) -> Vec<u8> {
        with_header(&format!("{{'descr': {descriptor}, 'fortran_order': False, 'shape': (3,), }}\n"))
    }

    #[test]
    fn objects_are_told_from_numbers() {
        for (descriptor, objects, len) in [
            ("'|O'", true, None),
            ("'O8'", true, None),
            ("[('a', '<f8'), ('b', '|O')]", true, None),
            ("[('a', [('b', '|O', (2,))])]", true, None),
            ("('|O', (2, 2))", true, None),
            ("'<f8'", false, Some(24)),
            ("[('One', '<i4'), ('O', '|S3')]", false, Some(21)),
            ("[(('title', 'x'), '<i4', (2,))]", false, Some(24)),
            ("'<U12'", false, Some(144)),
            ("'<M8[ns]'", false, Some(24)),
        ] {
            let bytes = file(descriptor);
            let header = Header { objects, data: bytes.len(), len, flaws: Vec::new() };
            assert_eq!(parse(&bytes), Some(header), "{descriptor}");
        }
    }

    #[test]
    fn headers_that_numpy_does_not_write_are_told() {
        for header in [
            "{'descr': '<f8', 'fortran_order': False}\n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}\n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n",
            "{'descr': __import__('os').system('x'), 'fortran_order': False, 'shape': (1,)}\n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
        ] {
            assert_eq!(parse(&with_header(header)).unwrap().flaws.len(), 1, "{header}");
        }
        let broken = parse(&with_header("{'descr': [('a', '|O')], 'shape': oops}\n")).unwrap();
        assert!(broken.objects && broken.len.is_none());
        let mut newer = file("'<f8'");
        newer[6] = 9;
        assert!(parse(&newer).is_none_or(|header| !header.flaws.is_empty()));
    }

    #[test]
    fn plain_types_are_told_from_records() {
        assert_eq!(plain_type(&file("'<f4'")).as_deref(), Some("<f4"));
        assert_eq!(plain_type(&file("[('a', '<f8')]")), None);
    }

    #[test]
    fn truncated_headers_are_none() {
        let bytes = file("'|O'");
        assert!((0..bytes.len()).all(|len| parse(&bytes[..len]).is_none()));
    }
}
