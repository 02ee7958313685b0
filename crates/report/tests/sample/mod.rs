//! A whole report on an imaginary help desk, made of public types: every kind of evidence, gaps, artifacts that could
//! not be judged, and cells of every sort.

mod findings;
mod rules;

use std::time::Duration;

use palisade_base::{
    Artifact, Autonomy, Component, Finding, Grade, LeftOut, LeftOutBy, Severity, Stats, Threat, Unscanned,
    system::About,
};
use palisade_report::{
    Accepted, Catalogue, Cell, ComponentScore, Gap, Report, Scorecard,
    render::{Format, Options, render},
};

/// A report as an HTML page.
pub(crate) fn page(report: &Report) -> String {
    let mut page = Vec::new();
    render(report, Format::Html, &Options::default(), &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The report.
pub(crate) fn report() -> Report {
    let findings = findings::all();
    Report {
        version: "0.1.0",
        made: Some("2026-03-02T09:30:00Z".parse().unwrap()),
        about: Some(About {
            name: "Help desk assistant".into(),
            purpose: Some(
                "Sorts incoming tickets, drafts answers from the knowledge base and books call-backs.".into(),
            ),
            owner: Some("Customer Platform, Ines Okafor".into()),
            autonomy: Some(Autonomy::Act),
        }),
        autonomy: Autonomy::Act,
        root: String::new(),
        score: scorecard(&findings),
        findings,
        accepted: Accepted { ignored: 3, baseline: 12, worst: Some(Severity::Medium) },
        unscanned: unscanned(),
        left_out: left_out(),
        files: Vec::new(),
        ruled: std::collections::BTreeMap::new(),
        manifest: Some("palisade.toml".into()),
        digests: Vec::new(),
        catalogue: Catalogue::shipped(),
        stats: Stats { files: 1284, judged: 317, bytes: 48_221_904, elapsed: Duration::from_millis(2140) },
    }
}

fn unscanned() -> Vec<Unscanned> {
    let make = |artifact, component, reason: &'static str| Unscanned { artifact, component, reason: reason.into() };
    vec![
        make(
            Artifact::file("models/legacy/embeddings.bin"),
            Some(Component::Model),
            "larger than the budget of 64 MiB, and its format cannot be read in parts",
        ),
        make(Artifact::entry("vendor/bundle.zip", "weights/part-2.7z"), Some(Component::Model), "encrypted archive"),
        make(
            Artifact::file("deploy/values.yaml.gotmpl"),
            Some(Component::Infrastructure),
            "not YAML: line 14 opens `{{` and does not close it",
        ),
        make(Artifact::file("data/2025/q3.parquet"), None, "permission denied"),
    ]
}

fn left_out() -> Vec<LeftOut> {
    let by = LeftOutBy::IgnoreFile(".gitignore".into());
    let examples = vec![Artifact::file("checkpoints/epoch-3.pt")];
    vec![
        LeftOut { by, files: 41, more: false, models: 1, examples },
        LeftOut { by: LeftOutBy::Git, files: 812, more: false, models: 0, examples: Vec::new() },
    ]
}

/// `I` does not apply, `0` to `4` are grades; one row a threat, one column a component.
const GRADES: [&str; 6] = ["3I00", "2222", "3230", "0I02", "434I", "4242"];

fn scorecard(findings: &[Finding]) -> Scorecard {
    let mut cells = Vec::new();
    let mut gaps = Vec::new();
    for (threat, row) in Threat::ALL.iter().zip(GRADES) {
        for (component, mark) in Component::ALL.iter().zip(row.chars()) {
            let mine: Vec<_> =
                findings.iter().filter(|f| f.component == *component && f.rule.threats.contains(threat)).collect();
            let grade = match mark {
                '1' => Grade::E1,
                '2' => Grade::E2,
                '3' => Grade::E3,
                '4' => Grade::E4,
                _ if mine.is_empty() => Grade::E0,
                _ => Grade::E2,
            };
            let worst = mine.iter().map(|finding| finding.severity).max();
            let cap = [0.0, 25.0, 80.0, 90.0, 100.0][grade as usize];
            let points = cap * [1.0, 0.98, 0.9, 0.8, 0.5, 0.0][worst.map_or(0, |worst| worst as usize + 1)];
            let inapplicable = (mark == 'I').then_some("no model of this system is asked through this part");
            if mark == '0' && grade == Grade::E0 {
                gaps.push(gap(*threat, *component));
            }
            cells.push(Cell {
                threat: *threat,
                component: *component,
                inapplicable,
                grade,
                worst,
                findings: mine.len(),
                points,
            });
        }
    }
    if let Some(cell) =
        cells.iter_mut().find(|cell| cell.threat == Threat::Poisoning && cell.component == Component::Infrastructure)
    {
        (cell.grade, cell.points) = (Grade::E1, 25.0);
    }
    let components: Vec<_> = Component::ALL.iter().map(|component| component_score(*component, &cells)).collect();
    let mean = components.iter().map(|c| c.score).sum::<f64>() / 4.0;
    let worst = components.iter().map(|c| c.score).fold(100.0, f64::min);
    Scorecard { total: mean.min(worst + 20.0), components, coverage: 0.7, cells, gaps }
}

fn component_score(component: Component, cells: &[Cell]) -> ComponentScore {
    let mine: Vec<_> = cells.iter().filter(|cell| cell.component == component && cell.inapplicable.is_none()).collect();
    let mean = |value: fn(&Cell) -> f64| {
        let (sum, count) = mine.iter().fold((0.0, 0.0), |(sum, count), cell| (sum + value(cell), count + 1.0));
        sum / count
    };
    let seen = mean(|cell| if cell.grade >= Grade::E2 { 1.0 } else { 0.0 });
    ComponentScore { component, score: mean(|cell| cell.points), coverage: seen }
}

fn gap(threat: Threat, component: Component) -> Gap {
    let command = match threat {
        Threat::Evasion => Some("palisade attack evasion models/tickets.onnx --data data/test.csv --seed 7"),
        Threat::Inversion => Some("palisade attack membership models/tickets.onnx --data data/test.csv"),
        _ => None,
    };
    Gap {
        threat,
        component,
        unknown: format!(
            "nobody has measured how {} works against the {}",
            threat.title().to_lowercase(),
            component.title().to_lowercase()
        ),
        command: command.map(str::to_owned),
    }
}
