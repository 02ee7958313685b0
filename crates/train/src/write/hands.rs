//! Texts of later hands: each hand is one family, however many tables it wrote, since its tables share ways of writing.

use super::family::{COMMON, Family};

/// Every table of every hand, in the order in which they are written.
pub(super) fn all() -> impl Iterator<Item = Family> {
    let tables = [("say", SAY), ("play", PLAY), ("data", DATA), ("calm", CALM)];
    let english = tables.into_iter().flat_map(|(hand, tables)| {
        tables.iter().map(move |&(name, files)| Family {
            source: format!("written:en/{hand}/{name}"),
            language: "en",
            files: [COMMON].iter().chain(files).copied().collect(),
        })
    });
    let voices = VOICES.iter().map(|&(language, file)| Family {
        source: match language.split_once('-') {
            Some((language, script)) => format!("written:{language}/{script}"),
            None => format!("written:{language}/voices"),
        },
        language,
        files: vec![COMMON, file],
    });
    let tongues = TONGUES.iter().map(|&(language, file)| Family {
        source: format!("written:{language}/tongues"),
        language,
        files: vec![COMMON, file],
    });
    english.chain(voices).chain(tongues)
}

/// Tables that nothing is learnt from: another hand's texts in languages besides English.
pub(super) fn held() -> impl Iterator<Item = Family> {
    HELD.iter().map(|&(language, file)| Family {
        source: format!("written:{language}/held"),
        language,
        files: vec![file],
    })
}

type Table = (&'static str, &'static [&'static str]);

/// What a user types to a model, attacks and their neighbours.
const SAY: &[Table] = &[
    ("letters", &[include_str!("say/letters.txt")]),
    ("orders", &[include_str!("say/orders.txt")]),
    ("parts", &[include_str!("say/parts.txt")]),
    ("pressure", &[include_str!("say/pressure.txt")]),
    ("secrets", &[include_str!("say/secrets.txt")]),
    ("short", &[include_str!("say/short.txt")]),
    ("turns", &[include_str!("say/turns.txt")]),
];

const ASKS: &str = include_str!("play/parts.txt");

/// Roles, stories, games, pretexts.
const PLAY: &[Table] = &[
    ("code", &[ASKS, include_str!("play/code.txt")]),
    ("fiction", &[ASKS, include_str!("play/fiction.txt")]),
    ("long", &[ASKS, include_str!("play/long.txt")]),
    ("persona", &[ASKS, include_str!("play/persona.txt")]),
    ("pretext", &[ASKS, include_str!("play/pretext.txt")]),
    ("short", &[ASKS, include_str!("play/short.txt")]),
    ("talk", &[ASKS, include_str!("play/talk.txt")]),
];

const INSERTED: &str = include_str!("data/payload.txt");
const BESIDE: &str = include_str!("data/harmless.txt");

/// Data that an agent reads, with an order in it and without.
const DATA: &[Table] = &[
    ("bare", &[INSERTED, BESIDE, include_str!("data/bare.txt")]),
    ("code", &[include_str!("data/code.txt")]),
    ("long", &[INSERTED, BESIDE, include_str!("data/long.txt")]),
    ("office", &[INSERTED, BESIDE, include_str!("data/office.txt")]),
    ("records", &[INSERTED, BESIDE, include_str!("data/records.txt")]),
    ("tool", &[include_str!("data/tool.txt")]),
    ("web", &[INSERTED, BESIDE, include_str!("data/web.txt")]),
    ("whole", &[include_str!("data/whole.txt")]),
];

/// Harmless texts that use the words of attacks, and some attacks in their dress.
const CALM: &[Table] = &[
    ("addressed", &[include_str!("calm/addressed.txt")]),
    ("creative", &[include_str!("calm/creative.txt")]),
    ("documents", &[include_str!("calm/documents.txt")]),
    ("operators", &[include_str!("calm/operators.txt")]),
    ("requests", &[include_str!("calm/requests.txt")]),
    ("security", &[include_str!("calm/security.txt")]),
    ("tech", &[include_str!("calm/tech.txt")]),
    ("tongues", &[include_str!("calm/tongues.txt")]),
    ("words", &[include_str!("calm/words.txt")]),
];

/// Languages besides English, as they are spoken and written there.
const VOICES: &[(&str, &str)] = &[
    ("ar", include_str!("voices/ar.txt")),
    ("cs", include_str!("voices/cs.txt")),
    ("de", include_str!("voices/de.txt")),
    ("es", include_str!("voices/es.txt")),
    ("fr", include_str!("voices/fr.txt")),
    ("he", include_str!("voices/he.txt")),
    ("hi-Latn", include_str!("voices/hi-Latn.txt")),
    ("hi", include_str!("voices/hi.txt")),
    ("id", include_str!("voices/id.txt")),
    ("it", include_str!("voices/it.txt")),
    ("ja", include_str!("voices/ja.txt")),
    ("ko", include_str!("voices/ko.txt")),
    ("nl", include_str!("voices/nl.txt")),
    ("pl", include_str!("voices/pl.txt")),
    ("pt", include_str!("voices/pt.txt")),
    ("ru", include_str!("voices/ru.txt")),
    ("sv", include_str!("voices/sv.txt")),
    ("th", include_str!("voices/th.txt")),
    ("tr", include_str!("voices/tr.txt")),
    ("uk", include_str!("voices/uk.txt")),
    ("vi", include_str!("voices/vi.txt")),
    ("zh", include_str!("voices/zh.txt")),
];

/// The same languages by yet another hand.
const TONGUES: &[(&str, &str)] = &[
    ("ar", include_str!("tongues/ar.txt")),
    ("de", include_str!("tongues/de.txt")),
    ("es", include_str!("tongues/es.txt")),
    ("fr", include_str!("tongues/fr.txt")),
    ("he", include_str!("tongues/he.txt")),
    ("hi", include_str!("tongues/hi.txt")),
    ("id", include_str!("tongues/id.txt")),
    ("it", include_str!("tongues/it.txt")),
    ("ja", include_str!("tongues/ja.txt")),
    ("ko", include_str!("tongues/ko.txt")),
    ("nl", include_str!("tongues/nl.txt")),
    ("pl", include_str!("tongues/pl.txt")),
    ("pt", include_str!("tongues/pt.txt")),
    ("ru", include_str!("tongues/ru.txt")),
    ("tr", include_str!("tongues/tr.txt")),
    ("uk", include_str!("tongues/uk.txt")),
    ("vi", include_str!("tongues/vi.txt")),
    ("zh", include_str!("tongues/zh.txt")),
];

/// One table a language, to measure with.
const HELD: &[(&str, &str)] = &[
    ("ar", include_str!("held/ar.txt")),
    ("de", include_str!("held/de.txt")),
    ("es", include_str!("held/es.txt")),
    ("fr", include_str!("held/fr.txt")),
    ("he", include_str!("held/he.txt")),
    ("hi", include_str!("held/hi.txt")),
    ("id", include_str!("held/id.txt")),
    ("it", include_str!("held/it.txt")),
    ("ja", include_str!("held/ja.txt")),
    ("ko", include_str!("held/ko.txt")),
    ("nl", include_str!("held/nl.txt")),
    ("pl", include_str!("held/pl.txt")),
    ("pt", include_str!("held/pt.txt")),
    ("ru", include_str!("held/ru.txt")),
    ("tr", include_str!("held/tr.txt")),
    ("uk", include_str!("held/uk.txt")),
    ("vi", include_str!("held/vi.txt")),
    ("zh", include_str!("held/zh.txt")),
];
