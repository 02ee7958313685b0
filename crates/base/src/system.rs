//! The description of an AI system: the types behind `palisade.toml`. Reading the file, and saying what is wrong with
//! it, belongs to the command line.

use std::ops::Range;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;

use crate::{Autonomy, Component, Severity, Threat};

/// An AI system, as its owner declares it in `palisade.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "palisade.toml")]
pub struct System {
    /// What the system is and how far it acts by itself.
    pub system: About,
    /// Models: files, or endpoints that someone else runs.
    #[serde(default)]
    #[schemars(with = "Vec<Model>")]
    pub model: Vec<Spanned<Model>>,
    /// Applications: the code around the models.
    #[serde(default)]
    #[schemars(with = "Vec<Application>")]
    pub application: Vec<Spanned<Application>>,
    /// Infrastructure: deployment files.
    #[serde(default)]
    #[schemars(with = "Vec<Infrastructure>")]
    pub infrastructure: Vec<Spanned<Infrastructure>>,
    /// Data sets: for training, testing and retrieval.
    #[serde(default)]
    #[schemars(with = "Vec<Data>")]
    pub data: Vec<Spanned<Data>>,
    /// Safeguards that exist outside of the files: counted as declared, not as seen.
    #[serde(default)]
    pub control: Vec<Control>,
    /// How the assessment is run and judged.
    #[serde(default)]
    pub assess: Assess,
    /// Findings that the owner accepts, each with a reason and an end.
    #[serde(default)]
    #[schemars(with = "Vec<Ignore>")]
    pub ignore: Vec<Spanned<Ignore>>,
}

/// What the system is.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// Its name, as reports show it.
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub purpose: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// How much it does by itself. Left out, it counts as `act`: unknown is not safe.
    #[serde(default)]
    pub autonomy: Option<Autonomy>,
}

/// How far outsiders reach something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Only the operators.
    Private,
    /// Everyone inside the organisation.
    Internal,
    /// Anyone.
    Public,
}

/// What a model does; decides which threats apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Answers in free text.
    TextGeneration,
    /// Turns text, images or records into vectors.
    Embedding,
    /// Puts inputs into classes.
    Classification,
    /// Predicts a number.
    Regression,
    /// Ranks or recommends.
    Ranking,
    /// Anything else.
    Other,
}

/// How an endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// `OpenAI` chat completions and responses.
    Openai,
    /// Anthropic messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
    /// Open Inference Protocol, `KServe` V2.
    Oip,
    /// `TensorFlow` Serving and `KServe` V1.
    TfServing,
    /// Some other JSON over HTTP.
    Json,
}

/// A model: a file or folder (`path`), or an endpoint (`endpoint` and `protocol`).
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// A short name.
    pub name: String,
    /// File or folder, relative to `palisade.toml`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub path: Option<Spanned<String>>,
    /// URL of a running model.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// How the endpoint speaks.
    #[serde(default)]
    pub protocol: Option<Protocol>,
    /// What it does.
    #[serde(default)]
    pub task: Option<Task>,
    /// Names of the `[[data]]` it was trained on.
    #[serde(default)]
    pub trained_on: Vec<String>,
    /// Name of the `[[data]]` it is evaluated on.
    #[serde(default)]
    pub evaluation: Option<String>,
    /// Who can query it.
    #[serde(default)]
    pub exposure: Option<Exposure>,
}

/// An application: code that calls models.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Application {
    /// A short name.
    pub name: String,
    /// File or folder, relative to `palisade.toml`.
    #[schemars(with = "String")]
    pub path: Spanned<String>,
    /// Who can use it.
    #[serde(default)]
    pub exposure: Option<Exposure>,
}

/// Infrastructure: deployment files of one environment.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Infrastructure {
    /// A short name.
    pub name: String,
    /// File or folder, relative to `palisade.toml`.
    #[schemars(with = "String")]
    pub path: Spanned<String>,
}

/// What a data set is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A model learns from it.
    Train,
    /// A model is chosen by it.
    Validation,
    /// A model is judged by it.
    Test,
    /// A model reads it while it answers.
    Retrieval,
}

