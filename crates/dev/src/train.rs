//! `train`: fits the models that ship. It only reads arguments and writes files; the recipes are in `palisade-train`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use palisade_train::{
    gibberish,
    injection::{Recipe, mean_recall},
};

/// The models that can be trained.
#[derive(clap::Subcommand)]
pub enum Command {
    /// The model that judges whether a text gives orders to a language model
    Injection {
        /// The folder of `train.jsonl.gz` and `dev.jsonl.gz`
        #[arg(long)]
        data: PathBuf,
        /// Where the weights go [default: where the text engine has them]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Measure by leaving sources out, and write nothing
        #[arg(long)]
        evaluate: bool,
        /// Same seed, same weights
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// The table that knows words which nobody put together
    Gibberish {
        /// The folder of `train.jsonl.gz` and `dev.jsonl.gz`
        #[arg(long)]
        data: PathBuf,
        /// A folder of packages or files of any kind, may be given again: half of what lies in each is learnt from, a
        /// quarter is for weighing, a quarter to measure on
        #[arg(long, required = true)]
        code: Vec<PathBuf>,
        /// A folder that is only measured on, may be given again
        #[arg(long)]
        unseen: Vec<PathBuf>,
        /// Show what raised an alarm
        #[arg(long)]
        alarms: bool,
        /// Where the table goes [default: where the text engine has it]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Measure on what was held out, and write nothing
        #[arg(long)]
        evaluate: bool,
        /// Same seed and texts, same table
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// Trains.
pub fn run(command: &Command, root: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        Command::Injection { data, out: file, evaluate, seed } => {
            injection(data, file.as_deref(), *evaluate, *seed, root, out)
        }
        Command::Gibberish { data, code, unseen, alarms, out: file, evaluate, seed } => {
            let sources = gibberish::Sources { prompts: data.clone(), folders: code.clone(), unseen: unseen.clone() };
            let table = gibberish::Recipe::read(&sources, *seed)?.table();
            if *evaluate {
                let report = gibberish::Held::read(&sources, *seed + 8)?.measure(&table);
                write!(out, "{report}")?;
                for (logit, kind, text) in report.alarms.iter().filter(|_| *alarms) {
                    writeln!(out, "{logit} {kind}: {text:?}")?;
                }
                return Ok(());
            }
            let file = file.clone().unwrap_or_else(|| root.join("crates/text/src/detect/gibberish/weights.bin"));
            fs::write(&file, table.write())?;
            writeln!(out, "{}", file.display())?;
            Ok(())
        }
    }
}

fn injection(
    data: &Path,
    file: Option<&Path>,
    evaluate: bool,
    seed: u64,
    root: &Path,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let recipe = Recipe::read(data, seed)?;
    if evaluate {
        let [given, unknown] = recipe.on_dev();
        writeln!(out, "dev, origin given: AUC {:.4}, recall at 1 % {:.4}", given.0, given.1)?;
        writeln!(out, "dev, origin unknown: AUC {:.4}, recall at 1 % {:.4}", unknown.0, unknown.1)?;
        let folds = recipe.folds();
        writeln!(out, "\n| left out | attacks | harmless | AUC | at 1 % | at 2 % | in data, at 2 % | false alarms |")?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        folds.iter().try_for_each(|fold| writeln!(out, "{fold}"))?;
        writeln!(out, "\nmean recall at 1 %: {:.1} %", mean_recall(&folds) * 100.0)?;
        for (title, rows) in [
            ("another hand in known languages", recipe.other_hand()),
            ("languages left out", recipe.unseen_languages()),
        ] {
            writeln!(out, "\n| {title} | AUC | attacks | found | harmless | over the threshold |")?;
            writeln!(out, "|---|---|---|---|---|---|")?;
            rows.iter().try_for_each(|row| writeln!(out, "{row}"))?;
        }
        return Ok(());
    }
    let file = file.map_or_else(|| root.join("crates/text/src/injection/weights.bin"), Path::to_owned);
    let model = recipe.model();
    fs::write(&file, model.write())?;
    writeln!(out, "{}: {} weights", file.display(), model.len())?;
    Ok(())
}
