//! Runs the readings by hand. `views FILE` prints every reading of texts that are separated by NUL bytes, as
//! `text steps start end reading`, each ended by a NUL byte; `views --speed FILE...` prints the throughput.

use std::{
    env, fs,
    io::{self, Write},
    time::Instant,
};

use palisade_text::{Limits, views};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut arguments = env::args().skip(1);
    let first = arguments.next().unwrap_or_default();
    let limits = Limits::default();
    if first == "--speed" {
        for path in arguments {
            let text = fs::read_to_string(&path)?;
            let fastest = (0..7).map(|_| {
                let start = Instant::now();
                let mut found = 0;
                let mut rest = text.as_str();
                while !rest.is_empty() {
                    let Some((window, tail)) = rest.split_at_checked(rest.floor_char_boundary(WINDOW)) else { break };
                    found += views(window, &limits).views.len() - 1;
                    rest = tail;
                }
                (start.elapsed(), found)
            });
            let Some((elapsed, found)) = fastest.min() else { continue };
            let rate = u32::try_from(text.len()).map_or(0.0, f64::from) / 1e6 / elapsed.as_secs_f64();
            writeln!(out, "{path}\t{rate:.0} MB/s\t{found} further readings in windows of {WINDOW} bytes")?;
        }
        return out.flush();
    }
    for (number, text) in fs::read_to_string(&first)?.split('\0').enumerate() {
        for view in views(text, &limits).views {
            let steps: Vec<&str> = view.steps().iter().map(|step| step.name()).collect();
            let source = view.source();
            write!(out, "{number}\t{}\t{}\t{}\t{}\0", steps.join(","), source.start, source.end, view.text())?;
        }
    }
    out.flush()
}

const WINDOW: usize = 16 * 1024;
