//! Opens ZIP archives: PyTorch, Keras, NumPy and whatever else holds models. Every member is opened by its content.

use std::{
    collections::HashSet,
    fs,
    io::{self, Cursor, Read, Seek},
};

use palisade_formats::{
    sniff::{Format, sniff},
    zip::{self, Archive, Limits, Member},
};

use super::{
    content, name,
    part::{DEPTH, Part},
    shape, shape_only,
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Opens a ZIP archive. Too large ones are read in parts from the disk.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        part.unscanned(engine, "archives are nested too deeply");
        return true;
    }
    let judged = match part.file.filter(|file| !file.is_whole()) {
        Some(file) => fs::File::open(file.disk).and_then(|disk| members(part, io::BufReader::new(disk), engine)),
        None => members(part, Cursor::new(part.bytes), engine),
    };
    match judged {
        Ok(is_model) => is_model,
        Err(error) => {
            part.unscanned(engine, format!("its parts cannot be read: {error}"));
            true
        }
    }
}

fn members<R: Read + Seek>(part: &Part<'_>, mut reader: R, engine: &mut Engine) -> io::Result<bool> {
    let archive = zip::read(&mut reader, Limits::default())?;
    // Four bytes of a program may look like the end of an archive.
    if archive.members.is_empty() && !part.bytes.starts_with(b"PK") {
        return Ok(false);
    }
    let is_model = name::is_model(&part.name) || archive.members.iter().any(is_model_member);
    let mut code = HashSet::new();
    let mut programs = HashSet::new();
    let mut unsupported = 0u64;
    'members: for (number, member) in archive.members.iter().enumerate() {
        for method in &member.methods {
            let Some(head) = member.read(&mut reader, *method, HEAD)? else { continue };
            if sniff(&head.bytes) == Some(Format::Program) {
                programs.insert(number);
            }
            if !worth_reading(member, &head.bytes) {
                continue;
            }
            let room = part.room();
            if room == 0 {
                part.unscanned(engine, "it unpacks to more than the scan reads");
                break 'members;
            }
            let Some(whole) = member.read(&mut reader, *method, room)? else { continue };
            part.spend(whole.bytes.len());
            let artifact = part.entry(&member.name);
            if whole.cut && whole.bytes.len() as u64 >= room {
                super::unscanned(&artifact, engine, "it unpacks to more than the scan reads");
            }
            let inner = Part {
                artifact: &artifact,
                name: member.name.rsplit('/').next().unwrap_or_default().to_lowercase(),
                bytes: &whole.bytes,
                depth: part.depth + 1,
                budget: part.budget,
                file: None,
            };
            if content(&inner, engine) {
                code.insert(number);
            }
        }
        unsupported += u64::from(member.size > 0 && !member.readable());
    }
    if is_model && unsupported > 0 {
        part.unscanned(engine, format!("{unsupported} members are packed in a way that is not supported"));
    }
    if let Some(over) = archive.over {
        part.unscanned(engine, over);
    }
    // Programs are nothing odd in archives of programs.
    if is_model {
        code.extend(&programs);
    } else {
        programs.clear();
    }
    let is_model = is_model || !code.is_empty();
    let mut oddities = oddities(&archive, &code, &programs);
    if !is_model {
        oddities.retain(|oddity| oddity.leaves);
    }
    if is_model || !oddities.is_empty() {
        if archive.members.iter().any(|member| member.name.ends_with("model.weights.h5")) {
            part.unscanned(engine, "Keras layers that carry code are not judged");
        }
        let oddities: Vec<_> = oddities.into_iter().map(|odd| odd.oddity).collect();
        let runs_code = runs_code(part, &archive, !code.is_empty());
        if runs_code.is_some() || is_weights(&archive) {
            shape(part, Format::Zip, runs_code, oddities, engine);
        } else if !oddities.is_empty() {
            shape_only(part, Format::Zip, false, oddities, engine);
        }
    }
    Ok(is_model)
}

/// Whether a member is one that only archives of models have.
fn is_model_member(member: &Member) -> bool {
    let name = member.name.rsplit('/').next().unwrap_or_default();
    matches!(name, "data.pkl" | "constants.pkl" | "model.weights.h5")
}

fn is_weights(archive: &Archive) -> bool {
    archive.members.iter().any(is_model_member)
}

fn worth_reading(member: &Member, head: &[u8]) -> bool {
    match sniff(head) {
        Some(Format::Program) | None => {
            // The head is too short to tell old pickles from text; these names are loaded as pickles.
            let name = member.name.to_lowercase();
            [".pkl", ".pickle", ".p", ".joblib"].iter().any(|end| name.ends_with(end))
        }
        Some(_) => true,
    }
}

