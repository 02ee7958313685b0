//! Reads Python that comes with a model, and says what it does that models have no business to do: run commands, run what
//! it decoded or fetched, open connections, touch files of the user. Comments and strings do nothing.

mod indirect;
mod places;
mod reader;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use palisade_formats::python::{Encoding, Flow, Limits, Module, PythonError, Values, encoding};
use reader::Reader;

use super::{origins::Marks, part::Part};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, When, keep_worst},
};

/// How code gets to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// When it is imported.
    pub(super) when: When,
    /// Whether it is run as a script, so that what stands under `if __name__ == "__main__"` counts.
    pub(super) script: bool,
    /// Whether it builds something, so that it may well run compilers.
    pub(super) builds: bool,
}

/// Judges a file of Python, and hands what it does to the engine. Returns whether it does more than models do.
pub(super) fn judge(part: &Part<'_>, text: &str, title: &'static str, usage: Use, engine: &mut Engine) -> bool {
    let declared = encoding(text);
    if let Some((Encoding::Unknown, range)) = &declared {
        let name = text.get(range.clone()).unwrap_or_default();
        part.unscanned(engine, format!("its source is written in `{name}`, which the scan cannot read"));
    }
    let effects = match acts(text, usage) {
        Ok(mut effects) => {
            effects.extend(declared.and_then(|(encoding, range)| escaping(text, encoding, range, usage.when)));
            effects
        }
        Err(error) => {
            part.unscanned(engine, error.to_string());
            return false;
        }
    };
    let acts = effects.iter().any(|effect| effect.does > Does::Known);
    engine.judge(&Input::Effects(Effects { artifact: part.artifact, bytes: part.bytes, title, effects }));
    acts
}

/// What code does besides computing, in the order of the source; the worst [`MOST`] of it if there is more.
pub(super) fn acts(text: &str, usage: Use) -> Result<Vec<Effect>, PythonError> {
    acts_within(text, usage, NESTED, &Cell::new(SOURCE))
}

fn acts_within(text: &str, usage: Use, nested: usize, room: &Cell<usize>) -> Result<Vec<Effect>, PythonError> {
    if is_inert(text) {
        return Ok(Vec::new());
    }
    let module = Module::parse(text, Limits::default())?;
    let values = Values::of(&module);
    let flow = Flow::of(&module, &Marks { values: &values });
    let reader = Reader { module: &module, flow: &flow, values: &values, usage, nested, room };
    let counts = |node| usage.script || !reader.is_main_only(node);
    let calls = module.calls().iter().filter(|call| counts(call.node));
    let mut effects: Vec<Effect> = calls.filter_map(|call| reader.call(call)).collect();
    effects.extend(
        module.ids().filter_map(|id| reader.without_a_call(id)).filter(|(id, _)| counts(*id)).map(|(_, effect)| effect),
    );
    effects.sort_by_key(|effect| effect.range.start);
    keep_worst(&mut effects, MOST);
    Ok(effects)
}

/// Whether source has none of the words without which nothing outside of it can be reached: no import, no name with double
/// underscores, no builtin function that leads out. Names in other letters may be spelled otherwise.
pub(super) fn is_inert(text: &str) -> bool {
    text.is_ascii() && LEADS_OUT.iter().all(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_none())
}

/// Source whose bytes say something else than what runs.
fn escaping(text: &str, encoding: Encoding, range: std::ops::Range<usize>, when: When) -> Option<Effect> {
    (encoding == Encoding::Escaping).then(|| {
        let name = text.get(range.clone()).unwrap_or_default();
        let what = format!("runs source in the encoding `{name}`, in which other code may stand than the file shows");
        Effect { range, carrier: Carrier::Code, does: Does::Calls, when, what }
    })
}

#[rustfmt::skip]
const LEADS_OUT: &[&str] = &[
    "import", "__", "eval", "exec", "open", "compile", "getattr", "vars", "globals", "locals", "builtins", "breakpoint",
    "input", "help", "sys", "os.", "subprocess",
];
/// The most effects of one file.
const MOST: usize = 100;
const NESTED: usize = 3;
/// How many bytes of source in strings are read for one file.
const SOURCE: usize = 16 << 20;
