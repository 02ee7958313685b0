//! Names: which variable a name means, and what is ever bound to it. One pass to declare, one to look up.

use std::collections::{HashMap, HashSet};

use super::syntax::{Field, Id, Kind, Syntax};

/// Something that is bound to a variable somewhere in its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// What an import brings: a dotted path.
    Import(String),
    /// The whole value of an expression.
    Value(Id),
    /// A part of the value: unpacking, iteration, `+=`.
    Part(Id),
    /// Something is put into the variable's value: `x.a = ...`, `x[i] = ...`.
    Inside(Id),
    /// A parameter.
    Parameter {
        /// The function or lambda.
        function: Id,
        /// Its place among the parameters, from 0.
        position: usize,
        /// The parameter's node.
        node: Id,
    },
    /// A local function.
    Function(Id),
    /// A local class.
    Class(Id),
}

/// A variable of one scope, or an attribute of `self` of one class.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// Everything that is ever bound to it.
    pub bindings: Vec<Binding>,
}

#[derive(Debug)]
struct Scope {
    node: Id,
    parent: Option<usize>,
    class: bool,
}

/// Every name of a file.
#[derive(Debug, Default)]
pub(super) struct Names {
    scopes: Vec<Scope>,
    /// For each node: its scope.
    scope_of: Vec<u32>,
    pub(super) variables: Vec<Variable>,
    /// For each node: the variable that it means, from 1; 0 is none.
    uses: Vec<u32>,
    /// `from x import *`.
    pub(super) stars: Vec<String>,
    table: HashMap<(usize, Box<str>), usize>,
    redirected: HashMap<(usize, Box<str>), usize>,
}

/// How far up a name is looked for, and how long a chain of assignments is followed.
const REACH: usize = 32;

impl Names {
    pub(super) fn of(text: &str, syntax: &Syntax, folded: &HashMap<Id, Box<str>>) -> Self {
        let mut names = Self::default();
        names.open_scopes(syntax);
        let source = Source { text, syntax, folded };
        for id in syntax.ids() {
            names.redirect(source, id);
        }
        for id in syntax.ids() {
            names.declare(source, id);
        }
        names.uses = vec![0; syntax.len()];
        for id in syntax.ids() {
            if let Some(variable) = names.look_up(source, id)
                && let Some(slot) = names.uses.get_mut(id.at())
            {
                *slot = u32::try_from(variable + 1).unwrap_or(0);
            }
        }
        let lasting: HashSet<usize> =
            names.scopes.iter().enumerate().filter(|(at, scope)| *at == 0 || scope.class).map(|(at, _)| at).collect();
        names.table.retain(|(scope, _), _| lasting.contains(scope));
        names.redirected = HashMap::new();
        names
    }

    /// The variable that a name or an attribute of `self` means.
    pub(super) fn variable(&self, id: Id) -> Option<usize> {
        self.uses.get(id.at()).and_then(|slot| (*slot as usize).checked_sub(1))
    }

    /// The variable of this name in the module.
    pub(super) fn global(&self, name: &str) -> Option<usize> {
        self.table.get(&(0, name.into())).copied()
    }

    /// The variables that an attribute of a class may mean: set in its body, or through `self`.
    pub(super) fn members(&self, class: Id, name: &str) -> impl Iterator<Item = usize> {
        // Scopes are opened in the order of the source.
        let scope = self.scopes.binary_search_by_key(&class, |scope| scope.node).ok();
        let find = move |name: &str| self.table.get(&(scope?, name.into())).copied();
        [find(name), find(&format!(".{name}"))].into_iter().flatten()
    }

    /// The function, lambda, class or module whose body holds a node.
    pub(super) fn owner(&self, id: Id) -> Id {
        self.scopes.get(self.scope(id)).map_or(Id(0), |scope| scope.node)
    }

