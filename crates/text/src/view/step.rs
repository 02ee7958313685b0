//! What was done to the text to read it otherwise.

use std::fmt;

/// One thing that hid the text and was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Zero-width characters, direction controls and soft hyphens were dropped.
    Invisible,
    /// Tag characters (U+E0020 to U+E007E) were read as the ASCII letters that they mirror.
    Tags,
    /// Variation selectors were read as bytes.
    VariationSelectors,
    /// Two kinds of zero-width characters were read as bits.
    ZeroWidthBits,
    /// Letters of one script that look like those of another were replaced.
    Homoglyphs,
    /// Fullwidth letters were narrowed.
    Fullwidth,
    /// Mathematical, circled, squared, raised and small-capital letters were made plain.
    Styled,
    /// Marks that no language stacks on these letters were dropped.
    Diacritics,
    /// Digits and signs inside of words were read as letters.
    Leet,
    /// Letters set apart by spaces, dots, dashes or line breaks were joined.
    Spaced,
    /// Letters were put in the opposite order.
    Reversed,
    /// The letters of each word were put in the opposite order.
    ReversedWords,
    /// Letters were shifted by thirteen places.
    Rot13,
    /// Letters were shifted by another number of places, or the alphabet was turned round.
    Shifted,
    /// Words in alternating case were lowered.
    MixedCase,
    /// Base64 was decoded.
    Base64,
    /// Base32 was decoded.
    Base32,
    /// Base85 or Ascii85 was decoded.
    Base85,
    /// Hexadecimal bytes were decoded.
    Hex,
    /// Bytes in binary, octal or decimal numbers were decoded.
    Numbers,
    /// Backslash escapes or calls of `chr` were decoded.
    Escapes,
    /// Percent escapes were decoded.
    Percent,
    /// HTML character references were decoded.
    Entities,
    /// The body of an HTML comment was taken.
    Comment,
    /// The content of an HTML element that is not shown was taken.
    HiddenElement,
    /// The value of an attribute that is not shown as text was taken.
    Attribute,
    /// HTML tags inside of words were dropped.
    SplitByTags,
    /// The part of a Markdown link, image or definition that is not shown was taken, or marks inside of words were dropped.
    Markdown,
    /// Morse code was read.
    Morse,
    /// Words written without blanks between them were set apart.
    Joined,
    /// Words that stood one a line were put beside each other.
    Lines,
    /// Letters that stood between all others were dropped.
    Filler,
    /// Pieces of strings were put together.
    Strings,
    /// Signs were shifted by 47 places.
    Rot47,
    /// Punycode was decoded.
    Punycode,
    /// Quoted-printable bytes were decoded.
    QuotedPrintable,
    /// UTF-7 was decoded.
    Utf7,
    /// Braille was read.
    Braille,
    /// Letters that stood upside down were turned.
    UpsideDown,
    /// Words that stand for their first letters were read.
    SpellingAlphabet,
    /// Letters at the ends of words were put back before them.
    PigLatin,
}

impl Step {
    /// Whether it only makes letters plain and keeps the text as a whole.
    pub(super) const fn is_folding(self) -> bool {
        matches!(self, Self::Invisible | Self::Homoglyphs | Self::Fullwidth | Self::Styled | Self::Diacritics)
    }

    /// Its name, in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invisible => "invisible",
            Self::Tags => "tags",
            Self::VariationSelectors => "variation-selectors",
            Self::ZeroWidthBits => "zero-width-bits",
            Self::Homoglyphs => "homoglyphs",
            Self::Fullwidth => "fullwidth",
            Self::Styled => "styled",
            Self::Diacritics => "diacritics",
            Self::Leet => "leet",
            Self::Spaced => "spaced",
            Self::Reversed => "reversed",
            Self::ReversedWords => "reversed-words",
            Self::Rot13 => "rot13",
            Self::Shifted => "shifted",
            Self::MixedCase => "mixed-case",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Base85 => "base85",
            Self::Hex => "hex",
            Self::Numbers => "numbers",
            Self::Escapes => "escapes",
            Self::Percent => "percent",
            Self::Entities => "entities",
            Self::Comment => "comment",
            Self::HiddenElement => "hidden-element",
            Self::Attribute => "attribute",
            Self::SplitByTags => "split-by-tags",
            Self::Markdown => "markdown",
            Self::Morse => "morse",
            Self::Joined => "joined",
            Self::Lines => "lines",
            Self::Filler => "filler",
            Self::Strings => "strings",
            Self::Rot47 => "rot47",
            Self::Punycode => "punycode",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf7 => "utf7",
            Self::Braille => "braille",
            Self::UpsideDown => "upside-down",
            Self::SpellingAlphabet => "spelling-alphabet",
            Self::PigLatin => "pig-latin",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
