//! A graph with an operator that does more than compute.

use palisade_base::{Check, Finding};

use crate::{
    Input,
    input::model::{Carrier, severity_of},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reads the graphs of models (TensorFlow, ONNX, TorchScript, Core ML, `OpenVINO`, `MXNet` and others) without running
    /// them, sub-graphs and function libraries included, and reports operators and layers that run code, load libraries,
    /// read or write files or reach the network, and operators that no framework brings and that need an extension.
    ///
    /// ## Why it matters
    ///
    /// A graph looks like data. Some operators are not: a `PyFunc` calls Python, a `WriteFile` overwrites a file of whoever
    /// runs the model, a custom operator runs the library that registers it. They run in the serving process, with its
    /// rights.
    ///
    /// ## Example
    ///
    /// ```text
    /// node { name: "out"  op: "WriteFile"  input: "path"  input: "content" }
    /// ```
    ///
    /// ## What to do
    ///
    /// Ask the author for the graph without the operator; inference needs none of them. For custom operators, take the
    /// library from a source that you trust, pin it, and declare it beside the model.
    ///
    /// ## Limits
    ///
    /// What a known operator computes is not judged. Graphs whose text or bytes break off are judged as far as they go and
    /// listed as unscanned.
    ///
    /// ## References
    ///
    /// - TensorFlow, "Using TensorFlow Securely": models are programs
    /// - CWE-94, Improper Control of Generation of Code
    /// - MITRE ATLAS AML.T0011.000, Unsafe AI Artifacts
    static META: Check = {
        name: "unsafe-operator",
        summary: "an operator of a model's graph runs code or reaches files",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnsafeOperator;

impl<'a> Check<Input<'a>> for UnsafeOperator {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Effects(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Effects(effects) = input else { return };
        for effect in effects.carried_by(Carrier::Operator) {
            let message = format!("{} {}", effect.when.words(), effect.what);
            let evidence = effects.evidence(effect, "the operator");
            report(
                Finding::builder(&META, evidence, message)
                    .severity(severity_of(effect))
                    .advice("ask for the graph without this operator; inference does not need it")
                    .build(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::{Check as _, Severity};

    use super::*;
    use crate::input::model::{Does, When, effects};

    #[test]
    fn what_is_done_decides_how_bad_it_is() {
        for (does, severity) in [
            (Does::Executes, Severity::High),
            (Does::Reaches, Severity::High),
            (Does::Custom, Severity::Medium),
            (Does::Known, Severity::Info),
        ] {
            let mut found = Vec::new();
            effects(Carrier::Operator, does, When::Run, &mut |input| {
                UnsafeOperator.run(input, &mut |finding| found.push(finding));
            });
            assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [severity], "{does:?}");
            assert_eq!(found[0].message, "running it does something");
        }
    }

    #[test]
    fn other_carriers_have_their_own_rules() {
        effects(Carrier::Code, Does::Executes, When::Load, &mut |input| {
            UnsafeOperator.run(input, &mut |finding| panic!("{}", finding.message));
        });
    }
}
