//! Opens CNTK models: functions of one's own, which a library or a Python module brings.

use palisade_formats::{
    cntk::{Part as Piece, inner, text_under, walk},
    pickle::{Danger, Name, name_danger},
    protobuf::{Reading, Value},
    sniff::Format,
};

use super::{
    gathered::{Gathered, shown},
    part::Part,
};
use crate::{
    Engine,
    input::model::{Carrier, Does, When},
};

/// Opens a model.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut gathered = Gathered::new(part);
    // The files of CNTK 1 are no dictionaries; their operators are those of CNTK itself.
    if !part.bytes.starts_with(b"B") {
        let reading = Reading::binary(part.bytes, STEPS);
        walk(&reading.root(), DEPTH, &mut |piece| match piece {
            Piece::Function(sort, function) => user_function(&sort, &function, &mut gathered),
            Piece::Text(key, value) => gathered.text(&key, &value),
        });
        gathered.cut(&reading, engine);
    }
    gathered.finish(Format::Cntk, engine);
    true
}

fn user_function(sort: &str, function: &Value<'_>, gathered: &mut Gathered<'_, '_>) {
    let text = |key| text_under(function, key).unwrap_or_default();
    match sort {
        "NativeUserDefinedFunction" => {
            let (library, method) = (text("module"), text("deserialize_method"));
            let what = format!("loads the library `{}` and calls `{}` of it", shown(&library), shown(&method));
            gathered.effect(function.range.clone(), Carrier::Operator, Does::Executes, When::Load, what);
        }
        "UserDefinedFunction" => {
            let state = inner(function, "user_defined_state");
            let of_state = |key| state.as_ref().and_then(|state| text_under(state, key)).unwrap_or_default();
            let (module, class) = (of_state("module"), of_state("class"));
            let does = match name_danger(&Name { module: module.clone(), name: class.clone() }) {
                Danger::Executor => Does::Executes,
                Danger::Function => Does::Calls,
                _ => Does::Custom,
            };
            let what = format!("imports `{}` and makes a `{}` of it", shown(&module), shown(&class));
            gathered.effect(function.range.clone(), Carrier::Name, does, When::Load, what);
        }
        _ => {}
    }
}

const STEPS: u64 = 100_000_000;
const DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, observe};

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        let len = u8::try_from(body.len() & 0x7f).unwrap() | 0x80;
        [&[number << 3 | 2, len, u8::try_from(body.len() >> 7).unwrap()], body].concat()
    }

    fn entry(key: &str, value: &[u8]) -> Vec<u8> {
        field(2, &[field(1, key.as_bytes()), field(2, &[b"\x08\x01\x10\x03", value].concat())].concat())
    }

    fn model(function: &[Vec<u8>]) -> Vec<u8> {
        let vector = field(11, &field(1, &field(12, &function.concat())));
        [b"\x08\x01".to_vec(), entry("version", b"\x28\x02"), entry("functions", &vector)].concat()
    }

    fn text(key: &str, value: &str) -> Vec<u8> {
        entry(key, &field(8, value.as_bytes()))
    }

    #[test]
    fn libraries_are_loaded() {
        let native = model(&[text("type", "NativeUserDefinedFunction"), text("module", "libx.so")]);
        let found = findings("unsafe-operator", "m.dnn", native);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Critical]);
        assert_eq!(findings("unsafe-operator", "m.dnn", model(&[text("type", "PrimitiveFunction")])).len(), 0);
    }

    #[test]
    fn python_functions_are_imported() {
        let with = |module: &str, class: &str| {
            let state =
                entry("user_defined_state", &field(12, &[text("module", module), text("class", class)].concat()));
            findings("config-call", "m.dnn", model(&[text("type", "UserDefinedFunction"), state]))
        };
        assert_eq!(with("os", "system")[0].severity, Severity::Critical);
        assert_eq!(with("mymodule", "MyFunction")[0].severity, Severity::Medium);
    }

    #[test]
    fn text_behind_a_model_is_judged_as_text() {
        let bytes = [model(&[]), b" CompositeFunction inputs outputs attributes".to_vec()].concat();
        let seen = observe("m.dnn", &bytes, None);
        assert!(seen.unscanned.is_empty(), "{:?}", seen.unscanned);
        let cut = observe("m.dnn", &[model(&[]), b"\x12\x7f\x00\x01".to_vec()].concat(), None);
        assert_eq!(cut.unscanned.len(), 1);
    }
}
