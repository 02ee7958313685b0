//! `palisade log show`: the records of a log, each checked before it is shown.

use std::{
    io::{self, BufWriter, Write},
    thread,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use palisade_base::reason;
use palisade_report::render::visible;
use palisade_seal::log::{Reader, Record};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{LogFormat, arguments::ShowArguments, open, time, told};
use crate::{Exit, output::Failure};

pub(super) fn run(arguments: &ShowArguments) -> Result<Exit, Failure> {
    let Some(log) = open(&arguments.folder, arguments.key.as_ref())? else {
        return Ok(Exit::Nothing);
    };
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(Failure::usage(format!("`--from {from}` lies after `--to {to}`")));
    }
    let mut next = arguments.from;
    loop {
        let opened = Reader::open(&log.layout, &log.key, next.unwrap_or_default()).and_then(|reader| match next {
            // Only what is still to come.
            None if arguments.follow => {
                next = Some(reader.size());
                Reader::open(&log.layout, &log.key, reader.size())
            }
            _ => Ok(reader),
        });
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(error) => return told(&error),
        };
        let from = next.unwrap_or_default();
        if !arguments.follow && from >= reader.size() && from > 0 {
            return Err(Failure::usage(format!("the log has no record {from}: it has {}, from 0", reader.size())));
        }
        let shown = if reader.size() > from { show(&mut reader, arguments) } else { Ok(from) };
        match shown {
            Ok(end) if arguments.follow && arguments.to.is_none_or(|to| end <= to) => next = Some(end),
            Ok(_) => return Ok(Exit::Clean),
            Err(Stopped::Log(error)) => return told(&error),
            Err(Stopped::Output(error)) => return gone(&error),
        }
        thread::sleep(INTERVAL);
    }
}

/// Why showing ended early.
enum Stopped {
    Log(palisade_seal::log::LogError),
    Output(io::Error),
}

/// Shows what is left of the log; the number after the last record.
fn show(reader: &mut Reader<'_>, arguments: &ShowArguments) -> Result<u64, Stopped> {
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let mut end = reader.size();
    let shown = loop {
        match reader.next_record() {
            Ok(Some(record)) if arguments.to.is_some_and(|to| record.number > to) => break Ok(()),
            Ok(Some(record)) => {
                end = record.number.saturating_add(1);
                let line = match arguments.format {
                    LogFormat::Plain => plain(&record),
                    LogFormat::Json => json(&record).map_err(|error| Stopped::Output(error.into()))?,
                };
                writeln!(out, "{line}").map_err(Stopped::Output)?;
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(Stopped::Log(error)),
        }
    };
    out.flush().map_err(Stopped::Output)?;
    shown.map(|()| end)
}

fn plain(record: &Record) -> String {
    let text = String::from_utf8_lossy(&record.bytes);
    format!("{}  {}  {}", record.number, time(record.time), visible(&text))
}

/// A line of `--format json`.
#[derive(Serialize)]
struct Line<'r> {
    record: u64,
    time: String,
    /// The record's leaf in the tree.
    leaf: String,
    /// The chain after it.
    chain: String,
    /// A record that is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'r RawValue>,
    /// One that is other text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'r str>,
    /// One that is no text, in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

fn json(record: &Record) -> serde_json::Result<String> {
    let text = str::from_utf8(&record.bytes).ok();
    // A line break within a value would break the line.
    let data = text.filter(|text| !text.contains(['\n', '\r'])).and_then(|text| serde_json::from_str(text).ok());
    serde_json::to_string(&Line {
        record: record.number,
        time: time(record.time),
        leaf: record.leaf.to_string(),
        chain: record.chain.to_string(),
        data,
        text: text.filter(|_| data.is_none()),
        bytes: text.is_none().then(|| BASE64_STANDARD.encode(&record.bytes)),
    })
}

/// A reader that has gone away has seen what it wanted.
fn gone(error: &io::Error) -> Result<Exit, Failure> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(Exit::Clean),
        _ => Err(Failure::tool(format!("cannot write to stdout: {}", reason(error)))),
    }
}

/// How often `--follow` looks for new records.
const INTERVAL: Duration = Duration::from_millis(200);
