//! A vocabulary of pieces of words, learnt as tokenisers learn theirs: byte-pair encoding (Gage, 1994; Sennrich, 2016) over
//! words with the blank in front of them. What a search against a model tries are such pieces, each as likely as the next.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use crate::random::Random;

/// Pieces, a blank in front of those that begin a word.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    plain: Vec<String>,
    foreign: Vec<String>,
}

type Pair = (u32, u32);

impl Pieces {
    /// Learns so many pieces from texts.
    pub(super) fn learn<'t>(texts: impl Iterator<Item = &'t str>, most: usize) -> Self {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for text in texts {
            cut(text, |word| *counts.entry(word).or_default() += 1);
        }
        let mut words: Vec<(&str, i64)> = counts.into_iter().filter(|(_, count)| *count > 2).collect();
        words.sort_by_key(|(_, count)| Reverse(*count));
        words.truncate(WORDS);
        let mut names: Vec<String> = Vec::new();
        let mut letters: BTreeMap<char, u32> = BTreeMap::new();
        let mut cuts: Vec<(Vec<u32>, i64)> = Vec::new();
        for (word, count) in &words {
            let mut number = |letter: char| {
                *letters.entry(letter).or_insert_with(|| {
                    names.push(letter.to_string());
                    u32::try_from(names.len() - 1).unwrap_or_default()
                })
            };
            cuts.push((word.chars().map(&mut number).collect(), *count));
        }
        merge(&mut cuts, &mut names, most);
        names.retain(|name| name != " " && (name.is_ascii() || name.chars().count() > 1));
        let (plain, foreign) = names.into_iter().partition(|name| name.is_ascii());
        Self { plain, foreign }
    }

    /// Any piece; one with foreign letters in so many cases of a hundred.
    pub(super) fn any(&self, foreign: usize, random: &mut Random) -> &str {
        let from = if random.below(100) < foreign && !self.foreign.is_empty() { &self.foreign } else { &self.plain };
        from.get(random.below(from.len().max(1))).map_or("!", String::as_str)
    }

    /// A piece, the more likely the more often it comes.
    pub(super) fn common(&self, random: &mut Random) -> &str {
        common(if random.below(15) == 0 && !self.foreign.is_empty() { &self.foreign } else { &self.plain }, random)
    }
}

fn common<'p>(from: &'p [String], random: &mut Random) -> &'p str {
    // Frequent pieces were joined first.
    let [first, second] = [random.below(from.len().max(1)), random.below(from.len().max(1))];
    from.get(first * second / from.len().max(1)).map_or("!", String::as_str)
}

/// Joins the pair that is seen most, again and again.
fn merge(words: &mut [(Vec<u32>, i64)], names: &mut Vec<String>, most: usize) {
    let mut counts: HashMap<Pair, i64> = HashMap::new();
    let mut places: HashMap<Pair, Vec<usize>> = HashMap::new();
    for (number, (word, count)) in words.iter().enumerate() {
        for pair in pairs(word) {
            *counts.entry(pair).or_default() += count;
            places.entry(pair).or_default().push(number);
        }
    }
    let mut heap: BinaryHeap<(i64, Reverse<Pair>)> =
        counts.iter().map(|(pair, count)| (*count, Reverse(*pair))).collect();
    while names.len() < most {
        let Some((count, Reverse(pair))) = heap.pop() else { break };
        let now = counts.get(&pair).copied().unwrap_or_default();
        if now != count {
            // Other pairs have taken some of its words.
            if now > 0 && now < count {
                heap.push((now, Reverse(pair)));
            }
            continue;
        }
        if count <= 1 {
            break;
        }
        let name = |number: u32| names.get(number as usize).map_or("", String::as_str);
        let joined = format!("{}{}", name(pair.0), name(pair.1));
        let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
        names.push(joined);
        let mut at = places.remove(&pair).unwrap_or_default();
        at.dedup();
        for place in at {
            let Some((word, times)) = words.get_mut(place) else { continue };
            for old in pairs(word) {
                *counts.entry(old).or_default() -= *times;
            }
            *word = join(word, pair, number);
            for new in pairs(word) {
                let count = counts.entry(new).or_default();
                *count += *times;
                heap.push((*count, Reverse(new)));
                if new.0 == number || new.1 == number {
                    places.entry(new).or_default().push(place);
                }
            }
        }
        counts.remove(&pair);
    }
}

fn pairs(word: &[u32]) -> Vec<Pair> {
    word.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?))).collect()
}

fn join(word: &[u32], pair: Pair, number: u32) -> Vec<u32> {
    let mut joined = Vec::with_capacity(word.len());
    let mut rest = word;
    while let [first, after @ ..] = rest {
        if after.first() == Some(&pair.1) && *first == pair.0 {
            joined.push(number);
            rest = after.get(1..).unwrap_or_default();
        } else {
            joined.push(*first);
            rest = after;
        }
    }
    joined
}

/// Words, numbers and runs of signs, each with the blank in front of it.
fn cut<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    let kind = |letter: char| match letter {
        letter if letter.is_alphabetic() => 0,
        letter if letter.is_numeric() => 1,
        letter if letter.is_whitespace() => 2,
        _ => 3,
    };
    let (mut start, mut last) = (0, 2);
    for (at, letter) in text.char_indices() {
        let this = kind(letter);
        let blank = text.get(start..at) == Some(" ");
        if this != last && !blank && at > start {
            if last != 2 {
                each(text.get(start..at).unwrap_or_default());
            }
            start = at;
        } else if this == 2 && last == 2 {
            start = at;
        }
        last = this;
    }
}

const WORDS: usize = 40_000;
