//! Which parts of an expression hold what somebody said in the conversation, which ask about it, and which are written
//! out.

use std::collections::{HashMap, HashSet};

use super::{
    Cause, Trigger,
    syntax::{Argument, Expression, Id, Tree},
};

/// What variables hold, as far as the template has been read.
#[derive(Default)]
pub(super) struct Variables {
    /// Hold what was said.
    pub(super) said: HashSet<String>,
    /// Hold the date.
    pub(super) dated: HashSet<String>,
    /// Were set under a condition, or to the outcome of one.
    pub(super) flags: HashMap<String, Trigger>,
    /// Are one text, whatever happens.
    pub(super) texts: HashMap<String, String>,
    /// Hold a message of the conversation, all keys of it.
    pub(super) messages: HashSet<String>,
}

/// What the nodes of a tag are.
pub(super) struct Marks {
    said: Vec<bool>,
    dated: Vec<bool>,
    random: Vec<bool>,
    trigger: Vec<Option<Trigger>>,
    /// Count what was said, or the parts that it falls into around some words.
    counted: Vec<Option<Vec<String>>>,
    emits: Vec<bool>,
}

impl Marks {
    pub(super) fn of(tree: &Tree<'_>, keys: &HashMap<Id, String>, variables: &Variables) -> Self {
        let len = tree.nodes.len();
        let mut marks = Self {
            said: Vec::with_capacity(len),
            dated: Vec::with_capacity(len),
            random: Vec::with_capacity(len),
            trigger: Vec::with_capacity(len),
            counted: Vec::with_capacity(len),
            emits: vec![false; len],
        };
        for (id, node) in tree.nodes.iter().enumerate() {
            let parts = node.expression.parts();
            let any = |marks: &[bool]| parts.iter().any(|part| marks.get(*part) == Some(&true));
            let random =
                any(&marks.random) || matches!(&node.expression, Expression::Filter(_, "random" | "shuffle", _));
            let said = marks.is_said(tree, &node.expression, keys.get(&id), variables);
            let dated = match &node.expression {
                Expression::Name(name) => variables.dated.contains(*name),
                Expression::Call(base, _) if is_name(tree, *base, &["strftime_now", "now", "today"]) => true,
                _ => any(&marks.dated),
            };
            let counted = marks.counts(tree, &node.expression, variables);
            marks.counted.push(counted);
            let own = marks.asks(tree, id, variables);
            let trigger = own.or_else(|| parts.iter().find_map(|part| marks.trigger.get(*part).cloned().flatten()));
            marks.said.push(said);
            marks.dated.push(dated);
            marks.random.push(random);
            marks.trigger.push(trigger);
        }
        marks.written(tree);
        marks
    }

    pub(super) fn is_said_at(&self, id: Id) -> bool {
        self.said.get(id) == Some(&true)
    }

    pub(super) fn is_dated(&self, id: Id) -> bool {
        self.dated.get(id) == Some(&true)
    }

    pub(super) fn emits(&self, id: Id) -> bool {
        self.emits.get(id) == Some(&true)
    }

    /// What any part of the tag asks about.
    pub(super) fn trigger(&self, tree: &Tree<'_>) -> Option<Trigger> {
        let all = || tree.roots.iter().filter_map(|root| self.trigger.get(*root).cloned().flatten());
        all().find(Trigger::is_speech).or_else(|| all().next())
    }

    /// Whether something that somebody said is written out before a node of the tag. What a system prompt says may well be
    /// added to.
    pub(super) fn quotes_before(&self, tree: &Tree<'_>, id: Id) -> bool {
        let is_prompt = |id: Id| match tree.get(id) {
            Some(Expression::Name(name)) => ["system", "preamble", "developer"].iter().any(|part| name.contains(part)),
            _ => false,
        };
        let quoted =
            |at: &Id| self.said.get(*at) == Some(&true) && self.emits(*at) && tree.get(*at).is_some_and(is_leaf);
        (0..id.min(self.said.len())).filter(quoted).any(|at| !is_prompt(at))
    }

