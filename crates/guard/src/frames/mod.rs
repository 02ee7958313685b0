//! The forms in which streams of events are sent: split into frames as bytes arrive, and written again.

mod list;
mod sse;

use crate::protocol::BodyError;

/// How a stream is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events: `text/event-stream`.
    Events,
    /// A JSON list that grows, as Gemini sends it without `alt=sse`: `application/json`.
    List,
}

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Its name, if it has one that is a word.
    pub name: Option<String>,
    /// Its number, by which clients go on.
    pub id: Option<String>,
    /// How long clients wait before they connect again, in milliseconds.
    pub retry: Option<u64>,
    /// Its data. Without any, it only says that the stream is alive.
    pub data: Option<Vec<u8>>,
}

/// Splits a stream that arrives in pieces of any size, and writes its frames.
#[derive(Debug)]
pub struct Frames(Form);

#[derive(Debug)]
enum Form {
    Events(sse::Splitter),
    List(list::Splitter),
}

impl Frames {
    /// For a stream whose events have at most `limit` bytes.
    pub fn new(framing: Framing, limit: usize) -> Self {
        Self(match framing {
            Framing::Events => Form::Events(sse::Splitter::new(limit)),
            Framing::List => Form::List(list::Splitter::new(limit)),
        })
    }

    /// Takes the next bytes and adds the frames that they complete; those before an error too.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), BodyError> {
        match &mut self.0 {
            Form::Events(splitter) => splitter.push(bytes, frames),
            Form::List(splitter) => splitter.push(bytes, frames),
        }
    }

    /// Writes a frame.
    pub fn write(&mut self, frame: &Frame, out: &mut Vec<u8>) {
        match &mut self.0 {
            Form::Events(_) => sse::write(frame, out),
            Form::List(splitter) => splitter.write(frame, out),
        }
    }

    /// Writes what ends a stream.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if let Form::List(splitter) = &mut self.0 {
            splitter.end(out);
        }
    }
}
