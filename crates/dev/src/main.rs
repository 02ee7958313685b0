//! The entry of `palisade-dev`: names the tools and says how they ended.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use palisade_dev::{example, generate, new_check, root, shape, train};

/// Tools of the Palisade repository
#[derive(Parser)]
#[command(name = "palisade-dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the files that are generated from code: schemas, rule pages, the command line
    Gen {
        /// Only say which are stale
        #[arg(long)]
        check: bool,
    },
    /// Say what is wrong with the shape of the house: edges, file lengths, names
    Shape,
    /// Make the skeleton of a check
    NewCheck {
        /// model, application, infrastructure or data
        component: String,
        /// Kebab-case; names the pattern, not the cure
        name: String,
    },
    /// Write the models and the data of the examples
    Example(example::Args),
    /// Train a model that ships, or measure how well it generalises
    #[command(subcommand)]
    Train(train::Command),
}

fn main() -> anyhow::Result<ExitCode> {
    let root = root();
    let mut out = io::stdout().lock();
    let well = match Arguments::parse().command {
        Command::Gen { check: false } => {
            generate::write(&root)?;
            true
        }
        Command::Gen { check: true } => {
            let stale = generate::stale(&root);
            stale.iter().try_for_each(|path| writeln!(out, "stale: {}", path.display()))?;
            stale.is_empty()
        }
        Command::Shape => {
            let flaws = shape::flaws(&root);
            flaws.iter().try_for_each(|flaw| writeln!(out, "{flaw}"))?;
            flaws.is_empty()
        }
        Command::NewCheck { component, name } => {
            writeln!(out, "{}", new_check::new_check(&root, &component, &name)?.display())?;
            true
        }
        Command::Example(args) => example::run(&args, &root, &mut out)?,
        Command::Train(command) => {
            train::run(&command, &root, &mut out)?;
            true
        }
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
