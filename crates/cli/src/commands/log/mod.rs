//! `palisade log`: checks, shows and proves the tamper-evident log.

mod arguments;
mod prove;
mod show;
mod verify;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use palisade_base::reason;
use palisade_report::render::visible;
use palisade_seal::{
    Checkpoint, Note, PublicKey,
    log::{Layout, LogError},
};

use crate::{
    Exit,
    output::{self, Failure},
};

pub(crate) use arguments::LogArguments;
use arguments::{LogFormat, LogVerb};

pub(crate) fn run(arguments: &LogArguments) -> Result<Exit, Failure> {
    match &arguments.verb {
        LogVerb::Verify(arguments) => verify::run(arguments),
        LogVerb::Show(arguments) => show::run(arguments),
        LogVerb::Prove(arguments) => prove::run(arguments),
    }
}

/// A log and the key that checks it.
struct Opened {
    layout: Layout,
    key: PublicKey,
    /// The key is the one beside the log.
    is_beside: bool,
}

/// Finds the key. `None` where there is no log, which was said.
fn open(folder: &Path, key: Option<&PathBuf>) -> Result<Option<Opened>, Failure> {
    let layout = Layout::new(folder);
    if !folder.is_dir() {
        return Err(Failure::usage(format!("there is no folder `{}`", shown(folder))));
    }
    let is_beside = key.is_none();
    let path = key.cloned().unwrap_or_else(|| layout.public_key());
    if is_beside && !path.exists() {
        if layout.is_empty() {
            nothing(folder);
            return Ok(None);
        }
        let failure = Failure::usage(format!("the log `{}` has no public key beside it", shown(folder)));
        return Err(failure.hint("give the one that you keep with `--key FILE`"));
    }
    Ok(Some(Opened { layout, key: load_key(&path)?, is_beside }))
}

fn load_key(path: &Path) -> Result<PublicKey, Failure> {
    PublicKey::load(path).map_err(|error| {
        Failure::usage(visible(&error.to_string()).into_owned())
            .hint("a public key is one line, `NAME+8 HEX DIGITS+BASE64`: the file `key.pub` of a log")
    })
}

/// A checkpoint that somebody kept, checked with the key.
fn load_checkpoint(path: &Path, key: &PublicKey) -> Result<Checkpoint, Failure> {
    let bytes = read(path, Note::LONGEST)?;
    Checkpoint::open(&bytes, key)
        .map_err(|error| Failure::usage(format!("`{}` is no checkpoint of this log: {error}", shown(path))))
}

/// A file of a bounded length.
fn read(path: &Path, longest: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::usage(format!("cannot read `{}`: {}", shown(path), reason(&error))))?;
    Ok(bytes)
}

/// How a log that cannot be read to its end is told: tampering is the answer, not a failure.
fn told(error: &LogError) -> Result<Exit, Failure> {
    match error {
        LogError::Tampered(fault) => {
            output::print(format!("tampered: {}\n", visible(&fault.to_string())).as_bytes())?;
            Ok(Exit::Findings)
        }
        LogError::None { path } => {
            nothing(path);
            Ok(Exit::Nothing)
        }
        error => Err(Failure::tool(visible(&error.to_string()).into_owned())),
    }
}

fn nothing(folder: &Path) {
    output::note(&format!("there is no log in `{}`", shown(folder)));
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// Milliseconds since 1970 as people write a time.
fn time(milliseconds: u64) -> String {
    let time = i64::try_from(milliseconds).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
    time.map_or_else(|| format!("{milliseconds} ms"), |time| format!("{time:.3}"))
}
