//! Text with its origin. Origin is what makes injection decidable: the same sentence is an order from one author and an
//! attack from another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who wrote a piece of text that a model reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The operator, in the system prompt.
    System,
    /// The developer of the application.
    Developer,
    /// The person who uses it.
    User,
    /// The result of a tool call.
    Tool,
    /// A retrieved or uploaded document.
    Document,
    /// A model.
    Model,
}

/// One piece of text and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Who wrote it.
    pub origin: Origin,
    /// The text.
    pub text: String,
}
