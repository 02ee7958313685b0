//! Read-only memory maps of files that others may change meanwhile: the only unsafe code of Palisade.
//!
//! A map promises less than a buffer. Bytes may change between two looks at them, so a parser must not rely on having seen
//! the same byte twice; none of ours does, since all of them check every length and index. A file that is cut short leaves
//! pages without a file behind them, and touching one is a bus error: it is caught, zeros take their place, and
//! [`Map::is_intact`] tells. See `docs/decisions/0006-memory-maps.md`. [`Paged`] is a map whose bytes come from somewhere
//! else, when they are looked at (`docs/decisions/0007-range-reads.md`).
#![expect(
    unsafe_code,
    reason = "mapping memory and catching bus errors cannot be done without; nothing else lives here"
)]

use std::{fs::File, io, ops::Range, path::Path};

use memmap2::{Advice, Mmap, UncheckedAdvice};

pub use paged::{Paged, Supply};

mod paged;

/// A file in memory, read page by page when its bytes are looked at.
#[derive(Debug)]
pub struct Map {
    // Dropped before the map, so that the guard never knows of memory that is not ours any more.
    guarded: guard::Guarded,
    map: Mmap,
}

/// In which order a map is about to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Here and there: nothing is read ahead.
    Random,
    /// From the first byte to the last: much is read ahead.
    Sequential,
}

impl Map {
    /// Maps all of a file, as long as it is now.
    pub fn open(file: &File) -> io::Result<Self> {
        // SAFETY: the map is private to this type and handed out as shared bytes only. Another process can change the file
        // under it: every value that is read is a valid byte all the same, and a missing page is replaced by the guard.
        let map = unsafe { Mmap::map(file) }?;
        let guarded = guard::Guarded::new(map.as_ptr().expose_provenance(), map.len())?;
        Ok(Self { guarded, map })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Whether every byte that was looked at came from the file; otherwise the file was cut short, and zeros were read.
    pub fn is_intact(&self) -> bool {
        !self.guarded.is_torn()
    }

    /// Says in which order it is about to be read. A hint: nothing depends on it.
    pub fn advise(&self, access: Access) {
        let advice = match access {
            Access::Random => Advice::Random,
            Access::Sequential => Advice::Sequential,
        };
        let _ = self.map.advise(advice);
    }

    /// Gives the memory behind a range back. The bytes can still be looked at, and are then read from the file again.
    pub fn release(&self, range: Range<usize>) {
        let end = range.end.min(self.map.len());
        if range.start < end {
            // SAFETY: the map is read-only and has a file behind it, so nothing is lost: the next look at a page reads it
            // again. A page that the guard put there is one of zeros, and stays one.
            let _ =
                unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, end - range.start) };
        }
    }
}

/// The length of a page of memory, in bytes.
pub fn page_size() -> u64 {
    guard::page() as u64
}

/// Opens a regular file, and nothing else. A pipe or device that took the name of a file since it was listed is neither
/// waited for nor read.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

