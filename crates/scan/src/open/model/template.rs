//! Opens chat templates: files of their own, and strings in the configuration of tokenizers.

use std::{fmt, ops::Range};

use palisade_base::Artifact;
use palisade_formats::{jinja, sniff::holds, tree::Limits, yaml};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{
    Engine, File, Input,
    input::model::{Host, Template},
};

/// Opens the templates in a text file, if there are any.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    let extension = file.extension();
    match extension.as_str() {
        "jinja" | "jinja2" | "j2" | "template" => {
            if let Some(text) = file.text() {
                let said = ["message", "bos_token", "add_generation_prompt"].iter().any(|word| text.contains(word));
                let chat = said || file.project_path.to_lowercase().contains(CHAT);
                judge(&file.artifact, &text, Host::Itself, chat, engine);
            }
        }
        "json" | "yaml" | "yml" if may_hold(file.bytes) => {
            if let Some(text) = file.text() {
                let found = if extension == "json" { in_json(&text) } else { in_yaml(&text) };
                strings(file, &text, found, engine);
            }
        }
        _ => {}
    }
}

fn may_hold(bytes: &[u8]) -> bool {
    holds(bytes, CHAT) || holds(bytes, OTHER) && (holds(bytes, "{{") || holds(bytes, "{%"))
}

/// A template in a text file.
struct Found {
    source: String,
    /// Where it is written, if the parser knows.
    range: Option<Range<usize>>,
    /// Whether its key says that it is one of a conversation.
    chat: bool,
}

/// Judges the templates of a file; `None` if it could not be read.
fn strings(file: &File<'_>, text: &str, found: Option<Vec<Found>>, engine: &mut Engine) {
    let Some(found) = found else {
        // Many settings name a template by a word; only what holds one matters.
        if text.contains(CHAT) && (text.contains("{{") || text.contains("{%")) {
            super::unscanned(&file.artifact, engine, "it holds a chat template, and cannot be read");
        }
        return;
    };
    if found.len() > TEMPLATES {
        super::unscanned(&file.artifact, engine, format!("only the first {TEMPLATES} of its templates were judged"));
    }
    for Found { source, range, chat } in found.into_iter().take(TEMPLATES) {
        let range = range.or_else(|| literal(text, &source)).unwrap_or(0..text.len());
        judge(&file.artifact, &source, Host::Text { text, range }, chat, engine);
    }
}

/// Every string behind a key that names a template. A list of named templates has one in each of its objects.
fn in_json(text: &str) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let walked = Templates { inside: None, found: &mut found }.deserialize(&mut json).and_then(|()| json.end());
    walked.is_ok().then_some(found)
}

/// As [`in_json`], for YAML.
fn in_yaml(text: &str) -> Option<Vec<Found>> {
    let limits = Limits { bytes: MAX, ..Limits::default() };
    let stream = yaml::parse_verbatim(text, limits);
    if stream.failure.is_some() {
        // A chart whose values are written when it is rendered holds no template of a conversation yet.
        let rendered = yaml::parse(text, limits);
        return (rendered.failure.is_none() && !rendered.templated.is_empty()).then(Vec::new);
    }
    let mut found = Vec::new();
    for document in &stream.documents {
        let keyed = document.root().walk().into_iter().filter_map(|(key, node)| Some((kind(key?.text()?)?, node)));
        for (chat, node) in keyed {
            for (_, node) in node.walk() {
                if let Some(source) = node.string().filter(|text| is_template(text))
                    && found.len() <= TEMPLATES
                {
                    found.push(Found { source: source.to_owned(), range: Some(node.inside()), chat });
                }
            }
        }
    }
    Some(found)
}

/// Whether a key names a template, and whether that is one of a conversation.
fn kind(key: &str) -> Option<bool> {
    key.contains(OTHER).then(|| key.contains(CHAT))
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Walks through JSON and keeps the strings that are templates: as values, all of it would take many times the memory of
/// the file.
struct Templates<'f> {
    /// Whether this stands behind a key that names a template, and whether that is one of a conversation.
    inside: Option<bool>,
    found: &'f mut Vec<Found>,
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
        if let Some(chat) = self.inside
            && is_template(text)
            && self.found.len() <= TEMPLATES
        {
            self.found.push(Found { source: text.to_owned(), range: None, chat });
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Templates { inside: self.inside, found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            let inside = self.inside.filter(|chat| *chat).or(kind(&key)).or(self.inside);
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

/// Judges one template.
pub(super) fn judge(artifact: &Artifact, source: &str, host: Host<'_>, chat: bool, engine: &mut Engine) {
    let report = jinja::analyse(source);
    if let Some(at) = report.broken
        && chat
    {
        super::unscanned(artifact, engine, format!("the template cannot be read on from byte {at}"));
    }
    engine.judge(&Input::Template(Template { artifact, source, report: &report, host, chat }));
}

const CHAT: &str = "chat_template";
const OTHER: &str = "template";
const MAX: usize = 32 << 20;
const TEMPLATES: usize = 64;
