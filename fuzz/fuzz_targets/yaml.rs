//! YAML documents, templates and aliases: a full walk ends, and every node has a place in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    tree::{Document, Limits},
    yaml::{parse, parse_shared},
};

fuzz_target!(|text: &str| {
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let stream = parse(text, limits);
    assert!(stream.templated.iter().all(|range| text.get(range.clone()).is_some()));
    let mut open: Vec<_> = stream.documents.iter().map(Document::root).collect();
    let mut walked = 0;
    while let Some(node) = open.pop() {
        walked += 1;
        assert!(text.get(node.span()).is_some());
        stream.is_templated(&node.span());
        open.extend(node.items());
        open.extend(node.entries().flat_map(|(key, value)| [key, value]));
    }
    assert!(walked <= limits.nodes);
    // Bombs of aliases are walked in as many steps as there are nodes.
    let shared = parse_shared(text, limits);
    for document in shared.documents.iter().chain(&shared.broken) {
        assert!(document.root().walk().len() <= 3 * limits.nodes);
    }
});