/// Catches the bus error of a map whose file was cut short, and the looks at bytes that have not come yet.
#[cfg(unix)]
mod guard {
    use std::{
        io, mem,
        os::fd::RawFd,
        ptr,
        sync::{
            OnceLock,
            atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering},
        },
    };

    /// A place in the table of maps.
    #[derive(Debug)]
    pub(super) struct Guarded {
        slot: &'static Slot,
    }

    /// One map as the handler sees it. Only atomics: a handler may interrupt anything.
    #[derive(Debug)]
    struct Slot {
        /// Address of the first byte; 0 if the slot is free, 1 while it is being filled.
        start: AtomicUsize,
        len: AtomicUsize,
        torn: AtomicBool,
        /// Where bytes that have not come yet are asked for, and where it is answered whether they came; -1 if the map has
        /// all of them.
        asks: AtomicI32,
        answers: AtomicI32,
    }

    impl Guarded {
        /// For a map that has a file behind all of it.
        pub(super) fn new(start: usize, len: usize) -> io::Result<Self> {
            Self::with(start, len, -1, -1)
        }

        /// For a map whose bytes are fetched: the offset of a byte that is looked at is written to `asks`, and one byte is
        /// read from `answers`: not zero if it has come.
        pub(super) fn on_demand(start: usize, len: usize, asks: RawFd, answers: RawFd) -> io::Result<Self> {
            install(&BEFORE_ABSENT, ABSENT)?;
            Self::with(start, len, asks, answers)
        }

        fn with(start: usize, len: usize, asks: RawFd, answers: RawFd) -> io::Result<Self> {
            install(&BEFORE_BUS, libc::SIGBUS)?;
            let free = |slot: &&Slot| slot.start.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok();
            let slot = SLOTS.iter().find(free).ok_or_else(|| io::Error::other("too many maps at a time"))?;
            slot.len.store(len, Ordering::Relaxed);
            slot.torn.store(false, Ordering::Relaxed);
            slot.asks.store(asks, Ordering::Relaxed);
            slot.answers.store(answers, Ordering::Relaxed);
            slot.start.store(start, Ordering::Release);
            Ok(Self { slot })
        }

        pub(super) fn is_torn(&self) -> bool {
            self.slot.torn.load(Ordering::Acquire)
        }
    }

    impl Drop for Guarded {
        fn drop(&mut self) {
            self.slot.start.store(0, Ordering::Release);
        }
    }

    impl Slot {
        /// Waits for the bytes at an address; whether they came. Only system calls that a handler may make.
        fn fetch(&self, at: usize) -> bool {
            let offset = at.wrapping_sub(self.start.load(Ordering::Acquire)) as u64;
            let asked = offset.to_ne_bytes();
            let mut answer = 0u8;
            let (asks, answers) = (self.asks.load(Ordering::Relaxed), self.answers.load(Ordering::Relaxed));
            // SAFETY: eight bytes of ours are read; a pipe takes so few whole or not at all.
            let sent = again(|| unsafe { libc::write(asks, asked.as_ptr().cast(), asked.len()) });
            // SAFETY: one byte of ours is written. Which of several waiting threads gets an answer does not matter: who looks
            // too early asks again.
            let mut came = || again(|| unsafe { libc::read(answers, (&raw mut answer).cast(), 1) });
            sent == 8 && came() == 1 && answer != 0
        }
    }

    /// A system call, until it is not interrupted.
    fn again(mut call: impl FnMut() -> isize) -> isize {
        loop {
            let result = call();
            if result >= 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return result;
            }
        }
    }

    /// Installs the handler of a signal, once a process.
    fn install(before: &OnceLock<Option<libc::sigaction>>, signal: libc::c_int) -> io::Result<()> {
        let installed = before.get_or_init(|| {
            // SAFETY: all zeros is a valid `sigaction`: no handler, an empty mask, no flags.
            let mut action: libc::sigaction = unsafe { mem::zeroed() };
            // SAFETY: as above.
            let mut previous: libc::sigaction = unsafe { mem::zeroed() };
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
            action.sa_sigaction = handler as usize;
            // On the stack that every thread of Rust has for signals, since its own may be what is missing.
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            // SAFETY: both point to valid values, and the handler does only what a handler may do.
            let code = unsafe { libc::sigaction(signal, &raw const action, &raw mut previous) };
            (code == 0).then_some(previous)
        });
        installed.as_ref().map(|_| ()).ok_or_else(|| io::Error::other("faults in memory cannot be caught"))
    }

    /// Waits for bytes that have not come yet; puts zeros where there are none any more, or where none will come. The
    /// interrupted read then goes on. Faults elsewhere are left to whoever handled them before.
    extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        // SAFETY: the kernel passes a valid `siginfo_t` to handlers that ask for one.
        let info_of = unsafe { &*info };
        // SAFETY: it is that of a fault in memory, which has an address.
        let at = unsafe { info_of.si_addr() }.addr();
        let holds = |slot: &&Slot| {
            let start = slot.start.load(Ordering::Acquire);
            start > 1 && at.wrapping_sub(start) < slot.len.load(Ordering::Relaxed)
        };
        let on_demand = |slot: &&Slot| signal == ABSENT && slot.asks.load(Ordering::Relaxed) >= 0;
        if let Some(slot) = SLOTS.iter().find(holds).filter(|slot| signal == libc::SIGBUS || on_demand(slot)) {
            if on_demand(&slot) && slot.fetch(at) {
                return;
            }
            let page = at - at % page();
            let rest = slot.start.load(Ordering::Relaxed).wrapping_add(slot.len.load(Ordering::Relaxed)) - page;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
            // SAFETY: the range lies in a live map of ours, from the page that failed to its end; nobody writes to it, and
            // `mmap` is a plain system call.
            let zeros =
                unsafe { libc::mmap(ptr::with_exposed_provenance_mut(page), rest, libc::PROT_READ, flags, -1, 0) };
            if zeros != libc::MAP_FAILED {
                slot.torn.store(true, Ordering::Release);
                return;
            }
        }
        pass_on(signal, info, context);
    }

    fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        let before = if signal == libc::SIGBUS { &BEFORE_BUS } else { &BEFORE_ABSENT };
        let previous = before.get().and_then(Option::as_ref);
        if let Some(previous) = previous
            && previous.sa_flags & libc::SA_SIGINFO != 0
            && previous.sa_sigaction != libc::SIG_DFL
            && previous.sa_sigaction != libc::SIG_IGN
        {
            type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
            // SAFETY: with SA_SIGINFO the field holds a function of this type.
            let handler = unsafe { mem::transmute::<usize, Handler>(previous.sa_sigaction) };
            handler(signal, info, context);
        } else {
            // SAFETY: resets to the default, so that the read that is tried again ends the process as it would have.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    }

    pub(super) fn page() -> usize {
        // SAFETY: reads a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
    }

    /// What a look at memory raises that may not be read yet.
    const ABSENT: libc::c_int = if cfg!(target_vendor = "apple") { libc::SIGBUS } else { libc::SIGSEGV };
    /// The handlers that were there before, or `None` if ours could not be installed.
    static BEFORE_BUS: OnceLock<Option<libc::sigaction>> = OnceLock::new();
    static BEFORE_ABSENT: OnceLock<Option<libc::sigaction>> = OnceLock::new();
    /// One for each thread that the program may run, and some.
    static SLOTS: [Slot; 1100] = [const {
        Slot {
            start: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            torn: AtomicBool::new(false),
            asks: AtomicI32::new(-1),
            answers: AtomicI32::new(-1),
        }
    }; 1100];
}

