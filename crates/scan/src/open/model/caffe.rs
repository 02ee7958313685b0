//! Opens Caffe networks: layers in Python, and files that layers read.

use palisade_formats::{
    caffe::layers,
    pickle::{Danger, Name, name_danger},
    protobuf::Reading,
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

/// Opens a network with weights.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let reading = Reading::binary(part.bytes, STEPS);
    let Some(gathered) = read(part, &reading, engine) else { return false };
    gathered.finish(Format::Caffe, engine);
    true
}

/// Opens a network in text.
pub(super) fn open_text(part: &Part<'_>, engine: &mut Engine) -> bool {
    let reading = Reading::text(part.bytes, STEPS);
    let Some(gathered) = read(part, &reading, engine) else { return false };
    gathered.finish_without_weights(Format::CaffeText, engine);
    true
}

fn read<'a, 'p>(part: &'a Part<'p>, reading: &Reading<'_>, engine: &mut Engine) -> Option<Gathered<'a, 'p>> {
    let mut gathered = Gathered::new(part);
    let mut any = false;
    for layer in layers(&reading.root()) {
        any = any || !layer.sort.is_empty();
        for (module, class, parameters) in layer.python() {
            let does = match name_danger(&Name { module: module.clone(), name: class.clone() }) {
                Danger::Executor => Does::Executes,
                Danger::Function => Does::Calls,
                _ => Does::Custom,
            };
            let (module, class) = (shown(&module), shown(&class));
            let what = format!("imports `{module}` and makes a `{class}` of it for the layer `{}`", shown(&layer.name));
            gathered.effect(layer.value.range.clone(), Carrier::Name, does, When::Load, what);
            if let Some(parameters) = parameters {
                gathered.text("param_str", &parameters);
            }
        }
        for source in layer.sources() {
            gathered.text("source", &source);
        }
    }
    any.then(|| gathered.cut(reading, engine))?;
    Some(gathered)
}

const STEPS: u64 = 100_000_000;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, observe};

    fn network(module: &str, class: &str) -> String {
        format!(
            "name: 'net'\nlayer {{\n name: 'p' type: 'Python' top: 'x'\n python_param {{ module: '{module}' layer: '{class}' }}\n}}\n"
        )
    }

    #[test]
    fn layers_in_python_are_found() {
        for (module, class, severity) in [
            ("os", "system", Severity::Critical),
            ("helper", "make", Severity::High),
            ("rpn.layer", "ProposalLayer", Severity::Medium),
        ] {
            let found = findings("config-call", "net.prototxt", network(module, class));
            assert_eq!(
                found.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
                [severity],
                "{module}.{class}"
            );
        }
    }

    #[test]
    fn other_layers_are_fine() {
        let text = "name: 'net'\nlayer {\n name: 'c' type: 'Convolution' bottom: 'x' top: 'y'\n}\n";
        let seen = observe("net.prototxt", text.as_bytes(), None);
        assert!(seen.findings.is_empty() && seen.unscanned.is_empty());
    }
}
