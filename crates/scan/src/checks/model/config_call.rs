//! A configuration that names a function or class for the loader to call.

use palisade_base::{Check, Finding};

use crate::{
    Input,
    input::model::{Carrier, severity_of},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reads the configuration that comes with a model (`_target_` of Hydra in `NeMo` archives, YAML, JSON, TOML, INI and
    /// HOCON; tags of YAML; `auto_map` and other keys of `transformers`, `diffusers` and `sentence-transformers`; schemas of
    /// `skops`; objects and registered names of Keras), loose or in an archive, and reports what a loader would import and call because of a name
    /// that is written there. Names are judged like those in a pickle: functions that run code or reach files, processes or
    /// the network are worst; classes of known machine learning libraries are what such files are made of.
    ///
    /// ## Why it matters
    ///
    /// Formats that replace pickles often keep its weakness: the file says which function is called with which arguments,
    /// and the loader obeys. `{"_target_": "os.system"}` is a pickle in other letters.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// preprocessor:
    ///   _target_: subprocess.check_output
    ///   args: ["id"]
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not load the file with a loader that instantiates what the configuration names. Update the loader (newer versions
    /// keep to a list of allowed names), or ask for the configuration without it.
    ///
    /// ## Limits
    ///
    /// What a class of a known library does with its arguments is not looked into. Of TOML, INI and HOCON only keys with one
    /// value each are read; includes are not followed.
    ///
    /// ## References
    ///
    /// - CVE-2025-23304, `NeMo` and Hydra `_target_`
    /// - CVE-2025-1550 and CVE-2025-8747, Keras archives that call functions without a Lambda layer
    /// - CVE-2025-54412 and CVE-2025-54413, `skops`
    static META: Check = {
        name: "config-call",
        summary: "the configuration of a model names a function that its loader calls",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ConfigCall;

impl<'a> Check<Input<'a>> for ConfigCall {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Effects(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Effects(effects) = input else { return };
        for effect in effects.carried_by(Carrier::Name) {
            let message = format!("{} {}", effect.when.words(), effect.what);
            let evidence = effects.evidence(effect, "named here");
            report(
                Finding::builder(&META, evidence, message)
                    .severity(severity_of(effect))
                    .advice("do not load it with a loader that calls what the configuration names")
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
    fn functions_are_worse_than_classes() {
        for (does, severity) in [(Does::Calls, Severity::High), (Does::Custom, Severity::Medium)] {
            let mut found = Vec::new();
            effects(Carrier::Name, does, When::Load, &mut |input| {
                ConfigCall.run(input, &mut |finding| found.push(finding.severity));
            });
            assert_eq!(found, [severity], "{does:?}");
        }
    }
}
