//! The properties of the scorecard, as `docs/scoring.md` promises them, on systems that nobody made up by hand.

use palisade_base::{
    Adaptive, Artifact, Autonomy, Component, Evidence, Examined, Finding, Kind, Meta, Observed, Proof, Score, Severity,
    Stage, Threat, Unscanned,
    system::{Control, System},
};
use palisade_report::Scorecard;
use proptest::{prelude::*, sample::Index};

/// Enough to rebuild the same run with one thing changed.
#[derive(Clone, Debug)]
struct World {
    rules: Vec<Rule>,
    findings: Vec<(Index, Severity, Component)>,
    proofs: Vec<(Threat, Component, bool)>,
    controls: Vec<(Threat, Component)>,
    unscanned: Vec<Component>,
    autonomy: Option<Autonomy>,
    classifier_only: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    meta: &'static Meta,
    inputs: u64,
}

impl World {
    fn score(&self) -> Scorecard {
        let mut system = System::default();
        system.system.autonomy = self.autonomy;
        system.control = self.controls.iter().map(|(t, c)| control(*t, *c)).collect();
        if self.classifier_only {
            system.model = classifier().model;
        }
        let findings: Vec<Finding> = self.findings.iter().map(|finding| self.finding(finding)).collect();
        Scorecard::of(&self.observed(), Some(&system), &findings)
    }

    fn observed(&self) -> Observed {
        Observed {
            examined: self.rules.iter().map(|rule| Examined { rule: rule.meta, inputs: rule.inputs }).collect(),
            proofs: self.proofs.iter().map(|(t, c, signed)| proof(*t, *c, *signed)).collect(),
            unscanned: self.unscanned.iter().map(|c| unscanned(*c)).collect(),
            ..Observed::default()
        }
    }

    fn finding(&self, (rule, severity, component): &(Index, Severity, Component)) -> Finding {
        let meta = rule.get(&self.rules).meta;
        let evidence = Evidence::Absence { at: Artifact::file("a").whole(), sought: vec!["b".to_owned()] };
        Finding::builder(meta, evidence, "m").severity(*severity).component(*component).build()
    }
}

#[expect(clippy::unwrap_used, reason = "a fixture; clippy knows only functions that are tests themselves")]
/// A system of which the manifest says that nothing in it takes instructions from text.
fn classifier() -> System {
    toml::from_str("system.name = 's'\n[[model]]\nname = 'm'\ntask = 'classification'").unwrap()
}

fn control(threat: Threat, component: Component) -> Control {
    Control { threat, component, what: "w".to_owned() }
}

fn unscanned(component: Component) -> Unscanned {
    Unscanned { artifact: Artifact::file("u"), component: Some(component), reason: "r".into() }
}

fn proof(threat: Threat, component: Component, signed: bool) -> Proof {
    let before = Score { metric: "m", value: 0.5, interval: (0.4, 0.6), n: 10, queries: 10, seed: 1 };
    let adaptive = Adaptive::Untested("u".to_owned());
    let attack = meta("attack", vec![component], vec![threat]);
    Proof { threat, component, attack, defence: None, before, after: None, cost: None, adaptive, signed }
}

fn meta(name: &str, components: Vec<Component>, threats: Vec<Threat>) -> &'static Meta {
    // Rules are statics; a test that invents some has to leak them.
    Box::leak(Box::new(Meta {
        kind: Kind::Check,
        name: Box::leak(name.to_owned().into_boxed_str()),
        summary: "s",
        severity: Severity::Medium,
        components: Box::leak(components.into_boxed_slice()),
        threats: Box::leak(threats.into_boxed_slice()),
        stages: &[Stage::Model],
        since: "0.1.0",
        at: ("", 0),
        raw_docs: "",
    }))
}

fn component() -> impl Strategy<Value = Component> {
    proptest::sample::select(Component::ALL)
}

fn threat() -> impl Strategy<Value = Threat> {
    proptest::sample::select(Threat::ALL)
}

fn severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::ALL)
}

fn rule() -> impl Strategy<Value = Rule> {
    let components = proptest::sample::subsequence(Component::ALL, 1..=2);
    let threats = proptest::sample::subsequence(Threat::ALL, 1..=3);
    (components, threats, 0u64..3)
        .prop_map(|(components, threats, inputs)| Rule { meta: meta("rule", components, threats), inputs })
}

