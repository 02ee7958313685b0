//! Excerpts of hostile bytes: any range of any content can be shown, and shows no more than its limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_base::{Artifact, Evidence, Excerpt, Mask, View};

fuzz_target!(|input: (u16, u16, bool, &[u8])| {
    let (start, len, secret, content) = input;
    let range = usize::from(start)..usize::from(start) + usize::from(len);
    let artifact = Artifact::file("input");

    let Evidence::Span { excerpt, .. } = Evidence::bytes(&artifact, content, range.clone(), "here") else {
        panic!("evidence of bytes is a span");
    };
    let View::Bytes { bytes, .. } = &excerpt.view else { panic!("bytes are shown as bytes") };
    assert!(bytes.len() <= Excerpt::BYTES);
    assert!(bytes.get(excerpt.marked.clone()).is_some());

    let text = String::from_utf8_lossy(content);
    let mask = if secret { Mask::Yes } else { Mask::No };
    let Evidence::Span { excerpt, .. } = Evidence::text(&artifact, &text, range, mask, "here") else {
        panic!("evidence of text is a span");
    };
    let View::Text { text, .. } = &excerpt.view else { panic!("text is shown as text") };
    assert!(text.lines().count() <= Excerpt::LINES + 1);
    assert!(text.get(excerpt.marked.clone()).is_some());
});
