//! Expressions of Jinja as a flat list of nodes in which the parts of a node stand in front of it, so that nothing that
//! walks over them needs to recurse.

use std::ops::Range;

use super::lexer::{Lexeme, Token};

/// The number of a node.
pub(super) type Id = usize;

/// A node and the bytes of the token that makes it one.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) expression: Expression<'a>,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Expression<'a> {
    Text(String),
    Int(u64),
    /// A number with a fraction, a truth value or none.
    Other,
    Name(&'a str),
    /// A list or tuple.
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Attribute(Id, &'a str),
    Item(Id, Id),
    Slice(Id, [Option<Id>; 3]),
    Call(Id, Vec<Argument<'a>>),
    /// A filter; without a base in `{% filter %}`.
    Filter(Option<Id>, &'a str, Vec<Argument<'a>>),
    Test(Id, &'a str, Vec<Argument<'a>>),
    Unary(Id),
    Binary(&'static str, Id, Id),
    /// `then if condition else otherwise`.
    If(Id, Id, Option<Id>),
}

/// An argument and its name.
pub(super) type Argument<'a> = (Option<&'a str>, Id);

impl Expression<'_> {
    /// The parts of a node.
    pub(super) fn parts(&self) -> Vec<Id> {
        match self {
            Self::Text(_) | Self::Int(_) | Self::Other | Self::Name(_) => Vec::new(),
            Self::List(items) => items.clone(),
            Self::Dict(pairs) => pairs.iter().flat_map(|(key, value)| [*key, *value]).collect(),
            Self::Attribute(base, _) | Self::Unary(base) => vec![*base],
            Self::Item(base, key) => vec![*base, *key],
            Self::Slice(base, bounds) => std::iter::once(*base).chain(bounds.iter().flatten().copied()).collect(),
            Self::Call(base, arguments) | Self::Test(base, _, arguments) => {
                std::iter::once(*base).chain(arguments.iter().map(|(_, id)| *id)).collect()
            }
            Self::Filter(base, _, arguments) => {
                base.iter().copied().chain(arguments.iter().map(|(_, id)| *id)).collect()
            }
            Self::Binary(_, left, right) => vec![*left, *right],
            Self::If(then, condition, otherwise) => {
                [Some(*then), Some(*condition), *otherwise].into_iter().flatten().collect()
            }
        }
    }
}

/// The expressions of one tag.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// The outermost nodes, in order.
    pub(super) roots: Vec<Id>,
    /// Whether something in the tag could not be read.
    pub(super) broken: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn get(&self, id: Id) -> Option<&Expression<'a>> {
        self.nodes.get(id).map(|node| &node.expression)
    }
}

