//! `palisade completions`: the completions of a shell.

use crate::{
    Exit,
    args::CompletionsArguments,
    output::{self, Failure},
};

pub(crate) fn run(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::command(), "palisade", &mut script);
    output::print(&script)?;
    Ok(Exit::Clean)
}
