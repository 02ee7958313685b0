//! Letters in another dress: fullwidth, mathematical, circled, squared, raised, small capitals, lone regional indicators.

use unicode_normalization::char::decompose_compatible;

use super::{super::map::Draft, replace};

/// Whether a character is the wide form of an ASCII character.
pub(super) const fn is_fullwidth(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
}

/// Narrows wide letters and digits, and the wide signs and spaces that do not stand beside ideographs.
pub(super) fn narrow(text: &str) -> Option<Draft> {
    let mut letters = 0_usize;
    let wide = text.chars().filter(|c| is_wide_letter(*c)).take(3).count();
    let draft = replace(text, |at, c| {
        if is_wide_letter(c) {
            letters += 1;
        } else if !is_fullwidth(c) && c != '\u{3000}' || wide < 3 {
            return None;
        } else {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text.get(at + c.len_utf8()..).and_then(|tail| tail.chars().next());
            if before.is_some_and(is_ideograph) || after.is_some_and(is_ideograph) {
                return None;
            }
        }
        let narrow = if c == '\u{3000}' { Some(' ') } else { char::from_u32(u32::from(c) - 0xfee0) };
        narrow.map(Some)
    });
    (letters > 0).then_some(draft)
}

fn is_wide_letter(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fff}' | '\u{3001}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character may be a styled letter.
pub(super) const fn is_styled(c: char) -> bool {
    matches!(c,
        '\u{250}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}' | '\u{1d00}'..='\u{1dbf}' | '\u{2070}'..='\u{209f}' | '\u{2100}'..='\u{214f}'
        | '\u{249c}'..='\u{24ea}' | '\u{2c7c}' | '\u{a730}'..='\u{a731}' | '\u{a7f4}' | '\u{107a5}' | '\u{1d400}'..='\u{1d7ff}'
        | '\u{1f110}'..='\u{1f1ff}' | '\u{1fbf0}'..='\u{1fbf9}')
}

/// Makes styled letters plain.
pub(super) fn plain(text: &str) -> Option<Draft> {
    let mut any = false;
    let spells = text.chars().any(is_regional) && spells(text);
    let draft = replace(text, |at, c| {
        if !is_styled(c) {
            return None;
        }
        let new = if is_regional(c) {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text.get(at + c.len_utf8()..).and_then(|tail| tail.chars().next());
            // Two beside each other are a flag.
            let flag = before.is_some_and(is_regional) || after.is_some_and(is_regional);
            if flag && !spells { None } else { offset(c, 0x1f1e6, b'A') }
        } else {
            letter(c)
        };
        any |= new.is_some();
        new.map(Some)
    });
    any.then_some(draft)
}

/// Whether regional indicators spell words: most pairs of them are no flags of a region.
fn spells(text: &str) -> bool {
    let (mut pairs, mut flags) = (0_usize, 0_usize);
    for run in text.split(|c| !is_regional(c)) {
        let letters: String = run.chars().filter_map(|c| offset(c, 0x1f1e6, b'A')).collect();
        for pair in letters.as_bytes().chunks(2).filter(|_| letters.len() > 1) {
            let known = REGIONS.split(' ').any(|region| region.as_bytes() == pair);
            pairs += 1;
            flags += usize::from(known);
        }
    }
    pairs >= 2 && flags * 4 < pairs * 3
}

const fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

fn letter(c: char) -> Option<char> {
    match c {
        '\u{249c}'..='\u{24b5}' => offset(c, 0x249c, b'a'),
        '\u{1f110}'..='\u{1f129}' => offset(c, 0x1f110, b'A'),
        '\u{1f150}'..='\u{1f169}' => offset(c, 0x1f150, b'A'),
        '\u{1f170}'..='\u{1f189}' => offset(c, 0x1f170, b'A'),
        '\u{250}'..='\u{2af}'
        | '\u{1d00}'..='\u{1d2b}'
        | '\u{2c7c}'
        | '\u{a730}'..='\u{a731}'
        | '\u{a7f4}'
        | '\u{107a5}' => {
            let (_, plain) = SMALL_CAPITALS.iter().find(|(styled, _)| *styled == c)?;
            Some(*plain)
        }
        _ => {
            let (mut first, mut count) = (None, 0);
            decompose_compatible(c, |part| {
                first = first.or(Some(part));
                count += 1;
            });
            // Raised digits are exponents and notes.
            let raised = matches!(c, '\u{2070}'..='\u{209f}');
            first.filter(|first| {
                count == 1
                    && *first != c
                    && if raised { first.is_ascii_alphabetic() } else { first.is_ascii_alphanumeric() }
            })
        }
    }
}

fn offset(c: char, first: u32, letter: u8) -> Option<char> {
    u8::try_from(u32::from(c).checked_sub(first)?).ok().map(|place| char::from(letter + place))
}

/// The regions that have flags (ISO 3166-1, and what Unicode adds).
const REGIONS: &str = "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS \
    MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
    SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UN \
    US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// Letters of phonetic alphabets that are used as small capitals or turned letters; they have no decomposition.
const SMALL_CAPITALS: [(char, char); 51] = [
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
    ('ɐ', 'a'),
    ('ɔ', 'c'),
    ('ɟ', 'f'),
    ('ɥ', 'h'),
    ('ɹ', 'r'),
    ('ʇ', 't'),
    ('ʌ', 'v'),
    ('ʍ', 'w'),
    ('ʎ', 'y'),
    ('ɯ', 'm'),
    ('ʞ', 'k'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('ɩ', 'i'),
    ('ʋ', 'v'),
    ('ɾ', 'r'),
    ('ɓ', 'b'),
    ('ɗ', 'd'),
    ('ɠ', 'g'),
    ('ɦ', 'h'),
    ('ɨ', 'i'),
    ('ɵ', 'o'),
    ('ʂ', 's'),
    ('ʐ', 'z'),
    ('ꭀ', 'e'),
    ('𐞥', 'q'),
    ('ꟴ', 'q'),
];
