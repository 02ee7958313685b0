//! What ZIP, tar and 7z have in common: where members and links lead, and what has no place among the parts of a model.

use std::{borrow::Cow, collections::HashSet};

use super::{links::Links, name, part::Part};
use crate::input::model::{Oddity, OddityKind};

/// One member of any archive.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    /// Its path.
    pub(super) name: &'a str,
    /// Where its header is.
    pub(super) offset: u64,
    /// What it is unpacked to, besides a file or folder.
    pub(super) leads: Leads<'a>,
}

/// Where a member leads to.
#[derive(Clone)]
pub(super) enum Leads<'a> {
    /// It is a file or a folder.
    Nowhere,
    /// A symbolic link: from its own folder.
    From(Cow<'a, str>),
    /// Another name of a file: from the root of the archive.
    Root(&'a str),
    /// A device or a pipe.
    Device,
}

/// Members that are written outside of the folder that the archive is unpacked to, or lead there.
///
/// Links with absolute targets are common in archives of whole systems; there, and wherever there is no model, only those
/// count that lead to what an attacker wants.
pub(super) fn escapes<'a>(entries: impl Iterator<Item = Entry<'a>> + Clone, is_model: bool) -> Vec<Oddity> {
    let mut odd = Vec::new();
    let mut ways_out: HashSet<String> = HashSet::new();
    let mut links = Links::default();
    let is_system = is_system(entries.clone().map(|entry| entry.name));
    for entry in entries {
        if odd.len() >= MOST {
            break;
        }
        let through = !ways_out.is_empty() && parents(entry.name).any(|parent| ways_out.contains(parent));
        let what = if name::leaves(entry.name) {
            Some(format!("`{}` leaves the folder that it is unpacked to", entry.name))
        } else if through {
            Some(format!("`{}` is written through a link that leaves the folder that it is unpacked to", entry.name))
        } else {
            way_out(&entry, is_model, is_system, &mut ways_out).or_else(|| {
                let what = links.way_out(&entry)?;
                ways_out.insert(normal(entry.name).to_owned());
                Some(what)
            })
        };
        if let Leads::From(target) = &entry.leads {
            links.add(entry.name, target);
        }
        odd.extend(what.map(|what| Oddity { offset: entry.offset, what, kind: OddityKind::Escape, code: false }));
    }
    odd
}

/// What is wrong with where a member leads, if something is.
fn way_out(entry: &Entry<'_>, is_model: bool, is_system: bool, ways_out: &mut HashSet<String>) -> Option<String> {
    let (target, path) = match &entry.leads {
        Leads::Nowhere => return None,
        Leads::Device => {
            let what = || format!("`{}` is unpacked to a device or a pipe", entry.name);
            return is_model.then(what);
        }
        Leads::Root(target) => (*target, Cow::Borrowed(*target)),
        Leads::From(target) => {
            let folder = entry.name.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
            let absolute = target.starts_with(['/', '\\']) || folder.is_empty();
            (&**target, if absolute { target.clone() } else { format!("{folder}/{target}").into() })
        }
    };
    if !name::leaves(&path) {
        return None;
    }
    ways_out.insert(normal(entry.name).to_owned());
    let relative = !target.starts_with('/');
    let wanted = is_model || relative || !is_system && is_sensitive(target);
    wanted.then(|| format!("`{}`, a link to `{target}`, leaves the folder that it is unpacked to", entry.name))
}

/// Keeps what carries code, then what escapes or bursts, if there is more than is said about one archive.
pub(super) fn keep_worst(oddities: &mut Vec<Oddity>) {
    if oddities.len() > MOST {
        oddities.sort_by_key(|oddity| (!oddity.code, oddity.kind == OddityKind::Disguise));
        oddities.truncate(MOST);
    }
}

/// The folders around a path, innermost last.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    let path = normal(path);
    path.match_indices('/').filter_map(move |(at, _)| path.get(..at))
}

fn normal(path: &str) -> &str {
    path.trim_start_matches("./").trim_end_matches('/')
}

/// Whether these are the files of a whole system, in which absolute links mean the system itself.
fn is_system<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let tops = names.filter_map(|name| normal(name).split('/').next()).filter(|top| SYSTEM.contains(top));
    tops.collect::<HashSet<_>>().len() >= 3
}

