//! Builds documents from parser events, and keeps account of what a walk over them could cost.

use std::{collections::HashMap, ops::Range};

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{
    offsets::Offsets,
    tags::{self, Tagged},
};
use crate::tree::{Document, Entry, Failure, Limits, Pair, Raw, Scalar, Style};

/// What a text is built into.
#[derive(Default)]
pub(super) struct Built {
    pub(super) documents: Vec<Document>,
    pub(super) broken: Option<Document>,
    pub(super) tags: Vec<Tagged>,
    pub(super) failure: Option<Failure>,
}

/// Reads documents until the end of `text`, a syntax error or a limit. If `shared`, an alias counts as one node, whatever is
/// below the node that it names.
pub(super) fn documents(text: &str, limits: Limits, shared: bool) -> Built {
    let offsets = Offsets::new(text);
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder { limits, shared, ..Builder::default() };
    let mut built = Built::default();
    while let Some(event) = parser.next_event() {
        let failure = match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((Event::DocumentStart(_), _)) => {
                builder.restart();
                continue;
            }
            Ok((Event::DocumentEnd, _)) => {
                built.documents.extend(builder.finish());
                continue;
            }
            Ok((event, span)) => {
                let range = bytes(&offsets, span);
                built.tags.extend(tags::of(&event, &range));
                builder.event(event, range).err()
            }
            Err(error) => {
                let at = offsets.byte(error.marker().index());
                Some(Failure::Syntax { at, what: error.info().to_owned() })
            }
        };
        if failure.is_some() {
            built.broken = builder.abandon();
            built.failure = failure;
            break;
        }
    }
    built
}

fn bytes(offsets: &Offsets<'_>, span: Span) -> Range<usize> {
    let start = offsets.byte(span.start.index());
    start..offsets.byte(span.end.index()).max(start)
}

#[derive(Default)]
struct Builder {
    limits: Limits,
    /// Whether what aliases share counts once.
    shared: bool,
    /// How many pairs `<<` has brought, if that is counted by itself.
    brought: usize,
    /// What a walk over all documents would visit so far.
    spent: usize,
    nodes: Vec<Raw>,
    /// What a walk below each node would visit.
    weights: Vec<usize>,
    root: Option<usize>,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
}

/// A collection whose end has not been seen.
struct Open {
    node: usize,
    anchor: usize,
    /// For a mapping: the key that waits for its value.
    key: Option<usize>,
}

impl Builder {
    fn restart(&mut self) {
        *self = Self { limits: self.limits, shared: self.shared, spent: self.spent, ..Self::default() };
    }

    fn finish(&mut self) -> Option<Document> {
        let root = self.root.take()?;
        Some(Document::new(std::mem::take(&mut self.nodes), root))
    }

