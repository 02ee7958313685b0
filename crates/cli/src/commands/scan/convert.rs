//! `palisade scan --convert OUT`: writes a state dict as safetensors without executing anything.
//!
//! Everything but tensors is refused. The file appears whole or not at all, after it has been read back and compared.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    ops::Range,
    path::Path,
};

use palisade_formats::{
    safetensors,
    sniff::{self, Format},
    state::{self, State, Tensor},
};
use palisade_map::Map;
use serde_json::{Map as Object, Value, json};
use tempfile::NamedTempFile;

use super::{list, source::Source};
use crate::{
    Exit,
    args::ScanArguments,
    output::{self, Failure},
    paths::are_one_file,
    remote,
};

pub(super) fn run(arguments: &ScanArguments, out: &Path) -> Result<Exit, Failure> {
    let [path] = arguments.paths.as_slice() else {
        return Err(Failure::usage("`--convert` takes one file"));
    };
    if remote::url(path).is_some() {
        let hint = "download it first: converting reads all of it";
        return Err(Failure::usage("`--convert` takes a file on the disk").hint(hint));
    }
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::usage(format!("`{shown}` is a folder, and `--convert` takes one file"))
            .hint(format!("`palisade scan --list {shown}` shows which files in it hold tensors")));
    }
    if are_one_file(path, out) {
        return Err(Failure::usage(format!("`{}` is the file that is read, and is never written over", out.display()))
            .hint("give the result another name, and delete the old file when you have tried the new one"));
    }
    let source = Source::open(path)?;
    another_kind(path, source.bytes())?;
    let refuse = |why: String| Failure::tool(format!("`{shown}` is not converted: {why}"));
    let state = state::read(source.bytes(), state::Limits::default()).map_err(|refusal| refuse(refusal.to_string()))?;
    let tensors = ordered(&state, source.bytes().len() as u64).map_err(refuse)?;
    let header = header(&tensors).map_err(refuse)?;
    let failed = |error: &io::Error| output::cannot_write(out, error);
    if !arguments.force && out.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("`{}` exists", out.display())).hint("`--force` replaces it"));
    }
    let file = output::temporary(out)?;
    write(&source, &tensors, &header, &file).map_err(|error| failed(&error))?;
    source.unchanged()?;
    verify(&source, &tensors, file.as_file()).map_err(|why| Failure::tool(format!("`{}`: {why}", out.display())))?;
    let kept = if arguments.force { file.persist(out) } else { file.persist_noclobber(out) };
    kept.map_err(|error| failed(&error.error))?;
    let bytes: u64 = tensors.iter().map(|tensor| tensor.bytes()).sum();
    output::note(&format!("wrote {}, {bytes} bytes, to {}", list::tensors(tensors.len()), out.display()));
    Ok(Exit::Clean)
}

/// An error if the file is no PyTorch file and no pickle, with what can be done instead.
fn another_kind(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let formats: Vec<Format> = sniff::readings(bytes.get(..HEAD).unwrap_or(bytes)).collect();
    let what = palisade_scan::what(&path.to_string_lossy(), bytes);
    let is_archive = formats.first() == Some(&Format::Zip);
    let holds_pickle =
        if is_archive { OF_PYTORCH.iter().any(|name| what.contains(name)) } else { formats.contains(&Format::Pickle) };
    if holds_pickle || bytes.starts_with(b"\x80") {
        return Ok(());
    }
    let shown = path.display();
    let hint = match formats.first() {
        _ if bytes.is_empty() => "get the file again".to_owned(),
        Some(Format::Safetensors) => format!("use it as it is; `palisade scan --list {shown}` shows its tensors"),
        Some(Format::Gguf | Format::Onnx | Format::Npy) => format!(
            "loading it runs no pickle, so there is less to gain; `palisade scan {shown}` judges it, `--list` shows its tensors"
        ),
        Some(Format::Hdf5) => "load it in Keras with `safe_mode=True` and save its weights from there".to_owned(),
        Some(
            Format::Gzip | Format::Bzip2 | Format::Xz | Format::Lzma | Format::Zstd | Format::Lz4 | Format::SevenZip,
        ) => "unpack it first".to_owned(),
        _ => format!("`palisade scan {shown}` judges it as it is"),
    };
    let already = if formats.first() == Some(&Format::Safetensors) { " already" } else { "" };
    let takes = "only PyTorch files and pickles can be converted";
    Err(Failure::usage(format!("`{shown}` is {what}{already}: {takes}")).hint(hint))
}

