//! Jupyter notebooks: the code cells as one Python text, and where each byte of it stands in the file.

use std::ops::Range;

use crate::{
    json::{self, escape},
    tree::{Document, Failure, Limits, Node},
};

/// The Python code of a notebook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notebook {
    /// The code cells, a line break behind each. Magics and shell lines are blanked, byte for byte.
    pub code: String,
    /// Runs of bytes that stand in the file as they stand in the code: start in the code, start in the file.
    runs: Vec<(usize, usize)>,
}

impl Notebook {
    /// Reads the code cells of a notebook (nbformat 3 and 4); `None` if the file is JSON but no notebook.
    pub fn parse(file: &str, limits: Limits) -> Result<Option<Self>, Failure> {
        let document = json::parse(file, limits)?;
        let Some(cells) = cells(&document) else { return Ok(None) };
        let mut keys = document.root().entries().filter_map(|(key, _)| key.text());
        if !keys.any(|key| key.starts_with("nbformat")) {
            return Ok(None);
        }
        let mut notebook = Self::default();
        for cell in cells.into_iter().filter(|cell| cell.get("cell_type").and_then(Node::text) == Some("code")) {
            let start = notebook.code.len();
            match cell.get("source").or_else(|| cell.get("input")) {
                Some(source) if source.string().is_some() => notebook.add(file, source),
                Some(source) => source.items().for_each(|line| notebook.add(file, line)),
                None => {}
            }
            notebook.blank(start);
            notebook.runs.push((notebook.code.len(), file.len()));
            notebook.code.push('\n');
        }
        Ok(Some(notebook))
    }

    /// Where a range of the code stands in the file.
    pub fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        let last = self.place(range.end.saturating_sub(1).max(range.start));
        start..(last + 1).max(start)
    }

    fn place(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(code, _)| *code <= at).checked_sub(1).and_then(|run| self.runs.get(run));
        run.map_or(0, |(code, file)| file + (at - code))
    }

    /// Appends a JSON string, remembering where its pieces stand.
    fn add(&mut self, file: &str, string: Node<'_>) {
        let Range { start: mut at, end } = string.inside();
        while at < end {
            let rest = file.get(at..end).unwrap_or_default();
            let len = rest.find('\\').unwrap_or(rest.len());
            self.runs.push((self.code.len(), at));
            self.code.push_str(rest.get(..len).unwrap_or_default());
            at += len;
            if at < end {
                let Some((character, len)) = escape(rest.get(len..).unwrap_or_default()) else { return };
                self.runs.push((self.code.len(), at));
                self.code.push(character);
                at += len;
            }
        }
    }

    /// Blanks magics, shell lines and whole cells of other languages, from `start` to the end.
    fn blank(&mut self, start: usize) {
        let cell = self.code.split_off(start);
        let other_language = cell.trim_start().strip_prefix("%%").is_some_and(|magic| {
            let name: String = magic.chars().take_while(char::is_ascii_alphanumeric).collect();
            !PYTHON_MAGICS.contains(&name.as_str())
        });
        for line in cell.split_inclusive('\n') {
            let code = line.trim_start();
            let indent = line.len() - code.len();
            if other_language {
                self.push_blank(line, "");
            } else if is_magic(code) {
                self.code.push_str(line.get(..indent).unwrap_or_default());
                self.push_blank(code, "pass");
            } else if let Some((head, shell)) = assigned_shell(line) {
                self.code.push_str(head);
                self.push_blank(shell, "0");
            } else {
                self.code.push_str(line);
            }
        }
    }

    /// Pushes blanks over `line`, beginning with `stand_in` if it fits; keeps the line break.
    fn push_blank(&mut self, line: &str, stand_in: &str) {
        let visible = line.trim_end_matches(['\n', '\r']).len();
        let stand_in = if stand_in.len() <= visible { stand_in } else { "" };
        self.code.push_str(stand_in);
        self.code.extend(std::iter::repeat_n(' ', visible - stand_in.len()));
        self.code.push_str(line.get(visible..).unwrap_or_default());
    }
}

/// Cells of nbformat 4, or of the worksheets of nbformat 3.
fn cells(document: &Document) -> Option<Vec<Node<'_>>> {
    let root = document.root();
    let sheets = || root.get("worksheets").map(|sheets| sheets.items().filter_map(|sheet| sheet.get("cells")));
    match root.get("cells") {
        Some(cells) => Some(cells.items().collect()),
        None => sheets().map(|sheets| sheets.flat_map(Node::items).collect()),
    }
}

fn is_magic(code: &str) -> bool {
    let letter = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    code.starts_with('!')
        || code.strip_prefix('%').is_some_and(|rest| letter(rest.trim_start_matches('%')))
        || code.strip_prefix('?').is_some_and(letter)
        || (code.trim_end().ends_with('?') && !code.contains(['#', '"', '\'']))
}

/// `files = !ls` and `x = %env Y`.
fn assigned_shell(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let shell = value.trim_start();
    let is_name = name.trim().chars().all(|c| c.is_alphanumeric() || c == '_') && !name.trim().is_empty();
    let is_shell = shell.starts_with('!') && !shell.starts_with("!=")
        || shell.strip_prefix('%').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    (is_name && is_shell).then(|| line.split_at(line.len() - shell.len()))
}

/// Cell magics whose cell is Python.
const PYTHON_MAGICS: &[&str] = &["time", "timeit", "capture", "prun", "python", "python3", "debug", "memit", "mprun"];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> Result<Option<Notebook>, Failure> {
        Notebook::parse(file, Limits::default())
    }

    const FILE: &str = r#"{"cells": [
 {"cell_type": "markdown", "source": ["eval(\"no\")"]},
 {"cell_type": "code", "outputs": [], "source": ["%matplotlib inline\n", "!pip install x\n", "if a:\n", "    !ls\n", "x = \"\u00e9\\n\"\n", "eval(x)"]},
 {"cell_type": "code", "source": "%%bash\nrm -rf\n"},
 {"cell_type": "code", "source": "%%time\nfiles = !ls\ny = a % b\nexec(y)"}
], "nbformat": 4, "metadata": {}}"#;

    #[test]
    fn code_cells_are_joined_and_blanked() {
        let code = read(FILE).unwrap().unwrap().code;
        assert!(!code.contains("no") && !code.contains("rm") && !code.contains("pip"), "{code}");
        assert!(code.contains("if a:\n    pass\n") || code.contains("if a:\n       \n"), "{code}");
        assert!(code.contains("x = \"\u{e9}\\n\"\neval(x)\n") && code.contains("files = 0  \ny = a % b\n"), "{code}");
    }

    #[test]
    fn ranges_point_into_the_file() {
        let notebook = read(FILE).unwrap().unwrap();
        for needle in ["eval(x)", "exec(y)", "if a:"] {
            let at = notebook.code.find(needle).unwrap();
            let range = notebook.in_file(at..at + needle.len());
            assert_eq!(FILE.get(range).unwrap(), needle);
        }
        let at = notebook.code.find('\u{e9}').unwrap();
        assert!(FILE.get(notebook.in_file(at..at + 2).start..).unwrap().starts_with("\\u00e9"));
    }

    #[test]
    fn other_json_is_no_notebook() {
        assert_eq!(read("{\"cells\": []}").unwrap(), None);
        assert_eq!(read("[1]").unwrap(), None);
    }

    #[test]
    fn truncated_files_are_refused() {
        for end in (0..FILE.len()).filter(|end| FILE.is_char_boundary(*end)) {
            assert!(read(FILE.get(..end).unwrap()).is_err());
        }
    }
}