/// Windows refuses to cut a file short that is mapped.
#[cfg(not(unix))]
mod guard {
    pub(super) fn page() -> usize {
        4096
    }

    #[derive(Debug)]
    pub(super) struct Guarded;

    impl Guarded {
        #[expect(clippy::unnecessary_wraps, reason = "as on Unix, where it may fail")]
        pub(super) fn new(_: usize, _: usize) -> std::io::Result<Self> {
            Ok(Self)
        }

        pub(super) fn is_torn(&self) -> bool {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file.flush().unwrap();
        file
    }

    #[test]
    fn bytes_come_back_after_they_were_released() {
        let content: Vec<u8> = (0..300_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let file = file(&content);
        let map = Map::open(file.as_file()).unwrap();
        map.advise(Access::Sequential);
        assert_eq!(map.bytes(), content);
        for range in [0..300_000, 5000..9000, 299_999..400_000, 400_000..500_000, 7..7] {
            map.release(range);
            assert!(map.bytes() == content && map.is_intact());
        }
        map.advise(Access::Random);
        assert!(Map::open(tempfile::tempfile().as_ref().unwrap()).unwrap().bytes().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_cut_short_reads_as_zeros_and_says_so() {
        let file = file(&vec![7; 1 << 20]);
        let map = Map::open(file.as_file()).unwrap();
        let other = Map::open(file.as_file()).unwrap();
        assert_eq!(map.bytes()[1 << 19], 7);
        file.as_file().set_len(10).unwrap();
        assert_eq!((map.bytes()[9], map.bytes()[10], map.bytes()[1 << 19]), (7, 0, 0));
        assert!(map.bytes()[..10] == [7; 10] && map.bytes()[10..].iter().all(|byte| *byte == 0));
        assert!(!map.is_intact() && other.is_intact());
        map.release(0..1 << 20);
        assert_eq!(map.bytes()[(1 << 20) - 1], 0);
        drop(map);
        assert_eq!(other.bytes().last(), Some(&0));
        assert!(!other.is_intact());
    }

    #[cfg(unix)]
    #[test]
    fn cutting_while_many_threads_read() {
        let files: Vec<_> = (0..8).map(|_| file(&vec![1; 1 << 20])).collect();
        std::thread::scope(|scope| {
            for file in &files {
                scope.spawn(|| {
                    let map = Map::open(file.as_file()).unwrap();
                    file.as_file().set_len(4096).unwrap();
                    assert_eq!(map.bytes().iter().map(|byte| usize::from(*byte)).sum::<usize>(), 4096);
                    assert!(!map.is_intact());
                });
            }
        });
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open_regular(folder.path()).is_err());
        assert!(open_regular(&folder.path().join("none")).is_err());
        assert!(open_regular(file(b"x").path()).is_ok());
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            if made.is_ok_and(|status| status.success()) {
                assert!(open_regular(&pipe).is_err(), "a pipe is not waited for");
            }
            assert!(open_regular(Path::new("/dev/null")).is_err());
        }
    }
}
