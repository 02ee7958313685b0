//! The seeds that are no text: written by code, since bytes cannot be read by whoever reviews them.

use std::{fs, io, path::Path};

use crate::containers::{field, gguf, gzip, safetensors, tar, zip, zlib};

/// Writes the binary seeds into `folder`, and whole files of every kind for the target `scan`.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    let write = |target: &str, name: &str, content: &[u8]| {
        fs::create_dir_all(folder.join(target))?;
        fs::write(folder.join(target).join(name), content)
    };
    for (name, content) in PICKLES {
        write("pickle", name, content)?;
    }
    let archive = zip(2, PROTOCOL_4, 0);
    write("zip", "torch", &archive)?;
    write("zip", "two", &[zip(1, b"1.", 0), zip(1, b"2.", 0)].concat())?;
    let tar = tar(2, PROTOCOL_4);
    write("tar", "members", &tar)?;
    // The first byte chooses the codec; what other tools packed stands beside these, and cannot be written from here.
    write("compress", "gzip", &[&[0], &gzip(PROTOCOL_4)[..]].concat())?;
    write("compress", "zlib", &[&[1], &zlib(PROTOCOL_4)[..]].concat())?;
    let tensors = safetensors(TENSORS);
    write("safetensors", "good", &[&tensors[..], &[0; 12]].concat())?;
    let hole = [&safetensors(HOLE)[..], b"\x80\x04N.\0\0\x01"].concat();
    write("safetensors", "hole", &hole)?;
    let (gguf, onnx, npy) = (gguf_with_template(), onnx(), npy());
    write("gguf", "template", &gguf)?;
    write("onnx", "model", &onnx)?;
    write("npy", "objects", &npy)?;
    for (name, content) in [
        ("zip", &archive[..]),
        ("gguf", &gguf),
        ("onnx", &onnx),
        ("npy", &npy),
        ("tensors", &tensors),
        ("elf", b"\x7fELF"),
    ] {
        write("sniff", name, content.get(..60).unwrap_or(content))?;
    }
    write("evidence", "range", b"\x02\0\x05\0\0one\ntwo three\n")?;

    let text = |seed: &str| fs::read(folder.join(seed));
    let whole = [
        text("python/application.py")?,
        text("notebook/v4.ipynb")?,
        EMBEDDED.to_vec(),
        archive,
        onnx,
        gguf,
        hole,
        npy,
        gzip(&tar),
        text("table_csv/semicolons.csv")?,
        text("table_json/lines.jsonl")?,
        text("table_json/array.json")?,
        text("dockerfile/stages")?,
        text("yaml/compose.yaml")?,
        text("yaml/k8s.yaml")?,
        text("settings_json/mcp.json")?,
        TOKENIZER.as_bytes().to_vec(),
        text("jinja/chat.jinja")?,
        text("shell/words")?,
        text("detectors/letter")?,
    ];
    // The first byte chooses the name of the file, in the order of the target's list.
    whole
        .iter()
        .zip(0_u8..)
        .try_for_each(|(content, number)| write("scan", &format!("{number:02}"), &[&[number][..], content].concat()))
}

fn gguf_with_template() -> Vec<u8> {
    let string = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let entries = [
        string("tokenizer.ggml.tokens"),
        b"\x09\0\0\0\x08\0\0\0\x02\0\0\0\0\0\0\0".to_vec(),
        string("a"),
        string("b"),
        string("general.alignment"),
        b"\x04\0\0\0\x20\0\0\0".to_vec(),
        string("tokenizer.chat_template"),
        b"\x08\0\0\0".to_vec(),
        string("{{ x.__class__ }}"),
    ];
    gguf(&entries.concat(), 3)
}

fn onnx() -> Vec<u8> {
    let external = |location: &[u8]| field(5, &field(13, &[field(1, b"location"), field(2, location)].concat()));
    let node = field(1, &[field(4, b"If"), field(5, &field(6, &external(b"../secret")))].concat());
    let foreign = field(1, &[field(4, b"Op"), field(7, b"custom")].concat());
    [b"\x08\x08".to_vec(), field(2, b"me"), field(7, &[node, foreign, external(b"w.bin")].concat())].concat()
}

fn npy() -> Vec<u8> {
    let header = "{'descr': [('a', '<f8'), ('b', '|O')], 'fortran_order': False, 'shape': (3,), }\n";
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), PROTOCOL_4].concat()
}

const PROTOCOL_4: &[u8] =
    b"\x80\x04\x95\x24\0\0\0\0\0\0\0\x8c\x08builtins\x8c\x05print\x93\x94\x8c\x01x\x85\x94R\x94]\x94(h\0K\x01e}\x94\x8c\x01a\x88s.";
const EMBEDDED: &[u8] = b"\x80\x04cpickle\nloads\nC\x05\x80\x04K\x01.\x85R.";
const PICKLES: &[(&str, &[u8])] = &[
    ("protocol-0", b"(lp0\nI1\naL2L\naF0.5\naS'x\\x41'\np1\naVab\naccopy_reg\n_reconstructor\n(c__main__\nA\nc__builtin__\nobject\nNtR."),
    ("protocol-2", b"\x80\x02ccollections\nOrderedDict\nq\0)Rq\x01(X\x01\0\0\0aJ\xff\xff\xff\xffM\x01\x02u}b."),
    ("protocol-4", PROTOCOL_4),
    ("embedded", EMBEDDED),
    ("joblib", b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\0\0\0shapeK\x02\x85X\x05\0\0\0dtypecnumpy\ndtype\nX\x02\0\0\0f8\x85RX\x05\0\0\0orderX\x01\0\0\0Cub0123456789abcdef."),
];
const TENSORS: &str = r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#;
const HOLE: &str = r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}"#;
const TOKENIZER: &str = r#"{"chat_template":[{"name":"default","template":"{% for m in messages %}{{ ''.__class__ }}{% endfor %}"}],"bos_token":"<s>"}"#;
