//! A command line as words with places: what a container starts with.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    ops::Range,
};

use palisade_formats::{dockerfile::Piece, shell};

/// The words of a command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommandLine {
    words: Vec<Piece>,
    index: OnceCell<Index>,
}

/// What is asked of a command line for every server and switch that is known.
#[derive(Clone, Debug)]
struct Index {
    /// The last parts of the paths of words that may start a program, lower case.
    programs: HashSet<String>,
    /// The first word that is, or starts with, each name of an argument.
    arguments: HashMap<String, usize>,
}

/// An argument that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    /// Its value: behind `=`, or the next word; `None` if there is none.
    pub(crate) value: Option<Piece>,
    /// Where the argument stands, its value included.
    pub(crate) span: Range<usize>,
}

impl CommandLine {
    /// Adds words that no shell reads, except where the words before are `sh -c`.
    pub(crate) fn add_words(&mut self, words: impl IntoIterator<Item = Piece>) {
        for word in words {
            if self.words.len() >= MOST_WORDS {
                return;
            }
            self.index.take();
            if self.awaits_script() { self.add_script(&word) } else { self.words.push(word) }
        }
    }

    /// Adds a line that a shell reads. `line` stands verbatim in the file if its span is as long as its text.
    pub(crate) fn add_script(&mut self, line: &Piece) {
        self.index.take();
        let room = MOST_WORDS.saturating_sub(self.words.len());
        let verbatim = line.span.len() == line.text.len();
        self.words.extend(shell::split(&line.text, room).into_iter().map(|word| {
            let span = line.span.start + word.span.start..line.span.start + word.span.end;
            Piece { text: word.text, span: if verbatim { span } else { line.span.clone() } }
        }));
    }

    fn awaits_script(&self) -> bool {
        let mut last = self.words.iter().rev().take(16).map(|word| word.text.as_str());
        let flag =
            last.next().is_some_and(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'));
        flag && last.find(|word| !word.starts_with('-')).is_some_and(|word| SHELLS.contains(&base_name(word)))
    }

    /// The words.
    pub(crate) fn words(&self) -> &[Piece] {
        &self.words
    }

    /// Where `phrase` (words split by blanks) stands. A word matches if it is equal, or if it is a path that ends so.
    pub(crate) fn find(&self, phrase: &str) -> Option<Range<usize>> {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        let window = self.words.windows(wanted.len()).find(|window| {
            window.iter().zip(&wanted).all(|(word, wanted)| word.text == *wanted || base_name(&word.text) == *wanted)
        })?;
        let (first, last) = (window.first()?, window.last()?);
        Some(first.span.start.min(last.span.start)..last.span.end.max(first.span.end))
    }

    /// Where `program` (its first word a program or a Python module, the rest its arguments) is started: at the start of
    /// a command, or behind something that starts others.
    pub(crate) fn starts(&self, program: &str) -> Option<Range<usize>> {
        let wanted: Vec<&str> = program.split(' ').collect();
        if !self.index().programs.contains(&base_name(wanted.first()?).to_ascii_lowercase()) {
            return None;
        }
        (0..self.words.len()).filter(|at| self.is_command_position(*at)).find_map(|at| {
            let window = self.words.get(at..at + wanted.len())?;
            let (first, last) = (window.first()?, window.last()?);
            let program = is_program(&first.text, wanted.first()?);
            let same = window.iter().zip(&wanted).skip(1).all(|(word, wanted)| word.text == *wanted);
            (program && same).then(|| first.span.start.min(last.span.start)..last.span.end.max(first.span.end))
        })
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let starters = self.words.iter().enumerate().filter(|(at, _)| self.is_command_position(*at));
            let programs = starters.map(|(_, word)| base_name(&word.text).to_ascii_lowercase()).collect();
            // Collected backwards, so that the first of several stays.
            let arguments = self.words.iter().enumerate().rev().map(|(at, word)| (flag(&word.text), at)).collect();
            Index { programs, arguments }
        })
    }

    fn is_command_position(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.words.get(before)) else { return true };
        let text = before.text.as_str();
        let assigns =
            text.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
        is_operator(text) || assigns || STARTERS.contains(&base_name(text))
    }

    /// The argument called `name`, dashes included: `--name value`, `--name=value` or `--name` alone. Dashes and
    /// underscores inside the name are the same.
    pub(crate) fn argument(&self, name: &str) -> Option<Argument> {
        let at = *self.index().arguments.get(&flag(name))?;
        let word = self.words.get(at)?;
        if let Some((_, value)) = word.text.split_once('=') {
            let start = word.span.end.saturating_sub(value.len()).max(word.span.start);
            let value = Piece { text: value.to_owned(), span: start..word.span.end };
            return Some(Argument { value: Some(value), span: word.span.clone() });
        }
        let next = self.words.get(at + 1).filter(|next| !next.text.starts_with('-') && !is_operator(&next.text));
        let end = next.map_or(word.span.end, |next| next.span.end.max(word.span.end));
        Some(Argument { value: next.cloned(), span: word.span.start..end })
    }
}

