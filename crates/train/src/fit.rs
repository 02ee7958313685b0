//! Fits weights: follow-the-regularised-leader on the window of each text that speaks most for an attack. Same data, same
//! options, same weights to the bit: one thread, a fixed order, no clock.

use palisade_text::injection::BESIDE;

use crate::{
    corpus::{CELLS, Corpus, Document},
    family::Hand,
    random::Random,
};

/// How weights are fitted.
#[derive(Clone, Debug)]
pub struct Options {
    /// Step.
    pub alpha: f32,
    /// Pull to zero: what it takes to have a weight at all.
    pub l1: f32,
    /// Pull to small weights.
    pub l2: f32,
    /// Share of the features that are hidden at each step.
    pub dropout: f32,
    /// Of a hundred steps so many hide all that is of one language, so that concepts alone have to tell.
    pub wordless: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// Witnesses that must share a cell.
    pub families: u32,
    /// Witnesses of attacks that must share a cell for it to speak for an attack.
    pub attack_families: u32,
    /// How much of the weight of a family follows its size: 0 not at all, 1 wholly.
    pub size: f32,
    /// The weight of a family of our own English texts against that of a collected one of the same size.
    pub english: f32,
    /// The same for a family of our own texts in another language.
    pub foreign: f32,
    /// The weight of all attacks against that of all else.
    pub attacks: f32,
    /// Fits whose mean is taken.
    pub fits: u16,
    /// Seed of the order and of what is hidden.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            alpha: 0.08,
            l1: 0.15,
            l2: 1.0,
            dropout: 0.7,
            wordless: 12,
            epochs: 8,
            families: 2,
            attack_families: 2,
            size: 0.5,
            english: 0.5,
            foreign: 0.2,
            attacks: 0.7,
            fits: 5,
            seed: 1,
        }
    }
}

/// Weights of every cell and what is added to all.
#[derive(Clone, Debug)]
pub struct Weights {
    /// By cell.
    pub cells: Vec<f32>,
    /// Added once.
    pub bias: f32,
}

impl Weights {
    /// The logit of a text.
    pub fn logit(&self, corpus: &Corpus, document: &Document, data: bool) -> f32 {
        let sums: Vec<f32> = corpus
            .sentences_of(document)
            .iter()
            .map(|sentence| {
                sentence.share * corpus.cells_of(*sentence, data).iter().map(|cell| self.weight(*cell)).sum::<f32>()
            })
            .collect();
        let windows = document.windows.iter().map(|window| pooled(sums.get(window.clone()).unwrap_or_default()));
        self.bias + windows.fold(f32::NEG_INFINITY, f32::max).max(-1e6)
    }

    fn weight(&self, cell: u32) -> f32 {
        self.cells.get(cell as usize).copied().unwrap_or_default()
    }
}

/// What sentences amount to together: the weightiest one wholly, the others in part, those that speak against an attack not.
fn pooled(sums: &[f32]) -> f32 {
    let gated = || sums.iter().map(|sum| sum.max(0.0));
    let (all, top) = (gated().sum::<f32>(), gated().fold(0.0, f32::max));
    top + (all - top) / f32::from(BESIDE)
}

#[derive(Clone, Copy, Default)]
struct Cell {
    z: f32,
    n: f32,
    w: f32,
    /// 0: left out; 1: may only speak against; 2: may do both.
    state: u8,
}

/// Fits weights to the texts with these numbers: the mean of several fits that see them in another order and hide other
/// features (bagging, Breiman 1996; the mean of additive models is one).
pub fn fit(corpus: &Corpus, chosen: &[usize], options: &Options) -> Weights {
    let fits = options.fits.max(1);
    let mut seeds = Random::new(options.seed);
    let mut mean = Weights { cells: vec![0.0; CELLS], bias: 0.0 };
    for _ in 0..fits {
        let one = once(corpus, chosen, &Options { seed: seeds.next(), ..options.clone() });
        for (mean, weight) in mean.cells.iter_mut().zip(one.cells) {
            *mean += weight / f32::from(fits);
        }
        mean.bias += one.bias / f32::from(fits);
    }
    mean
}

