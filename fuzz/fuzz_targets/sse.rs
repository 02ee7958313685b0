//! Streams of the gateway: however a stream is cut, its frames are the same, and what is written is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_guard::frames::{Frame, Frames, Framing};

fuzz_target!(|input: (u8, &[u8])| {
    let (size, stream) = input;
    for framing in [Framing::Events, Framing::List] {
        let Some(whole) = split(framing, stream, stream.len().max(1)) else { continue };
        assert_eq!(split(framing, stream, usize::from(size).max(1)).as_ref(), Some(&whole));
        let (mut frames, mut out) = (Frames::new(framing, 1 << 16), Vec::new());
        whole.iter().for_each(|frame| frames.write(frame, &mut out));
        frames.end(&mut out);
        if framing == Framing::Events {
            assert_eq!(split(framing, &out, 7), Some(whole));
        }
    }
});

fn split(framing: Framing, stream: &[u8], size: usize) -> Option<Vec<Frame>> {
    let (mut frames, mut list) = (Frames::new(framing, 1 << 16), Vec::new());
    stream.chunks(size).try_for_each(|piece| frames.push(piece, &mut list)).ok()?;
    Some(list)
}
