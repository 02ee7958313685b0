//! `--redact` and `--restore`: actions, the key, and the vault with the way back.

use std::{env, fs, path::Path};

use palisade_text::{Action, Found, Key, Redactor};

use super::{
    restored::{Restored, restored},
    sources::Source,
    vault::{VaultFile, unreadable},
};
use crate::{
    Exit,
    args::InspectArguments,
    output::{self, Failure},
};

/// What takes values out of texts, and the file that keeps them.
#[derive(Debug)]
pub(super) struct Redaction {
    redactor: Redactor,
    vault: Option<VaultFile>,
}

impl Redaction {
    /// What the arguments ask for; none if they do not.
    pub(super) fn of(arguments: &InspectArguments) -> Result<Option<Self>, Failure> {
        if arguments.redact.is_empty() {
            return Ok(None);
        }
        let default = arguments.redact.iter().rev().find(|choice| choice.what.is_none());
        // Who names kinds alone wants those and nothing else.
        let mut redactor = Redactor::new(default.map_or(Action::Keep, |choice| choice.action));
        for choice in &arguments.redact {
            redactor = choice.what.iter().fold(redactor, |redactor, what| redactor.with(what, choice.action));
        }
        if arguments.redact.iter().any(|choice| choice.action.needs_key()) {
            redactor = redactor.keyed(key(arguments.redact_key_file.as_deref())?);
        }
        if arguments.keep_last_four {
            redactor = redactor.keeping_last_four();
        }
        if arguments.vault.is_none() && arguments.redact.iter().any(|choice| choice.action == Action::Tokenise) {
            return Err(
                Failure::usage("tokenise needs a vault").hint("`--vault FILE` keeps the way back; `hash` has none")
            );
        }
        let vault = arguments.vault.as_deref().map(VaultFile::open_or_new).transpose()?;
        if let Some(file) = &vault {
            redactor = redactor.keeping(file.vault().clone());
        }
        Ok(Some(Self { redactor, vault }))
    }

    /// A text without what was found in it. One that holds tokens of the vault already could not be restored to what it was.
    pub(super) fn redact(&self, source: &Source, found: &[Found]) -> Result<String, Failure> {
        source.writable()?;
        let standing = self.vault.as_ref().map_or(0, |file| file.vault().restore(&source.text).1);
        if standing > 0 {
            return Err(Failure::usage(format!("{} already holds {standing} tokens of this vault", source.shown()))
                .hint("restore it first, or take another vault and another key".to_owned()));
        }
        Ok(self.redactor.redact(&source.text, found))
    }

    /// Writes the vault.
    pub(super) fn close(self) -> Result<(), Failure> {
        self.vault.map_or(Ok(()), |file| file.save())
    }
}

/// The one text of a run that prints it again: where one ends and the next begins could not be told from what is printed.
pub(super) fn only<'s>(option: &str, sources: &'s [Source]) -> Result<&'s Source, Failure> {
    match sources {
        [one] => Ok(one),
        several => Err(Failure::usage(format!("`{option}` prints one text, and {} are given", several.len()))
            .hint("a run for each; runs may share a vault")),
    }
}

/// Prints a text with the tokens of the vault turned back, and says on stderr how many there were.
pub(super) fn restore(arguments: &InspectArguments, sources: &[Source]) -> Result<Exit, Failure> {
    let Some(path) = arguments.vault.as_deref() else { return Err(Failure::usage("`--restore` needs a vault")) };
    let source = only("--restore", sources)?;
    source.writable()?;
    let file = VaultFile::open(path)?;
    let Restored { text, count, respelt, unknown } = restored(file.vault(), &source.text);
    super::write(arguments, text.as_bytes())?;
    let tokens = |count: usize| if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") };
    let other = if respelt > 0 { format!(", {respelt} of them spelt in another way") } else { String::new() };
    output::note(&format!("{} turned back{other}", tokens(count)));
    if unknown > 0 {
        let vault = palisade_report::render::visible(&path.display().to_string()).into_owned();
        output::warn(&format!("what looks like {} is not in `{vault}`, and stays", tokens(unknown)));
    }
    Ok(Exit::Clean)
}

fn key(file: Option<&Path>) -> Result<Key, Failure> {
    let material = match file {
        Some(path) => fs::read(path).map_err(|error| unreadable(path, &error))?,
        None => env::var_os(VARIABLE).map(std::ffi::OsString::into_encoded_bytes).unwrap_or_default(),
    };
    if material.is_empty() {
        return Err(Failure::usage("hash and tokenise need a key").hint(format!(
            "--redact-key-file FILE, or the variable {VARIABLE}: `head -c 32 /dev/urandom > FILE` makes one"
        )));
    }
    Key::new(material.trim_ascii_end()).map_err(|error| Failure::usage(error.to_string()))
}

const VARIABLE: &str = "PALISADE_REDACT_KEY";
