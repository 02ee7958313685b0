//! Fixtures and the sealed harness for tests. A dev-dependency: it may panic.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test harness that cannot set up has nothing better to do than to stop"
)]

mod classifier;
mod harness;

pub use classifier::tiny_classifier;
pub use harness::{Harness, Run};

/// The official JSON schema of SARIF 2.1.0; `schemas/README.md` has its origin and licence.
///
/// Without the pattern of `language`, which we do not write: it has a bracket too many and is no regular expression.
pub fn sarif_schema() -> serde_json::Value {
    let mut schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/sarif-2.1.0.schema.json")).expect("the schema is JSON");
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language"));
        language.and_then(serde_json::Value::as_object_mut).expect("a property").remove("pattern");
    }
    schema
}
