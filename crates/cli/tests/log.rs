//! `palisade log` at the level of the program: whole and tampered logs, records, proofs, bad input.

#![cfg(test)]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime},
};

use palisade_seal::log::{Layout, Options, Writer};
use palisade_testkit::Harness;
use serde_json::Value;

fn options() -> Options {
    let clock = Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    Options { clock, latency: Duration::ZERO, segment_bytes: 2000, ..Options::new("example.com/gateway") }
}

/// A log in the folder `log` with a record of JSON, one of text, one of neither, and nine more.
fn harness() -> Harness {
    let harness = Harness::new(env!("CARGO_BIN_EXE_palisade"));
    let writer = Writer::open(harness.path().join("log"), &options()).unwrap();
    let mut records =
        vec![br#"{"outcome": "allowed", "n": 0}"#.to_vec(), b"text \x1b[31m red".to_vec(), vec![0xff, 0xfe]];
    records.extend((3..12).map(|n| format!(r#"{{"outcome": "blocked", "n": {n}}}"#).into_bytes()));
    for record in records {
        writer.append(&record).unwrap().wait().unwrap();
    }
    drop(writer);
    harness
}

/// Changes one byte of the record that holds this text.
fn tamper(harness: &Harness, text: &str, to: u8) {
    for entry in fs::read_dir(harness.path().join("log/segments")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let place = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        if let Some(place) = place {
            bytes[place + text.len() - 1] = to;
            fs::write(path, bytes).unwrap();
            return;
        }
    }
    panic!("`{text}` is in no segment");
}

#[test]
fn a_whole_log_is_said_to_be_whole() {
    let harness = harness();
    let run = harness.run(&["log", "verify", "log"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(
        run.stdout.starts_with("whole: 12 records (") && run.stdout.contains("2023-11-14T22:13:20.000Z"),
        "{}",
        run.transcript()
    );
    assert!(run.stderr.contains("the key was read from beside the log"), "{}", run.transcript());
    let run =
        harness.run(&["log", "verify", "log", "--format", "json", "--key", "log/key.pub", "--since", "log/checkpoint"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&document["verdict"], &document["records"]), (&"whole".into(), &12.into()), "{}", run.transcript());
    assert_eq!(run.stderr, "");
}

#[test]
fn a_changed_record_is_named() {
    let harness = harness();
    tamper(&harness, r#"blocked", "n": 7"#, b'8');
    let run = harness.run(&["log", "verify", "log"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(
        run.stdout.starts_with("tampered: this record does not follow") && run.stdout.contains("record 7, byte "),
        "{}",
        run.transcript()
    );
    let run = harness.run(&["log", "verify", "--format", "json", "log"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&document["verdict"], &document["record"]), (&"tampered".into(), &7.into()), "{}", run.transcript());
    let run = harness.run(&["log", "show", "log"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 8), "what stands before it is shown: {}", run.transcript());
    assert_eq!(harness.run(&["log", "prove", "log", "3"]).code, 1);
}

#[test]
fn an_older_state_is_found_by_a_checkpoint_that_was_kept() {
    let harness = harness();
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(harness.path().join(to).join("segments")).unwrap();
        for part in ["checkpoint", "key.pub", "key"] {
            fs::copy(harness.path().join(from).join(part), harness.path().join(to).join(part)).unwrap();
        }
        for entry in fs::read_dir(harness.path().join(from).join("segments")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, harness.path().join(to).join("segments").join(path.file_name().unwrap())).unwrap();
        }
    };
    copy("log", "older");
    let writer = Writer::open(harness.path().join("log"), &options()).unwrap();
    writer.append(b"one more").unwrap().wait().unwrap();
    drop(writer);
    assert_eq!(harness.run(&["log", "verify", "older"]).code, 0, "whole in itself");
    let run = harness.run(&["log", "verify", "older", "--since", "log/checkpoint"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.contains("records are missing: the checkpoint has 13 and 12 are left"), "{}", run.transcript());
    assert_eq!(harness.run(&["log", "verify", "log", "--since", "older/checkpoint"]).code, 0);
    let run = harness.run(&["log", "prove", "log", "--since", "older/checkpoint", "--out", "growth"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let run =
        harness.run(&["log", "prove", "--check", "growth", "--key", "log/key.pub", "--since", "older/checkpoint"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(run.stdout.contains("of 13 records begins with the 12 of"), "{}", run.transcript());
    let run = harness.run(&["log", "prove", "--check", "growth", "--key", "log/key.pub", "--since", "log/checkpoint"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
}

#[test]
fn a_proof_is_checked_without_the_log() {
    let harness = harness();
    let run = harness.run(&["log", "prove", "log", "5", "--out", "record.proof"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.transcript());
    fs::rename(harness.path().join("log/key.pub"), harness.path().join("key.pub")).unwrap();
    fs::remove_dir_all(harness.path().join("log")).unwrap();
    let run = harness.run(&["log", "prove", "--check", "record.proof", "--key", "key.pub"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert_eq!(
        run.stdout,
        "proven: record 5 of the 12 in the log example.com/gateway\n{\"outcome\": \"blocked\", \"n\": 5}\n"
    );
    let proof = fs::read_to_string(harness.path().join("record.proof")).unwrap();
    harness.file("wrong.proof", proof.replace("index 5", "index 4"));
    let run = harness.run(&["log", "prove", "--check", "wrong.proof", "--key", "key.pub"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.starts_with("not proven: "), "{}", run.transcript());
}

#[test]
fn records_are_shown_as_they_are_and_do_nothing_to_the_terminal() {
    let harness = harness();
    let run = harness.run(&["log", "show", "log", "--to", "2"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], r#"0  2023-11-14T22:13:20.000Z  {"outcome": "allowed", "n": 0}"#);
    assert_eq!(lines[1], "1  2023-11-14T22:13:20.000Z  text \\x1b[31m red");
    let run = harness.run(&["log", "show", "log", "--format", "json", "--from", "1", "--to", "3"]);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["text"], &lines[1]["bytes"]), (&"text \u{1b}[31m red".into(), &"//4=".into()));
    assert_eq!((&lines[2]["record"], &lines[2]["data"]["n"]), (&3.into(), &3.into()));
    assert_eq!(lines[2]["leaf"].as_str().unwrap().len(), 44);
}

#[test]
fn new_records_are_followed() {
    let harness = harness();
    let mut command = harness.command(&["log", "show", "log", "--follow", "--from", "11", "--to", "13"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("11  "));
    let writer = Writer::open(harness.path().join("log"), &options()).unwrap();
    for record in ["twelve", "thirteen"] {
        writer.append(record.as_bytes()).unwrap().wait().unwrap();
        assert!(lines.next().unwrap().unwrap().ends_with(record));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "it ends after --to");
}

#[test]
fn a_torn_tail_is_told_and_is_an_error_where_it_is_asked_for() {
    let harness = harness();
    let segments = Layout::new(harness.path().join("log")).folder().join("segments");
    let last = fs::read_dir(segments).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let bytes = fs::read(&last).unwrap();
    fs::write(&last, [bytes.as_slice(), b"R\x05\0\0\0fi"].concat()).unwrap();
    let run = harness.run(&["log", "verify", "log"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(run.stderr.contains("warning: 7 bytes after the last commit are not signed"), "{}", run.transcript());
    assert_eq!(harness.run(&["log", "verify", "--strict", "log"]).code, 1);
    assert_eq!(harness.run(&["log", "show", "log"]).stdout.lines().count(), 12);
}

#[test]
fn bad_input_is_told_from_tampering() {
    let harness = harness();
    harness.file("empty/nothing.txt", "").file("no.key", "PRIVATE+KEY+x").file("no.proof", "hello");
    for (arguments, code, words) in [
        (&["log", "verify", "absent"] as &[&str], 2, "there is no folder `absent`"),
        (&["log", "verify", "empty"], 4, "there is no log in `empty`"),
        (&["log", "show", "empty"], 4, "there is no log in `empty`"),
        (&["log", "verify", "log", "--key", "absent"], 2, "cannot use the key `absent`: no such file or folder"),
        (&["log", "verify", "log", "--key", "no.key"], 2, "it is a private key where a public one belongs"),
        (&["log", "verify", "log", "--since", "no.proof"], 2, "`no.proof` is no checkpoint of this log"),
        (&["log", "prove", "log", "12"], 2, "the log has no record 12: it has 12, counted from 0"),
        (&["log", "show", "log", "--from", "99"], 2, "the log has no record 99"),
        (&["log", "show", "log", "--from", "5", "--to", "4"], 2, "`--from 5` lies after `--to 4`"),
        (&["log", "prove", "log"], 2, "RECORD"),
        (&["log", "prove", "log", "x"], 2, "`x`"),
        (&["log", "prove", "--check", "no.proof"], 2, "`--key"),
        (&["log"], 2, "Usage: palisade log"),
    ] {
        let run = harness.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.transcript());
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.transcript());
    }
    let run = harness.run(&["log", "prove", "--check", "no.proof", "--key", "log/key.pub"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    fs::remove_file(harness.path().join("log/checkpoint")).unwrap();
    let run = harness.run(&["log", "verify", "log"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    fs::remove_file(harness.path().join("log/key.pub")).unwrap();
    assert_eq!(harness.run(&["log", "verify", "log"]).code, 2, "a log whose key is gone is not nothing");
}
