//! YAML 1.2 (and therefore JSON) as a tree of nodes with byte spans, built from the events of `saphyr-parser`.
//!
//! Aliases point to the node that they name instead of copying it, and what a full walk over the tree could visit is
//! bounded, so that a document of nested aliases costs nothing. Broken files give the documents before the break.

mod build;
mod offsets;
mod tags;
mod template;

use std::ops::Range;

pub use tags::{Tagged, tags};

use crate::tree::{Document, Failure, Limits};

/// The documents of one file.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that were read whole, in order.
    pub documents: Vec<Document>,
    /// Why reading stopped before the end, if it did.
    pub failure: Option<Failure>,
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
    let (documents, failure) = build::documents(&blanked, limits);
    Stream { documents, failure, templated }
}

/// As [`parse`], for files that no template engine renders: braces in strings are part of them.
pub fn parse_verbatim(text: &str, limits: Limits) -> Stream {
    if text.len() > limits.bytes {
        return Stream { failure: Some(Failure::Bytes(limits.bytes)), ..Stream::default() };
    }
    let (documents, failure) = build::documents(text, limits);
    Stream { documents, failure, templated: Vec::new() }
}

#[cfg(test)]
mod tests;
