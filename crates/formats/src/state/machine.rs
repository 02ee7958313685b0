//! The stack machine: containers and plain data, and what calls on the short list of `rebuild` make of them.

use std::{collections::HashMap, ops::Range, rc::Rc};

use super::{
    Dtype, Limits, Refusal,
    opcode::{self, Op},
    rebuild,
};
use crate::cursor::Cursor;

/// A value and where the file describes it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) at: usize,
}

/// A value; what is shared or changes later is a node of the machine.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Something that is no tensor, and what it is.
    Plain(&'static str),
    Bool(bool),
    Int(i64),
    Text(Rc<str>, Range<usize>),
    Bytes(Range<usize>),
    Global(Rc<str>),
    Node(usize),
}

/// A container, a storage or a tensor.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Tuple(Vec<Item>),
    List(Vec<Item>),
    Dict(Vec<(Item, Item)>),
    Storage(Storage),
    Tensor(View),
    /// An array before its state is known.
    Array,
    /// A type of NumPy: its code without byte order.
    ArrayType(String),
}

/// A block of numbers.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    pub(super) place: Place,
    /// `None` for one that is nothing but bytes.
    pub(super) dtype: Option<Dtype>,
    /// Number of elements.
    pub(super) count: u64,
}

/// Where numbers lie.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In the part of the file with this key.
    Key(Rc<str>),
    /// Here.
    Range(Range<usize>),
}

/// A tensor as a view of a storage.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) storage: Storage,
    pub(super) dtype: Dtype,
    /// Offset of the first element, in elements.
    pub(super) offset: u64,
    pub(super) shape: Vec<u64>,
    pub(super) strides: Vec<u64>,
}

/// The machine after a pickle.
pub(super) struct Machine<'a> {
    pub(super) bytes: &'a [u8],
    cursor: Cursor<'a>,
    limits: Limits,
    steps: usize,
    stack: Vec<Item>,
    marks: Vec<usize>,
    memo: HashMap<u64, Item>,
    pub(super) nodes: Vec<Node>,
    /// Whether this runs inside of another one.
    pub(super) nested: bool,
}

