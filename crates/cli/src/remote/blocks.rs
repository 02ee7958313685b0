//! Which bytes are fetched when one is looked at: little at a new place, more where reading goes on, nothing twice.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use palisade_map::Supply;

use super::{
    client::{Client, too_much},
    reply::Version,
};

/// What was fetched of one file, and why not more.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) bytes: AtomicU64,
    pub(super) requests: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Tally {
    pub(super) fn count(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Why something did not come.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Fetches the blocks of one file.
pub(super) struct Blocks {
    pub(super) client: Client,
    pub(super) version: Version,
    pub(super) present: Ranges,
    pub(super) tally: Arc<Tally>,
    /// The most bytes that may be fetched.
    pub(super) most: u64,
    /// Is told how many bytes were fetched.
    pub(super) watch: Box<dyn Fn(u64) + Send>,
}

impl Supply for Blocks {
    fn supply(&mut self, at: u64, file: &File) -> io::Result<Range<u64>> {
        if let Some(range) = self.present.around(at) {
            return Ok(range);
        }
        self.bring(at, file).map_err(|why| {
            *self.tally.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            io::Error::other("it does not come")
        })
    }
}

impl Blocks {
    fn bring(&mut self, at: u64, mut file: &File) -> Result<Range<u64>, String> {
        let fetched = self.tally.bytes.load(Ordering::Relaxed);
        let wanted = self
            .present
            .plan(at, self.version.len, self.most.saturating_sub(fetched))
            .ok_or_else(|| too_much(self.most))?;
        let bytes = self.client.fetch(&wanted, &self.version)?;
        let written = file.seek(SeekFrom::Start(wanted.start)).and_then(|_| file.write_all(&bytes));
        written.map_err(|error| format!("there is no room for what was fetched: {}", palisade_base::reason(&error)))?;
        self.tally.count(bytes.len() as u64);
        (self.watch)(fetched + bytes.len() as u64);
        self.present.insert(&wanted);
        Ok(wanted)
    }
}

/// Ranges that do not touch, by their starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    pub(super) fn insert(&mut self, range: &Range<u64>) {
        let (mut start, mut end) = (range.start, range.end);
        if let Some(before) = self.before(start).filter(|before| before.end >= start) {
            (start, end) = (before.start, end.max(before.end));
        }
        while let Some((&next, &to)) = self.0.range(start..=end).next() {
            self.0.remove(&next);
            end = end.max(to);
        }
        self.0.insert(start, end);
    }

    /// The range that holds a byte.
    fn around(&self, at: u64) -> Option<Range<u64>> {
        self.before(at).filter(|range| range.contains(&at))
    }

    /// The last range that begins at a byte or before it.
    fn before(&self, at: u64) -> Option<Range<u64>> {
        self.0.range(..=at).next_back().map(|(start, end)| *start..*end)
    }

    /// What to fetch for a look at a byte that is not there, of a file of `len` bytes, with `room` bytes to spare.
    ///
    /// A range that is read on grows by its own length, so that reading through a file takes few requests and never more than
    /// twice what is needed.
    fn plan(&self, at: u64, len: u64, room: u64) -> Option<Range<u64>> {
        let size = BLOCK.max(palisade_map::page_size());
        let block = at - at % size..(at - at % size + size).min(len);
        let before = self.before(at);
        let after = self.0.range(at..).next().map(|(start, end)| *start..*end);
        let free = before.as_ref().map_or(0, |range| range.end)..after.as_ref().map_or(len, |range| range.start);
        let long = |range: &Range<u64>| (range.end - range.start).clamp(size, AHEAD).next_multiple_of(size);
        let wanted = if let Some(before) = before.filter(|before| before.end == block.start) {
            block.start..block.start + long(&before)
        } else if let Some(after) = after.filter(|after| after.start == block.end) {
            block.end.saturating_sub(long(&after).min(BACK))..block.end
        } else if at >= len.saturating_sub(TAIL) {
            // Directories that lie at the end are read from there on.
            let start = len.saturating_sub(TAIL);
            start - start % size..len
        } else {
            block.clone()
        };
        let wanted = wanted.start.max(free.start)..wanted.end.min(free.end);
        let fits = |range: &Range<u64>| range.end - range.start <= room;
        Some(wanted).filter(fits).or(Some(block).filter(fits))
    }
}

/// The least that is fetched, unless pages of memory are larger.
pub(super) const BLOCK: u64 = 16 << 10;
/// The most that is fetched at once, forwards and backwards.
const AHEAD: u64 = 4 << 20;
const BACK: u64 = 256 << 10;
/// The end of a file, in which archives have what their readers look for first.
const TAIL: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const LEN: u64 = (1 << 30) + 5;

    fn ranges(of: &[(u64, u64)]) -> Ranges {
        let mut ranges = Ranges::default();
        for (start, end) in of {
            ranges.insert(&(*start..*end));
        }
        ranges
    }

    #[test]
    fn ranges_join() {
        let all = ranges(&[(0, 10), (20, 30), (10, 15), (40, 50), (15, 45)]);
        assert_eq!(all, ranges(&[(0, 50)]));
        assert_eq!((all.around(49), all.around(50)), (Some(0..50), None));
        assert_eq!(ranges(&[(5, 6), (0, 100)]).around(99), Some(0..100));
    }

    #[test]
    fn little_is_fetched_at_a_new_place_and_more_where_reading_goes_on() {
        let mib = 1 << 20;
        let head = ranges(&[(0, 4 * BLOCK)]);
        for (present, at, wanted) in [
            (&head, 10 * mib + 77, 10 * mib..10 * mib + BLOCK),
            (&head, 4 * BLOCK, 4 * BLOCK..8 * BLOCK),
            (&ranges(&[(0, 64 * mib)]), 64 * mib + 3, 64 * mib..68 * mib),
            (&head, LEN - 1, LEN - 5 - TAIL..LEN),
            (&ranges(&[(LEN - 5 - TAIL, LEN)]), LEN - 6 - TAIL, LEN - 5 - 2 * TAIL - BLOCK..LEN - 5 - TAIL),
            (&ranges(&[(0, mib), (mib + 2 * BLOCK, 2 * mib)]), mib + 1, mib..mib + 2 * BLOCK),
        ] {
            assert_eq!(present.plan(at, LEN, u64::MAX), Some(wanted), "{present:?} {at}");
        }
        assert_eq!(head.plan(7 * mib, 7 * mib + 10, u64::MAX), Some(7 * mib + 10 - TAIL - 10..7 * mib + 10));
        assert_eq!(head.plan(4 * BLOCK, LEN, BLOCK), Some(4 * BLOCK..5 * BLOCK));
        assert_eq!(head.plan(4 * BLOCK, LEN, BLOCK - 1), None);
    }

    #[test]
    fn every_plan_holds_the_byte_and_begins_with_a_block() {
        let mut present = Ranges::default();
        let mut state = 1u64;
        let len = 3_000_001;
        for _ in 0..2000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 20) % len;
            if present.around(at).is_some() {
                continue;
            }
            let wanted = present.plan(at, len, u64::MAX).unwrap();
            assert!(wanted.contains(&at) && wanted.start % BLOCK == 0, "{wanted:?}");
            assert!(wanted.end == len || wanted.end % BLOCK == 0, "{wanted:?}");
            assert!(wanted.clone().step_by(1000).all(|at| present.around(at).is_none()), "{wanted:?}");
            present.insert(&wanted);
        }
        assert_eq!(present, ranges(&[(0, len)]));
    }
}
