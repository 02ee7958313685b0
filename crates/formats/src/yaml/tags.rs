//! The tags of a YAML file: loaders of some languages make objects, or call functions, because of one.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Tag};

use super::offsets::Offsets;
use crate::tree::Limits;

/// A tag, written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// The tag: `tag:yaml.org,2002:python/tuple` for `!!python/tuple`.
    pub tag: String,
    /// Where the tagged node begins, and the tag in front of it, as far as it can be told.
    pub range: Range<usize>,
}

/// Every tag of a text, up to the first error or limit.
pub fn tags(text: &str, limits: Limits) -> Vec<Tagged> {
    if text.len() > limits.bytes {
        return Vec::new();
    }
    let offsets = Offsets::new(text);
    let (mut found, mut depth) = (Vec::new(), 0usize);
    for (event, span) in Parser::new_from_str(text).map_while(Result::ok).take(limits.nodes) {
        match &event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits.depth {
            break;
        }
        let tag = match event {
            Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag,
            _ => None,
        };
        if let Some(tag) = tag {
            let end = offsets.byte(span.end.index());
            found.push(Tagged { tag: written_out(&tag), range: offsets.byte(span.start.index()).min(end)..end });
        }
    }
    found
}

fn written_out(tag: &Tag) -> String {
    let handle = if tag.handle == "!!" { "tag:yaml.org,2002:" } else { &tag.handle };
    format!("{handle}{}", tag.suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_out_in_every_spelling() {
        for text in [
            "a: !!python/object/apply:os.system [x]\n",
            "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [x]\n",
            "a: !<tag:yaml.org,2002:python/object/apply:os.system> [x]\n",
        ] {
            let tags = tags(text, Limits::default());
            assert_eq!(tags.len(), 1, "{text}");
            assert_eq!(tags[0].tag, "tag:yaml.org,2002:python/object/apply:os.system", "{text}");
        }
        assert_eq!(tags("a: !local 1\nb: 2\n", Limits::default()).len(), 1);
    }

    #[test]
    fn anything_is_safe() {
        let text = "%TAG !p! tag:x,2000:\n---\na: !p!b [!!str x, {y: !<z> 1}]\n";
        for end in 0..text.len() {
            tags(text.get(..end).unwrap(), Limits::default());
        }
        tags(&"[".repeat(100_000), Limits::default());
    }
}
