//! Writes the files that are generated from code, and says which are stale. An ordinary test calls [`stale`], so that
//! nobody has to remember.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use palisade_base::Component;
use palisade_cli::topics;
use palisade_text::injection::pack_lexicon;

/// Every generated file: its path from the root of the repository, and its content.
pub fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = texts();
    files.insert(Path::new(LEXICON).join("table.bin"), lexicon(&root.join(LEXICON)));
    files
}

fn texts() -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    files.insert("palisade.schema.json".into(), pretty(&palisade_cli::manifest_schema()));
    files.insert("schemas/report-v1.schema.json".into(), pretty(&palisade_report::render::schema()));
    let (document, line) = palisade_cli::inspect_schemas();
    files.insert("schemas/inspect-v1.schema.json".into(), pretty(&document));
    files.insert("schemas/inspect-line-v1.schema.json".into(), pretty(&line));
    files.insert("docs/cli.md".into(), command_line());
    files.insert("docs/rules/README.md".into(), index());
    for (name, page) in palisade_cli::pages() {
        files.insert(format!("docs/rules/{name}.md").into(), format!("{DO_NOT_EDIT}{page}"));
    }
    files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}

/// The words of the concepts, packed: English first, then every language with a table of its own, then the others.
fn lexicon(folder: &Path) -> Vec<u8> {
    let mut tables: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    tables.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    tables.sort_by_key(|path| {
        let name = path.file_stem().unwrap_or_default().to_owned();
        (name != "en", name == "others", name)
    });
    let tables: Vec<String> = tables.iter().map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
    pack_lexicon(tables.iter().map(String::as_str))
}

/// Writes every generated file below `root`, and removes pages of rules that are gone.
pub fn write(root: &Path) -> io::Result<()> {
    let files = files(root);
    for (path, content) in &files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)?;
    }
    orphans(root, &files).iter().try_for_each(|path| fs::remove_file(root.join(path)))
}

/// The generated files below `root` that differ from what the code says.
pub fn stale(root: &Path) -> Vec<PathBuf> {
    let files = files(root);
    let differs = |(path, content): &(&PathBuf, &Vec<u8>)| fs::read(root.join(path)).ok().as_ref() != Some(content);
    let mut stale: Vec<PathBuf> = files.iter().filter(differs).map(|(path, _)| path.clone()).collect();
    stale.extend(orphans(root, &files));
    stale
}

fn orphans(root: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let pages = fs::read_dir(root.join("docs/rules")).into_iter().flatten().flatten();
    let paths = pages.map(|page| Path::new("docs/rules").join(page.file_name()));
    paths.filter(|path| !files.contains_key(path)).collect()
}

fn pretty(schema: &serde_json::Value) -> String {
    format!("{schema:#}\n")
}

fn index() -> String {
    let mut page = format!("{DO_NOT_EDIT}# Rules\n\n`palisade explain NAME` shows the same pages on the terminal.\n");
    for component in Component::ALL {
        let _ = write!(page, "\n## {}\n\n| rule | severity | what it finds |\n|---|---|---|\n", component.title());
        for topic in topics().iter().filter(|topic| topic.is_rule && topic.meta.component() == *component) {
            let meta = topic.meta;
            let _ = writeln!(page, "| [`{0}`]({0}.md) | {1} | {2} |", meta.name, meta.severity, meta.summary);
        }
    }
    page.push_str("\n## Text detectors\n\nRules call them by name.\n\n| detector | what it finds |\n|---|---|\n");
    for topic in topics().iter().filter(|topic| !topic.is_rule) {
        let _ = writeln!(page, "| [`{0}`]({0}.md) | {1} |", topic.meta.name, topic.meta.summary);
    }
    page
}

fn command_line() -> String {
    let mut command = palisade_cli::command().term_width(100);
    command.build();
    let mut page = format!("{DO_NOT_EDIT}# The command line\n\n```text\n{}```\n", help(&mut command));
    verbs(&mut page, "palisade", &mut command);
    page
}

/// The help of every verb, and of the verbs below it.
fn verbs(page: &mut String, above: &str, command: &mut clap::Command) {
    for verb in command.get_subcommands_mut() {
        let name = format!("{above} {}", verb.get_name());
        let _ = write!(page, "\n## `{name}`\n\n```text\n{}```\n", help(verb));
        verbs(page, &name, verb);
    }
}

fn help(command: &mut clap::Command) -> String {
    let text = command.clone().term_width(100).render_long_help().to_string();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// Where the words of the concepts are.
const LEXICON: &str = "crates/text/src/injection/lexicon";

const DO_NOT_EDIT: &str = "<!-- Generated by `cargo run -p palisade-dev -- gen`. Do not edit. -->\n\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_fresh() {
        let stale = stale(&crate::root());
        assert!(stale.is_empty(), "stale: {stale:?}; run `cargo run -p palisade-dev -- gen`");
    }
}
