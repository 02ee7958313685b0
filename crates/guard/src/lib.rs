//! The runtime gateway: judges every request before a model reads it and every reply before anyone does, streams included.
//! It knows no file format and no report; what it is to do comes as options, what it did goes into records.

pub mod frames;
pub mod json;
mod judge;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod parity;
pub mod protocol;
mod relay;
mod restore;

pub use judge::{Judge, Judged, Text};
pub use relay::{Broken, Hold, Outcome, Relay, RelayOptions};
pub use restore::Tokens;