    /// The class whose body directly holds a function.
    pub(super) fn class_of(&self, function: Id) -> Option<Id> {
        self.scopes.get(self.scope(function)).filter(|scope| scope.class).map(|scope| scope.node)
    }

    fn scope(&self, id: Id) -> usize {
        self.scope_of.get(id.at()).map_or(0, |scope| *scope as usize)
    }

    fn open_scopes(&mut self, syntax: &Syntax) {
        self.scopes.push(Scope { node: Id(0), parent: None, class: false });
        self.scope_of = Vec::with_capacity(syntax.len());
        let mut own: HashMap<Id, usize> = HashMap::new();
        for id in syntax.ids() {
            let outer = syntax.parent(id).map_or(0, |parent| {
                let inside = matches!(syntax.field(id), Field::Body | Field::Parameters);
                own.get(&parent).copied().filter(|_| inside).unwrap_or_else(|| self.scope(parent))
            });
            self.scope_of.push(u32::try_from(outer).unwrap_or(0));
            let kind = syntax.kind(id);
            if matches!(kind, Kind::Function | Kind::Lambda | Kind::Class) {
                own.insert(id, self.scopes.len());
                self.scopes.push(Scope { node: id, parent: Some(outer), class: kind == Kind::Class });
            }
        }
    }

    fn redirect(&mut self, source: Source<'_>, id: Id) {
        let kind = source.syntax.kind(id);
        if !matches!(kind, Kind::Global | Kind::Nonlocal) {
            return;
        }
        let scope = self.scope(id);
        let outer = match kind {
            Kind::Global => 0,
            _ => self.scopes.get(scope).and_then(|scope| scope.parent).unwrap_or(0),
        };
        for name in source.syntax.children(id) {
            self.redirected.insert((scope, source.text_of(name).into()), outer);
        }
    }

    fn bind(&mut self, scope: usize, name: &str, binding: Binding) {
        let scope = if self.redirected.is_empty() {
            scope
        } else {
            self.redirected.get(&(scope, name.into())).copied().unwrap_or(scope)
        };
        let next = self.variables.len();
        let variable = *self.table.entry((scope, name.into())).or_insert(next);
        if variable == next {
            self.variables.push(Variable::default());
        }
        if let Some(variable) = self.variables.get_mut(variable) {
            variable.bindings.push(binding);
        }
    }

    fn declare(&mut self, source: Source<'_>, id: Id) {
        let syntax = source.syntax;
        let scope = self.scope(id);
        let child = |field| syntax.child(id, field);
        match syntax.kind(id) {
            Kind::Assignment => {
                if let (Some(left), Some(right)) = (child(Field::Left), child(Field::Right)) {
                    self.bind_target(source, left, source.innermost(right), true);
                }
            }
            Kind::Augmented | Kind::For | Kind::ForIn => {
                if let (Some(left), Some(right)) = (child(Field::Left), child(Field::Right)) {
                    self.bind_target(source, left, right, false);
                }
            }
            Kind::Named => {
                if let (Some(name), Some(value)) = (child(Field::Name), child(Field::Value)) {
                    self.bind_target(source, name, value, true);
                }
            }
            Kind::AsPattern => {
                let mut parts = syntax.children(id);
                if let (Some(value), Some(target)) = (parts.next(), parts.next()) {
                    let name = syntax.children(target).next().unwrap_or(target);
                    self.bind_target(source, name, value, true);
                }
            }
            Kind::Import | Kind::ImportFrom | Kind::Future => self.declare_imports(source, id),
            Kind::Function => {
                if let Some(name) = child(Field::Name) {
                    self.bind(scope, source.text_of(name), Binding::Function(id));
                }
                self.declare_parameters(source, id);
            }
            Kind::Lambda => self.declare_parameters(source, id),
            Kind::Class => {
                if let Some(name) = child(Field::Name) {
                    self.bind(scope, source.text_of(name), Binding::Class(id));
                }
            }
            _ => {}
        }
    }

