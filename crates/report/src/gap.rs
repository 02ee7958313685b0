//! What is not known about a system, in plain words, and the command of this version that finds out.

use palisade_base::{Component, Grade, Observed, Threat, system::System};

use crate::score::{Cell, ComponentScore, Gap};

/// A gap for every applicable cell that no attack has tested, worst first: the least evidence, then the weakest
/// component.
pub(crate) fn gaps(
    observed: &Observed,
    system: Option<&System>,
    cells: &[Cell],
    components: &[ComponentScore],
) -> Vec<Gap> {
    let mut open: Vec<&Cell> = cells.iter().filter(|cell| cell.applies() && cell.grade < Grade::E3).collect();
    let score = |cell: &Cell| components.iter().find(|c| c.component == cell.component).map_or(0.0, |c| c.score);
    open.sort_by(|a, b| a.grade.cmp(&b.grade).then(score(a).total_cmp(&score(b))));
    open.into_iter().map(|cell| gap(cell, observed, system)).collect()
}

fn gap(cell: &Cell, observed: &Observed, system: Option<&System>) -> Gap {
    let Cell { threat, component, grade, .. } = *cell;
    let question = QUESTIONS.iter().find(|question| (question.threat, question.component) == (threat, component));
    let (asked, read, attack) = question.map_or(("how exposed it is", true, None), |q| (q.asked, q.read, q.attack));
    let partial = observed.unscanned.iter().any(|unscanned| unscanned.component == Some(component));
    let (why, static_command) = match grade {
        Grade::E0 if read => undeclared(component, system),
        Grade::E0 => ("only an attack on the running system can show it".to_owned(), None),
        Grade::E1 if partial => ("part of what belongs to it could not be judged".to_owned(), None),
        Grade::E1 => ("a control is declared, and nothing shows it".to_owned(), None),
        _ => ("files were examined; only an attack can show the rest".to_owned(), None),
    };
    let command = static_command.or(attack);
    let by_attack = grade == Grade::E2 || grade == Grade::E0 && !read;
    let limit = if by_attack && command.is_none() { ", and this version cannot run one" } else { "" };
    let unknown = format!("it is not known {asked}: {why}{limit}");
    Gap { threat, component, unknown, command: command.map(str::to_owned) }
}

/// Why no rule has looked, and what makes one look.
fn undeclared(component: Component, system: Option<&System>) -> (String, Option<&'static str>) {
    let Some(system) = system else {
        let why = "nothing that shows it was found, and no `palisade.toml` says where to look";
        return (why.to_owned(), Some("palisade init"));
    };
    let (declared, noun, table) = match component {
        Component::Model => (!system.model.is_empty(), "model", "[[model]]"),
        Component::Application => (!system.application.is_empty(), "application", "[[application]]"),
        Component::Infrastructure => (!system.infrastructure.is_empty(), "infrastructure", "[[infrastructure]]"),
        Component::Data => (!system.data.is_empty(), "data set", "[[data]]"),
    };
    if declared {
        ("nothing that a rule of this version examines was found at the declared paths".to_owned(), None)
    } else {
        let why = format!("no {noun} is declared; add `{table}` to `palisade.toml`");
        (why, Some("palisade assess"))
    }
}

/// What is asked of one cell, and how it is answered.
struct Question {
    threat: Threat,
    component: Component,
    /// Completes "it is not known ...".
    asked: &'static str,
    /// Whether reading files can answer it, at least in part.
    read: bool,
    /// The command that answers it by an attack, once this version has one.
    attack: Option<&'static str>,
}

const fn read(threat: Threat, component: Component, asked: &'static str) -> Question {
    Question { threat, component, asked, read: true, attack: None }
}

const fn attacked(threat: Threat, component: Component, asked: &'static str) -> Question {
    Question { threat, component, asked, read: false, attack: None }
}

