//! The file that a manifest is read from, and the small readings that compose and Kubernetes share.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    ops::Range,
};

use palisade_base::{Artifact, Component};
use palisade_formats::{
    dockerfile::Piece,
    tree::{Node, Value},
    variables::expand,
};

use crate::{
    Engine, Input,
    input::infrastructure::{CommandLine, ImageUse, Origin, Reference, Resources, Role, Setting, User, Workload},
};

/// A file, its text and the parts of it that a template engine writes.
pub(super) struct Source<'a> {
    pub(super) artifact: &'a Artifact,
    pub(super) text: &'a str,
    pub(super) templated: &'a [Range<usize>],
    /// How many workloads may still be judged: evidence costs time in proportion to the file.
    left: Cell<usize>,
    /// Where the settings stand that were judged.
    judged: RefCell<HashSet<Range<usize>>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(artifact: &'a Artifact, text: &'a str, templated: &'a [Range<usize>]) -> Self {
        Self { artifact, text, templated, left: Cell::new(MOST_WORKLOADS), judged: RefCell::default() }
    }

    /// Hands a workload to the engine.
    pub(super) fn judge(&self, mut workload: Workload<'_>, engine: &mut Engine) {
        match self.left.get() {
            0 => {
                let reason = format!("more than {MOST_WORKLOADS} workloads: the rest was not judged");
                engine.unscanned(self.artifact.clone(), Some(Component::Infrastructure), reason);
                return;
            }
            left => self.left.set(left - 1),
        }
        let mut judged = self.judged.borrow_mut();
        for setting in &mut workload.environment {
            setting.repeated = !judged.insert(setting.span().clone());
        }
        drop(judged);
        engine.judge(&Input::Workload(Box::new(workload)));
    }

    /// Whether workloads are still judged.
    pub(super) fn is_open(&self) -> bool {
        self.left.get() > 0
    }

    /// A workload of which only the name is known.
    pub(super) fn workload(&self, origin: Origin, name: Piece) -> Workload<'a> {
        Workload {
            artifact: self.artifact,
            text: self.text,
            origin,
            name: name.text,
            place: name.span,
            role: Role::Serves,
            partial: false,
            image: None,
            images: Vec::new(),
            command: CommandLine::default(),
            build: Vec::new(),
            environment: Vec::new(),
            hidden_environment: false,
            openings: Vec::new(),
            user: User::Unknown,
            privileges: Vec::new(),
            mounts: Vec::new(),
            copies: Vec::new(),
            resources: Resources::default(),
        }
    }

    pub(super) fn is_templated(&self, span: &Range<usize>) -> bool {
        self.templated.iter().any(|range| range.start < span.end && span.start < range.end)
    }

    /// The text of a scalar and where it stands, quotes left out where the rest is verbatim.
    pub(super) fn piece(&self, node: Node<'_>) -> Option<Piece> {
        let text = node.text()?;
        let span = node.span();
        let inner = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
        let verbatim = self.text.get(inner.clone()) == Some(text) && self.text.get(span.clone()) != Some(text);
        Some(Piece { text: text.to_owned(), span: if verbatim { inner } else { span } })
    }

    /// The words of a command: a list, or a line that is split as a shell would.
    pub(super) fn add_command(&self, line: &mut CommandLine, node: Node<'_>) {
        match node.value() {
            Value::Sequence => line.add_words(node.items().filter_map(|item| self.piece(item))),
            _ => self.piece(node).iter().for_each(|piece| line.add_script(piece)),
        }
    }

    /// An image with the defaults of its variables filled in.
    pub(super) fn image(&self, node: Node<'_>, built: bool) -> Option<ImageUse> {
        self.piece(node).filter(|piece| !piece.text.is_empty()).map(|written| image(written, built))
    }

    /// `NAME: value` pairs.
    pub(super) fn settings(&self, map: Node<'_>) -> Vec<Setting> {
        let pairs = map.entries().take(MOST).filter_map(|(name, value)| {
            let name = self.piece(name)?;
            match self.piece(value) {
                Some(piece) if !value.is_null() => Some(Setting::written(name, piece)),
                _ => Some(Setting::hidden(name)),
            }
        });
        pairs.collect()
    }
}

/// An image as written, with its parts.
pub(super) fn image(written: Piece, built: bool) -> ImageUse {
    let expanded = expand(&written.text, &|_| None);
    // An unknown tag still leaves the path known: `vllm/vllm-openai:${TAG}`.
    let known = if expanded.unknown { known_path(&expanded.text) } else { Some(expanded.text.as_str()) };
    ImageUse { reference: known.and_then(Reference::parse), settled: !expanded.unknown, written, built }
}

/// What stands before an unknown tag.
fn known_path(text: &str) -> Option<&str> {
    let (head, _) = text.split_once('$')?;
    let path = head.strip_suffix([':', '@'])?;
    path.contains(|c: char| c.is_ascii_alphanumeric()).then_some(path)
}

/// The most items that are read from one list.
pub(super) const MOST: usize = 10_000;

const MOST_WORKLOADS: usize = 500;
