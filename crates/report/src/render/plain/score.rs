//! The scorecard as a table of six threats by four components, for wide and for narrow terminals.

use std::io;

use anstyle::{AnsiColor, Effects, Style};
use palisade_base::{Component, Grade, Severity, Threat};

use super::{heading, line, severity_style};
use crate::{Cell, Report, Scorecard, render::Options, score::evidenced};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let name = report.about.as_ref().map(|about| format!(": {}", line(&about.name))).unwrap_or_default();
    heading(out, &format!("Scorecard{name}"))?;
    let layout = if options.width >= WIDE.width() { &WIDE } else { &NARROW };
    table(&report.score, layout, out)?;
    writeln!(out, "{}\n", layout.legend)?;
    total(report, out)
}

struct Layout {
    column: usize,
    cell: fn(&Cell) -> String,
    title: fn(Component) -> &'static str,
    legend: &'static str,
}

impl Layout {
    const fn width(&self) -> usize {
        THREAT + 4 * (self.column + 2)
    }
}

fn table(score: &Scorecard, layout: &Layout, out: &mut dyn io::Write) -> io::Result<()> {
    let column = layout.column;
    write!(out, "{:THREAT$}", "")?;
    for component in Component::ALL {
        field(out, *component, column, Style::new(), (layout.title)(*component))?;
    }
    writeln!(out)?;
    for threat in Threat::ALL {
        write!(out, "{:THREAT$}", threat.title())?;
        for component in Component::ALL {
            let Some(cell) = score.cell(*threat, *component) else { continue };
            field(out, *component, column, style(cell), &(layout.cell)(cell))?;
        }
        writeln!(out)?;
    }
    write!(out, "{:THREAT$}", "Score")?;
    for of in &score.components {
        field(out, of.component, column, Style::new().effects(Effects::BOLD), &format!("{:>3.0}", of.score))?;
    }
    write!(out, "\n{:THREAT$}", "Evidence on")?;
    for of in &score.components {
        field(out, of.component, column, Style::new(), &format!("{:>3.0} %", of.coverage * 100.0))?;
    }
    writeln!(out)
}

/// One field of a row; the last one is not padded, so that no line ends in blanks.
fn field(out: &mut dyn io::Write, of: Component, column: usize, style: Style, text: &str) -> io::Result<()> {
    let last = Component::ALL.last() == Some(&of);
    let pad = if last { 0 } else { column.saturating_sub(text.len()) };
    write!(out, "  {style}{text}{style:#}{:pad$}", "")
}

fn total(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let score = &report.score;
    let bold = Style::new().effects(Effects::BOLD);
    write!(out, "{bold}Total {:.0} of 100{bold:#}", score.total)?;
    let mean = score.components.iter().map(|component| component.score).sum::<f64>() / 4.0;
    let worst = score.components.iter().min_by(|a, b| a.score.total_cmp(&b.score));
    if let Some(worst) = worst.filter(|_| mean > score.total) {
        let title = worst.component.title().to_lowercase();
        write!(out, " (the mean is {mean:.0}; no more than {:.0} above {title}, the weakest)", Scorecard::CAP)?;
    }
    let (seen, applicable) = evidenced(score.cells.iter());
    writeln!(out, ", evidence on {seen} of {applicable} cells that apply; autonomy: {}\n", report.autonomy)
}

fn words(cell: &Cell) -> String {
    let Cell { inapplicable, grade, worst, points, .. } = cell;
    if inapplicable.is_some() {
        return "-".to_owned();
    }
    let word = match (worst, grade) {
        (Some(severity), _) => severity.word(),
        (None, Grade::E0) => return "E0   ? unknown".to_owned(),
        (None, Grade::E1) => "declared",
        (None, Grade::E2) => "seen",
        (None, Grade::E3) => "tested",
        (None, Grade::E4) => "replayable",
    };
    format!("{grade:?} {points:>3.0} {word}")
}

fn symbols(cell: &Cell) -> String {
    let Cell { inapplicable, grade, worst, points, .. } = cell;
    match (inapplicable, worst, grade) {
        (Some(_), _, _) => "-".to_owned(),
        (None, Some(severity), _) => {
            let letter = severity.word().chars().next().unwrap_or('?').to_ascii_uppercase();
            format!("{points:>3.0} {letter}")
        }
        (None, None, Grade::E0) => "  ?".to_owned(),
        (None, None, _) => format!("{points:>3.0}"),
    }
}

const fn short(component: Component) -> &'static str {
    match component {
        Component::Model => "Model",
        Component::Application => "App",
        Component::Infrastructure => "Infra",
        Component::Data => "Data",
    }
}

fn style(cell: &Cell) -> Style {
    match (cell.inapplicable, cell.worst, cell.grade) {
        (Some(_), _, _) => Style::new().effects(Effects::DIMMED),
        (None, Some(severity), _) if severity > Severity::Info => severity_style(severity),
        (None, _, Grade::E0 | Grade::E1) => AnsiColor::Magenta.on_default(),
        (None, _, _) => AnsiColor::Green.on_default(),
    }
}

const THREAT: usize = 12;

const WIDE: Layout = Layout {
    column: 15,
    cell: words,
    title: Component::title,
    legend: "evidence E0 none, E1 declared, E2 seen, E3 tested, E4 replayable; points of 100; the worst finding",
};

const NARROW: Layout = Layout {
    column: 5,
    cell: symbols,
    title: short,
    legend: "points of 100; ? unknown, - does not apply\nworst finding: C critical, H high, M medium, L low, I info",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{render::plain::unstyled, sample};

    fn card(width: usize) -> String {
        let mut out = Vec::new();
        write(&sample::report(), &Options { width, ..Options::default() }, &mut out).unwrap();
        unstyled(&String::from_utf8(out).unwrap())
    }

    #[test]
    fn wide() {
        insta::assert_snapshot!(card(100), @"
        Scorecard: Helpdesk
                      Models           Applications     Infrastructure   Data
        Evasion       E1  10 declared  E0   ? unknown   -                -
        Poisoning     E0   ? unknown   E0   ? unknown   E0   ? unknown   E2  20 high
        Extraction    E0   ? unknown   E2  20 high      E0   ? unknown   -
        Inversion     E0   ? unknown   E2  20 high      E0   ? unknown   E0   ? unknown
        Injection     E0   ? unknown   E2  20 high      E0   ? unknown   E2  20 high
        Supply chain  E1   0 critical  E0   ? unknown   E2  45 low       E0   ? unknown
        Score           2               10                9               10
        Evidence on     0 %             50 %             20 %             50 %
        evidence E0 none, E1 declared, E2 seen, E3 tested, E4 replayable; points of 100; the worst finding

        Total 8 of 100, evidence on 6 of 21 cells that apply; autonomy: assist
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(card(50), @"
        Scorecard: Helpdesk
                      Model  App    Infra  Data
        Evasion        10      ?    -      -
        Poisoning       ?      ?      ?     20 H
        Extraction      ?     20 H    ?    -
        Inversion       ?     20 H    ?      ?
        Injection       ?     20 H    ?     20 H
        Supply chain    0 C    ?     45 L    ?
        Score           2     10      9     10
        Evidence on     0 %   50 %   20 %   50 %
        points of 100; ? unknown, - does not apply
        worst finding: C critical, H high, M medium, L low, I info

        Total 8 of 100, evidence on 6 of 21 cells that apply; autonomy: assist
        ");
    }
}
