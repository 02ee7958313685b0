//! Tables of phrases, and how texts are written from them. A file holds slots (`= name`, then one alternative a line) and
//! sections (`* attack user 300`, then one template a line): 300 texts, each an attack that a user types.
//! Lines that begin with `% ` are remarks.

use std::collections::BTreeMap;

use super::random::Random;
use super::template::{Part, parse};
use super::{babble, codes};

/// Slots may name slots, so deep that no sensible table gets there, and a circle ends.
const DEPTH: usize = 24;

/// `$insert` is `$payload` in attacks and `$harmless` elsewhere; `$again_NAME` is what `$NAME` last became.
const INSERT: &str = "insert";
const PAYLOAD: &str = "payload";
const HARMLESS: &str = "harmless";
const AGAIN: &str = "again_";

/// Whose texts a section holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Speaker {
    User,
    System,
    Developer,
    Tool,
    Document,
    /// A tool result or a document.
    Data,
    /// Anyone: no origin is stated.
    Anyone,
}

/// So many texts of one kind.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) attack: bool,
    pub(super) speaker: Speaker,
    pub(super) count: usize,
    templates: Vec<Vec<Part>>,
}

/// The tables of one family.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    slots: BTreeMap<String, Vec<Vec<Part>>>,
    pub(super) sections: Vec<Section>,
    /// Lines that are neither a template, a heading nor a remark.
    pub(super) misread: Vec<String>,
}

impl Grammar {
    /// Reads the files of a family; a slot that several files fill holds what all of them say.
    pub(super) fn read(files: &[&str]) -> Self {
        let mut grammar = Self::default();
        for file in files {
            grammar.add(file);
        }
        grammar
    }

    fn add(&mut self, file: &str) {
        let mut slot: Option<String> = None;
        for line in file.lines() {
            if line.trim().is_empty() || line.starts_with("% ") {
            } else if let Some(name) = line.strip_prefix("= ") {
                slot = Some(name.trim().to_owned());
            } else if let Some(heading) = line.strip_prefix("* ") {
                slot = None;
                match section(heading) {
                    Some(section) => self.sections.push(section),
                    None => self.misread.push(line.to_owned()),
                }
            } else if let Some(name) = &slot {
                self.slots.entry(name.clone()).or_default().push(parse(line));
            } else if let Some(section) = self.sections.last_mut() {
                section.templates.push(parse(line));
            } else {
                self.misread.push(line.to_owned());
            }
        }
    }

    /// Slots that are named and not filled.
    #[cfg(test)]
    pub(super) fn unknown(&self) -> Vec<String> {
        fn visit(parts: &[Part], found: &mut Vec<String>) {
            for part in parts {
                match part {
                    Part::Text(_) => {}
                    Part::Slot(name) => found.push(name.clone()),
                    Part::Choice(options) => options.iter().for_each(|option| visit(option, found)),
                    Part::Changed(_, inner) => visit(inner, found),
                }
            }
        }
        let mut found = Vec::new();
        let slots = self.slots.values().flatten();
        let sections = self.sections.iter().flat_map(|section| &section.templates);
        slots.chain(sections).for_each(|parts| visit(parts, &mut found));
        for name in &mut found {
            *name = name.trim_start_matches(AGAIN).to_owned();
        }
        if found.iter().any(|name| name == INSERT) {
            found.retain(|name| name != INSERT);
            found.extend([PAYLOAD.to_owned(), HARMLESS.to_owned()]);
        }
        found.retain(|name| !self.slots.contains_key(name) && built_in(name, &mut Random::new(0)).is_none());
        found.sort();
        found.dedup();
        found
    }
}

fn section(heading: &str) -> Option<Section> {
    let mut words = heading.split_whitespace();
    let attack = match words.next()? {
        "attack" => true,
        "benign" => false,
        _ => return None,
    };
    let speaker = match words.next()? {
        "user" => Speaker::User,
        "system" => Speaker::System,
        "developer" => Speaker::Developer,
        "tool" => Speaker::Tool,
        "document" => Speaker::Document,
        "data" => Speaker::Data,
        "anyone" => Speaker::Anyone,
        _ => return None,
    };
    let count = words.next()?.parse().ok()?;
    Some(Section { attack, speaker, count, templates: Vec::new() })
}

