//! How fast a log is written, checked and proven on this machine: `cargo run --release -p palisade-seal --example log_speed
//! [SECONDS [CALLERS [BYTES]]]`. Every record is signed and on the disk when it is counted.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "an example that prints figures"
)]

use std::{
    collections::VecDeque,
    env, fs,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use palisade_seal::log::{Layout, Options, Ticket, Writer, prove_record, verify};

/// CPU seconds of all threads of this process so far; 0 where the system does not say. Other programs do not change it.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<usize>().unwrap());
    let seconds = arguments.next().unwrap_or(10) as u64;
    let callers = arguments.next().unwrap_or(2);
    let bytes = arguments.next().unwrap_or(400);
    let folder = env::current_dir().unwrap().join(format!("log-speed-{}", std::process::id()));
    let writer = Writer::open(&folder, &Options::new("speed/log")).unwrap();
    let key = writer.public_key().clone();
    let (written, waited) = (AtomicU64::new(0), AtomicU64::new(0));
    let (start, before) = (Instant::now(), cpu());
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                let record = vec![b'x'; bytes];
                let mut open: VecDeque<(Instant, Ticket)> = VecDeque::new();
                while start.elapsed() < Duration::from_secs(seconds) {
                    open.push_back((Instant::now(), writer.append(&record).unwrap()));
                    while open.front().is_some_and(|(_, ticket)| ticket.answer().is_some()) || open.len() > 100_000 {
                        let (since, ticket) = open.pop_front().unwrap();
                        ticket.wait().unwrap();
                        written.fetch_add(1, Ordering::Relaxed);
                        waited.fetch_add(u64::try_from(since.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
                    }
                }
                for (_, ticket) in open {
                    ticket.wait().unwrap();
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let (took, count) = (start.elapsed().as_secs_f64(), written.load(Ordering::Relaxed) as f64);
    drop(writer);
    println!("        {:9.2} us of CPU a record", (cpu() - before) / count * 1e6);
    let latency = waited.load(Ordering::Relaxed) as f64 / count / 1000.0;
    println!(
        "write   {:9.0} records/s of {bytes} bytes, {callers} callers, {latency:.1} ms from call to answer",
        count / took
    );
    let layout = Layout::new(&folder);
    let (start, before) = (Instant::now(), cpu());
    let verified = verify(&layout, &key, None).unwrap();
    let took = start.elapsed().as_secs_f64();
    assert_eq!(verified.checkpoint.size, written.load(Ordering::Relaxed));
    let size = verified.bytes as f64;
    println!("verify  {:9.0} records/s, {:.2} GB/s, {} commits", count / took, size / took / 1e9, verified.commits);
    println!("        {:9.2} us of CPU a record", (cpu() - before) / count * 1e6);
    let start = Instant::now();
    let proof = prove_record(&layout, &key, verified.checkpoint.size / 3).unwrap();
    println!(
        "prove   {:9.2} s for one record of {count}, {} hashes",
        start.elapsed().as_secs_f64(),
        proof.hashes.len()
    );
    let start = Instant::now();
    let text = proof.to_string();
    palisade_seal::proof::RecordProof::parse(text.as_bytes()).unwrap().check(&key).unwrap();
    println!("check   {:9.0} us for a proof of {} bytes", start.elapsed().as_secs_f64() * 1e6, text.len());
    fs::remove_dir_all(folder).unwrap();
}
