//! The traits at which parts meet: [`Check`], [`Victim`], [`Attack`], [`Defence`], [`Filter`].

use std::{error::Error, future::Future, pin::Pin};

use crate::{Finding, Meta, Score, Segment};

/// A future that an object-safe trait can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Any error, at a seam where the other side only reports it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A static check over a parsed input.
///
/// Sync and pure: same input, same findings. It never reads a file, the clock or the network. `In` is the crate's type
/// of parsed inputs, so that files and data sets share the seam without knowing each other.
pub trait Check<In: ?Sized>: Send + Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// Whether this input is one that the check judges. Inputs that are examined count as evidence seen, so an input
    /// of another kind must be refused here.
    fn examines(&self, input: &In) -> bool;

    /// Judges an input that [`Check::examines`] accepted, and hands each weakness to `report`.
    fn run(&self, input: &In, report: &mut dyn FnMut(Finding));
}

/// What a victim shows to an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// The predicted label only.
    Labels,
    /// A score for each class.
    Scores,
    /// Scores, and gradients of them.
    Gradients,
}

/// A model under attack: a file or an endpoint.
pub trait Victim: Send {
    /// What it shows.
    fn access(&self) -> Access;

    /// Scores of a batch: one row for each input, one column for each class. With [`Access::Labels`], rows are one-hot.
    fn scores(&mut self, batch: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, BoxError>;

    /// The gradient of the loss of `class` with respect to `input`; an error unless [`Access::Gradients`].
    fn gradient(&mut self, input: &[f32], class: usize) -> Result<Vec<f32>, BoxError>;
}

/// What a run may spend and how it is repeated. Never taken from the clock or the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most queries to the victim.
    pub queries: u64,
    /// Same seed, same result.
    pub seed: u64,
}

/// One labelled input.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The features.
    pub input: Vec<f32>,
    /// The true class.
    pub class: usize,
    /// Whether it was in the training set, where that is known.
    pub member: Option<bool>,
}

/// An attack that measures exposure to one threat.
pub trait Attack: Send + Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// The least access it needs.
    fn needs(&self) -> Access;

    /// Attacks `victim` within `budget`.
    fn run(&self, victim: &mut dyn Victim, samples: &[Sample], budget: Budget) -> Result<Score, BoxError>;
}

/// A defence: a victim in front of a victim.
pub trait Defence: Send + Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// The defended victim.
    fn guard(&self, victim: Box<dyn Victim>) -> Box<dyn Victim>;
}

/// A request or a reply as text segments with their origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number of the call in the audit log.
    pub call: u64,
    /// The text, each piece with its author.
    pub segments: Vec<Segment>,
}

/// What a filter decided about a message.
#[derive(Clone, Debug)]
#[must_use = "a verdict that is dropped lets the call through unjudged"]
pub enum Verdict {
    /// Nothing to object to.
    Pass,
    /// The message was changed; the findings say why.
    Edit(Vec<Finding>),
    /// The message must not go on.
    Block(Vec<Finding>),
}

/// What happens to a call when a filter fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFail {
    /// The call goes on, and the log says that it was not judged.
    Open,
    /// The call is refused.
    Closed,
}

/// What one filter did with one call. Failing open is not the same as passing, and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Judged and passed.
    Passed,
    /// Judged and changed.
    Edited,
    /// Judged and refused.
    Blocked,
    /// Not judged; went on.
    FailedOpen,
    /// Not judged; refused.
    FailedClosed,
}

/// A filter of the gateway.
pub trait Filter: Send + Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// What happens when it fails. Closed unless a filter says otherwise.
    fn on_fail(&self) -> OnFail {
        OnFail::Closed
    }

    /// Bytes of earlier text that a streamed window repeats, so that a match is not cut in two.
    fn overlap(&self) -> usize {
        0
    }

    /// Judges a request, and may change it.
    fn request<'a>(&'a self, request: &'a mut Message) -> BoxFuture<'a, Result<Verdict, BoxError>>;

    /// Judges a reply, and may change it.
    fn reply<'a>(&'a self, reply: &'a mut Message) -> BoxFuture<'a, Result<Verdict, BoxError>>;
}