    /// What there is of a document that breaks off: every collection ends here.
    fn abandon(&mut self) -> Option<Document> {
        while let Some(Open { node, anchor, .. }) = self.open.pop() {
            let end = self.nodes.last().map_or(0, |last| last.span.end);
            if let Some(raw) = self.nodes.get_mut(node) {
                raw.span.end = end.max(raw.span.end);
            }
            self.close(node, anchor);
        }
        self.finish()
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Failure> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain if tag.is_none_or(|tag| tag.suffix != "str") => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    _ => Style::Block,
                };
                let node = self.add(Entry::Scalar(Scalar { text: text.into_owned(), style }), span)?;
                self.close(node, anchor);
            }
            Event::SequenceStart(anchor, _) => self.push(Entry::Sequence(Vec::new()), anchor, span)?,
            Event::MappingStart(anchor, _) => self.push(Entry::Mapping(Vec::new()), anchor, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => {
                // An alias of a node that is still open (a cycle) or of another document stays opaque.
                let node = if let Some(target) = self.anchors.get(&anchor).copied() {
                    let below = self.weights.get(target).copied().unwrap_or(1);
                    self.spend(if self.shared { 1 } else { below })?;
                    target
                } else {
                    self.add(Entry::Opaque, span)?
                };
                self.attach(node);
            }
            _ => {}
        }
        Ok(())
    }

    fn spend(&mut self, count: usize) -> Result<(), Failure> {
        self.spent = self.spent.saturating_add(count);
        if self.spent > self.limits.nodes { Err(Failure::Nodes(self.limits.nodes)) } else { Ok(()) }
    }

    fn add(&mut self, entry: Entry, span: Range<usize>) -> Result<usize, Failure> {
        self.spend(1)?;
        self.nodes.push(Raw { entry, span });
        self.weights.push(1);
        Ok(self.nodes.len() - 1)
    }

    fn push(&mut self, entry: Entry, anchor: usize, span: Range<usize>) -> Result<(), Failure> {
        if self.open.len() >= self.limits.depth {
            return Err(Failure::Depth(self.limits.depth));
        }
        let node = self.add(entry, span)?;
        self.open.push(Open { node, anchor, key: None });
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Failure> {
        let Some(Open { node, anchor, .. }) = self.open.pop() else { return Ok(()) };
        self.merge(node)?;
        // A flow collection ends with its bracket; a block collection ends with its last child, not at the next token.
        let last = self.nodes.get(node).and_then(|raw| match &raw.entry {
            Entry::Sequence(items) => items.last().copied(),
            Entry::Mapping(entries) => entries.iter().rev().find(|entry| !entry.merged).map(|entry| entry.value),
            _ => None,
        });
        let start = self.nodes.get(node).map_or(0, |raw| raw.span.start);
        let last = last.and_then(|last| self.nodes.get(last)).map_or(start, |raw| raw.span.end);
        let end = if span.is_empty() { last } else { span.end };
        if let Some(raw) = self.nodes.get_mut(node) {
            raw.span.end = end.max(raw.span.end);
        }
        self.close(node, anchor);
        Ok(())
    }

    /// Makes a finished node known under its anchor and hands it to its parent.
    fn close(&mut self, node: usize, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
        self.attach(node);
    }

    fn attach(&mut self, node: usize) {
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        let weight = self.weights.get(node).copied().unwrap_or(1);
        if let Some(total) = self.weights.get_mut(parent.node) {
            *total = total.saturating_add(weight);
        }
        match self.nodes.get_mut(parent.node).map(|raw| &mut raw.entry) {
            Some(Entry::Sequence(items)) => items.push(node),
            Some(Entry::Mapping(entries)) => match parent.key.take() {
                None => parent.key = Some(node),
                Some(key) => entries.push(Pair { key, value: node, merged: false }),
            },
            _ => {}
        }
    }

    /// Copies the pairs that `<<` brings into a mapping behind its own, so that looking up needs to know nothing of it.
    fn merge(&mut self, node: usize) -> Result<(), Failure> {
        let Some(Entry::Mapping(entries)) = self.nodes.get(node).map(|raw| &raw.entry) else { return Ok(()) };
        let merged: Vec<usize> = entries
            .iter()
            .filter(|pair| self.is_merge_key(pair.key))
            .flat_map(|pair| self.sources(pair.value))
            .collect();
        for source in merged {
            let Some(Entry::Mapping(theirs)) = self.nodes.get(source).map(|raw| &raw.entry) else { continue };
            let brought: Vec<Pair> = theirs.iter().map(|pair| Pair { merged: true, ..*pair }).collect();
            let weight = self.weights.get(source).copied().unwrap_or(1);
            if self.shared {
                // What is not brought is walked where it stands.
                self.brought = self.brought.saturating_add(brought.len());
                if self.brought > self.limits.nodes {
                    return Ok(());
                }
            } else {
                self.spend(weight)?;
            }
            if let Some(total) = self.weights.get_mut(node) {
                *total = total.saturating_add(weight);
            }
            if let Some(Entry::Mapping(entries)) = self.nodes.get_mut(node).map(|raw| &mut raw.entry) {
                entries.extend(brought);
            }
        }
        Ok(())
    }

    fn is_merge_key(&self, key: usize) -> bool {
        matches!(self.nodes.get(key).map(|raw| &raw.entry), Some(Entry::Scalar(key)) if key.style == Style::Plain && key.text == "<<")
    }

    /// The mappings that a merge key's value names: one, or a list of them.
    fn sources(&self, value: usize) -> Vec<usize> {
        match self.nodes.get(value).map(|raw| &raw.entry) {
            Some(Entry::Mapping(_)) => vec![value],
            Some(Entry::Sequence(items)) => items.clone(),
            _ => Vec::new(),
        }
    }
}
