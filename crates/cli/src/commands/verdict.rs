//! From what a run saw to the report and the exit code: ignores, baseline, score, rendering, verdict.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path, time::Duration};

use ignore::overrides::OverrideBuilder;
use jiff::{Timestamp, Zoned};
use palisade_base::{Artifact, FEW, Finding, LeftOutBy, Observed, Severity, Unscanned, system::System};
use palisade_report::{
    Accepted, Baseline, Catalogue, Ignores, Level, Report, Scorecard,
    render::{self, Format},
};

use super::roots::Roots;
use crate::{
    Exit,
    args::{FormatChoice, ReportArguments, WalkArguments},
    config::Manifest,
    output::{self, Failure},
    paths,
};

/// What a run produced and what it was asked for.
pub(crate) struct Inputs<'a> {
    /// What was seen.
    pub(crate) observed: Observed,
    /// The manifest, if there is one.
    pub(crate) manifest: Option<&'a Manifest>,
    /// What was walked.
    pub(crate) roots: Roots,
    /// Whether the whole project was walked.
    pub(crate) whole: bool,
    /// What was asked for.
    pub(crate) options: &'a ReportArguments,
    /// What stands before a plain report.
    pub(crate) before: String,
    /// The verdicts of whoever judged the files, by path, if there is one: otherwise the worst finding decides.
    pub(crate) ruled: BTreeMap<String, Level>,
}

/// Settles what does not depend on the files, before a long scan: the format's inputs can be read, names are known.
pub(crate) struct Prepared {
    catalogue: Catalogue,
    /// Whether somebody asked on the command line for the clauses of a framework.
    clauses: bool,
    baseline: Option<Baseline>,
}

/// Reads the baseline and finds the framework.
pub(crate) fn prepare(
    options: &ReportArguments,
    framework: Option<&str>,
    system: Option<&System>,
) -> Result<Prepared, Failure> {
    let chosen = framework.or(system.and_then(|system| system.assess.framework.as_deref()));
    let catalogue = match chosen {
        Some(name) => Catalogue::shipped().only(name).map_err(|error| Failure::usage(error.to_string()))?,
        // Which clauses a finding bears on is shown by these formats only if somebody asks for a framework.
        None if matches!(options.format, FormatChoice::Plain | FormatChoice::Github) => Catalogue::default(),
        None => Catalogue::shipped(),
    };
    let baseline = match &options.baseline {
        Some(path) => {
            let shown = path.display();
            let text = fs::read_to_string(path).map_err(|error| {
                let failure =
                    Failure::usage(format!("cannot read the baseline `{shown}`: {}", palisade_base::reason(&error)));
                let missing = error.kind() == ErrorKind::NotFound;
                if missing { failure.hint(format!("`--write-baseline {shown}` makes one")) } else { failure }
            })?;
            Some(Baseline::parse(&text).map_err(|error| Failure::usage(format!("`{shown}`: {error}")))?)
        }
        None => None,
    };
    Ok(Prepared { catalogue, clauses: framework.is_some(), baseline })
}

/// The options of the walker, with the patterns of the manifest and the command line checked.
pub(crate) fn options(arguments: &WalkArguments, system: Option<&System>) -> Result<palisade_scan::Options, Failure> {
    let declared = system.map(|system| system.assess.exclude.as_slice()).unwrap_or_default();
    for pattern in declared.iter().chain(&arguments.exclude) {
        OverrideBuilder::new(".")
            .add(pattern)
            .map_err(|error| Failure::usage(format!("`{pattern}` is not a .gitignore pattern: {error}")))?;
    }
    Ok(palisade_scan::Options {
        max_bytes: arguments.max_size,
        max_unpacked: arguments.max_unpacked,
        max_time: (arguments.max_time > 0).then(|| Duration::from_secs(arguments.max_time.into())),
        full: arguments.full,
        tensors: palisade_scan::Tensors::Samples,
        honour_ignores: !arguments.no_ignore,
        follow_links: arguments.follow,
        exclude: arguments.exclude.clone(),
        declared_exclude: declared.to_vec(),
        threads: arguments.threads.into(),
    })
}

