//! Signatures of the `OpenSSF` Model Signing format: which files a signature lists, and with which digests.
//!
//! Reads what is signed; does not verify that it is. Source: the Model Signing specification v1.0, sigstore bundle v0.3,
//! DSSE, in-toto Statement v1.

use base64::Engine as _;
use serde::Deserialize;

/// What a signature says about a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The files (or parts of files), in the order in which they are listed.
    pub resources: Vec<Resource>,
    /// Paths that the signer left out.
    pub ignored: Vec<String>,
    /// Whether there is a signature at all beside what is signed.
    pub signed: bool,
}

/// One signed file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resource {
    /// Path relative to the folder of the model; with `:start:end` behind it if only a part is meant.
    pub name: String,
    /// Name of the digest, such as `sha256`.
    pub algorithm: String,
    /// The digest, hexadecimal.
    pub digest: String,
}

/// Why a file is no model signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not JSON, or not a sigstore bundle with an envelope.
    #[error("it is not a sigstore bundle")]
    Bundle,
    /// The payload is not what the envelope says.
    #[error("its payload is not an in-toto statement")]
    Statement,
    /// The statement is about something else.
    #[error("its statement is not about a model")]
    Predicate,
}

/// Reads a signature file.
pub fn parse(bytes: &[u8]) -> Result<Manifest, Error> {
    let bundle: Bundle = serde_json::from_slice(bytes).map_err(|_| Error::Bundle)?;
    let envelope = bundle.envelope;
    if envelope.payload_type != "application/vnd.in-toto+json" {
        return Err(Error::Statement);
    }
    let payload = base64::engine::general_purpose::STANDARD.decode(&envelope.payload).map_err(|_| Error::Statement)?;
    let statement: Statement = serde_json::from_slice(&payload).map_err(|_| Error::Statement)?;
    let signed = envelope.signatures.iter().any(|signature| !signature.sig.is_empty());
    let (mut resources, ignored): (Vec<Resource>, _) = match statement.predicate_type.as_str() {
        "https://model_signing/signature/v1.0" => {
            let predicate: Predicate = serde_json::from_value(statement.predicate).map_err(|_| Error::Predicate)?;
            (predicate.resources, predicate.serialization.ignore_paths)
        }
        // The first version listed the files as subjects.
        "https://model_signing/Digests/v0.1" => {
            let digests = statement.subject.into_iter().flat_map(|subject| {
                let name = subject.name;
                subject.digest.into_iter().filter_map(move |(algorithm, digest)| {
                    Some(Resource { name: name.clone(), algorithm, digest: digest.as_str()?.to_owned() })
                })
            });
            (digests.collect(), Vec::new())
        }
        _ => return Err(Error::Predicate),
    };
    for resource in &mut resources {
        resource.digest.make_ascii_lowercase();
    }
    Ok(Manifest { resources, ignored, signed })
}

impl Manifest {
    /// The entry for a file by its path relative to the folder of the model.
    pub fn find(&self, path: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name == path)
    }

    /// Whether only parts of the file are listed.
    pub fn lists_parts_of(&self, path: &str) -> bool {
        self.resources.iter().any(|r| r.name.strip_prefix(path).is_some_and(|rest| rest.starts_with(':')))
    }
}

#[derive(Deserialize)]
struct Bundle {
    #[serde(rename = "dsseEnvelope")]
    envelope: Envelope,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload_type: String,
    payload: String,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    #[serde(default)]
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    #[serde(default)]
    subject: Vec<Subject>,
    predicate: serde_json::Value,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Predicate {
    resources: Vec<Resource>,
    #[serde(default)]
    serialization: Serialization,
}

#[derive(Default, Deserialize)]
struct Serialization {
    #[serde(default)]
    ignore_paths: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(statement: &str) -> String {
        let payload = base64::engine::general_purpose::STANDARD.encode(statement);
        format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{}},"dsseEnvelope":{{"payload":"{payload}","payloadType":"application/vnd.in-toto+json","signatures":[{{"sig":"AAAA"}}]}}}}"#
        )
    }

    const STATEMENT: &str = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"m","digest":{"sha256":"00"}}],"predicateType":"https://model_signing/signature/v1.0","predicate":{"serialization":{"method":"files","ignore_paths":[".git"]},"resources":[{"name":"sub/a.bin","algorithm":"sha256","digest":"AB"},{"name":"big:0:10","algorithm":"sha256-sharded","digest":"01"}]}}"#;

    #[test]
    fn resources_are_listed() {
        let manifest = parse(bundle(STATEMENT).as_bytes()).unwrap();
        assert_eq!(manifest.find("sub/a.bin").unwrap().digest, "ab");
        assert!(manifest.find("a.bin").is_none());
        assert!(manifest.lists_parts_of("big") && !manifest.lists_parts_of("bi"));
        assert_eq!((manifest.ignored.as_slice(), manifest.signed), (&[".git".to_owned()][..], true));
    }

    #[test]
    fn other_statements_are_refused() {
        assert_eq!(parse(b"-----BEGIN PGP SIGNATURE-----"), Err(Error::Bundle));
        assert_eq!(parse(bundle("{}").as_bytes()), Err(Error::Statement));
        let other = STATEMENT.replace("model_signing/signature", "slsa.dev/provenance");
        assert_eq!(parse(bundle(&other).as_bytes()), Err(Error::Predicate));
    }

    #[test]
    fn the_first_version_lists_subjects() {
        let old = r#"{"subject":[{"name":"a.bin","digest":{"sha256":"CD"}}],"predicateType":"https://model_signing/Digests/v0.1","predicate":{}}"#;
        assert_eq!(parse(bundle(old).as_bytes()).unwrap().find("a.bin").unwrap().digest, "cd");
    }

    #[test]
    fn truncated_bundles_are_errors() {
        let whole = bundle(STATEMENT);
        assert!((0..whole.len()).all(|len| parse(&whole.as_bytes()[..len]).is_err()));
    }
}
