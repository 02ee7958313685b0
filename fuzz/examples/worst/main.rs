//! Times the scan of files that are made to be slow, each in a process of its own: seconds, memory, what was said.
//!
//! `cargo run --release --example worst` prints a table, slowest first; with a name, only the cases that have it in theirs.
//! `worst --write FOLDER` writes the files instead, and `worst --seeds FOLDER` the binary seeds of the fuzz targets.

mod application;
mod containers;
mod data;
mod infrastructure;
mod model;
mod pieces;
mod seeds;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use palisade_base::Artifact;
use palisade_scan::{Engine, Facts, File};

/// A file that is made to be slow: the case's name, the file's name, and its content.
struct Case {
    name: &'static str,
    file: &'static str,
    content: fn() -> Vec<u8>,
}

const fn case(name: &'static str, file: &'static str, content: fn() -> Vec<u8>) -> Case {
    Case { name, file, content }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let cases = || [application::CASES, data::CASES, infrastructure::CASES, model::CASES].into_iter().flatten();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--one", name] => cases().filter(|case| case.name == *name).for_each(one),
        ["--seeds", folder] => seeds::write(Path::new(folder)).expect("seeds can be written"),
        ["--write", folder] => cases().for_each(|case| write(Path::new(folder), case)),
        names => table(cases().filter(|case| names.is_empty() || names.iter().any(|name| case.name.contains(name)))),
    }
}

/// Scans one file and prints what it took, on a thread with the stack that the scan's own threads have.
fn one(case: &Case) {
    let content = (case.content)();
    // What it took to make the content is not what it takes to scan it: this makes the peak start again.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = memory("VmRSS:");
    let started = processor_time();
    let judged = std::thread::scope(|scope| scope.spawn(|| judge(case.file, &content)).join());
    let seconds = processor_time() - started;
    let (findings, unscanned) = judged.unwrap_or_else(|_| std::process::exit(101));
    let megabytes = content.len() as f64 / 1e6;
    let memory = memory("VmHWM:").saturating_sub(before) / 1024;
    println!("{seconds:.2}\t{megabytes:.2}\t{memory}\t{findings}\t{unscanned}");
}

fn judge(name: &str, bytes: &[u8]) -> (usize, String) {
    let disk = Path::new("/nonexistent").join(name);
    let (artifact, facts, len) = (Artifact::file(name), Facts::default(), bytes.len() as u64);
    let mut engine = Engine::default();
    engine.file(&File { artifact, project_path: name, disk: &disk, bytes, len, facts });
    let observed = engine.finish();
    let reason = observed.unscanned.first().map(|unscanned| unscanned.reason.chars().take(60).collect());
    (observed.findings.len(), reason.unwrap_or_default())
}

/// Seconds of processor time of this process, which other processes do not change: fields 14 and 15 of `proc(5)`.
fn processor_time() -> f64 {
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = status.rsplit(") ").next().unwrap_or_default().split(' ');
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A line of `/proc/self/status`, in KiB.
fn memory(key: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn write(folder: &Path, case: &Case) {
    let folder = folder.join(case.name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join(case.file), (case.content)()).expect("a file can be written");
}

fn table<'c>(cases: impl Iterator<Item = &'c Case>) {
    let mut rows: Vec<(f64, String)> = cases.map(row).collect();
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("{:<28} {:<22} {:>8} {:>6} {:>6} {:>8}  first gap", "case", "file", "seconds", "MB", "MiB", "findings");
    rows.into_iter().for_each(|(_, row)| println!("{row}"));
}

fn row(case: &Case) -> (f64, String) {
    let program = env::current_exe().expect("this program has a path");
    let child = Command::new(program).args(["--one", case.name]).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("this program can start itself");
    let started = Instant::now();
    let mut status = None;
    while status.is_none() && started.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(5));
        status = child.try_wait().expect("a child can be waited for");
    }
    let title = format!("{:<28} {:<22}", case.name, case.file);
    let Some(status) = status else {
        child.kill().and_then(|()| child.wait()).expect("a child can be stopped");
        return (f64::INFINITY, format!("{title} more than {} s", LONGEST.as_secs()));
    };
    if !status.success() {
        return (f64::INFINITY, format!("{title} {status}"));
    }
    let output = child.wait_with_output().expect("a child can be read").stdout;
    let output = String::from_utf8_lossy(&output).trim_end().to_owned();
    let mut parts = output.split('\t');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (seconds, megabytes, memory, findings, reason) = (next(), next(), next(), next(), next());
    let row = format!("{title} {seconds:>8} {megabytes:>6} {memory:>6} {findings:>8}  {reason}");
    (seconds.parse().unwrap_or(f64::INFINITY), row)
}

const LONGEST: Duration = Duration::from_secs(60);
