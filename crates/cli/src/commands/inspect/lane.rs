//! `--classifier DIR`: the files of a classifier that the user brings.

use palisade_text::Opinion;

use crate::{args::InspectArguments, output::Failure};

/// A classifier that runs beside ours, and the score from which it counts.
#[derive(Debug)]
pub(super) struct Lane {
    #[cfg(feature = "onnx")]
    classifier: palisade_text::Classifier,
    #[cfg(not(feature = "onnx"))]
    classifier: std::convert::Infallible,
    pub(super) threshold: f32,
}

#[cfg(feature = "onnx")]
impl Lane {
    /// The classifier that the arguments name, if they name one.
    pub(super) fn open(arguments: &InspectArguments) -> Result<Option<Self>, Failure> {
        use palisade_text::{Classifier, ClassifierFiles};

        let Some(folder) = &arguments.classifier else { return Ok(None) };
        if !folder.is_dir() {
            return Err(Failure::usage(format!("`{}` is no folder", folder.display()))
                .hint("it holds model.onnx, tokenizer.json and config.json"));
        }
        let model = ["model.onnx", "onnx/model.onnx"].into_iter().find(|name| folder.join(name).is_file());
        let model = read(folder, model.unwrap_or("model.onnx"), Classifier::LARGEST_MODEL)?;
        let tokenizer = read(folder, "tokenizer.json", Classifier::LARGEST_TOKENIZER)?;
        let named = folder.join("config.json").exists();
        let config = named.then(|| read(folder, "config.json", Classifier::LARGEST_CONFIG)).transpose()?;
        let files = ClassifierFiles { model, tokenizer: &tokenizer, config: config.as_deref() };
        let classifier = Classifier::new(files, &arguments.classifier_label).map_err(|error| {
            let failure = Failure::usage(format!("the classifier in `{}` cannot be used: {error}", folder.display()));
            error.advice().into_iter().fold(failure, Failure::hint)
        })?;
        Ok(Some(Self { classifier, threshold: arguments.classifier_threshold }))
    }

    /// What it says of a text, or why it cannot judge it.
    pub(super) fn judge(&self, text: &str) -> Result<Opinion, String> {
        self.classifier.judge(text).map_err(|error| error.to_string())
    }
}

/// Reads a file of the classifier that is not larger than it may be. A pipe is not even opened: that would wait for whoever writes
/// into it.
#[cfg(any(feature = "onnx", test))]
fn read(folder: &std::path::Path, name: &str, most: u64) -> Result<Vec<u8>, Failure> {
    use std::{
        fs::{self, File},
        io::Read,
    };

    let path = folder.join(name);
    let unreadable =
        |error| Failure::usage(format!("cannot read `{}`: {}", path.display(), palisade_base::reason(&error)));
    if !fs::metadata(&path).map_err(unreadable)?.is_file() {
        return Err(Failure::usage(format!("`{}` is no file", path.display())));
    }
    let file = File::open(&path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(Failure::usage(format!("`{}` is larger than {} MiB", path.display(), most >> 20)));
    }
    Ok(bytes)
}

#[cfg(not(feature = "onnx"))]
impl Lane {
    /// An error if the arguments name a classifier.
    pub(super) fn open(arguments: &InspectArguments) -> Result<Option<Self>, Failure> {
        match arguments.classifier {
            None => Ok(None),
            Some(_) => Err(Failure::usage("this program was built without the feature `onnx`, which runs classifiers")
                .hint("`cargo build --release --features onnx` makes one that does")),
        }
    }

    /// Nothing.
    pub(super) const fn judge(&self, _: &str) -> Result<Opinion, String> {
        match self.classifier {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink(&pipe, folder.path().join("link")).unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::fs::write(folder.path().join("file"), "1234").unwrap();
        for (name, most, words) in [
            ("pipe", 4, "is no file"),
            ("link", 4, "is no file"),
            ("folder", 4, "is no file"),
            ("file", 3, "larger"),
            ("x", 4, "cannot read"),
        ] {
            // A thread of its own: what hangs fails, and the other tests go on.
            let (said, heard) = std::sync::mpsc::channel();
            let folder = folder.path().to_owned();
            std::thread::spawn(move || said.send(read(&folder, name, most).unwrap_err().to_string()));
            let error = heard.recv_timeout(std::time::Duration::from_secs(20)).expect(name);
            assert!(error.contains(words), "{name}: {error}");
        }
        assert_eq!(read(folder.path(), "file", 4).unwrap(), b"1234");
    }
}