/// Applies ignores and baseline, scores, renders, and says how the run ended.
pub(crate) fn conclude(inputs: Inputs<'_>, prepared: Prepared) -> Result<Exit, Failure> {
    let Inputs { mut observed, manifest, roots, whole, options, before, ruled } = inputs;
    // Of nothing there is nothing to report.
    if let (true, Some(missing)) = (roots.found.is_empty() && !whole, roots.missing.first()) {
        return Err(nothing_there(missing));
    }
    for path in &roots.missing {
        output::warn(&format!("`{}` does not exist", path.display()));
        let artifact = Artifact::file(paths::shown(path));
        observed.unscanned.push(Unscanned { artifact, component: None, reason: "does not exist".into() });
    }
    observed.sort();
    // A few files get a verdict each. A folder that declares itself a system gets a score.
    let few = observed.stats.files > 0 && observed.stats.files <= FEW as u64;
    let of_files = !whole && few && roots.found.iter().all(|root| root.disk.is_file() || manifest.is_none());
    let system = manifest.map(|manifest| &manifest.system);
    let findings = std::mem::take(&mut observed.findings);
    let (mut findings, silenced) = without_ignored(findings, manifest, &roots.project, whole);
    warn_of_silence(manifest, &silenced, whole);
    show_outer_ignore_files(&mut observed);
    for (text, remedy) in palisade_report::models_left_out(&observed.left_out) {
        output::warn(&text);
        output::hint(remedy);
    }
    findings.sort_by(|a, b| (&a.target, a.rule.name, &a.message).cmp(&(&b.target, b.rule.name, &b.message)));
    // A baseline hides what is known, it does not mend it: the score counts it.
    let score = Scorecard::of(&observed, system, &findings);
    let (findings, known) = without_known(findings, &prepared, &roots.project, options)?;
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        made: (!options.reproducible).then(Timestamp::now),
        about: system.map(|system| system.system.clone()),
        autonomy: system.map(System::autonomy).unwrap_or_default(),
        root: roots.project,
        score,
        findings,
        accepted: Accepted { baseline: known, ..silenced },
        unscanned: observed.unscanned,
        left_out: observed.left_out,
        files: if of_files { observed.described } else { Vec::new() },
        ruled,
        manifest: manifest.map(|manifest| manifest.shown.clone()),
        digests: observed.digests,
        catalogue: prepared.catalogue,
        stats: observed.stats,
    };
    write(&report, options, prepared.clauses, before)?;
    let limit = options.fail_on.or(system.and_then(|system| system.assess.fail_on)).unwrap_or(Severity::High);
    Ok(exit(&report, limit, !roots.missing.is_empty()))
}

fn nothing_there(path: &Path) -> Failure {
    let failure = Failure::usage(format!("`{}` does not exist", path.display()));
    if path.as_os_str() == "-" { failure.hint("standard input is not read: give a file or a folder") } else { failure }
}

fn without_ignored(
    findings: Vec<Finding>,
    manifest: Option<&Manifest>,
    root: &str,
    whole: bool,
) -> (Vec<Finding>, Accepted) {
    let Some(manifest) = manifest else { return (findings, Accepted::default()) };
    let artifact = Artifact::file(manifest.shown.as_str());
    let today = Zoned::now().date();
    let ignores = Ignores { system: &manifest.system, manifest: &artifact, text: &manifest.text, root, today, whole };
    let applied = ignores.apply(findings);
    let silenced = Accepted { ignored: applied.ignored, worst: applied.worst, baseline: 0 };
    (applied.kept.into_iter().chain(applied.raised).collect(), silenced)
}

/// An owner who assesses a project knows what it accepts. Who scans something may not: its manifest came with it.
fn warn_of_silence(manifest: Option<&Manifest>, silenced: &Accepted, whole: bool) {
    let (Some(manifest), Some(worst), false) = (manifest, silenced.worst, whole) else { return };
    let count = silenced.ignored;
    let noun = if count == 1 { "finding" } else { "findings" };
    output::warn(&format!("`{}` silences {count} {noun}, the worst {worst}", manifest.shown));
    output::hint("`--no-manifest` shows them");
}

/// Ignore files above what is scanned are known by where they lie; people read paths from where they are.
fn show_outer_ignore_files(observed: &mut Observed) {
    for left_out in &mut observed.left_out {
        if let LeftOutBy::IgnoreFile(path) = &mut left_out.by
            && Path::new(&**path).is_absolute()
        {
            *path = paths::shown(Path::new(&**path)).into();
        }
    }
}

fn without_known(
    findings: Vec<Finding>,
    prepared: &Prepared,
    root: &str,
    options: &ReportArguments,
) -> Result<(Vec<Finding>, usize), Failure> {
    if let Some(path) = &options.write_baseline {
        output::write_file(path, Baseline::of(&findings, root).to_json().as_bytes())?;
        output::note(&format!("wrote {} findings to {}", findings.len(), path.display()));
        let known = findings.len();
        return Ok((Vec::new(), known));
    }
    Ok(match &prepared.baseline {
        Some(baseline) => baseline.apply(findings, root),
        None => (findings, 0),
    })
}

fn write(report: &Report, options: &ReportArguments, clauses: bool, before: String) -> Result<(), Failure> {
    let format = match options.format {
        FormatChoice::Plain => Format::Plain,
        FormatChoice::Json => Format::Json,
        FormatChoice::Sarif => Format::Sarif,
        FormatChoice::Github => Format::Github,
        FormatChoice::Markdown => Format::Markdown,
        FormatChoice::Html => Format::Html,
    };
    let file = options.output.as_ref().filter(|path| path.as_os_str() != "-");
    let look = render::Options { width: output::width(), unicode: file.is_none() && output::is_terminal(), clauses };
    let mut rendered = if format == Format::Plain { before.into_bytes() } else { Vec::new() };
    render::render(report, format, &look, &mut rendered)
        .map_err(|error| Failure::tool(format!("the report cannot be made: {error}")))?;
    match file {
        Some(path) => output::write_file(path, &anstream::adapter::strip_bytes(&rendered).into_vec()),
        None => output::print(&rendered),
    }
}

/// What counts first: findings, then wrong usage, then what stayed unknown, then nothing at all.
fn exit(report: &Report, limit: Severity, wrong_usage: bool) -> Exit {
    if report.findings.iter().any(|finding| finding.severity >= limit) {
        Exit::Findings
    } else if wrong_usage {
        Exit::Usage
    } else if !report.unscanned.is_empty() {
        Exit::Failed
    } else if report.stats.judged == 0 {
        Exit::Nothing
    } else {
        Exit::Clean
    }
}
