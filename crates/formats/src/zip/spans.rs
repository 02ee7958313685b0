//! What lies where in an archive: members that share bytes, and bytes that belong to no member.

use std::ops::Range;

use super::{
    Archive, Limits, local,
    member::{Difference, Member},
};

/// Notes members that share bytes with the one before them.
pub(super) fn overlaps(members: &mut [Member<'_>]) {
    let mut order: Vec<(usize, usize)> = members.iter().enumerate().map(|(at, member)| (member.header, at)).collect();
    order.sort_unstable();
    let mut reach = 0;
    for (header, number) in order {
        let Some(member) = members.get_mut(number) else { continue };
        if header < reach {
            member.differs.push(Difference::Overlap);
        }
        reach = reach.max(end(member));
    }
}

fn end(member: &Member<'_>) -> usize {
    member.data.saturating_add(usize::try_from(member.compressed).unwrap_or(usize::MAX))
}

/// Collects the parts of the file that neither a member nor the directory covers, and the local headers in them.
pub(super) fn rest<'a>(bytes: &'a [u8], directory: Option<Range<usize>>, limits: Limits, archive: &mut Archive<'a>) {
    let members = archive.members.iter().map(|member| member.header..end(member));
    let mut covered: Vec<_> = members.chain(directory).collect();
    covered.sort_unstable_by_key(|range| range.start);
    covered.push(bytes.len()..bytes.len());
    let (mut at, mut budget) = (0usize, limits.gaps);
    for range in covered {
        let gap = at..range.start.min(bytes.len());
        at = at.max(range.end);
        if gap.is_empty() {
            continue;
        }
        let searched = gap.start..gap.start + gap.len().min(budget);
        if searched.len() < gap.len() {
            archive.over.get_or_insert("too many bytes lie outside of its members");
        }
        budget -= searched.len();
        let before = archive.members.len();
        if !headers(bytes, searched, limits, archive) {
            archive.over = Some("it has too many members");
            break;
        }
        // A record behind the data of a member is no place to hide something in.
        if archive.members.len() == before && gap.len() > DESCRIPTOR {
            if archive.loose.len() < LOOSE {
                archive.loose.push(gap);
            } else {
                archive.over.get_or_insert("too many parts of it belong to no member");
            }
        }
    }
    archive.prefix = archive.members.iter().map(|member| member.header).min().unwrap_or(0);
}

/// Finds local headers in a part of the file; `false` if there are too many.
fn headers<'a>(bytes: &'a [u8], range: Range<usize>, limits: Limits, archive: &mut Archive<'a>) -> bool {
    let mut at = range.start;
    while let Some(gap) = bytes.get(at..range.end)
        && let Some(found) = memchr::memmem::find(gap, local::MAGIC)
    {
        let header = at + found;
        at = header + local::MAGIC.len();
        let Some(local) = local::header(bytes, header) else { continue };
        if archive.members.len() >= limits.members {
            return false;
        }
        let member = local.into_member(header);
        // Where a header tells the truth about its length, another record follows; what lies in between is its data.
        let behind = end(&member);
        if member.compressed > 0 && bytes.get(behind..).is_some_and(|next| RECORDS.iter().any(|m| next.starts_with(m)))
        {
            at = at.max(behind);
        }
        archive.members.push(member);
    }
    true
}

/// How records begin that may stand behind a member.
const RECORDS: [&[u8]; 4] = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"];
/// The longest record behind the data of a member.
const DESCRIPTOR: usize = 24;
/// The most parts that belong to no member that are kept.
const LOOSE: usize = 256;
