//! Parsed inputs: what checks judge. One file may hold several.

pub(crate) mod application;
pub(crate) mod data;
pub(crate) mod infrastructure;
pub(crate) mod model;

use palisade_base::Artifact;

/// A parsed input. Each check names the kinds that it examines.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// Any text file, as it stands.
    Text(Text<'a>),
    /// A table that may be a data set.
    Table(data::TableFile<'a>),
    /// A document in a declared data set.
    Document(Text<'a>),
    /// The manifest of the system.
    Manifest(data::Manifest<'a>),
    /// Python code.
    Code(Box<application::Code<'a>>),
    /// A configuration file that gives tools to a model or an agent.
    Tools(application::Tools<'a>),
    /// A pickle, wherever it lies.
    Pickle(model::Pickle<'a>),
    /// A file with weights.
    Weights(model::Weights<'a>),
    /// What a model file's name says against what its bytes are.
    Shape(model::Shape<'a>),
    /// A template of a model's conversation.
    Template(model::Template<'a>),
    /// An ONNX model.
    Graph(model::Graph<'a>),
    /// What loading or running a model does besides computing.
    Effects(model::Effects<'a>),
    /// Text that a model file carries beside its weights.
    Metadata(model::Metadata<'a>),
    /// The index of a model in several files.
    Shards(model::Shards<'a>),
    /// The numbers of a model or an array.
    Numbers(model::Numbers<'a>),
    /// A container as a compose file, a Kubernetes manifest or a Dockerfile describes it.
    Workload(Box<infrastructure::Workload<'a>>),
    /// What a Kubernetes `Secret` or `ConfigMap` stores.
    Settings(infrastructure::Settings<'a>),
}

impl Input<'_> {
    /// Whether judging it shows something of the system. A secret may stand in any text, but a README is no application,
    /// and the manifest says what should be there: no score is earned by having read them.
    pub(crate) fn is_evidence(&self) -> bool {
        match self {
            Self::Text(text) => text.is_program(),
            Self::Manifest(_) => false,
            _ => true,
        }
    }
}

/// Any text file, as it stands.
#[derive(Debug)]
pub struct Text<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its content.
    pub text: &'a str,
}

impl Text<'_> {
    /// Whether it is code, or settings that code reads: what applications are made of.
    pub(crate) fn is_program(&self) -> bool {
        let path = self.artifact.path();
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        name.starts_with(".env") || PROGRAMS.contains(&extension) || self.text.starts_with("#!")
    }
}

/// Extensions of code, notebooks and environment files.
const PROGRAMS: &[&str] = &[
    "py", "pyw", "ipynb", "js", "mjs", "cjs", "jsx", "ts", "tsx", "go", "rs", "java", "kt", "scala", "rb", "php", "cs",
    "c", "cc", "cpp", "h", "hpp", "swift", "r", "jl", "sh", "bash", "ps1", "sql", "lua", "pl", "ex", "env",
];
