//! Wrong arguments, in the words of the rest of the program: what is wrong, what was probably meant, where to read on.

use std::{error::Error as _, ffi::OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::{Exit, output::Failure};

/// Prints what the parser of arguments has to say: help and version as they are, errors in our words.
pub(crate) fn explain(error: &clap::Error, given: &[OsString]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            if error.print().is_ok() {
                Exit::Clean
            } else {
                Exit::Failed
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Exit::Usage
        }
        _ => failure(error, verb(given)).show(),
    }
}

fn failure(error: &clap::Error, verb: Option<String>) -> Failure {
    let command = verb.map_or_else(|| "palisade".to_owned(), |verb| format!("palisade {verb}"));
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    // `--max-time <SECONDS>` is `--max-time`.
    let option = argument.split([' ', '=']).next().unwrap_or_default();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    let failure = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            Failure::usage(format!("`{argument}` is no option of `{command}`"))
        }
        ErrorKind::UnknownArgument => Failure::usage(format!("`{command}` does not know what to do with `{argument}`")),
        ErrorKind::InvalidSubcommand => {
            let verb = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let failure = Failure::usage(format!("`{verb}` is nothing that palisade does"));
            // Whoever names a file wants it scanned.
            if std::path::Path::new(&verb).exists() {
                return failure.hint(format!("`palisade scan {verb}` scans it"));
            }
            failure
        }
        ErrorKind::MissingRequiredArgument if argument.contains("--convert") => {
            Failure::usage("`--force` is for `--convert`, which is missing")
        }
        ErrorKind::MissingRequiredArgument if argument.starts_with('-') => {
            Failure::usage(format!("`{argument}` is missing"))
        }
        ErrorKind::MissingRequiredArgument => {
            Failure::usage(format!("{} is missing", argument.trim_end_matches("...").trim_matches(['<', '>'])))
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg).unwrap_or_default();
            if other.is_empty() || other == argument {
                Failure::usage(format!("`{option}` is given twice"))
            } else {
                let other = other.split(' ').next().unwrap_or_default();
                Failure::usage(format!("`{option}` and `{other}` cannot be used together"))
            }
        }
        ErrorKind::InvalidValue if value.is_empty() => Failure::usage(format!("`{option}` wants a value")),
        ErrorKind::InvalidValue => Failure::usage(format!("`{value}` is no value of `{option}`")),
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            Failure::usage(format!("`{option}` does not take `{value}`: {why}"))
        }
        ErrorKind::TooManyValues => Failure::usage(format!("`{option}` takes no value `{value}`")),
        ErrorKind::InvalidUtf8 => Failure::usage("an argument is not UTF-8"),
        _ => Failure::usage(
            error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        ),
    };
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let failure = match near.into_iter().find_map(|kind| text(error, kind)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    };
    let failure = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            failure.hint(format!("the values are {}", values.join(", ")))
        }
        _ => failure,
    };
    failure.hint(format!("`{command} --help` shows what there is"))
}

/// A part of the parser's error as text, all of it if it is several.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")).filter(|texts| !texts.is_empty()),
        _ => None,
    }
}

/// The verb among the arguments, if there is one.
fn verb(given: &[OsString]) -> Option<String> {
    let command = crate::command();
    let words = given.iter().skip(1).filter_map(|word| word.to_str());
    words.filter_map(|word| command.find_subcommand(word)).map(|verb| verb.get_name().to_owned()).next()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Arguments;

    fn said(arguments: &str) -> String {
        let given: Vec<OsString> = arguments.split(' ').map(OsString::from).collect();
        let error = Arguments::try_parse_from(&given).unwrap_err();
        failure(&error, verb(&given)).to_string()
    }

    #[test]
    fn errors_say_what_is_wrong_and_where_to_go() {
        let all: Vec<String> = [
            "palisade scan --max-time abc .",
            "palisade scan --max-unpacked -1 .",
            "palisade scan --max-size 5T .",
            "palisade scan --threads 9999 .",
            "palisade scan --listt .",
            "palisade scan --frobnicate .",
            "palisade scan --format txt .",
            "palisade scan --fail-on bad .",
            "palisade scan --convert",
            "palisade scan --list --convert x y",
            "palisade scan --force x",
            "palisade scan --list --list x",
            "palisade scan --list=3 x",
            "palisade scan",
            "palisade inspect --restore x",
            "palisade scna x",
            "palisade completions tcsh",
            "palisade Cargo.toml",
        ]
        .iter()
        .map(|arguments| format!("$ {arguments}\n{}", said(arguments)))
        .collect();
        insta::assert_snapshot!(all.join("\n"), @"
        $ palisade scan --max-time abc .
        error: `--max-time` does not take `abc`: it is not a whole number of seconds such as 600; 0 means never
        hint: `palisade scan --help` shows what there is

        $ palisade scan --max-unpacked -1 .
        error: `--max-unpacked` does not take `-1`: it is not a size such as 64M or 2G
        hint: `palisade scan --help` shows what there is

        $ palisade scan --max-size 5T .
        error: `--max-size` does not take `5T`: `t` is not a unit of size; use K, M or G
        hint: `palisade scan --help` shows what there is

        $ palisade scan --threads 9999 .
        error: `--threads` does not take `9999`: it is not a whole number up to 1024; 0 means one for each core
        hint: `palisade scan --help` shows what there is

        $ palisade scan --listt .
        error: `--listt` is no option of `palisade scan`
        hint: did you mean `--list`?
        hint: `palisade scan --help` shows what there is

        $ palisade scan --frobnicate .
        error: `--frobnicate` is no option of `palisade scan`
        hint: did you mean `--format`?
        hint: `palisade scan --help` shows what there is

        $ palisade scan --format txt .
        error: `txt` is no value of `--format`
        hint: the values are `plain`, `json`, `sarif`, `github`, `markdown`, `html`
        hint: `palisade scan --help` shows what there is

        $ palisade scan --fail-on bad .
        error: `bad` is no value of `--fail-on`
        hint: the values are `info`, `low`, `medium`, `high`, `critical`
        hint: `palisade scan --help` shows what there is

        $ palisade scan --convert
        error: `--convert` wants a value
        hint: `palisade scan --help` shows what there is

        $ palisade scan --list --convert x y
        error: `--list` and `--convert` cannot be used together
        hint: `palisade scan --help` shows what there is

        $ palisade scan --force x
        error: `--force` is for `--convert`, which is missing
        hint: `palisade scan --help` shows what there is

        $ palisade scan --list --list x
        error: `--list` is given twice
        hint: `palisade scan --help` shows what there is

        $ palisade scan --list=3 x
        error: `--list` takes no value `3`
        hint: `palisade scan --help` shows what there is

        $ palisade scan
        error: PATH is missing
        hint: `palisade scan --help` shows what there is

        $ palisade inspect --restore x
        error: `--vault <FILE>` is missing
        hint: `palisade inspect --help` shows what there is

        $ palisade scna x
        error: `scna` is nothing that palisade does
        hint: did you mean `scan`?
        hint: `palisade --help` shows what there is

        $ palisade completions tcsh
        error: `tcsh` is no value of `<SHELL>`
        hint: did you mean `zsh`?
        hint: the values are `bash`, `elvish`, `fish`, `powershell`, `zsh`
        hint: `palisade completions --help` shows what there is

        $ palisade Cargo.toml
        error: `Cargo.toml` is nothing that palisade does
        hint: `palisade scan Cargo.toml` scans it
        ");
    }
}
