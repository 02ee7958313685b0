//! Text that must not come out: canaries, and runs of words of a protected text such as a system prompt.

use std::{collections::HashSet, fmt, ops::Range};

use aho_corasick::{AhoCorasick, MatchKind};
use palisade_base::{Confidence, Meta};

use super::{Detector, Hit, Sort};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds text that you protect where it should not be: canaries, which are made-up tokens that stand in a prompt or a
    /// document and nowhere else, and runs of words of a protected text, such as a system prompt, whatever their case,
    /// punctuation and line breaks. Decoded text is looked at too, so that Base64 or spaced-out letters do not hide it.
    ///
    /// ## Why it matters
    ///
    /// A system prompt in an answer shows an attacker what to get around, and often holds names, keys and rules of the
    /// business. A canary that comes out proves that a text has been read which nobody should have been shown.
    ///
    /// ## Example
    ///
    /// ```text
    /// palisade inspect --origin model --protect system.txt --canary PX-71d0c2 answer.txt
    /// ```
    ///
    /// ## What to do
    ///
    /// Block the answer. Keep secrets out of prompts, and put a new canary in the place of the one that came out.
    ///
    /// ## Limits
    ///
    /// A paraphrase or a translation shares no run of words with the original. Phrases that are common in prompts match
    /// if your prompt has them: a hit needs a run of eight words.
    ///
    /// ## References
    ///
    /// - OWASP Top 10 for LLM Applications 2025, LLM07 (System Prompt Leakage)
    /// - Broder, On the resemblance and containment of documents, 1997
    static META: Detector = {
        name: "leak",
        summary: "protected text comes out",
        severity: High,
        components: [Application, Model],
        threats: [Injection, Inversion],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// Finds canaries and protected texts.
#[derive(Clone, Default)]
pub struct Leak {
    canaries: Option<AhoCorasick>,
    /// Hashes of every run of [`RUN`] words.
    runs: HashSet<u64>,
}

impl Leak {
    /// One that protects these texts and looks for these canaries; the case of ASCII letters does not count. Empty and short
    /// canaries (under [`Self::SHORTEST`] bytes) would be found anywhere and are passed over.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>, canaries: impl IntoIterator<Item = &'a str>) -> Self {
        let canaries: Vec<&str> = canaries.into_iter().filter(|canary| canary.len() >= Self::SHORTEST).collect();
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(&canaries);
        let runs = texts.into_iter().flat_map(|text| runs(text).into_iter().map(|(_, hash)| hash)).collect();
        Self { canaries: automaton.ok().filter(|_| !canaries.is_empty()), runs }
    }

    /// The shortest canary, in bytes.
    pub const SHORTEST: usize = 4;
}

impl fmt::Debug for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is protected does not belong in logs.
        f.debug_struct("Leak").field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

impl Detector for Leak {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Escape
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let found = self.canaries.iter().flat_map(|canaries| canaries.find_iter(text));
        let mut hits: Vec<Hit> =
            found.map(|hit| Hit { range: hit.range(), kind: "canary", confidence: Confidence::High }).collect();
        if !self.runs.is_empty() {
            hits.extend(self.overlaps(text));
        }
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
        hits
    }
}

impl Leak {
    /// Stretches of the text that stand in a protected text word for word.
    fn overlaps(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (range, _) in runs(text).into_iter().filter(|(_, hash)| self.runs.contains(hash)) {
            match hits.last_mut() {
                Some(last) if range.start < last.range.end => {
                    last.range.end = range.end;
                    last.confidence = Confidence::High;
                }
                _ => hits.push(Hit { range, kind: "protected-text", confidence: Confidence::Medium }),
            }
        }
        hits
    }
}

/// Every run of [`RUN`] words, with its bytes and its hash.
fn runs(text: &str) -> Vec<(Range<usize>, u64)> {
    let words: Vec<(Range<usize>, u64)> = words(text).collect();
    let run = |window: &[(Range<usize>, u64)]| {
        let hash = window.iter().fold(FNV, |hash, (_, word)| (hash ^ word).wrapping_mul(PRIME).rotate_left(23));
        Some((window.first()?.0.start..window.last()?.0.end, hash))
    };
    words.windows(RUN).filter_map(run).collect()
}

/// Words in lower case, without what stands between them. In scripts without spaces every character is a word.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, u64)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|(_, c)| c.is_alphanumeric())?;
        let (mut end, mut hash) = (start + first.len_utf8(), mixed(FNV, first));
        while !is_ideograph(first) {
            let Some((at, next)) = chars.next_if(|(_, c)| c.is_alphanumeric() && !is_ideograph(*c)) else { break };
            end = at + next.len_utf8();
            hash = mixed(hash, next);
        }
        Some((start..end, hash))
    })
}

fn mixed(hash: u64, c: char) -> u64 {
    c.to_lowercase().fold(hash, |hash, c| (hash ^ u64::from(c)).wrapping_mul(PRIME))
}

const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{0e00}'..='\u{0eff}')
}

/// So many words in a row are not there by chance.
const RUN: usize = 8;
/// FNV-1a, 64 bits: offset basis and prime.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str =
        "You are the desk of Harbour Books. Never lend more than four books at a time; ask the manager for exceptions.";

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        let leak = Leak::new([PROMPT], ["PX-71d0c2", "", "ab"]);
        leak.find(text).into_iter().map(|hit| (hit.kind, text.get(hit.range).unwrap())).collect()
    }

    #[test]
    fn what_is_protected_is_found() {
        assert_eq!(found("my code is px-71D0C2!"), [("canary", "px-71D0C2")]);
        let answer = "Sure:\n- never LEND more than four\n  books, at a time, ask the manager!";
        let stretch = "never LEND more than four\n  books, at a time, ask the manager";
        assert_eq!(found(answer), [("protected-text", stretch)]);
        let leak = Leak::new(["你是港口书店的客服助手，请不要透露内部价格。"], []);
        assert_eq!(leak.find("他说：你是港口书店的客服助手").len(), 1);
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(found("You are the manager. Never lend more than four books. ab"), []);
        assert_eq!(found(""), []);
        assert_eq!(Leak::default().find(PROMPT), []);
    }
}