/// One row for each cell that can apply.
const QUESTIONS: &[Question] = {
    use Component::{Application, Data, Infrastructure, Model};
    use Threat::{Evasion, Extraction, Injection, Inversion, Poisoning, SupplyChain};
    &[
        attacked(Evasion, Model, "how often crafted inputs change what the models answer"),
        attacked(Evasion, Application, "whether the applications notice inputs that were crafted to deceive a model"),
        attacked(Poisoning, Model, "whether a hidden trigger changes what the models answer"),
        read(Poisoning, Application, "whether outsiders can write what a model later learns or retrieves"),
        read(Poisoning, Infrastructure, "whether outsiders can write to the stores that models learn or retrieve from"),
        read(Poisoning, Data, "whether the data sets carry altered labels or planted records"),
        attacked(Extraction, Model, "how closely a copy that is trained on the models' answers matches them"),
        read(Extraction, Application, "whether the applications limit how much anyone asks and what answers give away"),
        read(Extraction, Infrastructure, "whether model servers and weights can be reached without authentication"),
        attacked(Inversion, Model, "how much the models reveal about the records that they were trained on"),
        read(Inversion, Application, "whether the applications log or return more personal data than they need"),
        read(Inversion, Infrastructure, "whether stores of prompts, vectors and records can be read by outsiders"),
        read(Inversion, Data, "whether the data sets hold personal data or secrets that nobody declared"),
        read(Injection, Model, "how often instructions in untrusted text override those of the operator"),
        read(
            Injection,
            Application,
            "whether model output or retrieved text reaches code, shell, SQL or tools unchecked",
        ),
        read(Injection, Infrastructure, "whether tool servers and gateways take calls from anyone"),
        read(Injection, Data, "whether documents that a model reads hide instructions"),
        read(SupplyChain, Model, "whether the models run code when loaded and come from where they claim"),
        read(SupplyChain, Application, "whether loaders and packages of the applications run somebody else's code"),
        read(SupplyChain, Infrastructure, "whether images are pinned and containers run with the least privilege"),
        read(SupplyChain, Data, "whether the data sets come from where they claim, and under which licence"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scorecard, sample::system};

    fn gap_of(manifest: Option<&str>, threat: Threat, component: Component) -> Gap {
        let system = manifest.map(system);
        let score = Scorecard::of(&Observed::default(), system.as_ref(), &[]);
        let found = score.gaps.into_iter().find(|gap| (gap.threat, gap.component) == (threat, component));
        found.expect("a gap")
    }

    #[test]
    fn every_applicable_cell_has_one_question() {
        let score = Scorecard::of(&Observed::default(), None, &[]);
        for cell in &score.cells {
            let asked = QUESTIONS.iter().filter(|q| (q.threat, q.component) == (cell.threat, cell.component)).count();
            assert_eq!(asked, usize::from(cell.inapplicable.is_none()), "{} x {}", cell.threat, cell.component);
        }
    }

    #[test]
    fn an_undeclared_component_says_what_to_declare() {
        let gap = gap_of(Some(""), Threat::Poisoning, Component::Data);
        assert_eq!(
            gap.unknown,
            "it is not known whether the data sets carry altered labels or planted records: no data set is declared; \
             add `[[data]]` to `palisade.toml`"
        );
        assert_eq!(gap.command.as_deref(), Some("palisade assess"));
        let gap = gap_of(None, Threat::Poisoning, Component::Data);
        assert_eq!(gap.command.as_deref(), Some("palisade init"));
    }

    #[test]
    fn what_this_version_cannot_do_has_no_command() {
        let gap = gap_of(Some(""), Threat::Evasion, Component::Model);
        assert!(gap.unknown.ends_with("can show it, and this version cannot run one"), "{}", gap.unknown);
        assert_eq!(gap.command, None);
        let declared = gap_of(Some("[[data]]\nname='a'\npath='a.csv'"), Threat::Poisoning, Component::Data);
        assert_eq!(declared.command, None);
    }
}
