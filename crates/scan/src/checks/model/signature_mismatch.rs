//! A signature that lists a file with another digest.

use palisade_base::{Check, Evidence, Finding};

use crate::{Input, input::model::Signature};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reads the signatures of the OpenSSF Model Signing format beside and above each file of weights, and compares the
    /// SHA-256 digest that a signature lists for the file with the digest of the file as it lies there.
    ///
    /// ## Why it matters
    ///
    /// The file is not what was signed. Either it was replaced after the release, which is what the signature is there to
    /// show, or it was retrained and not signed again, and then the signature protects nobody.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"resources": [{"name": "model.safetensors", "algorithm": "sha256", "digest": "0ea7...d37a"}]}
    /// ```
    ///
    /// while `sha256sum model.safetensors` prints another digest.
    ///
    /// ## What to do
    ///
    /// Treat the file as tampered with until it is known why it differs: fetch it again from where it was released. If it
    /// was changed on purpose, sign the model again.
    ///
    /// ## Limits
    ///
    /// Compares digests; the signature over them is not verified here. Only SHA-256 over whole files is compared.
    ///
    /// ## References
    ///
    /// - OpenSSF Model Signing specification v1.0
    /// - CWE-353, Missing Support for Integrity Check
    /// - MITRE ATLAS AML.T0010.003, AI Supply Chain Compromise: Model
    static META: Check = {
        name: "signature-mismatch",
        summary: "a signature lists these weights with another digest",
        severity: High,
        components: [Model],
        threats: [SupplyChain, Poisoning],
        stages: [Deployment, Operations],
        since: "0.1.0",
    }
}

pub(super) struct SignatureMismatch;

impl<'a> Check<Input<'a>> for SignatureMismatch {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    /// Without a signature there is nothing to compare, and nothing was examined.
    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Weights(weights) if matches!(weights.signature, Signature::Listed | Signature::Mismatch { .. }))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Weights(weights) = input else { return };
        let Signature::Mismatch { by, listed, actual } = &weights.signature else { return };
        let listed: String = listed.chars().take(64).collect();
        let evidence = Evidence::Digest { at: weights.artifact.whole(), sha256: *actual };
        let message = format!("`{by}` lists these weights with the digest `{listed}`, which is not theirs");
        report(Finding::builder(&META, evidence, message).build());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bundle, in_folder, sha256};

    const WEIGHTS: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";

    fn count(digest: &str) -> usize {
        let bundle = bundle(&[("a.bin", digest)]);
        let files = [("m/a.bin", WEIGHTS), ("m/model.sig", bundle.as_bytes())];
        let seen = in_folder(&files, "m/a.bin", None);
        seen.findings.iter().filter(|f| f.rule.name == META.name).count()
    }

    #[test]
    fn another_digest_is_found() {
        assert_eq!(count(&sha256(b"other")), 1);
    }

    #[test]
    fn the_same_digest_is_fine() {
        assert_eq!(count(&sha256(WEIGHTS)), 0);
        assert_eq!(count(&sha256(WEIGHTS).to_uppercase()), 0);
    }
}
