//! `ExecuTorch` programs: operators, back ends and segments. Source: `program.fbs`.

use std::{collections::HashSet, ops::Range};

use crate::{
    cursor::Cursor,
    flatbuffer::{Buffer, has_identifier},
};

/// What a program is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Operators, such as `aten::add`, each once.
    pub operators: Vec<Named>,
    /// Back ends that parts of the program are handed to, each once.
    pub backends: Vec<Named>,
    /// Names and settings.
    pub texts: Vec<Named>,
    /// Contradictions: offset and what is wrong.
    pub lies: Vec<(usize, &'static str)>,
    /// Why reading ended early, if it did.
    pub cut: Option<&'static str>,
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub range: Range<usize>,
}

/// Whether these bytes begin like a program.
pub fn looks_like(head: &[u8]) -> bool {
    has_identifier(head, |identifier| matches!(identifier, [b'E', b'T', b'0'..=b'9', b'0'..=b'9']))
}

/// Reads a program of which at most `budget` tables and elements are looked at.
pub fn parse(bytes: &[u8], budget: u32) -> Program {
    let buffer = Buffer::new(bytes, budget);
    let mut program = Program::default();
    let [mut operators, mut backends, mut texts] = [(); 3].map(|()| Names::default());
    if let Some(root) = buffer.root() {
        for plan in root.vector(1).tables() {
            texts.keep(bytes, plan.string(0));
            for operator in plan.vector(6).tables() {
                operators.keep(bytes, operator.string(0));
            }
            for delegate in plan.vector(7).tables() {
                backends.keep(bytes, delegate.string(0));
                for setting in delegate.vector(2).tables() {
                    texts.keep(bytes, setting.string(0));
                    texts.keep(bytes, setting.vector(1).bytes(1));
                }
            }
        }
        let base = segment_base(bytes);
        for segment in root.vector(4).tables() {
            let end = base.and_then(|base| base.checked_add(segment.u64(0))?.checked_add(segment.u64(1)));
            if end.is_none_or(|end| end > bytes.len() as u64) {
                program.lies.push((segment.at(), "a segment lies outside of the file"));
            }
        }
    }
    if let Some(at) = buffer.broken() {
        program.lies.push((at, "an offset leads outside of the file"));
    }
    if buffer.is_spent() || operators.more || backends.more || texts.more {
        program.cut = Some("it has more operators than the scan reads");
    }
    Program { operators: operators.list, backends: backends.list, texts: texts.list, ..program }
}

/// Where segments begin: what the extended header says, if there is one.
fn segment_base(bytes: &[u8]) -> Option<u64> {
    let mut header = Cursor::new(bytes, 8);
    if header.take(4)? != b"eh00" {
        return Some(0);
    }
    header.take(4)?;
    let _program = header.u64()?;
    header.u64()
}

/// Names, each once.
#[derive(Default)]
struct Names {
    list: Vec<Named>,
    seen: HashSet<String>,
    /// Whether there are more than are kept.
    more: bool,
}

impl Names {
    fn keep(&mut self, bytes: &[u8], range: Option<Range<usize>>) {
        let Some(range) = range else { return };
        let raw = bytes.get(range.clone()).unwrap_or_default();
        let name = String::from_utf8_lossy(raw.get(..raw.len().min(4096)).unwrap_or_default()).into_owned();
        if self.list.len() >= NAMES {
            self.more |= !self.seen.contains(&name);
        } else if self.seen.insert(name.clone()) {
            self.list.push(Named { name, range });
        }
    }
}

/// The most names that are kept.
const NAMES: usize = 2000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flatbuffer::tests::{Made, file};

    fn sample(size: u64) -> Vec<u8> {
        let named = |slot, name| Made::Table(vec![(slot, Made::Text(name))]);
        let plan = Made::Table(vec![
            (0, Made::Text("forward")),
            (6, Made::Tables(vec![named(0, "aten::add"), named(0, "evil::run")])),
            (7, Made::Tables(vec![named(0, "XnnpackBackend")])),
        ]);
        let segment = Made::Table(vec![(0, Made::Long(0)), (1, Made::Long(size))]);
        file(*b"ET12", Made::Table(vec![(1, Made::Tables(vec![plan])), (4, Made::Tables(vec![segment]))]))
    }

    #[test]
    fn operators_and_backends_are_found() {
        let bytes = sample(4);
        let program = parse(&bytes, 1000);
        let names = |list: &[Named]| list.iter().map(|named| named.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&program.operators), ["aten::add", "evil::run"]);
        assert_eq!((names(&program.backends), program.lies.len()), (vec!["XnnpackBackend".to_owned()], 0));
        assert_eq!(parse(&sample(1 << 40), 1000).lies.len(), 1);
        assert!(looks_like(&bytes) && !looks_like(b"\x08\0\0\0ETxx"));
    }

    #[test]
    fn truncated_programs_are_safe() {
        let bytes = sample(4);
        for end in 0..bytes.len() {
            parse(&bytes[..end], 1000);
        }
    }

    proptest! {
        #[test]
        fn damaged_programs_are_safe(at in 0usize..400, value: u8) {
            let mut bytes = sample(4);
            let at = at % bytes.len();
            bytes[at] = value;
            parse(&bytes, 1000);
        }
    }
}
