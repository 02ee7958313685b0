//! `--jsonl`: one text a line in, one judgement a line out, in order and as they come. No line is lost: one that cannot be
//! judged gets an error in its place.

use std::io::{self, BufRead, Read, Write};

use palisade_base::Origin;
use palisade_text::Verdict;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Judge,
    json::{Answer, Judged, Refused},
    surrogates,
};
use crate::{Exit, output::Failure};

/// A line of input. Fields that are not ours are let through unread.
#[derive(Debug, Default, Deserialize)]
struct Line<'a> {
    /// Kept as it is written: a number with many digits is no number of ours.
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    origin: Option<&'a RawValue>,
}

/// Judges every line of stdin. A line that cannot be read gets an `error` in its place, and the run ends with 3.
pub(super) fn run(judge: &Judge, origin: Origin, most: u64) -> Result<Exit, Failure> {
    let mut input = io::BufReader::with_capacity(1 << 18, io::stdin().lock());
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    let (mut exit, mut whole) = (Exit::Nothing, true);
    for number in 1_u64.. {
        let read = next(&mut input, &mut line, most);
        let Some(fits) = read.map_err(|error| failed("cannot read stdin", &error))? else { break };
        let bytes = if number == 1 { unmarked(&line)? } else { &line };
        if fits && bytes.trim_ascii().is_empty() {
            continue;
        }
        let refused = |id, error| Answer::Refused(Refused { id, line: number, error });
        let written = if fits {
            // Bytes that are no text become U+FFFD, as in files, rather than hide the rest of the line.
            let line = String::from_utf8_lossy(bytes);
            match read_line(&line, origin) {
                Ok((id, text, origin)) => {
                    let (judgement, second) = judge.judge(&text, origin);
                    whole &= judgement.complete;
                    let blocked = judgement.verdict == Verdict::Block;
                    exit = worse(exit, if blocked { Exit::Findings } else { Exit::Clean });
                    write(&mut out, &Answer::Judged(Judged::new(id, &text, &judgement, judge.scored, second.as_ref())))
                }
                Err((id, error)) => {
                    exit = worse(exit, Exit::Failed);
                    write(&mut out, &refused(id, error))
                }
            }
        } else {
            exit = worse(exit, Exit::Failed);
            write(&mut out, &refused(None, format!("the line is longer than {most} bytes; `--max-size` allows more")))
        };
        // Whoever waits for an answer before the next question gets it.
        let flushed = written.and_then(|()| if input.buffer().is_empty() { out.flush() } else { Ok(()) });
        match flushed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(exit),
            other => other.map_err(|error| failed("cannot write to stdout", &error))?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failed("cannot write to stdout", &error)),
        _ if exit == Exit::Clean && !whole => Ok(Exit::Failed),
        _ => Ok(exit),
    }
}

/// Reads the next line; none at the end. False if it is longer than `most` bytes: then it is passed over, and not kept.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>, most: u64) -> io::Result<Option<bool>> {
    line.clear();
    let mut part = input.by_ref().take(most.saturating_add(1));
    if part.read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") || u64::try_from(line.len()).is_ok_and(|len| len <= most) {
        return Ok(Some(true));
    }
    input.skip_until(b'\n')?;
    Ok(Some(false))
}

/// The first line without the mark that some editors put before UTF-8. Other marks say that it is no UTF-8 at all.
fn unmarked(line: &[u8]) -> Result<&[u8], Failure> {
    if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
        return Err(Failure::usage("the input is UTF-16, and lines of JSON are UTF-8")
            .hint("`iconv -f UTF-16 -t UTF-8 FILE | palisade inspect --jsonl` reads it"));
    }
    Ok(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line))
}

