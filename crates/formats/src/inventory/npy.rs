//! The type and shape in the header of a NumPy array. Source: `numpy.lib.format`.

use super::{Entry, Inventory, Place};
use crate::{npy, state};

pub(super) fn list(bytes: &[u8]) -> Option<Inventory> {
    let entry = entry(bytes, 0)?;
    Some(Inventory { entries: vec![entry], ..Inventory::new("an array of NumPy") })
}

/// The array in these bytes, which lie at an offset of the file.
pub(super) fn entry(bytes: &[u8], base: usize) -> Option<Entry> {
    let header = npy::parse(bytes)?;
    let text = String::from_utf8_lossy(bytes.get(..header.data)?.get(8..)?).into_owned();
    let described = text.split_once("'descr':")?.1.trim_start();
    let shape = text.split_once("'shape':")?.1.split_once('(')?.1.split_once(')')?.0;
    let sides = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
    let mut shape: Vec<u64> = sides.map(|side| side.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
    if text.contains("'fortran_order': True") {
        // Said the other way around, so that the last side varies fastest.
        shape.reverse();
    }
    let code = described.strip_prefix('\'').and_then(|code| code.split_once('\'')).map(|(code, _)| code);
    let known = code.and_then(state::array_dtype);
    let count = shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
    let len = count.zip(known).and_then(|(count, dtype)| count.checked_mul(dtype.size()));
    let start = header.data;
    let fits = |len: u64| usize::try_from(len).ok().filter(|len| *len <= bytes.len() - start);
    let place = len.and_then(fits).map_or(Place::Unknown, |len| Place::Range(base + start..base + start + len));
    let dtype = known.map_or_else(|| code.unwrap_or("records").to_owned(), |dtype| dtype.name.to_owned());
    Some(Entry { name: "array".to_owned(), dtype, shape, bytes: len, place })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn file(code: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {code}, 'fortran_order': False, 'shape': {shape}, }}\n");
        let len = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\0".as_slice(), &len, header.as_bytes(), data].concat()
    }

    #[test]
    fn headers_tell_type_and_shape() {
        for (code, shape, data, expected) in [
            ("'<f4'", "(2, 1)", 8, ("F32", vec![2, 1], Some(8), true)),
            ("'|u1'", "(3,)", 3, ("U8", vec![3], Some(3), true)),
            ("'<f8'", "()", 8, ("F64", vec![], Some(8), true)),
            ("'<f8'", "(9,)", 8, ("F64", vec![9], Some(72), false)),
            ("'>f8'", "(1,)", 8, (">f8", vec![1], None, false)),
            ("'|O'", "(1,)", 8, ("|O", vec![1], None, false)),
            ("[('a', '<f4')]", "(1,)", 4, ("records", vec![1], None, false)),
        ] {
            let bytes = file(code, shape, &vec![0; data]);
            let entry = entry(&bytes, 100).unwrap();
            let seen = (entry.dtype.as_str(), entry.shape.clone(), entry.bytes, entry.offset().is_some());
            assert_eq!(seen, expected, "{code} {shape}");
            assert!((0..bytes.len() - data).all(|len| super::entry(&bytes[..len], 0).is_none()));
        }
    }
}
