//! An append-only log of opaque records: written by one thread with two syncs for many records, checked from end to end.
//!
//! ```text
//! DIR/lock                 held by the one writer
//! DIR/key, DIR/key.pub     Ed25519, in the forms of C2SP signed-note
//! DIR/checkpoint           the newest signed state, C2SP tlog-checkpoint; replaced at every commit
//! DIR/segments/N.segment   records from number N on, with the commits that sign them
//! ```
//!
//! Frames, hashes and what is signed are described in `docs/log.md`.

mod commit;
mod fault;
mod frame;
mod layout;
mod prove;
mod queue;
mod read;
mod recover;
mod scan;
mod storage;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use commit::Commit;
pub use fault::{Fault, Flaw, LogError, Place};
pub use layout::Layout;
pub use prove::{ProveError, prove_consistency, prove_record};
pub use queue::{AppendError, CommitError, Receipt, Ticket};
pub use read::{Reader, Record};
pub use recover::{Cut, OpenError, Recovery};
pub use scan::parse_segment;
pub use verify::{Unfinished, Verified, verify};
pub use writer::{Clock, Options, Writer, system_clock};
