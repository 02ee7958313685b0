//! One parsed file: its text, syntax, names and calls.

use std::{collections::HashMap, ops::Range};

use super::{
    entries::Entries,
    identifier::folded,
    names::{Binding, Names, Variable},
    syntax::{Field, Id, Kind, Limits, PythonError, Syntax},
};

/// How many bindings of one name are looked at: a name is not rebound more often by hand.
pub(super) const MANY: usize = 64;

/// One Python file.
#[derive(Debug)]
pub struct Module {
    pub(super) text: String,
    pub(super) syntax: Syntax,
    pub(super) names: Names,
    pub(super) entries: Entries,
    /// Names that are spelled in letters which Python takes for others.
    folded: HashMap<Id, Box<str>>,
    calls: Vec<Call>,
}

/// A call, and what is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The call expression.
    pub node: Id,
    /// The expression that is called.
    pub function: Id,
    /// What is called: imports, aliases and constructors resolved. See [`Module::path`].
    pub path: String,
}

impl Module {
    /// Parses a file. Errors in the source are recovered from; only the limits refuse a file.
    pub fn parse(text: impl Into<String>, limits: Limits) -> Result<Self, PythonError> {
        let text = text.into();
        let syntax = Syntax::parse(&text, limits)?;
        let folded = if text.is_ascii() { HashMap::new() } else { plain_names(&text, &syntax) };
        let names = Names::of(&text, &syntax, &folded);
        let mut module = Self { text, syntax, names, entries: Entries::default(), folded, calls: Vec::new() };
        module.entries = Entries::of(&module);
        module.calls = module.collect_calls();
        Ok(module)
    }

    fn collect_calls(&self) -> Vec<Call> {
        let calls = self.ids().filter(|id| self.kind(*id) == Kind::Call);
        calls
            .filter_map(|node| {
                let function = self.child(node, Field::Function)?;
                Some(Call { node, function, path: self.path(function) })
            })
            .collect()
    }

    /// Whether the source has errors that the parser recovered from.
    pub fn is_broken(&self) -> bool {
        self.syntax.is_broken()
    }

    /// The source.
    pub fn source(&self) -> &str {
        &self.text
    }

    /// Every call, in the order of the source.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The call at a node.
    pub fn call(&self, node: Id) -> Option<&Call> {
        self.calls.binary_search_by_key(&node, |call| call.node).ok().and_then(|at| self.calls.get(at))
    }

    /// Every node in preorder: parents before children, in the order of the source.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id> + use<> {
        self.syntax.ids()
    }

    /// What a node is.
    pub fn kind(&self, id: Id) -> Kind {
        self.syntax.kind(id)
    }

    /// What a node is to its parent.
    pub fn field(&self, id: Id) -> Field {
        self.syntax.field(id)
    }

    /// Where a node stands in the source, in bytes.
    pub fn range(&self, id: Id) -> Range<usize> {
        self.syntax.range(id)
    }

    /// The source of a node; a name as Python compares it.
    pub fn text(&self, id: Id) -> &str {
        if !self.folded.is_empty()
            && let Some(plain) = self.folded.get(&id)
        {
            return plain;
        }
        self.text.get(self.range(id)).unwrap_or_default()
    }

    /// The node around a node.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.syntax.parent(id)
    }

    /// The nodes around a node, innermost first: at most as many as anyone nests by hand.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + use<'_> {
        std::iter::successors(self.parent(id), |at| self.parent(*at)).take(64)
    }

    /// The children of a node.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + use<'_> {
        self.syntax.children(id)
    }

    /// The first child that is `field` to a node.
    pub fn child(&self, id: Id, field: Field) -> Option<Id> {
        self.syntax.child(id, field)
    }

    /// Whether `inner` is `outer` or stands in it.
    pub fn is_within(&self, inner: Id, outer: Id) -> bool {
        inner >= outer && inner < self.syntax.after(outer)
    }

    /// The variable that a name, or an attribute of `self`, means.
    pub fn variable(&self, id: Id) -> Option<&Variable> {
        self.names.variable(id).and_then(|variable| self.names.variables.get(variable))
    }

    /// The number of the variable that a name, or an attribute of `self`, means: the same number, the same variable.
    pub fn variable_number(&self, id: Id) -> Option<usize> {
        self.names.variable(id)
    }

    /// The function, lambda, class or module whose body holds a node.
    pub fn owner(&self, id: Id) -> Id {
        self.names.owner(id)
    }

    /// The class whose body directly holds a function.
    pub fn class_of(&self, function: Id) -> Option<Id> {
        self.names.class_of(function)
    }

    /// The local function that an expression names.
    pub fn local_function(&self, id: Id) -> Option<Id> {
        let variable = self.variable(id)?;
        variable.bindings.iter().take(MANY).find_map(|binding| match binding {
            Binding::Function(function) => Some(*function),
            _ => None,
        })
    }

    /// The decorators of a function or class.
    pub fn decorators(&self, definition: Id) -> impl Iterator<Item = Id> + use<'_> {
        let around = self.parent(definition).filter(|parent| self.kind(*parent) == Kind::Decorated);
        let decorators = around.into_iter().flat_map(|around| self.children(around));
        decorators
            .filter(|child| self.kind(*child) == Kind::Decorator)
            .filter_map(|decorator| self.children(decorator).next())
    }

    /// The name of a parameter, function or class.
    pub fn name_of(&self, node: Id) -> &str {
        match self.kind(node) {
            Kind::Identifier => self.text(node),
            _ => match self.child(node, Field::Name).or_else(|| self.children(node).next()) {
                Some(name) => self.text(name).trim_start_matches('*'),
                None => "",
            },
        }
    }

    /// The expression without parentheses and `await` around it.
    pub fn bare(&self, id: Id) -> Id {
        let mut at = id;
        for _ in 0..16 {
            match self.kind(at) {
                Kind::Parenthesized | Kind::Await => match self.children(at).next() {
                    Some(inner) => at = inner,
                    None => break,
                },
                _ => break,
            }
        }
        at
    }
}

/// Names that mean others, by their node.
fn plain_names(text: &str, syntax: &Syntax) -> HashMap<Id, Box<str>> {
    let names = syntax
        .ids()
        .filter(|id| matches!(syntax.kind(*id), Kind::Identifier | Kind::DottedName | Kind::RelativeImport));
    names.filter_map(|id| Some((id, folded(text.get(syntax.range(id))?)?))).collect()
}
