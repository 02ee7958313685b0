//! Runs the detectors by hand. `hits FILE` prints every hit in texts that are separated by NUL bytes, as
//! `text start end detector kind confidence`; `hits --speed FILE` prints the throughput of each detector.

use std::{
    env, fs,
    io::{self, Write},
    time::Instant,
};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut arguments = env::args().skip(1);
    let first = arguments.next().unwrap_or_default();
    if first == "--speed" {
        for path in arguments {
            let text = fs::read_to_string(&path)?;
            for detector in palisade_text::all() {
                let fastest = (0..5).map(|_| {
                    let start = Instant::now();
                    let hits = detector.find(&text).len();
                    (start.elapsed(), hits)
                });
                let Some((elapsed, hits)) = fastest.min() else { continue };
                let rate = u32::try_from(text.len()).map_or(0.0, f64::from) / 1e6 / elapsed.as_secs_f64();
                writeln!(out, "{path}\t{}\t{rate:.0} MB/s\t{hits} hits", detector.meta().name)?;
            }
        }
        return out.flush();
    }
    for (number, text) in fs::read_to_string(&first)?.split('\0').enumerate() {
        for detector in palisade_text::all() {
            for hit in detector.find(text) {
                let (name, confidence) = (detector.meta().name, hit.confidence);
                writeln!(out, "{number}\t{}\t{}\t{name}\t{}\t{confidence}", hit.range.start, hit.range.end, hit.kind)?;
            }
        }
    }
    out.flush()
}
