//! TensorFlow: whatever it is, every kind of walk ends, in bytes and in text, and all that it hands on lies in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    protobuf::Reading,
    tensorflow::{Kind, Part, kind, kind_of_text, walk},
};

fuzz_target!(|bytes: &[u8]| {
    kind(bytes);
    kind_of_text(bytes);
    for reading in [Reading::binary(bytes, 1 << 20), Reading::text(bytes, 1 << 20)] {
        for kind in [Kind::SavedModel, Kind::MetaGraph, Kind::Graph, Kind::KerasMetadata] {
            let mut lookups = 16;
            walk(&reading.root(), kind, &mut |part| match part {
                Part::Node(node) => {
                    assert!(bytes.get(node.value.range.clone()).is_some());
                    node.texts();
                    if lookups > 0 {
                        lookups -= 1;
                        node.arguments();
                    }
                }
                Part::Asset(value) | Part::Text(_, value) => assert!(bytes.get(value.range).is_some()),
                Part::Object(object) => drop(object.metadata.map(|value| value.text())),
            });
        }
    }
});
