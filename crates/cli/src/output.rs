//! Where words go: data to stdout or to a file that appears whole or not at all, everything else to stderr.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    panic,
    path::Path,
};

use anstream::{AutoStream, eprintln};
use tempfile::NamedTempFile;

use crate::{Exit, args::ColorChoice};

/// Why a verb could not do its work, in words for the user.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// Wrong usage or a wrong manifest.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), hints: Vec::new() }
    }

    /// Something that is not the user's fault.
    pub(crate) fn tool(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says it on stderr.
    pub(crate) fn show(&self) -> Exit {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        // Frames bring their own "error:".
        if self.message.contains('\n') {
            eprintln!("{}", self.message);
        } else {
            eprintln!("{red}error{red:#}: {}", self.message);
        }
        self.hints.iter().for_each(|text| hint(text));
        self.exit
    }
}

/// Without colours, for tests.
#[cfg(test)]
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        self.hints.iter().try_for_each(|hint| writeln!(f, "hint: {hint}"))
    }
}

/// A warning on stderr.
pub(crate) fn warn(text: &str) {
    let yellow = anstyle::AnsiColor::Yellow.on_default().bold();
    eprintln!("{yellow}warning{yellow:#}: {text}");
}

/// A hint on stderr.
pub(crate) fn hint(text: &str) {
    let cyan = anstyle::AnsiColor::Cyan.on_default();
    eprintln!("{cyan}hint{cyan:#}: {text}");
}

/// A plain line on stderr.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Makes every later write follow `--color`.
pub(crate) fn choose_color(choice: ColorChoice) {
    match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// The walker catches panics and records the file; the default message would look like a crash.
pub(crate) fn quiet_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("error: palisade failed at {place}: this is a bug in palisade, please report it");
    }));
}

/// Whether a person reads stdout.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Columns of the terminal; 100 where there is none.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(40, 140)
}

/// Writes text with colours to stdout; colours are stripped where they are not wanted. A reader that has gone away is
/// not an error: it has seen what it wanted.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = AutoStream::auto(io::stdout().lock());
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::tool(format!("cannot write to stdout: {}", palisade_base::reason(&error))))
        }
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all: to a temporary file beside it, which then takes its name.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    // A device or a pipe has no name to take over.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return fs::write(path, content).map_err(|error| cannot_write(path, &error));
    }
    let mut file = temporary(path)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(|error| cannot_write(path, &error))?;
    file.persist(path).map_err(|error| cannot_write(path, &error.error))?;
    Ok(())
}

/// A temporary file that can take the name of `path`: in its folder, and as readable as any other new file.
pub(crate) fn temporary(path: &Path) -> Result<NamedTempFile, Failure> {
    if path.is_dir() {
        return Err(cannot_write(path, &io::ErrorKind::IsADirectory.into()));
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".palisade-").tempfile_in(folder);
    made.and_then(|file| readable(file.path()).map(|()| file)).map_err(|error| cannot_write(path, &error))
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::tool(format!("cannot write `{}`: {}", path.display(), palisade_base::reason(error)))
}

/// Temporary files are private; a report is as readable as any other new file.
#[cfg(unix)]
fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}
