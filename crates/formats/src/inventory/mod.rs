//! What tensors a file holds: name, type, shape and place of each, whatever format it is in.

mod gguf;
mod npy;
mod onnx;

use std::ops::Range;

use crate::{
    safetensors,
    sniff::{Format, readings},
    state::{self, Tensor},
    stored,
};

/// The tensors of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// What the file is, such as `a PyTorch file`.
    pub title: &'static str,
    /// Its tensors, in the order of the file.
    pub entries: Vec<Entry>,
    /// Why some or all of them are not listed.
    pub gap: Option<String>,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The type of its elements as safetensors calls it; as the file calls it where safetensors has no name.
    pub dtype: String,
    /// The length of each side; the last one varies fastest.
    pub shape: Vec<u64>,
    /// Its length in bytes; `None` where the type is not known here.
    pub bytes: Option<u64>,
    /// Where it lies.
    pub place: Place,
}

/// Where the numbers of a tensor lie.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In these bytes of the file.
    Range(Range<usize>),
    /// In the file, seen through strides.
    View(Tensor),
    /// In another file.
    File(String),
    /// Where this program cannot tell.
    Unknown,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most tensors.
    pub entries: usize,
    /// Those of pickles.
    pub state: state::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 1 << 20, state: state::Limits::default() }
    }
}

/// The tensors of a file; `None` if it is in no format that holds tensors.
pub fn list(bytes: &[u8], limits: Limits) -> Option<Inventory> {
    // Places in pickles are numbers of 32 bits, and what a file is shows long before.
    readings(bytes.get(..1 << 31).unwrap_or(bytes)).find_map(|format| match format {
        Format::Safetensors => safe(bytes),
        Format::Gguf => Some(gguf::list(bytes, limits.entries)),
        Format::Npy => npy::list(bytes),
        Format::Zip => archive(bytes, limits),
        Format::Pickle => Some(pickled(bytes, limits)),
        Format::Onnx => onnx::list(bytes, limits.entries),
        _ => None,
    })
}

impl Inventory {
    fn new(title: &'static str) -> Self {
        Self { title, entries: Vec::new(), gap: None }
    }
}

impl Entry {
    /// Offset of the first byte in the file, if it lies there.
    pub fn offset(&self) -> Option<u64> {
        match &self.place {
            Place::Range(range) => Some(range.start as u64),
            Place::View(tensor) => Some(tensor.range.start as u64),
            Place::File(_) | Place::Unknown => None,
        }
    }

    /// Hands the numbers on in their order, in blocks, with the bytes of the file that are not needed again; `None` if
    /// they do not lie in the file. Stops with the first error of `take`.
    pub fn gather<E>(
        &self,
        bytes: &[u8],
        take: &mut dyn FnMut(&[u8], Range<usize>) -> Result<(), E>,
    ) -> Option<Result<(), E>> {
        match &self.place {
            Place::View(tensor) => Some(tensor.gather(bytes, take)),
            Place::Range(range) => {
                let whole = bytes.get(range.clone())?;
                Some(whole.chunks(BLOCK).enumerate().try_for_each(|(number, block)| {
                    let start = range.start + number * BLOCK;
                    take(block, start..start + block.len())
                }))
            }
            Place::File(_) | Place::Unknown => None,
        }
    }
}

fn safe(bytes: &[u8]) -> Option<Inventory> {
    let header = safetensors::parse(bytes, bytes.len() as u64).ok()?;
    let mut inventory = Inventory::new("safetensors");
    inventory.gap = header.flaws.first().map(|flaw| format!("its header breaks the format: {}", flaw.what));
    for tensor in header.tensors {
        let range = usize::try_from(tensor.range.start).ok().zip(usize::try_from(tensor.range.end).ok());
        let place = match range {
            Some((start, end)) if start <= end && end <= bytes.len() => Place::Range(start..end),
            _ => Place::Unknown,
        };
        let len = tensor.range.end.checked_sub(tensor.range.start);
        inventory.entries.push(Entry {
            name: tensor.name,
            dtype: tensor.dtype,
            shape: tensor.shape,
            bytes: len,
            place,
        });
    }
    Some(inventory)
}

