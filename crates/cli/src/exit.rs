//! Exit codes: the contract with scripts.

use std::process::{ExitCode, Termination};

/// How a run ended. When several apply, the one first in this order counts, except that a failure of the tool itself
/// overrides all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: nothing at or over the limit, and everything could be judged.
    Clean,
    /// 1: findings at or over the limit.
    Findings,
    /// 2: wrong usage or a wrong manifest.
    Usage,
    /// 3: something could not be judged, or the tool failed.
    Failed,
    /// 4: there was nothing to look at.
    Nothing,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Nothing => 4,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
