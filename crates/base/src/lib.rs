//! The vocabulary of Palisade and the seams between its parts.
//!
//! Everything else speaks in these words: what a system is made of ([`Component`]), what threatens it ([`Threat`]),
//! what was found ([`Finding`], with [`Evidence`]) and what was measured ([`Score`], [`Proof`]). This crate knows no
//! file format, no check and no renderer.

mod evidence;
mod finding;
mod fingerprint;
mod meta;
mod observed;
mod proof;
mod seams;
mod segment;
mod severity;
mod spelling;
pub mod system;
mod target;
mod words;

pub use evidence::{Evidence, Excerpt, Mask, View, hidden};
pub use finding::{Finding, FindingBuilder};
pub use fingerprint::Fingerprint;
pub use meta::{Kind, Meta, SECTIONS};
pub use observed::{Described, Digested, Examined, FEW, LeftOut, LeftOutBy, Observed, Stats, Unscanned};
pub use proof::{Adaptive, Cost, Grade, Proof, Score};
pub use seams::{
    Access, Attack, BoxError, BoxFuture, Budget, Check, Defence, Filter, Message, OnFail, Outcome, Sample, Verdict,
    Victim,
};
pub use segment::{Origin, Segment, UnknownOrigin};
pub use severity::{Confidence, Severity, UnknownSeverity};
pub use spelling::{hex, reason};
pub use target::{Artifact, Place, Target};
pub use words::{Autonomy, Component, Stage, Threat};
