//! Fits the score card of whole stretches: logistic loss over all of them, then zero is put where one in 1,500
//! harmless texts lies.

use palisade_text::gibberish::{PROPERTIES, WEIGHTS, weigh};

/// Fits to the stretches of harmless texts, text by text, and to odd stretches.
pub(super) fn fit(harmless: &[Vec<[f32; PROPERTIES]>], odd: &[[f32; PROPERTIES]]) -> [f32; WEIGHTS] {
    let mut weights = [0.0; WEIGHTS];
    let mut squares = [1e-6_f32; WEIGHTS];
    let count = |count: usize| f32::from(u16::try_from(count.max(1)).unwrap_or(u16::MAX));
    let calm = harmless.iter().flatten();
    let share = CAUTION * count(odd.len()) / count(harmless.iter().map(Vec::len).sum());
    let all: Vec<(&[f32; PROPERTIES], f32, f32)> =
        calm.map(|stretch| (stretch, 0.0, share)).chain(odd.iter().map(|stretch| (stretch, 1.0, 1.0))).collect();
    for _ in 0..ROUNDS {
        let mut slopes = [0.0_f32; WEIGHTS];
        for (stretch, label, share) in &all {
            let slope = (1.0 / (1.0 + (-weigh(stretch, &weights)).exp()) - label) * share / count(odd.len());
            let terms = stretch.iter().flat_map(|value| [*value, value * value]).chain([1.0]);
            slopes.iter_mut().zip(terms).for_each(|(sum, term)| *sum += slope * term);
        }
        for ((weight, square), slope) in weights.iter_mut().zip(&mut squares).zip(slopes) {
            *square += slope * slope;
            *weight -= RATE * slope / square.sqrt();
        }
    }
    let highest = |stretches: &Vec<[f32; PROPERTIES]>| {
        stretches.iter().map(|stretch| weigh(stretch, &weights)).fold(f32::NEG_INFINITY, f32::max)
    };
    let mut logits: Vec<f32> = harmless.iter().map(highest).collect();
    logits.sort_by(|a, b| b.total_cmp(a));
    let at = logits.get(harmless.len() / ONE_IN).copied().unwrap_or_default();
    if let Some(bias) = weights.last_mut() {
        *bias -= at;
        *bias -= MARGIN;
    }
    weights
}

/// Texts of folders that nothing was learnt from lie higher by so many logits.
const MARGIN: f32 = 1.5;
const ROUNDS: usize = 3000;
const RATE: f32 = 1.0;
/// A false alarm costs so many times what a miss does.
const CAUTION: f32 = 4.0;
const ONE_IN: usize = 1500;
