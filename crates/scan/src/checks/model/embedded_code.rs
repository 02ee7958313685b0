//! Code that a model file carries.

use palisade_base::{Check, Finding};

use crate::{
    Input,
    input::model::{Carrier, severity_of},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds code in model files that is run when they are loaded, served or used, outside of pickles: Lambda layers of Keras
    /// (as bytecode or as a name), handlers in `TorchServe` archives, functions in Torch7 files, promises and active
    /// bindings in R files, scripts in archives of models. Nothing of it is run; Python is parsed, bytecode is recognised.
    ///
    /// ## Why it matters
    ///
    /// Whoever loads such a model runs what its author wrote, with the rights of the loading process. Weights are expected,
    /// a program comes along.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"class_name": "Lambda", "config": {"function": ["4wEAAAAAAAAA...", null, null], "function_type": "lambda"}}
    /// ```
    ///
    /// ## What to do
    ///
    /// Ask the author for the model without the code: built-in layers instead of a Lambda, weights and architecture apart.
    /// With Keras, load with `safe_mode=True` and never with `enable_unsafe_deserialization()`.
    ///
    /// ## Limits
    ///
    /// Bytecode is not disassembled: a Lambda layer is reported whatever it does. Of the Python in a repository, the modules
    /// that loaders import are judged (`modeling_*.py`, `configuration_*.py`, `tokenization_*.py` and their like, `hubconf.py`,
    /// handlers, `setup.py`), and not what they import in turn. Calls are followed through names, attributes and strings that
    /// are put together; not through containers of functions, decorators and functions that call what they are handed.
    ///
    /// ## References
    ///
    /// - CVE-2024-3660, code execution through Keras Lambda layers
    /// - CVE-2024-27322, promises in R data files
    /// - CWE-502, Deserialization of Untrusted Data
    static META: Check = {
        name: "embedded-code",
        summary: "a model file carries code that is run with the model",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct EmbeddedCode;

impl<'a> Check<Input<'a>> for EmbeddedCode {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Effects(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Effects(effects) = input else { return };
        for effect in effects.carried_by(Carrier::Code) {
            let message = format!("{} {}", effect.when.words(), effect.what);
            let evidence = effects.evidence(effect, "the code");
            report(
                Finding::builder(&META, evidence, message)
                    .severity(severity_of(effect))
                    .advice("ask for the model without the code, as weights and architecture")
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
    fn code_that_runs_on_loading_is_worst() {
        for (when, severity) in [(When::Load, Severity::Critical), (When::Run, Severity::High)] {
            let mut found = Vec::new();
            effects(Carrier::Code, Does::Executes, when, &mut |input| {
                EmbeddedCode.run(input, &mut |finding| found.push(finding.severity));
            });
            assert_eq!(found, [severity], "{when:?}");
        }
    }
}
