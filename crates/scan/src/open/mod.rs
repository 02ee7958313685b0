//! From a file to inputs. Each component opens what is its own; one file may be opened by several.

mod application;
mod data;
mod infrastructure;
mod model;
mod unread;
mod what;

pub(crate) use model::{Folders, Imports};
pub(crate) use unread::is_called_like_a_model;
pub use what::what;

use crate::{Engine, File};

/// Parses a file into inputs and hands each to the engine.
pub(crate) fn open(file: &File<'_>, engine: &mut Engine) {
    let before = engine.examined();
    // What was read and turned out to hold no model was read all the same.
    let is_model = model::open(file, engine) || engine.examined() > before;
    application::open(file, engine);
    infrastructure::open(file, engine);
    data::open(file, engine);
    unread::note(file, is_model, engine);
}
