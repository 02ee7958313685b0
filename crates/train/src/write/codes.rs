//! Strings that look random and mean something, or that somebody typed for fun: hashes, keys of tables, names in code.

use super::change::base64;
use super::random::Random;

/// What the slot of this name becomes, if it is one of ours.
pub(super) fn written(name: &str, random: &mut Random) -> Option<String> {
    Some(match name {
        "digit" => random.between(1, 9).to_string(),
        "small" => random.between(2, 30).to_string(),
        "number" => random.between(12, 990).to_string(),
        "large" => random.between(1_000, 999_999).to_string(),
        "day" => random.between(1, 28).to_string(),
        "month" => format!("{:02}", random.between(1, 12)),
        "year" => random.between(1_995, 2_026).to_string(),
        "clock" => format!("{:02}:{:02}", random.between(0, 23), random.between(0, 59)),
        "hex" => some(random.between(6, 16), HEX, random),
        "hash" => some(*random.pick(&[32, 40, 64]).unwrap_or(&40), HEX, random),
        "uuid" => [8, 4, 4, 4, 12].map(|count| some(count, HEX, random)).join("-"),
        "code" => some(random.between(5, 9), "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", random),
        "letter" => some(1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", random),
        "base" => {
            let bytes: Vec<u8> =
                (0..random.between(18, 90)).flat_map(|_| random.next().to_le_bytes().into_iter().take(1)).collect();
            base64(&bytes)
        }
        "mash" => {
            let rows = ["asdfghjkl", "qwertyuiop", "zxcvbnm", "asdfjkl;"];
            let row = random.pick(&rows).copied().unwrap_or("asdf");
            some(random.between(6, 30), row, random)
        }
        "identifier" => identifier(random),
        "amino" => some(random.between(20, 90), "ACDEFGHIKLMNPQRSTVWY", random),
        "bases" => some(random.between(20, 90), "ACGT", random),
        "smiles" => some(random.between(10, 30), "CCCCCCOONN=()c1", random),
        _ => return None,
    })
}

fn some(count: usize, letters: &str, random: &mut Random) -> String {
    let letters: Vec<char> = letters.chars().collect();
    (0..count).filter_map(|_| random.pick(&letters).copied()).collect()
}

/// Two to four words, joined as programmers join them.
fn identifier(random: &mut Random) -> String {
    let words: Vec<&str> = (0..random.between(2, 4)).filter_map(|_| random.pick(NAMES).copied()).collect();
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    match random.below(5) {
        0 => words.join("_"),
        1 => words.join("_").to_uppercase(),
        2 => words.join("-"),
        3 => words.iter().map(|word| capital(word)).collect(),
        _ => words
            .iter()
            .enumerate()
            .map(|(at, word)| if at == 0 { (*word).to_owned() } else { capital(word) })
            .collect(),
    }
}

const HEX: &str = "0123456789abcdef";

const NAMES: &[&str] = &[
    "get", "set", "user", "index", "buffer", "parse", "node", "list", "max", "token", "file", "path", "cache", "event",
    "handler", "response", "request", "stream", "map", "key", "value", "session", "table", "row", "is", "has",
    "update", "render", "config", "http", "id", "frame", "queue", "job", "price", "tmp", "ptr", "ctx", "async", "lock",
    "delta", "mask", "grid", "view", "model", "date",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written() {
        let random = &mut Random::new(4);
        for name in ["hash", "uuid", "base", "mash", "identifier", "amino", "code", "clock", "large"] {
            assert!(written(name, random).unwrap().len() > 2, "{name}");
        }
        assert_eq!(written("nothing", random), None);
    }
}
