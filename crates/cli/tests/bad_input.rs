//! Bad input at the level of the program: the right words, the right exit code, the rest of the work done.

use std::{fs, process::Stdio};

use palisade_testkit::Harness;

fn harness() -> Harness {
    Harness::new(env!("CARGO_BIN_EXE_palisade"))
}

const PROJECT: &str = "[system]\nname = \"x\"\nautonomy = \"inform\"\n";

#[test]
fn nothing_to_look_at() {
    let run = harness().run(&["scan", "."]);
    assert_eq!(run.code, 4, "{}", run.transcript());
}

#[test]
fn a_missing_path_is_named_and_the_rest_is_scanned() {
    let harness = harness();
    harness.file("a.py", "import yaml\nyaml.unsafe_load(open('x').read())\n");
    let run = harness.run(&["scan", "nowhere", "a.py"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stderr.contains("`nowhere`"), "{}", run.transcript());
    assert!(run.stdout.contains("unsafe-deserialisation"), "{}", run.transcript());
    let nothing = harness.run(&["scan", "nowhere"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""), "{}", nothing.transcript());
    let input = harness.run(&["scan", "-"]);
    assert_eq!(input.code, 2);
    assert!(input.stderr.contains("standard input is not read"), "{}", input.transcript());
}

#[test]
fn a_manifest_that_names_missing_paths_is_assessed_all_the_same() {
    let harness = harness();
    harness.file("palisade.toml", format!("{PROJECT}[[model]]\nname = \"m\"\npath = \"models/m.onnx\"\n"));
    harness.file("app.py", "print('hello')\n");
    let run = harness.run(&["assess", "--format", "json"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("`models/m.onnx` does not exist"), "{}", run.transcript());
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["unscanned"][0]["path"], "models/m.onnx");
}

#[test]
fn no_manifest_is_a_usage_error_with_a_way_out() {
    let harness = harness();
    harness.file(".git/HEAD", "");
    let run = harness.run(&["assess"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("palisade init"), "{}", run.transcript());
}

#[test]
fn wrong_manifests_do_not_panic() {
    for text in [
        "",
        "[",
        "system = 3",
        "[system]\nname = 3",
        "\u{feff}[system]\nname = \"x\"",
        "[[model]]",
        "[system]\r\nname = \"x\"\r\nautonomy = \"y\"\r\n",
    ] {
        let harness = harness();
        harness.file("palisade.toml", text);
        let run = harness.run(&["assess"]);
        assert!([0, 2, 4].contains(&run.code), "{text:?}: {}", run.transcript());
        assert!(!run.stderr.contains("bug in palisade"), "{text:?}: {}", run.transcript());
    }
    let harness = harness();
    harness.file("palisade.toml", [0xff, 0xfe, 0x00]);
    assert!(harness.run(&["assess"]).stderr.contains("not UTF-8"));
}

#[cfg(not(feature = "http"))]
#[test]
fn a_url_needs_a_feature() {
    for arguments in
        [&["scan", "https://example.com/model.bin?x=1"][..], &["scan", "--list", "https://example.com/model.bin"]]
    {
        let run = harness().run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.transcript());
        assert!(run.stderr.contains("`https://example.com/model.bin` is a URL"), "{}", run.transcript());
        assert!(run.stderr.contains("cargo build --release --features http"), "{}", run.transcript());
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let harness = harness();
    for number in 0..200 {
        harness.file(&format!("{number}.py"), "import yaml\nyaml.unsafe_load(open('x').read())\n");
    }
    let mut child = harness.command(&["scan", "."]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_half_report() {
    let harness = harness();
    harness.file("a.py", "import yaml\nyaml.unsafe_load(open('x').read())\n");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = harness.command(&["scan", "a.py"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no space left"), "{output:?}");
    let run = harness.run(&["scan", "a.py", "-o", "/dev/full"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("`/dev/full`"), "{}", run.transcript());
}

#[test]
fn odd_places_for_a_report() {
    let harness = harness();
    harness.file("a.py", "x = 1\n");
    let run = harness.run(&["scan", "a.py", "-f", "json", "-o", "-"]);
    assert!(run.code == 0 && run.stdout.contains("palisade.report/v1"), "{}", run.transcript());
    assert!(!harness.path().join("-").exists());
    let run = harness.run(&["scan", "a.py", "-o", "."]);
    assert!(run.code == 3 && run.stderr.contains("directory"), "{}", run.transcript());
}

#[test]
fn more_threads_than_any_machine_gives_are_refused() {
    let harness = harness();
    harness.file("a.py", "x = 1\n");
    let run = harness.run(&["scan", "a.py", "--threads", "100000"]);
    assert!(run.code == 2 && run.stderr.contains("--threads"), "{}", run.transcript());
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_old_one() {
    let harness = harness();
    harness.file("a.py", "x = 1\n").file("report.json", "old");
    let run = harness.run(&["scan", "a.py", "-f", "json", "-o", "missing/report.json"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("`missing/report.json`"), "{}", run.transcript());
    let run = harness.run(&["scan", "a.py", "-f", "json", "-o", "report.json"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(fs::read_to_string(harness.path().join("report.json")).unwrap().contains("palisade.report/v1"));
    let left: Vec<_> = fs::read_dir(harness.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(unix)]
#[test]
fn hostile_trees_are_walked_to_the_end() {
    use std::os::unix::fs::symlink;
    let harness = harness();
    harness.file("a.py", "import yaml\nyaml.unsafe_load(open('x').read())\n");
    harness.file("empty.pkl", "").file("empty.onnx", "").file("empty.csv", "").file("empty.py", "");
    harness.file("latin1.py", b"# caf\xe9\nx = 1\n").file("nul.py", b"x = 1\0\n");
    harness
        .file("deep.py", "(".repeat(20_000))
        .file("deep.json", "[".repeat(200_000))
        .file("deep.yaml", "- ".repeat(50_000));
    harness.file("torn.pkl", b"\x80\x04\x8c\x05posix\x8c\x06sys").file("torn.zip", b"PK\x03\x04\x14\x00");
    harness.file("a\u{202e}gnp.py", "x = 1\n");
    symlink(".", harness.path().join("loop")).unwrap();
    std::process::Command::new("mkfifo").arg(harness.path().join("pipe")).status().unwrap();
    let run = harness.run(&["scan", "."]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    for wanted in ["unsafe-deserialisation", "loop", "not a regular file"] {
        assert!(run.stdout.contains(wanted), "{wanted}: {}", run.transcript());
    }
    assert!(!run.stderr.contains("bug in palisade"), "{}", run.transcript());
    assert!(!run.stdout.contains('\u{202e}'), "direction overrides reach the terminal");
}

#[test]
fn a_project_without_a_system_scores_nothing() {
    let harness = harness();
    harness.file("palisade.toml", PROJECT).file(".gitignore", "out/\n").file("README.md", "hello\n");
    let run = harness.run(&["assess", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["score"]["total"], 0.0, "{}", run.transcript());
}

#[test]
fn a_manifest_does_not_decide_what_is_read_outside_of_its_folder() {
    let harness = harness();
    harness.file("private/a.py", "import yaml\nyaml.unsafe_load(open('x').read())\n");
    harness.file("vendor/palisade.toml", format!("{PROJECT}[[application]]\nname = \"a\"\npath = \"../private\"\n"));
    let run = harness.run(&["assess", "vendor"]);
    assert_eq!(run.code, 3, "{}", run.transcript());
    assert!(run.stderr.contains("`../private` lies outside of the project"), "{}", run.transcript());
    assert!(!run.stdout.contains("unsafe_load"), "{}", run.transcript());
    assert_eq!(harness.run(&["assess", "vendor", "--follow"]).code, 1);
}
