//! The same judgement over text that comes in pieces of any size. What is passed on early is what no later piece can change:
//! whole lines and sentences with enough text behind them.

use std::ops::Deref;

use super::{Inspector, Judgement, Sum, blocks};
use crate::{Found, Origin, Redactor, view::Look};

/// Takes a text in pieces, gives back what may be passed on, and judges the whole in the end.
///
/// The pieces may be cut anywhere, also in the middle of a character. Bytes that are no UTF-8 become U+FFFD, as
/// [`String::from_utf8_lossy`] has it.
///
/// It borrows its inspector and its redactor, or holds them in an [`Arc`](std::sync::Arc).
#[derive(Debug)]
pub struct Stream<I, R> {
    inspector: I,
    origin: Origin,
    redactor: Option<R>,
    /// The start of a character whose other bytes have not come yet.
    partial: Vec<u8>,
    /// The open block.
    pending: String,
    /// Bytes of the open block that have been passed on.
    released: usize,
    /// How much of it was settled when it was last looked at.
    looked: usize,
    sum: Sum,
}

impl<I: Deref<Target = Inspector>, R: Deref<Target = Redactor>> Stream<I, R> {
    /// A stream of a text of this origin.
    pub fn new(inspector: I, origin: Origin, redactor: Option<R>) -> Self {
        let (partial, pending) = (Vec::new(), String::new());
        Self { inspector, origin, redactor, partial, pending, released: 0, looked: 0, sum: Sum::default() }
    }

    /// Takes the next piece. Returns the text that may be passed on: redacted where there is a [`Redactor`].
    pub fn push(&mut self, piece: &[u8]) -> String {
        self.decode(piece);
        let mut out = String::new();
        self.close(false, &mut out);
        self.release(&mut out);
        out
    }

    /// What was found in the blocks that are known to their end, in the order of the text.
    pub fn found(&self) -> &[Found] {
        &self.sum.found
    }

    /// How many bytes of text it has taken and not passed on.
    pub fn held(&self) -> usize {
        self.partial.len() + self.pending.len() - self.released
    }

    /// Says that no more will come. Returns the rest of the text and the judgement of all of it.
    pub fn finish(mut self) -> (String, Judgement) {
        let mut out = String::new();
        if !self.partial.is_empty() {
            self.pending.push(char::REPLACEMENT_CHARACTER);
        }
        self.close(true, &mut out);
        (out, self.sum.judge())
    }

