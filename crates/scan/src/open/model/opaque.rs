//! Opens formats that hold numbers and a few names, and whose inner structure is not published or not worth following.

use palisade_formats::{
    mxnet, numbers,
    sniff::{Format, holds},
};

use super::{
    boosting::trailing,
    name,
    part::Part,
    reading::{Reading, Role},
};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effects, Oddity, OddityKind, Shape, When},
};

/// Opens an engine of `TensorRT`. Libraries of plug-ins can be packed into it, and are loaded with it.
pub(super) fn tensorrt(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut reading = Reading::default();
    let searched = part.bytes.get(..part.bytes.len().min(SEARCHED)).unwrap_or_default();
    for at in memchr::memmem::find_iter(searched, b"\x7fELF\x02\x01\x01") {
        // Kernels for the graphics processor are ELF too, of a machine of their own.
        if let Some([62 | 183 | 243 | 21, 0]) = part.bytes.get(at + 18..at + 20) {
            let what = "loads a library of plug-ins that is packed into it";
            reading.effect(at..at + 20, Carrier::Code, Does::Executes, When::Load, what);
        }
    }
    if part.bytes.len() > SEARCHED && !part.budget.full {
        reading.cut("only its beginning was searched for libraries; `--full` searches all of it");
    }
    ends(part, &mut reading);
    reading.judge(part, Format::TensorRt, "a TensorRT engine", Role::Weights, engine);
    true
}

/// Opens a model for Rockchip's accelerators.
pub(super) fn rknn(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut reading = Reading::default();
    ends(part, &mut reading);
    reading.judge(part, Format::Rknn, "an RKNN model", Role::Weights, engine);
    true
}

/// Opens parameters of `MXNet`.
pub(super) fn mxnet(part: &Part<'_>, engine: &mut Engine) -> bool {
    let parameters = mxnet::parse(part.bytes);
    let mut reading = Reading::default();
    for name in &parameters.names {
        reading.raw_text("name", part.bytes, name.clone());
    }
    if let Some(flaw) = parameters.flaw {
        reading.cut(flaw);
    }
    trailing(part, &mut reading, parameters.flaw.is_none().then_some(parameters.end));
    reading.judge(part, Format::MxnetParams, "a file of MXNet parameters", Role::Weights, engine);
    true
}

/// Opens formats that are words and numbers throughout.
pub(super) fn vocabulary(part: &Part<'_>, format: Format, engine: &mut Engine) -> bool {
    let title = if format == Format::FastText { "a fastText model" } else { "a SentencePiece vocabulary" };
    Reading::default().judge(part, format, title, Role::Weights, engine);
    true
}

/// Opens a file that is named like a model and is nothing but numbers: there is no header, and nothing to be run.
pub(super) fn dump(part: &Part<'_>, engine: &mut Engine) -> bool {
    let plain = name::is_model(&part.name) && numbers::plausible(part.bytes);
    if plain {
        let effects =
            Effects { artifact: part.artifact, bytes: part.bytes, title: "a dump of numbers", effects: Vec::new() };
        engine.judge(&Input::Effects(effects));
    }
    plain
}

/// Opens a program if it is a llamafile, which is one by design: the weights lie in the archive at its end.
pub(super) fn program(part: &Part<'_>, engine: &mut Engine) -> bool {
    let head = part.bytes.get(..part.bytes.len().min(OPAQUE)).unwrap_or_default();
    if !part.has_extension("llamafile") {
        if name::is_model_file(&part.name) {
            disguised(part, "the name is one of a model, and the content is a program", engine);
        } else if name::claim(&part.name, Format::Program).is_some() {
            super::shape_only(part, Format::Program, true, Vec::new(), engine);
        }
        return false;
    }
    let mut reading = Reading::default();
    let what = "runs the program that it is: a llamafile is weights and their runtime in one file";
    reading.effect(0..4, Carrier::Code, Does::Known, When::Run, what);
    // The text of the runtime itself is long, and full of commands in its help.
    if holds(head, "llamafile") || head.len() < OPAQUE {
        reading.runs(part.bytes, 0..HEAD);
    }
    reading.judge(part, Format::Program, "a llamafile", Role::Weights, engine);
    true
}

