//! Which threats bear on which components: a fixed table, narrowed by the manifest where it says enough. What the
//! manifest leaves open counts as applicable.

use palisade_base::{
    Component, Threat,
    system::{Model, Protocol, System, Task},
};

/// Why a threat does not apply to a component; `None` if it applies.
pub(crate) fn reason(at: (Threat, Component), system: Option<&System>) -> Option<&'static str> {
    let fixed = NEVER.iter().find(|(threat, component, _)| (*threat, *component) == at).map(|(_, _, reason)| *reason);
    fixed.or_else(|| narrowed(at, system?))
}

fn narrowed(at: (Threat, Component), system: &System) -> Option<&'static str> {
    let reads_no_text = || {
        !system.model.is_empty()
            && system.application.is_empty()
            && system.model.iter().all(|model| takes_no_instructions(model.get_ref()))
    };
    match at {
        (Threat::Injection, Component::Model | Component::Data) if reads_no_text() => {
            Some("no declared model takes instructions from text, and no application is declared that could call one")
        }
        _ => None,
    }
}

/// Whether the manifest says plainly that text cannot instruct this model. A chat model that is used as a classifier
/// still follows what it reads.
fn takes_no_instructions(model: &Model) -> bool {
    let chat = matches!(model.protocol, Some(Protocol::Openai | Protocol::Anthropic | Protocol::Gemini));
    match model.task {
        Some(Task::Embedding) => true,
        Some(Task::Classification | Task::Regression | Task::Ranking) => !chat,
        Some(Task::TextGeneration | Task::Other) | None => false,
    }
}

/// The cells that no system has.
const NEVER: &[(Threat, Component, &str)] = &[
    (
        Threat::Evasion,
        Component::Infrastructure,
        "crafted inputs deceive a model; the machines below it carry them like any other input",
    ),
    (
        Threat::Evasion,
        Component::Data,
        "crafted inputs arrive when a model is used; crafted records in a data set are poisoning",
    ),
    (
        Threat::Extraction,
        Component::Data,
        "extraction copies a model; data that is read out through a model is inversion",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::system;

    const MODEL: (Threat, Component) = (Threat::Injection, Component::Model);

    #[test]
    fn every_component_keeps_a_cell_that_always_applies() {
        for component in Component::ALL {
            assert_eq!(reason((Threat::SupplyChain, *component), None), None);
        }
    }

    #[test]
    fn only_a_plain_statement_narrows() {
        for (manifest, applies) in [
            ("", true),
            ("[[model]]\nname = 'a'\ntask = 'classification'", false),
            ("[[model]]\nname = 'a'\ntask = 'classification'\nprotocol = 'anthropic'", true),
            ("[[model]]\nname = 'a'\ntask = 'embedding'\nprotocol = 'openai'", false),
            ("[[model]]\nname = 'a'", true),
            ("[[model]]\nname = 'a'\ntask = 'text-generation'", true),
            ("[[model]]\nname = 'a'\ntask = 'ranking'\n[[model]]\nname = 'b'", true),
            ("[[model]]\nname = 'a'\ntask = 'ranking'\n[[application]]\nname = 'b'\npath = 'src'", true),
        ] {
            assert_eq!(reason(MODEL, Some(&system(manifest))).is_none(), applies, "{manifest}");
        }
    }
}
