//! Object headers: the messages that describe a group or a data set.

use std::{collections::HashSet, ops::Range};

use super::source::Source;

/// One message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) kind: u16,
    /// Its body.
    pub(super) range: Range<usize>,
    /// Whether the body is not the message but says where it lies.
    pub(super) shared: bool,
}

/// The messages of the object whose header lies at an address, and the bytes that they take. `budget` goes down by one for
/// each message.
pub(super) fn messages(
    source: Source<'_>,
    address: u64,
    budget: &mut usize,
) -> Option<(Vec<Message>, Vec<Range<usize>>)> {
    let mut cursor = source.at(address)?;
    let start = cursor.at();
    let mut reader = Reader { source, found: Vec::new(), open: Vec::new(), met: HashSet::new(), budget };
    let mut covered = Vec::new();
    if cursor.rest().starts_with(b"OHDR") {
        cursor.take(5)?;
        let flags = cursor.u8()?;
        cursor.take(if flags & 0x20 == 0 { 0 } else { 16 })?;
        cursor.take(if flags & 0x10 == 0 { 0 } else { 4 })?;
        let size = source.number(&mut cursor, 1 << (flags & 3))?;
        let block = clip(source, cursor.at(), size);
        covered.push(start..(block.end + 4).min(source.bytes.len()));
        reader.block(block, Some(flags & 4 != 0));
        while let Some((address, len)) = reader.open.pop() {
            let range = source.range(address, len);
            covered.push(range.clone());
            if source.bytes.get(range.clone()).is_some_and(|block| block.starts_with(b"OCHK")) && range.len() >= 8 {
                reader.block(range.start + 4..range.end - 4, Some(flags & 4 != 0));
            }
        }
    } else {
        if cursor.u8()? != 1 {
            return None;
        }
        cursor.take(7)?;
        let size = cursor.u32()?;
        cursor.take(4)?;
        let block = clip(source, cursor.at(), size.into());
        covered.push(start..block.end);
        reader.block(block, None);
        while let Some((address, len)) = reader.open.pop() {
            let range = source.range(address, len);
            covered.push(range.clone());
            reader.block(range, None);
        }
    }
    Some((reader.found, covered))
}

fn clip(source: Source<'_>, start: usize, size: u64) -> Range<usize> {
    let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)).min(source.bytes.len());
    start..end
}

struct Reader<'a, 'b> {
    source: Source<'a>,
    found: Vec<Message>,
    /// Blocks that go on elsewhere.
    open: Vec<(u64, u64)>,
    met: HashSet<u64>,
    budget: &'b mut usize,
}

impl Reader<'_, '_> {
    /// Reads the messages of a block; `ordered` tells for version 2 whether each has a number.
    fn block(&mut self, block: Range<usize>, ordered: Option<bool>) {
        let mut at = block.start;
        while at < block.end && *self.budget > 0 {
            *self.budget -= 1;
            let Some((message, next)) = self.message(at, block.end, ordered) else { return };
            at = next;
            if message.kind == CONTINUATION {
                self.follow(&message);
            } else if message.kind != 0 {
                self.found.push(message);
            }
        }
    }

    fn message(&self, at: usize, end: usize, ordered: Option<bool>) -> Option<(Message, usize)> {
        let mut cursor = crate::cursor::Cursor::new(self.source.bytes.get(..end)?, at);
        let (kind, size, flags) = match ordered {
            None => {
                let (kind, size, flags) = (cursor.u16()?, cursor.u16()?, cursor.u8()?);
                cursor.take(3)?;
                (kind, size, flags)
            }
            Some(ordered) => {
                let (kind, size, flags) = (u16::from(cursor.u8()?), cursor.u16()?, cursor.u8()?);
                cursor.take(if ordered { 2 } else { 0 })?;
                (kind, size, flags)
            }
        };
        let start = cursor.at();
        cursor.take(usize::from(size))?;
        Some((Message { kind, range: start..cursor.at(), shared: flags & 2 != 0 }, cursor.at()))
    }

    fn follow(&mut self, message: &Message) -> Option<()> {
        let mut cursor = crate::cursor::Cursor::new(self.source.bytes.get(..message.range.end)?, message.range.start);
        let address = self.source.address(&mut cursor)?.known()?;
        let len = self.source.len(&mut cursor)?;
        if self.met.insert(address) {
            self.open.push((address, len));
        }
        Some(())
    }
}

const CONTINUATION: u16 = 0x10;
