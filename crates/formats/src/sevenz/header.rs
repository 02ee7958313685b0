//! The header of an archive, which may itself be packed.

use super::{Archive, Coder, File, Flaw, Folder, Limits, MAGIC};
use crate::{compress::End, cursor::Cursor};

/// Reads what is in an archive.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Archive, Flaw> {
    let mut header = next(bytes).ok_or(Flaw::Broken)?;
    let mut unpacked: Vec<u8>;
    // A packed header may hold another packed one.
    for _ in 0..MOST_PACKED {
        let mut reader = Reader { cursor: Cursor::new(header, 0), limits };
        match reader.cursor.u8() {
            Some(id::HEADER) => return reader.header(),
            Some(id::ENCODED) => {
                let streams = reader.streams()?;
                let folder = streams.folders.first().ok_or(Flaw::Broken)?;
                if folder.encrypted {
                    return Err(Flaw::Encrypted);
                }
                let whole = folder.unpack(bytes, limits.header).ok_or(Flaw::Unsupported)?;
                match whole.end {
                    End::More => return Err(Flaw::Large),
                    End::Broken => return Err(Flaw::Broken),
                    End::Whole => unpacked = whole.bytes,
                }
                header = &unpacked;
            }
            // An archive without members has no header.
            None if header.is_empty() => return Ok(Archive::default()),
            _ => return Err(Flaw::Broken),
        }
    }
    Err(Flaw::Broken)
}

/// The bytes of the header that the beginning of the file leads to.
fn next(bytes: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.take(6)? != MAGIC {
        return None;
    }
    cursor.take(6)?;
    let (offset, size) = (cursor.u64()?, cursor.u64()?);
    let start = usize::try_from(offset).ok()?.checked_add(START)?;
    bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
}

/// Length and checksum of each part of a block.
type Parts = Vec<(u64, Option<u32>)>;

/// Packed streams, the blocks that they are unpacked to, and what each block is cut into.
#[derive(Default)]
struct Streams {
    folders: Vec<Folder>,
    /// What each block is cut into.
    parts: Vec<Parts>,
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    limits: Limits,
}

impl<'a> Reader<'a> {
    fn header(&mut self) -> Result<Archive, Flaw> {
        let mut streams = Streams::default();
        loop {
            match self.number()? {
                id::END => return Ok(Archive { files: Vec::new(), folders: streams.folders }),
                id::PROPERTIES => {
                    while self.number()? != id::END {
                        self.skip()?;
                    }
                }
                id::ADDITIONAL => drop(self.streams()?),
                id::MAIN => streams = self.streams()?,
                id::FILES => return self.files(streams),
                _ => return Err(Flaw::Broken),
            }
        }
    }

    fn streams(&mut self) -> Result<Streams, Flaw> {
        let mut streams = Streams::default();
        let (mut at, mut packed) = (0, Vec::new());
        loop {
            match self.number()? {
                id::END => break,
                id::PACKED => (at, packed) = self.packed()?,
                id::UNPACKED => streams.folders = self.folders(at, &packed)?,
                id::PARTS => streams.parts = self.parts(&streams.folders)?,
                _ => return Err(Flaw::Broken),
            }
        }
        if streams.parts.is_empty() {
            streams.parts = streams.folders.iter().map(|folder| vec![(folder.size, folder.crc)]).collect();
        }
        Ok(streams)
    }

    /// Where the packed streams begin, and the length of each.
    fn packed(&mut self) -> Result<(u64, Vec<u64>), Flaw> {
        let at = self.number()?;
        let count = self.count()?;
        let mut sizes = Vec::new();
        loop {
            match self.number()? {
                id::END => return Ok((at.saturating_add(START as u64), sizes)),
                id::SIZE => {
                    for _ in 0..count {
                        sizes.push(self.number()?);
                    }
                }
                id::CRC => drop(self.digests(count)?),
                _ => return Err(Flaw::Broken),
            }
        }
    }

    fn folders(&mut self, at: u64, packed: &[u64]) -> Result<Vec<Folder>, Flaw> {
        self.expect(id::FOLDER)?;
        let count = self.count()?;
        self.expect(0)?;
        let mut plans = Vec::new();
        for _ in 0..count {
            plans.push(self.plan()?);
        }
        self.expect(id::UNPACKED_SIZES)?;
        let mut sizes = packed.iter();
        let mut start = at;
        let mut folders = Vec::new();
        for plan in plans {
            let mut outputs = Vec::new();
            for _ in 0..plan.outputs {
                outputs.push(self.number()?);
            }
            let len: u64 = sizes.by_ref().take(plan.packed.len()).fold(0, |sum, size| sum.saturating_add(*size));
            let end = start.saturating_add(len);
            let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
            folders.push(plan.into_folder(range, &outputs));
            start = end;
        }
        loop {
            match self.number()? {
                id::END => return Ok(folders),
                id::CRC => {
                    let crcs = self.digests(count)?;
                    folders.iter_mut().zip(crcs).for_each(|(folder, crc)| folder.crc = crc);
                }
                _ => return Err(Flaw::Broken),
            }
        }
    }