/// The tensors in the order in which they are written: the most strictly aligned ones first, as other writers do.
fn ordered(state: &State, len: u64) -> Result<Vec<&Tensor>, String> {
    if let Some(other) = state.others.first() {
        let State { others, .. } = state;
        let more =
            if others.len() > 1 { format!(", and {} more are no tensors", others.len() - 1) } else { String::new() };
        return Err(format!(
            "byte {}: `{}` is {}, which safetensors cannot hold{more}",
            other.at, other.name, other.what
        ));
    }
    if state.tensors.is_empty() {
        return Err("it holds no tensor".to_owned());
    }
    let total = state.tensors.iter().try_fold(0u64, |total, tensor| total.checked_add(tensor.bytes()));
    if total.is_none_or(|total| total > GROWTH.saturating_mul(len).saturating_add(1 << 20)) {
        return Err("its tensors look at the same numbers again and again, and would grow out of proportion".to_owned());
    }
    if let Some(tensor) = state.tensors.iter().find(|tensor| tensor.name == METADATA) {
        return Err(format!("byte {}: `{METADATA}` cannot be the name of a tensor", tensor.at));
    }
    let mut tensors: Vec<_> = state.tensors.iter().collect();
    tensors.sort_by(|a, b| (b.dtype.size(), &a.name).cmp(&(a.dtype.size(), &b.name)));
    Ok(tensors)
}

/// The length of the header and the header, padded so that the numbers behind it are aligned.
fn header(tensors: &[&Tensor]) -> Result<Vec<u8>, String> {
    let mut object = Object::new();
    object.insert(METADATA.to_owned(), json!({"format": "pt"}));
    let mut at = 0u64;
    for tensor in tensors {
        let end = at + tensor.bytes();
        let described = json!({"dtype": tensor.dtype.name, "shape": tensor.shape, "data_offsets": [at, end]});
        object.insert(tensor.name.clone(), described);
        at = end;
    }
    let mut text = Value::Object(object).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    if text.len() > HEADER {
        return Err("the names of its tensors take more than the format allows".to_owned());
    }
    Ok([&(text.len() as u64).to_le_bytes(), text.as_slice()].concat())
}

fn write(source: &Source, tensors: &[&Tensor], header: &[u8], file: &NamedTempFile) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, file.as_file());
    out.write_all(header)?;
    for tensor in tensors {
        tensor.gather(source.bytes(), &mut |block, done: Range<usize>| {
            out.write_all(block)?;
            source.release(done);
            Ok::<(), io::Error>(())
        })?;
    }
    out.flush()?;
    drop(out);
    file.as_file().sync_all()
}

/// Reads what was written as a stranger would, and compares every number.
fn verify(source: &Source, tensors: &[&Tensor], file: &File) -> Result<(), String> {
    let map = Map::open(file).map_err(|error| format!("cannot be read back: {error}"))?;
    let bytes = map.bytes();
    let header = safetensors::parse(bytes, bytes.len() as u64).map_err(|failure| failure.to_string())?;
    let wrong = || "what was written is not what was read; this is a bug in palisade".to_owned();
    if !header.flaws.is_empty() || header.tensors.len() != tensors.len() {
        return Err(wrong());
    }
    let mut written: Vec<_> = header.tensors.iter().collect();
    written.sort_by(|a, b| a.name.cmp(&b.name));
    for tensor in tensors {
        let at = written.binary_search_by(|written| written.name.cmp(&tensor.name)).map_err(|_| wrong())?;
        let found = written.get(at).filter(|found| found.dtype == tensor.dtype.name && found.shape == tensor.shape);
        let mut at = found.and_then(|found| usize::try_from(found.range.start).ok()).ok_or_else(wrong)?;
        tensor.gather(source.bytes(), &mut |block, done: Range<usize>| {
            let same = bytes.get(at..at + block.len()) == Some(block);
            map.release(at..at + block.len());
            source.release(done);
            at += block.len();
            if same { Ok(()) } else { Err(wrong()) }
        })?;
    }
    Ok(())
}

/// How much of a file shows what it is.
const HEAD: usize = 1 << 20;
/// Archives with pickles in them, as they are called.
const OF_PYTORCH: &[&str] = &["PyTorch", "TorchScript"];
const METADATA: &str = "__metadata__";
/// The longest header that readers take.
const HEADER: usize = 100_000_000;
/// How many times as large as the source the result may be: views of one storage are written out each.
const GROWTH: u64 = 16;