    /// The words around which what was said is taken apart and counted; none if it is counted whole.
    fn counts(&self, tree: &Tree<'_>, expression: &Expression<'_>, variables: &Variables) -> Option<Vec<String>> {
        let Expression::Filter(Some(base), "length" | "count" | "wordcount", _) = expression else { return None };
        let mut at = *base;
        for _ in 0..CHAIN {
            match tree.get(at) {
                Some(Expression::Call(callee, arguments)) => match tree.get(*callee) {
                    Some(Expression::Attribute(object, "split" | "rsplit" | "partition" | "findall")) => {
                        return self.at(*object).then(|| words(tree, arguments, variables));
                    }
                    _ => break,
                },
                Some(Expression::Filter(Some(inner), ..)) => at = *inner,
                _ => break,
            }
        }
        self.at(*base).then(Vec::new)
    }

    fn at(&self, id: Id) -> bool {
        self.said.get(id) == Some(&true)
    }

    fn is_said(
        &self,
        tree: &Tree<'_>,
        expression: &Expression<'_>,
        key: Option<&String>,
        variables: &Variables,
    ) -> bool {
        match expression {
            Expression::Name(name) => variables.said.contains(*name) || SAID.contains(name),
            Expression::Attribute(_, name) => SAID.contains(name),
            Expression::Item(base, index) => match key {
                Some(key) => SAID.contains(&key.as_str()),
                None => self.at(*base) && !matches!(tree.get(*index), Some(Expression::Text(_))),
            },
            Expression::Filter(Some(base), "map", arguments) => {
                self.at(*base) || arguments.iter().any(|(_, id)| is_text(tree, *id, SAID))
            }
            Expression::Filter(Some(base), "string" | "tojson" | "join", _) => {
                self.at(*base) || is_name(tree, *base, CONVERSATION) || is_message(tree, *base, variables)
            }
            Expression::Filter(_, "length" | "count" | "wordcount", _) => false,
            Expression::Filter(Some(base), ..) | Expression::Slice(base, _) => self.at(*base),
            Expression::Call(base, arguments) => match tree.get(*base) {
                Some(Expression::Attribute(object, "get" | "pop")) => {
                    arguments.first().is_some_and(|(_, id)| is_text(tree, *id, SAID))
                        || self.at(*object) && arguments.is_empty()
                }
                Some(Expression::Attribute(object, "values" | "items")) => is_message(tree, *object, variables),
                // `separator.join(...)`.
                Some(Expression::Attribute(_, "join")) => arguments.iter().any(|(_, id)| self.at(*id)),
                Some(Expression::Attribute(object, name)) => self.at(*object) && !ASKING.contains(name),
                _ => false,
            },
            Expression::Binary("~" | "+" | "and" | "or", left, right) => self.at(*left) || self.at(*right),
            Expression::If(then, _, otherwise) => self.at(*then) || otherwise.is_some_and(|id| self.at(id)),
            _ => false,
        }
    }

