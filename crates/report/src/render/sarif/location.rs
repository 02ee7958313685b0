//! Locations: relative, percent-encoded URIs; lines and columns in text, byte offsets in binaries.

use palisade_base::{Artifact, Evidence, Excerpt, Finding, Target, View};
use serde_json::{Map, Value, json};

use super::insert;
use crate::render::position::Position;

pub(super) fn of_finding(finding: &Finding) -> Value {
    let first = finding.evidence.iter().find(|evidence| evidence.at() == Some(&finding.target));
    first.and_then(of_evidence).unwrap_or_else(|| of_target(&finding.target))
}

/// The location of a span, with its text.
pub(super) fn of_evidence(evidence: &Evidence) -> Option<Value> {
    let target = evidence.at()?;
    let mut location = of_target(target);
    if let (Evidence::Span { excerpt, .. }, Some(physical)) = (evidence, location.get_mut("physicalLocation"))
        && let (Some(region), Artifact::File(_)) =
            (region(target, Position::of_evidence(evidence), Some(excerpt)), &target.artifact)
    {
        insert(physical, "region", region);
    }
    Some(location)
}

/// The location of a thing that is known by its place at best.
pub(super) fn of_target(target: &Target) -> Value {
    let mut location = json!({});
    if let Some(artifact) = artifact(&target.artifact) {
        let mut physical = json!({ "artifactLocation": artifact });
        // A place in an archive's member is no place in the archive.
        if let (Some(region), Artifact::File(_)) = (region(target, None, None), &target.artifact) {
            insert(&mut physical, "region", region);
        }
        insert(&mut location, "physicalLocation", physical);
    }
    if !matches!(target.artifact, Artifact::File(_)) {
        let kind = match target.artifact {
            Artifact::Entry { .. } => "member",
            Artifact::Package(_) => "package",
            _ => "resource",
        };
        let logical = json!([{ "fullyQualifiedName": target.to_string(), "kind": kind }]);
        insert(&mut location, "logicalLocations", logical);
    }
    location
}

fn artifact(artifact: &Artifact) -> Option<Value> {
    match artifact {
        Artifact::File(path) if path.is_empty() => None,
        Artifact::File(path) | Artifact::Entry { path, .. } if path.starts_with('/') => {
            Some(json!({ "uri": format!("file://{}", encoded(path)) }))
        }
        // A remote file is called by its URL, which is one already.
        Artifact::File(path) | Artifact::Entry { path, .. } if is_url(path) => Some(json!({ "uri": **path })),
        Artifact::File(path) | Artifact::Entry { path, .. } => {
            Some(json!({ "uri": encoded(path.trim_start_matches("./")), "uriBaseId": BASE }))
        }
        Artifact::Endpoint(_) | Artifact::Package(_) | Artifact::Call(_) => None,
    }
}

fn region(target: &Target, position: Option<Position>, excerpt: Option<&Excerpt>) -> Option<Value> {
    let place = target.place?;
    let mut region = Map::new();
    let mut set = |key: &str, value: Value| drop(region.insert(key.to_owned(), value));
    if let Some(position) = position {
        set("startLine", position.line.into());
        if let Some(column) = position.column {
            set("startColumn", column.into());
        }
        if position.end_line != position.line {
            set("endLine", position.end_line.into());
        }
        if let (Some(_), Some(column)) = (position.column, position.end_column) {
            set("endColumn", column.into());
        }
    } else if let Some(line) = place.line {
        set("startLine", line.into());
    }
    set("byteOffset", place.offset.into());
    set("byteLength", place.len.into());
    if let Some(Excerpt { view: View::Text { .. }, .. }) = excerpt {
        set("snippet", json!({ "text": excerpt.map(Excerpt::marked_text) }));
    }
    Some(region.into())
}

fn is_url(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

/// A path as a relative URI: everything but unreserved characters and `/` is percent-encoded (RFC 3986).
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |uri, byte| {
        let kept = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if kept { uri + char::from(byte).encode_utf8(&mut [0; 4]) } else { uri + &format!("%{byte:02X}") }
    })
}

/// The id of the folder to which relative URIs are relative.
pub(super) const BASE: &str = "%SRCROOT%";

#[cfg(test)]
mod tests {
    use palisade_base::Place;

    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("a/b c.py", json!({ "uri": "a/b%20c.py", "uriBaseId": BASE })),
            ("./ß:#?.py", json!({ "uri": "%C3%9F%3A%23%3F.py", "uriBaseId": BASE })),
            ("../a%.py", json!({ "uri": "../a%25.py", "uriBaseId": BASE })),
            ("/srv/a.py", json!({ "uri": "file:///srv/a.py" })),
            ("https://x.org/a%20b.pt", json!({ "uri": "https://x.org/a%20b.pt" })),
        ] {
            assert_eq!(artifact(&Artifact::file(path)), Some(expected));
        }
    }

    #[test]
    fn what_is_no_file_has_a_logical_location_only() {
        let package = Artifact::Package("pkg:pypi/torch@2.0".into()).whole();
        assert_eq!(
            of_target(&package),
            json!({ "logicalLocations": [{ "fullyQualifiedName": "pkg:pypi/torch@2.0", "kind": "package" }] })
        );
    }

    #[test]
    fn members_have_no_region() {
        let place = Some(Place { offset: 3, len: 1, line: None });
        let member = Target { artifact: Artifact::entry("m.zip", "data.pkl"), place };
        let location = of_target(&member);
        assert_eq!(location["physicalLocation"], json!({ "artifactLocation": { "uri": "m.zip", "uriBaseId": BASE } }));
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "m.zip!data.pkl@3");
    }
}
