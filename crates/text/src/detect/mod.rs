//! Every detector. To add one: a new file (or folder) here, its `mod` line, its line in the table.

mod encoded;
mod escaped;
mod exfiltration;
pub mod gibberish;
mod hidden_text;
mod hints;
mod instruction;
mod leak;
mod personal_data;
mod runnable_code;
mod search;
mod secret;
mod sort;
mod topic;

use std::{fmt, ops::Range};

use palisade_base::{Confidence, Meta};

pub use encoded::decodings;
pub use exfiltration::Exfiltration;
pub use hidden_text::HiddenText;
pub use instruction::Instructions;
pub use leak::Leak;
pub use personal_data::PersonalData;
pub(crate) use personal_data::luhn;
pub use runnable_code::RunnableCode;
pub(crate) use secret::LONGEST_KEY;
pub use secret::{Secrets, entropy};
pub use sort::Sort;
pub(crate) use topic::DESCRIPTION as TOPIC;
pub use topic::{Topic, TopicError, Topics};

/// A hit of a detector: bytes of the text, what kind of thing it is, how sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it is, in kebab-case.
    pub kind: &'static str,
    /// How sure the detector is.
    pub confidence: Confidence,
}

/// Finds things of one sort in a text. Pure: same text, same hits, in the order in which they stand.
pub trait Detector: Send + Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// What sort of thing it finds.
    fn sort(&self) -> Sort {
        Sort::Remark
    }

    /// Whether hits of two kinds in one place are two findings.
    fn kinds_count_apart(&self) -> bool {
        false
    }

    /// Every hit.
    fn find(&self, text: &str) -> Vec<Hit>;
}

impl fmt::Debug for dyn Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().name)
    }
}

/// Every detector.
pub fn all() -> &'static [&'static dyn Detector] {
    &[&PersonalData, &HiddenText, &Instructions, &Secrets, &RunnableCode, &Exfiltration, &gibberish::Gibberish]
}

/// Sorts hits by place; where two overlap, keeps the surer and then the longer one.
fn settled(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse((hit.confidence, hit.range.len()))));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.range.start < last.range.end => {
                if (hit.confidence, hit.range.len()) > (last.confidence, last.range.len()) {
                    *last = hit;
                }
            }
            _ => kept.push(hit),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn every_description_is_whole() {
        let flaws: Vec<String> = all().iter().flat_map(|detector| detector.meta().flaws()).collect();
        assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    }

    #[test]
    fn overlapping_hits_are_settled() {
        let hit = |range, confidence| Hit { range, kind: "x", confidence };
        let hits = vec![hit(4..9, Confidence::High), hit(0..6, Confidence::Low), hit(9..10, Confidence::Low)];
        let ranges: Vec<_> = settled(hits).into_iter().map(|hit| hit.range).collect();
        assert_eq!(ranges, [4..9, 9..10]);
    }

    /// Detectors must bear anything, also long runs of what starts a match.
    #[test]
    fn hostile_text_costs_little() {
        for piece in [
            "@",
            "a@",
            "+1 ",
            "1",
            "1-",
            "1:",
            "name: ",
            "<",
            "<!--",
            "<|",
            "\u{200b}",
            "A1",
            "aGVsbG8",
            "ü1",
            "\u{e0041}",
            "-eyJ",
            "eyJ.",
            "-eyJabcdefghijklmnop.ey",
            "AccountKey=",
            "postgres://",
            "-----BEGIN PRIVATE KEY-----",
            "llm ",
            "ignore ",
            "st ",
            "1 Ab St ",
            "Via Ab-Ab ",
            "eval(",
            "a.b.",
            "curl x | ",
            "sh -c '",
            "<script>",
            "chr(1)+",
            "\\x41",
            "![a](http://",
            "](http://a b",
            "[a](//",
            "<img src=//a",
            "://",
            "https://a.b/",
            "www.a.",
            "a.com",
            "0x1A1zP1eP5QGefi2DMPTfTL5SLmv7",
            "Ab 1, TX 12345 ",
            "Ab 1, 12345 Ab ",
            "Ab, 1 1AA ",
            "Dear Ab ",
            "Ab said ",
            "pass: a1B!",
            "1:AA",
            "8Q~",
            "A",
        ] {
            let time = |len: usize| {
                let text = piece.repeat(len / piece.len());
                let start = Instant::now();
                for detector in all() {
                    for hit in detector.find(&text) {
                        assert!(text.get(hit.range).is_some());
                    }
                }
                start.elapsed()
            };
            // Eight times the text may take eight times as long, not sixty-four; other work runs beside tests.
            let (short, long) = (time(20_000), time(160_000));
            assert!(long < short * 32 + Duration::from_millis(500), "{piece:?}: {short:?}, {long:?}");
        }
    }
}