    /// Whether a node asks what was said, what day it is, or for luck.
    fn asks(&self, tree: &Tree<'_>, id: Id, variables: &Variables) -> Option<Trigger> {
        let node = tree.nodes.get(id)?;
        let trigger = |cause, words: Vec<String>| Some(Trigger { cause, range: node.range.clone(), words });
        match &node.expression {
            Expression::Name(name) => variables.flags.get(*name).cloned(),
            Expression::Attribute(base, name) => match tree.get(*base) {
                Some(Expression::Name(space)) => variables.flags.get(&format!("{space}.{name}")).cloned(),
                _ => None,
            },
            Expression::Binary("==" | "!=" | "in" | "not in" | "<" | ">" | "<=" | ">=", left, right) => {
                let (left, right) = (*left, *right);
                let words = || [texts(tree, left, variables), texts(tree, right, variables)].concat();
                let counted = [(left, right), (right, left)].into_iter().find_map(|(one, other)| {
                    let words = self.counted.get(one).cloned().flatten()?;
                    let many = matches!(tree.get(other), Some(Expression::Int(2..)));
                    (many || !words.is_empty()).then_some(words)
                });
                if let Some(words) = counted {
                    return trigger(Cause::Said, words);
                }
                if self.at(left) || self.at(right) {
                    let words: Vec<String> = words().into_iter().filter(|word| !word.trim().is_empty()).collect();
                    return (!words.is_empty()).then(|| trigger(Cause::Said, words)).flatten();
                }
                if self.is_dated(left) || self.is_dated(right) {
                    return trigger(Cause::Date, words());
                }
                let random = self.random.get(left) == Some(&true) || self.random.get(right) == Some(&true);
                random.then(|| trigger(Cause::Chance, Vec::new())).flatten()
            }
            Expression::Call(base, arguments) => match tree.get(*base) {
                Some(Expression::Attribute(object, name)) if ASKING.contains(name) && self.at(*object) => {
                    let words = words(tree, arguments, variables);
                    (!words.is_empty()).then(|| trigger(Cause::Said, words)).flatten()
                }
                Some(Expression::Attribute(_, "get")) => {
                    let asked = arguments.first().is_some_and(|(_, id)| self.at(*id));
                    asked.then(|| trigger(Cause::Said, Vec::new())).flatten()
                }
                _ => None,
            },
            Expression::Test(base, name, arguments)
                if TESTS.contains(name) && (self.at(*base) || arguments.iter().any(|(_, id)| self.at(*id))) =>
            {
                let words = [texts(tree, *base, variables), words(tree, arguments, variables)].concat();
                (!words.is_empty()).then(|| trigger(Cause::Said, words)).flatten()
            }
            Expression::Filter(Some(base), name, arguments)
                if name.starts_with("select") || name.starts_with("reject") || name.starts_with("regex") =>
            {
                let mut words = words(tree, arguments, variables);
                let by_content = words.first().is_some_and(|word| SAID.contains(&word.as_str()));
                let asked = self.at(*base) || by_content;
                words.retain(|word| !TESTS.contains(&word.as_str()) && !SAID.contains(&word.as_str()));
                (asked && !words.is_empty()).then(|| trigger(Cause::Said, words)).flatten()
            }
            Expression::Item(_, key) if self.at(*key) => trigger(Cause::Said, Vec::new()),
            _ => None,
        }
    }

    /// Marks what is written out, from the outermost nodes inwards.
    fn written(&mut self, tree: &Tree<'_>) {
        for root in &tree.roots {
            self.write(*root);
        }
        for (id, node) in tree.nodes.iter().enumerate().rev() {
            if !self.emits(id) {
                continue;
            }
            match &node.expression {
                Expression::List(items) => items.iter().for_each(|item| self.write(*item)),
                Expression::Dict(pairs) => pairs.iter().for_each(|(_, value)| self.write(*value)),
                Expression::Attribute(base, _) | Expression::Item(base, _) | Expression::Slice(base, _) => {
                    self.write(*base);
                }
                Expression::Binary("~" | "+" | "*" | "%" | "and" | "or", left, right) => {
                    self.write(*left);
                    self.write(*right);
                }
                Expression::If(then, _, otherwise) => {
                    self.write(*then);
                    if let Some(otherwise) = otherwise {
                        self.write(*otherwise);
                    }
                }
                Expression::Filter(base, name, arguments) => {
                    if let Some(base) = base {
                        self.write(*base);
                    }
                    self.write_arguments(name, arguments);
                }
                Expression::Call(base, arguments) => match tree.get(*base) {
                    Some(Expression::Name("raise_exception" | "strftime_now")) => {}
                    Some(Expression::Name(_)) => arguments.iter().for_each(|(_, id)| self.write(*id)),
                    Some(Expression::Attribute(object, name)) => {
                        self.write(*base);
                        self.write(*object);
                        self.write_arguments(name, arguments);
                    }
                    _ => self.write(*base),
                },
                _ => {}
            }
        }
    }

