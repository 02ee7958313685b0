//! For unit tests of checks: judge bytes as if they were a file.

use std::path::Path;

use palisade_base::{Artifact, Finding, Observed, system::System};

use crate::{Engine, Facts, File};

/// Everything that a scan of one file with this name and content sees.
pub(crate) fn observe(name: &str, bytes: &[u8], system: Option<&System>) -> Observed {
    scan(&File {
        artifact: Artifact::file(name),
        project_path: name,
        disk: Path::new(name),
        bytes,
        whole: bytes,
        behind: &(),
        facts: Facts { system },
    })
}

/// The findings of one rule in one file.
pub(crate) fn findings(rule: &str, name: &str, bytes: impl AsRef<[u8]>) -> Vec<Finding> {
    let observed = observe(name, bytes.as_ref(), None);
    observed.findings.into_iter().filter(|finding| finding.rule.name == rule).collect()
}

/// Writes files into a new folder, which is the project, and scans one of them.
pub(crate) fn in_folder(files: &[(&str, &[u8])], path: &str, system: Option<&System>) -> Observed {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let at = folder.path().join(name);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, bytes).unwrap();
    }
    let disk = folder.path().join(path);
    let bytes = std::fs::read(&disk).unwrap();
    scan(&File {
        artifact: Artifact::file(path),
        project_path: path,
        disk: &disk,
        bytes: &bytes,
        whole: &bytes,
        behind: &(),
        facts: Facts { system },
    })
}

fn scan(file: &File<'_>) -> Observed {
    let mut engine = Engine::default();
    engine.file(file);
    let mut observed = engine.finish();
    observed.sort();
    observed
}

/// A model signature that lists files with their SHA-256 digests.
pub(crate) fn bundle(resources: &[(&str, &str)]) -> String {
    use base64::Engine as _;
    let resources: Vec<_> = resources
        .iter()
        .map(|(name, digest)| serde_json::json!({"name": name, "algorithm": "sha256", "digest": digest}))
        .collect();
    let statement = serde_json::json!({
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {"serialization": {"method": "files"}, "resources": resources},
    });
    let payload = base64::engine::general_purpose::STANDARD.encode(statement.to_string());
    let signatures = [serde_json::json!({"sig": "AAAA"})];
    let envelope = serde_json::json!({"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": signatures});
    serde_json::json!({"dsseEnvelope": envelope}).to_string()
}

/// The SHA-256 digest of bytes, hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    palisade_base::hex(&sha2::Sha256::digest(bytes))
}
