//! A verdict on each of a few files: what it is, why, what to do. Nobody who asks about one file wants a table of cells.

use std::io;

use anstyle::{AnsiColor, Effects, Style};

use super::{line, severity_style, wrapped};
use crate::{
    Report,
    render::{Options, number::size},
    verdict::{Level, Verdict, verdicts},
};

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    for verdict in verdicts(report) {
        one(&verdict, options, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn one(verdict: &Verdict<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let (bold, style) = (Style::new().effects(Effects::BOLD), style(verdict.level));
    let word = match verdict.level {
        Level::Unscanned => "NOT JUDGED".to_owned(),
        level => level.word().to_uppercase(),
    };
    let head = format!("{}: {word}, {}", line(verdict.path), verdict.level.meaning());
    // Styles have no width, so that the line is folded without them.
    let mut shown = Vec::new();
    wrapped(&mut shown, "", &head, options.width)?;
    let shown =
        String::from_utf8_lossy(&shown).replacen(&format!(": {word},"), &format!(": {style}{word}{style:#},"), 1);
    write!(out, "{}", shown.replacen(&line(verdict.path), &format!("{bold}{}{bold:#}", line(verdict.path)), 1))?;
    let what = verdict.what.map(|(what, bytes)| format!("{what}, {}", size(bytes)));
    let facts = [
        ("what it is    ", what.unwrap_or_else(|| "unknown".to_owned())),
        (
            if verdict.level.is_good() { "worth a look " } else { "why           " },
            verdict.why.iter().map(|why| line(why)).collect::<Vec<_>>().join("; "),
        ),
        ("what to do    ", line(&verdict.advice)),
    ];
    for (name, text) in facts.iter().filter(|(_, text)| !text.is_empty() && text != "nothing") {
        wrapped(out, &format!("  {name}"), text, options.width)?;
    }
    Ok(())
}

fn style(level: Level) -> Style {
    match (level.severity(), level) {
        (Some(severity), _) => severity_style(severity),
        (None, level) if level.is_good() => AnsiColor::Green.on_default().effects(Effects::BOLD),
        (None, _) => AnsiColor::Magenta.on_default().effects(Effects::BOLD),
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Described};

    use super::*;
    use crate::{render::plain::unstyled, sample};

    #[test]
    fn each_file_has_its_verdict() {
        let mut report = sample::report();
        let file = |path: &str, title: &'static str| Described {
            artifact: Artifact::file(path),
            title: title.into(),
            bytes: 1536,
        };
        report.accepted = crate::Accepted::default();
        report.files = vec![
            file("helpdesk/models/legacy.pkl", "a pickle"),
            file("helpdesk/models/tickets.onnx", "an ONNX model"),
            file("helpdesk/models/ok.safetensors", "safetensors"),
        ];
        let mut out = Vec::new();
        write(&report, &Options { width: 80, ..Options::default() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\u{1b}["), "a word has its colour");
        insta::assert_snapshot!(unstyled(&text), @r"
        helpdesk/models/legacy.pkl: BLOCK, do not use it
          what it is    a pickle, 1.5 KiB
          why           loading this file calls `posix.system` (critical)
          what to do    convert the weights to safetensors, and load nothing else

        helpdesk/models/tickets.onnx: REVIEW, look at it before you use it
          what it is    an ONNX model, 1.5 KiB
          why           nothing shows who made these weights (medium)
          what to do    decide whether you trust whoever supplied it

        helpdesk/lo\x1b[1mop: NOT JUDGED, unknown is not safe
          what it is    unknown
          why           a symbolic link that leads back to itself
          what to do    see that it can be read, and scan it again

        helpdesk/models/huge.bin: NOT JUDGED, unknown is not safe
          what it is    unknown
          why           larger than the budget of 64 MiB
          what to do    see that it can be read, and scan it again

        helpdesk/models/ok.safetensors: CLEAN, nothing that speaks against using it was
        found
          what it is    safetensors, 1.5 KiB
        ");
    }
}
