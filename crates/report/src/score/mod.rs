//! The scorecard: 24 cells (threat x component), four components, one total. `docs/scoring.md` has the formula, its
//! properties and what it is not.

mod applicable;

use std::collections::{BTreeMap, BTreeSet};

use palisade_base::{Autonomy, Component, Finding, Grade, Observed, Proof, Severity, Threat, system::System};

use crate::gap;

/// The scorecard of one system.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// 0 to 100: the mean of the components, capped at the worst component + 20.
    pub total: f64,
    /// One score for each component, in the order of [`Component::ALL`].
    pub components: Vec<ComponentScore>,
    /// The share of applicable cells on which there is evidence ([`Grade::E2`] or better), 0 to 1.
    pub coverage: f64,
    /// All 24 cells, by threat, then component.
    pub cells: Vec<Cell>,
    /// What is not known, and how to find out; worst first.
    pub gaps: Vec<Gap>,
}

/// The score of one component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentScore {
    /// The component.
    pub component: Component,
    /// 0 to 100: the mean of its applicable cells.
    pub score: f64,
    /// The share of its applicable cells on which there is evidence, 0 to 1.
    pub coverage: f64,
}

/// One threat against one component.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The threat.
    pub threat: Threat,
    /// The component.
    pub component: Component,
    /// Why the threat does not apply to this component of this system; `None` if it applies.
    pub inapplicable: Option<&'static str>,
    /// How far the evidence goes.
    pub grade: Grade,
    /// The worst finding.
    pub worst: Option<Severity>,
    /// The number of findings.
    pub findings: usize,
    /// 0 to 100.
    pub points: f64,
}

/// Something that is not known about a cell, and the command that would find out.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The threat.
    pub threat: Threat,
    /// The component.
    pub component: Component,
    /// What is not known, in a sentence without a full stop.
    pub unknown: String,
    /// The command of this version that finds out; `None` if no command of this version can.
    pub command: Option<String>,
}

impl Scorecard {
    /// The most that the total may lie above the worst component, in points: a system cannot buy its way out of a
    /// neglected component.
    pub const CAP: f64 = 20.0;

    /// Scores what was `observed` of a `system`. Only `findings` count against it: `observed.findings` without those
    /// that an `[[ignore]]` accepts.
    pub fn of(observed: &Observed, system: Option<&System>, findings: &[Finding]) -> Self {
        let autonomy = system.map_or(Autonomy::Act, System::autonomy);
        let landed = Landed::of(findings, system);
        let cells: Vec<Cell> = Threat::ALL
            .iter()
            .flat_map(|threat| Component::ALL.iter().map(move |component| (*threat, *component)))
            .map(|at| cell(at, grade(at, observed, system), system, autonomy, &landed))
            .collect();
        let components: Vec<ComponentScore> = Component::ALL.iter().map(|c| component_score(*c, &cells)).collect();
        let gaps = gap::gaps(observed, system, &cells, &components);
        Self { total: total(&components), coverage: coverage(cells.iter()), components, cells, gaps }
    }

    /// The score of one component.
    pub fn component(&self, component: Component) -> Option<&ComponentScore> {
        self.components.iter().find(|score| score.component == component)
    }

    /// One cell.
    pub fn cell(&self, threat: Threat, component: Component) -> Option<&Cell> {
        self.cells.iter().find(|cell| (cell.threat, cell.component) == (threat, component))
    }
}

impl Cell {
    /// Whether this threat concerns this component of the system.
    pub fn applies(&self) -> bool {
        self.inapplicable.is_none()
    }

    /// Whether something was seen or tested; what is only declared is no evidence.
    pub fn has_evidence(&self) -> bool {
        self.grade >= Grade::E2
    }
}

/// How many cells have evidence, and how many apply.
pub(crate) fn evidenced<'a>(cells: impl Iterator<Item = &'a Cell>) -> (usize, usize) {
    let applicable = cells.filter(|cell| cell.applies());
    applicable.fold((0, 0), |(seen, all), cell| (seen + usize::from(cell.has_evidence()), all + 1))
}

type At = (Threat, Component);

/// Where the findings land.
#[derive(Default)]
struct Landed {
    worst: BTreeMap<At, (Severity, usize)>,
    /// Cells that were thought not to apply, until a finding that counts nowhere else showed that they do.
    contradicted: BTreeSet<At>,
}

impl Landed {
    fn of(findings: &[Finding], system: Option<&System>) -> Self {
        let mut landed = Self::default();
        for finding in findings {
            let cells = || finding.rule.threats.iter().map(|threat| (*threat, finding.component));
            let applies = |at: &At| applicable::reason(*at, system).is_none();
            if cells().any(|at| applies(&at)) {
                cells().filter(applies).for_each(|at| landed.count(at, finding.severity));
            } else if finding.severity > Severity::Info {
                cells().for_each(|at| landed.count(at, finding.severity));
                landed.contradicted.extend(cells());
            }
        }
        landed
    }

    fn count(&mut self, at: At, severity: Severity) {
        let (worst, count) = self.worst.entry(at).or_insert((severity, 0));
        *worst = (*worst).max(severity);
        *count += 1;
    }
}

