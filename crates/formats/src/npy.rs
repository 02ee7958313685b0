//! The header of NumPy's array files, and whether objects (a pickle) follow. Source: `numpy.lib.format`.

use crate::cursor::Cursor;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether the elements are Python objects: then the data is a pickle.
    pub objects: bool,
    /// Where the data begins.
    pub data: usize,
}

/// Reads the header of an array file; `None` if it is none or is cut off.
pub fn parse(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.take(6)? != MAGIC {
        return None;
    }
    let (major, _minor) = (cursor.u8()?, cursor.u8()?);
    let len = if major == 1 { u64::from(cursor.u16()?) } else { u64::from(cursor.u32()?) };
    let header = String::from_utf8_lossy(cursor.take_long(len)?);
    Some(Header { objects: types(&header).any(is_object), data: cursor.at() })
}

/// The quoted strings of the header: keys, field names and type codes.
fn types(header: &str) -> impl Iterator<Item = &str> {
    header.split(['\'', '"']).skip(1).step_by(2)
}

fn is_object(code: &str) -> bool {
    let code = code.trim_start_matches(['|', '<', '>', '=']);
    code.strip_prefix('O').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) || code == "object"
}

/// The first bytes of an array file.
pub const MAGIC: &[u8] = b"\x93NUMPY";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(descriptor: &str) -> Vec<u8> {
        let header = format!("{{'descr': {descriptor}, 'fortran_order': False, 'shape': (3,), }}\n");
        [b"\x93NUMPY\x01\0".as_slice(), &u16::try_from(header.len()).unwrap().to_le_bytes(), header.as_bytes()].concat()
    }

    #[test]
    fn objects_are_told_from_numbers() {
        for (descriptor, objects) in [
            ("'|O'", true),
            ("'O8'", true),
            ("[('a', '<f8'), ('b', '|O')]", true),
            ("'<f8'", false),
            ("[('One', '<i4')]", false),
            ("'<U12'", false),
        ] {
            let bytes = file(descriptor);
            assert_eq!(parse(&bytes), Some(Header { objects, data: bytes.len() }), "{descriptor}");
        }
    }

    #[test]
    fn truncated_headers_are_none() {
        let bytes = file("'|O'");
        assert!((0..bytes.len()).all(|len| parse(&bytes[..len]).is_none()));
    }
}
