//! Numbers that no training leaves behind, and things that are no numbers among them.

use palisade_base::{Check, Confidence, Finding, Severity};

use crate::{Input, weights};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks at the numbers of a model: programs, archives and scripts that lie among them, and in their lowest bits, where
    /// the fields behind the magic number fit each other; text in the lowest bits; numbers that use bits which all others
    /// leave empty; values that are not numbers or infinite, or larger than training leaves behind; tensors of noise; models
    /// whose tensors are all constant; tensors that hold the same; a count of parameters that is not the one that the file
    /// claims. Large files are sampled: the beginning, the middle and the end of some tensors.
    ///
    /// ## Why it matters
    ///
    /// Weights are the largest part of what is downloaded and the one that nobody reads: a program can be carried there
    /// whole, or in the lowest bits of the numbers without a change of the answers, past every scanner that looks at code.
    /// One value that is not a number turns every answer into nonsense, and is what is left of a broken merge or a tampered
    /// file.
    ///
    /// ## Example
    ///
    /// ```text
    /// the 8 lowest bits of the numbers of `layers.0.weight` spell an ELF program
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not use a file in which a program was found; report it. Fetch one with broken values again from where it was
    /// released, or convert it anew.
    ///
    /// ## Limits
    ///
    /// Something encrypted, or spread over tensors in an order of its own, looks like numbers. Of large files only samples
    /// are looked at. Quantised numbers are searched for programs, and not judged as values.
    ///
    /// ## References
    ///
    /// - MITRE ATLAS AML.T0018, Manipulate AI Model
    /// - Wang and others, EvilModel: Hiding Malware Inside of Neural Network Models, 2021
    /// - CWE-506, Embedded Malicious Code
    static META: Check = {
        name: "abnormal-weights",
        summary: "the numbers of a model hold something that training does not leave behind",
        severity: Medium,
        components: [Model],
        threats: [SupplyChain, Poisoning],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct AbnormalWeights;

impl<'a> Check<Input<'a>> for AbnormalWeights {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Numbers(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Numbers(numbers) = input else { return };
        for found in weights::examine(numbers) {
            let evidence = numbers.evidence(found.offset, "here");
            // What is only a hint may well be meant.
            let confidence = if found.severity >= Severity::Medium { Confidence::High } else { Confidence::Low };
            let finding = Finding::builder(&META, evidence, found.what).severity(found.severity);
            report(finding.confidence(confidence).build());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn file(dtype: &str, tensors: &[Vec<u8>]) -> Vec<u8> {
        let width = match dtype {
            "F32" => 4,
            "F16" | "BF16" => 2,
            _ => 1,
        };
        let mut at = 0;
        let entries: Vec<String> = tensors
            .iter()
            .enumerate()
            .map(|(index, data)| {
                let from = at;
                at += data.len();
                format!(
                    r#""t{index}":{{"dtype":"{dtype}","shape":[{}],"data_offsets":[{from},{at}]}}"#,
                    data.len() / width
                )
            })
            .collect();
        let header = format!("{{{}}}", entries.join(","));
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &tensors.concat()].concat()
    }

    fn judged(dtype: &str, tensors: &[Vec<u8>]) -> Vec<(Severity, String)> {
        let found = findings("abnormal-weights", "m.safetensors", file(dtype, tensors));
        found.into_iter().map(|finding| (finding.severity, finding.message)).collect()
    }

    /// Numbers as training leaves them: a bell around zero.
    fn weights(count: usize, seed: u64) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            f32::from(u16::try_from(state >> 48).unwrap()) / 65536.0
                + f32::from(u8::try_from(state & 0xff).unwrap()) / 16_777_216.0
        };
        (0..count).map(|_| ((0..12).map(|_| next()).sum::<f32>() - 6.0) * 0.02).collect()
    }

    fn bytes(weights: &[f32]) -> Vec<u8> {
        weights.iter().flat_map(|weight| weight.to_le_bytes()).collect()
    }

    fn elf() -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56 + 100];
        bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        for (at, value) in [(16, 3u16), (18, 62), (20, 1), (52, 64), (54, 56), (56, 1), (58, 64)] {
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        (bytes[32], bytes[64], bytes[68]) = (64, 1, 5);
        bytes
    }

    #[test]
    fn ordinary_weights_are_quiet() {
        let normal = weights(100_000, 1);
        let halves: Vec<u8> = normal.iter().flat_map(|weight| weight.to_bits().to_le_bytes()[2..].to_vec()).collect();
        let mut mask = weights(2000, 3);
        mask[5] = f32::NEG_INFINITY;
        mask[6] = f32::MIN;
        for (dtype, tensor) in [("F32", bytes(&normal)), ("BF16", halves), ("F32", bytes(&mask)), ("U8", vec![0; 5000])]
        {
            assert_eq!(judged(dtype, &[tensor]), [], "{dtype}");
        }
        // Zero biases beside weights, and small tensors that are alike.
        assert_eq!(judged("F32", &[bytes(&normal), vec![0; 8000], vec![0; 40], vec![0; 40]]), []);
    }

    #[test]
    fn programs_among_and_in_the_numbers_are_found() {
        let mut among = bytes(&weights(5000, 1));
        among[400..620].copy_from_slice(&elf());
        assert_eq!(
            judged("F32", &[among])[0],
            (Severity::High, "an ELF program lies among the numbers of `t0`".to_owned())
        );
        for width in [1, 2, 4, 8] {
            let mut carrier = bytes(&weights(5000, 2));
            for (index, byte) in elf().into_iter().enumerate() {
                for part in 0..8 / width {
                    let bits = byte >> (8 - width * (part + 1)) & u8::try_from((1u32 << width) - 1).unwrap();
                    let low = &mut carrier[(index * (8 / width) + part) * 4];
                    *low = *low & !u8::try_from((1u32 << width) - 1).unwrap() | bits;
                }
            }
            let found = judged("F32", &[carrier]);
            assert_eq!(found[0].0, Severity::High, "{width}: {found:?}");
            assert!(found[0].1.contains(&format!("the {width} lowest bits")), "{found:?}");
        }
    }

    #[test]
    fn broken_values_are_found_and_noise_is_a_hint() {
        let mut broken = weights(5000, 1);
        broken[70] = f32::NAN;
        assert_eq!(judged("F32", &[bytes(&broken)])[0].0, Severity::Medium);
        broken[70] = f32::INFINITY;
        assert_eq!(judged("F32", &[bytes(&broken)])[0].0, Severity::Medium);
        broken[70] = 1e30;
        assert_eq!(judged("F32", &[bytes(&broken)])[0].0, Severity::Low);
        let noise: Vec<u8> = weights(200_000, 9).iter().map(|weight| weight.to_bits().to_le_bytes()[0]).collect();
        for dtype in ["F32", "BF16", "F16"] {
            let found = judged(dtype, std::slice::from_ref(&noise));
            assert_eq!(found.iter().map(|(severity, _)| *severity).max(), Some(Severity::Info), "{dtype} {found:?}");
        }
    }

    #[test]
    fn hints_are_no_more() {
        let rounded: Vec<f32> =
            weights(5000, 4).into_iter().map(|w| f32::from_bits(w.to_bits() & 0xffff_0000)).collect();
        let mut used = bytes(&rounded);
        for (index, number) in used.chunks_exact_mut(4).take(200).enumerate() {
            number[0] = u8::try_from(index % 251).unwrap() | 1;
        }
        assert!(judged("F32", &[used])[0].1.contains("use bits"));
        let twice = bytes(&weights(5000, 5));
        assert!(judged("F32", &[twice.clone(), twice])[0].1.contains("same numbers"));
        assert!(judged("F32", &[vec![0; 20_000]])[0].1.contains("one value only"));
        let mut text = bytes(&weights(5000, 6));
        let words = "this is what somebody wants to carry out of the house, in Words and with 1 or 2 numbers";
        text.chunks_exact_mut(4).zip(words.bytes()).for_each(|(number, byte)| number[0] = byte);
        assert_eq!(judged("F32", &[text])[0].0, Severity::Low);
    }
}
