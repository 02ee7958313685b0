//! Judges the expressions of a template in the order in which they stand: computes what is constant in them, and notes
//! what they reach for.

use std::collections::{HashMap, HashSet};

use super::{
    Kind, Reach, Report,
    names::{
        FOREIGN_ATTRIBUTES, FOREIGN_FUNCTIONS, FOREIGN_METHODS, FOREIGN_MODULES, GLOBALS, internals_in, is_internal,
    },
    syntax::{Argument, Expression, Id, Tree},
    value::{self, Value},
};

/// What is known while the tags of a template are read one after the other.
#[derive(Default)]
pub(super) struct Judge<'a> {
    /// Variables that were set to a constant; `ns.x` for an attribute of a namespace.
    pub(super) constants: HashMap<String, Value>,
    /// Every name that the template itself gives to something.
    pub(super) bound: HashSet<&'a str>,
    /// Variables that a loop puts together; `ns.x` for an attribute of a namespace.
    pub(super) grown: HashSet<String>,
    /// What has been computed so far, in bytes.
    spent: usize,
    pub(super) report: Report,
}

/// What the expressions of a tag come to.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// The values of the outermost nodes.
    pub(super) roots: Vec<Value>,
    /// The constant strings that nothing else was made of, and the nodes that they are the value of.
    pub(super) pieces: Vec<(Id, String)>,
    /// Subscripts with a constant key.
    pub(super) keys: Vec<(Id, String)>,
}

impl<'a> Judge<'a> {
    pub(super) fn add(&mut self, kind: Kind, range: std::ops::Range<usize>, what: impl Into<String>) {
        let what = what.into();
        let known = self.report.reaches.iter().any(|reach| reach.kind == kind && reach.what == what);
        if !known && self.report.reaches.len() < REACHES {
            self.report.reaches.push(Reach { kind, range, what });
        }
    }

    /// Judges the nodes of a tag. `called` says that names in front of brackets are functions.
    pub(super) fn tag(&mut self, tree: &Tree<'a>, called: bool) -> Folded {
        let mut values: Vec<Value> = Vec::with_capacity(tree.nodes.len());
        let (mut pieces, mut keys) = (Vec::new(), Vec::new());
        let parents = parents(tree);
        for (id, node) in tree.nodes.iter().enumerate() {
            let parent = parents.get(id).copied().flatten().and_then(|parent| tree.get(parent));
            self.look(tree, id, parent, &values, called);
            if let Expression::Item(_, key) = &node.expression {
                keys.extend(values.get(*key).and_then(Value::as_text).map(|key| (id, key.to_owned())));
            }
            let inner: Vec<(Id, Value)> =
                node.expression.parts().into_iter().map(|part| (part, take(&mut values, part))).collect();
            let mut strings = Vec::new();
            for (part, value) in &inner {
                collect(value, *part, &mut strings);
            }
            let value = if self.spent < FUEL { self.value(tree, &node.expression, inner) } else { Value::Unknown };
            self.spent += value.cost() + strings.iter().map(|(_, text)| text.len()).sum::<usize>();
            // A string that became part of a larger constant is judged with that one.
            if !matches!(value, Value::Text(_) | Value::List(_) | Value::Dict(_) | Value::Bound(..)) {
                pieces.extend(strings);
            }
            self.grown(&value, &node.expression, node.range.clone());
            let joins = |parent: &Expression<'_>| matches!(parent, Expression::Binary("~" | "+", ..));
            if let Some(text) = value.as_text()
                && !parent.is_some_and(joins)
                && let Some(name) = internals_in(text)
            {
                let name = name.to_owned();
                self.add(Kind::Internals, node.range.clone(), name);
            }
            values.push(value);
        }
        let mut folded = Folded { keys, ..Folded::default() };
        for root in &tree.roots {
            let value = take(&mut values, *root);
            collect(&value, *root, &mut pieces);
            folded.roots.push(value);
        }
        pieces.sort_by_key(|(id, _)| *id);
        folded.pieces = pieces;
        folded
    }

