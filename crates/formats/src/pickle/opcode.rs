//! The 68 opcodes of protocols 0 to 5 as steps of the machine. Source: the comments of `pickletools` in `CPython`.

use crate::cursor::Cursor;

/// One decoded opcode. Opcodes that do the same to the machine share a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step<'a> {
    Protocol(u8),
    Frame(u64),
    Nothing,
    Stop,
    Mark,
    Pop,
    PopMark,
    Duplicate,
    /// A value that names nothing and cannot be called: floats, large integers, truth values.
    Inert,
    None,
    Int(i64),
    Text(&'a [u8], Form),
    Bytes(&'a [u8]),
    /// A reference that only the application can resolve; `true` takes its id from the stack.
    Persistent(bool),
    Tuple(usize),
    TupleFromMark,
    EmptyList,
    ListFromMark,
    EmptyDict,
    DictFromMark,
    EmptySet,
    FrozenSetFromMark,
    Append,
    AppendFromMark,
    SetItem,
    SetItemsFromMark,
    AddFromMark,
    Put(u64),
    Memoize,
    Get(u64),
    Global(&'a [u8], &'a [u8]),
    StackGlobal,
    Extension(u32),
    Reduce,
    Build,
    Inst(&'a [u8], &'a [u8]),
    Obj,
    NewObj,
    NewObjEx,
}

/// How a string's bytes stand for its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// UTF-8, or Latin-1 in the old binary strings.
    Plain,
    /// With `\uXXXX` escapes.
    Unicode,
    /// A quoted Python literal with backslash escapes.
    Quoted,
}

/// Why an opcode could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No opcode has this byte.
    Unknown(u8),
    /// Its argument reaches past the end.
    Truncated,
    /// Its argument is not what the opcode needs.
    Argument,
}

/// Decodes the opcode at the cursor.
pub(super) fn step<'a>(cursor: &mut Cursor<'a>) -> Result<Step<'a>, Flaw> {
    let byte = cursor.u8().ok_or(Flaw::Truncated)?;
    let step = match byte {
        // Numbers and constants.
        b'I' | b'L' => number(cursor.line())?,
        b'J' => cursor.u32().map(|n| Step::Int(i64::from(n.cast_signed()))).ok_or(Flaw::Truncated)?,
        b'K' => cursor.u8().map(|n| Step::Int(i64::from(n))).ok_or(Flaw::Truncated)?,
        b'M' => cursor.u16().map(|n| Step::Int(i64::from(n))).ok_or(Flaw::Truncated)?,
        0x8a => long(short(cursor)?),
        0x8b => long(medium(cursor)?),
        b'F' => number(cursor.line()).map(|_| Step::Inert)?,
        b'G' => cursor.take(8).map(|_| Step::Inert).ok_or(Flaw::Truncated)?,
        b'N' => Step::None,
        0x88 | 0x89 | 0x97 => Step::Inert,
        // Strings.
        b'S' => Step::Text(quoted(cursor.line().ok_or(Flaw::Truncated)?)?, Form::Quoted),
        b'T' | b'X' => Step::Text(medium(cursor)?, Form::Plain),
        b'U' | 0x8c => Step::Text(short(cursor)?, Form::Plain),
        b'V' => Step::Text(cursor.line().ok_or(Flaw::Truncated)?, Form::Unicode),
        0x8d => Step::Text(large(cursor)?, Form::Plain),
        b'B' => Step::Bytes(medium(cursor)?),
        b'C' => Step::Bytes(short(cursor)?),
        0x8e | 0x96 => Step::Bytes(large(cursor)?),
        0x98 => Step::Nothing,
        // Containers.
        b']' => Step::EmptyList,
        b'a' => Step::Append,
        b'e' => Step::AppendFromMark,
        b'l' => Step::ListFromMark,
        b')' => Step::Tuple(0),
        b't' => Step::TupleFromMark,
        0x85 => Step::Tuple(1),
        0x86 => Step::Tuple(2),
        0x87 => Step::Tuple(3),
        b'}' => Step::EmptyDict,
        b'd' => Step::DictFromMark,
        b's' => Step::SetItem,
        b'u' => Step::SetItemsFromMark,
        0x8f => Step::EmptySet,
        0x90 => Step::AddFromMark,
        0x91 => Step::FrozenSetFromMark,
        // The stack and the memo.
        b'(' => Step::Mark,
        b'0' => Step::Pop,
        b'1' => Step::PopMark,
        b'2' => Step::Duplicate,
        b'g' => Step::Get(index(cursor.line())?),
        b'h' => Step::Get(cursor.u8().map(u64::from).ok_or(Flaw::Truncated)?),
        b'j' => Step::Get(cursor.u32().map(u64::from).ok_or(Flaw::Truncated)?),
        b'p' => Step::Put(index(cursor.line())?),
        b'q' => Step::Put(cursor.u8().map(u64::from).ok_or(Flaw::Truncated)?),
        b'r' => Step::Put(cursor.u32().map(u64::from).ok_or(Flaw::Truncated)?),
        0x94 => Step::Memoize,
        // Names and calls.
        b'c' => names(cursor).map(|(module, name)| Step::Global(module, name))?,
        0x93 => Step::StackGlobal,
        0x82 => Step::Extension(cursor.u8().map(u32::from).ok_or(Flaw::Truncated)?),
        0x83 => Step::Extension(cursor.u16().map(u32::from).ok_or(Flaw::Truncated)?),
        0x84 => Step::Extension(cursor.u32().ok_or(Flaw::Truncated)?),
        b'R' => Step::Reduce,
        b'b' => Step::Build,
        b'i' => names(cursor).map(|(module, name)| Step::Inst(module, name))?,
        b'o' => Step::Obj,
        0x81 => Step::NewObj,
        0x92 => Step::NewObjEx,
        b'P' => cursor.line().map(|_| Step::Persistent(false)).ok_or(Flaw::Truncated)?,
        b'Q' => Step::Persistent(true),
        // The frame of the stream.
        0x80 => Step::Protocol(cursor.u8().ok_or(Flaw::Truncated)?),
        // A frame only says how much to read ahead. What it says may be wrong, what it holds is walked anyway.
        0x95 => cursor.u64().map(Step::Frame).ok_or(Flaw::Truncated)?,
        b'.' => Step::Stop,
        unknown => return Err(Flaw::Unknown(unknown)),
    };
    Ok(step)
}

