//! Tools of this repository: generated files, the shape of the house, skeletons, the example systems. Not shipped.

pub mod example;
pub mod generate;
pub mod new_check;
pub mod shape;
pub mod train;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().and_then(Path::parent).unwrap_or(folder).to_owned()
}