/// Identifier, text and origin of a line; or what identifier there is, and what is wrong.
fn read_line(line: &str, origin: Origin) -> Result<(Option<&RawValue>, String, Origin), (Option<&RawValue>, String)> {
    let wrong = |error: String| (None, error);
    match line.trim_start().chars().next() {
        Some('{') => {}
        Some('[') => return Err(wrong(format!("{EXPECTED}, and this is an array; `jq -c '.[]'` makes lines of one"))),
        Some('"' | '-' | '0'..='9') => return Err(wrong(format!("{EXPECTED}, and this is a single value"))),
        _ if matches!(line.trim_ascii(), "true" | "false" | "null") => {
            return Err(wrong(format!("{EXPECTED}, and this is a single value")));
        }
        _ => return Err(wrong(format!("{EXPECTED}, and this is no JSON"))),
    }
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| wrong(format!("{EXPECTED}: {}", place(&error))))?;
    let wrong = |error: String| (line.id, error);
    let Some(text) = line.text else { return Err(wrong(format!("{EXPECTED}, and it has no `text`"))) };
    let text = string(text).ok_or_else(|| wrong(format!("`text` should be a string, and is {}", sort(text))))?;
    let origin = match line.origin {
        None => origin,
        Some(given) => {
            let name = string(given)
                .ok_or_else(|| wrong(format!("`origin` should be the name of one, and is {}", sort(given))))?;
            name.parse().map_err(|error| wrong(format!("{error}")))?
        }
    };
    Ok((line.id, text, origin))
}

/// A string. Programs that count text in units of 16 bits write halves of characters; they become U+FFFD.
fn string(value: &RawValue) -> Option<String> {
    let json = value.get();
    let read = |json: &[u8]| serde_json::from_slice::<String>(json).ok();
    read(json.as_bytes()).or_else(|| read(&surrogates::mended(json.as_bytes())?))
}

/// What sort of value it is.
fn sort(value: &RawValue) -> &'static str {
    match value.get().as_bytes() {
        [b'{', ..] => "an object",
        [b'[', ..] => "an array",
        [b'"', ..] => "another string",
        [b't' | b'f', ..] => "a truth value",
        _ => "a number",
    }
}

/// What the parser says; each line is line 1 to it, and only the column tells something.
fn place(error: &serde_json::Error) -> String {
    error.to_string().replacen(" at line 1 column ", " at column ", 1)
}

const EXPECTED: &str = "expected an object with `text` on one line";

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::tool(format!("{what}: {}", palisade_base::reason(error)))
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

fn write(out: &mut impl Write, line: &Answer<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Option<String>, Result<String, String>) {
        match read_line(line, Origin::User) {
            Ok((id, text, _)) => (id.map(|id| id.get().to_owned()), Ok(text)),
            Err((id, error)) => (id.map(|id| id.get().to_owned()), Err(error)),
        }
    }

    #[test]
    fn identifiers_are_kept_as_they_are_written() {
        for id in ["12345678901234567890123", "1.0", "1e400", "-0", "\"a\\ud800\"", "[1, {\"b\": null}]", "true"] {
            let (kept, text) = read(&format!(r#"{{"id": {id}, "text": "\ud800 x", "other": [1e999]}}"#));
            assert_eq!((kept.as_deref(), text.as_deref()), (Some(id), Ok("\u{fffd} x")), "{id}");
            let (kept, text) = read(&format!(r#"{{"text": 1, "id": {id}}}"#));
            assert_eq!((kept.as_deref(), text.is_err()), (Some(id), true));
        }
        assert_eq!(read(r#"{"id": null, "text": "x", "origin": null}"#), (None, Ok("x".to_owned())));
    }

    #[test]
    fn errors_say_what_was_expected() {
        for (line, words) in [
            (r#"[{"text": "a"}]"#, "this is an array"),
            ("\"text\"", "a single value"),
            ("true", "a single value"),
            (" null\r\n", "a single value"),
            ("truth", "this is no JSON"),
            ("text", "this is no JSON"),
            (r#"{"id": 1}"#, "it has no `text`"),
            (r#"{"text": null}"#, "it has no `text`"),
            (r#"{"text": ["a"]}"#, "`text` should be a string, and is an array"),
            (r#"{"text": "a", "origin": 3}"#, "is a number"),
            (r#"{"text": "a", "text": "b"}"#, "duplicate field `text`"),
            (r#"{"text": "a""#, "at column 12"),
            (r#"{"text": "a"} {"text": "b"}"#, "trailing characters at column 15"),
        ] {
            let error = read(line).1.unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn a_line_over_the_limit_is_passed_over() {
        let (mut input, mut line) = (&b"12345\n1234567\n12\n123456"[..], Vec::new());
        let mut seen = Vec::new();
        while let Some(fits) = next(&mut input, &mut line, 5).unwrap() {
            seen.push(fits.then_some(line.len()));
        }
        assert_eq!(seen, [Some(6), None, Some(3), None]);
    }
}