    /// How the coders of a block are put together.
    fn plan(&mut self) -> Result<Plan, Flaw> {
        let mut plan = Plan::default();
        for _ in 0..self.count()?.min(MOST_CODERS + 1) {
            let flags = self.byte()?;
            let method = self.take(u64::from(flags & 0x0f))?.to_vec();
            let (inputs, outputs) = if flags & 0x10 != 0 { (self.count()?, self.count()?) } else { (1, 1) };
            let properties = if flags & 0x20 != 0 {
                let len = self.number()?;
                self.take(len)?.to_vec()
            } else {
                Vec::new()
            };
            plan.woven |= inputs != 1 || outputs != 1;
            plan.inputs += inputs;
            plan.outputs += outputs;
            plan.coders.push(Coder { method, properties, size: 0 });
        }
        if plan.coders.is_empty() || plan.coders.len() > MOST_CODERS || plan.inputs > MOST_STREAMS {
            return Err(Flaw::Broken);
        }
        for _ in 1..plan.outputs {
            let pair = (self.number()?, self.number()?);
            plan.bound.push(pair);
        }
        let loose = plan.inputs.checked_sub(plan.bound.len()).ok_or(Flaw::Broken)?;
        plan.packed = if loose == 1 {
            let free = |input: &u64| !plan.bound.iter().any(|(bound, _)| bound == input);
            (0..plan.inputs as u64).find(free).into_iter().collect()
        } else {
            (0..loose).map(|_| self.number()).collect::<Result<_, _>>()?
        };
        Ok(plan)
    }

    fn parts(&mut self, folders: &[Folder]) -> Result<Vec<Parts>, Flaw> {
        let mut counts = vec![1; folders.len()];
        let mut next = self.number()?;
        if next == id::PART_COUNTS {
            for count in &mut counts {
                *count = self.count()?;
            }
            next = self.number()?;
        }
        let has_sizes = next == id::SIZE;
        let mut parts = Vec::new();
        for (folder, count) in folders.iter().zip(&counts) {
            let (mut sizes, mut rest) = (Vec::new(), folder.size);
            for _ in 1..*count {
                let size = if has_sizes { self.number()? } else { return Err(Flaw::Broken) };
                rest = rest.saturating_sub(size);
                sizes.push((size, None));
            }
            if *count > 0 {
                sizes.push((rest, folder.crc.filter(|_| *count == 1)));
            }
            parts.push(sizes);
        }
        if has_sizes {
            next = self.number()?;
        }
        while next != id::END {
            if next != id::CRC {
                return Err(Flaw::Broken);
            }
            let unknown = || parts.iter().flatten().filter(|(_, crc)| crc.is_none()).count();
            let crcs = self.digests(unknown())?;
            let missing = parts.iter_mut().flatten().filter(|(_, crc)| crc.is_none());
            missing.zip(crcs).for_each(|((_, own), crc)| *own = crc);
            next = self.number()?;
        }
        Ok(parts)
    }

    fn files(&mut self, streams: Streams) -> Result<Archive, Flaw> {
        let count = self.count()?;
        let mut files = vec![File::default(); count];
        let mut empty = vec![false; count];
        loop {
            let kind = self.number()?;
            if kind == id::END {
                break;
            }
            let len = self.number()?;
            let body = self.take(len)?;
            let mut inner = Reader { cursor: Cursor::new(body, 0), limits: self.limits };
            match kind {
                id::EMPTY => empty = inner.bits(count)?,
                id::NAMES => inner.names(&mut files)?,
                id::ATTRIBUTES => inner.attributes(&mut files)?,
                _ => {}
            }
        }
        let mut parts = streams.parts.iter().enumerate().flat_map(|(folder, parts)| {
            let mut at = 0u64;
            parts.iter().map(move |(size, crc)| {
                let start = at;
                at = at.saturating_add(*size);
                (folder, start, *size, *crc)
            })
        });
        for (file, _) in files.iter_mut().zip(&empty).filter(|(_, empty)| !**empty) {
            let Some((folder, at, size, crc)) = parts.next() else { break };
            (file.lies, file.size, file.crc) = (Some((folder, at)), size, crc);
        }
        Ok(Archive { files, folders: streams.folders })
    }

    /// Names end with a zero, and are in UTF-16.
    fn names(&mut self, files: &mut [File]) -> Result<(), Flaw> {
        self.expect(0)?;
        let (units, _) = self.cursor.rest().as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        files.iter_mut().zip(units.split(|unit| *unit == 0)).for_each(|(file, name)| {
            file.name = String::from_utf16_lossy(name);
        });
        Ok(())
    }

    /// Attributes of Windows; those of Unix are in the upper half where a bit says so.
    fn attributes(&mut self, files: &mut [File]) -> Result<(), Flaw> {
        let known = self.flags(files.len())?;
        self.expect(0)?;
        for (file, _) in files.iter_mut().zip(known).filter(|(_, known)| *known) {
            let attributes = self.cursor.u32().ok_or(Flaw::Broken)?;
            let unix = attributes & 0x8000 != 0 && attributes >> 28 == 0o12;
            file.is_link = unix || attributes & 0x400 != 0;
        }
        Ok(())
    }

