//! Fits a weight to each cell: logistic loss over single steps, `AdaGrad`, in one order.

use palisade_text::gibberish::{BITS, Step, Table, steps};

use super::salad::Mixed;

/// Weights while they are fitted.
pub(super) struct Weights {
    cells: Vec<f32>,
    squares: Vec<f32>,
    bias: f32,
    bias_square: f32,
    /// Harmless steps and odd ones so far: both count the same in all.
    seen: [f32; 2],
}

impl Weights {
    pub(super) fn new() -> Self {
        Self {
            cells: vec![0.0; 1 << BITS],
            squares: vec![1e-2; 1 << BITS],
            bias: 0.0,
            bias_square: 1e-2,
            seen: [1.0; 2],
        }
    }

    /// Learns one text: its steps inside of `mixed.odd` are odd, the others are not.
    pub(super) fn learn(&mut self, mixed: &Mixed) {
        // The first step leads from nothing; the step behind the odd part leads back.
        let mut inside = false;
        steps(&mixed.text, |step| {
            let odd = mixed.odd.contains(&step.start);
            if odd == inside {
                self.step(step, odd);
            }
            inside = odd;
        });
    }

    fn step(&mut self, step: &Step, odd: bool) {
        let [harmless, others] = &mut self.seen;
        let (own, other) = if odd { (others, *harmless) } else { (harmless, *others) };
        *own += 1.0;
        let share = (other / *own).clamp(0.1, 10.0).sqrt();
        let sum: f32 = step.cells().iter().filter_map(|cell| self.cells.get(*cell as usize)).sum::<f32>() + self.bias;
        let chance = 1.0 / (1.0 + (-sum).exp());
        let slope = (chance - f32::from(u8::from(odd))) * share;
        for cell in step.cells() {
            let cell = *cell as usize;
            if let (Some(weight), Some(square)) = (self.cells.get_mut(cell), self.squares.get_mut(cell)) {
                let slope = slope + DECAY * *weight;
                *square += slope * slope;
                *weight -= RATE * slope / square.sqrt();
            }
        }
        self.bias_square += slope * slope;
        self.bias -= RATE * slope / self.bias_square.sqrt();
    }

    pub(super) fn pack(&self, seed: u64, data: [u8; 32]) -> Table {
        Table::pack(&self.cells, self.bias, seed, data)
    }
}

const RATE: f32 = 0.1;
const DECAY: f32 = 1e-4;
