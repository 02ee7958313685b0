//! What a scan does not look at, and who decided that: nothing disappears without a word.

#![cfg(test)]

use palisade_testkit::Harness;

/// A pickle that would call something harmless.
const CALL: &[u8] = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.";

fn harness() -> Harness {
    let harness = Harness::new(env!("CARGO_BIN_EXE_palisade"));
    harness.file(".git/HEAD", "");
    harness
}

/// Without what takes another time in each run.
fn steady(text: &str) -> String {
    text.lines().map(|line| line.split(" in 0.").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_ignore_file_that_hides_a_model_is_said_aloud() {
    let harness = harness();
    harness.file(".gitignore", "weights/\n*.log\n").file("a.py", "x = 1\n").file("run.log", "x\n");
    harness.file("weights/evil.pkl", CALL).file("weights/notes.txt", "x\n");
    let run = harness.run(&["scan", "."]);
    insta::assert_snapshot!(steady(&run.transcript()), @"
    exit: 0
    --- stdout
    .gitignore: CLEAN, nothing that speaks against using it was found
      what it is    text, 15 B

    a.py: CLEAN, nothing that speaks against using it was found
      what it is    Python code, 6 B

    no findings
    left out: 3 files by `.gitignore`, 1 of them called like a model (`--no-ignore` reads them)
    2 files, 2 judged, 21 B
    --- stderr
    warning: not looked at: 3 files by `.gitignore`, 1 of them called like a model, such as `weights/evil.pkl`
    hint: `--no-ignore` reads them
    ");
    let run = harness.run(&["scan", "--no-ignore", "."]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.transcript());
    assert!(!run.stdout.contains("left out"), "{}", run.transcript());
}

#[test]
fn every_sort_of_exclusion_is_counted_in_every_format() {
    let harness = harness();
    harness.file(".ignore", "a.txt\n").file(".git/info/exclude", "b.txt\n").file(".git/evil.pkl", CALL);
    harness.file("a.txt", "x\n").file("b.txt", "x\n").file("c.txt", "x\n").file("d.txt", "x\n").file("e.py", "x = 1\n");
    harness.file("palisade.toml", "[system]\nname = \"x\"\n\n[assess]\nexclude = [\"c.txt\"]\n");
    let with = |format: &str| harness.run(&["scan", ".", "--exclude", "d.txt", "--format", format]);
    let report: serde_json::Value = serde_json::from_str(&with("json").stdout).unwrap();
    insta::assert_snapshot!(format!("{:#}", report["left_out"]), @r#"
    [
      {
        "by": "ignore-file",
        "examples": [],
        "files": 1,
        "models": 0,
        "more": false,
        "path": ".git/info/exclude"
      },
      {
        "by": "ignore-file",
        "examples": [],
        "files": 1,
        "models": 0,
        "more": false,
        "path": ".ignore"
      },
      {
        "by": "manifest",
        "examples": [],
        "files": 1,
        "models": 0,
        "more": false,
        "path": null
      },
      {
        "by": "argument",
        "examples": [],
        "files": 1,
        "models": 0,
        "more": false,
        "path": null
      },
      {
        "by": "git",
        "examples": [
          ".git/evil.pkl"
        ],
        "files": 3,
        "models": 1,
        "more": false,
        "path": null
      }
    ]
    "#);
    let sarif: serde_json::Value = serde_json::from_str(&with("sarif").stdout).unwrap();
    assert_eq!(sarif["runs"][0]["properties"]["leftOut"].as_array().unwrap().len(), 5);
    for (format, wanted) in [
        ("plain", "left out: 1 file by `.ignore`"),
        ("markdown", "1 file by `.ignore`"),
        ("html", "1 file by <code>.ignore</code>"),
        ("github", "::warning title=left out::"),
    ] {
        let run = with(format);
        assert!(run.stdout.contains(wanted), "{format}: {}", run.transcript());
        assert!(
            run.stderr.contains("not looked at: 3 files in `.git`, 1 of them called like a model"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_manifest_that_came_with_a_download_does_not_silence_unheard() {
    let harness = harness();
    harness.file("download/evil.pkl", CALL).file("download/more.pkl", CALL);
    harness.file(
        "download/palisade.toml",
        "[system]\nname = \"x\"\n\n[assess]\nexclude = [\"more.pkl\"]\n\n\
         [[ignore]]\nrule = \"pickle-call\"\ntarget = \"*.pkl\"\nreason = \"trust us\"\nexpires = \"2999-01-01\"\n",
    );
    let run = harness.run(&["scan", "download"]);
    insta::assert_snapshot!(run.stderr, @"
    warning: `download/palisade.toml` silences 1 finding, the worst critical
    hint: `--no-manifest` shows them
    warning: not looked at: 1 file by `exclude` in `palisade.toml`, 1 of them called like a model, such as `download/more.pkl`
    hint: `--no-manifest` reads them
    ");
    let run = harness.run(&["scan", "download", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    insta::assert_snapshot!(format!("{}", report["accepted"]), @r#"{"baseline":0,"ignored":1,"manifest":"download/palisade.toml","worst_ignored":"critical"}"#);
    let run = harness.run(&["scan", "download", "--no-manifest"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.transcript());
}

#[test]
fn a_few_files_get_a_verdict_each() {
    let harness = harness();
    harness.file("evil.pkl", CALL).file("empty.pt", "").file("ok.py", "x = 1\n");
    let run = harness.run(&["scan", "evil.pkl", "empty.pt", "ok.py", "none.pt"]);
    insta::assert_snapshot!(steady(&run.transcript()), @r#"
    exit: 1
    --- stdout
    critical[pickle-call]: loading it calls `os.system("true")`
    --> evil.pkl at byte 23 (0x17)
     |
     | 0000000f  00 00 00 74 72 75 65 85 52 2e                    |...true.R.|
     |                                   ^^ REDUCE here
     |
     = help: do not load this file; ask for the weights as safetensors or ONNX

    low[unsafe-weights-format]: these weights can run code when loaded: a pickle calls the functions that it names
    --> evil.pkl at byte 0 (0x0)
     |
     | 00000000  80 02 63 6f 73 0a 73 79 73 74 65 6d 0a 58 04 00  |..cos.system.X..|
     |           ^^^^^^^^^^^ this is a pickle
     | 00000010  00 00 74 72 75 65 85 52 2e                       |..true.R.|
     |
     = help: save them as safetensors or ONNX

    low[unsigned-weights]: no signature covers these weights
    --> evil.pkl
     = note: looked for and not found: model.sig, evil.pkl.sig, *.sigstore.json, claims.jsonl

    evil.pkl: BLOCK, do not use it
      what it is    a pickle, 25 B
      why           loading it calls `os.system("true")` (critical); 2 more findings
      what to do    do not load this file; ask for the weights as safetensors or ONNX

    empty.pt: NOT JUDGED, unknown is not safe
      what it is    an empty file, 0 B
      why           it is empty: there is no model in it
      what to do    an empty file holds no model: get it again

    none.pt: NOT JUDGED, unknown is not safe
      what it is    unknown
      why           does not exist
      what to do    see that it can be read, and scan it again

    ok.py: CLEAN, nothing that speaks against using it was found
      what it is    Python code, 6 B

    1 critical, 2 low; 2 not judged
    3 files, 3 judged, 31 B
    `palisade explain pickle-call` tells what a rule means and what to do
    --- stderr
    warning: `none.pt` does not exist
    "#);
    let run = harness.run(&["scan", "evil.pkl", "--format", "markdown"]);
    insta::assert_snapshot!(run.stdout, @r#"
    ## Palisade: `evil.pkl` – do not use it

    | File | What it is | Verdict | Why | What to do |
    |---|---|---|---|---|
    | `evil.pkl` | a pickle | **block**: do not use it | loading it calls `os.system("true")` (critical)<br>2 more findings | do not load this file; ask for the weights as safetensors or ONNX |

    ### Findings: 1 critical, 2 low

    | Severity | Where | What | Rule |
    |---|---|---|---|
    | **critical** | `evil.pkl@23` | loading it calls `os.system("true")`<br>→ do not load this file; ask for the weights as safetensors or ONNX | `pickle-call` |
    | low | `evil.pkl@0` | these weights can run code when loaded: a pickle calls the functions that it names<br>→ save them as safetensors or ONNX | `unsafe-weights-format` |
    | low | `evil.pkl` | no signature covers these weights | `unsigned-weights` |

    <sub>palisade 0.1.0</sub>
    "#);
    let run = harness.run(&["scan", "evil.pkl", "ok.py", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    insta::assert_snapshot!(format!("{:#}", report["files"]), @r#"
    [
      {
        "advice": "do not load this file; ask for the weights as safetensors or ONNX",
        "path": "evil.pkl",
        "verdict": "block",
        "what": "a pickle",
        "why": [
          "loading it calls `os.system(\"true\")` (critical)",
          "2 more findings"
        ]
      },
      {
        "advice": "nothing",
        "path": "ok.py",
        "verdict": "clean",
        "what": "Python code",
        "why": []
      }
    ]
    "#);
}