    fn digests(&mut self, count: usize) -> Result<Vec<Option<u32>>, Flaw> {
        let known = self.flags(count)?;
        known
            .into_iter()
            .map(|known| if known { self.cursor.u32().map(Some).ok_or(Flaw::Broken) } else { Ok(None) })
            .collect()
    }

    /// A flag for each of so many things, or one byte for all of them.
    fn flags(&mut self, count: usize) -> Result<Vec<bool>, Flaw> {
        if self.byte()? == 0 { self.bits(count) } else { Ok(vec![true; count]) }
    }

    fn bits(&mut self, count: usize) -> Result<Vec<bool>, Flaw> {
        let bytes = self.take(count.div_ceil(8) as u64)?;
        let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
        Ok((0..count).map(bit).collect())
    }

    fn skip(&mut self) -> Result<(), Flaw> {
        let len = self.number()?;
        self.take(len).map(|_| ())
    }

    fn expect(&mut self, expected: u64) -> Result<(), Flaw> {
        if self.number()? == expected { Ok(()) } else { Err(Flaw::Broken) }
    }

    /// A number of things, of which there are no more than the limit.
    fn count(&mut self) -> Result<usize, Flaw> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count <= self.limits.members { Ok(count) } else { Err(Flaw::Large) }
    }

    /// A number: the leading ones of the first byte tell how many bytes follow.
    fn number(&mut self) -> Result<u64, Flaw> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let mut value = 0u64;
        for at in 0..more {
            value |= u64::from(self.byte()?) << (8 * at);
        }
        // The rest of the first byte is the highest.
        let high = u64::from(first) & (0x7f >> more);
        Ok(if more >= 7 { value } else { value | high << (8 * more) })
    }

    fn byte(&mut self) -> Result<u8, Flaw> {
        self.cursor.u8().ok_or(Flaw::Broken)
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Flaw> {
        self.cursor.take_long(len).ok_or(Flaw::Broken)
    }
}

/// How the coders of a block are put together, before their sizes are known.
#[derive(Default)]
struct Plan {
    coders: Vec<Coder>,
    inputs: usize,
    outputs: usize,
    /// Inputs and the outputs that feed them.
    bound: Vec<(u64, u64)>,
    /// Inputs that are fed by packed streams.
    packed: Vec<u64>,
    /// Whether a coder has more than one input or output.
    woven: bool,
}

impl Plan {
    fn into_folder(self, packed: std::ops::Range<usize>, outputs: &[u64]) -> Folder {
        let encrypted = self.coders.iter().any(Coder::is_cipher);
        // The output that feeds nothing is that of the block.
        let last = (0..outputs.len()).find(|at| !self.bound.iter().any(|(_, output)| *output == *at as u64));
        let size = last.and_then(|at| outputs.get(at)).copied().unwrap_or_default();
        let coders = if self.woven { None } else { self.chain(outputs) };
        Folder { packed, coders, size, crc: None, encrypted }
    }

    /// The coders in the order in which they are applied, if they are a chain.
    fn chain(&self, outputs: &[u64]) -> Option<Vec<Coder>> {
        let mut chain = Vec::new();
        let mut at = self.packed.first().copied();
        while let Some(number) = at {
            let index = usize::try_from(number).ok()?;
            let coder = self.coders.get(index)?.clone();
            chain.push(Coder { size: outputs.get(index).copied()?, ..coder });
            if chain.len() > self.coders.len() {
                return None;
            }
            at = self.bound.iter().find(|(_, output)| *output == number).map(|(input, _)| *input);
        }
        (chain.len() == self.coders.len()).then_some(chain)
    }
}

/// What the parts of a header are called in it.
mod id {
    pub(super) const END: u64 = 0x00;
    pub(super) const HEADER: u8 = 0x01;
    pub(super) const PROPERTIES: u64 = 0x02;
    pub(super) const ADDITIONAL: u64 = 0x03;
    pub(super) const MAIN: u64 = 0x04;
    pub(super) const FILES: u64 = 0x05;
    pub(super) const PACKED: u64 = 0x06;
    pub(super) const UNPACKED: u64 = 0x07;
    pub(super) const PARTS: u64 = 0x08;
    pub(super) const SIZE: u64 = 0x09;
    pub(super) const CRC: u64 = 0x0a;
    pub(super) const FOLDER: u64 = 0x0b;
    pub(super) const UNPACKED_SIZES: u64 = 0x0c;
    pub(super) const PART_COUNTS: u64 = 0x0d;
    pub(super) const EMPTY: u64 = 0x0e;
    pub(super) const NAMES: u64 = 0x11;
    pub(super) const ATTRIBUTES: u64 = 0x15;
    pub(super) const ENCODED: u8 = 0x17;
}

/// The length of what stands in front of the packed data.
const START: usize = 32;
const MOST_PACKED: usize = 4;
const MOST_CODERS: usize = 16;
const MOST_STREAMS: usize = 64;
