//! Writes pickles, opcode by opcode. Source: `Lib/pickletools.py` of Python 3.11, protocol 4.
//!
//! The files show what a scanner must see; nothing in this repository ever loads one.

use super::{classifier::Classifier, phrases::CLASSES};

/// The legacy classifier: `classes`, `bias` and `weights`, the latter one row of five numbers a feature.
///
/// With `call`, the first entry of the dictionary is what `module.name(argument)` returns: whoever loads the pickle
/// calls that function.
pub(crate) fn classifier(classifier: &Classifier, call: Option<(&str, &str, &str)>) -> Vec<u8> {
    let mut pickle = Pickle(vec![PROTO, 4]);
    pickle.op(EMPTY_DICT).op(MEMOIZE).op(MARK);
    if let Some((module, name, argument)) = call {
        pickle.text("_host").text(module).text(name).op(STACK_GLOBAL).op(MEMOIZE);
        pickle.text(argument).op(TUPLE1).op(MEMOIZE).op(REDUCE).op(MEMOIZE);
    }
    pickle.text("classes").op(EMPTY_LIST).op(MEMOIZE).op(MARK);
    for class in &CLASSES {
        pickle.text(class.label);
    }
    pickle.op(APPENDS).text("bias").floats(&classifier.bias);
    pickle.text("weights").op(EMPTY_LIST).op(MEMOIZE).op(MARK);
    for row in &classifier.weights {
        pickle.floats(row);
    }
    pickle.op(APPENDS).op(SETITEMS).op(STOP);
    pickle.0
}

struct Pickle(Vec<u8>);

impl Pickle {
    fn op(&mut self, opcode: u8) -> &mut Self {
        self.0.push(opcode);
        self
    }

    /// A string of up to 255 bytes, memoised as Python does.
    fn text(&mut self, text: &str) -> &mut Self {
        let bytes = text.as_bytes().iter().take(255).copied();
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        self.op(SHORT_BINUNICODE).op(length);
        self.0.extend(bytes);
        self.op(MEMOIZE)
    }

    fn floats(&mut self, values: &[f32]) -> &mut Self {
        self.op(EMPTY_LIST).op(MEMOIZE).op(MARK);
        for value in values {
            self.op(BINFLOAT);
            self.0.extend(f64::from(*value).to_be_bytes());
        }
        self.op(APPENDS)
    }
}

const PROTO: u8 = 0x80;
const SHORT_BINUNICODE: u8 = 0x8c;
const STACK_GLOBAL: u8 = 0x93;
const MEMOIZE: u8 = 0x94;
const TUPLE1: u8 = 0x85;
const EMPTY_DICT: u8 = b'}';
const EMPTY_LIST: u8 = b']';
const MARK: u8 = b'(';
const APPENDS: u8 = b'e';
const SETITEMS: u8 = b'u';
const REDUCE: u8 = b'R';
const BINFLOAT: u8 = b'G';
const STOP: u8 = b'.';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_floats_are_written_as_python_writes_them() {
        let mut pickle = Pickle(Vec::new());
        pickle.text("ab").floats(&[1.0]);
        assert_eq!(pickle.0, *b"\x8c\x02ab\x94]\x94(G\x3f\xf0\0\0\0\0\0\0e");
    }
}
