//! Opens tar archives: old PyTorch files, `NeMo` checkpoints, and archives that are named like models.

use std::collections::HashSet;

use palisade_formats::{
    sniff::{Format, sniff},
    tar::{self, Archive, Difference, Kind, Limits, Member},
    zip,
};

use super::{
    bomb,
    bundle::Bundle,
    content,
    members::{self, Entry, Leads},
    name,
    part::{DEPTH, Part},
    pickle, shape_only,
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Opens the members whose content is something that models are made of.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        bomb::too_deep(part, Format::Tar, engine);
        return true;
    }
    let archive = tar::read(part.bytes, Limits::default());
    if archive.members.is_empty() {
        return false;
    }
    part.enter(archive.members.len());
    let names: Vec<&str> = archive.members.iter().map(|member| member.name.as_str()).collect();
    let mut seen = Seen { bundle: Bundle::of(&part.name, &names), code: HashSet::new(), programs: HashSet::new() };
    for (number, member) in archive.members.iter().enumerate() {
        if part.is_spent() {
            part.unscanned(engine, "it unpacks to more than the scan reads");
            break;
        }
        seen.member(part, number, member, engine);
    }
    for member in &archive.members {
        if seen.bundle.asks_for(&member.name) {
            let artifact = part.entry(&member.name);
            let bytes = part.bytes.get(member.range.clone()).unwrap_or_default();
            seen.bundle.answer(&part.member(&artifact, &member.name, bytes), &member.name, engine);
        }
    }
    conclude(part, &archive, seen, engine)
}

/// Where the last member ends.
pub(super) fn behind(bytes: &[u8]) -> usize {
    tar::read(bytes, Limits::default()).members.iter().map(|member| member.range.end).max().unwrap_or(0)
}

/// What was seen of the members, by their number.
struct Seen {
    bundle: Bundle,
    code: HashSet<usize>,
    programs: HashSet<usize>,
}

impl Seen {
    fn member(&mut self, part: &Part<'_>, number: usize, member: &Member, engine: &mut Engine) {
        let bytes = part.bytes.get(member.range.clone()).unwrap_or_default();
        let own = name::file_name(&member.name);
        if member.cut {
            part.entry_unscanned(&member.name, engine, "the archive ends before it does");
        }
        let format = sniff(bytes);
        if format == Some(Format::Program) {
            self.programs.insert(number);
        }
        let ends = || zip::has_end_record(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or(bytes));
        if format.is_none() && !name::is_model(&own) && !self.bundle.wants(&member.name) && !ends() {
            return;
        }
        let artifact = part.entry(&member.name);
        let inner = Part {
            artifact: &artifact,
            name: own,
            bytes,
            depth: part.depth + 1,
            budget: part.budget,
            file: None,
            cut: false,
        };
        let is_model = content(&inner, engine);
        self.bundle.open(&inner, &member.name, engine);
        if is_model {
            self.code.insert(number);
        }
    }
}

fn conclude(part: &Part<'_>, archive: &Archive, seen: Seen, engine: &mut Engine) -> bool {
    let is_model = seen.bundle.is_model() || !seen.code.is_empty();
    let named =
        is_model || name::is_model(&part.name) || archive.members.iter().any(|member| name::is_certain(&member.name));
    if archive.cut {
        part.unscanned(engine, "it ends in the middle of a header");
    }
    // What comes behind the limit may be a model even if nothing before it is.
    if let Some(over) = archive.over {
        part.unscanned(engine, over);
    }
    let mut oddities = members::escapes(archive.members.iter().map(entry), named);
    let total = archive.members.iter().map(|member| member.range.len() as u64).sum();
    if bomb::is_crowd(archive.members.len(), total) {
        let what = format!("it has {} members with next to nothing in them", archive.members.len());
        oddities.push(bomb::oddity(0, what));
    }
    if named {
        oddities.extend(views(part, archive, &seen));
        oddities.extend(loose(part, archive, engine));
    }
    oddities.extend(seen.bundle.finish(part, engine).0);
    members::keep_worst(&mut oddities);
    if oddities.is_empty() {
        engine.read();
    } else {
        shape_only(part, Format::Tar, false, oddities, engine);
    }
    is_model
}

fn entry(member: &Member) -> Entry<'_> {
    let leads = match &member.kind {
        Kind::File | Kind::Folder => Leads::Nowhere,
        Kind::Device => Leads::Device,
        Kind::Link(target) => Leads::From(target.into()),
        Kind::HardLink(target) => Leads::Root(target),
    };
    Entry { name: &member.name, offset: member.header as u64, leads }
}

