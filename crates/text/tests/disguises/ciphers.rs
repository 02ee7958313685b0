//! Letters and words for other ones: shifted alphabets, opposite order, names of letters, and two disguises in each other.

use super::{
    Disguise,
    codings::{base64, words},
    letters::swapped,
};

pub(super) const ALL: &[Disguise] = &[
    ("rot13", |text| shifted(text, 13)),
    ("shifted by three", |text| shifted(text, 3)),
    ("shifted by seven", |text| shifted(text, 7)),
    ("shifted by one back", |text| shifted(text, 25)),
    ("atbash", |text| {
        let turned = swapped(text, "zyxwvutsrqponmlkjihgfedcba");
        turned
            .chars()
            .map(|letter| if letter.is_ascii_uppercase() { char::from(b'Z' - (letter as u8 - b'A')) } else { letter })
            .collect()
    }),
    ("rot47", |text| {
        text.bytes()
            .map(|byte| char::from(if byte.is_ascii_graphic() { 33 + (byte - 33 + 47) % 94 } else { byte }))
            .collect()
    }),
    ("reversed", |text| text.chars().rev().collect()),
    ("reversed word by word", |text| words(text, " ", |word| word.chars().rev().collect())),
    ("Morse", |text| words(&text.to_lowercase(), " / ", |word| spelt(word, &MORSE, " "))),
    ("Morse in lines", |text| words(&text.to_lowercase(), "\n", |word| spelt(word, &MORSE, " "))),
    ("Morse, wide gaps", |text| words(&text.to_lowercase(), "   ", |word| spelt(word, &MORSE, " "))),
    ("Morse in dots and dashes of print", |text| {
        words(&text.to_lowercase(), " / ", |word| spelt(word, &MORSE, " ")).replace('.', "•").replace('-', "−")
    }),
    ("spelling alphabet", |text| words(&text.to_lowercase(), " / ", |word| spelt(word, &SPELLING, " "))),
    ("spelling alphabet in one row", |text| words(&text.to_lowercase(), " ", |word| spelt(word, &SPELLING, " "))),
    ("spelling alphabet, dashes", |text| words(&text.to_lowercase(), " ", |word| spelt(word, &SPELLING, "-"))),
    ("numbers of letters", |text| words(&text.to_lowercase(), " ", |word| numbers(word, "-"))),
    ("numbers of letters and bars", |text| words(&text.to_lowercase(), " / ", |word| numbers(word, " "))),
    ("pig latin", |text| words(&text.to_lowercase(), " ", pig_latin)),
    ("rot13 in base64", |text| base64(shifted(text, 13).as_bytes())),
    ("reversed in base64", |text| base64(text.chars().rev().collect::<String>().as_bytes())),
    ("base64 in a comment", |text| format!("<p>Hello.</p><!-- {} -->", base64(text.as_bytes()))),
    ("shifted and reversed", |text| shifted(text, 3).chars().rev().collect()),
    ("atbash in percent", |text| {
        swapped(&text.to_lowercase(), "zyxwvutsrqponmlkjihgfedcba").bytes().map(|byte| format!("%{byte:02x}")).collect()
    }),
    ("snake case in base64", |text| base64(text.to_lowercase().replace(' ', "_").as_bytes())),
    ("snake case, rot13", |text| shifted(&text.to_lowercase().replace(' ', "_"), 13)),
    ("spaced rot13", |text| shifted(text, 13).chars().map(String::from).collect::<Vec<_>>().join(" ")),
    ("no blanks, reversed", |text| text.to_lowercase().replace(' ', "").chars().rev().collect()),
    ("one word a line, reversed", |text| text.replace(' ', "\n").chars().rev().collect()),
    ("Morse in base64", |text| base64(words(&text.to_lowercase(), " / ", |word| spelt(word, &MORSE, " ")).as_bytes())),
];

fn shifted(text: &str, places: u8) -> String {
    let shift = |letter: char| {
        let first = if letter.is_ascii_lowercase() { b'a' } else { b'A' };
        if letter.is_ascii_alphabetic() { char::from((letter as u8 - first + places) % 26 + first) } else { letter }
    };
    text.chars().map(shift).collect()
}

fn spelt(word: &str, alphabet: &[&str; 26], joint: &str) -> String {
    word.bytes().map(|letter| alphabet[usize::from(letter - b'a')]).collect::<Vec<_>>().join(joint)
}

fn numbers(word: &str, joint: &str) -> String {
    word.bytes().map(|letter| (letter - b'a' + 1).to_string()).collect::<Vec<_>>().join(joint)
}

fn pig_latin(word: &str) -> String {
    match word.find(['a', 'e', 'i', 'o', 'u']).unwrap_or(0) {
        0 => format!("{word}way"),
        at => format!("{}{}ay", &word[at..], &word[..at]),
    }
}

const MORSE: [&str; 26] = [
    ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---", ".--.",
    "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..",
];
const SPELLING: [&str; 26] = [
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliet", "Kilo", "Lima",
    "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray",
    "Yankee", "Zulu",
];
