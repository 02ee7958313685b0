//! `palisade log prove`: makes proofs, and checks them without the log.

use std::path::Path;

use palisade_report::render::visible;
use palisade_seal::{
    Checkpoint, PublicKey,
    log::{ProveError, prove_consistency, prove_record},
    proof::{ConsistencyProof, ProofError, RecordProof},
};

use super::{arguments::ProveArguments, load_checkpoint, load_key, open, read, shown, told};
use crate::{
    Exit,
    output::{self, Failure},
};

pub(super) fn run(arguments: &ProveArguments) -> Result<Exit, Failure> {
    if let (Some(path), Some(key)) = (&arguments.check, &arguments.key) {
        return check(path, &load_key(key)?, arguments.since.as_deref());
    }
    let Some(folder) = &arguments.folder else {
        return Err(Failure::usage("DIR is missing"));
    };
    let Some(log) = open(folder, arguments.key.as_ref())? else {
        return Ok(Exit::Nothing);
    };
    let proof = if let Some(since) = &arguments.since {
        let older = load_checkpoint(since, &log.key)?;
        prove_consistency(&log.layout, &log.key, &older).map(|proof| proof.to_string())
    } else {
        prove_record(&log.layout, &log.key, arguments.record.unwrap_or_default()).map(|proof| proof.to_string())
    };
    match proof {
        Ok(proof) => {
            match &arguments.out {
                Some(path) => output::write_file(path, proof.as_bytes())?,
                None => output::print(proof.as_bytes())?,
            }
            Ok(Exit::Clean)
        }
        Err(ProveError::Log(error)) => told(&error),
        Err(error @ ProveError::NoRecord { .. }) => Err(Failure::usage(error.to_string())),
        Err(error) => {
            output::print(format!("tampered: {}\n", visible(&error.to_string())).as_bytes())?;
            Ok(Exit::Findings)
        }
    }
}

fn check(path: &Path, key: &PublicKey, since: Option<&Path>) -> Result<Exit, Failure> {
    let bytes = read(path, RecordProof::LONGEST)?;
    let checked = if bytes.starts_with(b"old ") {
        let Some(since) = since else {
            return Err(Failure::usage("this proof is about two checkpoints, and the older one is missing")
                .hint("give the one that you kept with `--since FILE`"));
        };
        let older = load_checkpoint(since, key)?;
        ConsistencyProof::parse(&bytes).and_then(|proof| proof.check(&older, key)).map(|newer| grown(&older, &newer))
    } else if since.is_some() {
        return Err(Failure::usage(format!("`{}` is not about two checkpoints", shown(path)))
            .hint("leave out `--since` for the proof of a record"));
    } else {
        RecordProof::parse(&bytes).and_then(|proof| proof.check(key).map(|checkpoint| record(&proof, &checkpoint)))
    };
    match checked {
        Ok(said) => {
            output::print(said.as_bytes())?;
            Ok(Exit::Clean)
        }
        Err(error @ ProofError::NoRecord) => Err(Failure::usage(error.to_string())),
        Err(error) => {
            output::print(format!("not proven: {}\n", visible(&error.to_string())).as_bytes())?;
            Ok(Exit::Findings)
        }
    }
}

fn record(proof: &RecordProof, checkpoint: &Checkpoint) -> String {
    let Checkpoint { origin, size, .. } = checkpoint;
    let bytes = proof.record.as_deref().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    format!("proven: record {} of the {size} in the log {}\n{}\n", proof.number, visible(origin), visible(&text))
}

fn grown(older: &Checkpoint, newer: &Checkpoint) -> String {
    let (origin, old, new) = (visible(&older.origin), older.size, newer.size);
    format!("proven: the log {origin} of {new} records begins with the {old} of the older checkpoint\n")
}
