//! What the grammars must give: the same for a seed, both labels, every language, nothing unexpanded.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn same_seed_same_texts() {
    assert_eq!(examples(7), examples(7));
    assert_ne!(examples(7), examples(8));
}

#[test]
fn every_table_is_read_whole() {
    for family in family::all() {
        let grammar = Grammar::read(&family.files);
        assert_eq!(grammar.misread, Vec::<String>::new(), "{}", family.source);
        assert_eq!(grammar.unknown(), Vec::<String>::new(), "{}", family.source);
        assert!(!grammar.sections.is_empty(), "{}", family.source);
    }
}

#[test]
fn families_are_balanced_and_texts_differ() {
    let all = examples(1);
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for example in &all {
        let count = counts.entry(&example.source).or_default();
        if example.attack { count.0 += 1 } else { count.1 += 1 }
    }
    let mut names: BTreeSet<String> = counts.keys().map(|&name| name.to_owned()).collect();
    for family in family::all() {
        assert!(names.remove(&family.source), "{} writes nothing", family.source);
    }
    let folded: BTreeSet<String> = all.iter().map(|example| example.text.to_lowercase()).collect();
    assert!(folded.len() * 100 >= all.len() * 98, "{} of {} differ", folded.len(), all.len());
    let attacks = all.iter().filter(|example| example.attack).count();
    let size: usize = all.iter().map(|example| example.text.len()).sum();
    for (name, (attack, benign)) in &counts {
        println!("{name:32} {attack:6} {benign:6}");
    }
    println!("{attacks} attacks of {} texts, {size} bytes", all.len());
    assert!((35..=55).contains(&(attacks * 100 / all.len())), "{attacks} of {}", all.len());
}

#[test]
fn every_language_has_attacks_and_harmless_texts() {
    let all = examples(1);
    let wanted = "es fr de pt it nl pl ru uk tr ar he hi zh ja ko vi id cs sv da fi no el ro hu bg fa ur bn ta th sw ca sk sr hr mul en";
    for language in wanted.split(' ') {
        for attack in [true, false] {
            let of_language = |example: &&Example| example.language == language && example.attack == attack;
            assert!(all.iter().filter(of_language).count() >= 90, "{language} {attack}");
        }
    }
}

#[test]
fn no_text_shows_the_notation() {
    for example in examples(1) {
        let text = &example.text;
        // Babble may hold any marks side by side.
        let babbled = ["written:en/babble", "written:en/readable-suffix"].contains(&&*example.source);
        assert!(!text.contains("$insert") && !text.contains("~say") && (babbled || !text.contains("~(")), "{text}");
    }
}
