//! A JSON list that grows: its elements are the events. Only as much is understood as it takes to see where one ends; what
//! it is, its reader judges.

use super::Frame;
use crate::protocol::BodyError;

/// Splits a list into elements.
#[derive(Debug)]
pub(super) struct Splitter {
    limit: usize,
    element: Vec<u8>,
    /// Lists and objects that are open, the outermost among them.
    depth: usize,
    in_string: bool,
    escaped: bool,
    state: State,
    /// How many elements have been written.
    written: usize,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Behind,
}

impl Splitter {
    pub(super) fn new(limit: usize) -> Self {
        let (element, state) = (Vec::new(), State::Before);
        Self { limit, element, depth: 0, in_string: false, escaped: false, state, written: 0, ended: false }
    }

    pub(super) fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), BodyError> {
        for byte in bytes {
            match (self.state, byte) {
                (State::Inside, _) => self.inside(*byte, frames)?,
                (_, b' ' | b'\t' | b'\n' | b'\r') => {}
                (State::Before, b'[') => self.state = State::Inside,
                _ => return Err(BodyError::Framing),
            }
        }
        Ok(())
    }

    fn inside(&mut self, byte: u8, frames: &mut Vec<Frame>) -> Result<(), BodyError> {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
        } else if self.depth == 0 && matches!(byte, b',' | b']') {
            let data = std::mem::take(&mut self.element);
            if !data.trim_ascii().is_empty() {
                frames.push(Frame { data: Some(data.trim_ascii().to_vec()), ..Frame::default() });
            } else if byte == b',' {
                return Err(BodyError::Framing);
            }
            self.state = if byte == b']' { State::Behind } else { State::Inside };
            return Ok(());
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.checked_sub(1).ok_or(BodyError::Framing)?,
                _ => {}
            }
        }
        self.element.push(byte);
        if self.element.len() > self.limit { Err(BodyError::LongEvent(self.limit)) } else { Ok(()) }
    }

    pub(super) fn write(&mut self, frame: &Frame, out: &mut Vec<u8>) {
        let Some(data) = &frame.data else { return };
        out.extend_from_slice(if self.written == 0 { b"[" } else { b",\r\n" });
        out.extend_from_slice(data);
        self.written += 1;
    }

    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.ended, true) {
            out.extend_from_slice(if self.written == 0 { b"[]" } else { b"]" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(bytes: &[u8], size: usize) -> Result<Vec<String>, BodyError> {
        let (mut splitter, mut frames) = (Splitter::new(64), Vec::new());
        bytes.chunks(size).try_for_each(|piece| splitter.push(piece, &mut frames))?;
        Ok(frames.into_iter().map(|frame| String::from_utf8(frame.data.unwrap()).unwrap()).collect())
    }

    #[test]
    fn elements_end_where_they_end() {
        let list = " [ {\"a\": \"],\\\"}\"} ,\r\n[1,2] , 3] ";
        for size in 1..12 {
            assert_eq!(split(list.as_bytes(), size).unwrap(), ["{\"a\": \"],\\\"}\"}", "[1,2]", "3"]);
        }
        assert!(split(b"[]", 1).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["{}", "[1]x", "[,1]", "[}", "\"[\""] {
            assert_eq!(split(text.as_bytes(), 1), Err(BodyError::Framing), "{text}");
        }
        assert_eq!(split("[\"".repeat(80).as_bytes(), 7), Err(BodyError::LongEvent(64)));
    }

    #[test]
    fn a_list_is_written_whole() {
        let (mut splitter, mut out) = (Splitter::new(64), Vec::new());
        for data in [&b"1"[..], b"2"] {
            splitter.write(&Frame { data: Some(data.to_vec()), ..Frame::default() }, &mut out);
        }
        splitter.end(&mut out);
        splitter.end(&mut out);
        assert_eq!(out, b"[1,\r\n2]");
    }
}
