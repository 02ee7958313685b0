//! The layers of Keras that a `SavedModel` describes: those whose function is bytecode.
//!
//! Loaders of a `SavedModel` make layers of registered classes only, unlike those of Keras archives: no name in it is
//! imported, so that bytecode is all there is to find.

use palisade_formats::{
    json,
    protobuf::Value,
    sniff::holds,
    tree::{Limits, Node},
};

use super::super::gathered::{Gathered, shown};
use crate::input::model::{Carrier, Does, When};

/// Finds `Lambda` layers in a configuration; `room` is how many bytes may still be read. Returns why it could not be read,
/// if so.
pub(super) fn layers(
    config: &Value<'_>,
    room: &mut usize,
    gathered: &mut Gathered<'_, '_>,
) -> Result<(), &'static str> {
    let bytes = config.bytes(MOST);
    // Most configurations are long and have no such layer; JSON may spell it with escapes.
    if !holds(&bytes, "Lambda") && !holds(&bytes, "\\u00") {
        return Ok(());
    }
    *room = room.checked_sub(bytes.len()).ok_or("it has more layers of Keras than the scan reads")?;
    let text = String::from_utf8_lossy(&bytes);
    let limits = Limits { bytes: MOST, ..Limits::default() };
    let document = json::parse(&text, limits).map_err(|_| "the configuration of a layer of Keras cannot be read")?;
    for (_, node) in document.root().walk() {
        if node.get("class_name").and_then(Node::text) != Some("Lambda") {
            continue;
        }
        let Some(settings) = node.get("config") else { continue };
        let is_code = settings.get("function_type").and_then(Node::text) == Some("lambda")
            || settings.get("function").is_some_and(|function| function.text().is_none() && !function.is_null());
        if is_code {
            let name = settings.get("name").and_then(Node::text).unwrap_or("lambda");
            let what = format!("runs the Python bytecode of the `Lambda` layer `{}`", shown(name));
            gathered.effect(config.range.clone(), Carrier::Code, Does::Executes, When::Load, what);
        }
    }
    Ok(())
}

/// The most bytes of a configuration.
const MOST: usize = 16 << 20;
