//! Keys, signed notes, Merkle trees, and a log whose records cannot be changed unseen.
//!
//! [`log`] keeps records in hash-chained segments under one RFC 6962 tree, whose roots are signed as C2SP checkpoints. It knows
//! no meaning of a record, no network and no policy: whether a failed write stops the caller is the caller's choice.

mod checkpoint;
mod hash;
mod key;
pub mod log;
mod note;
pub mod proof;
pub mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use hash::{Hash, ParseHashError};
pub use key::{KeyError, KeyFileError, PrivateKey, PublicKey};
pub use note::{Note, NoteError, Signature};