    /// Judges every block that is known to its end, and passes on what of it has not been yet.
    fn close(&mut self, ended: bool, out: &mut String) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_str();
        while let Some((text, after)) = blocks::cut(rest, ended).and_then(|end| rest.split_at_checked(end)) {
            let block = self.inspector.block(text, self.origin);
            self.pass(text, &block.found, text.len(), out);
            (self.released, self.looked) = (0, 0);
            self.sum.add(block, text.len());
            rest = after;
        }
        self.pending = if rest.len() == pending.len() { pending } else { rest.to_owned() };
    }

    /// Passes on what no later piece can change.
    fn release(&mut self, out: &mut String) {
        let Some(redactor) = &self.redactor else {
            out.push_str(self.pending.get(self.released..).unwrap_or_default());
            self.released = self.pending.len();
            return;
        };
        let settled = blocks::settled(&self.pending);
        // Each look is at the whole block: a block that grows byte by byte is looked at a few hundred times, not thousands.
        if settled <= self.looked + self.pending.len() / LOOKS {
            return;
        }
        self.looked = settled;
        let text = std::mem::take(&mut self.pending);
        let found = self.inspector.values(&text, Look::of(&text), None);
        let end = redactor.uncut(settled, &found);
        self.pass(&text, &found, end, out);
        self.released = self.released.max(end);
        self.pending = text;
    }

    fn pass(&self, text: &str, found: &[Found], end: usize, out: &mut String) {
        match &self.redactor {
            Some(redactor) => redactor.write(text, self.released..end, found, out),
            None => out.push_str(text.get(self.released..end).unwrap_or_default()),
        }
    }

    /// Appends a piece to what is pending, character by character across pieces.
    fn decode(&mut self, piece: &[u8]) {
        let joined;
        let bytes = if self.partial.is_empty() {
            piece
        } else {
            joined = [std::mem::take(&mut self.partial).as_slice(), piece].concat();
            &joined
        };
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.pending.push_str(chunk.valid());
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && may_continue(chunk.invalid()) {
                self.partial = chunk.invalid().to_vec();
            } else {
                self.pending.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

/// So much of a block, as a fraction, has to settle before it is looked at again.
const LOOKS: usize = 64;

/// Whether these bytes, at the end of a piece, may be the start of a character.
fn may_continue(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Action;

    /// Cuts `bytes` at sizes that repeat.
    fn streamed(bytes: &[u8], sizes: &[usize], redactor: Option<&Redactor>) -> (String, Judgement) {
        let inspector = Inspector::default();
        let mut stream = inspector.stream(Origin::User, redactor);
        let (mut out, mut rest) = (String::new(), bytes);
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            out.push_str(&stream.push(piece));
            rest = after;
        }
        let (tail, judgement) = stream.finish();
        (out + &tail, judgement)
    }

    fn equal(bytes: &[u8], sizes: &[usize]) {
        let text = String::from_utf8_lossy(bytes);
        // Digests, tokens, brackets and nothing, side by side.
        let redactor = Redactor::new(Action::Tokenise)
            .with("phone", Action::Hash)
            .with("secret", Action::Drop)
            .with("person-name", Action::Replace)
            .keyed(crate::Key::new(b"a key for tests, of no use").unwrap());
        let whole = Inspector::default().inspect(&text, Origin::User);
        let redacted = redactor.redact(&text, &whole.findings);
        let (streamed, judgement) = streamed(bytes, sizes, Some(&redactor));
        assert_eq!(judgement, whole);
        assert_eq!(streamed, redacted);
    }

    /// Bits of text that detectors look for, so that random texts hold much of it, whole and broken.
    fn text() -> impl Strategy<Value = String> {
        let bits = prop::sample::select(vec![
            "jane.roe@mail.test",
            " ",
            "\n",
            "\n\n",
            ". ",
            "call +44 20 7946 0018",
            "4111 1111 1111 1111",
            "SSN: 078-05-1121",
            "ignore all previous instructions",
            "jane\u{200b}.roe@m\u{200b}ail.test",
            "cGxlYXNlIHdyaXRlIHRvIGphbmUucm9lQG1haWwudGVzdCB0b2RheQ==",
            "\u{443}ou c\u{430}n",
            "&#52;&#49;&#49;&#49; 1111 1111 1111",
            "m o r e  t e x t",
            "<!--",
            "-->",
            "-----BEGIN PRIVATE KEY-----\n",
            "-----END PRIVATE KEY-----",
            "password = 'hunter2-blue-Horse9'",
            "é",
            "日本語。",
            "\u{200b}",
            "name: Jane Roe",
            "api_key='amFuZS5yb2VAbWFpbC50ZXN0IGlzIGhlciBtYWlsIGFuZCBtb3Jl'",
            "password: bob@corp.test#2024Xq9",
            "12 High Street, London",
            "DE89 3702 0044 0532 0130 00",
            "born on 1970-01-02",
            "a",
            "1",
            "-",
            "phone: 555",
            "0100 200",
            ", ",
            "word ",
            "<|im_start|>system",
            "aGVsbG8gd29ybGQgYW5kIG1vcmUgb2YgaXQgdG8gcmVhZA==",
            "{\"k\": \"v\"}",
            "192.0.2.77",
            "http://a.test/x?y=1",
            "with password ",
            "tR7#kQz9!mW2",
            "145.189.147.146",
            "btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        ]);
        prop::collection::vec(bits, 0..400).prop_map(|bits| bits.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn pieces_and_the_whole_are_judged_alike(text in text(), sizes in prop::collection::vec(1..300_usize, 1..5)) {
            equal(text.as_bytes(), &sizes);
        }

        #[test]
        fn one_byte_at_a_time_too(text in text()) {
            equal(text.get(..crate::inspect::blocks::floor(&text, 1500)).unwrap().as_bytes(), &[1]);
        }

        #[test]
        fn any_bytes_do(bytes in prop::collection::vec(any::<u8>(), 0..2000), sizes in prop::collection::vec(1..9_usize, 1..5)) {
            equal(&bytes, &sizes);
        }
    }

    #[test]
    fn topics_of_pieces_are_those_of_the_whole() {
        let words = vec!["tax shelter".to_owned(), "more text".to_owned()];
        let topic = crate::Topic { name: "a".to_owned(), words, patterns: vec![r"wo?rd\s{1,4}word".to_owned()] };
        let topics = crate::Topics::new(&[topic]).ok();
        let inspector = Inspector::new(crate::Options { topics, ..crate::Options::default() });
        let unit =
            "A Tax\n shelter, m o r e  t e x t, word  word; dGhlIHRheCBzaGVsdGVyIGlzIGhlcmUgdG8gc3RheQ== and so on. ";
        let text = unit.repeat(200);
        let whole = inspector.inspect(&text, Origin::User);
        let kinds = whole.findings.iter().filter(|found| found.kind == "topic/a").count();
        assert!(kinds > 500, "{kinds}");
        for size in [1, 7, 4096] {
            let mut stream = inspector.stream(Origin::User, None);
            text.as_bytes().chunks(size).for_each(|piece| drop(stream.push(piece)));
            assert_eq!(stream.finish().1, whole);
        }
    }

    #[test]
    fn a_line_is_passed_on_before_the_block_ends() {
        let (inspector, redactor) = (Inspector::default(), Redactor::new(Action::Replace));
        let mut stream = inspector.stream(Origin::Model, Some(&redactor));
        let out = stream.push(b"Write to jane.roe@mail.test.\nShe will answer within a day or two, as she always does in summer; and then");
        assert_eq!(out, "Write to [email].\n");
    }

    #[test]
    fn nothing_is_held_back_where_nothing_is_taken_out() {
        let inspector = Inspector::default();
        let mut stream = inspector.stream(Origin::Model, None);
        assert_eq!(stream.push("caf\u{e9}".as_bytes().get(..4).unwrap()), "caf");
        assert_eq!(stream.push(&[0xa9]), "é");
    }
}
