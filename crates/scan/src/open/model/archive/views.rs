//! Members that some readers see and others do not, and those that have no place in an archive of weights.

use std::collections::HashSet;

use palisade_formats::zip::{Archive, Difference, Member, Quirk};

use super::Seen;
use crate::{
    input::model::{Oddity, OddityKind},
    open::model::members,
};

/// What readers of the archive take differently.
pub(super) fn oddities(archive: &Archive<'_>, seen: &Seen, programs_belong: bool) -> Vec<Oddity> {
    let holds_code = !seen.code.is_empty();
    let mut odd: Vec<Oddity> = archive.quirks.iter().map(|quirk| disguise(0, of_archive(quirk), holds_code)).collect();
    if !archive.directory && !archive.members.is_empty() {
        odd.push(disguise(0, "its directory is missing".to_owned(), false));
    }
    let mut names = Names::default();
    for (number, member) in archive.members.iter().enumerate() {
        let program = seen.programs.contains(&number) && !programs_belong;
        let code = program || seen.code.contains(&number);
        let twice = names.again(member, code);
        let what = if program {
            Some(format!("`{}` is a program", member.name))
        } else if !member.listed && archive.directory {
            Some(format!("`{}` is in no directory, so that only some readers see it", member.name))
        } else if twice {
            Some(format!("`{}` is there more than once, and readers differ in which one they take", member.name))
        } else if seen.open.contains(&number) {
            Some(format!("`{}` claims to be encrypted, which some readers obey and others ignore", member.name))
        } else if let Some(difference) = member.differs.first() {
            Some(of_member(member, *difference))
        } else if seen.lies.contains(&number) {
            Some(format!("`{}` is not what its checksum and length say: some readers refuse it", member.name))
        } else if code && is_reserved(&member.name) {
            Some(format!("`{}` is the name of a device on Windows", member.name))
        } else {
            None
        };
        // What carries code is never pushed out by what does not.
        let room = if code { 2 * members::MOST } else { members::MOST };
        odd.extend(what.filter(|_| odd.len() < room).map(|what| disguise(member.header, what, code)));
    }
    odd
}

fn disguise(offset: usize, what: String, code: bool) -> Oddity {
    Oddity { offset: offset as u64, what, kind: OddityKind::Disguise, code }
}

fn of_archive(quirk: &Quirk) -> String {
    match quirk {
        Quirk::TwoEnds { .. } => {
            "one end record lies in the comment of another, and readers differ in which one they take".to_owned()
        }
        Quirk::TwoDirectories { .. } => {
            "its end record leads to two directories, and readers differ in which one they take".to_owned()
        }
        Quirk::Count { said, listed } => {
            format!("its end record counts {said} members, and its directory lists {listed}")
        }
        Quirk::TwoSizes => "its 64-bit end record says something else than the other one".to_owned(),
        Quirk::Part => "it claims to be one part of several, which some readers refuse and others ignore".to_owned(),
    }
}

fn of_member(member: &Member<'_>, difference: Difference) -> String {
    let name = &member.name;
    match difference {
        Difference::Name => {
            let local = member.local_name.as_deref().unwrap_or_default();
            format!("a member is called `{name}` in one header and `{local}` in another")
        }
        Difference::NameEnds => format!("`{name}` holds a zero byte, at which the name ends for some readers"),
        Difference::UnicodeName => {
            let other = member.unicode_name.as_deref().unwrap_or_default();
            format!("a member is called `{name}`, and `{other}` by readers of its extra field")
        }
        Difference::Method => format!("`{name}` has two compression methods"),
        Difference::Size => format!("`{name}` has one length in the directory and another in its own header"),
        Difference::Checksum => format!("`{name}` has one checksum in the directory and another in its own header"),
        Difference::Flags => format!("only one header of `{name}` says that it is encrypted or patched"),
        Difference::Version => {
            format!("`{name}` asks for a version that no reader has, which some refuse and others ignore")
        }
        Difference::Part => format!("`{name}` claims to lie in another part of the archive"),
        Difference::Descriptor => format!("the record behind `{name}` says something else than the directory"),
        Difference::Header => format!("there is no header where the directory says that `{name}` is"),
        Difference::Overlap => format!("`{name}` shares bytes with another member"),
    }
}

/// Names that were there already: as they are, and as systems that fold them see them.
#[derive(Default)]
struct Names {
    exact: HashSet<String>,
    folded: HashSet<String>,
}

impl Names {
    /// Whether a member of this name was there. Arrays called `a` and `A` are nothing odd; two pickles are.
    fn again(&mut self, member: &Member<'_>, code: bool) -> bool {
        let upto = member.name.split('\0').next().unwrap_or_default();
        let folded = upto.replace('\\', "/").trim_end_matches(['.', ' ']).to_lowercase();
        let known = !self.folded.insert(folded);
        let same = !self.exact.insert(upto.to_owned());
        member.listed && (same || known && code)
    }
}

/// Names that Windows takes for devices, whatever folder and extension they have. `aux` and `prn` are left out: they are
/// words that people use.
fn is_reserved(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        let rest = stem.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(stem.as_str(), "con" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_windows_are_known() {
        assert!(["a/CON", "nul.pkl", "COM1", "lpt9.txt"].iter().all(|name| is_reserved(name)));
        assert!(["config", "com", "com10", "null", "a/aux/b"].iter().all(|name| !is_reserved(name)));
    }
}
