//! Markup that does not show its content: comments, hidden elements, text without size or contrast.

use std::sync::LazyLock;

use palisade_base::Confidence;
use regex::Regex;

use crate::Hit;

/// Every comment and hidden element that holds words. Ordinary in web pages, so all with low confidence, except text
/// made invisible by its style, which has no other use.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    // Once a search for an end came to the end of the text, no later one can succeed.
    let mut open_comment = false;
    while let Some(skip) = text.get(at..).and_then(|rest| rest.find('<')) {
        at += skip;
        let rest = text.get(at..).unwrap_or_default();
        if let Some(body) = rest.strip_prefix("<!--").filter(|_| !open_comment) {
            match body.find("-->") {
                Some(len) => {
                    let words = body.get(..len).unwrap_or_default().split_whitespace().take(MANY_WORDS).count();
                    if words >= 3 {
                        hits.push(Hit { range: at..at + len + 7, kind: "comment", confidence: Confidence::Low });
                    }
                    at += len + 7;
                    continue;
                }
                None => open_comment = true,
            }
        }
        if let Some((len, confidence)) = hidden_element(rest) {
            hits.push(Hit { range: at..at + len, kind: "hidden-element", confidence });
        }
        at += 1;
    }
    hits
}

/// The length of the hidden element at the start of `rest`, from its tag to the next tag.
fn hidden_element(rest: &str) -> Option<(usize, Confidence)> {
    // The next `<` ends the search too, so that all searches together cost one walk over the text.
    let tag_len = rest.bytes().take(TAG).skip(1).position(|byte| matches!(byte, b'>' | b'<'))? + 1;
    if rest.as_bytes().get(tag_len) != Some(&b'>') {
        return None;
    }
    let tag = rest.get(..tag_len)?;
    if !rest.as_bytes().get(1)?.is_ascii_alphabetic() || !tag.contains([' ', '\n', '\t']) {
        return None;
    }
    let style = STYLE.as_ref()?;
    let hidden = style.is_match(tag);
    let unseen = UNSEEN.as_ref()?.is_match(tag) || white_on_white(tag);
    if !hidden && !unseen {
        return None;
    }
    let after = rest.get(tag_len + 1..)?;
    let content_len = after.bytes().take(CONTENT).position(|byte| byte == b'<').unwrap_or(after.len().min(CONTENT));
    let content_len = (0..=content_len).rev().find(|len| after.is_char_boundary(*len))?;
    let words = after.get(..content_len)?.split_whitespace().take(MANY_WORDS).count();
    let confidence = if unseen && !hidden { Confidence::Medium } else { Confidence::Low };
    (words >= 3).then_some((tag_len + 1 + content_len, confidence))
}

fn white_on_white(tag: &str) -> bool {
    let Some(colours) = COLOURS.as_ref() else { return false };
    let (mut text, mut ground) = (None, None);
    for found in colours.captures_iter(tag) {
        let value = found.get(2).map(|value| normal(value.as_str()));
        match found.get(1).map(|name| name.as_str().to_ascii_lowercase()).as_deref() {
            Some("color") => text = value,
            Some(_) => ground = value,
            None => {}
        }
    }
    text.is_some() && text == ground
}

fn normal(colour: &str) -> String {
    let colour = colour.to_ascii_lowercase();
    match colour.as_str() {
        "#fff" | "#ffffff" | "rgb(255,255,255)" | "rgb(255, 255, 255)" => "white".to_owned(),
        "#000" | "#000000" | "rgb(0,0,0)" | "rgb(0, 0, 0)" => "black".to_owned(),
        _ => colour,
    }
}

static STYLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)display\s*:\s*none|visibility\s*:\s*hidden|\shidden(?:[\s=]|$)|aria-hidden\s*=\s*["']?true"#)
        .ok()
});
static UNSEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!'\x22]|$)|[\s;'\x22]opacity\s*:\s*0(?:\.0+)?\s*(?:[;!'\x22]|$)|text-indent\s*:\s*-\d{4,}").ok()
});
static COLOURS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)(?:^|[;'\x22\s])(color|background(?:-color)?)\s*:\s*(#[0-9a-f]{3,6}|[a-z]+|rgb\([0-9, ]+\))")
        .ok()
});

/// The longest tag and the longest content that are looked at, in bytes.
const TAG: usize = 1024;
const CONTENT: usize = 4096;
const MANY_WORDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::tests::kinds;

    #[test]
    fn hidden_markup() {
        for (text, kind) in [
            ("a <!-- some words here --> b", "comment"),
            ("<div style=\"display: none\">some words here</div>", "hidden-element"),
            ("<span style='font-size:0px'>some words here</span>", "hidden-element"),
            ("<p style=\"color:#fff;background:white\">some words here</p>", "hidden-element"),
            ("<p hidden>some words here</p>", "hidden-element"),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
        for text in [
            "a < b and c > d",
            "<p style=\"color:#fff;background:#000\">some words here</p>",
            "<span style=\"opacity:0.5\">some words here</span>",
            "<div style=\"display:none\"></div>",
            "<!---->",
            "<!-- open",
            "Vec<u8> hidden words are here",
        ] {
            assert_eq!(kinds(text), Vec::<&str>::new(), "{text}");
        }
    }
}
