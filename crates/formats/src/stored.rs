//! The members of a ZIP archive that are stored as they are: names and ranges of bytes, for readers that look at the numbers
//! in place. Members that readers may disagree about are left out and counted.

use std::ops::Range;

use crate::zip;

/// The members of an archive, as far as their bytes lie in it as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Name and bytes of each, in the order of the directory.
    pub members: Vec<(String, Range<usize>)>,
    /// Names of members that are packed, or that readers may disagree about.
    pub others: Vec<String>,
}

/// Reads the directory of an archive; `None` if there is none.
pub fn members(bytes: &[u8]) -> Option<Stored> {
    let archive = zip::read(bytes, zip::Limits::default());
    if !archive.directory || archive.over.is_some() {
        return None;
    }
    let mut stored = Stored::default();
    for member in archive.members {
        let plain = member.methods().eq([0])
            && member.listed
            && member.names_agree()
            && !member.claims_encryption()
            && member.compressed == member.size;
        let end = usize::try_from(member.size).ok().and_then(|len| member.data.checked_add(len));
        let range = end.map(|end| member.data..end);
        match range.filter(|range| plain && range.end <= bytes.len()) {
            Some(range) => stored.members.push((member.name.into_owned(), range)),
            None => stored.others.push(member.name.into_owned()),
        }
    }
    Some(stored)
}

impl Stored {
    /// The bytes of the only member with this name.
    pub fn find(&self, name: &str) -> Option<Range<usize>> {
        let mut found = self.members.iter().filter(|(own, _)| own == name);
        let (_, range) = found.next()?;
        (found.next().is_none() && !self.others.iter().any(|other| other == name)).then(|| range.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use ::zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn only_what_is_there_once_and_as_it_is_is_found() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, method) in [("a", CompressionMethod::Stored), ("b", CompressionMethod::Deflated)] {
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(b"some bytes, some bytes, some bytes").unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let stored = members(&bytes).unwrap();
        assert_eq!(&bytes[stored.find("a").unwrap()], b"some bytes, some bytes, some bytes");
        assert_eq!((stored.find("b"), stored.find("c"), stored.others.as_slice()), (None, None, &["b".to_owned()][..]));
        let twice = Stored { members: vec![("a".to_owned(), 0..1), ("a".to_owned(), 1..2)], others: Vec::new() };
        assert_eq!(twice.find("a"), None);
        assert!((0..bytes.len()).all(|len| members(&bytes[..len]).is_none_or(|stored| stored.find("a").is_none())));
    }
}
