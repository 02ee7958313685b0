//! How people type: no capitals, all capitals, slips of the finger, too many marks. The same for attacks and harmless texts,
//! so that carelessness is no sign of either.

use super::change::sentence;
use super::random::Random;

/// The text, left alone in seven of ten cases.
pub(super) fn roughen(text: String, random: &mut Random) -> String {
    // Encoded text and hashes stay what they are.
    if text.split_whitespace().any(|word| word.is_ascii() && word.len() > LONGEST_WORD) {
        return text;
    }
    let text = if random.chance(70) { sentence(&text) } else { text };
    match random.below(40) {
        0..=3 => text.to_lowercase(),
        4 => text.to_uppercase(),
        5 => slip(&text, random),
        6 => slip(&text.to_lowercase(), random),
        7 => text.trim_end_matches(['.', '!', '。', '।']).to_owned(),
        8 => format!(
            "{}{}",
            text.trim_end_matches(['.', '!']),
            ["!!", "!!!", " ...", " :)", " pls", "??"].get(random.below(6)).unwrap_or(&"")
        ),
        9 => text.replace(", ", " ").replace('\'', ""),
        10 => text.replace(". ", ".\n"),
        11 => text.replace(". ", ".\n\n"),
        _ => text,
    }
}

/// Nobody types a longer word by hand.
const LONGEST_WORD: usize = 32;

/// Swaps, drops or doubles a letter in some of the longer words.
fn slip(text: &str, random: &mut Random) -> String {
    let words = text.split(' ').map(|word| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() > 3 && letters.iter().all(|letter| letter.is_alphabetic()) && random.chance(15) {
            let at = random.between(1, letters.len() - 2);
            match random.below(3) {
                0 => letters.swap(at, at + 1),
                1 => drop(letters.remove(at)),
                _ => letters.insert(at, letters.get(at).copied().unwrap_or('e')),
            }
        }
        letters.into_iter().collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_text_is_left_alone() {
        let random = &mut Random::new(5);
        let text = format!("decode {}", "aGVsbG8g".repeat(6));
        assert!((0..200).all(|_| roughen(text.clone(), random) == text));
    }

    #[test]
    fn most_texts_stay_as_they_are() {
        let random = &mut Random::new(5);
        let text = "Would somebody please correct these sentences. They are wrong.";
        let same = (0..1_000).filter(|_| roughen(text.to_owned(), random) == text).count();
        assert!((600..850).contains(&same), "{same}");
    }
}