/// The name of an argument: what stands before the `=`, with dashes for underscores.
fn flag(word: &str) -> String {
    word.split('=').next().unwrap_or_default().replace('_', "-")
}

/// Whether a word names a program: itself, or a path that ends with it, in any case.
fn is_program(word: &str, wanted: &str) -> bool {
    let tail = word.len().checked_sub(wanted.len()).and_then(|at| Some((word.get(..at)?, word.get(at..)?)));
    tail.is_some_and(|(head, tail)| tail.eq_ignore_ascii_case(wanted) && (head.is_empty() || head.ends_with('/')))
}

/// The last part of a path.
fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_operator(word: &str) -> bool {
    matches!(word, ";" | "&&" | "||" | "|" | "&" | "\n" | "(" | ")")
}

/// Words behind which a program or a module stands.
const STARTERS: &[&str] = &[
    "exec",
    "nohup",
    "sudo",
    "env",
    "tini",
    "dumb-init",
    "--",
    "-m",
    "-u",
    "-jar",
    "run",
    "python",
    "python3",
    "then",
    "do",
    "time",
    "with-contenv",
    "java",
    "node",
    "npx",
    "uvx",
    "nvidia_entrypoint.sh",
    "docker-entrypoint.sh",
];
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh"];
const MOST_WORDS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> CommandLine {
        let mut line = CommandLine::default();
        line.add_words(words.iter().map(|word| Piece { text: (*word).into(), span: 10..10 + word.len() }));
        line
    }

    #[test]
    fn arguments_in_every_spelling() {
        let value = |words: &[&str], name| line(words).argument(name).map(|found| found.value.map(|value| value.text));
        assert_eq!(value(&["x", "--api-key", "k"], "--api-key"), Some(Some("k".into())));
        assert_eq!(value(&["x", "--api_key=k"], "--api-key"), Some(Some("k".into())));
        assert_eq!(value(&["x", "--token="], "--token"), Some(Some(String::new())));
        assert_eq!(value(&["x", "--share", "--port", "1"], "--share"), Some(None));
        assert_eq!(value(&["x", "--api-key-file"], "--api-key"), None);
    }

    #[test]
    fn scripts_are_split_with_places() {
        let found = line(&["/bin/bash", "-lc", "cd /x && vllm serve m"]);
        assert_eq!(found.find("vllm serve"), Some(10 + 9..10 + 19));
        assert_eq!(line(&["python", "-c", "vllm serve"]).find("vllm serve"), None);
        assert!(line(&["/usr/bin/jupyter", "lab"]).find("jupyter lab").is_some());
    }

    #[test]
    fn programs_are_told_from_arguments() {
        assert!(line(&["qdrant"]).starts("qdrant").is_some());
        assert!(line(&["tini", "--", "/opt/bin/qdrant", "-x"]).starts("qdrant").is_some());
        assert!(line(&["sh", "-c", "A=1 exec litellm --port 1"]).starts("litellm").is_some());
        assert!(line(&["python3", "ComfyUI/main.py"]).starts("comfyui/main.py").is_some());
        assert!(line(&["app", "--store", "qdrant"]).starts("qdrant").is_none());
        assert!(line(&["cat", "qdrant"]).starts("qdrant").is_none());
    }

    #[test]
    fn many_words_are_asked_quickly() {
        let start = std::time::Instant::now();
        let words: Vec<&str> = [";", "a", "-c", "--b"].into_iter().cycle().take(MOST_WORDS).collect();
        let line = line(&words);
        for _ in 0..20_000 {
            assert!(line.starts("qdrant").is_none() && line.argument("--host").is_none());
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}
