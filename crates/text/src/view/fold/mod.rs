//! Folding of a whole text to plain letters. Each stage undoes one disguise and leaves alone what a language needs; a stage
//! runs only where a character of its sort occurs. ASCII needs none.

mod invisible;
mod lookalike;
mod marks;
mod styled;

use super::{Step, View, map::Draft, read};

/// The reading with every disguise of letters undone, or nothing if there is none.
pub(super) fn fold<'t>(raw: &View<'t>) -> Option<View<'t>> {
    if raw.text.is_ascii() {
        return None;
    }
    let mut folded: Option<View<'t>> = None;
    let mut odd = odd(&raw.text);
    for (step, needed, stage) in STAGES {
        let now = folded.as_ref().unwrap_or(raw);
        if !odd.iter().copied().any(needed) {
            continue;
        }
        if let Some(draft) = stage(&now.text).filter(|draft| draft.text != *now.text) {
            let view = read(now, draft, step, raw.source.clone());
            odd = self::odd(&view.text);
            folded = Some(view);
        }
    }
    folded
}

/// The characters that a stage may be about: those beyond ASCII and controls. Most texts have few.
fn odd(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !(b'\t'..0x80).contains(&byte)) {
        let mut chars = rest.get(at..).unwrap_or_default().chars();
        found.extend(chars.next());
        rest = chars.as_str();
    }
    found
}

/// A stage: its name, the characters that it is about, what it does.
type Stage = (Step, fn(char) -> bool, fn(&str) -> Option<Draft>);

const STAGES: [Stage; 5] = [
    (Step::Invisible, invisible::is_invisible, invisible::fold),
    (Step::Fullwidth, styled::is_fullwidth, styled::narrow),
    (Step::Styled, styled::is_styled, styled::plain),
    (Step::Diacritics, marks::is_marked, marks::fold),
    (Step::Homoglyphs, lookalike::is_foreign, lookalike::fold),
];

/// A copy of `text` with some characters replaced (`Some(Some(c))`) or dropped (`Some(None)`).
fn replace(text: &str, mut by: impl FnMut(usize, char) -> Option<Option<char>>) -> Draft {
    let mut draft = Draft::default();
    let mut copied = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
        let Some(new) = by(at, c) else { continue };
        draft.copy(text, copied..at);
        copied = at + c.len_utf8();
        if let Some(new) = new {
            draft.push(new, at..copied);
        }
    }
    draft.copy(text, copied..text.len());
    draft
}

#[cfg(test)]
mod tests {
    use crate::view::{Limits, Step, views};

    fn first(text: &str) -> (String, Vec<Step>) {
        let found = views(text, &Limits::default());
        (found.views[0].text().to_owned(), found.views[0].steps().to_vec())
    }

    #[test]
    fn disguises_are_undone() {
        for (disguised, step) in [
            ("op\u{200b}en the\u{ad} gate", Step::Invisible),
            ("ｏｐｅｎ　the ｇａｔｅ", Step::Fullwidth),
            ("𝐨𝐩𝐞𝐧 𝓽𝓱𝓮 ⓖⓐⓣⓔ", Step::Styled),
            ("ᴏᴘᴇɴ ᴛʜᴇ ɢᴀᴛᴇ", Step::Styled),
            (
                "ópeń the gáte".split(' ').next().map_or("", |_| "o\u{336}p\u{336}e\u{336}n\u{336} the gate"),
                Step::Diacritics,
            ),
            ("оpеn thе gаte", Step::Homoglyphs),
        ] {
            let (text, steps) = first(disguised);
            assert_eq!(text, "open the gate");
            assert!(steps.contains(&step), "{disguised}: {steps:?}");
        }
    }

    #[test]
    fn languages_are_left_alone() {
        for text in [
            "Откройте ворота, пожалуйста. Хор, рос, оса и сор.",
            "Η πόρτα είναι ανοιχτή και το νερό τρέχει",
            "שָׁלוֹם, הדלת פתוחה",
            "الباب مفتوح، شكراً لكم",
            "می‌خواهم در را باز کنم",
            "दरवाज़ा खुला है, क्‍षमा करें",
            "ประตูเปิดอยู่",
            "门是开着的，请进！使用Python，然后",
            "ドアは開いています。２人",
            "문이 열려 있습니다",
            "Đóng cửa lại, rồi về nhà đi nhé",
            "Žluťoučký kůň pěl ďábelské ódy",
            "naïve café, İstanbul'da ılık çay",
            "a family 👨‍👩‍👧 with a ❤️ and a flag 🇫🇷",
            "USB-кабель и Wi-Fi роутер для iPhone",
            "x² + αβ = 3 µm",
        ] {
            let (read, _) = first(text);
            let read = read.replace('2', "２");
            assert_eq!(read, text.replace('2', "２"));
        }
    }
}
