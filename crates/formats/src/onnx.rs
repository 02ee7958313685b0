//! ONNX models: operators, and the files outside of the model that tensors are read from. Source: `onnx.proto`.
//!
//! Bounded in depth and count; tensors are stepped over, not read.

use std::ops::Range;

use crate::protobuf::{Fields, Wire, text};

/// What a model is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Operators that are not ONNX's own, each once.
    pub foreign: Vec<Operator>,
    /// Files that tensors are read from, in order of appearance.
    pub external: Vec<External>,
    /// Number of nodes, those of sub-graphs and functions included.
    pub nodes: u64,
    /// Whether a graph was seen at all.
    pub graph: bool,
    /// Why reading ended early, if it did.
    pub cut: Option<&'static str>,
}

/// An operator of another domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its domain, such as `com.microsoft`.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// The node in the file.
    pub range: Range<usize>,
}

/// A tensor whose data lies in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The path as the model gives it.
    pub location: String,
    /// The bytes of the path in the file.
    pub range: Range<usize>,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep graphs may lie in graphs.
    pub depth: usize,
    /// The most operators and files that are kept, of each.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 32, kept: 10_000 }
    }
}

/// Whether these bytes start like an ONNX model: an IR version, then one of the few fields that may follow it.
pub fn looks_like(head: &[u8]) -> bool {
    matches!(head, [0x08, 1..=20, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42 | 0x72, ..])
        && Fields::new(head, 0..head.len()).nth(1).is_some_and(|field| field.wire != Wire::Unknown)
}

/// Reads a model. What cannot be read ends the reading; everything before it is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Model {
    let mut reader = Reader { bytes, limits, model: Model::default() };
    reader.model_fields();
    reader.model
}

struct Reader<'a> {
    bytes: &'a [u8],
    limits: Limits,
    model: Model,
}

impl<'a> Reader<'a> {
    fn model_fields(&mut self) {
        let mut fields = self.fields(0..self.bytes.len());
        while let Some(field) = self.next(&mut fields) {
            match field.number {
                7 => {
                    self.model.graph = true;
                    self.graph(field.body, self.limits.depth);
                }
                20 => self.training(field.body),
                25 => self.function(field.body),
                _ => {}
            }
        }
    }

    fn training(&mut self, body: Range<usize>) {
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            if matches!(field.number, 1 | 2) {
                self.graph(field.body, self.limits.depth);
            }
        }
    }

    fn function(&mut self, body: Range<usize>) {
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            if field.number == 7 {
                self.node(field.body, self.limits.depth);
            }
        }
    }

    fn graph(&mut self, body: Range<usize>, depth: usize) {
        if depth == 0 {
            self.model.cut = Some("its graphs are nested too deeply");
            return;
        }
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            match field.number {
                1 => self.node(field.body, depth),
                5 => self.tensor(field.body),
                15 => self.sparse(field.body),
                _ => {}
            }
        }
    }

    fn node(&mut self, body: Range<usize>, depth: usize) {
        self.model.nodes += 1;
        let (mut name, mut domain) = (String::new(), String::new());
        let mut fields = self.fields(body.clone());
        while let Some(field) = self.next(&mut fields) {
            match field.number {
                4 => name = self.text(&field.body),
                5 => self.attribute(field.body, depth),
                7 => domain = self.text(&field.body),
                _ => {}
            }
        }
        let own =
            matches!(domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml" | "ai.onnx.training" | "ai.onnx.preview.training");
        let kept = self.model.foreign.len();
        if !own
            && kept < self.limits.kept
            && !self.model.foreign.iter().take(256).any(|o| o.name == name && o.domain == domain)
        {
            self.model.foreign.push(Operator { domain, name, range: body });
        }
    }

    fn attribute(&mut self, body: Range<usize>, depth: usize) {
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            match field.number {
                5 | 10 => self.tensor(field.body),
                6 | 11 => self.graph(field.body, depth - 1),
                22 | 23 => self.sparse(field.body),
                _ => {}
            }
        }
    }

    fn sparse(&mut self, body: Range<usize>) {
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            if matches!(field.number, 1 | 2) {
                self.tensor(field.body);
            }
        }
    }

    fn tensor(&mut self, body: Range<usize>) {
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            if field.number == 13 {
                self.external(field.body);
            }
        }
    }

    fn external(&mut self, body: Range<usize>) {
        let (mut key, mut value) = (String::new(), None);
        let mut fields = self.fields(body);
        while let Some(field) = self.next(&mut fields) {
            match field.number {
                1 => key = self.text(&field.body),
                2 => value = Some(field.body),
                _ => {}
            }
        }
        if let Some(range) = value
            && key == "location"
            && self.model.external.len() < self.limits.kept
        {
            self.model.external.push(External { location: self.text(&range), range });
        }
    }

    fn text(&self, range: &Range<usize>) -> String {
        text(self.bytes, range, 4096)
    }

    fn fields(&self, range: Range<usize>) -> Fields<'a> {
        Fields::new(self.bytes, range)
    }

    /// The next length-delimited field of a message.
    fn next(&mut self, fields: &mut Fields<'_>) -> Option<Delimited> {
        loop {
            let field = fields.next()?;
            if field.cut {
                self.model.cut.get_or_insert("it ends in the middle of a field, or is no protobuf message");
            }
            if field.wire == Wire::Delimited {
                return Some(Delimited { number: field.number, body: field.range });
            }
        }
    }
}

struct Delimited {
    number: u64,
    body: Range<usize>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        assert!(number < 16 && body.len() < 128);
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn external(location: &str) -> Vec<u8> {
        field(13, &[field(1, b"location"), field(2, location.as_bytes())].concat())
    }

    fn model() -> Vec<u8> {
        let inner = field(5, &external("../secret"));
        let node = field(1, &[field(4, b"If"), field(5, &field(6, &inner))].concat());
        let foreign = field(1, &[field(4, b"Op"), field(7, b"custom")].concat());
        [b"\x08\x08".to_vec(), field(2, b"me"), field(7, &[node, foreign, field(5, &external("w.bin"))].concat())]
            .concat()
    }

    #[test]
    fn external_files_and_operators_are_found() {
        let bytes = model();
        assert!(looks_like(&bytes));
        let model = parse(&bytes, Limits::default());
        assert_eq!(model.external.iter().map(|e| e.location.as_str()).collect::<Vec<_>>(), ["../secret", "w.bin"]);
        assert_eq!(&bytes[model.external[0].range.clone()], b"../secret");
        assert_eq!((model.nodes, model.cut, model.graph), (2, None, true));
        assert_eq!((model.foreign[0].domain.as_str(), model.foreign[0].name.as_str()), ("custom", "Op"));
    }

    #[test]
    fn truncated_models_are_cut() {
        let bytes = model();
        for len in 8..bytes.len() {
            assert!(parse(&bytes[..len], Limits::default()).cut.is_some(), "{len}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let limits = Limits { depth: 1, ..Limits::default() };
        let seen = parse(&model(), limits);
        assert!(seen.cut.is_some());
        assert_eq!(seen.external.len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse(&bytes, Limits::default());
            looks_like(&bytes);
        }
    }
}
