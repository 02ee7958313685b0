//! Opens manifests of images: OCI, Docker and Ollama. Layers that lie beside them are opened.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use palisade_base::hex;
use palisade_formats::{
    sniff::Format,
    tree::{Node, Value},
};
use sha2::{Digest, Sha256};

use super::{
    content, model_json,
    name::leaves,
    part::{DEPTH, Part},
    reading::{Reading, Role},
};
use crate::{
    Engine,
    input::model::{Carrier, Does, OddityKind, When},
};

/// Whether a document lists layers by digest or by file.
pub(super) fn is_manifest(root: Node<'_>) -> bool {
    let layered = |node: Node<'_>| {
        ["layers", "Layers", "fsLayers", "manifests"].iter().any(|key| {
            node.get(key).is_some_and(|list| list.value() == Value::Sequence && list.items().any(|item| is_layer(item)))
        })
    };
    layered(root) || root.items().take(100).any(layered)
}

fn is_layer(node: Node<'_>) -> bool {
    node.get("digest").is_some() || node.get("blobSum").is_some() || node.text().is_some_and(is_archive)
}

fn is_archive(text: &str) -> bool {
    [".tar", ".tar.gz", ".tgz", ".tar.zst"].iter().any(|end| text.ends_with(end))
}

/// Opens a manifest.
pub(super) fn open(part: &Part<'_>, root: Node<'_>, engine: &mut Engine) {
    let mut reading = Reading::default();
    let mut layers = Vec::new();
    for (key, node) in root.walk() {
        let key = key.and_then(Node::text).unwrap_or_default();
        if key == "urls" {
            for address in node.items() {
                let what =
                    format!("fetches a layer from `{}`, not from the registry", address.text().unwrap_or_default());
                reading.effect(address.span(), Carrier::Name, Does::Custom, When::Deploy, what);
            }
        }
        let Some(text) = node.text() else { continue };
        match key {
            "digest" | "blobSum" => match digest(text) {
                Some(digits) => layers.push((format!("sha256-{digits}"), Some(digits.to_owned()), node)),
                // Registries and clients make paths of digests.
                None if leaves(text) || text.contains("..") => {
                    let what = format!("the digest `{text}` is a path that leaves the store");
                    reading.odd(node.span().start, OddityKind::Escape, false, what);
                }
                None => {}
            },
            "org.opencontainers.image.title" if leaves(text) => {
                let what = format!("the layer `{text}` is unpacked to a place outside of its folder");
                reading.odd(node.span().start, OddityKind::Escape, false, what);
            }
            _ if is_archive(text) && !text.contains("://") => layers.push((text.to_owned(), None, node)),
            _ => {}
        }
    }
    model_json::texts(&mut reading, root);
    if layers.len() > LAYERS {
        reading.cut(format!("only the first {LAYERS} of its layers were looked for"));
    }
    for (name, digest, node) in layers.iter().take(LAYERS) {
        if let Some(bad) = layer(part, name, digest.as_deref(), engine) {
            reading.odd(node.span().start, OddityKind::Disguise, true, bad);
        }
    }
    reading.judge(part, Format::ModelJson, "an image manifest", Role::Description, engine);
}

/// The digits of a SHA-256 digest.
fn digest(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("sha256:")?;
    (digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

/// Opens a layer that lies beside the manifest. Returns what is wrong with it as a whole.
fn layer(part: &Part<'_>, name: &str, digest: Option<&str>, engine: &mut Engine) -> Option<String> {
    let folder = part.file?.disk.parent()?;
    let path = find(folder, name, digest)?;
    let room = part.room();
    let mut bytes = Vec::new();
    fs::File::open(&path).ok()?.take(room).read_to_end(&mut bytes).ok()?;
    part.spend(bytes.len());
    let artifact = part.entry(name);
    if bytes.len() as u64 >= room || part.depth >= DEPTH {
        super::unscanned(&artifact, engine, "it is larger than the scan reads");
        return None;
    }
    let wrong = digest.is_some_and(|digest| !digest.eq_ignore_ascii_case(&hex(&Sha256::digest(&bytes))));
    content(
        &Part {
            artifact: &artifact,
            // Whatever the layer is called, it is part of a model.
            name: "layer.model".to_owned(),
            bytes: &bytes,
            depth: part.depth + 1,
            budget: part.budget,
            file: None,
            cut: false,
        },
        engine,
    );
    wrong.then(|| format!("the layer `{name}` has another digest than the manifest says"))
}

/// The file of a layer, if it is one below the folder of the manifest or in a store of blobs beside it.
fn find(folder: &Path, name: &str, digest: Option<&str>) -> Option<PathBuf> {
    if leaves(name) {
        return None;
    }
    let mut places = vec![folder.join(name)];
    if let Some(digits) = digest {
        places.push(folder.join("blobs/sha256").join(digits));
        places.push(folder.join("blobs").join(name));
        places.push(folder.join(digits));
    }
    // Never a device, a pipe or a link to somewhere else.
    places.into_iter().find(|path| fs::symlink_metadata(path).is_ok_and(|about| about.is_file()))
}

/// The most layers of one manifest that are opened.
const LAYERS: usize = 64;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{in_folder, observe, sha256};

    const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";

    fn manifest(digest: &str, more: &str) -> String {
        format!(
            r#"{{"schemaVersion": 2, "layers": [{{"mediaType": "application/vnd.ollama.image.model", "digest": "{digest}", "size": 9{more}}}]}}"#
        )
    }

    fn rules(text: &str) -> Vec<(&'static str, Severity)> {
        let seen = observe("manifest.json", text.as_bytes(), None);
        seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity)).collect()
    }

    #[test]
    fn digests_that_are_paths_are_found() {
        assert_eq!(rules(&manifest(&format!("sha256:{}", "a".repeat(64)), "")), []);
        assert_eq!(rules(&manifest("../../../etc/hosts", "")), [("archive-escape", Severity::High)]);
        let title = r#", "annotations": {"org.opencontainers.image.title": "../../x"}"#;
        assert_eq!(rules(&manifest("sha256:0", title)), [("archive-escape", Severity::High)]);
        let foreign = r#", "urls": ["https://models.example/x"]"#;
        assert_eq!(rules(&manifest("sha256:0", foreign)), [("config-call", Severity::Medium)]);
    }

    #[test]
    fn layers_beside_the_manifest_are_opened() {
        let digest = sha256(CALL);
        let text = manifest(&format!("sha256:{digest}"), "");
        let blob = format!("blobs/sha256-{digest}");
        let seen = in_folder(&[("manifest.json", text.as_bytes()), (&blob, CALL)], "manifest.json", None);
        assert!(seen.findings.iter().any(|finding| finding.rule.name == "pickle-call"));
        assert!(!seen.findings.iter().any(|finding| finding.message.contains("another digest")));
        let seen = in_folder(&[("manifest.json", text.as_bytes()), (&blob, b"changed")], "manifest.json", None);
        assert!(seen.findings.iter().any(|finding| finding.message.contains("another digest")));
        let named = br#"[{"Config": "c.json", "Layers": ["layer.tar"]}]"#;
        let seen = in_folder(&[("manifest.json", named), ("layer.tar", CALL)], "manifest.json", None);
        assert!(seen.findings.iter().any(|finding| finding.rule.name == "pickle-call"));
    }
}
