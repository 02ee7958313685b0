//! Runs the built program in a sealed environment: no variables of the caller, no colours, a folder of its own.

use std::{
    fs,
    io::{Seek, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A folder with files, and the program to run in it.
#[derive(Debug)]
pub struct Harness {
    program: PathBuf,
    folder: TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output, with the folder replaced by `[DIR]`.
    pub stdout: String,
    /// Standard error, with the folder replaced by `[DIR]`.
    pub stderr: String,
}

impl Harness {
    /// An empty folder. `program` is `env!("CARGO_BIN_EXE_palisade")` in an integration test.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), folder: TempDir::new().expect("a temporary folder") }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders above it.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        fs::write(path, content).expect("the file is written");
        self
    }

    /// The command with these arguments, sealed; for tests that need more than [`Harness::run`].
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.path()).env_clear().env("HOME", self.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program with these arguments.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// Runs the program with these arguments and this on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(input).and_then(|()| file.rewind()).expect("the input is written");
        let mut command = self.command(arguments);
        self.finish(command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    fn finish(&self, command: &mut Command) -> Run {
        let output = command.output().expect("the program starts");
        let folder = self.path().to_string_lossy().into_owned();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "[DIR]");
        Run { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Run {
    /// Everything a snapshot should show.
    pub fn transcript(&self) -> String {
        let mut text = Vec::new();
        let _ = write!(text, "exit: {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr);
        String::from_utf8_lossy(&text).into_owned()
    }
}
