//! Python: syntax, names, paths, constants, strings and the flow of values through all of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::python::{Call, Flow, Id, Kind, Label, Limits, Module, Passes, Policy, Values, encoding};

/// Marks what `input` returns and every other parameter, and asks the module whatever a policy may ask.
struct Marks;

impl Policy for Marks {
    fn begins(&self, module: &Module, node: Id) -> Option<(Label, bool)> {
        match module.kind(node) {
            Kind::Call => (module.call(node)?.path == "input").then_some((Label(0), true)),
            Kind::Attribute => (module.path(node) == "sys.argv").then_some((Label(1), true)),
            _ => None,
        }
    }

    fn ends(&self, module: &Module, attribute: Id) -> bool {
        module.name_of(attribute) == "len"
    }

    fn parameter(&self, module: &Module, _: Id, parameter: Id) -> Option<Label> {
        (module.text(parameter).len() % 2 == 1).then_some(Label(2))
    }

    fn passes(&self, module: &Module, call: &Call) -> Passes {
        if module.has_splat(call.node) { Passes::Everything } else { Passes::Perhaps }
    }
}

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let Ok(module) = Module::parse(text, limits) else { return };
    let flow = Flow::of(&module, &Marks);
    let values = Values::of(&module);
    assert!(encoding(text).is_none_or(|(_, range)| text.get(range).is_some()));
    for id in module.ids() {
        assert!(text.get(module.range(id)).is_some());
        module.constant(id);
        module.literal(id, 100);
        values.paths(id).chain(values.texts(id)).chain(values.through(id)).for_each(drop);
        module.path(id);
        module.spelling(id);
        module.built(id);
        module.decorators(id).for_each(drop);
        assert!((0..3).all(|label| {
            flow.origin(id, Label(label)).is_none_or(|origin| text.get(module.range(origin.node)).is_some())
        }));
    }
    for call in module.calls() {
        module.keyword(call.node, "x");
        module.argument(call.node, 1, "y");
        assert_eq!(module.call(call.node), Some(call));
    }
});
