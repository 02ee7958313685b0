//! Opens models of boosted trees: `XGBoost` in all its formats, `LightGBM`. None of them has a place for code, so the texts
//! in them are all there is to judge.

use palisade_formats::{
    json_strings::{strings, unescaped},
    lightgbm,
    sniff::Format,
    ubjson::{self, Flaw, Limits},
};

use super::{
    part::Part,
    reading::{Reading, Role},
};
use crate::{Engine, input::model::OddityKind};

/// Opens JSON if it is a model of `XGBoost`.
pub(super) fn json(part: &Part<'_>, text: &str, engine: &mut Engine) -> bool {
    if !strings(text).any(|found| found.is_key && found.depth == 1 && text.get(found.range) == Some("learner")) {
        return false;
    }
    let mut reading = Reading::default();
    let mut all = strings(text);
    for found in all.by_ref().filter(|found| !found.is_key || found.range.len() > 32) {
        let value = unescaped(text.get(found.range.clone()).unwrap_or_default());
        reading.text(text.get(found.key).unwrap_or_default(), found.range, &value);
    }
    if all.is_too_deep() {
        reading.odd(0, OddityKind::Bomb, false, "its lists are nested so deep that a recursive reader crashes");
    } else if !text.trim_end().ends_with('}') {
        reading.cut("its text breaks off");
    }
    reading.judge(part, Format::ModelJson, "an XGBoost model", Role::Weights, engine);
    true
}

/// Opens Universal Binary JSON.
pub(super) fn ubjson(part: &Part<'_>, engine: &mut Engine) -> bool {
    let document = ubjson::parse(part.bytes, Limits::default());
    let is_key = |text: &ubjson::Text, key: &[u8]| {
        text.is_key && text.depth == 1 && part.bytes.get(text.range.clone()) == Some(key)
    };
    let named = ["ubj", "bst", "xgb", "model"].iter().any(|extension| part.has_extension(extension));
    if !named && !document.texts.iter().any(|text| is_key(text, b"learner")) {
        return false;
    }
    let mut reading = Reading::default();
    for text in document.texts.iter().filter(|text| !text.is_key || text.range.len() > 32) {
        let key = String::from_utf8_lossy(part.bytes.get(text.key.clone()).unwrap_or_default());
        reading.raw_text(&key, part.bytes, text.range.clone());
    }
    match document.flaw {
        Some(Flaw::Absurd(at)) => {
            reading.odd(at, OddityKind::Malformed, false, "it claims a length that makes a loader reserve gigabytes");
        }
        Some(Flaw::Deep) => {
            let what = "its lists are nested so deep that a recursive reader crashes";
            reading.odd(0, OddityKind::Bomb, false, what);
        }
        Some(Flaw::Short) => reading.cut("its data breaks off"),
        Some(Flaw::Unknown(at)) => reading.cut(format!("it cannot be read on from byte {at}")),
        Some(Flaw::Many) => reading.cut("it has more texts than the scan reads"),
        None => {}
    }
    trailing(part, &mut reading, document.flaw.is_none().then_some(document.end));
    reading.judge(part, Format::XgboostUbj, "an XGBoost model", Role::Weights, engine);
    true
}

/// Opens the format before JSON: parameters and names at the beginning, then trees, then attributes as text.
pub(super) fn binary(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut reading = Reading::default();
    reading.runs(part.bytes, 0..HEAD);
    reading.runs(part.bytes, part.bytes.len().saturating_sub(HEAD).max(HEAD)..part.bytes.len());
    reading.judge(part, Format::XgboostBinary, "an XGBoost model", Role::Weights, engine);
    true
}

/// Opens the text of a `LightGBM` model.
pub(super) fn lightgbm(part: &Part<'_>, engine: &mut Engine) -> bool {
    let text = String::from_utf8_lossy(part.bytes);
    let mut reading = Reading::default();
    for line in lightgbm::texts(&text) {
        reading.text(line.key, line.range, line.value);
    }
    reading.judge(part, Format::LightGbm, "a LightGBM model", Role::Weights, engine);
    true
}

/// Bytes behind the end of a document that is read to its end.
pub(super) fn trailing(part: &Part<'_>, reading: &mut Reading, end: Option<usize>) {
    let Some(end) = end else { return };
    let rest = part.bytes.get(end..).unwrap_or_default();
    if rest.iter().take(4096).any(|byte| !matches!(byte, 0 | b'\n' | b'\r' | b' ')) {
        let what = format!("{} bytes lie behind the end of its data", rest.len());
        let code = palisade_formats::sniff::sniff(rest).is_some();
        reading.odd(end, OddityKind::Disguise, code, what);
    }
}

/// How much of the beginning and of the end is searched for texts.
const HEAD: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use crate::testing::observe;

    fn judged(name: &str, bytes: &[u8]) -> (Vec<&'static str>, usize) {
        let seen = observe(name, bytes, None);
        assert_eq!(seen.stats.judged, 1, "{name}");
        let findings = seen.findings.into_iter().map(|finding| finding.rule.name);
        (findings.filter(|rule| *rule != "unsigned-weights").collect(), seen.unscanned.len())
    }

    #[test]
    fn sound_models_are_quiet() {
        let json = br#"{"learner": {"feature_names": ["exec_time", "system"], "objective": {"name": "reg:squarederror"}}, "version": [2, 1, 0]}"#;
        assert_eq!(judged("m.json", json), (vec![], 0));
        assert_eq!(judged("m.ubj", b"{L\0\0\0\0\0\0\0\x07learner{}}"), (vec![], 0));
        assert_eq!(judged("m.txt", b"tree\nversion=v4\nfeature_names=system_health eval\n"), (vec![], 0));
        assert_eq!(judged("m.bst", b"binf\0\0\0\x3f\x03\0\0\0reg:squarederror\x06\0\0gbtree\0\0"), (vec![], 0));
    }

    #[test]
    fn lies_and_payloads_behind_the_end_are_found() {
        assert_eq!(judged("m.ubj", b"{U\x07learner[#L\x7f\xff\xff\xff\xff\xff\xff\xff").0, ["malformed-model"]);
        assert_eq!(judged("m.ubj", b"{U\x07learner{}}\x80\x04K\x01.").0, ["disguised-model"]);
        assert_eq!(judged("m.ubj", b"{U\x07learner{"), (vec![], 1));
    }
}