impl<'a> Machine<'a> {
    /// A machine over the pickles that begin at an offset.
    pub(super) fn new(bytes: &'a [u8], at: usize, limits: Limits) -> Self {
        Self {
            bytes,
            cursor: Cursor::new(bytes, at),
            limits,
            steps: 0,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            nodes: Vec::new(),
            nested: false,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.cursor.at()
    }

    /// Runs one pickle to its end.
    pub(super) fn run(&mut self) -> Result<Item, Refusal> {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        loop {
            let at = self.cursor.at();
            self.steps += 1;
            if self.steps > self.limits.values || self.nodes.len() > self.limits.values {
                return Err(Refusal::new(at, "the pickle has more values than any saved state"));
            }
            let op = opcode::next(&mut self.cursor)?;
            if op == Op::Stop {
                return self.pop(at);
            }
            self.apply(op, at)?;
        }
    }

    fn apply(&mut self, op: Op, at: usize) -> Result<(), Refusal> {
        match op {
            Op::Nothing | Op::Stop => {}
            Op::Mark => self.marks.push(self.stack.len()),
            Op::Pop => drop(self.pop(at)?),
            Op::PopMark => drop(self.above_mark(at)?),
            Op::Duplicate => self.stack.push(self.top(at)?.clone()),
            Op::Plain(what) => self.push(Value::Plain(what), at),
            Op::Bool(value) => self.push(Value::Bool(value), at),
            Op::Int(number) => self.push(Value::Int(number), at),
            Op::Text(text, range) => self.push(Value::Text(text.into(), range), at),
            Op::Bytes(range) => self.push(Value::Bytes(range), at),
            Op::Global(name) => self.push(Value::Global(name.into()), at),
            Op::Tuple(len) => {
                let from = self.stack.len().checked_sub(len).filter(|from| *from >= self.floor());
                let items = self.stack.split_off(from.ok_or_else(|| short(at))?);
                self.push_node(Node::Tuple(items), at);
            }
            Op::TupleFromMark => {
                let items = self.above_mark(at)?;
                self.push_node(Node::Tuple(items), at);
            }
            Op::EmptyList => self.push_node(Node::List(Vec::new()), at),
            Op::ListFromMark => {
                let items = self.above_mark(at)?;
                self.push_node(Node::List(items), at);
            }
            Op::EmptyDict => self.push_node(Node::Dict(Vec::new()), at),
            Op::DictFromMark => {
                let entries = pairs(self.above_mark(at)?, at)?;
                self.push_node(Node::Dict(entries), at);
            }
            Op::Append => {
                let item = self.pop(at)?;
                self.extend(vec![item], at)?;
            }
            Op::Appends => {
                let items = self.above_mark(at)?;
                self.extend(items, at)?;
            }
            Op::SetItem => {
                let value = self.pop(at)?;
                let key = self.pop(at)?;
                self.insert(vec![(key, value)], at)?;
            }
            Op::SetItems => {
                let entries = pairs(self.above_mark(at)?, at)?;
                self.insert(entries, at)?;
            }
            Op::Put(key) => {
                let top = self.top(at)?.clone();
                self.memo.insert(key, top);
            }
            Op::Memoize => {
                let top = self.top(at)?.clone();
                self.memo.insert(self.memo.len() as u64, top);
            }
            Op::Get(key) => {
                let item = self.memo.get(&key).cloned();
                self.stack.push(item.ok_or_else(|| Refusal::new(at, "a memo entry that was never made"))?);
            }
            Op::StackGlobal => {
                let (name, module) = (self.pop(at)?, self.pop(at)?);
                match (module.value, name.value) {
                    (Value::Text(module, _), Value::Text(name, _)) => {
                        self.push(Value::Global(format!("{module}.{name}").into()), at);
                    }
                    _ => return Err(Refusal::new(at, "a name that is computed while loading")),
                }
            }
            Op::Persistent => {
                let id = self.pop(at)?;
                let storage = rebuild::storage(self, &id)?;
                self.push_node(Node::Storage(storage), at);
            }
            Op::Reduce => {
                let (arguments, callee) = (self.pop(at)?, self.pop(at)?);
                let made = rebuild::call(self, &callee, &arguments, at)?;
                self.stack.push(Item { value: made, at });
            }
            Op::Make(depth) => {
                let class = match depth {
                    Some(depth) => self.stack.len().checked_sub(depth).and_then(|at| self.stack.get(at)),
                    None => self.stack.get(self.floor()),
                };
                let name = match class.map(|class| &class.value) {
                    Some(Value::Global(name)) => format!("`{name}`"),
                    _ => "an object of a class that is computed while loading".to_owned(),
                };
                return Err(Refusal::new(at, format!("{name} is not a tensor")));
            }
            Op::Build => {
                let state = self.pop(at)?;
                let target = self.top(at)?.clone();
                rebuild::build(self, &target, &state, at)?;
            }
        }
        Ok(())
    }

    /// A new node as a value.
    pub(super) fn node(&mut self, node: Node) -> Value {
        self.nodes.push(node);
        Value::Node(self.nodes.len() - 1)
    }

    pub(super) fn find(&self, value: &Value) -> Option<&Node> {
        match value {
            Value::Node(at) => self.nodes.get(*at),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub(super) fn items(&self, value: &Value) -> Option<&[Item]> {
        match self.find(value)? {
            Node::Tuple(items) | Node::List(items) => Some(items),
            _ => None,
        }
    }

    fn push(&mut self, value: Value, at: usize) {
        self.stack.push(Item { value, at });
    }

    fn push_node(&mut self, node: Node, at: usize) {
        let value = self.node(node);
        self.push(value, at);
    }

    fn pop(&mut self, at: usize) -> Result<Item, Refusal> {
        let above = self.stack.len() > self.floor();
        self.stack.pop().filter(|_| above).ok_or_else(|| short(at))
    }

    fn top(&self, at: usize) -> Result<&Item, Refusal> {
        self.stack.last().filter(|_| self.stack.len() > self.floor()).ok_or_else(|| short(at))
    }

    fn above_mark(&mut self, at: usize) -> Result<Vec<Item>, Refusal> {
        let mark = self.marks.pop().ok_or_else(|| Refusal::new(at, "a mark that was never set"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn extend(&mut self, more: Vec<Item>, at: usize) -> Result<(), Refusal> {
        match self.target(at)? {
            Node::List(items) => items.extend(more),
            _ => return Err(Refusal::new(at, "it appends to something that is not a list")),
        }
        Ok(())
    }

    fn insert(&mut self, more: Vec<(Item, Item)>, at: usize) -> Result<(), Refusal> {
        match self.target(at)? {
            Node::Dict(entries) => entries.extend(more),
            _ => return Err(Refusal::new(at, "it sets items of something that is not a dictionary")),
        }
        Ok(())
    }

    fn target(&mut self, at: usize) -> Result<&mut Node, Refusal> {
        let Value::Node(number) = self.top(at)?.value else {
            return Err(Refusal::new(at, "it fills something that is not a container"));
        };
        self.nodes.get_mut(number).ok_or_else(|| short(at))
    }
}

fn pairs(items: Vec<Item>, at: usize) -> Result<Vec<(Item, Item)>, Refusal> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let Some(key) = items.next() {
        let value = items.next().ok_or_else(|| Refusal::new(at, "a key without a value"))?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn short(at: usize) -> Refusal {
    Refusal::new(at, "a stack that is too short")
}
