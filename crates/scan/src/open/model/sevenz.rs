//! Opens 7z archives: block by block, since members are packed together.

use std::collections::{HashMap, HashSet};

use palisade_formats::{
    compress::{End, Unpacked, crc32},
    pickle,
    sevenz::{self, Archive, File, Flaw, Folder, Limits},
    sniff::{Format, sniff},
};

use super::{
    bomb,
    members::{self, Entry, Leads},
    name,
    part::{DEPTH, Part},
    repository, settings, shape_only,
    unpacked::{self, HEAD},
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Opens a 7z archive.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        bomb::too_deep(part, Format::SevenZip, engine);
        return true;
    }
    let archive = match sevenz::read(part.bytes, Limits::default()) {
        Ok(archive) => archive,
        Err(flaw) => return unread(part, flaw, engine),
    };
    // Packed data that belongs to no member: a header that leaves the members out.
    if archive.files.is_empty() && part.bytes.len() > EMPTY {
        return unread(part, Flaw::Broken, engine);
    }
    part.enter(archive.files.len());
    let mut seen = Seen::default();
    for (number, folder) in archive.folders.iter().enumerate() {
        let files: Vec<_> = archive.files.iter().enumerate().filter(|(_, file)| lies_in(file, number)).collect();
        if !files.is_empty() && !seen.folder(part, folder, &files, engine) {
            part.unscanned(engine, "it unpacks to more than the scan reads");
            break;
        }
    }
    conclude(part, &archive, seen, engine)
}

/// What was seen of the members, by their number.
#[derive(Default)]
struct Seen {
    code: HashSet<usize>,
    programs: HashSet<usize>,
    /// Those whose checksum is wrong, though their content is whole.
    lies: HashSet<usize>,
    links: HashMap<usize, String>,
    /// Why blocks were not read.
    closed: Vec<&'static str>,
    bombs: Vec<Oddity>,
}

impl Seen {
    /// Opens the members of a block; `false` if the budget has ended.
    fn folder(&mut self, part: &Part<'_>, folder: &Folder, files: &[(usize, &File)], engine: &mut Engine) -> bool {
        if folder.encrypted || !folder.readable() {
            let why = if folder.encrypted { "are encrypted" } else { "are packed in a way that is not supported" };
            self.closed.push(why);
            return true;
        }
        // A member that has a block for itself is passed over if it begins like nothing known.
        if let [(number, file)] = files
            && let Some(head) = folder.unpack(part.bytes, HEAD)
            && !file.is_link
            && !self.is_worth(*number, file, sniff(&head.bytes))
            && !(head.end == End::More && pickle::may_begin(&head.bytes))
        {
            return true;
        }
        if part.is_spent() {
            return false;
        }
        let packed = folder.packed.len() as u64;
        let read = |limit| folder.unpack(part.bytes, limit);
        let Some(whole) = part.unpack(packed, read, |whole| (whole.bytes.len(), whole.end)) else {
            self.closed.push("cannot be unpacked");
            return true;
        };
        for (number, file) in files {
            self.member(part, *number, file, &whole, packed, engine);
        }
        let unpacked = whole.bytes.len() as u64;
        if whole.end == End::More && bomb::is_bomb(packed, unpacked, true) {
            let what = format!("it unpacks to {unpacked} bytes and more out of {packed}");
            self.bombs.push(bomb::oddity(folder.packed.start as u64, what));
        }
        if whole.end != End::Whole {
            let why = "it unpacks to more than the scan reads";
            part.unscanned(engine, if whole.end == End::More { why } else { "its packed data breaks off" });
        }
        true
    }

    fn member(
        &mut self,
        part: &Part<'_>,
        number: usize,
        file: &File,
        block: &Unpacked,
        packed: u64,
        engine: &mut Engine,
    ) {
        let (end, block) = (block.end, block.bytes.as_slice());
        let (start, len) = file.lies.map_or((0, 0), |(_, at)| (at, file.size));
        let (start, stop) = (clamp(start), clamp(start.saturating_add(len)).min(block.len()));
        let bytes = block.get(start..stop).unwrap_or_default();
        if file.is_link {
            self.links.insert(number, String::from_utf8_lossy(bytes.get(..HEAD).unwrap_or(bytes)).into_owned());
        }
        let format = sniff(bytes);
        if bytes.is_empty() || !self.is_worth(number, file, format) {
            return;
        }
        let artifact = part.entry(&file.name);
        let inner = Part {
            artifact: &artifact,
            name: name::file_name(&file.name),
            bytes,
            depth: part.depth + 1,
            budget: part.budget,
            file: None,
            cut: false,
        };
        let whole = bytes.len() as u64 == file.size;
        let end = if whole { End::Whole } else { end };
        repository::open(&inner, settings::PROJECT, engine);
        if unpacked::open(&inner, Format::SevenZip, packed, end, engine) {
            self.code.insert(number);
            if whole && file.crc.is_some_and(|crc| crc != crc32(bytes)) {
                self.lies.insert(number);
            }
        }
    }

