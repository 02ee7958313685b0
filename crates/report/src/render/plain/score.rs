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
    write!(out, "{:THREAT$}", "Points")?;
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

/// What was seen in one cell, in words: a table of codes and numbers is read wrongly.
fn words(cell: &Cell) -> String {
    match (cell.inapplicable, cell.worst, cell.grade) {
        (Some(_), ..) => "-".to_owned(),
        (None, Some(severity), _) => format!("{severity} found"),
        (None, None, Grade::E0) => "? unknown".to_owned(),
        (None, None, Grade::E1) => "declared only".to_owned(),
        (None, None, Grade::E2) => "nothing found".to_owned(),
        (None, None, Grade::E3) => "held in a test".to_owned(),
        (None, None, Grade::E4) => "held, signed".to_owned(),
    }
}

fn short_words(cell: &Cell) -> String {
    let word = match (cell.inapplicable, cell.worst, cell.grade) {
        (Some(_), ..) => "-",
        (None, Some(Severity::Critical), _) => "crit",
        (None, Some(Severity::Medium), _) => "med",
        (None, Some(severity), _) => severity.word(),
        (None, None, Grade::E0) => "?",
        (None, None, Grade::E1) => "decl",
        (None, None, _) => "none",
    };
    word.to_owned()
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
    legend: "each cell: the worst that was found; unknown = nobody looked, and no points; - = does not apply",
};

const NARROW: Layout = Layout {
    column: 5,
    cell: short_words,
    title: short,
    legend: "each cell: the worst that was found\n? nobody looked, decl only declared, - does not apply",
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
        Evasion       declared only    ? unknown        -                -
        Poisoning     ? unknown        ? unknown        ? unknown        high found
        Extraction    ? unknown        high found       ? unknown        -
        Inversion     ? unknown        high found       ? unknown        ? unknown
        Injection     ? unknown        high found       ? unknown        high found
        Supply chain  critical found   ? unknown        low found        ? unknown
        Points          2               10                9               10
        Evidence on     0 %             50 %             20 %             50 %
        each cell: the worst that was found; unknown = nobody looked, and no points; - = does not apply

        Total 8 of 100, evidence on 6 of 21 cells that apply; autonomy: assist
        ");
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(card(50), @"
        Scorecard: Helpdesk
                      Model  App    Infra  Data
        Evasion       decl   ?      -      -
        Poisoning     ?      ?      ?      high
        Extraction    ?      high   ?      -
        Inversion     ?      high   ?      ?
        Injection     ?      high   ?      high
        Supply chain  crit   ?      low    ?
        Points          2     10      9     10
        Evidence on     0 %   50 %   20 %   50 %
        each cell: the worst that was found
        ? nobody looked, decl only declared, - does not apply

        Total 8 of 100, evidence on 6 of 21 cells that apply; autonomy: assist
        ");
    }
}
