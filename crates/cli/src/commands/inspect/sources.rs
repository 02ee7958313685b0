//! Where the texts come from: arguments, files, stdin.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::Path,
};

use palisade_report::render::visible;

use super::places::Places;
use crate::{args::InspectArguments, output::Failure};

/// A text and what to call it.
#[derive(Debug)]
pub(super) struct Source {
    /// A path, `stdin` or `argument`; of more arguments `argument-2` and so on. No two texts of a run share one.
    pub(super) name: String,
    from: From,
    /// The text; bytes that are no UTF-8 are U+FFFD.
    pub(super) text: String,
    /// The bytes that it was read from, if they are no UTF-8.
    bytes: Option<Places>,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Argument,
    File,
    Stdin,
}

impl Source {
    fn argument(text: &str) -> Self {
        Self { name: "argument".to_owned(), from: From::Argument, text: text.to_owned(), bytes: None }
    }

    fn of(name: String, from: From, bytes: Vec<u8>) -> Self {
        let (text, bytes) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                (text, Some(Places::new(error.into_bytes())))
            }
        };
        Self { name, from, text, bytes }
    }

    /// How many bytes were read.
    pub(super) fn len(&self) -> usize {
        self.bytes.as_ref().map_or(self.text.len(), Places::len)
    }

    /// The byte that was read for a byte of the text.
    pub(super) fn read_at(&self, place: usize) -> usize {
        self.bytes.as_ref().map_or(place, |bytes| bytes.of(place))
    }

    /// Fails if the text cannot be written back as it was read.
    pub(super) fn writable(&self) -> Result<(), Failure> {
        if self.bytes.is_none() {
            return Ok(());
        }
        Err(Failure::usage(format!("{} is not UTF-8, and what is left of it would not be what it was", self.shown()))
            .hint("`iconv -f ENCODING -t UTF-8` turns it into UTF-8"))
    }

    /// What to call it in a message.
    pub(super) fn shown(&self) -> String {
        match self.from {
            From::Stdin => "stdin".to_owned(),
            From::Argument if self.name == "argument" => "the text".to_owned(),
            From::Argument | From::File => format!("`{}`", visible(&self.name)),
        }
    }
}

/// Reads every input. What is neither a file nor a phrase is a mistake, and never judged as a text of one word.
pub(super) fn read(arguments: &InspectArguments) -> Result<Vec<Source>, Failure> {
    // The texts are kept until they are shown: the limit is for all of them.
    let mut left = Left { most: arguments.max_size, bytes: arguments.max_size };
    let texts = arguments.text.iter().map(|text| Source::argument(text));
    let mut sources: Vec<Source> = texts.collect();
    if arguments.inputs.is_empty() && sources.is_empty() {
        return Ok(vec![stdin(&mut left)?]);
    }
    for input in &arguments.inputs {
        sources.push(one(input, &mut left)?);
    }
    told_apart(&mut sources)?;
    Ok(sources)
}

/// Gives every text a name of its own: answers are found by it.
fn told_apart(sources: &mut [Source]) -> Result<(), Failure> {
    let texts = sources.iter_mut().filter(|source| source.from == From::Argument);
    for (number, source) in (1..).zip(texts).skip(1) {
        source.name = format!("argument-{number}");
    }
    let mut names = HashSet::new();
    match sources.iter().find(|source| !names.insert(&source.name)) {
        None => Ok(()),
        Some(twice) => Err(Failure::usage(format!("{} is given twice", twice.shown()))),
    }
}

fn one(input: &str, left: &mut Left) -> Result<Source, Failure> {
    let path = Path::new(input);
    if input == "-" {
        return stdin(left);
    }
    if path.is_dir() {
        return Err(Failure::usage(format!("`{}` is a folder", visible(input)))
            .hint(format!("`palisade scan {}` looks at folders", visible(input))));
    }
    if path.exists() {
        return within(path, left);
    }
    // Languages without spaces write a phrase as one word; a path has a dot or a slash.
    if input.contains(char::is_whitespace) || !input.is_ascii() && !input.contains(['.', '/', '\\']) {
        return Ok(Source::argument(input));
    }
    if input.is_empty() {
        return Err(Failure::usage("an argument is empty: there is nothing in it to judge"));
    }
    let input = visible(input);
    Err(Failure::usage(format!("there is no file `{input}`"))
        .hint(format!("if it is a text: `palisade inspect --text '{input}'` judges it")))
}

/// Reads a file that goes with the texts, such as one that is protected.
pub(super) fn file(path: &Path) -> Result<Source, Failure> {
    within(path, &mut Left { most: BESIDE, bytes: BESIDE })
}

fn within(path: &Path, left: &mut Left) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let shown = visible(&name).into_owned();
    let failed = |error: &io::Error| Failure::usage(format!("cannot read `{shown}`: {}", palisade_base::reason(error)));
    let mut file = fs::File::open(path).map_err(|error| failed(&error))?;
    let bytes = left.take(&mut file, &format!("`{shown}`"), failed)?;
    // A file may be called as other texts are.
    let taken = name == "stdin" || name.starts_with("argument");
    Ok(Source::of(if taken { format!("./{name}") } else { name }, From::File, bytes))
}

fn stdin(left: &mut Left) -> Result<Source, Failure> {
    let failed = |error: &io::Error| Failure::tool(format!("cannot read stdin: {}", palisade_base::reason(error)));
    let bytes = left.take(&mut io::stdin().lock(), "stdin", failed)?;
    Ok(Source::of("stdin".to_owned(), From::Stdin, bytes))
}

/// How many bytes may still be read.
struct Left {
    most: u64,
    bytes: u64,
}

impl Left {
    fn take(
        &mut self,
        input: &mut impl Read,
        name: &str,
        failed: impl FnOnce(&io::Error) -> Failure,
    ) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let count = input.take(self.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        self.bytes = self.bytes.checked_sub(count as u64).ok_or_else(|| {
            Failure::usage(format!("with {name} there are more than {} bytes to judge", self.most))
                .hint("`--max-size SIZE` allows more; `--jsonl` judges any number of texts, one after the other")
        })?;
        Ok(bytes)
    }
}

/// The largest file beside the texts, in bytes.
const BESIDE: u64 = 64 << 20;
