//! The command line of Palisade: arguments, the manifest, assembly of the parts, output.

mod args;
mod commands;
mod config;
mod exit;
mod output;
mod paths;
mod progress;
mod registry;
mod remote;
mod usage;

use std::{env, ffi::OsString};

use clap::{CommandFactory, Parser};

pub use config::MANIFEST;
pub use exit::Exit;
pub use registry::{Topic, pages, topics};

use crate::args::{Arguments, Verb};

/// Runs the program on the arguments of the process.
pub fn main() -> Exit {
    run(env::args_os())
}

/// The command as clap sees it, for manual pages, completions and documentation.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// The JSON schema of `palisade.toml`.
pub fn manifest_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(palisade_base::system::System).to_value();
    // The order of keys must not depend on the features that some other crate asks of serde_json.
    schema.sort_all_objects();
    schema
}

/// The JSON schemas of `palisade inspect`: of its document, and of a line of `--jsonl`.
pub fn inspect_schemas() -> (serde_json::Value, serde_json::Value) {
    (commands::inspect::document_schema(), commands::inspect::line_schema())
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let given: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => return usage::explain(&error, &given),
    };
    output::choose_color(arguments.global.color);
    output::quiet_panics();
    let global = &arguments.global;
    let result = match &arguments.verb {
        Verb::Assess(arguments) => commands::assess::run(arguments, global),
        Verb::Scan(arguments) => commands::scan::run(arguments, global),
        Verb::Inspect(arguments) => commands::inspect::run(arguments),
        Verb::Log(arguments) => commands::log::run(arguments),
        Verb::Init(arguments) => commands::init::run(arguments),
        Verb::Explain(arguments) => commands::explain::run(arguments),
        Verb::Completions(arguments) => commands::completions::run(arguments),
        Verb::Man(arguments) => commands::man::run(arguments),
    };
    result.unwrap_or_else(|failure| failure.show())
}
