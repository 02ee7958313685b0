//! Tar archives as their readers take them: POSIX (`ustar` and pax), GNU and the format before both. What readers take
//! differently is kept. Source: POSIX.1-2017 pax, GNU tar manual "Basic Tar Format".

mod header;
mod pax;

use std::ops::Range;

pub use header::looks_like;
use header::{BLOCK, Header};
use pax::Records;

/// What reading an archive may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most members.
    pub members: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 100_000 }
    }
}

/// The members of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// The members in their order.
    pub members: Vec<Member>,
    /// What follows the last member and is neither a header nor zeros.
    pub loose: Option<Range<usize>>,
    /// Whether it ends in the middle of a header.
    pub cut: bool,
    /// The limit that was reached before everything was read.
    pub over: Option<&'static str>,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path, as readers that know every extension take it.
    pub name: String,
    /// Offset of its header.
    pub header: usize,
    /// Its bytes in the archive.
    pub range: Range<usize>,
    /// What it is unpacked to.
    pub kind: Kind,
    /// Whether the archive ends before it does.
    pub cut: bool,
    /// What readers take differently about it.
    pub differs: Vec<Difference>,
}

/// What a member is unpacked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link; its target starts at the folder of the link.
    Link(String),
    /// Another name of a file; its target starts at the root of the archive.
    HardLink(String),
    /// A device or a pipe.
    Device,
}

/// Something that two readers take differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The plain header gives the name of another file.
    Name(String),
    /// The plain header gives another length, so that other headers follow.
    Size,
    /// The checksum of the header is wrong: some stop there, some go on behind it.
    Checksum,
    /// It stands behind the end of the archive, where some readers go on.
    BehindEnd,
}

impl Member {
    /// What it links to, if it is a link of either kind.
    pub fn link(&self) -> Option<&str> {
        match &self.kind {
            Kind::Link(to) | Kind::HardLink(to) => Some(to),
            _ => None,
        }
    }
}

/// Reads the headers of an archive.
pub fn read(bytes: &[u8], limits: Limits) -> Archive {
    let mut reader = Reader { bytes, at: 0, ended: false, global: Records::default(), archive: Archive::default() };
    while let Some(header) = reader.header() {
        if reader.archive.members.len() >= limits.members {
            reader.archive.over = Some("it has too many members");
            break;
        }
        reader.member(header);
    }
    let rest = bytes.get(reader.at..).unwrap_or_default();
    reader.archive.cut = rest.len() < BLOCK && rest.iter().any(|byte| *byte != 0);
    reader.archive
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Offset of the next header.
    at: usize,
    /// Whether the mark of the end was passed.
    ended: bool,
    global: Records,
    archive: Archive,
}

impl<'a> Reader<'a> {
    /// The next header, behind zeros too: they mark the end for most readers.
    fn header(&mut self) -> Option<Header<'a>> {
        let before = self.at;
        while self.block(self.at)?.iter().all(|byte| *byte == 0) {
            self.at += BLOCK;
        }
        self.ended |= self.at > before;
        let header = Header::read(self.block(self.at)?);
        // Behind the end, and where no length can be read, only a header that is sound is one.
        let header = header.filter(|header| header.sound || !self.ended && header.named());
        if header.is_none() {
            self.archive.loose = Some(self.at..self.bytes.len());
        }
        header
    }

    fn block(&self, at: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(BLOCK)?)
    }

    /// Reads one member with the headers in front that say more about it.
    fn member(&mut self, mut header: Header<'a>) {
        let mut records = Records::default();
        let start = self.at;
        let mut differs = Vec::new();
        for _ in 0..EXTENSIONS {
            if !header.sound {
                differs.push(Difference::Checksum);
            }
            if !header.extends() {
                break;
            }
            let data = self.bytes.get(self.data(header.size)).unwrap_or_default();
            let target = if header.kind == b'g' { &mut self.global } else { &mut records };
            target.add(header.kind, data);
            self.at = self.behind(self.at + BLOCK, header.size);
            match self.block(self.at).and_then(Header::read) {
                Some(next) => header = next,
                None => return,
            }
        }
        let records = records.over(&self.global);
        differs.dedup();
        differs.extend(self.ended.then_some(Difference::BehindEnd));
        let name = records.path.clone().unwrap_or_else(|| header.name());
        if let Some(path) = &records.path
            && !records.sparse
            && !header::is_spelling(&header.name(), path)
        {
            differs.push(Difference::Name(header.name()));
        }
        let size = records.size.unwrap_or(header.size);
        // Only lengths that the header has no room for are left to a record.
        if size != header.size && (size as u64) < header::ROOM {
            differs.push(Difference::Size);
        }
        let kind = header.unpacks_to(&name, records.link);
        let data = self.at + BLOCK + header.extension(self.bytes.get(self.at + BLOCK..).unwrap_or_default());
        let next = self.behind(data, size);
        let has_data = matches!(kind, Kind::File);
        let (end, next) = if has_data || size == 0 {
            (data.saturating_add(size), next)
        } else {
            // A length that a link or folder gives is that of what it names, for most readers.
            let (here, there) = (self.starts(data), self.starts(next));
            if here && there {
                differs.push(Difference::Size);
            }
            if here { (data, data) } else { (data.saturating_add(size), next) }
        };
        let len = self.bytes.len();
        let range = data.min(len)..end.clamp(data.min(len), len);
        let range = if records.map { range.start + pax::map_len(self.bytes, &range)..range.end } else { range };
        self.archive.members.push(Member { name, header: start, range, kind, cut: end > len, differs });
        self.at = next;
    }

    /// Whether a header or the end stands at an offset.
    fn starts(&self, at: usize) -> bool {
        let Some(block) = self.block(at) else { return at >= self.bytes.len() };
        block.iter().all(|byte| *byte == 0) || Header::read(block).is_some_and(|header| header.sound)
    }

    fn data(&self, size: usize) -> Range<usize> {
        let start = (self.at + BLOCK).min(self.bytes.len());
        start..start.saturating_add(size.min(RECORDS)).min(self.bytes.len())
    }

    /// The first block behind data.
    fn behind(&self, data: usize, size: usize) -> usize {
        data.saturating_add(size).checked_next_multiple_of(BLOCK).unwrap_or(self.bytes.len()).min(self.bytes.len())
    }
}

/// The most headers in front of one member.
const EXTENSIONS: usize = 16;
/// The most bytes of records in front of one member.
const RECORDS: usize = 1 << 20;

#[cfg(test)]
mod tests;
