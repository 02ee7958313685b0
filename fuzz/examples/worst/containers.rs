//! The formats that files come in, as far as hostile files and seeds need them.

use std::io::Write;

pub(crate) fn safetensors(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat()
}

pub(crate) fn gguf(entries: &[u8], count: u64) -> Vec<u8> {
    [&b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"[..], &count.to_le_bytes(), entries].concat()
}

/// A delimited field of a protobuf message.
pub(crate) fn field(number: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut len = body.len();
    while len > 0x7f {
        bytes.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    bytes.push(len as u8);
    [bytes, body.to_vec()].concat()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory can be written")
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory can be written")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory can be written")
}

/// An archive whose members have content of their own.
pub(crate) fn zip(members: u32, content: &[u8], method: u16) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for number in 0..members {
        let at = bytes.len() as u32;
        local(&mut bytes, number, content, method);
        listed(&mut directory, number, content.len() as u32, method, at);
    }
    ended(bytes, directory, members)
}

/// An archive whose members all have the same packed bytes.
pub(crate) fn overlapping(members: u32, content: &[u8]) -> Vec<u8> {
    let packed = deflate(content);
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    local(&mut bytes, 0, &packed, 8);
    (0..members).for_each(|number| listed(&mut directory, number, packed.len() as u32, 8, 0));
    ended(bytes, directory, members)
}

fn local(bytes: &mut Vec<u8>, number: u32, content: &[u8], method: u16) {
    let name = format!("{number:05}.pkl");
    bytes.extend(b"PK\x03\x04\x14\0\0\0");
    bytes.extend(method.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(name.as_bytes());
    bytes.extend(content);
}

fn listed(directory: &mut Vec<u8>, number: u32, len: u32, method: u16, at: u32) {
    let name = format!("{number:05}.pkl");
    directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0");
    directory.extend(method.to_le_bytes());
    directory.extend([0; 8]);
    directory.extend(len.to_le_bytes());
    directory.extend(len.to_le_bytes());
    directory.extend((name.len() as u16).to_le_bytes());
    directory.extend([0; 12]);
    directory.extend(at.to_le_bytes());
    directory.extend(name.as_bytes());
}

fn ended(mut bytes: Vec<u8>, directory: Vec<u8>, members: u32) -> Vec<u8> {
    let (at, len) = (bytes.len() as u32, directory.len() as u32);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend((members as u16).to_le_bytes());
    bytes.extend((members as u16).to_le_bytes());
    bytes.extend(len.to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

pub(crate) fn tar(members: usize, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..members {
        let mut header = vec![0; 512];
        let (name, size) = (format!("{number:05}.pkl"), format!("{:011o}", content.len()));
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(size.as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        header.extend(content);
        header.resize(header.len().next_multiple_of(512), 0);
        bytes.extend(header);
    }
    bytes
}
