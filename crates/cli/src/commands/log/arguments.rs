//! The arguments of `palisade log`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Check, show and prove a tamper-evident log
///
/// Every record is a leaf of a Merkle tree (RFC 6962) and a link of a chain, and the log signs its state at every commit. So any
/// record that was changed, removed, inserted or moved is found, and one record can be proven to somebody who never sees the
/// others. Everything is checked with the public key alone, on any machine, without a network.
#[derive(Debug, Args)]
pub(crate) struct LogArguments {
    #[command(subcommand)]
    pub(crate) verb: LogVerb,
}

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogVerb {
    Verify(VerifyArguments),
    Show(ShowArguments),
    Prove(ProveArguments),
}

/// Check every byte of a log; name the first bad place
///
/// Whoever can write the whole folder can also put back an older state of it, which is whole in itself: keep a copy of the
/// file `checkpoint` elsewhere now and then, and give it as --since. The key that lies beside the log can be replaced with it:
/// keep a copy of `key.pub` elsewhere, too, and give it as --key.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  palisade log verify /var/lib/palisade/log
  palisade log verify --key kept/key.pub --since kept/checkpoint DIR
                                               with what an auditor keeps
  palisade log verify --format json DIR        for programs

Exit codes:
  0  whole: every record is as it was signed
  1  tampered: the first bad place is named; with --strict also if something follows the last commit
  2  wrong usage, or a key or checkpoint that cannot be used
  3  something cannot be read, or palisade failed
  4  there is no log in DIR")]
pub(crate) struct VerifyArguments {
    /// The folder of the log
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The public key [default: DIR/key.pub]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// An older checkpoint that was kept elsewhere: the log must go on from it
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// Do not accept bytes after the last commit, which a crash or a running writer leaves; no record of the log is among them
    #[arg(long)]
    pub(crate) strict: bool,
    /// The form of the answer
    #[arg(long, short, value_name = "FORMAT", default_value = "plain")]
    pub(crate) format: LogFormat,
}

/// Show the records of a log, each checked before it is shown
///
/// Records are numbered from 0. Only what a commit signs is shown. --from begins at the segment that holds the record: what lies
/// before it is not read, which is what `palisade log verify` is for.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  palisade log show DIR                        all records
  palisade log show --from 100 --to 109 DIR    ten of them
  palisade log show --follow DIR               the new ones as they come, until Ctrl-C
  palisade log show --format json DIR | jq .data.outcome

Exit codes are those of `palisade log verify`.")]
pub(crate) struct ShowArguments {
    /// The folder of the log
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The public key [default: DIR/key.pub]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The first record [default: 0; with --follow, the next one to come]
    #[arg(long, value_name = "N")]
    pub(crate) from: Option<u64>,
    /// The last record
    #[arg(long, value_name = "N")]
    pub(crate) to: Option<u64>,
    /// Go on with new records as they are committed
    #[arg(long)]
    pub(crate) follow: bool,
    /// The form of a record: plain is number, time of the commit and record; json is one object a line
    #[arg(long, short, value_name = "FORMAT", default_value = "plain")]
    pub(crate) format: LogFormat,
}

/// Prove that a record is in a log, or that a log goes on from an older checkpoint; check such a proof
///
/// A proof is a small text (C2SP tlog-proof): the record, its number, some 20 hashes and the signed checkpoint. Whoever has the
/// public key of the log checks it without the log.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  palisade log prove DIR 1234 --out record.proof
  palisade log prove --check record.proof --key key.pub
  palisade log prove DIR --since kept/checkpoint --out growth.proof
                                               nothing that it covered was changed
  palisade log prove --check growth.proof --key key.pub --since kept/checkpoint

Exit codes:
  0  the proof was made, or proves what it says
  1  the log was tampered with, or the proof proves nothing
  2  wrong usage, a record that the log does not have, or a key or checkpoint that cannot be used
  3  something cannot be read or written, or palisade failed
  4  there is no log in DIR")]
pub(crate) struct ProveArguments {
    /// The folder of the log
    #[arg(value_name = "DIR", required_unless_present = "check", conflicts_with = "check")]
    pub(crate) folder: Option<PathBuf>,
    /// The number of the record, from 0
    #[arg(value_name = "RECORD", required_unless_present_any = ["check", "since"], conflicts_with_all = ["check", "since"])]
    pub(crate) record: Option<u64>,
    /// The public key [default: DIR/key.pub; needed with --check]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// An older checkpoint: prove that the log goes on from it
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// Check this proof instead of making one
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) check: Option<PathBuf>,
    /// Write the proof to a file instead of stdout
    #[arg(long, short, value_name = "FILE", conflicts_with = "check")]
    pub(crate) out: Option<PathBuf>,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Plain,
    /// For programs
    Json,
}
