//! The families, and the tables that each is written from.

use super::{hands, languages};

/// One source of texts.
pub(super) struct Family {
    /// The name of the source: `written:`, the language, for English the family, and the table where there are several.
    pub(super) source: String,
    /// The language of its texts (BCP 47), `mul` for several.
    pub(super) language: &'static str,
    pub(super) files: Vec<&'static str>,
}

pub(super) const COMMON: &str = include_str!("common.txt");
const PARTS: &str = include_str!("direct/parts.txt");

const PAYLOADS: &str = include_str!("indirect/payloads.txt");
const SHELLS: &str = include_str!("indirect/shells.txt");
const DUTIES: &str = include_str!("indirect/duties.txt");
const SLUR: &str = include_str!("direct/slur.txt");
const PLAIN: &str = include_str!("indirect/plain.txt");

/// Every family, in the order in which they are written.
pub(super) fn all() -> Vec<Family> {
    let english = |name: &str| format!("written:en/{name}");
    let direct = DIRECT.iter().map(|&(name, file)| Family {
        source: english(name),
        language: "en",
        files: vec![COMMON, PARTS, SLUR, file],
    });
    let benign =
        BENIGN.iter().map(|&(name, file)| Family { source: english(name), language: "en", files: vec![COMMON, file] });
    let indirect = INDIRECT.iter().map(|&(name, files)| {
        let files = [COMMON].iter().chain(files).copied().collect();
        Family { source: english(name), language: "en", files }
    });
    let languages = languages::ALL.iter().map(|&(language, file)| Family {
        source: format!("written:{language}/phrases"),
        language,
        files: vec![COMMON, languages::CARRIERS, file],
    });
    direct.chain(indirect).chain(benign).chain(languages).chain(hands::all()).collect()
}

/// English attacks that a user types.
const DIRECT: &[(&str, &str)] = &[
    ("override", include_str!("direct/override.txt")),
    ("priority", include_str!("direct/priority.txt")),
    ("leak", include_str!("direct/leak.txt")),
    ("persona", include_str!("direct/persona.txt")),
    ("long-jailbreak", include_str!("direct/long.txt")),
    ("babble", include_str!("direct/babble.txt")),
    ("readable-suffix", include_str!("direct/readable.txt")),
    ("hijack", include_str!("direct/hijack.txt")),
    ("commands", include_str!("direct/commands.txt")),
    ("voices", include_str!("direct/voices.txt")),
];

/// English data that holds an order, and the same kinds of data without one.
const INDIRECT: &[(&str, &[&str])] = &[
    ("mail", &[PAYLOADS, include_str!("indirect/mail.txt")]),
    ("web", &[PAYLOADS, PLAIN, include_str!("indirect/web.txt")]),
    ("records", &[PAYLOADS, PLAIN, include_str!("indirect/records.txt")]),
    ("code", &[PAYLOADS, PLAIN, SHELLS, include_str!("indirect/code.txt")]),
    ("skills", &[include_str!("indirect/skills.txt")]),
    ("origin", &[include_str!("indirect/origin.txt")]),
    ("tools", &[PAYLOADS, include_str!("indirect/tools.txt")]),
    ("shell", &[SHELLS, include_str!("indirect/shell.txt")]),
    ("notices", &[SHELLS, SLUR, include_str!("indirect/notices.txt")]),
    ("wrapped", &[SLUR, include_str!("indirect/wrapped.txt")]),
    ("duty", &[DUTIES, include_str!("indirect/duty.txt")]),
    ("hidden", &[DUTIES, include_str!("indirect/hidden.txt")]),
    // It is harmless, but quotes attacks, so that it shares their slots.
    ("security", &[PARTS, include_str!("benign/security.txt")]),
];

/// English texts that are harmless where they stand.
const BENIGN: &[(&str, &str)] = &[
    ("trigger-words", include_str!("benign/triggers.txt")),
    ("requests", include_str!("benign/requests.txt")),
    ("structures", include_str!("benign/structures.txt")),
    ("long-request", include_str!("benign/long.txt")),
    ("random-looking", include_str!("benign/random.txt")),
    ("prompts", include_str!("benign/prompts.txt")),
    ("documents", include_str!("benign/documents.txt")),
    ("service", include_str!("benign/service.txt")),
];