/// Members that some readers see and others do not, and programs.
fn views(part: &Part<'_>, archive: &Archive, seen: &Seen) -> Vec<Oddity> {
    let names = archive.members.iter().map(|member| member.name.as_str());
    let programs_belong = members::programs_belong(part, seen.programs.len(), names);
    let mut odd = Vec::new();
    for (number, member) in archive.members.iter().enumerate() {
        let name = &member.name;
        let program = seen.programs.contains(&number) && !programs_belong;
        let what = match member.differs.first() {
            _ if program => format!("`{name}` is a program"),
            None => continue,
            Some(Difference::Name(other)) => {
                format!("a member is called `{name}` by some readers and `{other}` by others")
            }
            Some(Difference::Size) => format!("readers differ in how long `{name}` is, and so in what follows it"),
            Some(Difference::Checksum) => {
                format!("the header of `{name}` has a wrong checksum: some readers stop there, others go on")
            }
            Some(Difference::BehindEnd) => {
                format!("`{name}` stands behind the end of the archive, so that only some readers see it")
            }
        };
        let code = program || seen.code.contains(&number);
        odd.push(Oddity { offset: member.header as u64, what, kind: OddityKind::Disguise, code });
        if odd.len() >= members::MOST {
            break;
        }
    }
    odd
}

/// What follows the last member and is neither a header nor zeros.
fn loose(part: &Part<'_>, archive: &Archive, engine: &mut Engine) -> Option<Oddity> {
    let range = archive.loose.clone()?;
    let bytes = part.bytes.get(range.clone()).unwrap_or_default();
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    let code = pickle::hidden(part, range.start, range.end, engine);
    let what = format!("{} bytes that belong to no member follow", bytes.len());
    Some(Oddity { offset: range.start as u64, what, kind: OddityKind::Disguise, code })
}

/// Where the end record of a ZIP archive is looked for.
const TAIL: usize = 66_000;

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn member(name: &str, kind: u8, link: &str) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(b"00000000000");
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link.as_bytes());
        block[257..262].copy_from_slice(b"ustar");
        block
    }

    #[test]
    fn members_and_links_that_leave_are_found() {
        for (name, kind, link, count) in [
            ("../x.pkl", b'0', "", 1),
            ("a/x.pkl", b'2', "/etc/passwd", 1),
            ("a/x.pkl", b'2', "../../x", 1),
            ("a/x.pkl", b'2', "../x", 0),
            ("x.pkl", b'2', "y.pkl", 0),
            ("usr/bin/x", b'2', "/bin/x", 0),
        ] {
            assert_eq!(findings("archive-escape", "a.tar", member(name, kind, link)).len(), count, "{name} -> {link}");
        }
    }

    fn file(name: &str, content: &[u8]) -> Vec<u8> {
        let mut block = member(name, b'0', "");
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block.extend(content);
        block.resize(block.len().next_multiple_of(512), 0);
        block
    }

    fn count(rule: &str, name: &str, parts: &[&[u8]]) -> usize {
        findings(rule, name, parts.concat()).len()
    }

    const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";
    const INERT: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";
    const END: &[u8] = &[0; 1024];

    #[test]
    fn members_are_opened_by_content() {
        for name in ["m.pkl", "notes.txt", "weights"] {
            assert_eq!(count("pickle-call", "a.tar", &[&file(name, CALL), END]), 1, "{name}");
        }
        let inner = [&file("m.pkl", CALL), END].concat();
        assert_eq!(count("pickle-call", "a.tar", &[&file("inner.tar", &inner), END]), 1);
    }

    #[test]
    fn what_readers_take_differently_is_found() {
        let (first, second) = (file("a.pkl", INERT), file("b.pkl", INERT));
        assert_eq!(count("disguised-model", "a.tar", &[&first, &second, END]), 0);
        assert_eq!(count("disguised-model", "a.tar", &[&first, END, &second, END]), 1);
        assert_eq!(count("disguised-model", "a.tar", &[&first, END, b"something that follows", &[7; 512]]), 1);
        let mut wrong = first;
        wrong[148] ^= 1;
        assert_eq!(count("disguised-model", "a.tar", &[&wrong, END]), 1);
    }

    #[test]
    fn a_zip_archive_among_the_members_is_no_disguise() {
        let end = [&b"PK\x05\x06"[..], &[0; 18]].concat();
        let seen =
            findings("disguised-model", "a.tar", [file("a.pkl", INERT), file("x.zip", &end), END.to_vec()].concat());
        assert_eq!(seen.len(), 0, "{seen:?}");
    }

    #[test]
    fn programs_among_weights_are_found() {
        let weights = file("model.ckpt", INERT);
        let program = file("x.so", b"\x7fELF\x02\x01\x01");
        assert_eq!(count("disguised-model", "m.tar", &[&weights, &program, END]), 1);
        assert_eq!(count("disguised-model", "m.tar", &[&file("setup.py", b""), &weights, &program, END]), 0);
    }

    #[test]
    fn archives_of_nothing_but_members_are_bombs() {
        let many: Vec<u8> = (0..10_000).flat_map(|number| file(&format!("{number}"), b"")).collect();
        assert_eq!(count("malformed-model", "a.tar", &[&many, END]), 1);
    }
}
