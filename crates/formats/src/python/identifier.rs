//! Identifiers as Python compares them: letters of other alphabets that mean the same (compatibility forms) become the
//! plain ones.
//!
//! Python Language Reference, "Identifiers and keywords": identifiers are converted to NFKC. Only what becomes ASCII matters
//! here: no name of the standard library is anything else.

/// An identifier or dotted name in its plain form, if that is another one.
pub(super) fn folded(name: &str) -> Option<Box<str>> {
    if name.is_ascii() {
        return None;
    }
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match fold(letter) {
            Some(Fold::Letter(letter)) => plain.push(letter),
            Some(Fold::Letters(letters)) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    (plain != name).then(|| plain.into())
}

enum Fold {
    Letter(char),
    Letters(&'static str),
}

fn fold(letter: char) -> Option<Fold> {
    let code = u32::from(letter);
    let by_code = |code: u32| char::from_u32(code).map(Fold::Letter);
    match code {
        // Full width.
        0xFF10..=0xFF5A => by_code(code - 0xFEE0),
        // Thirteen alphabets of mathematics, upper case and lower case, without a gap in the numbering.
        0x1_D400..=0x1_D6A3 => {
            let place = (code - 0x1_D400) % 52;
            by_code(if place < 26 { 0x41 + place } else { 0x61 + place - 26 })
        }
        0x1_D7CE..=0x1_D7FF => by_code(0x30 + (code - 0x1_D7CE) % 10),
        0..0x80 => None,
        _ => SINGLE.split(' ').find_map(|pair| pair.strip_prefix(letter)).map(Fold::Letters),
    }
}

/// A letter and what it becomes: superscripts, letters of physics, Roman numerals, ligatures.
const SINGLE: &str = "ªa ºo ĲIJ ĳij ſs ǇLJ ǈLj ǉlj ǊNJ ǋNj ǌnj ǱDZ ǲDz ǳdz ʰh ʲj ʳr ʷw ʸy ˡl ˢs ˣx ᴬA ᴮB ᴰD ᴱE \
    ᴳG ᴴH ᴵI ᴶJ ᴷK ᴸL ᴹM ᴺN ᴼO ᴾP ᴿR ᵀT ᵁU ᵂW ᵃa ᵇb ᵈd ᵉe ᵍg ᵏk ᵐm ᵒo ᵖp ᵗt ᵘu ᵛv ᵢi ᵣr ᵤu ᵥv \
    ᶜc ᶠf ᶻz ⁱi ⁿn ₐa ₑe ₒo ₓx ₕh ₖk ₗl ₘm ₙn ₚp ₛs ₜt ℂC ℊg ℋH ℌH ℍH ℎh ℐI ℑI ℒL ℓl ℕN ℙP ℚQ \
    ℛR ℜR ℝR ℤZ ℨZ \u{212a}K ℬB ℭC ℯe ℰE ℱF ℳM ℴo ℹi ⅅD ⅆd ⅇe ⅈi ⅉj ⅠI ⅡII ⅢIII ⅣIV ⅤV ⅥVI ⅦVII \
    ⅧVIII ⅨIX ⅩX ⅪXI ⅫXII ⅬL ⅭC ⅮD ⅯM ⅰi ⅱii ⅲiii ⅳiv ⅴv ⅵvi ⅶvii ⅷviii ⅸix ⅹx ⅺxi ⅻxii ⅼl ⅽc \
    ⅾd ⅿm ⱼj ⱽV ꟲC ꟳF ꟴQ ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅst ﬆst ︳_ ︴_ ﹍_ ﹎_ ﹏_ 𐞥q 🯰0 🯱1 🯲2 🯳3 🯴4 🯵5 🯶6 \
    🯷7 🯸8 🯹9";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_the_same_letter_agree() {
        for name in
            ["\u{ff4f}\u{ff53}", "\u{1d428}\u{1d42c}", "o\u{17f}", "\u{2134}\u{1d4c8}", "\u{ba}s", "\u{1d5c8}\u{1d600}"]
        {
            assert_eq!(folded(name).as_deref(), Some("os"), "{name}");
        }
        assert_eq!(folded("e\u{fb03}x").as_deref(), Some("effix"));
        assert_eq!((folded("os"), folded("gr\u{f6}\u{df}e"), folded("\u{43e}s")), (None, None, None));
    }
}