    fn is_worth(&mut self, number: usize, file: &File, format: Option<Format>) -> bool {
        match format {
            None => {
                let own = name::file_name(&file.name);
                name::is_model(&own) || repository::wants(&own)
            }
            Some(Format::Program) => {
                self.programs.insert(number);
                name::is_certain(&file.name)
            }
            Some(_) => true,
        }
    }
}

fn conclude(part: &Part<'_>, archive: &Archive, seen: Seen, engine: &mut Engine) -> bool {
    let is_model = !seen.code.is_empty();
    let called = is_model || name::is_model(&part.name);
    let names = || archive.files.iter().map(|file| file.name.as_str());
    let certain = called || names().any(name::is_certain);
    for why in seen.closed.iter().collect::<HashSet<_>>() {
        part.unscanned(engine, format!("some of its members {why}"));
    }
    let entries = archive.files.iter().enumerate().map(|(number, file)| Entry {
        name: &file.name,
        offset: 0,
        leads: seen.links.get(&number).map_or(Leads::Nowhere, |target| Leads::From(target.into())),
    });
    let mut oddities = members::escapes(entries, certain);
    oddities.extend(seen.bombs);
    let total = archive.files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
    if bomb::is_crowd(archive.files.len(), total) {
        let what = format!("it has {} members with next to nothing in them", archive.files.len());
        oddities.push(bomb::oddity(0, what));
    }
    if certain {
        let belong = members::programs_belong(part, seen.programs.len(), names());
        let disguise = |what| Oddity { offset: 0, what, kind: OddityKind::Disguise, code: true };
        for (number, name) in names().enumerate() {
            if seen.programs.contains(&number) && !belong {
                oddities.push(disguise(format!("`{name}` is a program")));
            } else if seen.lies.contains(&number) {
                oddities.push(disguise(format!("`{name}` is not what its checksum says: some readers refuse it")));
            }
        }
    }
    members::keep_worst(&mut oddities);
    if oddities.is_empty() {
        engine.read();
    } else {
        shape_only(part, Format::SevenZip, false, oddities, engine);
    }
    is_model
}

/// An archive whose members are not known: any of them may be a model.
fn unread(part: &Part<'_>, flaw: Flaw, engine: &mut Engine) -> bool {
    part.unscanned(
        engine,
        match flaw {
            Flaw::Encrypted => "it is a 7z archive whose names are encrypted",
            Flaw::Unsupported => "it is a 7z archive whose header is packed in a way that is not supported",
            Flaw::Broken => "it is a 7z archive whose header cannot be read",
            Flaw::Large => "it is a 7z archive with more members than the scan reads",
        },
    );
    true
}

/// How long an archive without members is.
const EMPTY: usize = 32;

fn lies_in(file: &File, folder: usize) -> bool {
    file.lies.is_some_and(|(own, _)| own == folder)
}

