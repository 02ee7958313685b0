//! The tags of a YAML file: loaders of some languages make objects, or call functions, because of one.

use std::ops::Range;

use saphyr_parser::{Event, Tag};

/// A tag, written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// The tag: `tag:yaml.org,2002:python/tuple` for `!!python/tuple`, percent signs resolved.
    pub tag: String,
    /// Where the tagged node begins, and the tag in front of it, as far as it can be told.
    pub range: Range<usize>,
}

/// The tag of the node that an event begins.
pub(super) fn of(event: &Event<'_>, range: &Range<usize>) -> Option<Tagged> {
    let tag = match event {
        Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.as_ref()?,
        _ => return None,
    };
    Some(Tagged { tag: written_out(tag), range: range.clone() })
}

fn written_out(tag: &Tag) -> String {
    let handle = if tag.handle == "!!" { "tag:yaml.org,2002:" } else { &tag.handle };
    resolved(&format!("{handle}{}", tag.suffix))
}

/// A tag is a URI: `%2f` is a slash.
fn resolved(tag: &str) -> String {
    let mut text = String::with_capacity(tag.len());
    let mut rest = tag;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        let code = behind.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii);
        text.push(code.map_or('%', char::from));
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use crate::{
        tree::Limits,
        yaml::{Tagged, parse_verbatim},
    };

    fn tags(text: &str) -> Vec<Tagged> {
        parse_verbatim(text, Limits::default()).tags
    }

    #[test]
    fn tags_are_written_out_in_every_spelling() {
        for text in [
            "a: !!python/object/apply:os.system [x]\n",
            "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [x]\n",
            "a: !<tag:yaml.org,2002:python/object/apply:os.system> [x]\n",
            "a: !!python%2fobject/%61pply:os.system [x]\n",
            "a: !<tag:yaml.org,2002:python%2Fobject/apply:os.system> [x]\n",
            "%TAG !p! tag:yaml.org,2002:pyth\n---\na: !p!on/object/apply:os.system [x]\n",
            "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [x]\n",
            "a: !!python/object/apply:os.system [x]\nb: [1, 2\n---\n",
        ] {
            let tags = tags(text);
            assert_eq!(tags.len(), 1, "{text}");
            assert_eq!(tags[0].tag, "tag:yaml.org,2002:python/object/apply:os.system", "{text}");
        }
        assert_eq!(tags("a: !local 1\nb: 2\n").len(), 1);
    }

    #[test]
    fn anything_is_safe() {
        let text = "%TAG !p! tag:x,2000:\n---\na: !p!b [!!str x, {y: !<z> 1}]\n";
        for end in 0..text.len() {
            tags(text.get(..end).unwrap());
        }
        tags(&"[".repeat(100_000));
    }
}