/// Writes from one grammar. Alternatives are dealt like cards: each comes up once before any comes again.
pub(super) struct Writer<'g> {
    grammar: &'g Grammar,
    pub(super) random: Random,
    decks: BTreeMap<&'g str, Vec<usize>>,
    dealt: Vec<usize>,
    /// What each slot last became, for `$again_NAME`.
    last: BTreeMap<&'g str, String>,
    /// The slot that `$insert` stands for: the same carrier holds an order or an honest sentence.
    insert: &'static str,
}

impl<'g> Writer<'g> {
    pub(super) const fn new(grammar: &'g Grammar, random: Random) -> Self {
        Self { grammar, random, decks: BTreeMap::new(), dealt: Vec::new(), last: BTreeMap::new(), insert: HARMLESS }
    }

    /// One text of the section.
    pub(super) fn write(&mut self, section: &'g Section) -> String {
        let mut text = String::new();
        if self.dealt.iter().all(|&at| at >= section.templates.len()) || self.dealt.is_empty() {
            self.dealt = deck(section.templates.len(), &mut self.random);
        }
        let at = self.dealt.pop().unwrap_or(0);
        if let Some(template) = section.templates.get(at) {
            self.expand(template, &mut text, 0);
        }
        text.trim().to_owned()
    }

    /// Turns to a section, and forgets what is left of the last one's deck.
    pub(super) fn begin(&mut self, section: &'g Section) {
        self.dealt.clear();
        self.insert = if section.attack { PAYLOAD } else { HARMLESS };
    }

    fn expand(&mut self, parts: &'g [Part], text: &mut String, depth: usize) {
        if depth > DEPTH {
            return;
        }
        for part in parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Slot(name) => self.fill(name, text, depth),
                Part::Choice(options) => {
                    let at = self.random.below(options.len());
                    if let Some(option) = options.get(at) {
                        self.expand(option, text, depth + 1);
                    }
                }
                Part::Changed(change, inner) => {
                    let mut changed = String::new();
                    self.expand(inner, &mut changed, depth + 1);
                    text.push_str(&change.apply(&changed, &mut self.random));
                }
            }
        }
    }

    fn fill(&mut self, name: &'g str, text: &mut String, depth: usize) {
        if let Some(before) = name.strip_prefix(AGAIN) {
            text.push_str(self.last.get(before).map_or("", String::as_str));
            return;
        }
        let name = if name == INSERT { self.insert } else { name };
        let Some(alternatives) = self.grammar.slots.get(name) else {
            text.push_str(&built_in(name, &mut self.random).unwrap_or_default());
            return;
        };
        let cards = self.decks.entry(name).or_default();
        if cards.is_empty() {
            *cards = deck(alternatives.len(), &mut self.random);
        }
        let chosen = cards.pop().and_then(|at| alternatives.get(at));
        if let Some(alternative) = chosen {
            let mut filled = String::new();
            self.expand(alternative, &mut filled, depth + 1);
            text.push_str(&filled);
            self.last.insert(name, filled);
        }
    }
}

fn deck(size: usize, random: &mut Random) -> Vec<usize> {
    let mut cards: Vec<usize> = (0..size).collect();
    random.shuffle(&mut cards);
    cards
}

/// What no table has to list: numbers, codes and strings of tokens.
fn built_in(name: &str, random: &mut Random) -> Option<String> {
    if name == "suffix" { Some(babble::suffix(random)) } else { codes::written(name, random) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_slots_are_read_and_written() {
        let grammar =
            Grammar::read(&["% remark\n= fruit\napple\npear\n* benign user 4\nan $fruit\n", "= fruit\nplum\n"]);
        assert!(grammar.misread.is_empty() && grammar.unknown().is_empty());
        let mut writer = Writer::new(&grammar, Random::new(3));
        let section = grammar.sections.first().unwrap();
        let mut texts: Vec<String> = (0..3).map(|_| writer.write(section)).collect();
        texts.sort();
        assert_eq!(texts, ["an apple", "an pear", "an plum"]);
    }

    #[test]
    fn faults_are_told() {
        let grammar = Grammar::read(&["stray\n* attack nobody 3\n* benign user 1\n$missing $number\n"]);
        assert_eq!(grammar.misread, ["stray", "* attack nobody 3"]);
        assert_eq!(grammar.unknown(), ["missing"]);
    }

    #[test]
    fn a_circle_of_slots_ends() {
        let grammar = Grammar::read(&["= a\nx$a\n* benign user 1\n$a\n"]);
        let text = Writer::new(&grammar, Random::new(1)).write(grammar.sections.first().unwrap());
        assert!(text.len() > 2 && text.len() < 40);
    }
}
