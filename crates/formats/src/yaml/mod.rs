//! YAML 1.2 (and therefore JSON) as a tree of nodes with byte spans, built from the events of `saphyr-parser`.
//!
//! Aliases point to the node that they name instead of copying it, and what a full walk over the tree could visit is
//! bounded, so that a document of nested aliases costs nothing. Broken files give the documents before the break.

mod build;
mod offsets;
mod tags;
mod template;

use std::ops::Range;

pub use tags::Tagged;

use crate::tree::{Document, Failure, Limits};

/// The documents of one file.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that were read whole, in order.
    pub documents: Vec<Document>,
    /// Why reading stopped before the end, if it did.
    pub failure: Option<Failure>,
    /// What was read of the document that the break lies in.
    pub broken: Option<Document>,
    /// The tags of nodes, in order, those before the break included.
    pub tags: Vec<Tagged>,
    /// Where a template engine (`{{ ... }}` of Helm, Go or Jinja) writes when the file is rendered. These ranges were
    /// read as blanks or as `$(...)`, a reference whose value is unknown.
    pub templated: Vec<Range<usize>>,
}

impl Stream {
    /// Whether a template engine writes anything inside `span`.
    pub fn is_templated(&self, span: &Range<usize>) -> bool {
        self.templated.iter().any(|range| range.start < span.end && span.start < range.end)
    }
}

/// Reads every document of `text`. Offsets in the result are bytes of `text`.
pub fn parse(text: &str, limits: Limits) -> Stream {
    if text.len() > limits.bytes {
        return Stream { failure: Some(Failure::Bytes(limits.bytes)), ..Stream::default() };
    }
    let (blanked, templated) = template::blank(text);
    Stream { templated, ..build::documents(&blanked, limits, false).into() }
}

/// As [`parse`], for files that no template engine renders: braces in strings are part of them.
pub fn parse_verbatim(text: &str, limits: Limits) -> Stream {
    read(text, limits, false)
}

/// As [`parse_verbatim`], for readers that look at each node once, as [`crate::tree::Node::walk`] does: an alias counts as
/// one node, so that a bomb of aliases hides nothing that stands behind it. `<<` brings nothing once it has brought too much.
pub fn parse_shared(text: &str, limits: Limits) -> Stream {
    read(text, limits, true)
}

fn read(text: &str, limits: Limits, shared: bool) -> Stream {
    if text.len() > limits.bytes {
        return Stream { failure: Some(Failure::Bytes(limits.bytes)), ..Stream::default() };
    }
    build::documents(text, limits, shared).into()
}

impl From<build::Built> for Stream {
    fn from(built: build::Built) -> Self {
        let build::Built { documents, broken, tags, failure } = built;
        Self { documents, failure, broken, tags, templated: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