/// Fits weights to the texts with these numbers, once.
fn once(corpus: &Corpus, chosen: &[usize], options: &Options) -> Weights {
    let mut cells = admitted(corpus, chosen, options);
    let weights = balanced(corpus, chosen, options);
    let mut bias = Cell { state: 2, ..Cell::default() };
    let mut random = Random::new(options.seed);
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    let mut sums = Vec::new();
    for epoch in 0..options.epochs {
        random.shuffle(&mut order);
        for place in &order {
            let Some(document) = chosen.get(*place).and_then(|number| corpus.documents.get(*number)) else { continue };
            let weight = weights.get(*place).copied().unwrap_or_default();
            let other = random.below(10) < 3;
            let data = if document.data { !other } else { document.attack && other };
            let wordless = random.below(100) < options.wordless;
            let hide = Hide {
                seed: random.next(),
                below: f64::from(options.dropout),
                spoken: wordless.then_some(&corpus.spoken),
            };
            let keep = 1.0 / (1.0 - options.dropout);
            sums.clear();
            for sentence in corpus.sentences_of(document) {
                let seen = corpus.cells_of(*sentence, data).iter().filter(|cell| !hide.hides(**cell));
                sums.push(
                    sentence.share
                        * keep
                        * seen.filter_map(|cell| cells.get(*cell as usize)).map(|cell| cell.w).sum::<f32>(),
                );
            }
            let logit = |window: &std::ops::Range<usize>| bias.w + pooled(sums.get(window.clone()).unwrap_or_default());
            let best = document.windows.iter().max_by(|a, b| logit(a).total_cmp(&logit(b)));
            let every = epoch == 0 && document.attack && document.windows.len() <= 3;
            if epoch == 0 && document.attack && document.windows.len() > 3 {
                continue;
            }
            let windows = document
                .windows
                .iter()
                .filter(|window| !document.attack && logit(window) > -4.0 || every || Some(*window) == best);
            let steps: Vec<_> = windows.map(|window| (window.clone(), logit(window))).collect();
            let share = weight / if document.attack { short(steps.len()) } else { short(steps.len()).sqrt() };
            for (window, logit) in steps {
                let target = f32::from(u8::from(document.attack));
                let slope = share * (1.0 / (1.0 + (-logit).exp()) - target);
                if slope.abs() < 1e-4 {
                    continue;
                }
                step(&mut bias, slope, 0.0, 0.0, options.alpha);
                let inside = sums.get(window.clone()).unwrap_or_default();
                let top = inside.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let all = corpus.sentences_of(document).get(window).unwrap_or_default();
                for (sentence, sum) in all.iter().zip(inside) {
                    // The gate is open at zero, so that something can be learnt; an attack has at least one open sentence.
                    if *sum < 0.0 && !(document.attack && *sum >= top) {
                        continue;
                    }
                    let slope = slope * sentence.share * if *sum >= top { 1.0 } else { 1.0 / f32::from(BESIDE) };
                    for cell in corpus.cells_of(*sentence, data).iter().filter(|cell| !hide.hides(**cell)) {
                        if let Some(cell) = cells.get_mut(*cell as usize).filter(|cell| cell.state > 0) {
                            step(cell, slope, options.l1, options.l2, options.alpha);
                        }
                    }
                }
            }
        }
    }
    Weights { cells: cells.iter().map(|cell| cell.w).collect(), bias: bias.w }
}

fn step(cell: &mut Cell, slope: f32, l1: f32, l2: f32, alpha: f32) {
    let next = cell.n + slope * slope;
    let sigma = (next.sqrt() - cell.n.sqrt()) / alpha;
    cell.z += slope - sigma * cell.w;
    cell.n = next;
    let w =
        if cell.z.abs() <= l1 { 0.0 } else { -(cell.z - cell.z.signum() * l1) / ((1.0 + next.sqrt()) / alpha + l2) };
    cell.w = if cell.state == 1 { w.min(0.0) } else { w };
}

/// A count as a short real number.
#[expect(clippy::cast_precision_loss, reason = "a weight of a text need not be exact")]
const fn short(count: usize) -> f32 {
    count as f32
}

/// Hides features at random, the same ones throughout a step.
struct Hide<'c> {
    seed: u64,
    below: f64,
    /// Cells that are hidden besides.
    spoken: Option<&'c Vec<bool>>,
}

impl Hide<'_> {
    fn hides(&self, cell: u32) -> bool {
        let mixed = (self.seed ^ u64::from(cell)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.spoken.is_some_and(|spoken| spoken.get(cell as usize).is_some_and(|spoken| *spoken)) {
            return true;
        }
        // The highest 16 bits, as a share.
        f64::from(u16::try_from(mixed >> 48).unwrap_or_default()) / 65536.0 < self.below
    }
}

/// Cells that enough witnesses vouch for.
fn admitted(corpus: &Corpus, chosen: &[usize], options: &Options) -> Vec<Cell> {
    let mut attacks = vec![0_u128; CELLS];
    let mut benign = vec![0_u128; CELLS];
    for document in chosen.iter().filter_map(|number| corpus.documents.get(*number)) {
        let bit = 1_u128 << (document.witness % 128);
        let side = if document.attack { &mut attacks } else { &mut benign };
        for sentence in corpus.sentences_of(document) {
            for cell in corpus.cells_of(*sentence, true) {
                if let Some(bits) = side.get_mut(*cell as usize) {
                    *bits |= bit;
                }
            }
        }
    }
    let state = |(attacks, benign): (u128, u128)| {
        let shared = (attacks | benign).count_ones() >= options.families;
        u8::from(shared) * (1 + u8::from(attacks.count_ones() >= options.attack_families))
    };
    attacks.into_iter().zip(benign).map(|both| Cell { state: state(both), ..Cell::default() }).collect()
}

/// The weight of each text: families count by their size only in part.
fn balanced(corpus: &Corpus, chosen: &[usize], options: &Options) -> Vec<f32> {
    let mut counts = std::collections::HashMap::new();
    let documents: Vec<&Document> = chosen.iter().filter_map(|number| corpus.documents.get(*number)).collect();
    for document in &documents {
        *counts.entry((document.attack, document.family)).or_insert(0.0_f32) += 1.0;
    }
    let raw = |document: &Document| {
        let hand = match corpus.families.get(document.family).map_or(Hand::Others, |name| Hand::of(name)) {
            Hand::Others => 1.0,
            Hand::English => options.english,
            Hand::Foreign => options.foreign,
        };
        hand * counts.get(&(document.attack, document.family)).map_or(1.0, |count: &f32| count.powf(options.size - 1.0))
    };
    let total = |attack: bool| -> f32 {
        documents
            .iter()
            .filter(|document| document.attack == attack)
            .map(|document| raw(document))
            .sum::<f32>()
            .max(1e-9)
    };
    let (attacks, benign) = (total(true), total(false));
    let all = short(documents.len());
    let scale = |attack: bool| {
        let share = options.attacks / (1.0 + options.attacks);
        if attack { share * all / attacks } else { (1.0 - share) * all / benign }
    };
    documents.iter().map(|document| (raw(document) * scale(document.attack)).min(20.0)).collect()
}