    fn declare_imports(&mut self, source: Source<'_>, id: Id) {
        let syntax = source.syntax;
        let scope = self.scope(id);
        let from = syntax.child(id, Field::ModuleName).map(|module| source.text_of(module));
        for name in syntax.children(id) {
            if syntax.kind(name) == Kind::WildcardImport {
                self.stars.push(from.unwrap_or_default().to_owned());
            }
            if syntax.field(name) != Field::Name {
                continue;
            }
            let alias = syntax.child(name, Field::Alias);
            let imported = source.text_of(syntax.child(name, Field::Name).unwrap_or(name));
            let path = match from {
                Some(from) if from.ends_with('.') => format!("{from}{imported}"),
                Some(from) => format!("{from}.{imported}"),
                None => imported.to_owned(),
            };
            match (alias, from) {
                (Some(alias), _) => self.bind(scope, source.text_of(alias), Binding::Import(path)),
                (None, Some(_)) => self.bind(scope, imported, Binding::Import(path)),
                // `import a.b` binds `a`.
                (None, None) => {
                    let first = imported.split('.').next().unwrap_or_default();
                    self.bind(scope, first, Binding::Import(first.to_owned()));
                }
            }
        }
    }

    fn declare_parameters(&mut self, source: Source<'_>, function: Id) {
        let syntax = source.syntax;
        let Some(list) = syntax.child(function, Field::Parameters) else { return };
        for (position, node) in syntax.children(list).enumerate() {
            let name = match syntax.kind(node) {
                Kind::Identifier => Some(node),
                Kind::DefaultParameter | Kind::TypedDefaultParameter => syntax.child(node, Field::Name),
                Kind::TypedParameter | Kind::ListSplatPattern | Kind::DictionarySplatPattern => {
                    let inner = syntax.children(node).next();
                    inner.map(|inner| syntax.children(inner).next().unwrap_or(inner))
                }
                _ => None,
            };
            if let Some(name) = name.filter(|name| syntax.kind(*name) == Kind::Identifier) {
                let scope = self.scope(name);
                self.bind(scope, source.text_of(name), Binding::Parameter { function, position, node });
            }
        }
    }

