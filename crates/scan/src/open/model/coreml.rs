//! Opens Core ML models and packages: what the application must bring, files outside of the model, and descriptions.

use palisade_formats::{
    coreml::{Part as Piece, walk},
    json,
    protobuf::{Reading, Value},
    sniff::Format,
    tree::Limits,
};

use super::{
    gathered::{Gathered, shown},
    name,
    part::Part,
};
use crate::{
    Engine,
    input::model::{Carrier, Does, OddityKind, When},
};

/// Opens a model.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let reading = Reading::binary(part.bytes, STEPS);
    let mut gathered = Gathered::new(part);
    walk(&reading.root(), DEPTH, &mut |piece| match piece {
        Piece::Custom(class) => {
            let what = format!("calls the class `{}`, which the application brings", shown(&class.text()));
            gathered.operator(class.range.clone(), Does::Custom, what);
        }
        Piece::Linked(path) => file(&path, "loads another model from", &mut gathered),
        Piece::Blob(path) => file(&path, "reads weights from", &mut gathered),
        Piece::Operation(sort) => {
            let text = sort.text();
            if text.starts_with("custom") {
                let what = format!("calls the operation `{}`, which the application brings", shown(&text));
                gathered.operator(sort.range.clone(), Does::Custom, what);
            }
        }
        Piece::Text(key, value) => gathered.text(&key, &value),
    });
    gathered.cut(&reading, engine);
    gathered.finish(Format::CoreMl, engine);
    true
}

/// Opens the list of what a package holds.
pub(super) fn manifest(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.name != "manifest.json" || part.bytes.len() >= MANIFEST {
        return false;
    }
    let text = std::str::from_utf8(part.bytes).ok().filter(|text| text.contains("itemInfoEntries"));
    let Some(text) = text else { return false };
    let Ok(document) = json::parse(text, Limits::default()) else { return false };
    let Some(items) =
        document.root().get("itemInfoEntries").filter(|_| document.root().get("rootModelIdentifier").is_some())
    else {
        return false;
    };
    let mut gathered = Gathered::new(part);
    for (_, item) in items.entries() {
        if let Some((node, path)) = item.get("path").and_then(|node| Some((node, node.text()?)))
            && (name::leaves(path) || path.contains("://"))
        {
            let what = format!("the package names the file `{}`, which lies outside of it", shown(path));
            gathered.oddity(node.span().start, OddityKind::Escape, what);
        }
    }
    gathered.finish_without_weights(Format::CoreMl, engine);
    true
}

fn file(path: &Value<'_>, what: &str, gathered: &mut Gathered<'_, '_>) {
    let text = path.text();
    let inside = text.strip_prefix("@model_path").map_or(text.as_str(), |rest| rest.trim_start_matches('/'));
    if name::leaves(inside) || inside.contains("://") || inside.starts_with('~') {
        let what = format!("{what} `{}`, which lies outside of it", shown(&text));
        gathered.effect(path.range.clone(), Carrier::Operator, Does::Reaches, When::Load, what);
    }
}

const STEPS: u64 = 100_000_000;
/// How deep models, networks and blocks may be nested in one another.
const DEPTH: usize = 64;
const MANIFEST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    fn field(tag: &[u8], body: &[u8]) -> Vec<u8> {
        [tag, &[u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn linked(path: &str) -> Vec<u8> {
        let file = field(b"\x0a", &field(b"\x0a", &field(b"\x0a", path.as_bytes())));
        [b"\x08\x04".to_vec(), field(b"\xe2\x22", &file)].concat()
    }

    #[test]
    fn custom_layers_need_the_application() {
        let layer = field(b"\x0a", &field(b"\xa2\x1f", &field(b"\x52", b"MyLayer")));
        let found =
            findings("unsafe-operator", "m.mlmodel", [b"\x08\x04".to_vec(), field(b"\xa2\x1f", &layer)].concat());
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Medium]);
        assert!(found[0].message.contains("`MyLayer`"));
    }

    #[test]
    fn linked_models_that_leave_are_found() {
        for (path, count) in
            [("other.mlmodel", 0), ("./models/other.mlmodel", 0), ("../other.mlmodel", 1), ("/tmp/x", 1)]
        {
            assert_eq!(findings("unsafe-operator", "m.mlmodel", linked(path)).len(), count, "{path}");
        }
    }

    #[test]
    fn packages_that_leave_are_found() {
        for (path, count) in [("com.apple.CoreML/model.mlmodel", 0), ("../../model.mlmodel", 1)] {
            let text = format!(r#"{{"rootModelIdentifier": "a", "itemInfoEntries": {{"a": {{"path": "{path}"}}}}}}"#);
            assert_eq!(findings("archive-escape", "m.mlpackage/Manifest.json", text).len(), count, "{path}");
        }
    }
}
