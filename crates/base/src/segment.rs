//! Text with its origin. Origin is what makes injection decidable: the same sentence is an order from one author and an
//! attack from another.

use std::{fmt, str::FromStr};

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

impl Origin {
    /// Every origin, from the most authority to the least.
    pub const ALL: [Self; 6] = [Self::System, Self::Developer, Self::User, Self::Tool, Self::Document, Self::Model];

    /// Its name, as it is written on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Tool => "tool",
            Self::Document => "document",
            Self::Model => "model",
        }
    }

    /// Whether text of this origin is data: it may inform the model and has no say in what the model does.
    pub const fn is_data(self) -> bool {
        matches!(self, Self::Tool | Self::Document)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown origin `{0}`; it is one of system, developer, user, tool, document and model")]
pub struct UnknownOrigin(pub String);

impl FromStr for Origin {
    type Err = UnknownOrigin;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|origin| origin.name() == name).ok_or_else(|| UnknownOrigin(name.to_owned()))
    }
}

/// One piece of text and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Who wrote it.
    pub origin: Origin,
    /// The text.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for origin in Origin::ALL {
            assert_eq!(origin.name().parse(), Ok(origin));
            assert_eq!(serde_json::to_value(origin).unwrap(), origin.name());
        }
        assert_eq!("User".parse::<Origin>(), Err(UnknownOrigin("User".to_owned())));
    }
}
