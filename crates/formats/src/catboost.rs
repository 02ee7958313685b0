//! `CatBoost` models: the texts in the core, which is a flatbuffer. Source: `model.fbs` and `features.fbs` of `CatBoost`.

use std::ops::Range;

use crate::{cursor::Cursor, flatbuffer::Buffer};

/// What a model is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The core.
    pub core: Range<usize>,
    /// Settings and names: key and where they are in the file.
    pub texts: Vec<(String, Range<usize>)>,
    /// Whether the core can be read by its structure, as `CatBoost` demands before it loads anything.
    pub sound: bool,
}

/// What a model begins with.
pub const MAGIC: &[u8] = b"CBM1";

/// Reads a model. `None` if the core is longer than the file.
pub fn parse(bytes: &[u8], budget: u32) -> Option<Model> {
    let mut cursor = Cursor::new(bytes, MAGIC.len());
    let len = cursor.u32()?;
    let start = cursor.at();
    let core = cursor.take_long(u64::from(len))?;
    let buffer = Buffer::new(core, budget);
    let mut model = Model { core: start..start + core.len(), ..Model::default() };
    let Some(root) = buffer.root() else { return Some(model) };
    let mut keep = |key: String, range: Option<Range<usize>>| {
        model.texts.extend(range.map(|range| (key, range.start + start..range.end + start)));
    };
    keep("format".to_owned(), root.string(0));
    for entry in root.vector(2).tables() {
        keep("info key".to_owned(), entry.string(0));
        keep(entry.text(0), entry.string(1));
    }
    for part in root.vector(3).strings() {
        keep("part".to_owned(), Some(part));
    }
    model.sound = buffer.broken().is_none() && !buffer.is_spent() && !model.texts.is_empty();
    Some(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flatbuffer::tests::{Made, file};

    fn sample() -> Vec<u8> {
        let entry = Made::Table(vec![(0, Made::Text("params")), (1, Made::Text("{\"depth\": 6}"))]);
        let fields = vec![(0, Made::Text("FlabuffersModel_v1")), (2, Made::Tables(vec![entry]))];
        let core = file(*b"\0\0\0\0", Made::Table(fields));
        [MAGIC, &u32::try_from(core.len()).unwrap().to_le_bytes(), &core, b"parts"].concat()
    }

    #[test]
    fn settings_are_found() {
        let bytes = sample();
        let model = parse(&bytes, 1000).unwrap();
        let texts: Vec<_> = model.texts.iter().map(|(key, range)| (key.as_str(), &bytes[range.clone()])).collect();
        assert_eq!(texts[2], ("params", &b"{\"depth\": 6}"[..]));
        assert!(model.sound);
        let opaque = parse(b"CBM1\x08\0\0\0feature ", 1000).unwrap();
        assert_eq!((opaque.core, opaque.sound), (8..16, false));
    }

    #[test]
    fn truncated_models_are_safe() {
        let bytes = sample();
        for end in 0..bytes.len() - 5 {
            assert_eq!(parse(&bytes[..end], 1000), None);
        }
    }
}
