//! What a file is, in a few words for people. Content decides; a name only tells texts apart.

use std::borrow::Cow;

use palisade_formats::sniff::{self, Format};

/// What a file of this name and content is, such as `a pickle` or `Python code`.
pub fn what(name: &str, bytes: &[u8]) -> Cow<'static, str> {
    if bytes.is_empty() {
        return "an empty file".into();
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/") {
        return "a pointer of Git LFS".into();
    }
    match sniff::sniff(bytes) {
        Some(Format::Zip) => return archive(bytes).into(),
        Some(Format::Xml | Format::ModelJson) | None => {}
        Some(format) => return format.title().into(),
    }
    if bytes.iter().take(8192).any(|byte| *byte == 0) {
        return "a binary file in no format that palisade knows".into();
    }
    let name = name.to_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let known = TEXTS.iter().find(|(known, _)| *known == extension).map(|(_, title)| *title);
    let title = match known {
        Some(title) => title,
        None if name.starts_with("dockerfile") => "a Dockerfile",
        None if bytes.starts_with(b"#!") => "a script",
        None => "text",
    };
    title.into()
}

/// An archive by its members, whose names stand in it as they are, at both ends.
fn archive(bytes: &[u8]) -> &'static str {
    let (head, tail) =
        (bytes.get(..bytes.len().min(END)), bytes.get(bytes.len().saturating_sub(END)..).unwrap_or_default());
    let ends = [head.unwrap_or_default(), tail];
    let has = |name: &str| ends.iter().any(|end| sniff::holds(end, name));
    MEMBERS.iter().find(|(names, _)| names.iter().all(|name| has(name))).map_or("a ZIP archive", |(_, title)| title)
}

/// How far from each end names are looked for.
const END: usize = 64 << 10;
const MEMBERS: &[(&[&str], &str)] = &[
    (&["/data.pkl", "/code/"], "a TorchScript archive"),
    (&["data.pkl"], "a PyTorch file (a ZIP archive with a pickle)"),
    (&["config.json", "model.weights.h5"], "a Keras model"),
    (&["schema.json"], "a skops file"),
    (&[".npy"], "NumPy arrays (a ZIP archive)"),
];
const TEXTS: &[(&str, &str)] = &[
    ("py", "Python code"),
    ("pyw", "Python code"),
    ("ipynb", "a notebook"),
    ("json", "JSON"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
    ("toml", "TOML"),
    ("xml", "XML"),
    ("csv", "a table of text"),
    ("tsv", "a table of text"),
    ("jsonl", "records of JSON"),
    ("jinja", "a template"),
    ("sh", "a script"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_names_tell_texts_apart() {
        for (name, bytes, expected) in [
            ("model.txt", &b"\x80\x04K\x01."[..], "a pickle"),
            ("model.pkl", b"", "an empty file"),
            ("a.py", b"x = 1\n", "Python code"),
            ("Dockerfile.gpu", b"FROM x\n", "a Dockerfile"),
            ("run", b"#!/bin/sh\n", "a script"),
            ("x.bin", b"\0\x01\x02", "a binary file in no format that palisade knows"),
            ("m.pt", b"PK\x03\x04 archive/data.pkl", "a PyTorch file (a ZIP archive with a pickle)"),
            ("m.zip", b"PK\x03\x04 other", "a ZIP archive"),
        ] {
            assert_eq!(what(name, bytes), expected, "{name}");
        }
    }
}
