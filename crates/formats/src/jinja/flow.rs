//! Reads a template tag by tag: which conditions are open, what variables hold, and what is written under which condition.

use std::{collections::HashMap, ops::Range};

use super::{
    Kind, Report, Speech, Swap, Trigger,
    lexer::{Lexeme, Token},
    marks::{Marks, Variables, is_conversation},
    reach::{Folded, Judge, LONG},
    syntax::{Expression, Node, Tree, parse},
    value::Value,
};

/// Judges the tokens of a template.
pub(super) fn judge(tokens: &[Token<'_>]) -> Report {
    let first = pass(tokens, HashMap::new());
    // What macros are given is known when all calls were read.
    let flow = if first.given.is_empty() { first } else { pass(tokens, first.given) };
    flow.judge.report
}

fn pass<'a>(tokens: &[Token<'a>], given: HashMap<(String, String), Given>) -> Flow<'a> {
    let mut flow = Flow { given, ..Flow::default() };
    flow.bind(tokens);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let is_block = match &token.lexeme {
            Lexeme::Data(text) => {
                flow.say(token.range.clone(), text, None);
                continue;
            }
            Lexeme::BlockStart => {
                flow.quoted = false;
                true
            }
            Lexeme::OutputStart => false,
            _ => continue,
        };
        let rest = tokens.get(at..).unwrap_or_default();
        let len = rest.iter().position(|token| token.lexeme == Lexeme::End).unwrap_or(rest.len());
        let inside = rest.get(..len).unwrap_or_default();
        at += len + 1;
        if is_block {
            flow.statement(inside);
        } else {
            flow.output(inside);
        }
    }
    if flow.judge.is_exhausted() {
        flow.judge.report.broken.get_or_insert(0);
    }
    flow
}

/// What the parameter of a macro is given.
#[derive(Clone, Debug, Default)]
struct Given {
    said: bool,
    text: Option<String>,
}

#[derive(Default)]
struct Flow<'a> {
    judge: Judge<'a>,
    variables: Variables,
    frames: Vec<Frame<'a>>,
    /// How often a variable was doubled.
    doubled: u64,
    /// Bytes of speech that are kept.
    said: usize,
    /// Whether something that was said was written, and no statement came since.
    quoted: bool,
    /// The parameters of macros.
    macros: HashMap<&'a str, Vec<&'a str>>,
    /// What macros are given, by macro and parameter.
    given: HashMap<(String, String), Given>,
}

/// A statement that is open.
#[derive(Clone)]
struct Frame<'a> {
    keyword: &'a str,
    /// The condition of what stands here, those around it included.
    when: Option<Trigger>,
    /// The condition of the statements around it.
    around: Option<Trigger>,
    /// A condition of an earlier branch.
    earlier: Option<Trigger>,
    /// How often it runs, as far as that is written there.
    turns: u64,
    /// The variable that takes what is written in it.
    captures: Option<String>,
}