/// A state dict, or arrays of NumPy.
fn archive(bytes: &[u8], limits: Limits) -> Option<Inventory> {
    let stored = stored::members(bytes)?;
    let all = || stored.members.iter().map(|(name, _)| name).chain(&stored.others);
    if all().any(|name| name == "data.pkl" || name.ends_with("/data.pkl")) {
        return Some(Inventory { title: "a PyTorch archive", ..pickled(bytes, limits) });
    }
    if !all().any(|name| name.strip_suffix(".npy").is_some()) {
        return None;
    }
    let mut inventory = Inventory::new("arrays of NumPy");
    let arrays = stored.members.iter().filter_map(|(name, range)| Some((name.strip_suffix(".npy")?, range)));
    for (name, range) in arrays.take(limits.entries) {
        let array = npy::entry(bytes.get(range.clone()).unwrap_or_default(), range.start);
        match array {
            Some(entry) => {
                inventory.entries.push(Entry { name: name.to_owned(), ..entry });
            }
            None => inventory.gap = Some(format!("the header of `{name}` cannot be read")),
        }
    }
    let packed = stored.others.iter().filter(|name| name.strip_suffix(".npy").is_some()).count();
    if packed > 0 {
        inventory.gap = Some(format!("{packed} arrays are packed, and not listed"));
    }
    Some(inventory)
}

fn pickled(bytes: &[u8], limits: Limits) -> Inventory {
    let mut inventory = Inventory::new("a pickle");
    match state::read(bytes, limits.state) {
        Ok(state) => {
            inventory.entries = state.tensors.into_iter().map(of_state).collect();
        }
        Err(refusal) => inventory.gap = Some(refusal.to_string()),
    }
    inventory
}

fn of_state(tensor: Tensor) -> Entry {
    Entry {
        name: tensor.name.clone(),
        dtype: tensor.dtype.name.to_owned(),
        shape: tensor.shape.clone(),
        bytes: Some(tensor.bytes()),
        place: Place::View(tensor),
    }
}

/// Bytes that are handed on at a time.
const BLOCK: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        let json = r#"{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#;
        let bytes = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &[1, 2, 3, 4]].concat();
        let inventory = list(&bytes, Limits::default()).unwrap();
        let [entry] = inventory.entries.as_slice() else { panic!("{inventory:?}") };
        assert_eq!(
            (entry.name.as_str(), entry.dtype.as_str(), entry.bytes, entry.offset()),
            ("w", "F16", Some(4), Some(62))
        );
        let mut seen = Vec::new();
        let gathered = entry.gather(&bytes, &mut |block, _| {
            seen.extend_from_slice(block);
            Ok::<(), ()>(())
        });
        assert_eq!((gathered, seen), (Some(Ok(())), vec![1, 2, 3, 4]));
        assert!(list(b"hello", Limits::default()).is_none());
        let refused = list(b"\x80\x02cos\nsystem\n)R.", Limits::default()).unwrap();
        assert_eq!(refused.gap.as_deref(), Some("byte 14: `os.system` is not a tensor"));
    }

    #[test]
    fn arrays_in_archives_are_listed() {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, method) in [("a.npy", zip::CompressionMethod::Stored), ("b.npy", zip::CompressionMethod::Deflated)] {
            writer.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(&npy::tests::file("'<f4'", "(2, 1)", &[0; 8])).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let inventory = list(&bytes, Limits::default()).unwrap();
        assert_eq!((inventory.entries.len(), inventory.entries[0].name.as_str()), (1, "a"));
        assert_eq!(inventory.gap.as_deref(), Some("1 arrays are packed, and not listed"));
        assert!(
            (0..bytes.len())
                .all(|len| list(&bytes[..len], Limits::default()).is_none_or(|list| list.entries.len() < 2))
        );
    }
}
