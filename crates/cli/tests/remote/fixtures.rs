//! Model files, and what a run says about one.

use palisade_testkit::{Harness, Run};
use serde_json::Value;

pub(crate) fn harness() -> Harness {
    Harness::new(env!("CARGO_BIN_EXE_palisade"))
}

/// The report of a run, whatever it ended with.
pub(crate) fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.transcript()))
}

/// Rule, message and offset of each finding. The numbers of remote tensors are not looked at.
pub(crate) fn findings(run: &Run) -> Vec<(String, String, String)> {
    let report = report(run);
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.to_string();
    findings
        .map(|finding| (text(&finding["rule"]), text(&finding["message"]), text(&finding["target"]["offset"])))
        .filter(|(rule, ..)| !rule.contains("abnormal-weights"))
        .collect()
}

pub(crate) fn reasons(run: &Run) -> String {
    let report = report(run);
    let gaps = report["unscanned"].as_array().unwrap().iter();
    gaps.map(|gap| gap["reason"].as_str().unwrap()).collect::<Vec<_>>().join("; ")
}

/// Calls `posix.system`.
pub(crate) const CALL: &[u8] = b"\x80\x02cposix\nsystem\nX\x04\0\0\0echo\x85R.";
/// An empty state dict.
pub(crate) const EMPTY: &[u8] = b"\x80\x02}.";
pub(crate) const LARGE: usize = 50 << 20;

/// A PyTorch archive with this pickle and storages of so many bytes, stored as they are.
pub(crate) fn torch(pickle: &[u8], storages: &[usize]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut add = |name: &str, bytes: &[u8]| {
        archive.start_file(name, stored).unwrap();
        archive.write_all(bytes).unwrap();
    };
    add("archive/data.pkl", pickle);
    add("archive/byteorder", b"little");
    for (number, len) in storages.iter().enumerate() {
        add(&format!("archive/data/{number}"), &vec![0x3f; *len]);
    }
    add("archive/version", b"3\n");
    archive.finish().unwrap().into_inner()
}

pub(crate) fn safetensors(len: usize) -> Vec<u8> {
    let json = format!(r#"{{"w":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{len}]}}}}"#, len / 4);
    [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &vec![0x3f; len]].concat()
}

pub(crate) fn gguf(len: usize) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    let mut bytes = [&b"GGUF\x03\0\0\0"[..], &1u64.to_le_bytes(), &1u64.to_le_bytes()].concat();
    bytes.extend([text("general.architecture"), 8u32.to_le_bytes().to_vec(), text("llama")].concat());
    bytes.extend([text("w"), 1u32.to_le_bytes().to_vec(), (len as u64 / 4).to_le_bytes().to_vec()].concat());
    bytes.extend([0; 4 + 8]);
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.resize(bytes.len() + len, 0x3f);
    bytes
}
