//! Every format in which a report can be written, one file each.

mod github;
mod html;
mod json;
mod markdown;
mod number;
mod order;
mod plain;
mod position;
mod sarif;
mod visible;

use std::io::{self, Write as _};

use crate::Report;

pub use json::schema;
pub use visible::line as visible;

/// A format in which a report can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal: code frames, and the scorecard as a table.
    Plain,
    /// For scripts: one object, `palisade.report/v1`.
    Json,
    /// For code scanning services: SARIF 2.1.0.
    Sarif,
    /// For the log of a GitHub workflow: annotations.
    Github,
    /// For a comment on a pull request.
    Markdown,
    /// For people: one self-contained page without script, font or network.
    Html,
}

/// How the plain format looks.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the terminal.
    pub width: usize,
    /// Draw frames with box characters; otherwise with ASCII only.
    pub unicode: bool,
    /// Name the framework clauses below each finding.
    pub clauses: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 100, unicode: false, clauses: false }
    }
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Plain, Self::Json, Self::Sarif, Self::Github, Self::Markdown, Self::Html];

    /// Its spelling on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// Writes `report` to `out`. The plain format is styled with ANSI escapes, which the caller strips where nobody can see
/// them; no other format has any.
pub fn render(report: &Report, format: Format, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    match format {
        Format::Plain => plain::write(report, options, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
        Format::Github => github::write(report, &mut out)?,
        Format::Markdown => markdown::write(report, &mut out)?,
        Format::Html => out.write_all(html::page(report).as_bytes())?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The report in one format.
    pub(crate) fn rendered(report: &Report, format: Format) -> String {
        let mut out = Vec::new();
        render(report, format, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_format_lets_terminal_escapes_through() {
        let report = sample::report();
        for format in Format::ALL.iter().filter(|format| **format != Format::Html) {
            let text = rendered(&report, *format);
            let text = if *format == Format::Plain { plain::unstyled(&text) } else { text };
            let bad = text.chars().find(|c| visible::is_hidden(*c) && *c != '\n');
            assert_eq!(bad, None, "{}", format.word());
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        for format in Format::ALL {
            let mut disk = [0; 16];
            let result = render(&sample::report(), *format, &Options::default(), &mut &mut disk[..]);
            assert!(result.is_err(), "{}", format.word());
        }
    }

    #[test]
    fn words_are_distinct() {
        let words: std::collections::BTreeSet<_> = Format::ALL.iter().map(|format| format.word()).collect();
        assert_eq!(words.len(), Format::ALL.len());
    }
}
