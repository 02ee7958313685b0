//! Dockerfiles: instructions with byte spans, and the build stages that they make.
//! <https://docs.docker.com/reference/dockerfile/>

mod instruction;
mod lines;
mod stages;

pub use instruction::{Command, Flag, Instruction, Kind, Pair, Piece};
pub use stages::{Base, Scope, Stage};

/// What a parse may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Words of one command.
    pub words: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 20, words: 10_000 }
    }
}

/// One Dockerfile.
#[derive(Debug, Default)]
pub struct Dockerfile {
    /// Every instruction, in order.
    pub instructions: Vec<Instruction>,
    /// The stages, in order; the last is what a build gives unless another is asked for.
    pub stages: Vec<Stage>,
}

/// Why a text cannot be read as a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// More bytes than [`Limits::bytes`].
    #[error("longer than {0} bytes")]
    Bytes(usize),
    /// No `FROM`.
    #[error("no `FROM` instruction")]
    NoStage,
}

/// Reads a Dockerfile. Instructions that Docker does not know are kept as [`Kind::Unknown`].
pub fn parse(text: &str, limits: Limits) -> Result<Dockerfile, Failure> {
    if text.len() > limits.bytes {
        return Err(Failure::Bytes(limits.bytes));
    }
    let lines = lines::logical(text);
    let instructions: Vec<_> = lines.iter().filter_map(|line| instruction::read(line, limits.words)).collect();
    let stages = stages::stages(&instructions);
    if stages.is_empty() { Err(Failure::NoStage) } else { Ok(Dockerfile { instructions, stages }) }
}

#[cfg(test)]
mod tests;
