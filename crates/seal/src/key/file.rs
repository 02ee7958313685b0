//! Where keys lie: a private key in a file that its owner alone can read, made once and never written over, and the public key
//! beside it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use palisade_base::reason;
use zeroize::Zeroizing;

use super::{KeyError, PrivateKey, PublicKey};

/// Why a file with a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or made.
    #[error("cannot use the key `{}`: {}", path.display(), reason(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than the owner may read or write the private key.
    #[error("the key `{}` can be read by others (mode {mode:03o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file does not hold a key.
    #[error("`{}` holds no key that can be used: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// The key has another name than the log.
    #[error("the key `{}` is called `{found}`, and the log `{expected}`", path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// The name of the key.
        found: String,
        /// The name of the log.
        expected: String,
    },
    /// The public key beside a private key is another one.
    #[error("`{}` is not the public key of the private key beside it", path.display())]
    Pair {
        /// The file of the public key.
        path: PathBuf,
    },
}

impl PublicKey {
    /// Reads a file that holds a public key on one line.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let file = File::open(path).map_err(|source| io_error(path, source))?;
        parse(path, &read(path, &file)?)
    }
}

impl PrivateKey {
    /// Reads the key, or makes it with mode 0600 if there is no such file; the public key lies beside it, with `.pub` after the
    /// name. `true` if the key is new. A key that others may read is refused, and an existing one is never written over.
    pub fn load_or_create(path: &Path, name: &str) -> Result<(Self, bool), KeyFileError> {
        let (key, is_new) = match File::open(path) {
            Ok(file) => (load(path, &file)?, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (create(path, name)?, true),
            Err(source) => return Err(io_error(path, source)),
        };
        if key.public().name() != name {
            let (path, found, expected) = (path.to_owned(), key.public().name().to_owned(), name.to_owned());
            return Err(KeyFileError::Name { path, found, expected });
        }
        publish(&public_path(path), key.public())?;
        Ok((key, is_new))
    }
}

/// The file of the public key that belongs to a private one.
pub(crate) fn public_path(private: &Path) -> PathBuf {
    let mut path = private.as_os_str().to_owned();
    path.push(".pub");
    path.into()
}

fn load(path: &Path, file: &File) -> Result<PrivateKey, KeyFileError> {
    is_private(path, file)?;
    parse(path, &read(path, file)?)
}

#[cfg(unix)]
fn is_private(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|source| io_error(path, source))?.permissions().mode() & 0o777;
    if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(KeyFileError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn is_private(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

/// Writes the key beside its place and gives it its name at once, so that half a key is never there and no key is lost to
/// another that takes its name.
fn create(path: &Path, name: &str) -> Result<PrivateKey, KeyFileError> {
    let key = PrivateKey::generate(name).map_err(|source| content(path, source))?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let written = (|| {
        let _ = fs::remove_file(&draft);
        let mut file = private_file(&draft)?;
        let secret = key.to_secret();
        file.write_all(secret.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        // Unlike a rename, a link refuses a name that is taken.
        fs::hard_link(&draft, path)
    })();
    let _ = fs::remove_file(&draft);
    written.map_err(|source| io_error(path, source))?;
    Ok(key)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn publish(path: &Path, key: &PublicKey) -> Result<(), KeyFileError> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file
            .write_all(format!("{key}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|source| io_error(path, source)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match PublicKey::load(path) {
            Ok(found) if found == *key => Ok(()),
            Ok(_) | Err(KeyFileError::Content { .. }) => Err(KeyFileError::Pair { path: path.to_owned() }),
            Err(error) => Err(error),
        },
        Err(source) => Err(io_error(path, source)),
    }
}

fn read(path: &Path, file: &File) -> Result<Zeroizing<String>, KeyFileError> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    file.take(LONGEST as u64).read_to_string(&mut text).map_err(|source| io_error(path, source))?;
    Ok(text)
}

fn parse<K: std::str::FromStr<Err = KeyError>>(path: &Path, text: &str) -> Result<K, KeyFileError> {
    text.strip_suffix('\n').unwrap_or(text).parse().map_err(|source| content(path, source))
}

fn content(path: &Path, source: KeyError) -> KeyFileError {
    KeyFileError::Content { path: path.to_owned(), source }
}

fn io_error(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io { path: path.to_owned(), source }
}

/// Bytes of a file that are read; a key has some hundred.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (made, is_new) = PrivateKey::load_or_create(&path, "a/log").unwrap();
        assert!(is_new);
        let (found, is_new) = PrivateKey::load_or_create(&path, "a/log").unwrap();
        assert!(!is_new && found.public() == made.public());
        assert_eq!(&PublicKey::load(&public_path(&path)).unwrap(), made.public());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no draft stays behind");
        assert!(matches!(PrivateKey::load_or_create(&path, "b/log"), Err(KeyFileError::Name { .. })));
        assert!(matches!(PublicKey::load(&path), Err(KeyFileError::Content { source: KeyError::Private, .. })));
    }

    #[test]
    fn a_key_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        drop(private_file(&path).unwrap());
        assert!(matches!(PrivateKey::load_or_create(&path, "a/log"), Err(KeyFileError::Content { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert!(create(&path, "a/log").is_err(), "even where another appears in between");
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn a_public_key_of_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        PrivateKey::load_or_create(&path, "a/log").unwrap();
        let other = PrivateKey::from_seed("a/log", &[1; 32]).unwrap();
        fs::write(public_path(&path), format!("{}\n", other.public())).unwrap();
        assert!(matches!(PrivateKey::load_or_create(&path, "a/log"), Err(KeyFileError::Pair { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        PrivateKey::load_or_create(&path, "a/log").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o620, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = PrivateKey::load_or_create(&path, "a/log");
            assert!(matches!(refused, Err(KeyFileError::Exposed { mode: found, .. }) if found == mode));
        }
    }
}
