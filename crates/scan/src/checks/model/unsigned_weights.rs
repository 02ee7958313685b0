//! Weights that no signature covers.

use palisade_base::{Check, Evidence, Finding, Severity};

use crate::{Input, input::model::Signature};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks beside each file of weights, and in the folders above it up to the root of the project, for a signature of the
    /// OpenSSF Model Signing format: `model.sig`, `NAME.sig`, `*.sigstore.json`, `claims.jsonl`. A signature counts if it lists
    /// the file with the SHA-256 digest that the file has.
    ///
    /// ## Why it matters
    ///
    /// Weights are opaque: a changed file looks like the old one and may even score like it, with a backdoor in it. Only a
    /// signature that is checked before loading tells the model that was released from one that was swapped on the way.
    ///
    /// ## Example
    ///
    /// ```text
    /// models/classifier/
    ///   model.safetensors      <- nothing says who made it, or that it is still what they made
    /// ```
    ///
    /// ## What to do
    ///
    /// Sign the folder of the model when it is released (`model_signing sign`, or any tool of the OpenSSF Model Signing
    /// format), keep `model.sig` in it, and verify it where the model is loaded.
    ///
    /// ## Limits
    ///
    /// The signature itself is not verified here: neither the key nor the certificate is known to a static scan. Files
    /// larger than the scan reads, files that are listed in parts, and other digests than SHA-256 are not compared; the
    /// finding then says so and is only info.
    ///
    /// ## References
    ///
    /// - OpenSSF Model Signing specification v1.0
    /// - SLSA v1.0, Producing artifacts
    /// - MITRE ATLAS AML.M0013, Code Signing
    static META: Check = {
        name: "unsigned-weights",
        summary: "weights are covered by no signature",
        severity: Low,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnsignedWeights;

impl<'a> Check<Input<'a>> for UnsignedWeights {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Weights(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Weights(weights) = input else { return };
        // Whoever declares a model answers for it; a file by itself only lacks something.
        let lacking = if weights.system.is_some() { Severity::Medium } else { Severity::Low };
        let (sought, message, severity) = match &weights.signature {
            Signature::Listed | Signature::Mismatch { .. } => return,
            Signature::None { sought } => (sought.clone(), "no signature covers these weights".to_owned(), lacking),
            Signature::Unlisted { by } => {
                (vec![by.clone()], format!("`{by}` does not list these weights"), Severity::Medium)
            }
            Signature::Unread { by, why } => {
                (vec![by.clone()], format!("`{by}` is no signature of these weights: {why}"), Severity::Medium)
            }
            Signature::Undigested { by, why } => {
                (vec![by.clone()], format!("`{by}` lists these weights, and was not compared: {why}"), Severity::Info)
            }
        };
        let evidence = Evidence::Absence { at: weights.artifact.whole(), sought };
        report(Finding::builder(&META, evidence, message).severity(severity).build());
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{bundle, in_folder};

    const WEIGHTS: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";
    const DIGEST: &str = "f2bfd65a0ddb0df26ecbbbe4ae15b7e7bc8eaf4bfe1a41bcd0a09d3d3dbad98a";

    fn messages(files: &[(&str, &[u8])], path: &str) -> Vec<String> {
        let seen = in_folder(files, path, None);
        seen.findings.into_iter().filter(|f| f.rule.name == "unsigned-weights").map(|f| f.message).collect()
    }

    #[test]
    fn unsigned_weights_are_found() {
        assert_eq!(messages(&[("m/a.bin", WEIGHTS)], "m/a.bin"), ["no signature covers these weights"]);
    }

    #[test]
    fn a_signature_that_fits_is_enough() {
        let digest = crate::testing::sha256(WEIGHTS);
        assert_ne!(digest, DIGEST);
        for (signature, name) in
            [("m/model.sig", "a.bin"), ("model.sig", "m/a.bin"), ("model.sig", "a.bin"), ("m/a.bin.sig", "a.bin")]
        {
            let bundle = bundle(&[(name, &digest)]);
            let files = [("m/a.bin", WEIGHTS), (signature, bundle.as_bytes())];
            assert_eq!(messages(&files, "m/a.bin"), [""; 0], "{signature}");
        }
    }

    #[test]
    fn a_signature_of_something_else_is_not() {
        let bundle = bundle(&[("b.bin", DIGEST)]);
        let files = [("m/a.bin", WEIGHTS), ("m/model.sig", bundle.as_bytes())];
        assert_eq!(messages(&files, "m/a.bin"), ["`model.sig` does not list these weights"]);
        let files = [("m/a.bin", WEIGHTS), ("m/a.bin.sig", b"PGP".as_slice())];
        assert_eq!(
            messages(&files, "m/a.bin"),
            ["`a.bin.sig` is no signature of these weights: it is not a sigstore bundle"]
        );
    }
}