    /// Whether more was to be computed than is.
    pub(super) fn is_exhausted(&self) -> bool {
        self.spent >= FUEL
    }

    /// Notes what a node reaches for.
    fn look(&mut self, tree: &Tree<'a>, id: Id, parent: Option<&Expression<'a>>, values: &[Value], called: bool) {
        let Some(node) = tree.nodes.get(id) else { return };
        let range = node.range.clone();
        let is_called = matches!(parent, Some(Expression::Call(base, _)) if *base == id);
        match &node.expression {
            Expression::Name(name) => {
                let has_attribute =
                    matches!(parent, Some(Expression::Attribute(base, _) | Expression::Item(base, _)) if *base == id);
                let own = self.bound.contains(name);
                if is_internal(name) {
                    self.add(Kind::Internals, range, *name);
                } else if !own
                    && (is_called && FOREIGN_FUNCTIONS.contains(name)
                        || has_attribute && FOREIGN_MODULES.contains(name))
                {
                    self.add(Kind::Foreign, range, *name);
                } else if is_called && called && !own && !GLOBALS.contains(name) {
                    self.add(Kind::Unknown, range, *name);
                }
            }
            Expression::Attribute(_, name) if is_internal(name) => self.add(Kind::Internals, range, *name),
            Expression::Attribute(_, name)
                if is_called && FOREIGN_METHODS.contains(name) || FOREIGN_ATTRIBUTES.contains(name) =>
            {
                self.add(Kind::Foreign, range, *name);
            }
            Expression::Attribute(_, name) if name.starts_with('_') => self.add(Kind::Private, range, *name),
            Expression::Item(base, key) => match values.get(*key) {
                Some(Value::Text(key)) if is_internal(key) => {
                    let key = key.clone();
                    self.add(Kind::Internals, range, key);
                }
                Some(Value::Text(key)) if is_called && FOREIGN_METHODS.contains(&key.as_str()) => {
                    let key = key.clone();
                    self.add(Kind::Foreign, range, key);
                }
                Some(Value::Unknown) if is_called => self.add(Kind::ComputedAttribute, range, "a subscript"),
                _ if self.is_grown(tree, *key) && self.is_own(tree, *base) => {
                    self.add(Kind::ComputedAttribute, range, "a subscript");
                }
                _ => {}
            },
            Expression::Filter(_, name, arguments) => self.filter(tree, name, arguments, values, range),
            Expression::Call(base, arguments) => self.call(tree, *base, arguments, values, range),
            _ => {}
        }
    }

    /// Whether an expression is a variable that a loop puts together.
    fn is_grown(&self, tree: &Tree<'a>, id: Id) -> bool {
        match tree.get(id) {
            Some(Expression::Name(name)) => self.grown.contains(*name),
            Some(Expression::Attribute(base, name)) => {
                matches!(tree.get(*base), Some(Expression::Name(space)) if self.grown.contains(&format!("{space}.{name}")))
            }
            _ => false,
        }
    }

    /// Whether an expression is something of the template language and not of the conversation: of such a thing, nothing
    /// but attributes of Python's object model can be looked up by a text.
    fn is_own(&self, tree: &Tree<'a>, id: Id) -> bool {
        match tree.get(id) {
            Some(Expression::Text(_) | Expression::Int(_) | Expression::List(_)) => true,
            Some(Expression::Name(name)) => !self.bound.contains(name) && GLOBALS.contains(name),
            _ => false,
        }
    }