/// The name of a call's opcode, as `pickletools` prints it.
pub(super) fn name(step: &Step<'_>) -> &'static str {
    match step {
        Step::Reduce => "REDUCE",
        Step::Build => "BUILD",
        Step::Inst(..) => "INST",
        Step::Obj => "OBJ",
        Step::NewObj => "NEWOBJ",
        Step::NewObjEx => "NEWOBJ_EX",
        Step::SetItem => "SETITEM",
        Step::SetItemsFromMark => "SETITEMS",
        Step::Append => "APPEND",
        Step::AppendFromMark => "APPENDS",
        Step::AddFromMark => "ADDITEMS",
        Step::Global(..) => "GLOBAL",
        Step::StackGlobal => "STACK_GLOBAL",
        Step::Extension(_) => "EXT",
        _ => "?",
    }
}

fn short<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Flaw> {
    let len = cursor.u8().ok_or(Flaw::Truncated)?;
    cursor.take(usize::from(len)).ok_or(Flaw::Truncated)
}

fn medium<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Flaw> {
    let len = cursor.u32().ok_or(Flaw::Truncated)?;
    cursor.take_long(u64::from(len)).ok_or(Flaw::Truncated)
}

fn large<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Flaw> {
    let len = cursor.u64().ok_or(Flaw::Truncated)?;
    cursor.take_long(len).ok_or(Flaw::Truncated)
}

fn names<'a>(cursor: &mut Cursor<'a>) -> Result<(&'a [u8], &'a [u8]), Flaw> {
    let module = cursor.line().ok_or(Flaw::Truncated)?;
    let name = cursor.line().ok_or(Flaw::Truncated)?;
    Ok((module, name))
}

fn long(bytes: &[u8]) -> Step<'_> {
    if bytes.len() > 8 {
        return Step::Inert;
    }
    let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut padded = [fill; 8];
    padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Step::Int(i64::from_le_bytes(padded))
}

/// A number as text. Loaders differ in what they accept, so only what no number contains is refused.
fn number(line: Option<&[u8]>) -> Result<Step<'_>, Flaw> {
    let text = line.ok_or(Flaw::Truncated)?.trim_ascii();
    let digits = text.strip_suffix(b"L").unwrap_or(text);
    if let Some(value) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
        return Ok(Step::Int(value));
    }
    if digits.is_empty() || !digits.iter().all(|byte| byte.is_ascii_hexdigit() || b"+-._xXonitfNITyY ".contains(byte)) {
        return Err(Flaw::Argument);
    }
    Ok(Step::Inert)
}

/// A number as Python's `int` reads it: with a sign and with underscores between digits.
fn index(line: Option<&[u8]>) -> Result<u64, Flaw> {
    let text = std::str::from_utf8(line.ok_or(Flaw::Truncated)?).map_err(|_| Flaw::Argument)?;
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\x0b' || c == '\0');
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    digits.parse().map_err(|_| Flaw::Argument)
}

/// The length that an opcode at the start of `bytes` claims for what follows it.
pub(super) fn claimed(bytes: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(bytes, 0);
    match cursor.u8()? {
        b'T' | b'X' | b'B' | 0x8b => cursor.u32().map(u64::from),
        0x8d | 0x8e | 0x96 => cursor.u64(),
        _ => None,
    }
}

fn quoted(line: &[u8]) -> Result<&[u8], Flaw> {
    match line.trim_ascii() {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => Ok(inner),
        _ => Err(Flaw::Argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python's own list of opcodes, protocol 0 to 5.
    const ALL: &[u8] = b"IJKMLFGNSTUVXBC]aelt)}dus(012ghjpqrcRbioPQ.\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98";

    #[test]
    fn every_opcode_is_known_and_no_other() {
        assert_eq!(ALL.len(), 68);
        for byte in 0..=255u8 {
            let known = step(&mut Cursor::new(&[byte], 0)) != Err(Flaw::Unknown(byte));
            assert_eq!(known, ALL.contains(&byte), "{byte:#x}");
        }
    }

    #[test]
    fn numbers_in_every_dress() {
        for (bytes, expected) in [
            (&b"I42\n"[..], Step::Int(42)),
            (b"I0042\n", Step::Int(42)),
            (b"L99999999999999999999L\n", Step::Inert),
            (b"F1e5\n", Step::Inert),
            (b"Fnan\n", Step::Inert),
            (b"\x8a\x01\xff", Step::Int(-1)),
            (b"\x8a\x00", Step::Int(0)),
            (b"J\xff\xff\xff\xff", Step::Int(-1)),
        ] {
            assert_eq!(step(&mut Cursor::new(bytes, 0)), Ok(expected), "{bytes:?}");
        }
        assert_eq!(step(&mut Cursor::new(b"Install\n", 0)), Err(Flaw::Argument));
    }
}
