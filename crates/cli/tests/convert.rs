//! `palisade scan --convert` and `--list`: what is written, what is refused, and that nothing is lost on the way.

use std::{fs, io::Write, process::Command};

use palisade_testkit::Harness;

fn harness() -> Harness {
    Harness::new(env!("CARGO_BIN_EXE_palisade"))
}

fn text(text: &str) -> Vec<u8> {
    [b"\x8d", (text.len() as u64).to_le_bytes().as_slice(), text.as_bytes()].concat()
}

/// A pickle with one array of NumPy in it, as protocol 5 writes it, and something else.
fn pickle(name: &str, beside: &[u8]) -> Vec<u8> {
    let array = [
        &b"cnumpy._core.numeric\n_frombuffer\n(C\x08\x01\x00\x02\x00\x03\x00\x04\x00cnumpy\ndtype\n"[..],
        &text("i2"),
        b"\x89\x88\x87R(K\x03",
        &text("<"),
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbK\x02K\x02\x86",
        &text("C"),
        b"tR",
    ];
    [&b"\x80\x05}("[..], &text(name), &array.concat(), beside, b"u."].concat()
}

#[test]
fn tensors_are_written_and_listed() {
    let harness = harness();
    harness.file("m.pkl", pickle("layer.w", b""));
    let run = harness.run(&["scan", "m.pkl", "--convert", "m.safetensors"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.transcript());
    assert_eq!(run.stderr, "wrote 1 tensor, 8 bytes, to m.safetensors\n");
    let written = fs::read(harness.path().join("m.safetensors")).unwrap();
    let len = usize::try_from(u64::from_le_bytes(written[..8].try_into().unwrap())).unwrap();
    assert_eq!((len % 8, &written[8 + len..]), (0, &[1, 0, 2, 0, 3, 0, 4, 0][..]));
    let header: serde_json::Value = serde_json::from_slice(&written[8..8 + len]).unwrap();
    assert_eq!(header["layer.w"], serde_json::json!({"dtype": "I16", "shape": [2, 2], "data_offsets": [0, 8]}));
    let run = harness.run(&["scan", "--fail-on", "high", "m.safetensors"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let run = harness.run(&["scan", "--full", "--format", "json", "m.safetensors"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["digests"][0]["path"], "m.safetensors", "{}", run.transcript());
    let run = harness.run(&["scan", "--list", "."]);
    insta::assert_snapshot!(run.transcript(), @"
    exit: 0
    --- stdout
    m.pkl: a pickle, 1 tensor, 8 bytes
    name     dtype  shape   bytes  offset
    layer.w  I16    [2, 2]      8      56

    m.safetensors: safetensors, 1 tensor, 8 bytes
    name     dtype  shape   bytes  offset
    layer.w  I16    [2, 2]      8     104
    --- stderr
    ");
    let run = harness.run(&["scan", "--list", "--full", "--format", "json", "m.pkl", "m.safetensors"]);
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let digests = [&list["files"][0]["tensors"][0]["sha256"], &list["files"][1]["tensors"][0]["sha256"]];
    assert!(digests[0].is_string() && digests[0] == digests[1], "{}", run.transcript());
    assert_ne!(list["files"][0]["sha256"], list["files"][1]["sha256"]);
}

#[test]
fn everything_else_is_refused_and_nothing_is_written() {
    let harness = harness();
    let call = [text("x"), b"cos\nsystem\nX\x04\x00\x00\x00true\x85R".to_vec()].concat();
    let number = [text("epoch"), b"K\x07".to_vec()].concat();
    for (beside, expected) in
        [(call, "byte 164: `os.system` is not a tensor"), (number, "byte 147: `epoch` is a number")]
    {
        harness.file("m.pkl", pickle("w", &beside));
        let run = harness.run(&["scan", "m.pkl", "--convert", "o.safetensors"]);
        assert_eq!((run.code, run.stderr.contains(expected)), (3, true), "{}", run.transcript());
    }
    harness.file("cut.pkl", &pickle("w", b"")[..100]);
    assert_eq!(harness.run(&["scan", "cut.pkl", "--convert", "o.safetensors"]).code, 3);
    assert_eq!(harness.run(&["scan", "none.pkl", "--convert", "o.safetensors"]).code, 2);
    let left: Vec<_> = fs::read_dir(harness.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn files_are_replaced_only_by_force() {
    let harness = harness();
    harness.file("m.pkl", pickle("w", b"")).file("o.safetensors", "mine");
    let run = harness.run(&["scan", "m.pkl", "--convert", "o.safetensors"]);
    assert_eq!((run.code, run.stderr.contains("`--force` replaces it")), (2, true), "{}", run.transcript());
    assert_eq!(fs::read(harness.path().join("o.safetensors")).unwrap(), b"mine");
    assert_eq!(harness.run(&["scan", "m.pkl", "--convert", "o.safetensors", "--force"]).code, 0);
    assert_ne!(fs::read(harness.path().join("o.safetensors")).unwrap(), b"mine");
    assert_eq!(harness.run(&["scan", "m.pkl", "m.pkl", "--convert", "x"]).code, 2);
    assert_eq!(harness.run(&["scan", "--list", "--format", "html", "m.pkl"]).code, 2);
}

#[test]
fn other_kinds_of_file_are_told_what_they_are() {
    let harness = harness();
    harness
        .file("m.pkl", pickle("w", b""))
        .file("note.txt", "hello\n")
        .file("empty.pt", "")
        .file("w.gguf", b"GGUF\x03\0\0\0");
    assert_eq!(harness.run(&["scan", "m.pkl", "--convert", "m.safetensors"]).code, 0);
    let mut said = String::new();
    for given in ["m.safetensors", "note.txt", "empty.pt", "w.gguf", ".", "none.pt"] {
        let run = harness.run(&["scan", given, "--convert", "o.safetensors"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.transcript());
        said += &run.stderr;
    }
    insta::assert_snapshot!(said, @"
    error: `m.safetensors` is safetensors already: only PyTorch files and pickles can be converted
    hint: use it as it is; `palisade scan --list m.safetensors` shows its tensors
    error: `note.txt` is text: only PyTorch files and pickles can be converted
    hint: `palisade scan note.txt` judges it as it is
    error: `empty.pt` is an empty file: only PyTorch files and pickles can be converted
    hint: get the file again
    error: `w.gguf` is GGUF: only PyTorch files and pickles can be converted
    hint: loading it runs no pickle, so there is less to gain; `palisade scan w.gguf` judges it, `--list` shows its tensors
    error: `.` is a folder, and `--convert` takes one file
    hint: `palisade scan --list .` shows which files in it hold tensors
    error: `none.pt` does not exist
    ");
}

#[cfg(unix)]
#[test]
fn the_source_is_never_written_over() {
    use std::os::unix::fs::symlink;
    let harness = harness();
    let source = pickle("w", b"");
    harness.file("m.pkl", &source).file("in/x", "");
    symlink("m.pkl", harness.path().join("link")).unwrap();
    symlink(".", harness.path().join("here")).unwrap();
    fs::hard_link(harness.path().join("m.pkl"), harness.path().join("hard")).unwrap();
    for out in ["m.pkl", "./in/../m.pkl", "link", "hard", "here/m.pkl"] {
        let run = harness.run(&["scan", "m.pkl", "--convert", out, "--force"]);
        assert_eq!((run.code, run.stderr.contains("never written over")), (2, true), "{out}: {}", run.transcript());
        let run = harness.run(&["scan", "m.pkl", "--output", out]);
        assert_eq!((run.code, run.stderr.contains("never written over")), (2, true), "{out}: {}", run.transcript());
    }
    assert_eq!(fs::read(harness.path().join("m.pkl")).unwrap(), source);
    assert_eq!(harness.run(&["scan", "link", "--convert", "m.safetensors"]).code, 0);
}

#[test]
fn a_list_of_nothing_says_why() {
    let harness = harness();
    harness.file("note.txt", "hello\n").file("docs/a.md", "hello\n").file("empty.pkl", "");
    let mut said = String::new();
    for (given, code) in [("note.txt", 4), ("docs", 4), ("empty.pkl", 4), ("none", 2)] {
        let run = harness.run(&["scan", "--list", given]);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{}", run.transcript());
        said += &run.stderr;
    }
    insta::assert_snapshot!(said, @"
    `note.txt` is text, and holds no tensors that can be listed
    hint: safetensors, GGUF, ONNX, NumPy and PyTorch files and pickles can be listed
    hint: `palisade scan note.txt` judges it
    `docs` holds no file with tensors that can be listed
    hint: safetensors, GGUF, ONNX, NumPy and PyTorch files and pickles can be listed
    hint: `palisade scan docs` judges it
    `empty.pkl` is an empty file, and holds no tensors that can be listed
    hint: safetensors, GGUF, ONNX, NumPy and PyTorch files and pickles can be listed
    hint: `palisade scan empty.pkl` judges it
    error: `none` does not exist
    ");
}

#[test]
fn a_list_says_which_models_it_passes_over() {
    let harness = harness();
    harness.file("m.pkl", pickle("w", b"")).file("hid/n.pkl", pickle("w", b"")).file(".gitignore", "hid/\n");
    let run = harness.run(&["scan", "--list", "."]);
    insta::assert_snapshot!(run.stderr, @"
    warning: not looked at: 1 file by `.gitignore`, 1 of them called like a model, such as `hid/n.pkl`
    hint: `--no-ignore` reads them
    ");
    let run = harness.run(&["scan", "--list", "--no-ignore", "."]);
    assert!(run.stdout.contains("hid/n.pkl") && run.stderr.is_empty(), "{}", run.transcript());
}

/// Against PyTorch and its own reader of safetensors: `PALISADE_TEST_TORCH=/path/to/python cargo test -p palisade-cli`.
#[test]
fn pytorch_reads_what_was_converted() {
    let Some(python) = std::env::var_os("PALISADE_TEST_TORCH") else { return };
    let harness = harness();
    let script = |name: &str| {
        let mut child = Command::new(&python)
            .args(["-", name])
            .current_dir(harness.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(include_bytes!("convert.py")).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}");
        String::from_utf8(output.stdout).unwrap()
    };
    let made = script("make");
    assert!(made.lines().count() > 5);
    for file in made.lines() {
        let out = format!("{file}.safetensors");
        let run = harness.run(&["scan", file, "--convert", &out]);
        assert_eq!(run.code, 0, "{file}: {}", run.transcript());
    }
    script("compare");
}
