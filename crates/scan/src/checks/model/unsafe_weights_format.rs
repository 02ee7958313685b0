//! Weights in a format whose loader runs code.

use palisade_base::{Check, Evidence, Finding, Severity};

use crate::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Recognises by content, not by name, weights in formats whose loader can run code: pickles, PyTorch archives and
    /// joblib files (which are pickles), NumPy arrays of objects, and Keras files. If the same weights lie beside them as
    /// safetensors, ONNX or GGUF, the finding says so and is only low.
    ///
    /// ## Why it matters
    ///
    /// With these formats, whoever can change the file runs code wherever it is loaded, whatever is in it today. A format
    /// that holds only numbers takes that whole class of attacks away.
    ///
    /// ## Example
    ///
    /// ```text
    /// models/
    ///   pytorch_model.bin      <- a pickle in a ZIP archive
    /// ```
    ///
    /// ## What to do
    ///
    /// Save the weights as safetensors (`safetensors.torch.save_file(model.state_dict(), "model.safetensors")`) or export
    /// the model to ONNX, load that, and delete the old file.
    ///
    /// ## Limits
    ///
    /// Says nothing about what the file does today; that is `pickle-call`. Whether the file beside it really holds the same
    /// weights is judged by its name.
    ///
    /// ## References
    ///
    /// - CWE-502, Deserialization of Untrusted Data
    /// - safetensors, format description
    /// - OWASP ML06:2023, AI Supply Chain Attacks
    static META: Check = {
        name: "unsafe-weights-format",
        summary: "weights are in a format that can run code when loaded",
        severity: Low,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnsafeWeightsFormat;

impl<'a> Check<Input<'a>> for UnsafeWeightsFormat {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Weights(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Weights(weights) = input else { return };
        let Some(why) = weights.runs_code else { return };
        let evidence =
            Evidence::bytes(weights.artifact, weights.head, 0..4, format!("this is {}", weights.format.title()));
        // Whoever declares a model has chosen its format; a file by itself is what it is.
        let declared = if weights.system.is_some() { Severity::Medium } else { Severity::Low };
        let finding = match &weights.twin {
            Some(twin) => {
                let message = format!("these weights can run code when loaded, and `{twin}` beside them cannot");
                Finding::builder(&META, evidence, message)
                    .severity(Severity::Info)
                    .advice(format!("load `{twin}` and delete this file"))
            }
            None => Finding::builder(&META, evidence, format!("these weights can run code when loaded: {why}"))
                .severity(declared)
                .advice("save them as safetensors or ONNX"),
        };
        report(finding.build());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{findings, in_folder};

    const PICKLE: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";

    #[test]
    fn pickles_are_found_by_content() {
        for name in ["model.pkl", "model.bin", "weights"] {
            assert_eq!(findings("unsafe-weights-format", name, PICKLE).len(), 1, "{name}");
        }
        let safe = b"\x32\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        let safe = [&u64::try_from(safe.len() - 8).unwrap().to_le_bytes(), &safe[8..], &[0]].concat();
        assert_eq!(findings("unsafe-weights-format", "model.safetensors", safe).len(), 0);
        assert_eq!(findings("unsafe-weights-format", "notes.bin", b"just text").len(), 0);
    }

    #[test]
    fn a_safe_twin_makes_it_milder() {
        let files = [("m/pytorch_model.bin", PICKLE), ("m/model.safetensors", b"".as_slice())];
        let seen = in_folder(&files, "m/pytorch_model.bin", None);
        let found: Vec<_> = seen.findings.iter().filter(|f| f.rule.name == "unsafe-weights-format").collect();
        assert_eq!(found[0].severity, Severity::Info);
        assert!(found[0].message.contains("`model.safetensors`"));
    }
}
