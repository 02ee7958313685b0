//! One labelled text.

use std::borrow::Cow;

use palisade_text::Origin;

/// A text, what it is, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Whether it is an attack when it has this origin.
    pub attack: bool,
    /// The origin that it is read with; none where the data does not say.
    pub origin: Option<Origin>,
    /// Its language (BCP 47), `mul` for several.
    pub language: Cow<'static, str>,
    /// The source it belongs to: what is left out as a whole when generalisation is measured.
    pub source: Cow<'static, str>,
}
