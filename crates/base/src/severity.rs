//! How bad a finding is and how sure we are. Two scales, never mixed.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad it is if the finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to mend by itself.
    Info,
    /// A habit that widens other holes.
    Low,
    /// Exploitable with something else going wrong, or a missing safeguard.
    Medium,
    /// Exploitable by someone who can reach or supply the thing.
    High,
    /// Runs an attacker's code, or hands over the system, without a further condition.
    Critical,
}

/// How sure the check is that the finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint; a person has to look.
    Low,
    /// Usually true; the check cannot see everything that matters.
    Medium,
    /// The evidence is the weakness.
    High,
}

/// A word that names no severity.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a severity; expected one of `info`, `low`, `medium`, `high`, `critical`")]
pub struct UnknownSeverity(String);

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: &'static [Self] = &[Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The spelling in reports and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step worse; `critical` stays.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl Confidence {
    /// The spelling in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL.iter().copied().find(|s| s.word() == word).ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_mildest_first() {
        assert!(Severity::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn words_parse_back() {
        for severity in Severity::ALL {
            assert_eq!(severity.word().parse::<Severity>().unwrap(), *severity);
        }
        assert!("grave".parse::<Severity>().unwrap_err().to_string().contains("`grave`"));
    }
}
