//! Build stages: which instructions make them, and what they build on.

use std::{collections::HashMap, ops::Range};

use super::{Dockerfile, Instruction, Kind, Piece};
use crate::variables::{Expanded, expand};

/// One stage: a `FROM` and what follows it.
#[derive(Debug)]
pub struct Stage {
    /// Its name, as written.
    pub name: Option<String>,
    /// What stands behind `FROM`.
    pub image: Piece,
    /// What that means.
    pub base: Base,
    /// The indices of its instructions, `FROM` first.
    pub instructions: Range<usize>,
}

/// The variables that are known in a stage.
#[derive(Debug, Default)]
pub struct Scope {
    known: HashMap<String, String>,
    /// The bytes of all values: they grow faster than the file that they stand in.
    size: usize,
}

impl Scope {
    /// A text with its variables filled in.
    pub fn resolve(&self, text: &str) -> Expanded {
        expand(text, &|name| self.known.get(name).map(String::as_str))
    }

    /// Adds what an `ARG` or `ENV` sets.
    fn define(&mut self, instruction: &Instruction) {
        let (Kind::Arg(pairs) | Kind::Env(pairs)) = &instruction.kind else { return };
        for pair in pairs {
            let Some(value) = pair.value.as_ref().map(|value| self.resolve(&value.text)) else { continue };
            let fits = self.known.len() < MOST_VARIABLES && self.size + value.text.len() <= MOST_BYTES;
            if !value.unknown && fits {
                self.size += value.text.len();
                let before = self.known.insert(pair.name.text.clone(), value.text);
                self.size -= before.map_or(0, |before| before.len());
            }
        }
    }
}

/// What a stage builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage, by its index.
    Stage(usize),
    /// An image, after the defaults of `ARG`s were filled in.
    Image(Expanded),
}

pub(super) fn stages(instructions: &[Instruction]) -> Vec<Stage> {
    let mut arguments = Scope::default();
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut stages: Vec<Stage> = Vec::new();
    for (index, instruction) in instructions.iter().enumerate() {
        match &instruction.kind {
            Kind::Arg(_) if stages.is_empty() => arguments.define(instruction),
            Kind::From { image, name } => {
                let expanded = Some(arguments.resolve(&image.text)).filter(|image| image.text.len() <= LONGEST_IMAGE);
                let expanded = expanded.unwrap_or_else(|| Expanded { unknown: true, ..Expanded::default() });
                let base = match expanded.text.to_lowercase() {
                    text if text == "scratch" => Base::Scratch,
                    text => names.get(&text).map_or(Base::Image(expanded), |stage| Base::Stage(*stage)),
                };
                let name = name.as_ref().map(|name| name.text.clone());
                names.extend(name.as_ref().map(|name| (name.to_lowercase(), stages.len())));
                stages.push(Stage { name, image: image.clone(), base, instructions: index..index + 1 });
            }
            _ => {}
        }
        if let Some(stage) = stages.last_mut() {
            stage.instructions.end = index + 1;
        }
    }
    stages
}

const MOST_VARIABLES: usize = 10_000;
const MOST_BYTES: usize = 4 << 20;
/// Longer than any registry allows, and short enough to be kept for every stage.
const LONGEST_IMAGE: usize = 1024;

impl Dockerfile {
    /// The instructions of a stage, `FROM` first.
    pub fn stage_instructions(&self, stage: &Stage) -> &[Instruction] {
        self.instructions.get(stage.instructions.clone()).unwrap_or_default()
    }

    /// The stage that a build gives, and the stages that it builds on: the last stage first.
    pub fn lineage(&self) -> Vec<&Stage> {
        let mut lineage = Vec::new();
        let mut next = self.stages.last();
        while let Some(stage) = next {
            lineage.push(stage);
            // A stage builds on earlier ones only, so this ends.
            next = match stage.base {
                Base::Stage(index) => self.stages.get(index),
                _ => None,
            };
        }
        lineage
    }

    /// The variables of the final stage: `ARG` defaults and `ENV` values, those of the stages below it included.
    pub fn scope(&self) -> Scope {
        let mut scope = Scope::default();
        let first = self.stages.first().map_or(0, |stage| stage.instructions.start);
        let global = self.instructions.get(..first).unwrap_or_default().iter();
        let own = self.lineage().into_iter().rev().flat_map(|stage| self.stage_instructions(stage));
        global.chain(own).for_each(|instruction| scope.define(instruction));
        scope
    }

    /// The share of instructions that Docker does not know, from 0 to 1: high for files of another kind.
    pub fn strangeness(&self) -> f64 {
        let strange = self.instructions.iter().filter(|one| matches!(one.kind, Kind::Unknown)).count();
        let all = self.instructions.len().max(1);
        u32::try_from(strange).map_or(1.0, f64::from) / u32::try_from(all).map_or(1.0, f64::from)
    }
}