fn world() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(rule(), 1..20),
        prop::collection::vec((any::<Index>(), severity(), component()), 0..12),
        prop::collection::vec((threat(), component(), any::<bool>()), 0..4),
        prop::collection::vec((threat(), component()), 0..4),
        prop::collection::vec(component(), 0..2),
        prop::option::of(proptest::sample::select(Autonomy::ALL)),
        any::<bool>(),
    )
        .prop_map(|(rules, findings, proofs, controls, unscanned, autonomy, classifier_only)| World {
            rules,
            findings,
            proofs,
            controls,
            unscanned,
            autonomy,
            classifier_only,
        })
}

/// Sums of floats may differ in the last bit.
const HAIR: f64 = 1e-9;

fn not_above(lower: &Scorecard, higher: &Scorecard) -> Result<(), TestCaseError> {
    prop_assert!(lower.total <= higher.total + HAIR, "total {} > {}", lower.total, higher.total);
    for (low, high) in lower.components.iter().zip(&higher.components) {
        prop_assert!(low.score <= high.score + HAIR, "{} {} > {}", low.component, low.score, high.score);
    }
    Ok(())
}

proptest! {
    #[test]
    fn bounded_and_whole(world in world()) {
        let score = world.score();
        prop_assert_eq!(score.cells.len(), 24);
        for threat in Threat::ALL {
            for component in Component::ALL {
                prop_assert!(score.cell(*threat, *component).is_some());
            }
        }
        let percents = score.cells.iter().map(|c| c.points).chain(score.components.iter().map(|c| c.score));
        for value in percents.chain([score.total]) {
            prop_assert!((0.0..=100.0).contains(&value), "{}", value);
        }
        prop_assert!((0.0..=1.0).contains(&score.coverage));
        prop_assert_eq!(score.components.len(), 4);
    }

    #[test]
    fn capped_by_the_worst_component(world in world()) {
        let score = world.score();
        let worst = score.components.iter().map(|c| c.score).fold(f64::INFINITY, f64::min);
        prop_assert!(score.total <= worst + 20.0 + HAIR);
    }

    #[test]
    fn removing_a_finding_never_lowers(world in world(), which: Index) {
        prop_assume!(!world.findings.is_empty());
        let mut without = world.clone();
        without.findings.remove(which.index(world.findings.len()));
        not_above(&world.score(), &without.score())?;
    }

    #[test]
    fn raising_severity_never_raises(world in world(), which: Index) {
        prop_assume!(!world.findings.is_empty());
        let mut worse = world.clone();
        let finding = &mut worse.findings[which.index(world.findings.len())];
        finding.1 = finding.1.raised();
        not_above(&worse.score(), &world.score())?;
    }

    #[test]
    fn adding_evidence_never_lowers(world in world(), rule in rule(), t in threat(), c in component(), signed: bool) {
        let mut examined = world.clone();
        // Findings name rules by position, so the new one goes where no position changes.
        let observed = {
            let mut observed = world.observed();
            observed.examined.push(Examined { rule: rule.meta, inputs: 1 });
            observed
        };
        let before = Scorecard::of(&world.observed(), None, &[]);
        not_above(&before, &Scorecard::of(&observed, None, &[]))?;
        examined.proofs.push((t, c, signed));
        not_above(&world.score(), &examined.score())?;
        let mut declared = world.clone();
        declared.controls.push((t, c));
        not_above(&world.score(), &declared.score())?;
        let mut judged = world.clone();
        judged.unscanned.clear();
        not_above(&world.score(), &judged.score())?;
    }

    /// A second rule with another name that says the same of the same things moves nothing.
    #[test]
    fn a_duplicate_of_a_rule_moves_nothing(world in world(), which: Index) {
        let original = which.get(&world.rules).clone();
        let copy = meta("copy", original.meta.components.to_vec(), original.meta.threats.to_vec());
        let findings: Vec<Finding> = world.findings.iter().map(|finding| world.finding(finding)).collect();
        let mut doubled = findings.clone();
        for finding in findings.iter().filter(|finding| std::ptr::eq(finding.rule, original.meta)) {
            let mut again = finding.clone();
            again.rule = copy;
            doubled.push(again);
        }
        let mut observed = world.observed();
        observed.examined.push(Examined { rule: copy, inputs: original.inputs });
        let before = Scorecard::of(&world.observed(), None, &findings);
        let after = Scorecard::of(&observed, None, &doubled);
        prop_assert_eq!(before.total.to_bits(), after.total.to_bits());
        prop_assert_eq!(before.components, after.components);
        prop_assert_eq!(before.gaps, after.gaps);
    }

    /// What is unknown earns nothing and is listed.
    #[test]
    fn unknown_is_no_pass(world in world()) {
        let score = world.score();
        for cell in score.cells.iter().filter(|cell| cell.inapplicable.is_none()) {
            if cell.grade == palisade_base::Grade::E0 {
                prop_assert!(cell.points.abs() < HAIR);
            }
            let listed = score.gaps.iter().any(|gap| (gap.threat, gap.component) == (cell.threat, cell.component));
            prop_assert_eq!(listed, cell.grade < palisade_base::Grade::E3);
        }
    }
}

