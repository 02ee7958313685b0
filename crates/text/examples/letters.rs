//! Makes `src/view/letters.bin`: how likely English letters follow each other. `letters FOLDER... > letters.bin` counts the
//! prose of Markdown files and of comments in Rust files under the folders (ours was counted over the crates of a Cargo
//! registry). The table: 27 x 27 pairs, then 27 x 27 x 27 triples (0 is a gap between words, 1 to 26 are letters), each the
//! natural logarithm of P(last | those before) x 27, in sixteenths, as a signed byte.

use std::{
    env, fs,
    io::{self, Write},
    path::PathBuf,
};

const SYMBOLS: usize = 27;

fn main() -> io::Result<()> {
    let mut pairs = vec![0.0_f64; SYMBOLS * SYMBOLS];
    let mut triples = vec![0.0_f64; SYMBOLS * SYMBOLS * SYMBOLS];
    let mut folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for path in entries.into_iter().map(|entry| entry.path()) {
            let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if matches!(kind.as_str(), "md" | "rs") {
                let Ok(text) = fs::read_to_string(&path) else { continue };
                text.lines()
                    .filter_map(|line| prose(line, &kind))
                    .for_each(|line| count(line, &mut pairs, &mut triples));
            }
        }
    }
    let mut out = io::stdout().lock();
    let firsts: Vec<f64> = pairs.chunks(SYMBOLS).map(|row| row.iter().sum()).collect();
    let total: f64 = firsts.iter().sum();
    let single = |last: usize| firsts.get(last).copied().unwrap_or_default() / total;
    let double = |at: usize| {
        let (row, last) = (at / SYMBOLS, at % SYMBOLS);
        let seen = firsts.get(row).copied().unwrap_or_default();
        (pairs.get(at).copied().unwrap_or_default() + 8.0 * single(last)) / (seen + 8.0)
    };
    for at in 0..pairs.len() {
        out.write_all(&[level(double(at))])?;
    }
    for (at, count) in triples.iter().enumerate() {
        let row: f64 = triples.iter().skip(at / SYMBOLS * SYMBOLS).take(SYMBOLS).sum();
        out.write_all(&[level((count + 8.0 * double(at % (SYMBOLS * SYMBOLS))) / (row + 8.0))])?;
    }
    Ok(())
}

/// The line if it reads as a sentence or a part of one.
fn prose<'l>(line: &'l str, kind: &str) -> Option<&'l str> {
    let line = line.trim();
    let line = if kind == "rs" { line.strip_prefix("//")?.trim_start_matches(['/', '!', ' ']) } else { line };
    let plain = line.bytes().filter(|byte| byte.is_ascii_lowercase() || *byte == b' ').count();
    (line.split(' ').count() > 4 && plain * 10 > line.len() * 9).then_some(line)
}

fn count(line: &str, pairs: &mut [f64], triples: &mut [f64]) {
    let (mut before, mut last) = (0, 0);
    for byte in line.bytes().chain([b' ']).filter(|byte| *byte != b'\'') {
        let next = if byte.is_ascii_alphabetic() { usize::from(byte.to_ascii_lowercase() - b'a') + 1 } else { 0 };
        if next == 0 && last == 0 {
            continue;
        }
        if let Some(pair) = pairs.get_mut(last * SYMBOLS + next) {
            *pair += 1.0;
        }
        if let Some(triple) = triples.get_mut((before * SYMBOLS + last) * SYMBOLS + next) {
            *triple += 1.0;
        }
        (before, last) = (last, next);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of a signed byte")]
fn level(probability: f64) -> u8 {
    let level = ((probability * 27.0).ln() * 16.0).round().clamp(-127.0, 127.0) as i8;
    level as u8
}
