//! Letters in another dress, and text in characters that are not seen.

use super::Disguise;

pub(super) const ALL: &[Disguise] = &[
    ("fullwidth", |text| shifted(text, &[(b'a', 0xff41), (b'A', 0xff21)])),
    ("bold", |text| shifted(text, &[(b'a', 0x1d41a), (b'A', 0x1d400)])),
    ("fraktur", |text| shifted(text, &[(b'a', 0x1d586), (b'A', 0x1d56c)])),
    ("monospace", |text| shifted(text, &[(b'a', 0x1d68a), (b'A', 0x1d670)])),
    ("circled", |text| shifted(text, &[(b'a', 0x24d0), (b'A', 0x24b6)])),
    ("circled black", |text| shifted(&text.to_uppercase(), &[(b'A', 0x1f150)])),
    ("squared", |text| shifted(&text.to_uppercase(), &[(b'A', 0x1f130)])),
    ("squared black", |text| shifted(&text.to_uppercase(), &[(b'A', 0x1f170)])),
    ("in parentheses", |text| shifted(&text.to_lowercase(), &[(b'a', 0x249c)])),
    ("flags", |text| shifted(&text.to_uppercase(), &[(b'A', 0x1f1e6)])),
    ("flags apart", |text| {
        shifted(&text.to_uppercase(), &[(b'A', 0x1f1e6)]).chars().flat_map(|letter| [letter, '\u{200b}']).collect()
    }),
    ("small capitals", |text| swapped(&text.to_lowercase(), "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ")),
    ("raised", |text| swapped(&text.to_lowercase(), "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ")),
    ("upside down", |text| swapped(&text.to_lowercase(), "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz").chars().rev().collect()),
    ("upside down, not turned", |text| swapped(&text.to_lowercase(), "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")),
    ("Braille", |text| swapped(&text.to_lowercase(), "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵")),
    ("Braille cells for blanks", |text| swapped(&text.to_lowercase(), "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵").replace(' ', "⠀")),
    ("Cyrillic doubles", |text| {
        text.chars()
            .map(|letter| {
                "aceopxyi"
                    .chars()
                    .zip("асеорхуі".chars())
                    .find(|(latin, _)| *latin == letter)
                    .map_or(letter, |(_, double)| double)
            })
            .collect()
    }),
    ("accents", |text| {
        text.chars().flat_map(|letter| [Some(letter), letter.is_alphabetic().then_some('\u{301}')]).flatten().collect()
    }),
    ("struck through", |text| text.chars().flat_map(|letter| [letter, '\u{336}']).collect()),
    ("stacked marks", |text| text.chars().flat_map(|letter| [letter, '\u{301}', '\u{323}', '\u{30a}']).collect()),
    ("zero-width", |text| text.chars().flat_map(|letter| [letter, '\u{200b}']).collect()),
    ("zero-width of three kinds", |text| {
        text.chars().zip("\u{200b}\u{2060}\u{feff}".chars().cycle()).flat_map(|(letter, gap)| [letter, gap]).collect()
    }),
    ("tag characters", |text| {
        format!(
            "Nice hat.{}",
            text.chars().filter_map(|letter| char::from_u32(0xe0000 + u32::from(letter))).collect::<String>()
        )
    }),
    ("variation selectors", |text| format!("😀{}", text.bytes().map(selector).collect::<String>())),
    ("zero-width bits", |text| {
        let bits = text.bytes().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1));
        format!("Nice hat.{}", bits.map(|bit| if bit > 0 { '\u{200c}' } else { '\u{200b}' }).collect::<String>())
    }),
    ("punycode", |text| super::codings::words(text, " ", |word| format!("xn--{}", punycode(word)))),
];

fn selector(byte: u8) -> char {
    char::from_u32(if byte < 16 { 0xfe00 } else { 0xe0100 - 16 } + u32::from(byte)).unwrap()
}

fn shifted(text: &str, to: &[(u8, u32)]) -> String {
    let shift = |letter: char| {
        let (first, start) =
            to.iter().find(|(first, _)| (u32::from(*first)..u32::from(*first) + 26).contains(&u32::from(letter)))?;
        char::from_u32(start + u32::from(letter) - u32::from(*first))
    };
    text.chars().map(|letter| shift(letter).unwrap_or(letter)).collect()
}

pub(super) fn swapped(text: &str, alphabet: &str) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    text.chars()
        .map(|letter| if letter.is_ascii_lowercase() { alphabet[letter as usize - 'a' as usize] } else { letter })
        .collect()
}

/// RFC 3492, of the word with its vowels in Cyrillic.
fn punycode(word: &str) -> String {
    let word: Vec<char> = word
        .chars()
        .map(|c| match c {
            'a' => 'а',
            'e' => 'е',
            'o' => 'о',
            'i' => 'і',
            c => c,
        })
        .collect();
    let mut out: String = word.iter().filter(|c| c.is_ascii()).collect();
    let (mut n, mut delta, mut bias, basic) = (128_u32, 0_u32, 72_u32, out.len() as u32);
    let mut done = basic;
    if basic > 0 {
        out.push('-');
    }
    while (done as usize) < word.len() {
        let next = word.iter().map(|c| *c as u32).filter(|code| *code >= n).min().unwrap();
        delta += (next - n) * (done + 1);
        n = next;
        for c in &word {
            if (*c as u32) < n {
                delta += 1;
            }
            if *c as u32 == n {
                let (mut q, mut k) = (delta, 36);
                loop {
                    let t = k.clamp(bias + 1, bias + 26) - bias;
                    if q < t {
                        break;
                    }
                    out.push(digit(t + (q - t) % (36 - t)));
                    q = (q - t) / (36 - t);
                    k += 36;
                }
                out.push(digit(q));
                let mut d = if done == basic { delta / 700 } else { delta / 2 };
                d += d / (done + 1);
                let mut k = 0;
                while d > 455 {
                    d /= 35;
                    k += 36;
                }
                bias = k + 36 * d / (d + 38);
                delta = 0;
                done += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    out
}

fn digit(value: u32) -> char {
    char::from(if value < 26 { b'a' + value as u8 } else { b'0' + value as u8 - 26 })
}
