//! What a manifest must satisfy beyond its types: names are unique, references lead somewhere, a model is a file or an
//! endpoint. Everything wrong is reported at once.

use std::{collections::BTreeSet, ops::Range};

use palisade_base::system::{Model, System};

use super::Problem;

pub(super) fn problems(system: &System, rules: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    unique(&mut problems, "model", system.model.iter().map(|m| (m.get_ref().name.as_str(), m.span())));
    unique(&mut problems, "application", system.application.iter().map(|a| (a.get_ref().name.as_str(), a.span())));
    unique(
        &mut problems,
        "infrastructure",
        system.infrastructure.iter().map(|i| (i.get_ref().name.as_str(), i.span())),
    );
    unique(&mut problems, "data", system.data.iter().map(|d| (d.get_ref().name.as_str(), d.span())));
    let data: Vec<&str> = system.data.iter().map(|data| data.get_ref().name.as_str()).collect();
    for model in &system.model {
        problems.extend(model_problems(model.get_ref(), &model.span(), &data));
    }
    for (_, path, span) in system.paths() {
        if path.starts_with('/') || path.contains('\\') || path.contains(':') {
            let problem = Problem::new(format!("`{path}` is not a path relative to this file"), span);
            problems.push(problem.hint("write it relative to the folder of palisade.toml, with `/` between the parts"));
        }
    }
    for ignore in &system.ignore {
        let (span, ignore) = (ignore.span(), ignore.get_ref());
        if !rules.contains(&ignore.rule.as_str()) {
            let problem = Problem::new(format!("no rule is called `{}`", ignore.rule), span.clone());
            let near = super::problem::nearest(&ignore.rule, rules);
            let problem = near.map_or(problem.clone(), |near| problem.hint(format!("did you mean `{near}`?")));
            problems.push(problem.hint("`palisade explain --list` names every rule"));
        }
        if ignore.reason.trim().is_empty() {
            problems.push(Problem::new("an accepted finding needs a reason", span).hint("say why it is accepted"));
        }
    }
    problems.sort_by_key(|problem| problem.span.start);
    problems
}

fn model_problems(model: &Model, span: &Range<usize>, data: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = &model.name;
    match (&model.path, &model.endpoint) {
        (None, None) => {
            let problem = Problem::new(format!("the model `{name}` has neither `path` nor `endpoint`"), span.clone());
            problems.push(problem.hint("give the file it is in, or the URL it answers at"));
        }
        (Some(_), Some(_)) => {
            let problem = Problem::new(format!("the model `{name}` has both `path` and `endpoint`"), span.clone());
            problems.push(problem.hint("describe the file and the endpoint as two models"));
        }
        (None, Some(_)) if model.protocol.is_none() => {
            let problem = Problem::new(format!("the endpoint of the model `{name}` has no `protocol`"), span.clone());
            problems.push(problem.hint(
                "add `protocol = \"openai\"`, `\"anthropic\"`, `\"gemini\"`, `\"oip\"`, `\"tf-serving\"` or `\"json\"`",
            ));
        }
        _ => {}
    }
    for wanted in model.trained_on.iter().chain(&model.evaluation) {
        if !data.contains(&wanted.as_str()) {
            let problem = Problem::new(
                format!("the model `{name}` refers to the data set `{wanted}`, which is not declared"),
                span.clone(),
            );
            problems.push(problem.suggest(wanted, data, "the declared data sets are"));
        }
    }
    problems
}

fn unique<'a>(problems: &mut Vec<Problem>, table: &str, names: impl Iterator<Item = (&'a str, Range<usize>)>) {
    let mut seen = BTreeSet::new();
    for (name, span) in names {
        if !seen.insert(name) {
            problems.push(Problem::new(format!("two `[[{table}]]` are called `{name}`"), span));
        }
    }
}