impl<'a> Flow<'a> {
    /// Collects every name that the template gives to something: a function that it defines itself is no foreign one.
    fn bind(&mut self, tokens: &[Token<'a>]) {
        for pair in tokens.windows(2) {
            if let [Token { lexeme: Lexeme::Name(word), .. }, Token { lexeme: Lexeme::Name(name), .. }] = pair
                && matches!(*word, "macro" | "set" | "for" | "import" | "as" | "block")
            {
                self.judge.bound.insert(name);
            }
            if let [Token { lexeme: Lexeme::Name(name), .. }, Token { lexeme: Lexeme::Operator("="), .. }] = pair {
                self.judge.bound.insert(name);
            }
        }
        self.grow(tokens);
    }

    /// Collects the variables that loops put together piece by piece: what they hold when they are used is computed, even
    /// where they were constants before.
    fn grow(&mut self, tokens: &[Token<'a>]) {
        let mut loops = 0usize;
        for tag in tokens.split(|token| token.lexeme == Lexeme::End) {
            let start = tag.iter().position(|token| token.lexeme == Lexeme::BlockStart);
            let Some([keyword, rest @ ..]) = start.and_then(|at| tag.get(at + 1..)) else { continue };
            match keyword.lexeme {
                Lexeme::Name("for") => loops += 1,
                Lexeme::Name("endfor") => loops = loops.saturating_sub(1),
                Lexeme::Name("set") if loops > 0 => {
                    let split = rest.iter().position(|token| token.lexeme == Lexeme::Operator("="));
                    let Some((target, value)) = split.and_then(|at| rest.split_at_checked(at)) else { continue };
                    let joins = |token: &Token<'_>| matches!(token.lexeme, Lexeme::Operator("~" | "+"));
                    if value.iter().any(joins) && self.judge.grown.len() < CONSTANTS {
                        self.judge.grown.insert(target_name(target));
                    }
                }
                _ => {}
            }
        }
    }

    fn when(&self) -> Option<&Trigger> {
        self.frames.last().and_then(|frame| frame.when.as_ref())
    }

    fn turns(&self) -> u64 {
        self.frames.last().map_or(1, |frame| frame.turns)
    }

    fn read(&mut self, tokens: &[Token<'a>], called: bool) -> (Tree<'a>, Folded, Marks) {
        let tree = parse(tokens);
        let folded = self.judge.tag(&tree, called);
        let keys: HashMap<_, _> = folded.keys.iter().cloned().collect();
        let marks = Marks::of(&tree, &keys, &self.variables);
        if tree.broken {
            let at = tokens.first().map_or(0, |token| token.range.start);
            self.judge.report.broken.get_or_insert(at);
            self.scan(tokens);
        }
        self.swaps(&tree, &marks);
        self.hand_over(&tree, &folded, &marks);
        (tree, folded, marks)
    }

    /// Looks at the names and strings of a tag that cannot be read as expressions.
    fn scan(&mut self, tokens: &[Token<'a>]) {
        for token in tokens {
            let single = match &token.lexeme {
                Lexeme::Name(_) | Lexeme::Text(_) => parse(std::slice::from_ref(token)),
                _ => continue,
            };
            self.judge.tag(&single, false);
        }
    }

    fn output(&mut self, tokens: &[Token<'a>]) {
        let (tree, folded, marks) = self.read(tokens, true);
        self.pieces(&tree, &folded, &marks);
        if marks.quotes_before(&tree, tree.nodes.len()) {
            self.quoted = true;
            for name in self.frames.iter().filter_map(|frame| frame.captures.clone()) {
                self.variables.said.insert(name);
            }
        }
    }

    /// Remembers what macros are given.
    fn hand_over(&mut self, tree: &Tree<'a>, folded: &Folded, marks: &Marks) {
        for node in &tree.nodes {
            let Expression::Call(callee, arguments) = &node.expression else { continue };
            let Some(Expression::Name(name)) = tree.get(*callee) else { continue };
            let Some(parameters) = self.macros.get(name) else { continue };
            for (place, (keyword, id)) in arguments.iter().enumerate().take(ARGUMENTS) {
                let Some(parameter) = keyword.or_else(|| parameters.get(place).copied()) else { continue };
                let text = match tree.get(*id) {
                    Some(Expression::Text(text)) => Some(text.clone()),
                    _ => folded.pieces.iter().find(|(piece, _)| piece == id).map(|(_, text)| text.clone()),
                };
                let said = marks.is_said_at(*id);
                if said || text.is_some() {
                    let given = self.given.entry(((*name).to_owned(), parameter.to_owned())).or_default();
                    given.said |= said;
                    given.text = given.text.take().or(text);
                }
            }
        }
    }

    /// The parameters of a macro, with what they are given: by calls, or by themselves.
    fn parameters(&mut self, tree: &Tree<'a>) {
        let Some(Expression::Call(callee, arguments)) = tree.roots.first().and_then(|root| tree.get(*root)) else {
            return;
        };
        let Some(Expression::Name(title)) = tree.get(*callee) else { return };
        let mut names = Vec::new();
        for (keyword, id) in arguments.iter().take(ARGUMENTS) {
            let (name, default) = match (keyword, tree.get(*id)) {
                (Some(name), Some(Expression::Text(text))) => (*name, Some(text.clone())),
                (Some(name), _) | (None, Some(Expression::Name(name))) => (*name, None),
                _ => continue,
            };
            names.push(name);
            let given = self.given.get(&((*title).to_owned(), name.to_owned())).cloned().unwrap_or_default();
            if given.said {
                self.variables.said.insert(name.to_owned());
            }
            let text = given.text.or(default);
            self.remember(name.to_owned(), text.map_or(Value::Unknown, Value::text));
        }
        self.macros.insert(title, names);
    }

    /// Notes the strings that an expression writes.
    fn pieces(&mut self, tree: &Tree<'a>, folded: &Folded, marks: &Marks) {
        let own = marks.trigger(tree);
        for (id, text) in &folded.pieces {
            if marks.emits(*id)
                && let Some(node) = tree.nodes.get(*id)
            {
                self.quoted |= marks.quotes_before(tree, *id);
                self.say(node.range.clone(), text, own.as_ref());
            }
        }
        if folded.roots.iter().any(|value| value.as_text().is_none())
            && let Some(last) = self.judge.report.speech.last_mut()
        {
            last.text.push('\u{2026}');
        }
    }

    /// Notes a text that is written. Texts that follow each other under one condition are one.
    fn say(&mut self, range: Range<usize>, text: &str, own: Option<&Trigger>) {
        if text.trim().is_empty() {
            return;
        }
        if self.said > SAID || self.judge.report.speech.len() >= SPEECHES {
            self.judge.report.broken.get_or_insert(range.start);
            return;
        }
        self.said += text.len() + 1;
        let around = self.when();
        let when = match (own, around) {
            (Some(own), Some(around)) if around.is_speech() && !own.is_speech() => Some(around),
            (Some(own), _) => Some(own),
            (None, around) => around,
        };
        let when = when.cloned();
        if self.quoted && self.judge.report.tails.len() < SPEECHES {
            self.judge.report.tails.push(Speech { range: range.clone(), text: text.to_owned(), when: when.clone() });
        }
        if let Some(when) = &when {
            for name in self.frames.iter().filter_map(|frame| frame.captures.clone()) {
                self.variables.flags.insert(name, when.clone());
            }
        }
        match self.judge.report.speech.last_mut() {
            Some(last) if last.when == when => {
                last.text.push_str(text);
                // An expression hands its strings on in the order in which it works them out.
                last.range = last.range.start.min(range.start)..last.range.end.max(range.end);
            }
            _ => self.judge.report.speech.push(Speech { range, text: text.to_owned(), when }),
        }
    }

    /// Notes replacements of words in what was said.
    fn swaps(&mut self, tree: &Tree<'a>, marks: &Marks) {
        for node in &tree.nodes {
            if let Some(swap) = rejoined(tree, node, marks) {
                if self.judge.report.swaps.len() < SWAPS {
                    self.judge.report.swaps.push(swap);
                }
                continue;
            }
            let (base, arguments) = match &node.expression {
                Expression::Filter(Some(base), "replace", arguments) => (Some(*base), arguments),
                // All that stands in the block.
                Expression::Filter(None, "replace", arguments) => (None, arguments),
                Expression::Call(callee, arguments) => match tree.get(*callee) {
                    Some(Expression::Name("replace")) => (None, arguments),
                    Some(Expression::Attribute(base, "replace")) => (Some(*base), arguments),
                    _ => continue,
                },
                _ => continue,
            };
            let text = |at: usize| match arguments.get(at).and_then(|(_, id)| tree.get(*id)) {
                Some(Expression::Text(text)) => Some(text.clone()),
                _ => None,
            };
            if let (true, Some(from), Some(to)) = (base.is_none_or(|base| marks.is_said_at(base)), text(0), text(1))
                && self.judge.report.swaps.len() < SWAPS
            {
                self.judge.report.swaps.push(Swap { range: node.range.clone(), from, to });
            }
        }
    }

    fn statement(&mut self, tokens: &[Token<'a>]) {
        let Some((Token { lexeme: Lexeme::Name(keyword), range }, rest)) = tokens.split_first() else {
            return self.output(tokens);
        };
        match *keyword {
            "if" => {
                let (tree, _, marks) = self.read(rest, true);
                self.open("if", marks.trigger(&tree), 1);
            }
            "elif" => {
                let (tree, _, marks) = self.read(rest, true);
                self.branch(marks.trigger(&tree));
            }
            "else" => self.branch(None),
            "for" => self.loops(rest, range),
            "set" => self.set(rest),
            "include" | "import" | "extends" | "from" => {
                let (_, folded, _) = self.read(rest, true);
                let path = folded.roots.first().and_then(Value::as_text).unwrap_or("a computed path");
                self.judge.add(Kind::File, range.clone(), format!("{keyword} {path}"));
            }
            "macro" | "call" | "filter" | "block" | "with" | "autoescape" | "trans" | "generation" => {
                let (tree, folded, marks) = self.read(rest, *keyword == "call");
                match *keyword {
                    "macro" => self.parameters(&tree),
                    "with" => self.assign(rest),
                    _ => self.pieces(&tree, &folded, &marks),
                }
                self.open(keyword, None, 1);
            }
            _ if keyword.starts_with("end") => {
                let name = keyword.get(3..).unwrap_or_default();
                if let Some(at) = self.frames.iter().rposition(|frame| frame.keyword == name) {
                    self.frames.truncate(at);
                }
            }
            "raw" | "continue" | "break" | "debug" => {}
            _ => self.output(rest),
        }
    }

    fn open(&mut self, keyword: &'a str, own: Option<Trigger>, turns: u64) {
        let around = self.when().cloned();
        let turns = self.turns().saturating_mul(turns);
        let when = stronger(own.clone(), around.clone());
        self.frames.push(Frame { keyword, when, around, earlier: own, turns, captures: None });
    }

    /// The next branch of a condition: `else` stands under the conditions of all branches before it.
    fn branch(&mut self, own: Option<Trigger>) {
        let Some(at) = self.frames.iter().rposition(|frame| matches!(frame.keyword, "if" | "for")) else { return };
        self.frames.truncate(at + 1);
        if let Some(frame) = self.frames.last_mut() {
            frame.earlier = stronger(own.clone(), frame.earlier.take());
            let own = own.or_else(|| frame.earlier.clone());
            frame.when = stronger(own, frame.around.clone());
        }
    }

    fn loops(&mut self, tokens: &[Token<'a>], range: &Range<usize>) {
        let split = tokens.iter().position(|token| token.lexeme == Lexeme::Name("in")).unwrap_or(0);
        let (targets, rest) = tokens.split_at(split);
        let (tree, folded, marks) = self.read(rest, true);
        let turns = folded.roots.first().and_then(Value::length).unwrap_or(1);
        let said = tree.roots.iter().any(|root| marks.is_said_at(*root));
        let messages = tree.roots.first().is_some_and(|root| is_conversation(&tree, *root));
        let targets = targets.iter().filter_map(|token| match token.lexeme {
            Lexeme::Name(name) => Some(name),
            _ => None,
        });
        let targets: Vec<&str> = targets.collect();
        for (place, name) in targets.iter().copied().enumerate() {
            {
                self.remember(name.to_owned(), Value::Unknown);
                if messages {
                    self.variables.messages.insert(name.to_owned());
                }
                // Of pairs, the key is said by nobody.
                if said && place + 1 == targets.len() {
                    self.variables.said.insert(name.to_owned());
                }
            }
        }
        self.open("for", marks.trigger(&tree), turns.max(1));
        let product = self.turns();
        if product > LONG {
            self.judge.add(Kind::Endless, range.clone(), format!("{product} turns"));
        }
    }

    fn set(&mut self, tokens: &[Token<'a>]) {
        let Some(split) = tokens.iter().position(|token| token.lexeme == Lexeme::Operator("=")) else {
            self.read(tokens, true);
            self.open("set", None, 1);
            if let (Some(frame), Some(Token { lexeme: Lexeme::Name(name), .. })) =
                (self.frames.last_mut(), tokens.first())
            {
                frame.captures = Some((*name).to_owned());
            }
            return;
        };
        self.assigned(tokens, split, true);
    }

    /// The variables of `{% with %}`, which nobody reads on the way.
    fn assign(&mut self, tokens: &[Token<'a>]) {
        if let Some(split) = tokens.iter().position(|token| token.lexeme == Lexeme::Operator("=")) {
            self.assigned(tokens, split, false);
        }
    }

    fn assigned(&mut self, tokens: &[Token<'a>], split: usize, writes: bool) {
        let (targets, rest) = tokens.split_at(split);
        let (tree, mut folded, marks) = self.read(rest, true);
        if writes {
            self.pieces(&tree, &folded, &marks);
        }
        let names: Vec<String> =
            targets.split(|token| token.lexeme == Lexeme::Operator(",")).map(target_name).collect();
        let when = marks.trigger(&tree).or_else(|| self.when().cloned());
        for (at, name) in names.iter().enumerate() {
            let root = tree.roots.get(at.min(tree.roots.len().saturating_sub(1))).copied();
            if let (Some(root), Some(token)) = (root, targets.first()) {
                self.doubles(&tree, root, name, &token.range);
            }
            if root.is_some_and(|root| marks.is_said_at(root)) {
                self.variables.said.insert(name.clone());
            }
            if root.is_some_and(|root| marks.is_dated(root)) {
                self.variables.dated.insert(name.clone());
            }
            if let Some(when) = &when {
                self.variables.flags.insert(name.clone(), when.clone());
            }
            let value = folded.roots.get_mut(at).map(std::mem::take).unwrap_or_default();
            if let Value::Dict(pairs) = &value {
                for (key, value) in pairs {
                    self.remember(format!("{name}.{key}"), value.clone());
                }
            }
            // A namespace is no longer what it was made as.
            if let Some((space, _)) = name.split_once('.') {
                self.judge.constants.remove(space);
            }
            self.remember(name.clone(), if names.len() == 1 { value } else { Value::Unknown });
        }
    }

    fn remember(&mut self, name: String, value: Value) {
        match value.as_text() {
            Some(text) if self.variables.texts.len() < CONSTANTS => {
                self.variables.texts.insert(name.clone(), text.to_owned());
            }
            _ => {
                self.variables.texts.remove(&name);
            }
        }
        if value == Value::Unknown {
            self.judge.constants.remove(&name);
        } else if self.judge.constants.len() < CONSTANTS {
            self.judge.constants.insert(name, value);
        }
    }

    /// A variable that is put together with itself doubles; a few dozen times of that fill any memory.
    fn doubles(&mut self, tree: &Tree<'a>, root: usize, name: &str, range: &Range<usize>) {
        let mut same = 0;
        let mut open = vec![root];
        for _ in 0..PARTS {
            match open.pop().and_then(|id| tree.get(id)) {
                Some(Expression::Binary("~" | "+", left, right)) => open.extend([*left, *right]),
                Some(Expression::Binary("*", left, right)) => {
                    let twice = [*left, *right].iter().any(|id| matches!(tree.get(*id), Some(Expression::Int(2..))));
                    same += u32::from(twice);
                    open.extend([*left, *right]);
                }
                Some(Expression::Name(found)) => same += u32::from(*found == name),
                Some(Expression::Attribute(base, attribute)) => {
                    let space = matches!(tree.get(*base), Some(Expression::Name(space)) if name.split_once('.') == Some((*space, *attribute)));
                    same += u32::from(space);
                }
                Some(_) => {}
                None => break,
            }
        }
        if same >= 2 {
            self.doubled = self.doubled.saturating_add(self.turns());
            if self.doubled >= DOUBLINGS {
                self.judge.add(Kind::Endless, range.clone(), format!("{} doublings", self.doubled));
            }
        }
    }
}

/// The name that something is assigned to: a variable, or an attribute of a namespace.
fn target_name(target: &[Token<'_>]) -> String {
    let part = |token: &Token<'_>| match token.lexeme {
        Lexeme::Name(name) => name.to_owned(),
        Lexeme::Operator(".") => ".".to_owned(),
        _ => String::new(),
    };
    target.iter().map(part).collect()
}

/// `content.split(from)|join(to)` and `to.join(content.split(from))`: a replacement by another name.
fn rejoined(tree: &Tree<'_>, node: &Node<'_>, marks: &Marks) -> Option<Swap> {
    let (list, to) = match &node.expression {
        Expression::Filter(Some(list), "join", arguments) => (*list, arguments.first()?.1),
        Expression::Call(callee, arguments) => match tree.get(*callee)? {
            Expression::Attribute(to, "join") => (arguments.first()?.1, *to),
            _ => return None,
        },
        _ => return None,
    };
    let Expression::Call(callee, arguments) = tree.get(list)? else { return None };
    let Expression::Attribute(base, "split") = tree.get(*callee)? else { return None };
    match (tree.get(arguments.first()?.1)?, tree.get(to)?) {
        (Expression::Text(from), Expression::Text(to)) if marks.is_said_at(*base) => {
            Some(Swap { range: node.range.clone(), from: from.clone(), to: to.clone() })
        }
        _ => None,
    }
}

fn stronger(own: Option<Trigger>, around: Option<Trigger>) -> Option<Trigger> {
    match (own, around) {
        (Some(own), Some(around)) if around.is_speech() && !own.is_speech() => Some(around),
        (Some(own), _) => Some(own),
        (None, around) => around,
    }
}

/// The most bytes of what is written that are kept.
const SAID: usize = 512 << 10;
/// Templates of the public families have a few dozen.
const SPEECHES: usize = 400;
const SWAPS: usize = 64;
const ARGUMENTS: usize = 64;
const CONSTANTS: usize = 1000;
const PARTS: usize = 200;
const DOUBLINGS: u64 = 27;
