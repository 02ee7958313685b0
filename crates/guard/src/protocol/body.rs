//! New strings in the place of others in a JSON body, and why a body is refused.

use std::ops::Range;

use crate::json::JsonError;

/// Why a body cannot be judged; it is never passed on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is no JSON that can be read in one way only.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It has not the shape that the protocol has.
    #[error("{0} expected")]
    Shape(&'static str),
    /// An event or an element of a stream does not end.
    #[error("an event of a stream has more than {0} bytes")]
    LongEvent(usize),
    /// Something between the elements of a stream.
    #[error("a stream that is no list")]
    Framing,
}

/// New texts for places of a body.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    edits: Vec<(Range<usize>, String)>,
}

impl Edits {
    /// Writes a JSON string with this text where another value stands.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        self.edits.push((range, serde_json::Value::from(text).to_string()));
    }

    /// Writes this JSON where another value stands.
    pub fn replace_source(&mut self, range: Range<usize>, source: String) {
        self.edits.push((range, source));
    }

    /// Whether nothing changes.
    pub const fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The body with the edits. Of places that overlap the first one counts, and of two with one start the longer.
    pub fn apply(mut self, body: &[u8]) -> Vec<u8> {
        self.edits.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
        let (mut out, mut at) = (Vec::with_capacity(body.len()), 0);
        for (range, text) in self.edits {
            if let Some(kept) = body.get(at..range.start) {
                out.extend_from_slice(kept);
                out.extend_from_slice(text.as_bytes());
                at = range.end;
            }
        }
        out.extend_from_slice(body.get(at..).unwrap_or_default());
        out
    }
}
