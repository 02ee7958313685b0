//! `--jsonl`: one text a line in, one judgement a line out, in order and as they come.

use std::io::{self, BufRead, Write};

use palisade_base::Origin;
use palisade_text::{Inspector, Judgement, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{json::Judged, surrogates};
use crate::{Exit, output::Failure};

/// A line of input. Fields that are not ours are let through unread.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    text: String,
    #[serde(default)]
    origin: Option<String>,
}

/// What stands in the place of a judgement: the line could not be judged.
#[derive(Debug, Serialize)]
struct Refusal {
    id: Value,
    error: String,
}

/// Judges every line of stdin. A line that cannot be read gets an `error` in its place, and the run ends with 3.
pub(super) fn run(inspector: &Inspector, origin: Origin) -> Result<Exit, Failure> {
    let mut input = io::BufReader::with_capacity(1 << 18, io::stdin().lock());
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    let (mut exit, mut whole) = (Exit::Nothing, true);
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        let count =
            read.map_err(|error| Failure::tool(format!("cannot read stdin: {}", palisade_base::reason(&error))))?;
        if count == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let written = match judge(&line, inspector, origin) {
            Ok((line, judgement)) => {
                whole &= judgement.complete;
                let blocked = judgement.verdict == Verdict::Block;
                exit = worse(exit, if blocked { Exit::Findings } else { Exit::Clean });
                write(&mut out, &Judged::new(&line.id, &line.text, &judgement))
            }
            Err(refused) => {
                exit = worse(exit, Exit::Failed);
                write(&mut out, &refused)
            }
        };
        // Whoever waits for an answer before the next question gets it.
        let flushed = written.and_then(|()| if input.buffer().is_empty() { out.flush() } else { Ok(()) });
        match flushed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(exit),
            other => other
                .map_err(|error| Failure::tool(format!("cannot write to stdout: {}", palisade_base::reason(&error))))?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::tool(format!("cannot write to stdout: {}", palisade_base::reason(&error))))
        }
        _ if exit == Exit::Clean && !whole => Ok(Exit::Failed),
        _ => Ok(exit),
    }
}

fn judge(line: &[u8], inspector: &Inspector, origin: Origin) -> Result<(Line, Judgement), Refusal> {
    // Programs that count text in units of 16 bits write halves of characters.
    let read = serde_json::from_slice(line)
        .or_else(|error| surrogates::mended(line).map_or(Err(error), |line| serde_json::from_slice(&line)));
    let line: Line = read.map_err(|error| {
        let value: Value = serde_json::from_slice(line).unwrap_or_default();
        Refusal {
            id: value.get("id").cloned().unwrap_or_default(),
            error: format!("not a line of JSON with `text`: {error}"),
        }
    })?;
    let origin = match line.origin.as_deref().map(str::parse) {
        None => origin,
        Some(Ok(origin)) => origin,
        Some(Err(error)) => return Err(Refusal { id: line.id, error: format!("{error}") }),
    };
    let judgement = inspector.inspect(&line.text, origin);
    Ok((line, judgement))
}

/// Failure says more than findings, findings more than none.
fn worse(one: Exit, other: Exit) -> Exit {
    let rank = |exit: Exit| match exit {
        Exit::Nothing => 0,
        Exit::Clean => 1,
        Exit::Findings => 2,
        Exit::Usage | Exit::Failed => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn write(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
