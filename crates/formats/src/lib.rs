//! Parsers of hostile files: bytes in, values with byte ranges out. No policy, no files, no clock.

mod cursor;
pub mod dockerfile;
pub mod env_file;
pub mod gguf;
pub mod inflate;
pub mod jinja;
pub mod json;
pub mod notebook;
pub mod npy;
pub mod oms;
pub mod onnx;
pub mod pickle;
pub mod protobuf;
pub mod python;
pub mod safetensors;
pub mod shell;
pub mod sniff;
pub mod table;
pub mod tar;
pub mod tree;
pub mod variables;
pub mod yaml;
pub mod zip;
