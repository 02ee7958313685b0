//! What is done about what a detector finds. Judging and redacting ask for this, and not for the names of rules.

/// What sort of thing a detector finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A value that belongs to a person, and can be taken out.
    Personal,
    /// A value that opens something, and can be taken out.
    Secret,
    /// Orders that the text has no right to give.
    Order,
    /// What is about to come out and should not.
    Escape,
    /// Something in a value that a program is about to use.
    Argument,
    /// Anything else that someone should look at.
    Remark,
}

impl Sort {
    /// Whether it is a value that can be taken out of a text.
    pub const fn is_value(self) -> bool {
        matches!(self, Self::Personal | Self::Secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Detector, Leak, all, argument_detectors};

    #[test]
    fn detectors_have_their_sorts() {
        let sort = |rule: &str| all().iter().find(|known| known.meta().name == rule).map(|known| known.sort());
        for (rule, expected) in [
            ("personal-data", Sort::Personal),
            ("secret", Sort::Secret),
            ("exfiltration", Sort::Escape),
            ("hidden-text", Sort::Remark),
        ] {
            assert_eq!(sort(rule), Some(expected), "{rule}");
        }
        assert_eq!(Leak::default().sort(), Sort::Escape);
        assert!(argument_detectors().iter().all(|detector| detector.sort() == Sort::Argument));
    }
}