    /// Binds every name of a target. `whole`: the target is given the value itself, not a part of it.
    fn bind_target(&mut self, source: Source<'_>, target: Id, value: Id, whole: bool) {
        let syntax = source.syntax;
        let mut todo = vec![(target, value, whole)];
        while let Some((target, value, whole)) = todo.pop() {
            let binding = if whole { Binding::Value(value) } else { Binding::Part(value) };
            let scope = self.scope(target);
            match syntax.kind(target) {
                Kind::Identifier => self.bind(scope, source.text_of(target), binding),
                Kind::PatternList
                | Kind::TuplePattern
                | Kind::ListPattern
                | Kind::Tuple
                | Kind::List
                | Kind::ExpressionList
                | Kind::ListSplatPattern
                | Kind::Parenthesized => {
                    let values = matches!(syntax.kind(value), Kind::Tuple | Kind::List | Kind::ExpressionList) && whole;
                    let aligned = values && syntax.children(target).count() == syntax.children(value).count();
                    if aligned {
                        todo.extend(syntax.children(target).zip(syntax.children(value)).map(|(t, v)| (t, v, true)));
                    } else {
                        todo.extend(syntax.children(target).map(|part| (part, value, false)));
                    }
                }
                Kind::Attribute if source.is_of_self(target) => {
                    if let Some(class) = self.class_around(scope) {
                        let name = source.attribute(target);
                        self.bind(class, &name, binding);
                    }
                }
                Kind::Attribute | Kind::Subscript => {
                    if let Some(root) = source.root(target) {
                        if syntax.kind(root) == Kind::Attribute {
                            if let Some(class) = self.class_around(scope) {
                                let name = source.attribute(root);
                                self.bind(class, &name, Binding::Inside(value));
                            }
                        } else {
                            let scope = self.find(scope, source.text_of(root)).map_or(scope, |(scope, _)| scope);
                            self.bind(scope, source.text_of(root), Binding::Inside(value));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn look_up(&self, source: Source<'_>, id: Id) -> Option<usize> {
        let syntax = source.syntax;
        let scope = self.scope(id);
        match syntax.kind(id) {
            Kind::Identifier => {
                let parent = syntax.parent(id).map_or(Kind::Other, |parent| syntax.kind(parent));
                let is_label = match syntax.field(id) {
                    Field::Attribute => parent == Kind::Attribute,
                    Field::Name => parent == Kind::KeywordArgument,
                    _ => parent == Kind::DottedName,
                };
                if is_label { None } else { self.find(scope, source.text_of(id)).map(|(_, variable)| variable) }
            }
            Kind::Attribute if source.is_of_self(id) => {
                let class = self.class_around(scope)?;
                let name = source.attribute(id);
                let own = self.table.get(&(class, name.as_str().into()));
                own.or_else(|| self.table.get(&(class, name.trim_start_matches('.').into()))).copied()
            }
            _ => None,
        }
    }

    fn find(&self, scope: usize, name: &str) -> Option<(usize, usize)> {
        let mut at = scope;
        for _ in 0..REACH {
            let visible = at == scope || !self.scopes.get(at).is_some_and(|scope| scope.class);
            let key = (at, name.into());
            if visible && let Some(variable) = self.table.get(&key) {
                return Some((at, *variable));
            }
            if let Some(outer) = self.redirected.get(&key) {
                return self.table.get(&(*outer, name.into())).map(|variable| (*outer, *variable));
            }
            at = self.scopes.get(at)?.parent?;
        }
        self.table.get(&(0, name.into())).map(|variable| (0, *variable))
    }

    fn class_around(&self, scope: usize) -> Option<usize> {
        let mut at = scope;
        for _ in 0..REACH {
            let scope = self.scopes.get(at)?;
            if scope.class {
                return Some(at);
            }
            at = scope.parent?;
        }
        None
    }
}

#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
    syntax: &'a Syntax,
    /// Names that Python takes for others.
    folded: &'a HashMap<Id, Box<str>>,
}

impl<'a> Source<'a> {
    fn text_of(self, id: Id) -> &'a str {
        if !self.folded.is_empty()
            && let Some(plain) = self.folded.get(&id)
        {
            return plain;
        }
        self.text.get(self.syntax.range(id)).unwrap_or_default()
    }

    /// The value of `a = b = value`.
    fn innermost(self, right: Id) -> Id {
        let mut value = right;
        for _ in 0..REACH {
            match self.syntax.child(value, Field::Right).filter(|_| self.syntax.kind(value) == Kind::Assignment) {
                Some(inner) => value = inner,
                None => break,
            }
        }
        value
    }

    fn is_of_self(self, attribute: Id) -> bool {
        let object = self.syntax.child(attribute, Field::Object);
        object.is_some_and(|object| matches!(self.text_of(object), "self" | "cls"))
    }

    /// `.name` for `self.name`.
    fn attribute(self, id: Id) -> String {
        format!(".{}", self.syntax.child(id, Field::Attribute).map_or("", |name| self.text_of(name)))
    }

    /// The variable or `self.name` at the bottom of `x.a[b].c`.
    fn root(self, target: Id) -> Option<Id> {
        let mut at = target;
        for _ in 0..REACH {
            match self.syntax.kind(at) {
                Kind::Identifier => return Some(at),
                Kind::Attribute if self.is_of_self(at) => return Some(at),
                Kind::Attribute => at = self.syntax.child(at, Field::Object)?,
                Kind::Subscript => at = self.syntax.child(at, Field::Value)?,
                _ => return None,
            }
        }
        None
    }
}
