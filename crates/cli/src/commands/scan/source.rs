//! A model file that is listed or converted: mapped, and checked for changes when the work is done.

use std::{fs::File, ops::Range, path::Path};

use palisade_base::reason;
use palisade_map::{Map, open_regular};

use crate::output::Failure;

/// A model file in memory.
pub(super) struct Source {
    map: Map,
    file: File,
    shown: String,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let failed = |error| Failure::tool(format!("cannot read `{shown}`: {}", reason(&error)));
        let file = open_regular(path).map_err(failed)?;
        let map = Map::open(&file).map_err(failed)?;
        Ok(Self { map, file, shown })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.map.bytes()
    }

    /// Gives the memory behind a range back.
    pub(super) fn release(&self, range: Range<usize>) {
        self.map.release(range);
    }

    /// An error if the file was written to since it was opened, so that what was read may never have been its content.
    pub(super) fn unchanged(&self) -> Result<(), Failure> {
        let len = self.file.metadata().map(|about| about.len());
        if self.map.is_intact() && len.is_ok_and(|len| len == self.bytes().len() as u64) {
            return Ok(());
        }
        Err(Failure::tool(format!("`{}` changed while it was read", self.shown)))
    }
}
