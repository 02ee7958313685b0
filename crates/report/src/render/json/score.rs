//! The scorecard and its gaps, as scripts read them. Numbers are rounded to what they can tell.

use palisade_base::{Component, Grade, Severity, Threat};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Scorecard;

/// The scorecard: `docs/scoring.md` has the formula.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Score {
    /// 0 to 100: the mean of the components, capped at the worst + 20.
    #[schemars(range(min = 0, max = 100))]
    total: f64,
    /// The four components.
    #[schemars(length(min = 4, max = 4))]
    components: Vec<ComponentScore>,
    /// The share of applicable cells on which there is evidence, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    coverage: f64,
    /// Every threat against every component.
    #[schemars(length(min = 24, max = 24))]
    cells: Vec<Cell>,
}

/// The score of one component.
#[derive(Serialize, JsonSchema)]
struct ComponentScore {
    /// The component.
    component: Component,
    /// 0 to 100: the mean of its applicable cells.
    #[schemars(range(min = 0, max = 100))]
    score: f64,
    /// The share of its applicable cells on which there is evidence, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    coverage: f64,
}

/// One threat against one component.
#[derive(Serialize, JsonSchema)]
struct Cell {
    /// The threat.
    threat: Threat,
    /// The component.
    component: Component,
    /// Whether the threat applies to the component.
    applicable: bool,
    /// Why it does not apply.
    reason: Option<&'static str>,
    /// How far the evidence goes: `E0` nothing, `E1` declared, `E2` seen, `E3` tested, `E4` tested, signed and
    /// replayable.
    grade: Grade,
    /// The worst finding.
    worst: Option<Severity>,
    /// The number of findings.
    findings: usize,
    /// 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    points: f64,
}

/// Something that is not known.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Gap<'a> {
    /// The threat.
    threat: Threat,
    /// The component.
    component: Component,
    /// What is not known, one sentence.
    unknown: &'a str,
    /// The command that finds out; `null` if this version has none.
    command: Option<&'a str>,
}

impl Score {
    pub(crate) fn of(score: &Scorecard) -> Self {
        let component = |of: &crate::ComponentScore| ComponentScore {
            component: of.component,
            score: rounded(of.score, 1),
            coverage: rounded(of.coverage, 3),
        };
        let cell = |of: &crate::Cell| Cell {
            threat: of.threat,
            component: of.component,
            applicable: of.inapplicable.is_none(),
            reason: of.inapplicable,
            grade: of.grade,
            worst: of.worst,
            findings: of.findings,
            points: rounded(of.points, 1),
        };
        Self {
            total: rounded(score.total, 1),
            components: score.components.iter().map(component).collect(),
            coverage: rounded(score.coverage, 3),
            cells: score.cells.iter().map(cell).collect(),
        }
    }
}

impl<'a> Gap<'a> {
    pub(crate) fn of(gap: &'a crate::Gap) -> Self {
        let crate::Gap { threat, component, unknown, command } = gap;
        Self { threat: *threat, component: *component, unknown, command: command.as_deref() }
    }
}

/// `value` with this many decimal places.
pub(crate) fn rounded(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}
