//! ZIP archives as every loader reads them: by the central directory, by the local headers, and by the headers that no
//! directory lists. Differences between the views are kept, not repaired. Source: APPNOTE.TXT 6.3.
//!
//! Checksums and the encryption flag are not obeyed, since loaders exist that do not obey them either.

mod central;
mod end;
mod local;
mod member;
mod spans;

use std::ops::Range;

pub use end::{ends_in_end_record, has_end_record};
pub use member::{Content, Difference, Kind, Member};

use self::end::Directory;
use crate::cursor::Cursor;

/// What reading a directory may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most members.
    pub members: usize,
    /// The most bytes that are searched for headers that no directory lists.
    pub gaps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 100_000, gaps: 64 << 20 }
    }
}

/// The members of an archive.
#[derive(Clone, Debug, Default)]
pub struct Archive<'a> {
    /// Members in the order of the directory, then those that no directory lists.
    pub members: Vec<Member<'a>>,
    /// Whether there is an end record at all; without one, only the local headers are known.
    pub directory: bool,
    /// Bytes before the first member: a file of another format may stand there.
    pub prefix: usize,
    /// Ranges that belong to no member and to no directory, in order: between members, and behind the end.
    pub loose: Vec<Range<usize>>,
    /// What readers take differently in the archive as a whole.
    pub quirks: Vec<Quirk>,
    /// The limit that was reached before everything was read.
    pub over: Option<&'static str>,
}

/// Something about an archive as a whole that readers take differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// Two end records can be taken for the last one: one lies in the comment of another.
    TwoEnds {
        /// Offset of the one that most readers do not take.
        other: usize,
    },
    /// The stored offset leads to another directory than the one in front of the end record.
    TwoDirectories {
        /// Offset of the one that the offset leads to.
        other: usize,
    },
    /// The end record counts another number of members than the directory lists.
    Count {
        /// What the end record says.
        said: u64,
        /// What the directory lists.
        listed: usize,
    },
    /// The 64-bit end record says something else than the 32-bit one.
    TwoSizes,
    /// It claims to be one part of several.
    Part,
}

/// Reads the directory of an archive and everything that looks like a member beside it.
pub fn read(bytes: &[u8], limits: Limits) -> Archive<'_> {
    let mut archive = Archive::default();
    if let Some(directory) = end::find(bytes, &mut archive.quirks) {
        archive.directory = true;
        listed(bytes, &directory, limits, &mut archive);
        spans::overlaps(&mut archive.members);
        spans::rest(bytes, Some(directory.at..directory.end), limits, &mut archive);
    } else {
        spans::rest(bytes, None, limits, &mut archive);
    }
    archive
}

/// The members that the directory lists, with what their local headers say about them.
fn listed<'a>(bytes: &'a [u8], directory: &Directory, limits: Limits, archive: &mut Archive<'a>) {
    let mut cursor = Cursor::new(bytes, directory.at);
    let mut complete = true;
    while cursor.at() < directory.stop
        && let Some(mut member) = central::entry(&mut cursor)
    {
        if archive.members.len() >= limits.members {
            archive.over = Some("it has too many members");
            complete = false;
            break;
        }
        member.header = locate(bytes, member.header, directory.shift);
        local::join(bytes, &mut member);
        archive.members.push(member);
    }
    let count = archive.members.len();
    // Tools that do not know 64-bit records count on from zero.
    let wraps = directory.narrow && count as u64 % (1 << 16) == directory.count;
    if complete && directory.count != count as u64 && !wraps {
        archive.quirks.push(Quirk::Count { said: directory.count, listed: count });
    }
}

/// Where a local header really is: with the shift of the archive, or without it.
fn locate(bytes: &[u8], header: usize, shift: usize) -> usize {
    let shifted = header.saturating_add(shift);
    let found = shift == 0 || bytes.get(shifted..).is_some_and(|at| at.starts_with(local::MAGIC));
    let at = if found { shifted } else { header };
    // A header that is said to lie outside is missing at the end.
    at.min(bytes.len())
}

#[cfg(test)]
mod tests;
