//! `palisade inspect`: judges text, explains why, and cleans it.

mod json;
mod lines;
mod redaction;
mod report;
mod sources;
mod surrogates;
mod words;

use std::time::Instant;

use palisade_text::{Explained, Inspector, Judgement, Leak, Options, Verdict};
use serde_json::Value;

use super::{
    roots::Roots,
    verdict::{Inputs, conclude, prepare},
};
use crate::{
    Exit,
    args::{FormatChoice, InspectArguments},
    output::{self, Failure},
};
use sources::Source;

pub(crate) fn run(arguments: &InspectArguments) -> Result<Exit, Failure> {
    let inspector = Inspector::new(options(arguments)?);
    if arguments.jsonl {
        if let Some(input) = arguments.inputs.first() {
            return Err(Failure::usage("`--jsonl` reads stdin").hint(format!("palisade inspect --jsonl < {input}")));
        }
        return lines::run(&inspector, arguments.origin);
    }
    let baseline = arguments.report.baseline.is_some() || arguments.report.write_baseline.is_some();
    if baseline && (arguments.report.format == FormatChoice::Json || !arguments.redact.is_empty()) {
        return Err(Failure::usage("a baseline does not go with `--format json` and `--redact`")
            .hint("it accepts findings of reports: plain, sarif, github, markdown and html"));
    }
    let sources = sources::read(&arguments.inputs)?;
    if arguments.restore {
        return redaction::restore(arguments, &sources);
    }
    let redaction = redaction::Redaction::of(arguments)?;
    let prepared = prepare(&arguments.report, None)?;
    let started = Instant::now();
    let judge = |source: Source| {
        let judgement = inspector.inspect(&source.text, arguments.origin);
        (source, judgement)
    };
    let judged: Vec<_> = sources.into_iter().filter(|source| !source.text.is_empty()).map(judge).collect();
    if judged.is_empty() {
        output::note("there is no text in the input");
        return Ok(Exit::Nothing);
    }
    let limit = arguments.report.fail_on;
    if let Some(redaction) = redaction {
        let clean = |(source, judgement): &(Source, Judgement)| redaction.redact(source, &judgement.findings);
        let texts: Vec<String> = judged.iter().map(clean).collect::<Result<_, _>>()?;
        // The way back is kept before the way there is shown.
        redaction.close()?;
        write(arguments, texts.concat().as_bytes())?;
        if judged.iter().any(|(_, judgement)| judgement.verdict == Verdict::Block) {
            output::warn("values were taken out, and what is left should not go on: `palisade inspect` says why");
        }
        if judged.iter().any(|(_, judgement)| !judgement.complete) {
            output::warn("not all of it could be judged: it is disguised in more ways than are undone");
        }
        return Ok(report::exit(&judged, limit));
    }
    if arguments.report.format == FormatChoice::Json {
        as_json(&inspector, arguments, &judged)?;
        return Ok(report::exit(&judged, limit));
    }
    if arguments.report.format == FormatChoice::Plain && arguments.report.output.is_none() {
        for (source, judgement) in &judged {
            let mut said = words::score(source, arguments.origin, judgement);
            if let Some(explained) = explained(&inspector, arguments, source) {
                said.push_str(&words::parts(&source.text, &explained));
            }
            output::print(said.as_bytes())?;
        }
    }
    let observed = report::observed(&judged, arguments.origin, started.elapsed());
    let inputs = Inputs { observed, manifest: None, roots: Roots::default(), whole: false, options: &arguments.report };
    conclude(inputs, prepared)
}

/// The parts of the score, where they are asked for.
fn explained(inspector: &Inspector, arguments: &InspectArguments, source: &Source) -> Option<Explained> {
    arguments.explain.then(|| inspector.explain(&source.text, arguments.origin)).flatten()
}

/// Every text as JSON.
#[derive(serde::Serialize)]
struct Document<'a> {
    version: u32,
    texts: Vec<json::Judged<'a>>,
}

fn as_json(inspector: &Inspector, arguments: &InspectArguments, judged: &[(Source, Judgement)]) -> Result<(), Failure> {
    let names: Vec<Value> = judged.iter().map(|(source, _)| Value::from(source.name.as_str())).collect();
    let texts: Vec<json::Judged<'_>> = judged
        .iter()
        .zip(&names)
        .map(|((source, judgement), name)| {
            let explained = explained(inspector, arguments, source);
            json::Judged::new(name, &source.text, judgement).from(arguments.origin).explained(&source.text, explained)
        })
        .collect();
    let mut document = serde_json::to_string_pretty(&Document { version: 1, texts })
        .map_err(|error| Failure::tool(format!("the report cannot be made: {error}")))?;
    document.push('\n');
    write(arguments, document.as_bytes())
}

/// Writes to where `--output` says.
fn write(arguments: &InspectArguments, bytes: &[u8]) -> Result<(), Failure> {
    match arguments.report.output.as_ref().filter(|path| path.as_os_str() != "-") {
        Some(path) => output::write_file(path, bytes),
        None => output::print(bytes),
    }
}

fn options(arguments: &InspectArguments) -> Result<Options, Failure> {
    let mut options = Options { threshold: arguments.threshold, ..Options::default() };
    let protects = !(arguments.protect.is_empty() && arguments.canary.is_empty());
    if protects {
        options.leak = Some(leak(arguments)?);
    }
    if arguments.detectors.is_empty() {
        return Ok(options);
    }
    let known: Vec<&str> = palisade_text::descriptions().iter().map(|meta| meta.name).collect();
    if let Some(unknown) = arguments.detectors.iter().find(|name| !known.contains(&name.as_str())) {
        let near =
            known.iter().max_by(|a, b| strsim::jaro_winkler(a, unknown).total_cmp(&strsim::jaro_winkler(b, unknown)));
        let meant = near.filter(|near| strsim::jaro_winkler(near, unknown) > 0.8);
        let failure = Failure::usage(format!("there is no detector `{unknown}`"));
        let failure = meant.map(|near| format!("did you mean `{near}`?")).into_iter().fold(failure, Failure::hint);
        return Err(failure.hint(format!("detectors: {}", known.join(", "))));
    }
    if arguments.detectors.iter().any(|name| name == "leak") && !protects {
        return Err(Failure::usage("`leak` has nothing to look for")
            .hint("`--protect FILE` names a text that must not come out, `--canary TOKEN` a token"));
    }
    let wanted = |name: &str| arguments.detectors.iter().any(|wanted| wanted == name);
    options.injection = wanted("injection");
    options.leak = options.leak.filter(|_| wanted("leak"));
    options.detectors = palisade_text::all()
        .iter()
        .chain(palisade_text::argument_detectors())
        .filter(|detector| wanted(detector.meta().name))
        .copied()
        .collect();
    Ok(options)
}

fn leak(arguments: &InspectArguments) -> Result<Leak, Failure> {
    if let Some(short) = arguments.canary.iter().find(|canary| canary.len() < Leak::SHORTEST) {
        return Err(Failure::usage(format!("the canary `{short}` is too short"))
            .hint(format!("a canary has at least {} characters that stand nowhere else", Leak::SHORTEST)));
    }
    let texts: Vec<Source> = arguments.protect.iter().map(|path| sources::file(path)).collect::<Result<_, _>>()?;
    Ok(Leak::new(texts.iter().map(|source| source.text.as_str()), arguments.canary.iter().map(String::as_str)))
}