/// Opens a script under the name of a model: whatever loads the model fails, and whatever runs the file does not.
pub(super) fn script(part: &Part<'_>, engine: &mut Engine) -> bool {
    let line = part.bytes.get(..part.bytes.len().min(256)).unwrap_or_default();
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let runs = line.strip_prefix(b"#!").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"/"));
    let is_disguise = runs && name::is_model_file(&part.name);
    if is_disguise {
        disguised(part, "the name is one of a model, and the content is a script", engine);
    }
    is_disguise
}

/// Something that an operating system runs, under the name of something that is loaded.
fn disguised(part: &Part<'_>, what: &str, engine: &mut Engine) {
    let oddity = Oddity { offset: 0, what: what.to_owned(), kind: OddityKind::Disguise, code: true };
    engine.judge(&Input::Shape(Shape {
        artifact: part.artifact,
        bytes: part.bytes,
        format: Format::Program,
        claimed: None,
        runs_code: true,
        oddities: vec![oddity],
    }));
}

/// Texts at the beginning and at the end: weights lie between them.
fn ends(part: &Part<'_>, reading: &mut Reading) {
    let len = part.bytes.len();
    reading.runs(part.bytes, 0..OPAQUE);
    reading.runs(part.bytes, len.saturating_sub(OPAQUE).max(OPAQUE)..len);
}

/// How many bytes at each end are searched for texts.
const OPAQUE: usize = 1 << 20;
/// How many bytes of a program are searched for texts.
const HEAD: usize = 1 << 16;
/// How many bytes of an engine are searched for libraries.
const SEARCHED: usize = 1 << 28;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(name: &str, bytes: &[u8]) -> Vec<(&'static str, Severity)> {
        let seen = observe(name, bytes, None);
        assert_eq!((seen.unscanned.len(), seen.stats.judged), (0, 1), "{name}");
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        findings.filter(|(rule, severity)| *rule != "unsigned-weights" && *severity > Severity::Info).collect()
    }

    #[test]
    fn engines_may_carry_libraries() {
        let elf = |machine: u8| {
            [&b"ptrt\0\0\0\0\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0"[..], &[machine, 0], &[0; 30]].concat()
        };
        assert_eq!(judged("m.engine", &elf(62)), [("embedded-code", Severity::Critical)]);
        assert_eq!(judged("m.engine", &elf(190)), []);
    }

    #[test]
    fn numbers_and_names_are_quiet() {
        assert_eq!(judged("m.rknn", b"RKNN\x01\0\0\0label=execute_mode_fast\n"), []);
        let numbers: Vec<u8> = (0..64u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
        assert_eq!(judged("m-0000.params", &numbers), []);
        assert_eq!(judged("m.llamafile", b"\x7fELF\x02\x01\x01\0llamafile runtime\0--threads 4\0"), []);
    }

    #[test]
    fn programs_that_claim_to_be_weights_are_found() {
        let found = |name: &str, bytes: &[u8]| {
            let seen = observe(name, bytes, None).findings.into_iter();
            seen.filter(|found| found.rule.name == "disguised-model" && found.severity == Severity::High).count()
        };
        let elf = &b"\x7fELF\x02\x01\x01\0\0\0"[..];
        for (name, bytes, count) in [
            ("m.safetensors", elf, 1),
            ("pytorch_model.bin", elf, 1),
            ("weights.pt", b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07", 1),
            ("m.pkl", b"#! /bin/sh\nid\n", 1),
            ("model.onnx", b"#!/usr/bin/env python\nimport os\n", 1),
            ("model.so", elf, 0),
            ("libmodel.so.1", elf, 0),
            ("model", elf, 0),
            ("firmware.bin", elf, 0),
            ("train.sh", b"#!/bin/sh\nid\n", 0),
            ("notes.pt", b"#! is how scripts begin\n", 0),
        ] {
            assert_eq!(found(name, bytes), count, "{name}");
        }
    }
}
