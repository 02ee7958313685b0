//! Fits a weight to each cell and vectors to each word: logistic loss over single steps, `AdaGrad`, in one order.

use palisade_text::gibberish::{CELLS, HALF, RECENT, ROWS, Step, Table, VECTOR_UNIT, WIDTH, steps};

use super::salad::Mixed;
use crate::random::Random;

/// Weights while they are fitted.
pub(super) struct Weights {
    cells: Vec<[f32; 2]>,
    vectors: Vec<[f32; WIDTH]>,
    squares: Vec<f32>,
    bias: f32,
    bias_square: f32,
    random: Random,
    /// Harmless steps and odd ones so far: both count the same in all.
    seen: [f32; 2],
}

impl Weights {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut small = || f32::from(i16::try_from(random.below(2001)).unwrap_or_default() - 1000) * 2e-4;
        Self {
            cells: vec![[0.0, 1e-2]; CELLS],
            vectors: (0..ROWS).map(|_| std::array::from_fn(|_| small())).collect(),
            squares: vec![1e-2; ROWS],
            bias: 0.0,
            bias_square: 1e-2,
            random: Random::new(random.next()),
            seen: [1.0; 2],
        }
    }

    /// Learns one text: its steps inside of `mixed.odd` are odd, the others are not.
    pub(super) fn learn(&mut self, mixed: &Mixed) {
        // The first step leads from nothing; the step behind the odd part leads back.
        let mut inside = false;
        let mut recent = Recent::default();
        steps(&mixed.text, |step| {
            let odd = mixed.odd.contains(&step.start);
            if odd == inside {
                self.step(step, odd, &recent);
            }
            inside = odd;
            recent.push(step.row as usize);
        });
    }

    fn step(&mut self, step: &Step, odd: bool, recent: &Recent) {
        let [harmless, others] = &mut self.seen;
        let (own, other) = if odd { (others, *harmless) } else { (harmless, *others) };
        *own += 1.0;
        let share = (other / *own).clamp(0.1, 10.0).sqrt();
        let row = step.row as usize;
        // Each cell is left out now and then, so that none is relied on: most pairs of words are new in a new text.
        let dropped = self.random.next() & self.random.next() & self.random.next();
        let kept = |number: usize| (dropped >> (number & 63)) & 1 == 0;
        let [pair, topic] = self.context(recent);
        let Some(vector) = self.vectors.get(row).copied() else { return };
        let (toward_pair, rest) = vector.split_at(HALF);
        let toward_topic = rest.get(..HALF).unwrap_or_default();
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cells = step.cells().iter().enumerate().filter(|(number, _)| kept(*number));
        let cells = cells.filter_map(|(_, cell)| self.cells.get(*cell as usize)).map(|cell| cell[0]);
        let sum = cells.sum::<f32>() + self.bias + product(toward_pair, &pair) + product(toward_topic, &topic);
        let chance = 1.0 / (1.0 + (-sum).exp());
        let slope = (chance - f32::from(u8::from(odd))) * share;
        for (_, cell) in step.cells().iter().enumerate().filter(|(number, _)| kept(*number)) {
            if let Some([weight, square]) = self.cells.get_mut(*cell as usize) {
                let slope = slope + DECAY * *weight;
                *square += slope * slope;
                *weight = (*weight - RATE * slope / square.sqrt()).clamp(-MOST, MOST);
            }
        }
        self.bias_square += slope * slope;
        self.bias -= RATE * slope / self.bias_square.sqrt();
        let before: [f32; HALF] = std::array::from_fn(|at| slope * toward_pair.get(at).copied().unwrap_or_default());
        let around: [f32; HALF] =
            std::array::from_fn(|at| slope * toward_topic.get(at).copied().unwrap_or_default() / EIGHT);
        if let Some(last) = recent.last() {
            self.shift(last, 2 * HALF, &before);
        }
        for other in recent.rows() {
            self.shift(other, 3 * HALF, &around);
        }
        self.shift(row, 0, &pair.map(|value| value * slope));
        self.shift(row, HALF, &topic.map(|value| value * slope));
    }

    /// What the words before say: the last one, and the mean of the last few.
    fn context(&self, recent: &Recent) -> [[f32; HALF]; 2] {
        let mut pair = [0.0; HALF];
        let mut topic = [0.0; HALF];
        let part = |row: usize, from: usize| {
            self.vectors.get(row).and_then(|row| row.get(from..from + HALF)).unwrap_or_default()
        };
        if let Some(last) = recent.last() {
            pair.iter_mut().zip(part(last, 2 * HALF)).for_each(|(to, from)| *to = *from);
        }
        for row in recent.rows() {
            topic.iter_mut().zip(part(row, 3 * HALF)).for_each(|(to, from)| *to += *from / EIGHT);
        }
        [pair, topic]
    }

    fn shift(&mut self, row: usize, from: usize, slopes: &[f32; HALF]) {
        let (Some(values), Some(square)) = (self.vectors.get_mut(row), self.squares.get_mut(row)) else { return };
        *square += slopes.iter().map(|slope| slope * slope).sum::<f32>() / EIGHT;
        let rate = VECTOR_RATE / square.sqrt();
        for (value, slope) in values.iter_mut().skip(from).zip(slopes) {
            *value = (*value - rate * (slope + DECAY * *value)).clamp(-VECTOR_MOST, VECTOR_MOST);
        }
    }

    pub(super) fn pack(&self, seed: u64, data: [u8; 32]) -> Table {
        let cells: Vec<f32> = self.cells.iter().map(|cell| cell[0]).collect();
        Table::pack(&cells, &self.vectors, self.bias, seed, data)
    }
}

/// The rows of the last few words.
#[derive(Default)]
struct Recent {
    rows: [Option<usize>; RECENT],
    at: usize,
}

impl Recent {
    fn push(&mut self, row: usize) {
        self.at = (self.at + 1) % RECENT;
        if let Some(slot) = self.rows.get_mut(self.at) {
            *slot = Some(row);
        }
    }

    fn last(&self) -> Option<usize> {
        self.rows.get(self.at).copied().flatten()
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().copied().flatten()
    }
}

const EIGHT: f32 = 8.0;
const RATE: f32 = 0.1;
const VECTOR_RATE: f32 = 0.16;
const DECAY: f32 = 1e-4;
/// No weight is larger, in logits: it has to fit into a byte.
const MOST: f32 = 3.9;
const VECTOR_MOST: f32 = 127.0 * VECTOR_UNIT;