/// A data set.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    /// A short name.
    pub name: String,
    /// File or folder, relative to `palisade.toml`.
    #[schemars(with = "String")]
    pub path: Spanned<String>,
    /// What it is used for.
    #[serde(default)]
    pub role: Option<Role>,
    /// The column that holds the label.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it holds personal data.
    #[serde(default)]
    pub personal: Option<bool>,
    /// Its licence: an SPDX expression, or `proprietary`.
    #[serde(default)]
    pub licence: Option<String>,
    /// Where it came from.
    #[serde(default)]
    pub source: Option<String>,
}

/// A safeguard that the files do not show.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Control {
    /// The threat that it lowers.
    pub threat: Threat,
    /// The component that it protects.
    pub component: Component,
    /// What it is, in a sentence.
    pub what: String,
}

/// How the assessment is run and judged. The command line overrides each of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assess {
    /// The severity from which findings fail the run.
    #[serde(default)]
    pub fail_on: Option<Severity>,
    /// Show only the clauses of this framework.
    #[serde(default)]
    pub framework: Option<String>,
    /// Paths that are left out, as `.gitignore` patterns.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// A finding that the owner accepts.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ignore {
    /// The rule.
    pub rule: String,
    /// The path, as a `.gitignore` pattern.
    pub target: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is accepted, as `YYYY-MM-DD`.
    #[schemars(with = "String", extend("format" = "date"))]
    pub expires: Date,
}

impl System {
    /// The autonomy that counts: the declared one, or [`Autonomy::Act`], since unknown is not safe.
    pub fn autonomy(&self) -> Autonomy {
        self.system.autonomy.unwrap_or(Autonomy::Act)
    }

    /// The data set that `path` (relative to the manifest, `/` between the parts) belongs to: the longest declared path
    /// that is `path` or a folder above it.
    pub fn data_at(&self, path: &str) -> Option<&Data> {
        self.data
            .iter()
            .map(Spanned::get_ref)
            .filter(|data| is_under(path, data.path.get_ref()))
            .max_by_key(|data| data.path.get_ref().len())
    }

    /// The component that `path` (as in [`System::data_at`]) is declared to belong to: that of the longest declared path.
    pub fn component_at(&self, path: &str) -> Option<Component> {
        let declared = self.paths().into_iter().filter(|(_, declared, _)| is_under(path, declared));
        declared.max_by_key(|(_, declared, _)| declared.len()).map(|(component, ..)| component)
    }

    /// Every path that the manifest declares: the component, the path and where it stands in the file.
    pub fn paths(&self) -> Vec<(Component, &str, Range<usize>)> {
        let models = self.model.iter().filter_map(|model| model.get_ref().path.as_ref()).map(|p| (Component::Model, p));
        let applications = self.application.iter().map(|a| (Component::Application, &a.get_ref().path));
        let infrastructure = self.infrastructure.iter().map(|i| (Component::Infrastructure, &i.get_ref().path));
        let data = self.data.iter().map(|d| (Component::Data, &d.get_ref().path));
        models
            .chain(applications)
            .chain(infrastructure)
            .chain(data)
            .map(|(component, path)| (component, path.get_ref().as_str(), path.span()))
            .collect()
    }
}

fn is_under(path: &str, declared: &str) -> bool {
    let declared = declared.trim_start_matches("./").trim_end_matches('/');
    path.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || declared.is_empty()
        || declared == "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_declared_path_wins() {
        for (path, declared, expected) in [
            ("data/train.csv", "data", true),
            ("data/train.csv", "./data/train.csv", true),
            ("data2/train.csv", "data", false),
            ("anything", ".", true),
            ("data", "data/", true),
        ] {
            assert_eq!(is_under(path, declared), expected, "{path} under {declared}");
        }
    }

    #[test]
    fn undeclared_autonomy_counts_as_act() {
        assert_eq!(System::default().autonomy(), Autonomy::Act);
    }
}
