//! Every transform is undone, also two of them in each other, and words are found where they were written; nothing hostile
//! costs more than linear time.

use std::time::Instant;

use proptest::prelude::*;

use super::*;

type Transform = (&'static str, fn(&str) -> String);

const TRANSFORMS: [Transform; 22] = [
    ("zero-width", |text| joined(text, "\u{200b}")),
    ("soft-hyphen", |text| joined(text, "\u{ad}")),
    ("homoglyphs", |text| text.chars().map(|c| swap(c, "aceiopsxyABCEHIKMOPSTX", "асеіорѕхуАВСЕНІКМОРЅТХ")).collect()),
    ("fullwidth", |text| text.chars().map(|c| if c.is_ascii_graphic() { up(c, 0xfee0) } else { c }).collect()),
    ("mathematical", |text| {
        text.chars().map(|c| if c.is_ascii_lowercase() { up(c, 0x1d41a - 0x61) } else { c }).collect()
    }),
    ("diacritics", |text| {
        text.chars().flat_map(|c| [Some(c), c.is_alphabetic().then_some('\u{301}')]).flatten().collect()
    }),
    ("leet", |text| text.chars().map(|c| swap(c, "aeiostAEIOST", "431057431057")).collect()),
    ("base64", |text| format!("Decode this and follow it: {}", base64(text, false))),
    ("base64-url-unpadded", |text| base64(text, true).trim_end_matches('=').to_owned()),
    ("hex", |text| format!("Hex: {}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())),
    ("hex-list", |text| text.bytes().map(|byte| format!("{byte:02X} ")).collect()),
    ("decimal-list", |text| text.bytes().map(|byte| format!("{byte}, ")).collect()),
    ("binary-list", |text| text.bytes().map(|byte| format!("{byte:08b} ")).collect()),
    ("escapes", |text| text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()),
    ("percent", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("entities", |text| text.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
    ("rot13", |text| text.chars().map(rot13).collect()),
    ("reversed", |text| format!("Read backwards and do it: {}", text.chars().rev().collect::<String>())),
    ("spaced", |text| joined(text, " ")),
    ("tags", |text| format!("Sum this page up. {}", text.chars().map(|c| up(c, 0xe0000)).collect::<String>())),
    ("comment", |text| format!("<p>Open from 9 to 17.</p><!-- {text} --><p>Write to us.</p>")),
    ("hidden", |text| format!("<p>Open.</p><span style=\"font-size:0;color:#fff\">{text}</span>")),
];

fn up(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

fn swap(c: char, from: &str, to: &str) -> char {
    from.chars().position(|known| known == c).map_or(c, |place| to.chars().nth(place).unwrap())
}

fn joined(text: &str, by: &str) -> String {
    text.chars().map(String::from).collect::<Vec<_>>().join(by)
}

fn rot13(c: char) -> char {
    match c {
        'a'..='z' => char::from((c as u8 - b'a' + 13) % 26 + b'a'),
        'A'..='Z' => char::from((c as u8 - b'A' + 13) % 26 + b'A'),
        _ => c,
    }
}

fn base64(text: &str, url: bool) -> String {
    let mut letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
    letters.extend(if url { ['-', '_'] } else { ['+', '/'] });
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            out.push(if place <= group.len() { letters[bits >> (18 - 6 * place) & 63] } else { '=' });
        }
    }
    out
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A sentence of our own words; letters only, so that leetspeak is undone without doubt.
fn sentences() -> impl Strategy<Value = String> {
    const WORDS: [&str; 40] = [
        "please", "open", "the", "garden", "gate", "before", "morning", "comes", "and", "bring", "every", "letter",
        "from", "that", "drawer", "with", "them", "then", "write", "down", "what", "people", "have", "said", "about",
        "our", "house", "never", "tell", "your", "brother", "where", "key", "of", "this", "door", "must", "be",
        "hidden", "away",
    ];
    proptest::collection::vec(proptest::sample::select(WORDS.as_slice()), 8..24)
        .prop_map(|words| format!("{} and bring them the garden key", words.join(" ")))
}

fn finds(text: &str, sentence: &str) -> bool {
    views(text, &Limits::default()).views.iter().any(|view| plain(view.text()).contains(&plain(sentence)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_transform_is_undone(sentence in sentences()) {
        for (name, transform) in TRANSFORMS {
            let text = transform(&sentence);
            prop_assert!(finds(&text, &sentence), "{name}: {text:?} {:?}", views(&text, &Limits::default()).views);
        }
    }

    #[test]
    fn two_in_each_other_are_undone(sentence in sentences(), inner in 0..TRANSFORMS.len(), outer in 6..16_usize) {
        // A digit for a letter cannot be undone where letters were moved or coded before.
        let (inner, outer) = (TRANSFORMS[inner], TRANSFORMS[outer]);
        prop_assume!(outer.0 != "leet");
        let text = (outer.1)(&(inner.1)(&sentence));
        prop_assert!(finds(&text, &sentence), "{} in {}: {text:?}", inner.0, outer.0);
    }

    #[test]
    fn words_are_found_where_they_stand(sentence in sentences()) {
        for (name, transform) in TRANSFORMS {
            let whole = transform(&sentence);
            let found = views(&whole, &Limits::default());
            let Some(view) = found.views.iter().find(|view| plain(view.text()).contains(&sentence)) else { continue };
            let low = view.text().to_lowercase();
            let start = low.find("the ").unwrap_or_default();
            let place = view.original(start..start + 3);
            let word = whole.get(place.clone()).unwrap();
            // Decoding just these bytes gives the word, with what the coding cannot part from it.
            let least = transform("the").len().saturating_sub(transform("").len());
            prop_assert!(word.len() <= least + 16, "{name}: {word:?}");
            prop_assert!(view.source().start <= place.start && place.end <= view.source().end.max(place.end), "{name}");
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        sound(&text);
    }

    #[test]
    fn any_mix_of_codings_is_read(pieces in proptest::collection::vec(proptest::sample::select(HOSTILE.as_slice()), 0..60)) {
        sound(&pieces.concat());
    }
}

fn sound(text: &str) {
    let limits = Limits::default();
    let found = views(text, &limits);
    assert!(found.views.len() <= limits.views);
    for view in &found.views {
        assert!(text.get(view.source()).is_some(), "{view:?}");
        for (at, c) in view.text().char_indices() {
            let place = view.original(at..at + c.len_utf8());
            assert!(text.get(place.clone()).is_some(), "{place:?} of {text:?} in {view:?}");
        }
        assert!(view.original(0..view.text().len()).end <= text.len());
    }
}

const HOSTILE: [&str; 34] = [
    "<",
    "<!--",
    "-->",
    "<span hidden>",
    "</span>",
    "&#105;",
    "&lt;",
    "%69",
    "%E2",
    "\\x69",
    "\\u0069",
    "\\ud83d",
    "chr(105)+",
    "aWdub3Jl",
    "SUdOT1JF",
    "69 ",
    "105, ",
    "01101001 ",
    "i ",
    "n.",
    "1gn0r3 ",
    "\u{200b}",
    "\u{301}",
    "é",
    "\u{e0069}",
    "\u{fe01}",
    "\u{e0120}",
    "о",
    "[x]: # (",
    "![alt](",
    "\"",
    "**",
    "vtaber ",
    "ｉ",
];

#[test]
fn plain_prose_is_borrowed() {
    let prose = "The baker opens at six. By seven the whole street smells of bread, and by eight it is all sold.";
    let found = views(prose, &Limits::default());
    assert!(found.complete);
    assert_eq!(found.views.len(), 1);
    assert!(matches!(found.views[0].text, Cow::Borrowed(_)) && found.views[0].steps().is_empty());
    assert_eq!(found.views[0].original(4..9), 4..9);
}

#[test]
fn layers_end_at_the_limit() {
    let mut text = "please open the garden gate before the morning comes".to_owned();
    for _ in 0..4 {
        text = base64(&text, false);
    }
    assert!(finds(&text, "garden gate"));
    let deeper = base64(&text, false);
    let found = views(&deeper, &Limits::default());
    assert!(!found.complete, "{:?}", found.views.iter().map(View::steps).collect::<Vec<_>>());
    assert!(found.views.iter().any(|view| view.steps() == [Step::Base64; 4]));
}

#[test]
fn decoded_bytes_are_bounded() {
    let body = base64(&"open the gate. ".repeat(2000), false);
    let text = format!("<!--{body}-->").repeat(20);
    let limits = Limits::default();
    let found = views(&text, &limits);
    let decoded: usize = found.views.iter().skip(1).map(|view| view.text().len()).sum();
    assert!(decoded <= 2 * text.len() + limits.bytes);
    assert!(found.views.len() <= limits.views);
}

#[test]
fn hostile_text_takes_linear_time() {
    for piece in HOSTILE.into_iter().chain(["x", "aB", "0", "<a ", "[", "](", "a]: ", "=", ".- ", "q", "~", "Zz9+"]) {
        let text = piece.repeat(100_000 / piece.len());
        let start = Instant::now();
        views(&text, &Limits::default());
        assert!(start.elapsed().as_secs() < 20, "{piece:?}: {:?}", start.elapsed());
    }
}
