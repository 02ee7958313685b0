//! A block of packed data and the coders that unpack it, one after the other.

use std::ops::Range;

use lzma_rust2::filter::{bcj::BcjReader, delta::DeltaReader};

use crate::{
    compress::{Codec, End, Sink, Unpacked, lzma2, raw_lzma, unpack},
    cursor::Cursor,
};

/// A block of packed data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Where it lies in the file.
    pub packed: Range<usize>,
    /// What unpacks it, in the order in which it is applied; `None` if several streams are woven together.
    pub coders: Option<Vec<Coder>>,
    /// Its length, unpacked.
    pub size: u64,
    /// The checksum of what it unpacks to, if it was stored for the block.
    pub(super) crc: Option<u32>,
    /// Whether one of its coders is a cipher, wherever it stands.
    pub encrypted: bool,
}

/// One step of unpacking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coder {
    /// The method.
    pub method: Vec<u8>,
    /// Its properties.
    pub properties: Vec<u8>,
    /// How much comes out of it.
    pub size: u64,
}

impl Folder {
    /// Whether every coder is known.
    pub fn readable(&self) -> bool {
        self.coders.as_ref().is_some_and(|coders| coders.iter().all(|coder| coder.kind().is_some()))
    }

    /// Unpacks at most `limit` bytes; `None` if a coder is not known.
    pub fn unpack(&self, archive: &[u8], limit: usize) -> Option<Unpacked> {
        let coders = self.coders.as_ref().filter(|_| self.readable())?;
        let packed = archive.get(self.packed.clone()).unwrap_or_default();
        let mut last: Option<Unpacked> = None;
        for coder in coders {
            let input = last.as_ref().map_or(packed, |last| &last.bytes);
            let size = usize::try_from(coder.size).unwrap_or(usize::MAX);
            let mut out = coder.apply(input, limit.min(size))?;
            // What stops at the length that it should have is complete.
            if out.bytes.len() == size {
                out.end = End::Whole;
            } else if out.end == End::Whole {
                out.end = End::Broken;
            }
            // What could not be unpacked before is missing now.
            if let Some(last) = &last
                && last.end != End::Whole
                && out.end != End::More
            {
                out.end = last.end;
            }
            last = Some(out);
        }
        last
    }
}

/// The methods that are read.
enum Kind {
    Copy,
    Lzma,
    Lzma2,
    Codec(Codec),
    Delta,
    /// Turns addresses in programs back into what they were.
    Branch(Branch),
}

type Branch = fn(&[u8], usize) -> BcjReader<&[u8]>;

impl Coder {
    fn kind(&self) -> Option<Kind> {
        Some(match self.method.as_slice() {
            [0] => Kind::Copy,
            [3, 1, 1] => Kind::Lzma,
            [0x21] => Kind::Lzma2,
            [3] => Kind::Delta,
            [4, 1, 8] => Kind::Codec(Codec::Deflate),
            [4, 2, 2] => Kind::Codec(Codec::Bzip2),
            [4, 0xf7, 0x11, 1] => Kind::Codec(Codec::Zstd),
            [4] | [3, 3, 1, 3] => Kind::Branch(|packed, at| BcjReader::new_x86(packed, at)),
            [5] | [3, 3, 2, 5] => Kind::Branch(|packed, at| BcjReader::new_ppc(packed, at)),
            [6] | [3, 3, 4, 1] => Kind::Branch(|packed, at| BcjReader::new_ia64(packed, at)),
            [7] | [3, 3, 5, 1] => Kind::Branch(|packed, at| BcjReader::new_arm(packed, at)),
            [8] | [3, 3, 7, 1] => Kind::Branch(|packed, at| BcjReader::new_arm_thumb(packed, at)),
            [9] | [3, 3, 8, 5] => Kind::Branch(|packed, at| BcjReader::new_sparc(packed, at)),
            [0x0a] => Kind::Branch(|packed, at| BcjReader::new_arm64(packed, at)),
            _ => return None,
        })
    }

    pub(super) fn is_cipher(&self) -> bool {
        self.method.starts_with(&[6])
    }

    fn apply(&self, packed: &[u8], limit: usize) -> Option<Unpacked> {
        let mut sink = Sink::new(limit);
        let mut properties = Cursor::new(&self.properties, 0);
        let outcome = match self.kind()? {
            Kind::Codec(codec) => return Some(unpack(codec, packed, limit)),
            Kind::Copy => sink.take(packed),
            Kind::Lzma => {
                let (lc, dictionary) = (properties.u8()?, properties.u32()?);
                raw_lzma(packed, lc, dictionary, self.size, &mut sink).map(|_| ())
            }
            Kind::Lzma2 => lzma2(packed, lzma2_dictionary(properties.u8()?)?, &mut sink).map(|_| ()),
            Kind::Delta => sink.pull(&mut DeltaReader::new(packed, usize::from(properties.u8()?) + 1)),
            Kind::Branch(filter) => sink.pull(&mut filter(packed, 0)),
        };
        Some(Unpacked {
            bytes: sink.into_bytes(),
            end: outcome.err().map_or(End::Whole, Into::into),
            rest: packed.len(),
        })
    }
}

/// The size of a dictionary from its byte: a power of two, or one and a half.
fn lzma2_dictionary(byte: u8) -> Option<u32> {
    match byte {
        0..40 => Some((2 | u32::from(byte & 1)) << (byte / 2 + 11)),
        40 => Some(u32::MAX),
        _ => None,
    }
}