/// Reads the expressions of a tag: one behind the other, whatever stands between them.
pub(super) fn parse<'a>(tokens: &[Token<'a>]) -> Tree<'a> {
    let mut parser = Parser { tokens, at: 0, depth: 0, tree: Tree::default() };
    while parser.at < tokens.len() {
        if parser.eat(",") || parser.eat("=") || parser.word("in") {
            continue;
        }
        let Some(root) = parser.ternary() else {
            parser.tree.broken = true;
            break;
        };
        parser.tree.roots.push(root);
    }
    parser.tree
}

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    depth: usize,
    tree: Tree<'a>,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<&Lexeme<'a>> {
        self.tokens.get(self.at).map(|token| &token.lexeme)
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Lexeme::Operator(found)) if *found == operator)
    }

    fn eat(&mut self, operator: &str) -> bool {
        let found = self.is(operator);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Lexeme::Name(found)) if *found == word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Option<&'a str> {
        let Some(Lexeme::Name(name)) = self.peek() else { return None };
        let name = *name;
        self.at += 1;
        Some(name)
    }

    /// Adds a node that is made by the token in front.
    fn add(&mut self, expression: Expression<'a>) -> Id {
        let token = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let range = token.map_or(0..0, |token| token.range.clone());
        self.add_at(expression, range)
    }

    fn add_at(&mut self, expression: Expression<'a>, range: Range<usize>) -> Id {
        self.tree.nodes.push(Node { expression, range });
        self.tree.nodes.len() - 1
    }

    fn binary(&mut self, operator: &'static str, left: Id, right: Id, at: usize) -> Id {
        let range = self.tokens.get(at).map_or(0..0, |token| token.range.clone());
        self.add_at(Expression::Binary(operator, left, right), range)
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn ternary(&mut self) -> Option<Id> {
        self.nested(|parser| {
            let mut then = parser.level(0)?;
            while parser.word("if") {
                let condition = parser.level(0)?;
                let otherwise = if parser.word("else") { Some(parser.ternary()?) } else { None };
                then = parser.add(Expression::If(then, condition, otherwise));
            }
            Some(then)
        })
    }

    /// Operators from the loosest to the tightest.
    fn level(&mut self, level: usize) -> Option<Id> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        if level == NOT {
            let mut negated = 0;
            while self.word("not") {
                negated += 1;
            }
            let inner = self.level(level + 1)?;
            return Some(if negated > 0 { self.add(Expression::Unary(inner)) } else { inner });
        }
        let mut left = self.level(level + 1)?;
        loop {
            let at = self.at;
            let Some(operator) = operators.iter().copied().find(|operator| self.operator(operator)) else {
                return Some(left);
            };
            let right = self.level(level + 1)?;
            left = self.binary(operator, left, right, at);
        }
    }

    fn operator(&mut self, operator: &'static str) -> bool {
        match operator {
            "not in" => {
                let next = self.tokens.get(self.at + 1).map(|token| &token.lexeme);
                let found = matches!(self.peek(), Some(Lexeme::Name("not"))) && next == Some(&Lexeme::Name("in"));
                self.at += if found { 2 } else { 0 };
                found
            }
            "and" | "or" | "in" => self.word(operator),
            _ => self.eat(operator),
        }
    }

    fn unary(&mut self) -> Option<Id> {
        if self.eat("-") || self.eat("+") {
            let inner = self.nested(Self::unary)?;
            return Some(self.add(Expression::Unary(inner)));
        }
        let base = self.primary()?;
        let base = self.postfix(base)?;
        if self.is("**") {
            let at = self.at;
            self.at += 1;
            let power = self.nested(Self::unary)?;
            return Some(self.binary("**", base, power, at));
        }
        Some(base)
    }

    fn primary(&mut self) -> Option<Id> {
        let lexeme = self.peek()?.clone();
        self.at += 1;
        Some(match lexeme {
            Lexeme::Name("true" | "false" | "none" | "True" | "False" | "None") | Lexeme::Float => {
                self.add(Expression::Other)
            }
            Lexeme::Name(name) => self.add(Expression::Name(name)),
            Lexeme::Int(number) => self.add(Expression::Int(number)),
            Lexeme::Text(mut text) => {
                let start = self.at - 1;
                while let Some(Lexeme::Text(more)) = self.peek() {
                    text.push_str(more);
                    self.at += 1;
                }
                let first = self.tokens.get(start).map_or(0, |token| token.range.start);
                let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
                let end = last.map_or(first, |token| token.range.end);
                self.add_at(Expression::Text(text), first..end)
            }
            Lexeme::Operator("(") => {
                let (items, list) = self.nested(|parser| parser.items(")"))?;
                match items.as_slice() {
                    [only] if !list => *only,
                    _ => self.add(Expression::List(items)),
                }
            }
            Lexeme::Operator("[") => {
                let (items, _) = self.nested(|parser| parser.items("]"))?;
                self.add(Expression::List(items))
            }
            Lexeme::Operator("{") => {
                let pairs = self.nested(Self::pairs)?;
                self.add(Expression::Dict(pairs))
            }
            _ => return None,
        })
    }

    /// Items up to a closing bracket, and whether there was a comma.
    fn items(&mut self, close: &str) -> Option<(Vec<Id>, bool)> {
        let (mut items, mut list) = (Vec::new(), false);
        while !self.eat(close) {
            items.push(self.ternary()?);
            list |= self.is(",");
            if !self.eat(",") && !self.is(close) {
                return None;
            }
        }
        list |= items.is_empty();
        Some((items, list))
    }

    fn pairs(&mut self) -> Option<Vec<(Id, Id)>> {
        let mut pairs = Vec::new();
        while !self.eat("}") {
            let key = self.ternary()?;
            if !self.eat(":") {
                return None;
            }
            pairs.push((key, self.ternary()?));
            if !self.eat(",") && !self.is("}") {
                return None;
            }
        }
        Some(pairs)
    }

    fn postfix(&mut self, mut base: Id) -> Option<Id> {
        loop {
            base = self.trail(base)?;
            base = if self.eat("|") {
                let name = self.dotted()?;
                let arguments = if self.is("(") { self.nested(Self::arguments)? } else { Vec::new() };
                self.add(Expression::Filter(Some(base), name, arguments))
            } else if self.word("is") {
                self.word("not");
                let name = self.dotted()?;
                let arguments = self.nested(Self::test_arguments)?;
                self.add(Expression::Test(base, name, arguments))
            } else {
                return Some(base);
            };
        }
    }

    /// Attributes, subscripts and calls behind something.
    fn trail(&mut self, mut base: Id) -> Option<Id> {
        loop {
            base = if self.eat(".") {
                if let Some(Lexeme::Int(number)) = self.peek() {
                    let number = *number;
                    self.at += 1;
                    let key = self.add(Expression::Int(number));
                    self.add(Expression::Item(base, key))
                } else {
                    let name = self.name()?;
                    self.add(Expression::Attribute(base, name))
                }
            } else if self.eat("[") {
                self.nested(|parser| parser.subscript(base))?
            } else if self.is("(") {
                let arguments = self.nested(Self::arguments)?;
                self.add(Expression::Call(base, arguments))
            } else {
                return Some(base);
            };
        }
    }

    /// The last part of a name with dots.
    fn dotted(&mut self) -> Option<&'a str> {
        let mut name = self.name()?;
        while self.eat(".") {
            name = self.name()?;
        }
        Some(name)
    }

    /// A test takes arguments in brackets, or one without.
    fn test_arguments(&mut self) -> Option<Vec<Argument<'a>>> {
        match self.peek() {
            Some(Lexeme::Operator("(")) => self.arguments(),
            Some(Lexeme::Name("else" | "or" | "and" | "if" | "is" | "in" | "not" | "recursive")) => Some(Vec::new()),
            Some(Lexeme::Name(_) | Lexeme::Text(_) | Lexeme::Int(_) | Lexeme::Operator("[" | "{")) => {
                let base = self.primary()?;
                Some(vec![(None, self.trail(base)?)])
            }
            _ => Some(Vec::new()),
        }
    }

    fn subscript(&mut self, base: Id) -> Option<Id> {
        let mut bounds = [None; 3];
        let mut colons = 0;
        let mut keys = Vec::new();
        while !self.eat("]") {
            if self.eat(":") {
                colons += 1;
                continue;
            }
            if self.eat(",") {
                continue;
            }
            let key = self.ternary()?;
            *bounds.get_mut(colons)? = Some(key);
            keys.push(key);
        }
        Some(match keys.as_slice() {
            _ if colons > 0 => self.add(Expression::Slice(base, bounds)),
            [key] => {
                let key = *key;
                self.add(Expression::Item(base, key))
            }
            _ => return None,
        })
    }

    fn arguments(&mut self) -> Option<Vec<Argument<'a>>> {
        let mut arguments = Vec::new();
        if !self.eat("(") {
            return None;
        }
        while !self.eat(")") {
            // `*list` and `**dict`.
            let _ = self.eat("**") || self.eat("*");
            let next = self.tokens.get(self.at + 1).map(|token| &token.lexeme);
            let name = match self.peek() {
                Some(Lexeme::Name(name)) if next == Some(&Lexeme::Operator("=")) => Some(*name),
                _ => None,
            };
            self.at += if name.is_some() { 2 } else { 0 };
            arguments.push((name, self.ternary()?));
            if !self.eat(",") && !self.is(")") {
                return None;
            }
        }
        Some(arguments)
    }
}

const LEVELS: &[&[&str]] = &[
    &["or"],
    &["and"],
    &["not"],
    &["==", "!=", "<=", ">=", "<", ">", "not in", "in"],
    &["+", "-"],
    &["~"],
    &["*", "//", "/", "%"],
];
const NOT: usize = 2;
/// How deep brackets may lie in brackets.
const DEPTH: usize = 80;
