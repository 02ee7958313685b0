//! What can be done with a value, by its name.

use std::{fmt, str::FromStr};

/// What is done with something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Letters and digits become stars; length and separators stay.
    Mask,
    /// Its kind in brackets stands in its place.
    Replace,
    /// A keyed digest stands in its place: the same value, the same digest, and no way back.
    Hash,
    /// A token stands in its place that a [`Vault`](super::Vault) turns back; of the same form where that means something.
    Tokenise,
    /// Nothing stands in its place.
    Drop,
    /// It stays.
    Keep,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] = [Self::Mask, Self::Replace, Self::Hash, Self::Tokenise, Self::Drop, Self::Keep];

    /// Its name, as it stands in an argument.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Replace => "replace",
            Self::Hash => "hash",
            Self::Tokenise => "tokenise",
            Self::Drop => "drop",
            Self::Keep => "keep",
        }
    }

    /// Whether it takes a [`Key`](super::Key).
    pub const fn needs_key(self) -> bool {
        matches!(self, Self::Hash | Self::Tokenise)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no such action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no action `{0}`: mask, replace, hash, tokenise, drop or keep")]
pub struct UnknownAction(String);

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, UnknownAction> {
        let known = Self::ALL.into_iter().find(|action| action.name() == name);
        known.ok_or_else(|| UnknownAction(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for action in Action::ALL {
            assert_eq!(action.to_string().parse(), Ok(action));
        }
        assert!("burn".parse::<Action>().is_err());
    }
}
