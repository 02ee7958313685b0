//! A model file that is listed or converted: mapped, and checked for changes when the work is done.

use std::{fs::File, io, ops::Range, path::Path};

use palisade_base::reason;
use palisade_map::{Map, open_regular};

use crate::{
    output::Failure,
    remote::{self, Limits, Opened},
};

/// A model file in memory.
pub(super) enum Source {
    /// On the disk.
    Local { map: Map, file: File, shown: String },
    /// Behind a URL: its bytes come when they are looked at.
    Remote(Opened),
}

impl Source {
    /// A file on the disk.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(Failure::usage(format!("`{shown}` does not exist")));
        }
        let failed = |error| Failure::tool(format!("cannot read `{shown}`: {}", reason(&error)));
        let file = open_regular(path).map_err(failed)?;
        let map = Map::open(&file).map_err(failed)?;
        Ok(Self::Local { map, file, shown })
    }

    /// A file on the disk or behind a URL.
    pub(super) fn open_any(path: &Path, limits: Limits) -> Result<Self, Failure> {
        match remote::url(path) {
            Some(url) => remote::open(url, limits).map(Self::Remote),
            None => Self::open(path),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Local { map, .. } => map.bytes(),
            Self::Remote(opened) => opened.bytes(),
        }
    }

    /// How it is called, if it is a remote file.
    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Self::Local { .. } => None,
            Self::Remote(opened) => Some(opened.shown()),
        }
    }

    /// Gives the memory behind a range back.
    pub(super) fn release(&self, range: Range<usize>) {
        match self {
            Self::Local { map, .. } => map.release(range),
            Self::Remote(opened) => opened.release(range),
        }
    }

    /// An error if what was read may never have been the content of the file: it was written to meanwhile, or did not come.
    pub(super) fn unchanged(&self) -> Result<(), Failure> {
        match self {
            Self::Local { map, file, shown } => {
                let len = file.metadata().map(|about| about.len());
                if map.is_intact() && len.is_ok_and(|len| len == map.bytes().len() as u64) {
                    return Ok(());
                }
                Err(Failure::tool(format!("`{shown}` changed while it was read")))
            }
            Self::Remote(opened) => match opened.trouble() {
                Some(why) => Err(Failure::tool(format!("`{}` did not come whole: {why}", opened.shown()))),
                None => Ok(()),
            },
        }
    }
}
