//! `palisade log verify`: is the log as it was signed, and where not.

use palisade_report::render::visible;
use palisade_seal::log::{LogError, Verified, verify};
use serde_json::json;

use super::{LogFormat, Opened, arguments::VerifyArguments, load_checkpoint, open, shown, time, told};
use crate::{
    Exit,
    output::{self, Failure},
};

pub(super) fn run(arguments: &VerifyArguments) -> Result<Exit, Failure> {
    let Some(log) = open(&arguments.folder, arguments.key.as_ref())? else {
        return Ok(Exit::Nothing);
    };
    let since = arguments.since.as_ref().map(|path| load_checkpoint(path, &log.key)).transpose()?;
    let is_json = arguments.format == LogFormat::Json;
    let verified = match verify(&log.layout, &log.key, since.as_ref()) {
        Ok(verified) => verified,
        Err(LogError::Tampered(fault)) if is_json => {
            let place = &fault.place;
            let document = json!({
                "version": 1, "verdict": "tampered", "flaw": fault.flaw.to_string(),
                "file": place.path.display().to_string(), "record": place.record, "byte": place.byte,
            });
            output::print(format!("{document:#}\n").as_bytes())?;
            return Ok(Exit::Findings);
        }
        Err(error) => {
            if let LogError::Tampered(fault) = &error {
                output::note(&format!("in `{}`", shown(&fault.place.path)));
            }
            return told(&error);
        }
    };
    output::print(if is_json { document(&log, &verified) } else { plain(&log, &verified) }.as_bytes())?;
    if verified.steps_back > 0 {
        let count = verified.steps_back;
        output::warn(&format!(
            "the clock of the writer was set back {count} times; the order of records is not affected"
        ));
    }
    if let Some(tail) = &verified.unfinished {
        let place = visible(&tail.place.to_string()).into_owned();
        output::warn(&format!(
            "{} bytes after the last commit are not signed and no part of the log ({place})",
            tail.bytes
        ));
        output::hint("a running writer or a crash leaves them; the next start of the writer cuts them off");
        if arguments.strict {
            return Ok(Exit::Findings);
        }
    }
    if log.is_beside && !is_json {
        output::hint(
            "the key was read from beside the log, where it can be replaced with it; keep a copy and give `--key`",
        );
    }
    Ok(Exit::Clean)
}

fn plain(log: &Opened, verified: &Verified) -> String {
    let Verified { checkpoint, commits, segments, bytes, times, .. } = verified;
    let times = times.map_or_else(String::new, |(first, last)| format!(", {} to {}", time(first), time(last)));
    let (size, root) = (checkpoint.size, checkpoint.root);
    let key = visible(log.key.name());
    format!(
        "whole: {size} records ({bytes} bytes) in {segments} segments, {commits} commits{times}\n\
         root:  {root}\nkey:   {key}, {:08x}\n",
        log.key.id()
    )
}

fn document(log: &Opened, verified: &Verified) -> String {
    let Verified { checkpoint, commits, segments, bytes, times, steps_back, unfinished } = verified;
    let document = json!({
        "version": 1, "verdict": "whole", "records": checkpoint.size, "root": checkpoint.root.to_string(),
        "commits": commits, "segments": segments, "bytes": bytes, "first_time": times.map(|times| time(times.0)),
        "last_time": times.map(|times| time(times.1)), "clock_steps_back": steps_back,
        "unfinished_bytes": unfinished.as_ref().map_or(0, |tail| tail.bytes), "key": log.key.to_string(),
    });
    format!("{document:#}\n")
}