    fn write_arguments(&mut self, name: &str, arguments: &[Argument<'_>]) {
        let from = match name {
            "format" | "append" | "default" | "d" | "join" | "extend" | "insert" | "update" => 0,
            "replace" | "get" => 1,
            _ => return,
        };
        for (_, id) in arguments.iter().skip(from) {
            self.write(*id);
        }
    }

    fn write(&mut self, id: Id) {
        if let Some(emits) = self.emits.get_mut(id) {
            *emits = true;
        }
    }
}

fn is_name(tree: &Tree<'_>, id: Id, names: &[&str]) -> bool {
    matches!(tree.get(id), Some(Expression::Name(name)) if names.contains(name))
}

fn is_text(tree: &Tree<'_>, id: Id, texts: &[&str]) -> bool {
    matches!(tree.get(id), Some(Expression::Text(text)) if texts.contains(&text.as_str()))
}

/// Whether a node names something, and is not made of others.
fn is_leaf(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::Name(_) | Expression::Attribute(..) | Expression::Item(..))
}

/// Whether an expression is a message of the conversation as a whole.
fn is_message(tree: &Tree<'_>, id: Id, variables: &Variables) -> bool {
    match tree.get(id) {
        Some(Expression::Name(name)) => variables.messages.contains(*name),
        Some(Expression::Item(base, _) | Expression::Filter(Some(base), "first" | "last", _)) => {
            is_conversation(tree, *base)
        }
        _ => false,
    }
}

/// Whether an expression is the conversation, or some messages of it.
pub(super) fn is_conversation(tree: &Tree<'_>, id: Id) -> bool {
    let mut at = id;
    for _ in 0..CHAIN {
        match tree.get(at) {
            Some(Expression::Name(name)) => return CONVERSATION.contains(name),
            Some(Expression::Slice(base, _)) => at = *base,
            Some(Expression::Filter(Some(base), name, _))
                if matches!(*name, "list" | "reverse") || name.starts_with("select") || name.starts_with("reject") =>
            {
                at = *base;
            }
            _ => return false,
        }
    }
    false
}

fn words(tree: &Tree<'_>, arguments: &[Argument<'_>], variables: &Variables) -> Vec<String> {
    arguments.iter().flat_map(|(_, id)| texts(tree, *id, variables)).collect()
}

/// The strings that are written in an expression, those in its lists and filters too.
fn texts(tree: &Tree<'_>, id: Id, variables: &Variables) -> Vec<String> {
    let mut texts = Vec::new();
    let mut open = vec![id];
    for _ in 0..NODES {
        let Some(id) = open.pop() else { break };
        match tree.get(id) {
            Some(Expression::Text(text)) => texts.push(text.clone()),
            Some(Expression::Name(name)) => texts.extend(variables.texts.get(*name).cloned()),
            Some(Expression::Attribute(base, name)) => {
                if let Some(Expression::Name(space)) = tree.get(*base) {
                    texts.extend(variables.texts.get(&format!("{space}.{name}")).cloned());
                }
            }
            Some(Expression::List(items)) => open.extend(items),
            Some(Expression::Filter(Some(base), ..)) => open.push(*base),
            Some(Expression::Binary("~" | "+", left, right)) => open.extend([*left, *right]),
            _ => {}
        }
    }
    texts
}

/// Names and keys of what somebody said.
const SAID: &[&str] = &[
    "content",
    "text",
    "prompt",
    "query",
    "question",
    "user_input",
    "user_message",
    "user_prompt",
    "input_text",
    "last_message",
];
const CONVERSATION: &[&str] = &["messages", "conversation", "history", "chat_history", "loop_messages"];
/// Methods of strings that answer a question about them.
const ASKING: &[&str] = &["startswith", "endswith", "find", "rfind", "index", "rindex", "count", "__contains__"];
const TESTS: &[&str] = &[
    "equalto",
    "eq",
    "==",
    "sameas",
    "in",
    "contains",
    "search",
    "match",
    "regex",
    "startswith",
    "endswith",
    "ne",
    "!=",
];
/// How many filters and methods behind each other are followed.
const CHAIN: usize = 16;
/// The most nodes of one operand that are looked at.
const NODES: usize = 200;
