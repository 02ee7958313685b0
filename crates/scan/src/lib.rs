//! Static checks over files, and the walker that feeds them.
//!
//! One way through: the walker finds a file, `open` parses it into [`Input`]s, every check that examines an input
//! judges it, and the findings come back as one [`palisade_base::Observed`]. Nothing that is read is ever executed.

mod checks;
mod content;
mod engine;
mod facts;
mod file;
mod input;
mod left_out;
mod open;
mod options;
mod pool;
mod services;
#[cfg(test)]
mod testing;
mod walk;
mod weights;

pub use checks::{InputCheck, all as checks};
pub use engine::Engine;
pub use facts::Facts;
pub use file::{Behind, File};
pub use input::Input;
pub use open::what;
pub use options::{Options, Tensors};
pub use pool::{Watch, scan};
pub use walk::{Listing, Root, list};
