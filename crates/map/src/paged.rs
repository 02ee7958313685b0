//! A map whose bytes come when they are looked at: from another machine, say. Whoever reads it sees a slice and waits.
//!
//! The map begins unreadable. A look at it is a fault, which the handler turns into a request to a thread of ours; it lets
//! the bytes be written into the file behind the map, and makes their pages readable. What does not come is read as zeros,
//! and [`Paged::is_intact`] tells.

use std::{
    fs::File,
    io,
    ops::Range,
    sync::{Arc, atomic::AtomicBool},
};

/// Brings bytes into the file behind a map.
pub trait Supply: Send {
    /// Somebody looks at byte `at`: writes it into `file`, with whatever else is worth it, and returns the range that is
    /// there now. May be asked for bytes that are there. After an error it is not asked again.
    ///
    /// Whole pages of memory become readable: ranges begin and end at multiples of [`crate::page_size`], or at the end.
    fn supply(&mut self, at: u64, file: &File) -> io::Result<Range<u64>>;
}

#[cfg(unix)]
pub use on_demand::Paged;
#[cfg(not(unix))]
pub use unsupported::Paged;

#[cfg(unix)]
mod on_demand {
    use std::{
        io::{PipeReader, PipeWriter, Read, Write},
        os::fd::AsRawFd,
        ptr,
        sync::atomic::Ordering,
        thread::{self, JoinHandle},
    };

    use memmap2::{Advice, Mmap, UncheckedAdvice};

    use super::{Arc, AtomicBool, File, Range, Supply, io};
    use crate::guard::{self, Guarded};

    /// A map whose bytes come when they are looked at.
    #[derive(Debug)]
    pub struct Paged {
        // In the order in which it ends: nobody asks, nobody serves, the memory goes.
        guarded: Option<Guarded>,
        asks: Option<PipeWriter>,
        _answers: PipeReader,
        server: Option<JoinHandle<()>>,
        lost: Arc<AtomicBool>,
        map: Mmap,
    }

    impl Paged {
        /// Maps a file of the full length that holds nothing yet, and which nobody else knows.
        pub fn new(file: File, supply: Box<dyn Supply>) -> io::Result<Self> {
            // SAFETY: the map is private to this type and handed out as shared bytes only. Bytes are written once, before
            // their page can be read.
            let map = unsafe { Mmap::map(&file) }?;
            let _ = map.advise(Advice::Random);
            let start = map.as_ptr().expose_provenance();
            protect(start, map.len(), libc::PROT_NONE)?;
            let (wanted, asks) = io::pipe()?;
            let (answers, answered) = io::pipe()?;
            let lost = Arc::new(AtomicBool::new(false));
            let server = Server { start, len: map.len() as u64, file, supply, lost: Arc::clone(&lost) };
            let server = thread::Builder::new().spawn(move || server.serve(wanted, answered))?;
            let guarded = Guarded::on_demand(start, map.len(), asks.as_raw_fd(), answers.as_raw_fd())?;
            let (guarded, asks, server) = (Some(guarded), Some(asks), Some(server));
            Ok(Self { guarded, asks, _answers: answers, server, lost, map })
        }

        /// Its bytes. Looking at one may take as long as it takes to come.
        pub fn bytes(&self) -> &[u8] {
            &self.map
        }

        /// Whether every byte that was looked at came; otherwise zeros were read.
        pub fn is_intact(&self) -> bool {
            !self.lost.load(Ordering::Acquire) && !self.guarded.as_ref().is_some_and(Guarded::is_torn)
        }

        /// Becomes true before the first byte is read that did not come.
        pub fn lost(&self) -> Arc<AtomicBool> {
            Arc::clone(&self.lost)
        }

        /// Gives the memory behind a range back; the bytes stay in the file.
        pub fn release(&self, range: Range<usize>) {
            let end = range.end.min(self.map.len());
            if range.start < end {
                // SAFETY: as for `Map::release`: the file behind it has the bytes.
                let _ = unsafe {
                    self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, end - range.start)
                };
            }
        }
    }

    impl Drop for Paged {
        fn drop(&mut self) {
            self.guarded = None;
            self.asks = None;
            let _ = self.server.take().map(JoinHandle::join);
        }
    }

    /// Answers the looks at one map, one after the other.
    struct Server {
        start: usize,
        len: u64,
        file: File,
        supply: Box<dyn Supply>,
        lost: Arc<AtomicBool>,
    }

    impl Server {
        fn serve(mut self, mut wanted: PipeReader, mut answered: PipeWriter) {
            let mut offset = [0; 8];
            while wanted.read_exact(&mut offset).is_ok() {
                let came = !self.lost.load(Ordering::Acquire) && self.bring(u64::from_ne_bytes(offset)).is_ok();
                if !came {
                    self.lost.store(true, Ordering::Release);
                }
                if answered.write_all(&[u8::from(came)]).is_err() {
                    return;
                }
            }
        }

        fn bring(&mut self, at: u64) -> io::Result<()> {
            let came = self.supply.supply(at, &self.file)?;
            let page = guard::page() as u64;
            let from = came.start.next_multiple_of(page);
            let to = if came.end >= self.len { self.len } else { came.end - came.end % page };
            if !(from..to).contains(&at) {
                return Err(io::Error::other("less than a page of memory came"));
            }
            let (from, to) = (usize::try_from(from), usize::try_from(to));
            let (Ok(from), Ok(to)) = (from, to) else { return Err(io::ErrorKind::OutOfMemory.into()) };
            protect(self.start + from, to - from, libc::PROT_READ)
        }
    }

    impl Drop for Server {
        /// Also when it panics: nobody must take the zeros for bytes.
        fn drop(&mut self) {
            if thread::panicking() {
                self.lost.store(true, Ordering::Release);
            }
        }
    }

    fn protect(start: usize, len: usize, how: libc::c_int) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the range is one of pages of our own map, which lives until the server has ended; pages only become
        // unreadable before anybody has seen them.
        let code = unsafe { libc::mprotect(ptr::with_exposed_provenance_mut(start), len, how) };
        if code == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

