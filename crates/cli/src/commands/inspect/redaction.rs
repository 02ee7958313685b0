//! `--redact` and `--restore`: actions, the key, and the vault with the way back.

use std::{collections::BTreeMap, env, fs, io::Write, path::Path};

use palisade_text::{Action, Found, Key, Redactor, Vault};

use super::sources::Source;
use crate::{
    Exit,
    args::InspectArguments,
    output::{self, Failure},
};

/// What takes values out of texts, and the file that keeps them.
#[derive(Debug)]
pub(super) struct Redaction<'a> {
    redactor: Redactor,
    vault: Option<(Vault, &'a Path)>,
}

impl<'a> Redaction<'a> {
    /// What the arguments ask for; none if they do not.
    pub(super) fn of(arguments: &'a InspectArguments) -> Result<Option<Self>, Failure> {
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
        let mut vault = None;
        if let Some(path) = arguments.vault.as_deref() {
            let opened = match fs::metadata(path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vault::default(),
                _ => open(path)?,
            };
            redactor = redactor.keeping(opened.clone());
            vault = Some((opened, path));
        }
        Ok(Some(Self { redactor, vault }))
    }

    /// A text without what was found in it. One that holds tokens of the vault already could not be restored to what it was.
    pub(super) fn redact(&self, source: &Source, found: &[Found]) -> Result<String, Failure> {
        let standing = self.vault.as_ref().map_or(0, |(vault, _)| vault.restore(&source.text).1);
        if standing > 0 {
            return Err(Failure::usage(format!("`{}` already holds {standing} tokens of this vault", source.name))
                .hint("restore it first, or take another vault and another key".to_owned()));
        }
        Ok(self.redactor.redact(&source.text, found))
    }

    /// Writes the vault.
    pub(super) fn close(self) -> Result<(), Failure> {
        self.vault.map_or(Ok(()), |(vault, path)| save(&vault, path))
    }
}

/// Prints texts with the tokens of the vault turned back.
pub(super) fn restore(arguments: &InspectArguments, sources: &[Source]) -> Result<Exit, Failure> {
    let Some(path) = arguments.vault.as_deref() else { return Err(Failure::usage("`--restore` needs a vault")) };
    let vault = open(path)?;
    for source in sources {
        output::print(vault.restore(&source.text).0.as_bytes())?;
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

fn open(path: &Path) -> Result<Vault, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let entries: BTreeMap<String, String> = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format!("`{}` is no vault: {error}", path.display())))?;
    Ok(Vault::from_entries(entries))
}

/// Writes beside the vault and moves it there, so that no half of one is left.
fn save(vault: &Vault, path: &Path) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| {
        Failure::tool(format!("cannot write `{}`: {}", path.display(), palisade_base::reason(error)))
    };
    let entries: BTreeMap<String, String> = vault.entries().into_iter().collect();
    let json = serde_json::to_vec_pretty(&entries).map_err(|error| Failure::tool(error.to_string()))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()));
    let moved = written.and_then(|()| fs::rename(&beside, path));
    moved.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(&error)
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot read `{}`: {}", path.display(), palisade_base::reason(error)))
}

const VARIABLE: &str = "PALISADE_REDACT_KEY";