fn clamp(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, observe};

    #[test]
    fn members_are_opened_by_content() {
        for name in ["model.7z", "model.bin", "archive"] {
            assert_eq!(findings("pickle-call", name, CALLS).len(), 1, "{name}");
        }
        assert_eq!(findings("disguised-model", "model.7z", CALLS).len(), 0);
    }

    #[test]
    fn members_that_leave_are_found() {
        assert_eq!(findings("archive-escape", "x.7z", LEAVES).len(), 1);
        assert_eq!(findings("archive-escape", "x.7z", CALLS).len(), 0);
    }

    #[test]
    fn what_cannot_be_read_is_unscanned() {
        for (name, count) in [("model.7z", 1), ("backup.7z", 1), ("x.bin", 1)] {
            assert_eq!(observe(name, ENCRYPTED, None).unscanned.len(), count, "{name}");
        }
        for (name, count) in [("model.7z", 1), ("backup.7z", 1), ("data", 1)] {
            assert_eq!(observe(name, SEALED, None).unscanned.len(), count, "{name}");
        }
    }

    #[test]
    fn a_wrong_checksum_is_found() {
        let mut bytes = CALLS.to_vec();
        // The pickle is stored as it is, and still calls when it calls something else.
        let at = bytes.windows(4).position(|window| window == b"echo").unwrap();
        bytes[at] = b'E';
        assert_eq!(findings("disguised-model", "m.7z", bytes).len(), 1);
    }

    /// `a.dat` holds a pickle that calls a function, stored.
    const CALLS: &[u8] = b"7z\xbc\xaf'\x1c\x00\x04P\xa5hTb\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00\x00\x00\x00\x00\x12\xb66\x82\x80\x02cposix\x0asystem\x0aU\x04echo\x85R.\x01\x00D\x01\x04\x06\x00\x01\x09\x19\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x19\x00\x08\x0a\x01~\x09,\xd5\x00\x00\x05\x01\x19\x01\x00\x11\x0d\x00a\x00.\x00d\x00a\x00t\x00\x00\x00\x14\x0a\x01\x00\xc0\xd9T\xff\xc8z\xdd\x01\x15\x06\x01\x00 \x80\x80\x81\x00\x00\x00\x17\x06\x19\x01\x09I\x00\x07\x0b\x01\x00\x01!!\x01\x18\x0cE\x00\x00";
    /// A member called `../xx`.
    const LEAVES: &[u8] = b"7z\xbc\xaf'\x1c\x00\x04Ff\x01/\x01\x00\x00\x00\x00\x00\x00\x00H\x00\x00\x00\x00\x00\x00\x00A\xdd-Wx\x01\x04\x06\x00\x01\x09\x01\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x01\x00\x08\x0a\x01\x83\x16\xdc\x8c\x00\x00\x05\x01\x19\x04\x00\x00\x00\x00\x11\x0d\x00.\x00.\x00/\x00x\x00x\x00\x00\x00\x14\x0a\x01\x00\xc08B\x16\xc9z\xdd\x01\x15\x06\x01\x00 \x80\x80\x81\x00\x00";
    /// An encrypted `m.pkl`.
    const ENCRYPTED: &[u8] = b"7z\xbc\xaf'\x1c\x00\x04\xd3[\xd5D\x89\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00\x00\x00\x00\x00\xa92X\xb9\x880d\xaa\x86\xf9\x02\x8fF\x997\x15\xb4_m\x12\xe6\x0b\xceH`\x85\xc4\xfe\xaa\xeb\xe6\x09=]\xd6a\x01\x00d\x01\x04\x06\x00\x01\x09 \x0a\x01\xd6\xca\x81\xbe\x00\x07\x0b\x01\x00\x02$\x06\xf1\x07\x01\x12S\x0fUw+O\x8c5\x8c\x90]\x09B[a&u\xe3!!\x01\x18\x01\x00\x0c\x1d\x19\x00\x08\x0a\x01~\x09,\xd5\x00\x00\x05\x01\x11\x0d\x00m\x00.\x00p\x00k\x00l\x00\x00\x00\x14\x0a\x01\x00\x90\xc3\xaf\xff\xc8z\xdd\x01\x15\x06\x01\x00 \x80\x80\x81\x00\x00\x00\x17\x06 \x01\x09i\x00\x07\x0b\x01\x00\x01!!\x01\x18\x0ce\x00\x00";
    /// As before, its name encrypted too.
    const SEALED: &[u8] = b"7z\xbc\xaf'\x1c\x00\x04\x81\xba\xab\xd8\x90\x00\x00\x00\x00\x00\x00\x00(\x00\x00\x00\x00\x00\x00\x00I&\x8b\xea\x85h\xa6\xb9j\xa8\x8e(\xd3+\xb6R\xc1&m\xe4\x80'\x19\xc0\xc0\xcf\xc6\x11\x0f7\xc5P\x9a\x98t\x0cu\x8d\xca\x1e\xd3]\x09q_Y \x1c\x8e\xd4\xc1\x18\x8b\x95z\xd5\x8dS\x96\xb9?\x0b\xfb\xb87\xf7\xcd\xb1\xabl\xb3\x91\xa2N\x1e\xcdT'\x07;%\xb2\x1b\xac[\xaf\xbb\x0a\xa9\xb3.*Zq\xdb\x00\x00\x86\xc4\x99\x18\x82\xd4\x02\xab(w\xa7\xb3\xa0#\x97O\x02\xe6\xf9%\xbfA\xc1\xc2\x90\xb8\x00\xaf\x86\x8c\xb5\xed\x99\xae\x924\xe1\xa4\xadb\xe9\xb0\xf8*\x0eZ\xdf2XWQ\x17\x06 \x01\x09p\x00\x07\x0b\x01\x00\x01$\x06\xf1\x07\x01\x12S\x0fwB6\x9c{J\x19\xdd\xeb\xb5!\xdf\xf2\x9cm\xfb\x0ce\x00\x00";
}
