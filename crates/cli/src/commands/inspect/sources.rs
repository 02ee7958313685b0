//! Where the texts come from: arguments, files, stdin.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use crate::output::Failure;

/// A text and what to call it.
#[derive(Debug)]
pub(super) struct Source {
    /// A path, `stdin` or `argument`.
    pub(super) name: String,
    /// The text; bytes that are no UTF-8 are U+FFFD.
    pub(super) text: String,
}

/// Reads every input. What is neither a file nor a phrase is a mistake, and never judged as a text of one word.
pub(super) fn read(inputs: &[String]) -> Result<Vec<Source>, Failure> {
    if inputs.is_empty() {
        return Ok(vec![stdin()?]);
    }
    inputs.iter().map(|input| one(input)).collect()
}

fn one(input: &str) -> Result<Source, Failure> {
    let path = Path::new(input);
    if input == "-" {
        return stdin();
    }
    if path.is_dir() {
        return Err(
            Failure::usage(format!("`{input}` is a folder")).hint(format!("`palisade scan {input}` looks at folders"))
        );
    }
    if path.exists() {
        return file(path);
    }
    // Languages without spaces write a phrase as one word; a path has a dot or a slash.
    if input.contains(char::is_whitespace) || !input.is_ascii() && !input.contains(['.', '/', '\\']) {
        return Ok(Source { name: "argument".to_owned(), text: input.to_owned() });
    }
    Err(Failure::usage(format!("there is no file `{input}`"))
        .hint(format!("to judge these words themselves, send them to stdin: `echo '{input}' | palisade inspect`")))
}

/// Reads a file.
pub(super) fn file(path: &Path) -> Result<Source, Failure> {
    let shown = path.display();
    let bytes = fs::read(path)
        .map_err(|error| Failure::usage(format!("cannot read `{shown}`: {}", palisade_base::reason(&error))))?;
    Ok(Source { name: shown.to_string(), text: lossy(bytes) })
}

fn stdin() -> Result<Source, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::tool(format!("cannot read stdin: {}", palisade_base::reason(&error))))?;
    Ok(Source { name: "stdin".to_owned(), text: lossy(bytes) })
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
