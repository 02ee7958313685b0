//! Recognises HDF5 files that hold models. What is in them is not judged yet, and the report says so.

use palisade_formats::sniff::{Format, holds};

use super::{part::Part, shape};
use crate::Engine;

/// Opens a file that starts like HDF5.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    // HDF5 holds any data; Keras names its layers in an attribute of this name.
    let keras = holds(part.bytes, "model_config") || holds(part.bytes, "keras_version");
    if !keras {
        return false;
    }
    if part.file.is_some() {
        part.unscanned(engine, "Keras layers that carry code are not judged");
    }
    shape(part, Format::Hdf5, Some("a Keras file may hold layers that are code"), Vec::new(), engine);
    true
}