fn runs_code(part: &Part<'_>, archive: &Archive, code: bool) -> Option<&'static str> {
    let has = |end: &str| archive.members.iter().any(|member| member.name.ends_with(end));
    if has("data.pkl") {
        Some("a PyTorch archive is loaded through the pickle in it")
    } else if has("model.weights.h5") || part.has_extension("keras") {
        Some("a Keras archive may hold layers that are code")
    } else if code && name::is_model(&part.name) && !has(".npy") {
        Some("it holds pickles")
    } else {
        None
    }
}

/// Something odd about a member, and whether it would leave the folder that it is unpacked to.
struct Odd {
    oddity: Oddity,
    leaves: bool,
}

/// Members that some readers see and others do not, and those that have no place in an archive of weights.
fn oddities(archive: &Archive, code: &HashSet<usize>, programs: &HashSet<usize>) -> Vec<Odd> {
    let mut seen = HashSet::new();
    let mut oddities = Vec::new();
    for (number, member) in archive.members.iter().enumerate() {
        let code = code.contains(&number);
        let leaves = name::leaves(&member.name);
        let odd = if leaves {
            Some(format!("`{}` leaves the folder that it is unpacked to", member.name))
        } else if programs.contains(&number) {
            Some(format!("`{}` is a program", member.name))
        } else if !member.listed && archive.directory {
            Some(format!("`{}` is in no directory, so that only some readers see it", member.name))
        } else if !member.names_agree() {
            let local = member.local_name.as_deref().unwrap_or_default();
            Some(format!("a member is called `{}` in one header and `{local}` in another", member.name))
        } else if member.listed && !seen.insert(member.name.to_lowercase()) {
            Some(format!("`{}` is there more than once, and readers differ in which one they take", member.name))
        } else if member.claims_encryption() {
            Some(format!("`{}` claims to be encrypted, which some readers obey and others ignore", member.name))
        } else if member.methods.len() > 1 {
            Some(format!("`{}` has two compression methods", member.name))
        } else {
            None
        };
        if let Some(what) = odd
            && oddities.len() < 32
        {
            let kind = if leaves { OddityKind::Escape } else { OddityKind::Disguise };
            oddities.push(Odd { oddity: Oddity { offset: member.header, what, kind, code }, leaves });
        }
    }
    if !archive.directory && !archive.members.is_empty() {
        let what = "its directory is missing".to_owned();
        let oddity = Oddity { offset: 0, what, kind: OddityKind::Disguise, code: false };
        oddities.push(Odd { oddity, leaves: false });
    }
    oddities
}

/// As much as it takes to tell formats apart.
const HEAD: u64 = 4096;

#[cfg(test)]
mod tests {
    use std::{io::Write, path::Path};

    use ::zip::{ZipWriter, write::SimpleFileOptions};
    use palisade_base::Artifact;

    use super::*;
    use crate::{Facts, File, testing::observe};

    const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = (0..20).fold(zipped("data.pkl", CALL), |inner, _| zipped("inner.zip", &inner));
        let seen = observe("m.zip", &deep, None);
        assert!(seen.unscanned.iter().any(|unscanned| unscanned.reason.contains("nested too deeply")));
    }

    #[test]
    fn large_archives_are_read_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let disk = folder.path().join("m.pt");
        let bytes = zipped("archive/data.pkl", CALL);
        fs::write(&disk, &bytes).unwrap();
        let mut engine = Engine::default();
        engine.file(&File {
            artifact: Artifact::file("m.pt"),
            project_path: "m.pt",
            disk: &disk,
            bytes: &bytes[..60],
            len: bytes.len() as u64,
            facts: Facts::default(),
        });
        let seen = engine.finish();
        assert!(seen.findings.iter().any(|finding| finding.rule.name == "pickle-call"));
        assert_eq!(seen.unscanned, []);
    }

    #[test]
    fn a_large_archive_that_cannot_be_read_is_unscanned() {
        let bytes = zipped("archive/data.pkl", CALL);
        let mut engine = Engine::default();
        engine.file(&File {
            artifact: Artifact::file("m.pt"),
            project_path: "m.pt",
            disk: Path::new("no such file"),
            bytes: &bytes[..60],
            len: bytes.len() as u64,
            facts: Facts::default(),
        });
        assert_eq!(engine.finish().unscanned.len(), 1);
    }

    #[test]
    fn ordinary_archives_are_left_alone() {
        let seen = observe("page.docx", &zipped("word/document.xml", b"<w/>"), None);
        assert_eq!((seen.findings.len(), seen.unscanned.len()), (0, 0));
    }
}
