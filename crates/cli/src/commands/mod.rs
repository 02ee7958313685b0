//! One file a verb.

pub(crate) mod assess;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod log;
pub(crate) mod man;
mod roots;
pub(crate) mod scan;
mod verdict;
