//! The opcodes of pickles that hold data. Those that call or make anything else than by `REDUCE` are refused.

use std::ops::Range;

use super::Refusal;
use crate::cursor::Cursor;

/// One decoded opcode.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op {
    Nothing,
    Stop,
    Mark,
    Pop,
    PopMark,
    Duplicate,
    /// A value that is no tensor, and what it is.
    Plain(&'static str),
    Bool(bool),
    Int(i64),
    /// A string: its characters, and its bytes in the file.
    Text(String, Range<usize>),
    Bytes(Range<usize>),
    Tuple(usize),
    TupleFromMark,
    EmptyList,
    ListFromMark,
    EmptyDict,
    DictFromMark,
    Append,
    Appends,
    SetItem,
    SetItems,
    Put(u64),
    Memoize,
    Get(u64),
    Global(String),
    StackGlobal,
    Persistent,
    Reduce,
    Build,
    /// Makes an object of the class that lies this deep in the stack; of the one behind the mark if there is no depth.
    Make(Option<usize>),
}

/// Decodes the opcode at the cursor.
pub(super) fn next(cursor: &mut Cursor<'_>) -> Result<Op, Refusal> {
    let at = cursor.at();
    let Some(byte) = cursor.u8() else { return Err(Refusal::new(at, "the pickle ends before its last opcode")) };
    match decode(byte, cursor) {
        Some(op) => Ok(op),
        None if REFUSED.contains(&byte) => Err(Refusal::new(at, "it makes an object that is not a tensor")),
        None => Err(Refusal::new(at, "the pickle is broken, or written in a way that no saved state is")),
    }
}

fn decode(byte: u8, cursor: &mut Cursor<'_>) -> Option<Op> {
    Some(match byte {
        0x80 => cursor.u8().map(|_| Op::Nothing)?,
        0x95 => cursor.u64().map(|_| Op::Nothing)?,
        b'.' => Op::Stop,
        b'(' => Op::Mark,
        b'0' => Op::Pop,
        b'1' => Op::PopMark,
        b'2' => Op::Duplicate,
        b'N' => Op::Plain("nothing"),
        0x88 => Op::Bool(true),
        0x89 => Op::Bool(false),
        b'J' => Op::Int(i64::from(cursor.u32()?.cast_signed())),
        b'K' => Op::Int(i64::from(cursor.u8()?)),
        b'M' => Op::Int(i64::from(cursor.u16()?)),
        b'I' => match cursor.line()? {
            b"01" => Op::Bool(true),
            b"00" => Op::Bool(false),
            digits => Op::Int(decimal(digits)?),
        },
        b'L' => decimal(cursor.line()?.strip_suffix(b"L")?).map_or(Op::Plain("a number"), Op::Int),
        0x8a => {
            let len = cursor.u8()?;
            long(cursor.take(usize::from(len))?)
        }
        b'F' => cursor.line().map(|_| Op::Plain("a number"))?,
        b'G' => cursor.take(8).map(|_| Op::Plain("a number"))?,
        b'X' => utf8(cursor, 4)?,
        0x8c => utf8(cursor, 1)?,
        0x8d => utf8(cursor, 8)?,
        b'U' => latin(cursor, 1)?,
        b'T' => latin(cursor, 4)?,
        b'V' | b'S' => line(byte, cursor)?,
        b'C' => Op::Bytes(counted(cursor, 1)?),
        b'B' => Op::Bytes(counted(cursor, 4)?),
        0x8e | 0x96 => Op::Bytes(counted(cursor, 8)?),
        b')' => Op::Tuple(0),
        0x85 => Op::Tuple(1),
        0x86 => Op::Tuple(2),
        0x87 => Op::Tuple(3),
        b't' => Op::TupleFromMark,
        b']' => Op::EmptyList,
        b'l' => Op::ListFromMark,
        b'a' => Op::Append,
        b'e' => Op::Appends,
        b'}' => Op::EmptyDict,
        b'd' => Op::DictFromMark,
        b's' => Op::SetItem,
        b'u' => Op::SetItems,
        b'p' => Op::Put(index(cursor.line()?)?),
        b'q' => Op::Put(u64::from(cursor.u8()?)),
        b'r' => Op::Put(u64::from(cursor.u32()?)),
        0x94 => Op::Memoize,
        b'g' => Op::Get(index(cursor.line()?)?),
        b'h' => Op::Get(u64::from(cursor.u8()?)),
        b'j' => Op::Get(u64::from(cursor.u32()?)),
        b'c' => {
            let module = std::str::from_utf8(cursor.line()?).ok()?;
            let name = std::str::from_utf8(cursor.line()?).ok()?;
            Op::Global(format!("{module}.{name}"))
        }
        0x93 => Op::StackGlobal,
        b'Q' => Op::Persistent,
        b'R' => Op::Reduce,
        b'b' => Op::Build,
        0x81 => Op::Make(Some(2)),
        0x92 => Op::Make(Some(3)),
        b'o' => Op::Make(None),
        _ => return None,
    })
}

fn counted(cursor: &mut Cursor<'_>, width: usize) -> Option<Range<usize>> {
    let len = match width {
        1 => u64::from(cursor.u8()?),
        4 => u64::from(cursor.u32()?),
        _ => cursor.u64()?,
    };
    let start = cursor.at();
    cursor.take_long(len)?;
    Some(start..cursor.at())
}

fn utf8(cursor: &mut Cursor<'_>, width: usize) -> Option<Op> {
    let mut ahead = *cursor;
    let range = counted(&mut ahead, width)?;
    cursor.seek(range.start)?;
    let text = std::str::from_utf8(cursor.take(range.len())?).ok()?;
    Some(Op::Text(text.to_owned(), range))
}

/// The strings of Python 2: bytes, which are names in one file and numbers in another.
fn latin(cursor: &mut Cursor<'_>, width: usize) -> Option<Op> {
    let mut ahead = *cursor;
    let range = counted(&mut ahead, width)?;
    cursor.seek(range.start)?;
    let raw = cursor.take(range.len())?;
    let text = raw.iter().take(TEXT).map(|byte| char::from(*byte)).collect();
    Some(Op::Text(text, range))
}

/// Strings of protocol 0 without escapes.
fn line(byte: u8, cursor: &mut Cursor<'_>) -> Option<Op> {
    let start = cursor.at();
    let raw = cursor.line()?;
    let inner = match (byte, raw) {
        (b'S', [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"']) => inner,
        (b'V', raw) => raw,
        _ => return None,
    };
    let plain = inner.is_ascii() && !inner.contains(&b'\\');
    let text = std::str::from_utf8(inner).ok().filter(|_| plain)?;
    Some(Op::Text(text.to_owned(), start..start + raw.len()))
}

fn decimal(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn index(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn long(bytes: &[u8]) -> Op {
    if bytes.len() > 8 {
        return Op::Plain("a number");
    }
    let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut padded = [fill; 8];
    padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Op::Int(i64::from_le_bytes(padded))
}

/// `INST`, the extension registry, sets, persistent ids as text, buffers out of band.
const REFUSED: &[u8] = b"i\x82\x83\x84\x8f\x90\x91P\x97\x98";
/// The longest string of Python 2 whose characters are kept.
const TEXT: usize = 4096;
