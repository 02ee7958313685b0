//! Opens single files compressed by gzip or zlib, as joblib and others write them.

use std::io::Read;

use palisade_base::Artifact;
use palisade_formats::{
    inflate,
    sniff::{Format, sniff},
};

use super::{
    content, name,
    part::{DEPTH, Part},
};
use crate::Engine;

/// Unpacks a file if what is in it is something that models are made of.
pub(super) fn open(part: &Part<'_>, format: Format, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        part.unscanned(engine, "archives are nested too deeply");
        return true;
    }
    let (head, _) = unpack(part.bytes, format, 4096);
    // Archives of anything are common; they are opened if their name says that there is a model in them.
    let worth = match sniff(&head) {
        None | Some(Format::Program) => name::is_model(&part.name) && !head.is_empty(),
        Some(Format::Tar) => name::is_model(&part.name),
        Some(_) => true,
    };
    if !worth {
        return false;
    }
    let room = part.room();
    let (bytes, broken) = unpack(part.bytes, format, room);
    part.spend(bytes.len());
    if bytes.len() as u64 >= room || !part.is_whole() {
        part.unscanned(engine, "it unpacks to more than the scan reads");
    } else if broken {
        part.unscanned(engine, "its compressed data breaks off");
    }
    let artifact: Artifact = part.entry("content");
    let stem = part.name.rsplit_once('.').map_or(part.name.clone(), |(stem, _)| stem.to_owned());
    content(
        &Part {
            artifact: &artifact,
            name: stem,
            bytes: &bytes,
            depth: part.depth + 1,
            budget: part.budget,
            file: None,
        },
        engine,
    )
}

/// What could be unpacked, and whether broken data ended it: what came before counts all the same.
fn unpack(bytes: &[u8], format: Format, limit: u64) -> (Vec<u8>, bool) {
    let mut unpacked = Vec::new();
    let end = match format {
        Format::Gzip => inflate::gzip(bytes).take(limit).read_to_end(&mut unpacked),
        _ => inflate::zlib(bytes).take(limit).read_to_end(&mut unpacked),
    };
    (unpacked, end.is_err())
}
