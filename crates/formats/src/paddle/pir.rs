//! Paddle programs as JSON (`inference.json`, `__model__.json`), as versions since 3.0 write them: operators and the texts
//! among their attributes.

use crate::{
    json,
    tree::{Document, Failure, Limits, Node},
};

/// An operator.
#[derive(Clone, Copy, Debug)]
pub struct Operator<'d> {
    /// The number or name of the dialect that it is of; `1` are those of Paddle itself.
    pub dialect: &'d str,
    /// What it does, such as `matmul`.
    pub name: &'d str,
    /// All of it.
    pub node: Node<'d>,
}

/// Whether text begins like a program.
pub fn looks_like(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default().trim_ascii_start();
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    head.starts_with(b"{") && has("\"base_code\"") && has("\"pir\"")
}

/// Reads a program.
pub fn parse(text: &str) -> Result<Document, Failure> {
    json::parse(text, Limits { bytes: BYTES, nodes: NODES, depth: DEPTH })
}

/// The operators of all regions.
pub fn operators(document: &Document) -> impl Iterator<Item = Operator<'_>> {
    document.root().walk().into_iter().filter_map(|(_, node)| {
        let written = node.get("#")?.text()?;
        // Types and attributes are named alike, and have neither inputs nor outputs.
        if node.get("O").is_none() && node.get("I").is_none() {
            return None;
        }
        let (dialect, name) = written.split_once('.').unwrap_or(("", written));
        Some(Operator { dialect, name, node })
    })
}

impl<'d> Operator<'d> {
    /// The texts among its attributes, with their names.
    pub fn texts(self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        let attributes = self.node.get("A").into_iter().flat_map(Node::items);
        attributes.flat_map(|attribute| {
            let name = attribute.get("N").and_then(Node::text).unwrap_or_default();
            let values: Vec<Node<'d>> = attribute.get("AT").map(|value| strings(value, 8)).unwrap_or_default();
            values.into_iter().map(move |value| (name, value))
        })
    }
}

/// The texts of an attribute, those in a list too.
fn strings(value: Node<'_>, depth: usize) -> Vec<Node<'_>> {
    let Some(data) = value.get("D").filter(|_| depth > 0) else { return Vec::new() };
    if data.string().is_some() {
        return vec![data];
    }
    data.items().flat_map(|item| strings(item, depth - 1)).collect()
}

/// How much of a text is looked at.
const HEAD: usize = 256;
const BYTES: usize = 64 << 20;
const NODES: usize = 4 << 20;
const DEPTH: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"{"base_code": {"magic": "pir", "version": 4}, "program": {"regions": [{"#": "region_0", "blocks": [{"ops": [
        {"#": "1.save", "A": [{"AT": {"#": "0.a_str", "D": "/tmp/x"}, "N": "file_path"}], "I": [], "O": []},
        {"#": "1.relu", "A": [], "I": [{"%": 1}], "O": [{"%": 2, "TT": {"#": "0.t_dtensor", "D": [[2]]}}]}]}]}]}}"##;

    #[test]
    fn operators_are_read() {
        assert!(looks_like(TEXT.as_bytes()) && !looks_like(b"{\"magic\": \"pir\"}"));
        let document = parse(TEXT).unwrap();
        let seen: Vec<_> = operators(&document).map(|operator| (operator.dialect, operator.name)).collect();
        assert_eq!(seen, [("1", "save"), ("1", "relu")]);
        let texts: Vec<_> =
            operators(&document).flat_map(Operator::texts).map(|(key, node)| (key, node.text())).collect();
        assert_eq!(texts, [("file_path", Some("/tmp/x"))]);
        for len in 0..TEXT.len() {
            assert!(parse(TEXT.get(..len).unwrap()).is_err());
        }
    }
}