    /// Filters that look up an attribute by its name.
    fn filter(
        &mut self,
        tree: &Tree<'a>,
        name: &str,
        arguments: &[Argument<'a>],
        values: &[Value],
        range: std::ops::Range<usize>,
    ) {
        let looks_up = matches!(
            name,
            "attr" | "map" | "selectattr" | "rejectattr" | "groupby" | "sort" | "sum" | "min" | "max" | "unique"
        );
        let grown =
            |(keyword, id): &Argument<'a>| (name != "map" || *keyword == Some("attribute")) && self.is_grown(tree, *id);
        if looks_up && arguments.iter().take(2).any(grown) {
            return self.add(Kind::ComputedAttribute, range, name);
        }
        let argument = |at: usize| arguments.get(at).and_then(|(_, id)| values.get(*id));
        let by_attribute = match name {
            "attr" => argument(0).map(|value| (value, true)),
            "map" => match argument(0).and_then(Value::as_text) {
                Some("attr") => argument(1).map(|value| (value, true)),
                _ => argument(0).map(|value| (value, false)),
            },
            "selectattr" | "rejectattr" | "groupby" | "sort" | "sum" | "min" | "max" | "unique" => {
                argument(0).map(|value| (value, false))
            }
            _ => None,
        };
        match by_attribute {
            Some((Value::Text(path), _)) => {
                if let Some(name) = path.split('.').find(|part| is_internal(part)) {
                    let name = name.to_owned();
                    self.add(Kind::Internals, range, name);
                }
            }
            Some((_, true)) => self.add(Kind::ComputedAttribute, range, name),
            _ => {}
        }
    }

    /// Calls that go on for longer than anyone waits.
    fn call(
        &mut self,
        tree: &Tree<'a>,
        base: Id,
        arguments: &[Argument<'a>],
        values: &[Value],
        range: std::ops::Range<usize>,
    ) {
        let numbers = || arguments.iter().filter_map(|(_, id)| values.get(*id).and_then(Value::as_int));
        let most = numbers().max().unwrap_or(0);
        match tree.get(base) {
            Some(Expression::Name("lipsum")) if most > 100_000 => {
                self.add(Kind::Endless, range, format!("{most} paragraphs"));
            }
            Some(Expression::Attribute(_, "ljust" | "rjust" | "center" | "zfill" | "expandtabs"))
                if most > LONG.cast_signed() =>
            {
                self.add(Kind::Endless, range, format!("{most} characters"));
            }
            _ => {}
        }
    }

    /// What grows out of all proportion.
    fn grown(&mut self, value: &Value, expression: &Expression<'a>, range: std::ops::Range<usize>) {
        let what = match (expression, value) {
            (Expression::Binary("*", ..), Value::Long(length)) if *length > LONG => format!("* {length}"),
            (Expression::Binary("*" | "**", ..), Value::Int(i64::MAX)) => "**".to_owned(),
            (Expression::Filter(..) | Expression::Binary(..), Value::Long(length)) if *length > LONG => {
                format!("{length} characters")
            }
            (Expression::Text(text), _) if wide(text) => "a format that fills up to millions of characters".to_owned(),
            _ => return,
        };
        self.add(Kind::Endless, range, what);
    }

    fn value(&mut self, tree: &Tree<'a>, expression: &Expression<'a>, inner: Vec<(Id, Value)>) -> Value {
        let mut parts = inner.into_iter().map(|(_, value)| value);
        let mut next = || parts.next().unwrap_or_default();
        match expression {
            Expression::Text(text) => Value::text(text.clone()),
            Expression::Int(number) => Value::Int(i64::try_from(*number).unwrap_or(i64::MAX)),
            Expression::Name(name) => self.constants.get(*name).cloned().unwrap_or_default(),
            Expression::List(_) => Value::list(parts.collect()),
            Expression::Dict(pairs) => {
                let pairs = pairs.iter().map(|_| (next(), next())).collect::<Vec<_>>();
                let keyed = pairs.into_iter().map(|(key, value)| Some((key.written()?, value)));
                keyed.collect::<Option<Vec<_>>>().map_or(Value::Unknown, Value::dict)
            }
            Expression::Attribute(base, name) => match (tree.get(*base), next()) {
                (Some(Expression::Name(space)), Value::Unknown) => {
                    self.constants.get(&format!("{space}.{name}")).cloned().unwrap_or_default()
                }
                (_, Value::Unknown) => Value::Unknown,
                (_, base) => match value::item(base.clone(), &Value::Text((*name).to_owned())) {
                    Value::Unknown => Value::Bound(Box::new(base), (*name).to_owned()),
                    found => found,
                },
            },
            Expression::Item(..) => {
                let base = next();
                self.spent += base.cost() * 8;
                value::item(base, &next())
            }
            Expression::Slice(_, bounds) => {
                let base = next();
                self.spent += base.cost() * 8;
                let mut known = true;
                let bounds = bounds.map(|bound| {
                    let value = bound.map(|_| next());
                    known &= value.as_ref().is_none_or(|value| value.as_int().is_some());
                    value.and_then(|value| value.as_int())
                });
                if known { value::slice(base, bounds) } else { Value::Unknown }
            }
            Expression::Call(base, arguments) => match (tree.get(*base), next()) {
                (_, Value::Bound(base, name)) => {
                    self.spent += base.cost() * 8;
                    value::method(*base, &name, &parts.collect::<Vec<_>>())
                }
                (Some(Expression::Name("range")), _) => {
                    let bounds: Option<Vec<i64>> = parts.map(|value| value.as_int()).collect();
                    bounds.map_or(Value::Unknown, |bounds| Value::Long(turns(&bounds)))
                }
                (Some(Expression::Name("dict" | "namespace")), _) => {
                    let named = arguments.iter().zip(parts);
                    let pairs = named.filter_map(|((name, _), value)| Some(((*name)?.to_owned(), value)));
                    Value::dict(pairs.collect())
                }
                _ => Value::Unknown,
            },
            Expression::Filter(Some(_), name, _) => {
                let base = next();
                self.spent += base.cost() * 8;
                value::method(base, name, &parts.collect::<Vec<_>>())
            }
            Expression::Binary(operator, ..) => {
                let left = next();
                value::binary(operator, left, next())
            }
            Expression::Unary(_) => match next() {
                Value::Int(number) => Value::Int(number.saturating_neg()),
                _ => Value::Unknown,
            },
            Expression::Other | Expression::Filter(None, ..) | Expression::Test(..) | Expression::If(..) => {
                Value::Unknown
            }
        }
    }
}

/// How often a loop over a range runs.
fn turns(bounds: &[i64]) -> u64 {
    let (from, to, step) = match bounds {
        [to] => (0, *to, 1),
        [from, to] => (*from, *to, 1),
        [from, to, step, ..] => (*from, *to, *step),
        [] => return 0,
    };
    let forward = if step < 0 { from.saturating_sub(to) } else { to.saturating_sub(from) };
    u64::try_from(forward).unwrap_or(0).div_ceil(step.unsigned_abs().max(1))
}

/// Whether a format asks for a width of millions.
fn wide(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() < 4096
        && (text.contains('%') || text.contains('{'))
        && bytes.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > 7)
        && ["%", ":"].iter().any(|mark| {
            text.split(mark).skip(1).any(|rest| {
                let rest = rest.trim_start_matches(|c: char| "<>^=+-#0 .".contains(c));
                rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len() > 7
            })
        })
}

/// The node that each node is part of.
fn parents(tree: &Tree<'_>) -> Vec<Option<Id>> {
    let mut parents = vec![None; tree.nodes.len()];
    for (id, node) in tree.nodes.iter().enumerate() {
        for part in node.expression.parts() {
            if let Some(parent) = parents.get_mut(part) {
                *parent = Some(id);
            }
        }
    }
    parents
}

fn take(values: &mut [Value], id: Id) -> Value {
    values.get_mut(id).map(std::mem::take).unwrap_or_default()
}

fn collect(value: &Value, id: Id, pieces: &mut Vec<(Id, String)>) {
    match value {
        Value::Text(text) => pieces.push((id, text.clone())),
        Value::List(items) => items.iter().for_each(|item| collect(item, id, pieces)),
        Value::Dict(pairs) => pairs.iter().for_each(|(_, item)| collect(item, id, pieces)),
        Value::Bound(base, _) => collect(base, id, pieces),
        Value::Unknown | Value::Int(_) | Value::Long(_) => {}
    }
}

/// More turns than any conversation has messages.
pub(super) const LONG: u64 = 10_000_000;
/// The most that is computed for one template, in bytes.
const FUEL: usize = 8 << 20;
const REACHES: usize = 64;
