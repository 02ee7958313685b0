//! Dockerfiles: every instruction has a place in the file, and every stage its instructions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::dockerfile::{Kind, Limits, parse};

fuzz_target!(|text: &str| {
    let Ok(file) = parse(text, Limits::default()) else { return };
    let scope = file.scope();
    for stage in &file.stages {
        assert!(!file.stage_instructions(stage).is_empty());
        scope.resolve(&stage.image.text);
    }
    for instruction in &file.instructions {
        assert!(text.get(instruction.span.clone()).is_some());
        assert!(instruction.flags.iter().all(|flag| text.get(flag.value.span.clone()).is_some()));
        if let Kind::Run(command) | Kind::Cmd(command) | Kind::Entrypoint(command) = &instruction.kind {
            assert!(command.words.iter().chain(&command.documents).all(|word| text.get(word.span.clone()).is_some()));
        }
        if let Kind::Env(pairs) | Kind::Arg(pairs) | Kind::Label(pairs) = &instruction.kind {
            assert!(pairs.iter().all(|pair| text.get(pair.name.span.clone()).is_some()));
            assert!(pairs.iter().flat_map(|pair| &pair.value).all(|value| text.get(value.span.clone()).is_some()));
        }
    }
    assert!(!file.lineage().is_empty() && (0.0..=1.0).contains(&file.strangeness()));
});
