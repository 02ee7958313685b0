//! What lies beside a model file: signatures, and the same weights in another format. Each folder is read once.

use std::{
    collections::HashMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use palisade_base::hex;
use palisade_formats::oms;

use crate::{File, input::model::Signature};

/// The folders that were read, with what matters in them.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    read: HashMap<PathBuf, Arc<Folder>>,
}

#[derive(Debug, Default)]
struct Folder {
    /// File names, at most [`NAMES`].
    names: Vec<String>,
    /// Files that are named like signatures.
    signatures: Vec<(String, Result<oms::Manifest, String>)>,
}

impl Folders {
    /// What signatures beside or above a file say about it.
    /// `digest` gives that of the file, or `None` if it is not to be made.
    pub(super) fn signature(&mut self, file: &File<'_>, digest: &dyn Fn() -> Option<[u8; 32]>) -> Signature {
        let mut worst = None;
        let mut below = file.name_as_written().to_owned();
        let mut path = file.disk.parent();
        // Up to the root of the project, and not further: what lies above is not part of it.
        for _ in 0..=file.project_path.matches('/').count().min(DEPTH) {
            let Some(folder_path) = path else { break };
            let folder = self.folder(folder_path);
            for (by, manifest) in &folder.signatures {
                let verdict = match manifest {
                    Ok(manifest) => judge(digest, manifest, &below, by),
                    Err(why) => Signature::Unread { by: by.clone(), why: why.clone() },
                };
                match verdict {
                    Signature::Listed | Signature::Mismatch { .. } | Signature::Undigested { .. } => return verdict,
                    other => {
                        worst.get_or_insert(other);
                    }
                }
            }
            let Some(name) = folder_path.file_name() else { break };
            below = format!("{}/{below}", name.to_string_lossy());
            path = folder_path.parent();
        }
        worst.unwrap_or_else(|| Signature::None {
            sought: vec![
                "model.sig".to_owned(),
                format!("{}.sig", file.name_as_written()),
                "*.sigstore.json".to_owned(),
                "claims.jsonl".to_owned(),
            ],
        })
    }

    /// A file in the same folder that holds the same weights in a format that runs nothing.
    pub(crate) fn twin(&mut self, file: &File<'_>) -> Option<String> {
        let folder = self.folder(file.disk.parent()?);
        let own = stem(&file.name());
        folder
            .names
            .iter()
            .find(|name| {
                let lower = name.to_lowercase();
                let safe = [".safetensors", ".onnx", ".gguf"].iter().any(|end| lower.ends_with(end));
                let other = lower != file.name();
                safe && other && (stem(&lower) == own || is_shard(&own, &stem(&lower)))
            })
            .cloned()
    }

    fn folder(&mut self, path: &Path) -> Arc<Folder> {
        if let Some(folder) = self.read.get(path) {
            return Arc::clone(folder);
        }
        if self.read.len() >= FOLDERS {
            self.read.clear();
        }
        let folder = Arc::new(Folder::read(path));
        self.read.insert(path.to_owned(), Arc::clone(&folder));
        folder
    }
}

impl Folder {
    fn read(path: &Path) -> Self {
        let mut names: Vec<String> = fs::read_dir(if path.as_os_str().is_empty() { Path::new(".") } else { path })
            .into_iter()
            .flatten()
            .take(NAMES)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        let signatures = names
            .iter()
            .filter(|name| is_signature(name))
            .take(SIGNATURES)
            .map(|name| (name.clone(), read_signature(&path.join(name))))
            .collect();
        Self { names, signatures }
    }
}

fn is_signature(name: &str) -> bool {
    let name = name.to_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("sig" | "sigstore")) || name.ends_with(".sigstore.json") || name == "claims.jsonl"
}

fn read_signature(path: &Path) -> Result<oms::Manifest, String> {
    // Never a device or a pipe: reading one may never end.
    if !fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(SIGNATURE_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    // `claims.jsonl` has one bundle a line; the first is that of the model.
    let whole = oms::parse(&bytes);
    let first = || bytes.split(|byte| *byte == b'\n').find_map(|line| oms::parse(line).ok());
    whole.or_else(|error| first().ok_or(error)).map_err(|error| error.to_string())
}

/// What one signature says about a file; `below` is its path relative to the folder of the signature.
fn judge(digest: &dyn Fn() -> Option<[u8; 32]>, manifest: &oms::Manifest, below: &str, by: &str) -> Signature {
    // A signature lies in the folder of the model, or beside it.
    let inside = below.split_once('/').map(|(_, inside)| inside);
    let by = by.to_owned();
    let Some(resource) = [Some(below), inside].into_iter().flatten().find_map(|path| manifest.find(path)) else {
        let parts = [Some(below), inside].into_iter().flatten().any(|path| manifest.lists_parts_of(path));
        return if parts {
            Signature::Undigested { by, why: "the signature lists it in parts" }
        } else {
            Signature::Unlisted { by }
        };
    };
    if !manifest.signed {
        return Signature::Unread { by, why: "it has no signature in it".to_owned() };
    }
    if resource.algorithm != "sha256" {
        return Signature::Undigested { by, why: "the signature uses another digest than SHA-256" };
    }
    let Some(actual) = digest() else {
        return Signature::Undigested { by, why: "the file is larger than the budget; `--full` compares it" };
    };
    if hex(&actual) == resource.digest {
        Signature::Listed
    } else {
        Signature::Mismatch { by, listed: resource.digest.clone(), actual }
    }
}

/// What a name says of the weights: without extension, without the prefix that Hugging Face gives to pickled ones.
fn stem(name: &str) -> String {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    stem.strip_prefix("pytorch_").unwrap_or(stem).to_owned()
}

/// `model` and `model-00001-of-00002` hold the same weights.
fn is_shard(whole: &str, part: &str) -> bool {
    let base = |name: &str| name.split("-000").next().unwrap_or_default().to_owned();
    base(whole) == base(part)
}

const DEPTH: usize = 32;
const FOLDERS: usize = 256;
const NAMES: usize = 4096;
const SIGNATURES: usize = 16;
const SIGNATURE_BYTES: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_of_the_same_weights_agree() {
        assert_eq!(stem("pytorch_model.bin"), stem("model.safetensors"));
        assert!(is_shard("model", "model-00001-of-00002"));
        assert!(!is_shard("model", "adapter"));
    }
}
