//! XML as a stream of elements, texts and declarations. Entities are listed and never expanded.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition.

use std::{borrow::Cow, ops::Range};

use quick_xml::{Reader, escape::unescape, events::Event};

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting of elements.
    pub depth: usize,
    /// The most elements and texts.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 500, events: 4_000_000 }
    }
}

/// Something in a document.
#[derive(Debug)]
pub enum Item<'a> {
    /// The start of an element.
    Element {
        /// Its name, without a prefix.
        name: &'a str,
        /// The names of the elements around it, outermost first.
        around: &'a [String],
        /// Its attributes.
        attributes: &'a [Attribute],
        /// The tag.
        range: Range<usize>,
    },
    /// Text between tags.
    Text {
        /// The names of the elements around it, outermost first.
        around: &'a [String],
        /// The text, escapes resolved as far as they need no entity.
        text: &'a str,
        /// Where it is.
        range: Range<usize>,
    },
    /// A processing instruction, without its brackets.
    Instruction {
        /// Target and data.
        text: &'a str,
        /// Where it is.
        range: Range<usize>,
    },
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, with its prefix.
    pub name: String,
    /// Its value, escapes resolved as far as they need no entity.
    pub value: String,
}

/// What stands before the root and how reading ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What `DOCTYPE` fetches, if it names something.
    pub external: Option<Entity>,
    /// The declared entities.
    pub entities: Vec<Entity>,
    /// Why reading ended early, if it did.
    pub flaw: Option<&'static str>,
}

/// A declared entity, or the document type itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub range: Range<usize>,
    /// What it stands for.
    pub value: Value,
}

/// What an entity stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The content of this address.
    External(String),
    /// Text; the number says how often it refers to other entities.
    Internal(usize),
}

/// The text of a document: UTF-8 as it is, UTF-16 converted. `None` if it is neither.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some(Cow::Owned(wide(rest, u16::from_le_bytes))),
        [0xfe, 0xff, rest @ ..] => Some(Cow::Owned(wide(rest, u16::from_be_bytes))),
        [b'<', 0, ..] => Some(Cow::Owned(wide(bytes, u16::from_le_bytes))),
        [0, b'<', ..] => Some(Cow::Owned(wide(bytes, u16::from_be_bytes))),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// Whether these bytes begin like XML, in UTF-8 or UTF-16, and like the kinds that hold models or declare entities.
pub fn looks_like(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(1 << 20)).unwrap_or_default();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let head = head.get(..head.len().min(HEAD)).unwrap_or_default();
    let wide = matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..]);
    if !wide && !matches!(head, [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..]) {
        return false;
    }
    let narrow: Cow<'_, [u8]> =
        if wide { head.iter().copied().filter(|byte| *byte != 0).collect() } else { head.into() };
    [&b"<net "[..], b"PMML", b"<!ENTITY"].iter().any(|word| memchr::memmem::find(&narrow, word).is_some())
}

/// The name of the first element, without a prefix, if it begins within these bytes.
pub fn root_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.get(rest.find('<')? + 1..)?;
        if let Some(inner) = rest.strip_prefix("!--") {
            rest = inner.get(inner.find("-->")?..)?;
        } else if rest.starts_with('!') && rest.contains('[') && rest.find('[') < rest.find('>') {
            rest = rest.get(rest.find(']')?..)?;
        } else if !rest.starts_with(['?', '!']) {
            let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(rest.len());
            let name = rest.get(..len)?;
            return Some(name.rsplit_once(':').map_or(name, |(_, local)| local));
        }
    }
}

