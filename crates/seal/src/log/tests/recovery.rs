//! What a crash leaves behind: recovered to the last commit, told, and never more than what nobody was promised.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use super::{append, grouped, options, records, written};
use crate::log::{Layout, LogError, OpenError, Options, Reader, Writer, verify};

#[test]
fn a_torn_tail_is_cut_wherever_it_was_torn() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let options = Options { segment_bytes: u64::MAX, ..grouped() };
    let key = written(folder.path(), &[&["one"], &["two"]]);
    let segment = layout.segments().unwrap().pop().unwrap().path;
    let (whole, checkpoint) = (fs::read(&segment).unwrap(), fs::read(layout.checkpoint()).unwrap());
    append(&Writer::open(folder.path(), &options).unwrap(), &[&["four", "five"]]);
    let grown = fs::read(&segment).unwrap();
    // Killed after the write and before the checkpoint: what was written whole stays, what was not is cut off.
    for len in whole.len()..=grown.len() {
        fs::write(&segment, &grown[..len]).unwrap();
        fs::write(layout.checkpoint(), &checkpoint).unwrap();
        let verified = verify(&layout, &key, None).unwrap();
        assert_eq!(
            verified.unfinished.map_or(0, |tail| tail.bytes),
            if len == grown.len() { 0 } else { (len - whole.len()) as u64 }
        );
        let writer = Writer::open(folder.path(), &options).unwrap();
        let cut = writer.recovery().cut.clone();
        let is_torn = len != whole.len() && len != grown.len();
        assert_eq!(cut.map(|cut| cut.bytes), is_torn.then_some((len - whole.len()) as u64), "{len}");
        append(&writer, &[&["after"]]);
        drop(writer);
        let expected: &[&str] =
            if len == grown.len() { &["one", "two", "four", "five", "after"] } else { &["one", "two", "after"] };
        assert_eq!(records(folder.path(), &key, 0), expected, "{len}");
        assert_eq!(verify(&layout, &key, None).unwrap().unfinished, None);
    }
}

#[test]
fn a_tail_that_a_checkpoint_covers_is_not_cut_but_refused() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &[&["one"], &["two", "three"]]);
    let segment = Layout::new(folder.path()).segments().unwrap().pop().unwrap().path;
    let whole = fs::read(&segment).unwrap();
    for len in 0..whole.len() {
        fs::write(&segment, &whole[..len]).unwrap();
        assert!(matches!(Writer::open(folder.path(), &options()), Err(OpenError::Log(_))), "{len}");
        assert_eq!(fs::read(&segment).unwrap().len(), len, "nothing is changed");
    }
}

#[test]
fn a_log_without_its_key_or_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    written(folder.path(), &[&["one"]]);
    fs::rename(layout.key(), folder.path().join("away")).unwrap();
    assert!(matches!(Writer::open(folder.path(), &options()), Err(OpenError::NoKey { .. })));
    assert!(!layout.key().exists(), "no new key is made");
    fs::rename(folder.path().join("away"), layout.key()).unwrap();
    fs::remove_file(layout.checkpoint()).unwrap();
    assert!(matches!(Writer::open(folder.path(), &options()), Err(OpenError::Log(_))));
}

#[test]
fn killed_while_it_was_begun_it_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let key = written(folder.path(), &[]);
    fs::remove_file(layout.checkpoint()).unwrap();
    assert_eq!(written(folder.path(), &[&["one"]]), key);
    assert!(verify(&layout, &key, None).is_ok());
}

#[test]
fn there_is_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let first = Writer::open(folder.path(), &options()).unwrap();
    assert!(matches!(Writer::open(folder.path(), &options()), Err(OpenError::Locked { .. })));
    drop(first);
    assert!(Writer::open(folder.path(), &options()).is_ok());
}

#[cfg(unix)]
#[test]
fn folders_are_private_and_one_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    written(&log, &[&["one"]]);
    for path in [&log, &log.join("segments")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    fs::set_permissions(&log, fs::Permissions::from_mode(0o770)).unwrap();
    assert!(matches!(Writer::open(&log, &options()), Err(OpenError::Exposed { mode: 0o770, .. })));
}

/// Not a test of its own: what the next test starts and kills.
#[test]
#[ignore = "started by the test below"]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os("PALISADE_TEST_LOG") else { return };
    let writer = Writer::open(folder, &Options { segment_bytes: 20_000, ..options() }).unwrap();
    for number in 0_u64.. {
        let ticket = writer.append(format!("record {number} of this run").as_bytes()).unwrap();
        println!("taken {}", ticket.wait().unwrap().record);
    }
}

#[test]
fn killed_at_any_moment_it_holds_what_it_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let mut confirmed = 0;
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "log::tests::recovery::writes_until_it_is_killed", "--ignored", "--nocapture"])
            .env("PALISADE_TEST_LOG", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line.rsplit("taken ").next().and_then(|number| number.parse::<u64>().ok()) {
                confirmed = number + 1;
                seen += 1;
                if seen == round * 13 {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        assert!(seen >= round * 13, "the child has written");
        let layout = Layout::new(folder.path());
        let key = crate::PublicKey::load(&layout.public_key()).unwrap();
        let before = verify(&layout, &key, None).unwrap();
        let size = before.checkpoint.size;
        assert!(size >= confirmed && size <= confirmed + 1, "{size} of {confirmed}");
        drop(Writer::open(folder.path(), &options()).unwrap());
        assert_eq!(verify(&layout, &key, Some(&before.checkpoint)).unwrap().unfinished, None);
    }
}

#[test]
fn an_older_checkpoint_makes_no_tail_of_what_was_signed() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let options = Options { segment_bytes: u64::MAX, ..grouped() };
    let key = written(folder.path(), &[&["one"], &["two"]]);
    let segment = layout.segments().unwrap().pop().unwrap().path;
    let (len, checkpoint) = (fs::read(&segment).unwrap().len(), fs::read(layout.checkpoint()).unwrap());
    append(&Writer::open(folder.path(), &options).unwrap(), &[&["three"], &["four"]]);
    let mut grown = fs::read(&segment).unwrap();
    // A bit of the third record, and the checkpoint from before it.
    grown[len + 6] ^= 1;
    fs::write(&segment, &grown).unwrap();
    fs::write(layout.checkpoint(), &checkpoint).unwrap();
    assert!(matches!(verify(&layout, &key, None), Err(LogError::Tampered(_))));
    assert!(Writer::open(folder.path(), &options).is_err());
    assert_eq!(fs::read(&segment).unwrap(), grown, "nothing was cut");
}

#[test]
fn a_reader_says_that_records_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let options = Options { segment_bytes: 1, ..grouped() };
    let writer = Writer::open(folder.path(), &options).unwrap();
    append(&writer, &[&["one"], &["two"], &["three"]]);
    let key = writer.public_key().clone();
    drop(writer);
    let segments = layout.segments().unwrap();
    assert!(segments.len() > 2, "{segments:?}");
    let all = |from| {
        let mut reader = Reader::open(&layout, &key, from)?;
        while reader.next_record()?.is_some() {}
        Ok::<_, LogError>(())
    };
    assert!(all(0).is_ok());
    for gone in [&segments[0], segments.last().unwrap()] {
        let bytes = fs::read(&gone.path).unwrap();
        fs::remove_file(&gone.path).unwrap();
        assert!(matches!(all(0), Err(LogError::Tampered(_))), "{gone:?}");
        fs::write(&gone.path, bytes).unwrap();
    }
}
