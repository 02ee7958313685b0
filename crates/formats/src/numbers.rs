//! Whether bytes are nothing but numbers: weights that are dumped without any header.

/// Whether the beginning and the end of these bytes are zeros, or floating-point numbers as weights have them.
pub fn plausible(bytes: &[u8]) -> bool {
    let tail = bytes.get((bytes.len().saturating_sub(SAMPLE)) & !7..).unwrap_or_default();
    let samples = [bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default(), tail];
    let single = |bytes: &[u8]| numbers(bytes, |four: [u8; 4]| f64::from(f32::from_le_bytes(four)));
    let double = |bytes: &[u8]| numbers(bytes, f64::from_le_bytes);
    bytes.len() >= 16
        && (bytes.len().is_multiple_of(4) && samples.iter().all(|sample| single(sample))
            || bytes.len().is_multiple_of(8) && samples.iter().all(|sample| double(sample)))
}

fn numbers<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f64) -> bool {
    let mut read = bytes.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()).map(read);
    read.all(|number| number == 0.0 || (1e-12..1e8).contains(&number.abs()))
}

/// How many bytes are looked at, at each end.
const SAMPLE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_numbers_and_texts_are_not() {
        let weights: Vec<u8> = (0..5000u16).flat_map(|n| (f32::from(n) * -0.001).to_le_bytes()).collect();
        assert!(plausible(&weights) && plausible(&[0; 64]));
        let wide: Vec<u8> = (0..40u16).flat_map(|n| (f64::from(n) * 0.1).to_le_bytes()).collect();
        assert!(plausible(&wide));
        assert!(!plausible(b"import os; os.system('id')  "));
        assert!(!plausible(&[weights.as_slice(), b"#!/bin/sh -c 'x'"].concat()));
        assert!(!plausible(&weights[..13]) && !plausible(b""));
    }
}