/// Reads a document and hands each item to `see`. Everything before what cannot be read is seen.
pub fn parse(text: &str, limits: Limits, see: &mut dyn FnMut(Item<'_>)) -> Outline {
    let mut outline = Outline::default();
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = false;
    let mut around: Vec<String> = Vec::new();
    let mut pending = Pending::default();
    for _ in 0..limits.events {
        let start = position(&reader);
        let Ok(event) = reader.read_event() else {
            pending.give(&around, see);
            outline.flaw = Some("it is not well-formed XML");
            return outline;
        };
        let range = start..position(&reader);
        // References and marked sections cut a text in pieces that readers put together again.
        match &event {
            Event::Text(text) => {
                pending.add(text, &range);
                continue;
            }
            Event::CData(text) => {
                pending.add(text, &range);
                continue;
            }
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &**name);
                pending.add(&unescaped(&reference), &range);
                continue;
            }
            Event::Comment(_) => continue,
            _ => pending.give(&around, see),
        }
        match event {
            Event::Eof => {
                if !around.is_empty() {
                    outline.flaw = Some("it ends before its elements do");
                }
                return outline;
            }
            Event::Start(ref tag) | Event::Empty(ref tag) => {
                let attributes: Vec<_> = tag.attributes().with_checks(false).flatten().map(|a| attribute(&a)).collect();
                let name = tag.local_name().into_inner();
                see(Item::Element { name, around: &around, attributes: &attributes, range });
                if matches!(event, Event::Start(_)) {
                    if around.len() >= limits.depth {
                        outline.flaw = Some("its elements are nested too deeply");
                        return outline;
                    }
                    around.push(name.to_owned());
                }
            }
            Event::End(_) => {
                around.pop();
            }
            Event::PI(text) => see(Item::Instruction { text: &text, range }),
            Event::DocType(text) => declarations(&text, &range, &mut outline),
            _ => {}
        }
    }
    outline.flaw = Some("it has more elements than the scan reads");
    outline
}

/// Text that more may follow.
#[derive(Default)]
struct Pending {
    text: String,
    range: Range<usize>,
}

impl Pending {
    fn add(&mut self, text: &str, range: &Range<usize>) {
        if self.text.is_empty() {
            self.range.start = range.start;
        }
        self.range.end = range.end;
        self.text.push_str(text);
    }

    fn give(&mut self, around: &[String], see: &mut dyn FnMut(Item<'_>)) {
        if !self.text.trim().is_empty() {
            see(Item::Text { around, text: &self.text, range: self.range.clone() });
        }
        self.text.clear();
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn attribute(attribute: &quick_xml::events::attributes::Attribute<'_>) -> Attribute {
    Attribute { name: attribute.key.into_inner().to_owned(), value: unescaped(&attribute.value) }
}

/// The text with its character references resolved; as it is if it refers to entities.
fn unescaped(text: &str) -> String {
    unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// Reads what stands between `<!DOCTYPE` and its end.
fn declarations(text: &str, range: &Range<usize>, outline: &mut Outline) {
    let (head, subset) = text.split_once('[').unwrap_or((text, ""));
    let mut words = Words { rest: head };
    let name = words.next().unwrap_or_default();
    if let Some(address) = address(&mut words) {
        let value = Value::External(address);
        outline.external = Some(Entity { name: name.to_owned(), range: range.clone(), value });
    }
    let mut rest = subset;
    while let Some(at) = rest.find("<!") {
        rest = rest.get(at + 2..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or_default();
        } else if let Some(declared) = rest.strip_prefix("ENTITY") {
            let mut words = Words { rest: declared };
            if outline.entities.len() < ENTITIES {
                outline.entities.extend(entity(&mut words, range));
            }
            rest = words.rest;
        }
    }
}

fn entity(words: &mut Words<'_>, range: &Range<usize>) -> Option<Entity> {
    let first = words.next()?;
    let name = if first == "%" { words.next()? } else { first };
    let mut ahead = Words { rest: words.rest };
    let value = match address(&mut ahead) {
        Some(address) => {
            words.rest = ahead.rest;
            Value::External(address)
        }
        None => Value::Internal(references(words.next()?)),
    };
    Some(Entity { name: name.to_owned(), range: range.clone(), value })
}

/// The address behind `SYSTEM` or `PUBLIC`.
fn address(words: &mut Words<'_>) -> Option<String> {
    match words.next()? {
        "SYSTEM" => words.next().map(str::to_owned),
        "PUBLIC" => {
            words.next()?;
            words.next().map(str::to_owned)
        }
        _ => None,
    }
}

/// How often text refers to an entity. Characters by number are none.
fn references(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_name = |at: usize| bytes.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'_');
    let starts = memchr::memchr2_iter(b'&', b'%', bytes);
    starts.filter(|at| is_name(*at)).count()
}

/// Words and quoted strings of a declaration.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let first = text.chars().next()?;
        if matches!(first, '"' | '\'') {
            let inner = text.get(1..)?;
            let end = inner.find(first)?;
            self.rest = inner.get(end + 1..)?;
            return inner.get(..end);
        }
        let len = text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '"' | '\'')).unwrap_or(text.len());
        self.rest = text.get(len..)?;
        // The end of the declaration is no word.
        text.get(..len).filter(|word| !word.is_empty())
    }
}

