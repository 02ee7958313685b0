//! Opens files of settings, loose or in an archive: JSON, YAML, and what is written as assignments. One pass over the words
//! decides whether a file is parsed, and one parse serves every reader of it.

mod assigned;
mod encoding;
mod words;

use palisade_formats::{
    json,
    tree::{Document, Failure, Limits},
    yaml::{self, Tagged},
};

use super::{config, hydra, keras, part::Part, template};
use crate::{
    Engine, Input,
    input::model::{Does, Effects, keep_worst, target::Trust},
};
use encoding::{Text, decoded};
use words::{Word, Words};

/// How a file of settings is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reads {
    /// Who wrote it.
    pub(super) trust: Trust,
    /// Whether it may be the configuration of a Keras model; not if it was read as one already.
    pub(super) keras: bool,
}

/// Settings that lie in a project.
pub(super) const PROJECT: Reads = Reads { trust: Trust::Project, keras: true };

/// What settings are.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whether they are those of a model.
    pub(super) is_model: bool,
    /// Whether they make a loader do more than compute.
    pub(super) acts: bool,
    /// The Python that they name, relative to their folder: `layers/attention.py`.
    pub(super) modules: Vec<String>,
}

/// Whether a name is one of settings.
pub(super) fn is_settings(name: &str) -> bool {
    Kind::of(name).is_some()
}

/// Opens settings, if the name is one of settings and the words in it say something to a loader.
pub(super) fn open(part: &Part<'_>, reads: Reads, engine: &mut Engine) -> Seen {
    let Some(kind) = Kind::of(&part.name) else { return Seen::default() };
    let Some(text) = decoded(part.bytes) else { return Seen::default() };
    let words = Words::of(&text.text);
    if text.cut && (kind.wants(&part.name, words) || Words::of(&crate::file::as_text(part.bytes)).any(NAMING)) {
        part.unscanned(engine, "a zero ends its text, and what follows is not read");
    }
    if !kind.wants(&part.name, words) && reads.trust == Trust::Project {
        return Seen::default();
    }
    // Offsets of text in another encoding mean nothing in the file.
    let bytes = if text.recoded { text.text.as_bytes() } else { part.bytes };
    let part = Part { name: part.name.clone(), bytes, ..*part };
    match kind {
        Kind::Assignments => assigned::open(&part, &text.text, engine),
        Kind::Json | Kind::Yaml => read(&part, kind, &text, words, reads, engine),
    }
}

fn read(part: &Part<'_>, kind: Kind, text: &Text<'_>, words: Words, reads: Reads, engine: &mut Engine) -> Seen {
    let parsed = if kind == Kind::Json { in_json(&text.text) } else { in_yaml(&text.text) };
    if let Some(failure) = &parsed.failure
        && (reads.trust == Trust::Archive
            || !matches!(failure, Failure::Syntax { .. })
            || words.any(NAMING)
            || words.has(Word::Chat) && words.has(Word::Mark))
    {
        part.unscanned(engine, format!("its settings cannot be read: {failure}"));
    }
    let (mut effects, mut modules) = (Vec::new(), Vec::new());
    hydra::tags(&parsed.tags, &mut effects);
    for document in &parsed.documents {
        hydra::targets(document.root(), reads.trust, &mut effects);
        if kind == Kind::Yaml && words.has(Word::Backbone) {
            hydra::layers(document.root(), &mut effects);
        }
        if kind == Kind::Json {
            config::classes(part, document.root(), &mut effects, &mut modules);
        }
    }
    keep_worst(&mut effects, MOST);
    let acts = effects.iter().any(|effect| effect.does > Does::Known);
    let names_code = kind == Kind::Json && words.any(REPOSITORY);
    let mut seen = Seen { is_model: names_code || !effects.is_empty(), acts, modules };
    if seen.is_model || reads.trust == Trust::Archive {
        let (artifact, bytes, title) = (part.artifact, part.bytes, "the settings of a model");
        engine.judge(&Input::Effects(Effects { artifact, bytes, title, effects }));
    }
    for document in &parsed.documents {
        if reads.keras && words.has(Word::ClassName) {
            let found = keras::document(part, document, engine);
            seen.is_model |= found.is_some();
            seen.acts |= found == Some(true);
        }
        if words.has(Word::Template) && words.has(Word::Mark) {
            template::document(part, &text.text, document.root(), engine);
        }
    }
    seen
}

/// What was read of a file, the part before an error included.
#[derive(Default)]
struct Parsed {
    documents: Vec<Document>,
    tags: Vec<Tagged>,
    failure: Option<Failure>,
}

fn in_json(text: &str) -> Parsed {
    let limits = Limits { bytes: 64 << 20, nodes: 4 << 20, depth: 200 };
    let (document, failure) = json::parse_partial(text, limits);
    Parsed { documents: document.into_iter().collect(), tags: Vec::new(), failure }
}

/// Loaders read YAML as it stands. What cannot be read so may be a template that is rendered first.
fn in_yaml(text: &str) -> Parsed {
    let limits = Limits { bytes: 16 << 20, nodes: 1 << 20, depth: 100 };
    let stream = yaml::parse_shared(text, limits);
    let mut parsed = Parsed { documents: stream.documents, tags: stream.tags, failure: stream.failure };
    parsed.documents.extend(stream.broken);
    if matches!(parsed.failure, Some(Failure::Syntax { .. })) {
        let rendered = yaml::parse(text, limits);
        if !rendered.templated.is_empty() {
            parsed.documents.extend(rendered.documents);
            parsed.documents.extend(rendered.broken);
            parsed.tags.extend(rendered.tags);
            parsed.failure = rendered.failure;
        }
    }
    parsed
}

/// How settings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Yaml,
    Assignments,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name.rsplit_once('.')?.1 {
            "json" | "json5" | "jsonc" => Self::Json,
            "yaml" | "yml" => Self::Yaml,
            "toml" | "ini" | "cfg" | "conf" | "hocon" | "properties" => Self::Assignments,
            _ => return None,
        })
    }

    /// Whether settings of this name with these words are worth parsing.
    fn wants(self, name: &str, words: Words) -> bool {
        let steps = words.has(Word::Type) && (config::lists_steps(name) || words.has(Word::Structure));
        let pair = |one, other| words.has(one) && words.has(other);
        let named = words.any(&[Word::Target, Word::ClassPath]);
        let both = named
            || words.any(&[Word::Factory, Word::Resolver])
            || pair(Word::PlainTarget, Word::Parameters)
            || pair(Word::ClassName, Word::Config)
            || pair(Word::Template, Word::Mark);
        match self {
            Self::Json => both || steps || words.any(REPOSITORY) || words.any(LOADED),
            Self::Yaml => both || words.any(&[Word::Tag, Word::HyperTag]) || pair(Word::Python, Word::Backbone),
            Self::Assignments => named || words.has(Word::Arguments),
        }
    }
}

/// Words that nothing but the settings of a loader has.
const NAMING: &[Word] = &[Word::Target, Word::Tag, Word::AutoMap, Word::Sentence];
/// Words of a repository that brings code along.
const REPOSITORY: &[Word] = &[Word::AutoMap, Word::Sentence, Word::PipelineClass];
/// Other words that a loader of a repository obeys.
const LOADED: &[Word] = &[Word::Activation, Word::Kernel, Word::RemoteCode];
/// The most effects of one file that are judged.
const MOST: usize = 500;
