//! Unpacks what gzip and zlib packed. Whoever reads decides how much: the output of a bomb has no end.

use std::io::Read;

/// Unpacks gzip data of one or more members.
pub fn gzip(bytes: &[u8]) -> impl Read {
    flate2::read::MultiGzDecoder::new(bytes)
}

/// Unpacks zlib data.
pub fn zlib(bytes: &[u8]) -> impl Read {
    flate2::read::ZlibDecoder::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_data_keeps_what_came_before() {
        // "aaaaaaaaaa", packed by zlib.
        let packed = [0x78, 0x9c, 0x4b, 0x84, 0x03, 0x00, 0x14, 0xe1, 0x03, 0xcb];
        for len in 0..packed.len() {
            let mut bytes = Vec::new();
            let whole = zlib(&packed[..len]).take(100).read_to_end(&mut bytes).is_ok();
            assert!(!whole || bytes.is_empty() || bytes == b"aaaaaaaaaa", "{len}");
        }
        let mut bytes = Vec::new();
        zlib(&packed).take(4).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"aaaa");
    }
}