/// Whether a path is one that nobody links to from an archive of files: accounts, homes, kernel and devices.
fn is_sensitive(path: &str) -> bool {
    let under = |folder: &&str| path.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    SENSITIVE.iter().any(&under) && !USUAL.iter().any(under)
}

/// Whether programs are nothing odd among these members: in packages of software, and in a folder with several of them.
pub(super) fn programs_belong<'a>(part: &Part<'_>, programs: usize, names: impl Iterator<Item = &'a str>) -> bool {
    !name::is_certain(&part.name) && (programs > FEW || is_software(names))
}

/// Whether these are the files of a software package.
pub(super) fn is_software<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| {
        let folder = name.split('/').next().unwrap_or_default();
        let file = name.rsplit('/').next().unwrap_or_default();
        PACKAGE_ENDS.iter().any(|end| folder.ends_with(end))
            || PACKAGE_FOLDERS.contains(&folder)
            || PACKAGE_FILES.contains(&file)
    })
}

/// More programs than this are software that brings a model along.
const FEW: usize = 2;
/// The most that is said about one archive.
pub(super) const MOST: usize = 32;
const SYSTEM: &[&str] =
    &["bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "root", "sbin", "usr", "var"];
const SENSITIVE: &[&str] = &["/etc", "/root", "/home", "/Users", "/proc", "/sys", "/dev", "/boot", "/var/run", "/run"];
/// What packages of software link to.
const USUAL: &[&str] = &["/etc/alternatives", "/etc/ssl", "/etc/pki", "/dev/null", "/run/current-system"];
const PACKAGE_ENDS: &[&str] = &[".dist-info", ".egg-info", ".app"];
const PACKAGE_FOLDERS: &[&str] = &["META-INF", "Payload", "node_modules", "EGG-INFO", "DEBIAN", "jre", "jdk"];
const PACKAGE_FILES: &[&str] = &[
    "AndroidManifest.xml",
    "CMakeLists.txt",
    "Cargo.toml",
    "Makefile",
    "PKG-INFO",
    "about.json",
    "go.mod",
    "package.json",
    "pyproject.toml",
    "setup.py",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn link<'a>(name: &'a str, target: &'a str) -> Entry<'a> {
        Entry { name, offset: 0, leads: Leads::From(target.into()) }
    }

    fn file(name: &str) -> Entry<'_> {
        Entry { name, offset: 0, leads: Leads::Nowhere }
    }

    fn count(entries: Vec<Entry<'_>>, is_model: bool) -> usize {
        escapes(entries.into_iter(), is_model).len()
    }

    #[test]
    fn links_out_are_found() {
        assert_eq!(count(vec![link("a/x", "../../x")], false), 1);
        assert_eq!(count(vec![link("passwd", "/etc/passwd")], false), 1);
        assert_eq!(count(vec![link("a/x", "../x"), link("x", "y")], true), 0);
        assert_eq!(count(vec![Entry { name: "x", offset: 0, leads: Leads::Root("../x") }], false), 1);
        assert_eq!(count(vec![link("w", "/opt/weights")], true), 1);
    }

    #[test]
    fn links_of_systems_and_environments_are_usual() {
        assert_eq!(count(vec![link("venv/bin/python3", "/usr/bin/python3")], false), 0);
        assert_eq!(count(vec![link("bin/java", "/etc/alternatives/java")], false), 0);
        let system = vec![file("usr/bin/ls"), file("./etc/hosts"), file("var/log/x"), link("etc/mtab", "/proc/mounts")];
        assert_eq!(count(system, false), 0);
    }

    #[test]
    fn what_is_written_through_a_link_is_found() {
        assert_eq!(count(vec![link("cache", "/opt/app"), file("cache/run.sh")], false), 1);
        assert_eq!(count(vec![link("./a/b", "../../c"), file("a/b/d/e")], false), 2);
        assert_eq!(count(vec![link("cache", "data"), file("cache/x"), file("cached/x")], false), 0);
    }

    #[test]
    fn devices_have_no_place_in_models() {
        let device = || vec![Entry { name: "pipe", offset: 0, leads: Leads::Device }];
        assert_eq!((count(device(), true), count(device(), false)), (1, 0));
    }

    #[test]
    fn packages_of_software_are_known() {
        assert!(is_software(["pkg/x.so", "pkg-1.0.dist-info/RECORD"].into_iter()));
        assert!(!is_software(["model/weights.bin", "lib/custom.so"].into_iter()));
    }
}
