//! Files behind URLs: judged like files on the disk, of which only the bytes that are looked at are fetched.
//!
//! Behind the feature `http`. Without it, a URL is refused with a word on how to build a program that takes it.

use std::path::{Path, PathBuf};

#[cfg(feature = "http")]
mod blocks;
#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod hosts;
#[cfg(feature = "http")]
mod link;
#[cfg(feature = "http")]
mod opened;
#[cfg(feature = "http")]
mod reply;
#[cfg(feature = "http")]
mod scan;
#[cfg(not(feature = "http"))]
mod without;

#[cfg(not(feature = "http"))]
pub(crate) use without::{Opened, Remotes, open};
#[cfg(feature = "http")]
pub(crate) use {
    opened::{Opened, open},
    scan::Remotes,
};

/// What a remote file may cost.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "http"), expect(dead_code, reason = "nothing is fetched without the feature"))]
pub(crate) struct Limits {
    /// The most bytes that are fetched of one file.
    pub(crate) bytes: u64,
    /// The longest that one file may take.
    pub(crate) time: Option<std::time::Duration>,
    /// Whether all of it will be read.
    pub(crate) full: bool,
}

/// The URL that a path is, if it is one.
pub(crate) fn url(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    let (scheme, _) = text.split_once("://")?;
    let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (letters && scheme.len() > 1).then_some(text)
}

/// URLs and paths, each in their order.
pub(crate) fn split(given: &[PathBuf]) -> (Vec<&str>, Vec<PathBuf>) {
    let urls = given.iter().filter_map(|path| url(path)).collect();
    let paths = given.iter().filter(|path| url(path).is_none()).cloned().collect();
    (urls, paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for (text, is_url) in [
            ("https://example.com/model.pt", true),
            ("HTTP://127.0.0.1/x", true),
            ("s3://bucket/key", true),
            ("https:", false),
            ("models/a:b//c", false),
            ("C:\\models\\a.pt", false),
            ("./https://x", false),
            ("://", false),
        ] {
            assert_eq!(url(Path::new(text)).is_some(), is_url, "{text}");
        }
        let given = ["a.pt", "https://x/b.pt", "c"].map(PathBuf::from);
        let (urls, paths) = split(&given);
        assert_eq!((urls, paths), (vec!["https://x/b.pt"], vec![PathBuf::from("a.pt"), PathBuf::from("c")]));
    }
}