fn cell(at: At, grade: Grade, system: Option<&System>, autonomy: Autonomy, landed: &Landed) -> Cell {
    let (threat, component) = at;
    let contradicted = landed.contradicted.contains(&at);
    let inapplicable = if contradicted { None } else { applicable::reason(at, system) };
    let (worst, findings) = landed.worst.get(&at).map_or((None, 0), |(worst, count)| (Some(*worst), *count));
    let points = if contradicted || inapplicable.is_some() {
        0.0
    } else {
        points(grade) * worst.map_or(1.0, |severity| factor(weighed(severity, threat, autonomy)))
    };
    Cell { threat, component, inapplicable, grade, worst, findings, points }
}

/// The best evidence on a cell.
fn grade(at: At, observed: &Observed, system: Option<&System>) -> Grade {
    let (threat, component) = at;
    let proven = observed.proofs.iter().filter(|p| (p.threat, p.component) == at).map(Proof::grade).max();
    // A rule reads artifacts of its first component. What code says of the models that it loads may weaken them, but
    // nobody has looked at a model.
    let seen = observed.examined.iter().any(|examined| {
        examined.inputs > 0 && examined.rule.component() == component && examined.rule.threats.contains(&threat)
    });
    let partial = observed.unscanned.iter().any(|unscanned| unscanned.component == Some(component));
    let declared = system.is_some_and(|s| s.control.iter().any(|c| (c.threat, c.component) == at));
    let read = match (seen, partial) {
        (true, false) => Grade::E2,
        (true, true) => Grade::E1,
        (false, _) if declared => Grade::E1,
        (false, _) => Grade::E0,
    };
    proven.map_or(read, |proven| proven.max(read))
}

/// What evidence is worth: looking counts for half, a declaration for next to nothing.
const fn points(grade: Grade) -> f64 {
    match grade {
        Grade::E0 => 0.0,
        Grade::E1 => 10.0,
        Grade::E2 => 50.0,
        Grade::E3 => 90.0,
        Grade::E4 => 100.0,
    }
}

/// What the worst finding leaves of the points.
const fn factor(severity: Severity) -> f64 {
    match severity {
        Severity::Info => 1.0,
        Severity::Low => 0.9,
        Severity::Medium => 0.7,
        Severity::High => 0.4,
        Severity::Critical => 0.0,
    }
}

/// A system that acts by itself turns an injected instruction into a deed: nobody stands between.
fn weighed(severity: Severity, threat: Threat, autonomy: Autonomy) -> Severity {
    match (severity, threat, autonomy) {
        (Severity::Info, _, _) => Severity::Info,
        (severity, Threat::Injection, Autonomy::Act) => severity.raised(),
        (severity, _, _) => severity,
    }
}

fn component_score(component: Component, cells: &[Cell]) -> ComponentScore {
    let cells = || cells.iter().filter(|cell| cell.component == component);
    let score = mean(cells().filter(|cell| cell.applies()).map(|cell| cell.points));
    ComponentScore { component, score, coverage: coverage(cells()) }
}

fn total(components: &[ComponentScore]) -> f64 {
    let worst = components.iter().map(|component| component.score).fold(100.0, f64::min);
    mean(components.iter().map(|component| component.score)).min(worst + Scorecard::CAP)
}

fn coverage<'a>(cells: impl Iterator<Item = &'a Cell>) -> f64 {
    mean(cells.filter(|cell| cell.applies()).map(|cell| if cell.has_evidence() { 1.0 } else { 0.0 }))
}

/// The mean; 0 of nothing, since nothing known is no pass.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_seen_is_nothing_known() {
        let score = Scorecard::of(&Observed::default(), None, &[]);
        assert_eq!((score.total, score.coverage, score.cells.len()), (0.0, 0.0, 24));
        assert!(score.components.iter().all(|component| component.score == 0.0));
        assert_eq!(score.gaps.len(), 21, "every applicable cell is a gap");
    }

    #[test]
    fn the_total_is_capped_by_the_worst_component() {
        let scores = [90.0, 90.0, 90.0, 10.0];
        let component =
            |(component, score): (&Component, f64)| ComponentScore { component: *component, score, coverage: 0.0 };
        let components: Vec<_> = Component::ALL.iter().zip(scores).map(component).collect();
        assert!((total(&components) - 30.0).abs() < 1e-9);
    }

    #[test]
    fn declared_is_not_evidence() {
        let cell = |grade, inapplicable| Cell {
            threat: Threat::Evasion,
            component: Component::Model,
            inapplicable,
            grade,
            worst: None,
            findings: 0,
            points: 0.0,
        };
        let cells = [cell(Grade::E0, None), cell(Grade::E1, None), cell(Grade::E2, None), cell(Grade::E0, Some("no"))];
        assert_eq!(evidenced(cells.iter()), (1, 3));
    }

    #[test]
    fn only_injection_weighs_more_when_the_system_acts() {
        assert_eq!(weighed(Severity::Medium, Threat::Injection, Autonomy::Act), Severity::High);
        assert_eq!(weighed(Severity::Medium, Threat::Injection, Autonomy::Assist), Severity::Medium);
        assert_eq!(weighed(Severity::Medium, Threat::SupplyChain, Autonomy::Act), Severity::Medium);
        assert_eq!(weighed(Severity::Info, Threat::Injection, Autonomy::Act), Severity::Info);
    }
}
