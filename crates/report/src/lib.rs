//! What one run saw, as people and programs read it: scores, framework clauses, renderers.
//!
//! This crate sees findings and proofs, never their makers.

mod baseline;
mod framework;
mod gap;
mod ignore;
mod left_out;
pub mod render;
mod report;
#[cfg(test)]
mod sample;
mod score;
mod verdict;

pub use baseline::{Baseline, BaselineError};
pub use framework::{Catalogue, Cited, Clause, Framework, Touched, UnknownFramework};
pub use ignore::{Applied, Ignores, rules};
pub use left_out::{models_left_out, said};
pub use report::{Accepted, Report};
pub use score::{Cell, ComponentScore, Gap, Scorecard};
pub use verdict::Level;