#[cfg(not(unix))]
mod unsupported {
    use super::{Arc, AtomicBool, File, Range, Supply, io};

    /// A map whose bytes come when they are looked at; there is none on this system.
    #[derive(Debug)]
    pub struct Paged(std::convert::Infallible);

    impl Paged {
        /// Always an error.
        pub fn new(_: File, _: Box<dyn Supply>) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// Its bytes.
        pub fn bytes(&self) -> &[u8] {
            match self.0 {}
        }

        /// Whether every byte that was looked at came.
        pub fn is_intact(&self) -> bool {
            match self.0 {}
        }

        /// Becomes true before the first byte is read that did not come.
        pub fn lost(&self) -> Arc<AtomicBool> {
            match self.0 {}
        }

        /// Gives the memory behind a range back.
        pub fn release(&self, _: Range<usize>) {
            match self.0 {}
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        os::unix::fs::FileExt,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    const BLOCK: u64 = 64 << 10;

    /// Every byte is its block's number; blocks from `end` on do not come.
    struct Numbered {
        len: u64,
        end: u64,
        asked: Arc<AtomicUsize>,
    }

    impl Supply for Numbered {
        fn supply(&mut self, at: u64, file: &File) -> io::Result<Range<u64>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let number = at / BLOCK;
            if number >= self.end {
                return Err(io::Error::other("no"));
            }
            let range = number * BLOCK..(number * BLOCK + BLOCK).min(self.len);
            let bytes = vec![number.to_le_bytes()[0]; usize::try_from(range.end - range.start).unwrap()];
            file.write_all_at(&bytes, range.start)?;
            Ok(range)
        }
    }

    fn paged(len: u64, end: u64) -> (Paged, Arc<AtomicUsize>) {
        let file = tempfile::tempfile().unwrap();
        file.set_len(len).unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let supply = Numbered { len, end, asked: Arc::clone(&asked) };
        (Paged::new(file, Box::new(supply)).unwrap(), asked)
    }

    fn at(block: u64) -> usize {
        usize::try_from(block * BLOCK).unwrap()
    }

    #[test]
    fn bytes_come_when_they_are_looked_at_and_once() {
        let (map, asked) = paged(1 << 40, u64::MAX);
        let bytes = map.bytes();
        assert_eq!((bytes.len(), asked.load(Ordering::Relaxed)), (1 << 40, 0));
        assert_eq!((bytes[at(5)], bytes[at(5) + 70], bytes[at(200) - 1], bytes[at(1 << 20)]), (5, 5, 199, 0));
        assert_eq!(bytes.last(), Some(&255));
        assert_eq!(asked.load(Ordering::Relaxed), 4);
        assert!(bytes[at(7) + 10..at(9) + 5].iter().all(|byte| [7, 8, 9].contains(byte)));
        assert_eq!(asked.load(Ordering::Relaxed), 7);
        map.release(0..1 << 40);
        assert_eq!((bytes[at(5)], asked.load(Ordering::Relaxed), map.is_intact()), (5, 7, true));
    }

    #[test]
    fn what_does_not_come_is_zeros_and_said() {
        let (map, asked) = paged(100 * BLOCK + 7, 50);
        let lost = map.lost();
        assert_eq!((map.bytes()[at(49)], map.is_intact()), (49, true));
        assert_eq!(map.bytes()[at(60)..].iter().map(|byte| usize::from(*byte)).sum::<usize>(), 0);
        assert!(!map.is_intact() && lost.load(Ordering::Acquire));
        assert_eq!((map.bytes()[at(49)], map.bytes()[at(3)], asked.load(Ordering::Relaxed)), (49, 0, 2));
    }

    #[test]
    fn many_threads_look_at_many_maps() {
        let maps: Vec<_> = (0..6).map(|_| paged(300 * BLOCK + 1, u64::MAX).0).collect();
        std::thread::scope(|scope| {
            for map in &maps {
                for thread in 0..4 {
                    scope.spawn(move || {
                        for block in (0..=300u64).map(|block| (block * 37 + thread) % 301) {
                            assert_eq!(map.bytes()[at(block)], block.to_le_bytes()[0]);
                        }
                    });
                }
            }
        });
        assert!(maps.iter().all(Paged::is_intact));
    }

    #[test]
    fn a_supply_that_breaks_costs_zeros() {
        struct Broken;
        impl Supply for Broken {
            fn supply(&mut self, _: u64, _: &File) -> io::Result<Range<u64>> {
                panic!("on purpose")
            }
        }
        struct Lying;
        impl Supply for Lying {
            fn supply(&mut self, at: u64, _: &File) -> io::Result<Range<u64>> {
                Ok(at..at + 1)
            }
        }
        for supply in [Box::new(Broken) as Box<dyn Supply>, Box::new(Lying)] {
            let file = tempfile::tempfile().unwrap();
            file.set_len(1 << 20).unwrap();
            let map = Paged::new(file, supply).unwrap();
            assert!(map.bytes()[77] == 0 && !map.is_intact());
        }
        let empty = Paged::new(tempfile::tempfile().unwrap(), Box::new(Broken)).unwrap();
        assert!(empty.bytes().is_empty() && empty.is_intact());
    }
}