/// How far the first element is looked for.
const HEAD: usize = 1 << 16;
/// The most entities that are listed.
const ENTITIES: usize = 10_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn items(text: &str) -> (Vec<String>, Outline) {
        let mut seen = Vec::new();
        let outline = parse(text, Limits::default(), &mut |item| {
            seen.push(match item {
                Item::Element { name, around, attributes, .. } => {
                    let attributes: Vec<_> = attributes.iter().map(|a| format!("{}={}", a.name, a.value)).collect();
                    format!("{}/{name}[{}]", around.join("/"), attributes.join(","))
                }
                Item::Text { around, text, .. } => format!("{}:{text}", around.join("/")),
                Item::Instruction { text, .. } => format!("?{text}"),
            });
        });
        (seen, outline)
    }

    #[test]
    fn elements_have_their_place() {
        let (seen, outline) =
            items("<?xml version='1.0'?><a:net x='1&#65;' y='&e;'><!-- c --><b/>t&lt;<![CDATA[<raw>]]></a:net>");
        assert_eq!(seen, ["/net[x=1A,y=&e;]", "net/b[]", "net:t<<raw>"]);
        assert_eq!(outline, Outline::default());
    }

    #[test]
    fn entities_are_listed() {
        let text = r#"<!DOCTYPE n PUBLIC "-//x" "http://a/b.dtd" [<!-- <!ENTITY no "x"> -->
            <!ENTITY a "aa"> <!ENTITY b '&a;&a;&#38;'> <!ENTITY % p SYSTEM "file:///x"> <!ELEMENT n ANY>]><n/>"#;
        let (_, outline) = items(text);
        assert_eq!(outline.external.unwrap().value, Value::External("http://a/b.dtd".to_owned()));
        let seen: Vec<_> = outline.entities.into_iter().map(|entity| (entity.name, entity.value)).collect();
        let expected =
            [("a", Value::Internal(0)), ("b", Value::Internal(2)), ("p", Value::External("file:///x".to_owned()))];
        assert_eq!(seen, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn roots_are_named() {
        for (text, root) in [
            ("<?xml version='1.0'?>\n<!-- <x> --><net a='1'>", Some("net")),
            ("<!DOCTYPE PMML [<!ENTITY x 'y'>]><p:PMML>", Some("PMML")),
            ("<!DOCTYPE PMML SYSTEM 'x'><PMML/>", Some("PMML")),
            ("<?xml", None),
        ] {
            assert_eq!(root_name(text), root, "{text}");
        }
    }

    #[test]
    fn wide_text_is_decoded() {
        let wide: Vec<u8> = "<?xml?><net />".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide).unwrap(), "<?xml?><net />");
        assert_eq!(decode(&[b"\xff\xfe", &wide[..]].concat()).unwrap(), "<?xml?><net />");
        assert!(
            looks_like(&wide) && looks_like(b"\xef\xbb\xbf <net a>") && !looks_like(b"<html>") && !looks_like(b"a")
        );
        assert_eq!(decode(b"\x80"), None);
    }

    #[test]
    fn truncated_and_deep_documents_are_said() {
        let text = "<!DOCTYPE n [<!ENTITY a 'b'>]><n><b c='d'>e</b></n>";
        for end in 0..text.len() {
            items(text.get(..end).unwrap());
            root_name(text.get(..end).unwrap());
        }
        assert!(items(text.get(..40).unwrap()).1.flaw.is_some());
        assert_eq!(items(&"<a>".repeat(100_000)).1.flaw, Some("its elements are nested too deeply"));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[<>!?/a&;%'\"\\[\\]= ENTITYSYM-]{0,80}") {
            items(&text);
            root_name(&text);
            items(&format!("<!DOCTYPE {text}>"));
        }
    }
}
