//! Opens chat templates: files of their own, and strings in the configuration of tokenizers.

use std::{fmt, ops::Range};

use palisade_formats::{jinja, sniff::holds};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{
    Engine, File, Input,
    input::model::{Host, Template},
};

/// Opens the templates in a text file, if there are any.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    match file.extension().as_str() {
        "jinja" | "jinja2" | "j2" | "template" => {
            if let Some(text) = file.text() {
                let chat = ["message", "bos_token", "add_generation_prompt"].iter().any(|word| text.contains(word));
                judge(file, &text, Host::Itself, chat || file.name().starts_with("chat_template"), engine);
            }
        }
        "json" | "yaml" | "yml" if file.bytes.len() <= MAX && holds(file.bytes, KEY) => {
            if let Some(text) = file.text() {
                strings(file, &text, engine);
            }
        }
        _ => {}
    }
}

/// Every string behind a key that names a chat template. A list of named templates has one in each of its objects.
fn strings(file: &File<'_>, text: &str, engine: &mut Engine) {
    let mut found = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let walked = Templates { inside: false, found: &mut found }.deserialize(&mut json).and_then(|()| json.end());
    if walked.is_err() {
        // Many settings name a template by a word; only what holds one matters.
        if text.contains("{{") || text.contains("{%") {
            super::unscanned(&file.artifact, engine, "it holds a chat template, and is not JSON that can be read");
        }
        return;
    }
    if found.len() > TEMPLATES {
        super::unscanned(&file.artifact, engine, format!("only the first {TEMPLATES} of its templates were judged"));
    }
    for source in found.into_iter().take(TEMPLATES) {
        let range = literal(text, &source).unwrap_or(0..text.len());
        judge(file, &source, Host::Text { text, range }, true, engine);
    }
}

/// Walks through JSON and keeps the strings that are templates: as values, all of it would take many times the memory of
/// the file.
struct Templates<'f> {
    /// Whether this stands behind a key that names a chat template.
    inside: bool,
    found: &'f mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Templates<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Templates<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.inside && (text.contains("{{") || text.contains("{%")) && self.found.len() <= TEMPLATES {
            self.found.push(text.to_owned());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Templates { inside: self.inside, found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            let inside = self.inside || key.contains(KEY);
            entries.next_value_seed(Templates { inside, found: self.found })?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Where a string stands in the text, escapes and all.
fn literal(text: &str, source: &str) -> Option<Range<usize>> {
    let written = serde_json::to_string(source).ok()?;
    let at = text.find(&written)?;
    Some(at + 1..at + written.len() - 1)
}

fn judge(file: &File<'_>, source: &str, host: Host<'_>, chat: bool, engine: &mut Engine) {
    let report = jinja::analyse(source);
    if let Some(at) = report.broken
        && chat
    {
        super::unscanned(&file.artifact, engine, format!("the template cannot be read on from byte {at}"));
    }
    engine.judge(&Input::Template(Template { artifact: &file.artifact, source, report: &report, host, chat }));
}

const KEY: &str = "chat_template";
const MAX: usize = 32 << 20;
const TEMPLATES: usize = 64;
