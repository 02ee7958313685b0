//! `palisade explain`: the page of a rule, a detector, a framework or a clause.

use std::fmt::Write;

use palisade_base::Meta;
use palisade_report::{Catalogue, Cited};

use crate::{
    Exit,
    args::ExplainArguments,
    output::{self, Failure},
    registry::topics,
};

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    let catalogue = Catalogue::shipped();
    let page = match &arguments.name {
        None => list(&catalogue),
        Some(name) => explain(name, &catalogue).ok_or_else(|| unknown(name, &catalogue))?,
    };
    output::print(page.as_bytes())?;
    Ok(Exit::Clean)
}

fn list(catalogue: &Catalogue) -> String {
    let mut page = String::new();
    let bold = anstyle::Style::new().bold();
    let topics = topics();
    let width = topics.iter().map(|topic| topic.meta.name.len()).max().unwrap_or_default();
    for component in palisade_base::Component::ALL {
        let _ = writeln!(page, "{bold}{}{bold:#}", component.title());
        for topic in topics.iter().filter(|topic| topic.is_rule && topic.meta.component() == *component) {
            let _ = writeln!(page, "  {:width$}  {:8}  {}", topic.meta.name, topic.meta.severity, topic.meta.summary);
        }
    }
    let _ = writeln!(page, "{bold}Text detectors{bold:#}");
    for topic in topics.iter().filter(|topic| !topic.is_rule) {
        let _ = writeln!(page, "  {:width$}  {:8}  {}", topic.meta.name, "", topic.meta.summary);
    }
    let _ = writeln!(page, "{bold}Frameworks{bold:#}");
    for framework in catalogue.frameworks() {
        let _ = writeln!(page, "  {:width$}  {:8}  {}", framework.name, "", framework.title);
    }
    page
}

fn explain(name: &str, catalogue: &Catalogue) -> Option<String> {
    if let Some(topic) = topics().into_iter().find(|topic| topic.meta.name == name) {
        return Some(rule_page(topic.meta, catalogue));
    }
    if let Ok(one) = catalogue.clone().only(name) {
        return Some(one.frameworks().iter().map(framework_page).collect());
    }
    let cited: Vec<Cited<'_>> = catalogue
        .frameworks()
        .iter()
        .flat_map(|framework| framework.clauses.iter().map(move |clause| Cited { framework, clause }))
        .filter(|cited| is_called(cited, name))
        .collect();
    (!cited.is_empty()).then(|| cited.iter().map(clause_page).collect::<Vec<_>>().join("\n"))
}

/// `LLM01`, `LLM01:2025` and `owasp-llm-2025/LLM01` all name a clause.
fn is_called(cited: &Cited<'_>, name: &str) -> bool {
    let bare = cited.clause.id.split(':').next().unwrap_or_default();
    [cited.clause.id.as_str(), bare, &cited.id()].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The page of one rule or detector as Markdown.
pub(crate) fn rule_page(meta: &Meta, catalogue: &Catalogue) -> String {
    let words = |words: Vec<&str>| words.join(", ");
    let mut page = format!("# {}\n\n{}\n\n", meta.name, meta.summary);
    let _ = writeln!(page, "| | |\n|---|---|");
    let _ = writeln!(page, "| severity | {} |", meta.severity);
    let _ = writeln!(page, "| components | {} |", words(meta.components.iter().map(|c| c.word()).collect()));
    let _ = writeln!(page, "| threats | {} |", words(meta.threats.iter().map(|t| t.word()).collect()));
    let _ = writeln!(page, "| lifecycle stages | {} |", words(meta.stages.iter().map(|s| s.word()).collect()));
    let _ = writeln!(page, "| since | {} |\n", meta.since);
    page.push_str(meta.docs().trim());
    page.push('\n');
    let cited = catalogue.clauses(meta);
    if !cited.is_empty() {
        let _ = writeln!(page, "\n## Clauses\n\nThe mapping to frameworks is our judgement, not a certification.\n");
        for cited in cited {
            let _ = writeln!(page, "- `{}` {}", cited.id(), cited.clause.title);
        }
    }
    page
}

fn framework_page(framework: &palisade_report::Framework) -> String {
    let mut page =
        format!("# {}\n\nEdition {}. The wording and the mapping are ours.\n\n", framework.title, framework.edition);
    for clause in &framework.clauses {
        let rules = if clause.rules.is_empty() { String::new() } else { format!(": {}", clause.rules.join(", ")) };
        let _ = writeln!(page, "- `{}` {}{rules}", clause.id, clause.title);
    }
    page
}

fn clause_page(cited: &Cited<'_>) -> String {
    let mut page = format!(
        "# {}\n\n{} ({}, edition {})\n\n",
        cited.id(),
        cited.clause.title,
        cited.framework.title,
        cited.framework.edition
    );
    let threats: Vec<_> = cited.clause.threats.iter().map(|threat| threat.word()).collect();
    let stages: Vec<_> = cited.clause.stages.iter().map(|stage| stage.word()).collect();
    for (title, words) in [
        ("Threats", threats.join(", ")),
        ("Lifecycle stages", stages.join(", ")),
        ("Rules", cited.clause.rules.join(", ")),
    ] {
        if !words.is_empty() {
            let _ = writeln!(page, "{title}: {words}");
        }
    }
    page
}

fn unknown(name: &str, catalogue: &Catalogue) -> Failure {
    let mut names: Vec<&str> = topics().iter().map(|topic| topic.meta.name).collect();
    names.extend(catalogue.frameworks().iter().map(|framework| framework.name.as_str()));
    let near = crate::config::nearest(name, &names).map(|near| format!("did you mean `{near}`?"));
    let failure = Failure::usage(format!("nothing is called `{name}`"));
    let failure = near.map_or(failure, |near| Failure::usage(format!("nothing is called `{name}`")).hint(near));
    failure.hint("`palisade explain --list` names everything")
}