/// A finding that counts nowhere else makes the cells apply that were thought not to, at no points.
#[test]
fn a_finding_is_never_lost() {
    let injected = meta("injected", vec![Component::Model], vec![Threat::Injection]);
    let observed = Observed { examined: vec![Examined { rule: injected, inputs: 1 }], ..Observed::default() };
    let absent = Evidence::Absence { at: Artifact::file("a").whole(), sought: Vec::new() };
    let finding = Finding::builder(injected, absent, "m").build();
    let cell = |findings: &[Finding]| {
        let score = Scorecard::of(&observed, Some(&classifier()), findings);
        score.cell(Threat::Injection, Component::Model).unwrap().clone()
    };
    assert!(cell(&[]).inapplicable.is_some());
    let landed = cell(&[finding]);
    assert_eq!((landed.inapplicable, landed.findings, landed.worst), (None, 1, Some(Severity::Medium)));
    assert!(landed.points.abs() < HAIR);
}

/// The example of `docs/scoring.md`.
#[test]
fn the_worked_example() {
    let seen =
        |component, threats: &[Threat]| Examined { rule: meta("r", vec![component], threats.to_vec()), inputs: 1 };
    let threats = [Threat::Poisoning, Threat::Injection, Threat::SupplyChain];
    let observed = Observed {
        examined: Component::ALL.iter().map(|component| seen(*component, &threats)).collect(),
        ..Observed::default()
    };
    let pickle = meta("pickle", vec![Component::Model], vec![Threat::SupplyChain]);
    let shell = meta("shell", vec![Component::Application], vec![Threat::Injection]);
    let absent = || Evidence::Absence { at: Artifact::file("a").whole(), sought: Vec::new() };
    let findings = [
        Finding::builder(pickle, absent(), "m").severity(Severity::Critical).build(),
        Finding::builder(shell, absent(), "m").severity(Severity::Medium).build(),
    ];
    let score = |autonomy| {
        let mut system = System::default();
        system.system.autonomy = Some(autonomy);
        system.control = vec![control(Threat::Evasion, Component::Model)];
        Scorecard::of(&observed, Some(&system), &findings)
    };
    let assist = score(Autonomy::Assist);
    let components: Vec<String> = assist.components.iter().map(|c| format!("{:.1}", c.score)).collect();
    assert_eq!(components, ["18.3", "22.5", "30.0", "37.5"]);
    assert_eq!(format!("{:.1} {:.2}", assist.total, assist.coverage), "27.1 0.57");
    let act = score(Autonomy::Act);
    assert_eq!(format!("{:.1} {:.1}", act.components[1].score, act.total), "20.0 26.5");
}

#[test]
fn a_rule_shows_nothing_of_components_that_it_does_not_read() {
    let rule = meta("rule", vec![Component::Application, Component::Model], vec![Threat::SupplyChain]);
    let observed = Observed { examined: vec![Examined { rule, inputs: 1 }], ..Observed::default() };
    let score = Scorecard::of(&observed, None, &[]);
    let points = |component| score.cell(Threat::SupplyChain, component).unwrap().points;
    assert_eq!((points(Component::Application), points(Component::Model)), (50.0, 0.0));
}
