//! Opens programs and parameters of Paddle: operators that do more than compute, and what is no tensor.

use palisade_formats::{
    paddle::{operators, pir, tensors},
    protobuf::Reading,
    sniff::Format,
};

use super::{
    gathered::{Gathered, shown},
    part::Part,
};
use crate::{
    Engine,
    input::model::{Does, OddityKind},
};

/// Opens a program.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if pir::looks_like(part.bytes) {
        return open_json(part, engine);
    }
    let reading = Reading::binary(part.bytes, STEPS);
    let mut gathered = Gathered::new(part);
    let mut any = false;
    for operator in operators(&reading.root()) {
        any = any || !operator.name.is_empty();
        let mut first = None;
        for (key, text) in operator.texts() {
            // Where the program was written down in Python; Paddle never reads it again.
            if key != "op_callstack" && key != "op_namescope" {
                gathered.text(&key, &text);
                first.get_or_insert_with(|| text.text());
            }
        }
        if let Some((does, what)) = effect(&operator.name, first) {
            gathered.operator(operator.value.range.clone(), does, what);
        }
    }
    if !any {
        return false;
    }
    gathered.cut(&reading, engine);
    gathered.finish(Format::Paddle, engine);
    true
}

/// Opens a program in JSON.
fn open_json(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut gathered = Gathered::new(part);
    let text = String::from_utf8_lossy(part.bytes);
    match pir::parse(&text) {
        Ok(document) => {
            for operator in pir::operators(&document) {
                let mut first = None;
                for (key, node) in operator.texts() {
                    let text = node.text().unwrap_or_default();
                    gathered.bytes(key, node.span(), text.as_bytes());
                    first.get_or_insert_with(|| text.to_owned());
                }
                let range = operator.node.span();
                if let Some((does, what)) = effect(operator.name, first) {
                    gathered.operator(range, does, what);
                } else if matches!(operator.dialect, "3" | "custom_op") {
                    let what = format!(
                        "needs an operator that Paddle does not bring: the operator `{}`",
                        shown(operator.name)
                    );
                    gathered.operator(range, Does::Custom, what);
                }
            }
        }
        Err(failure) => part.unscanned(engine, failure.to_string()),
    }
    gathered.finish_without_weights(Format::Paddle, engine);
    true
}

/// What an operator does besides computing, given its first text.
fn effect(operator: &str, first: Option<String>) -> Option<(Does, String)> {
    let (_, does, what) = OPERATORS.iter().find(|(names, ..)| names.contains(&operator))?;
    let given = first.filter(|text| !text.is_empty()).map(|text| format!(", given `{}`", shown(&text)));
    Some((*does, format!("{what}: the operator `{operator}`{}", given.unwrap_or_default())))
}

/// Opens parameters.
pub(super) fn open_tensors(part: &Part<'_>, engine: &mut Engine) -> bool {
    let parameters = tensors::parse(part.bytes, TENSORS);
    if parameters.tensors == 0 {
        return false;
    }
    let mut gathered = Gathered::new(part);
    if let Some(flaw) = parameters.flaw {
        let rest = part.bytes.get(parameters.end..).unwrap_or_default();
        gathered.oddity(parameters.end, OddityKind::Malformed, format!("what follows the last tensor is none: {flaw}"));
        gathered.bytes(
            "behind the tensors",
            parameters.end..part.bytes.len(),
            rest.get(..rest.len().min(REST)).unwrap_or_default(),
        );
    } else if (parameters.end as u64) < part.len() {
        part.unscanned(engine, "it ends in the middle of a tensor");
    }
    gathered.finish(Format::PaddleTensors, engine);
    true
}

const OPERATORS: &[(&[&str], Does, &str)] = &[
    (&["py_func", "py_layer", "pyfunc"], Does::Executes, "calls Python code of the process"),
    (&["load", "read_file", "load_combine"], Does::Reaches, "reads a file"),
    (&["save", "save_combine", "save_as_array"], Does::Reaches, "writes a file"),
    (
        &[
            "listen_and_serv",
            "fl_listen_and_serv",
            "send",
            "recv",
            "fetch_barrier",
            "send_barrier",
            "heter_listen_and_serv",
            "send_and_recv",
        ],
        Does::Reaches,
        "reaches other machines",
    ),
    (
        &["custom_operator", "custom_engine", "dlnne_engine", "lite_engine"],
        Does::Custom,
        "needs an engine or operator that Paddle does not bring",
    ),
    (&["create_py_reader"], Does::Known, "reads from a queue of the process"),
];

const STEPS: u64 = 100_000_000;
/// The most tensors of one file.
const TENSORS: usize = 1 << 20;
/// How much of what follows the tensors is looked at.
const REST: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn program(operator: &str) -> Vec<u8> {
        field(1, &[b"\x08\x00\x10\x00".to_vec(), field(4, &field(3, operator.as_bytes()))].concat())
    }

    #[test]
    fn operators_that_do_more_than_compute_are_found() {
        for (operator, severities) in
            [("py_func", &[Severity::High][..]), ("load", &[Severity::High]), ("matmul_v2", &[]), ("payload", &[])]
        {
            let found = findings("unsafe-operator", "m.pdmodel", program(operator));
            assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), severities, "{operator}");
        }
    }

    #[test]
    fn programs_in_json_are_read() {
        let program = |operator: &str| {
            format!(
                r##"{{"base_code": {{"magic": "pir"}}, "program": {{"regions": [{{"blocks": [{{"ops": [{{"#": "{operator}", "A": [], "I": [], "O": []}}]}}]}}]}}}}"##
            )
        };
        for (operator, severities) in [
            ("1.py_func", &[Severity::High][..]),
            ("3.mine", &[Severity::Medium]),
            ("1.matmul", &[]),
            ("1.loaded", &[]),
        ] {
            let found = findings("unsafe-operator", "inference.json", program(operator));
            assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), severities, "{operator}");
        }
    }

    #[test]
    fn bytes_behind_the_tensors_are_found() {
        let tensor = [&[0; 16], 4u32.to_le_bytes().as_slice(), b"\x08\x05\x10\x01", &[1, 2, 3, 4]].concat();
        assert_eq!(findings("malformed-model", "m.pdiparams", &tensor).len(), 0);
        let longer = [tensor, b"import os\n#######".to_vec()].concat();
        assert_eq!(findings("malformed-model", "m.pdiparams", &longer).len(), 1);
    }
}
