//! What is said of each text before its findings: verdict and score, and with `--explain` the parts of the score.

use std::fmt::Write;

use anstyle::AnsiColor;
use palisade_base::Origin;
use palisade_report::render::visible;
use palisade_text::{Explained, Judgement, Opinion, Verdict};

use super::{Second, report::author, sources::Source};

/// The score in one line; `scored` if the classifier has run. Without it nobody knows, and a score would look like a pass.
pub(super) fn score(
    source: &Source,
    origin: Origin,
    judgement: &Judgement,
    scored: bool,
    second: Option<&Second>,
) -> String {
    let colour = match judgement.verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Edit | Verdict::Review => AnsiColor::Yellow,
        Verdict::Block => AnsiColor::Red,
    };
    let style = if scored { colour.on_default().bold() } else { AnsiColor::Magenta.on_default().bold() };
    let (name, author) = (visible(&source.name), author(origin));
    let score = if scored { format!("injection score {}", shown(judgement.score)) } else { UNKNOWN.to_owned() };
    let mut said = format!("{style}{score}{style:#} of {name}, read as text from {author}\n");
    match second {
        None => {}
        Some(Ok(Opinion { score, label, windows, .. })) => {
            let label = visible(label);
            let of = if *windows == 1 { "one window".to_owned() } else { format!("the worst of {windows} windows") };
            let _ = writeln!(said, "your classifier says {score:.2} (`{label}`) in {of}");
        }
        Some(Err(error)) => {
            let _ = writeln!(said, "your classifier failed on it: {}", visible(error));
        }
    }
    said.push('\n');
    said
}

/// The parts of a score, the weightiest first, and what the others sum to.
pub(super) fn parts(source: &Source, explained: &Explained) -> String {
    let (mut out, text) = (String::new(), &source.text);
    let Explained { score, logit, bias, window, parts, .. } = explained;
    let through = match explained.revealed_by.as_slice() {
        [] => String::new(),
        steps => format!(", read through {}", steps.join(", ")),
    };
    let count = parts.len();
    let _ =
        writeln!(out, "score {} = {logit:+.2} on the scale where parts add up (0 is a score of 0.50)", shown(*score));
    let _ = writeln!(
        out,
        "bytes {} to {} were judged{through}; {count} parts and the bias sum to it:\n",
        source.read_at(window.start),
        source.read_at(window.end)
    );
    let (shown, others) = parts.split_at(count.min(MOST));
    for part in shown {
        let bar = bar(part.weight);
        let words = text.get(part.range.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = visible(&words).chars().take(WORDS).collect();
        let _ = writeln!(out, "  {:+6.2} {bar:<10} {:<32} {words}", part.weight, visible(&part.feature));
    }
    if !others.is_empty() {
        let rest: f32 = others.iter().map(|part| part.weight).sum();
        let _ = writeln!(out, "  {rest:+6.2} {:<10} {} smaller parts", bar(rest), others.len());
    }
    let _ = writeln!(out, "  {bias:+6.2} {:<10} every text", bar(*bias));
    out.push('\n');
    out
}

/// A score in two digits. It never reaches 1, and is not shown as if it did.
fn shown(score: f32) -> String {
    if (0.995..1.0).contains(&score) { "over 0.99".to_owned() } else { format!("{score:.2}") }
}

/// Ten steps of a third: enough to see which part matters.
fn bar(weight: f32) -> String {
    let sign = if weight < 0.0 { "-" } else { "+" };
    let steps =
        [0.1, 0.33, 0.66, 1.0, 1.33, 1.66, 2.0, 2.5, 3.0, 4.0].iter().filter(|step| weight.abs() >= **step).count();
    sign.repeat(steps)
}

const UNKNOWN: &str = "injection not judged";
/// So many parts are shown one by one.
const MOST: usize = 15;
/// So many characters of the words of a part are shown.
const WORDS: usize = 48;
