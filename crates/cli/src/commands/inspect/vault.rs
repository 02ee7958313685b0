//! The file of a vault: read whole, written whole or not at all, by one run at a time. What other runs have kept in it
//! meanwhile stays.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use palisade_text::Vault;

use crate::output::Failure;

/// A vault and where it is kept.
#[derive(Debug)]
pub(super) struct VaultFile {
    vault: Vault,
    /// The file itself, behind any symbolic links.
    path: PathBuf,
}

impl VaultFile {
    /// The vault at `path`, to keep more in it; an empty one if there is no file yet.
    pub(super) fn open_or_new(path: &Path) -> Result<Self, Failure> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Self { vault: Vault::default(), path: path.to_owned() })
            }
            _ => {
                let file = Self::open(path)?;
                // To write it whole is to put another in its place, which the system would let us do.
                if fs::metadata(&file.path).is_ok_and(|metadata| metadata.permissions().readonly()) {
                    return Err(Failure::usage(format!(
                        "`{}` is read-only: nothing more can be kept in it",
                        path.display()
                    ))
                    .hint("`--restore` reads it; another `--vault` keeps new tokens"));
                }
                Ok(file)
            }
        }
    }

    /// The vault at `path`, which exists. A symbolic link is followed to its end: what it leads to is read and written.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let target = fs::canonicalize(path).map_err(|error| {
            let failure = unreadable(path, &error);
            if path.is_symlink() {
                failure.hint("it is a symbolic link that leads to nothing".to_owned())
            } else {
                failure
            }
        })?;
        if !target.is_file() {
            return Err(Failure::usage(format!("`{}` is no file", path.display())));
        }
        let entries = entries(&target)?;
        Ok(Self { vault: Vault::from_entries(entries), path: target })
    }

    /// What is kept.
    pub(super) const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Writes what is kept, joined with what another run has written since it was read.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let _lock = Lock::take(&self.path)?;
        let mut joined: BTreeMap<String, String> = match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            _ => entries(&self.path)?,
        };
        for (token, value) in self.vault.entries() {
            let known = joined.entry(token).or_insert_with(|| value.clone());
            if *known != value {
                return Err(Failure::tool(format!(
                    "another run has kept a different value under the same token in `{}`; nothing was written",
                    self.path.display()
                ))
                .hint("one key for each vault".to_owned()));
            }
        }
        let json = serde_json::to_vec_pretty(&joined).map_err(|error| Failure::tool(error.to_string()))?;
        replace(&self.path, &json).map_err(|error| unwritable(&self.path, &error))
    }
}

/// The right to write a vault. The system takes it back when a run ends, however it ends; the file that it is held on stays, as
/// whoever waits for it would otherwise wait for a file that is gone.
#[derive(Debug)]
struct Lock {
    /// Held as long as it is open.
    _file: File,
}

impl Lock {
    /// Waits a little while for the run that has it.
    fn take(vault: &Path) -> Result<Self, Failure> {
        let path = beside(vault, "lock");
        let mut options = private();
        // To write alone would wait for a reader if a pipe had this name.
        let file = options.read(true).create(true).open(&path).map_err(|error| unwritable(&path, &error))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(unwritable(&path, &error)),
            }
        }
        Err(Failure::tool(format!("another run is writing `{}`; nothing was written", vault.display())))
    }
}

fn entries(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::usage(format!("`{}` is no vault: {error}", path.display())))
}

/// Writes beside the file and moves it there, so that no half of one is left. Whoever does it has the lock: what lies there under
/// the same name is of a run that was stopped.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path, "new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = private().create_new(true).open(&new);
    let written = written.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

/// How to write files that nobody else may read.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot read `{}`: {}", path.display(), palisade_base::reason(error)))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::tool(format!("cannot write `{}`: {}", path.display(), palisade_base::reason(error)))
}

/// A vault is written in milliseconds: so long it is waited for.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pairs: &[(&str, &str)]) -> Vault {
        Vault::from_entries(pairs.iter().map(|(token, value)| ((*token).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn runs_at_the_same_time_keep_what_all_have_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.json");
        let start = std::sync::Barrier::new(8);
        thread::scope(|scope| {
            for run in 0..8 {
                let (start, path) = (&start, path.clone());
                scope.spawn(move || {
                    let vault = kept(&[("all", "1"), (&format!("run {run}"), "2")]);
                    start.wait();
                    VaultFile { vault, path }.save().unwrap();
                });
            }
        });
        assert_eq!(VaultFile::open(&path).unwrap().vault().len(), 9);
        let clash = VaultFile { vault: kept(&[("all", "other")]), path: path.clone() };
        assert!(clash.save().is_err());
        assert_eq!(VaultFile::open(&path).unwrap().vault().len(), 9);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "the vault and its lock, and no half");
    }

    #[test]
    fn a_run_that_was_stopped_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.json");
        for left in ["lock".to_owned(), "new".to_owned(), format!("{}.new", std::process::id())] {
            fs::write(beside(&path, &left), "half").unwrap();
        }
        VaultFile { vault: kept(&[("a", "1")]), path: path.clone() }.save().unwrap();
        assert_eq!(VaultFile::open(&path).unwrap().vault().len(), 1);
    }

    #[test]
    fn a_run_that_writes_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.json");
        let lock = Lock::take(&path).unwrap();
        let other = thread::spawn({
            let path = path.clone();
            move || VaultFile { vault: kept(&[("a", "1")]), path }.save().is_ok()
        });
        thread::sleep(4 * PAUSE);
        assert!(!path.exists() && !other.is_finished());
        drop(lock);
        assert!(other.join().unwrap() && path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_read_only_is_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.json");
        fs::write(&path, "{\"a\": \"1\"}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(VaultFile::open_or_new(&path).unwrap_err().to_string().contains("is read-only"));
        assert_eq!(VaultFile::open(&path).unwrap().vault().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&target, "{}").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let file = VaultFile::open_or_new(&link).unwrap();
        VaultFile { vault: kept(&[("a", "1")]), ..file }.save().unwrap();
        assert!(link.is_symlink() && !target.is_symlink());
        assert_eq!(VaultFile::open(&target).unwrap().vault().len(), 1);
        fs::remove_file(&target).unwrap();
        assert!(VaultFile::open_or_new(&link).is_err(), "a link to nothing");
        assert!(VaultFile::open(folder.path()).is_err(), "a folder");
    }
}
