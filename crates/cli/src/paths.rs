//! How paths are shown, and how a project, its files and the working folder relate.

use std::{
    env,
    path::{Component, Path, PathBuf},
};

/// A path as messages show it: relative to the working folder where that is shorter to read, `/` between the parts.
pub(crate) fn shown(path: &Path) -> String {
    let relative = env::current_dir().ok().and_then(|here| between(&here, path)).unwrap_or_else(|| path.to_owned());
    let parts: Vec<_> = relative
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| match part {
            Component::RootDir => String::new(),
            other => other.as_os_str().to_string_lossy().into_owned(),
        })
        .collect();
    if parts == [""] { "/".to_owned() } else { parts.join("/") }
}

/// The way from folder `from` to `to`, if both are absolute; `None` if it would only climb up to the root.
fn between(from: &Path, to: &Path) -> Option<PathBuf> {
    if to.is_relative() {
        return Some(to.to_owned());
    }
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common <= 1 {
        return None;
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    Some(up.chain(to.components().skip(common)).collect())
}

/// Whether both paths lead to one file, by links of any sort. What does not exist is no other file.
pub(crate) fn are_one_file(a: &Path, b: &Path) -> bool {
    let (Ok(a), Ok(b)) = (a.canonicalize(), b.canonicalize()) else { return false };
    a == b || are_hard_links(&a, &b)
}

#[cfg(unix)]
fn are_hard_links(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (a.metadata(), b.metadata()) {
        (Ok(a), Ok(b)) => a.is_file() && (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn are_hard_links(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_folders() {
        for (from, to, way) in [
            ("/a/b", "/a/b/c", Some("c")),
            ("/a/b", "/a/c", Some("../c")),
            ("/a/b", "/a/b", Some("")),
            ("/a/b", "/x", None),
            ("/a/b", "c", Some("c")),
        ] {
            assert_eq!(between(Path::new(from), Path::new(to)), way.map(PathBuf::from), "{from} to {to}");
        }
    }
}
