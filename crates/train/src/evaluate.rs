//! How well scores tell attacks from the rest.

/// The threshold that one in `every` of these benign scores is over, at most.
pub fn threshold(benign: &[f32], every: usize) -> f32 {
    let mut sorted = benign.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.get(sorted.len() / every.max(1)).or(sorted.last()).copied().unwrap_or(f32::INFINITY)
}

/// The share of scores over a threshold.
pub fn over(scores: &[f32], threshold: f32) -> f64 {
    real(scores.iter().filter(|score| **score > threshold).count()) / real(scores.len().max(1))
}

/// The chance that an attack scores higher than something benign; ties count half.
pub fn area(attacks: &[f32], benign: &[f32]) -> f64 {
    let mut all: Vec<(f32, bool)> =
        attacks.iter().map(|score| (*score, true)).chain(benign.iter().map(|score| (*score, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0.0, 0.0);
    for ties in all.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let here = real(ties.iter().filter(|(_, attack)| *attack).count());
        let others = real(ties.len()) - here;
        wins += here * (below + others / 2.0);
        below += others;
    }
    wins / (real(attacks.len()) * real(benign.len())).max(1.0)
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
pub(crate) const fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_areas() {
        let benign: Vec<f32> = (0..100_u8).map(f32::from).collect();
        let at = threshold(&benign, 100);
        assert!((at - 98.0).abs() < f32::EPSILON);
        assert!((over(&benign, at) - 0.01).abs() < 1e-9);
        assert!((area(&[100.0, 49.5], &benign) - 0.75).abs() < 1e-9);
        assert!((area(&[7.0], &[7.0]) - 0.5).abs() < 1e-9);
    }
}
