//! Dotted paths: what an expression names, however the file spells it.

use super::{Binding, Constant, Field, Id, Kind, Module, Variable};

/// How many steps a path is followed through attributes, aliases and calls.
const STEPS: usize = 24;
/// The longest path that is written out, in bytes.
const LONGEST: usize = 240;

impl Module {
    /// The dotted path that an expression names, with imports and simple aliases resolved.
    ///
    /// A call in it is written `()`, a subscript `[]`: `OpenAI().chat.completions.create` is
    /// `openai.OpenAI().chat.completions.create`, also when the client was assigned to a variable or an attribute of
    /// `self` before. What is not known to come from an import or the language begins with `?`.
    pub fn path(&self, id: Id) -> String {
        let mut tail: Vec<&str> = Vec::new();
        let mut owned: Vec<String> = Vec::new();
        let mut name = None;
        let mut at = id;
        let mut root = None;
        let mut met = Vec::new();
        for _ in 0..STEPS {
            // `x = x.strip()` must not be followed for ever.
            if let Some(variable) = self.names.variable(at) {
                if met.contains(&variable) {
                    root = Some(format!("?{}", self.text(at)));
                    break;
                }
                met.push(variable);
            }
            match self.step(at) {
                Step::Inside(next, part) => {
                    tail.push(part);
                    if part == "." {
                        owned.push(self.attribute_name(at));
                    }
                    at = next;
                }
                Step::Same(next, variable) => {
                    name = name.or(variable);
                    at = next;
                }
                Step::Root(path) => {
                    root = Some(path);
                    break;
                }
            }
        }
        let root = root.unwrap_or_else(|| format!("?{}", name.unwrap_or_default()));
        let mut path = root
            .strip_prefix("builtins.")
            .or_else(|| root.strip_prefix("__builtins__."))
            .map_or(root.clone(), str::to_owned);
        let mut names = owned.into_iter().rev();
        for part in tail.into_iter().rev() {
            path.push_str(part);
            if part == "." {
                path.push_str(&names.next().unwrap_or_default());
            }
            if path.len() > LONGEST {
                break;
            }
        }
        match path.strip_prefix("builtins.") {
            Some(rest) => rest.to_owned(),
            None => path,
        }
    }

    /// The source of an expression without white space, at most its last 120 bytes.
    pub fn spelling(&self, id: Id) -> String {
        let text = self.text(id);
        let from = (text.len().saturating_sub(120)..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.get(from..).unwrap_or_default().split_whitespace().collect()
    }

    fn attribute_name(&self, at: Id) -> String {
        let by_attribute = self.child(at, Field::Attribute).map(|name| self.text(name).to_owned());
        by_attribute.or_else(|| self.getattr(at).map(|(_, name)| name)).unwrap_or_default()
    }

    fn step(&self, at: Id) -> Step<'_> {
        let inside = |field, part| match self.child(at, field) {
            Some(next) => Step::Inside(next, part),
            None => Step::Root("?".to_owned()),
        };
        match self.kind(at) {
            Kind::Attribute => match self.variable(at).and_then(|variable| self.through(variable)) {
                Some(Step::Same(next, _)) => Step::Same(next, Some(self.text(at))),
                Some(step) => step,
                None => inside(Field::Object, "."),
            },
            Kind::Call => match self.imported(at) {
                Some(path) => Step::Root(path),
                None => match self.getattr(at) {
                    Some((object, _)) => Step::Inside(object, "."),
                    None => inside(Field::Function, "()"),
                },
            },
            Kind::Subscript => inside(Field::Value, "[]"),
            Kind::Parenthesized | Kind::Await | Kind::Boolean | Kind::Conditional | Kind::AsPattern => {
                match self.children(at).next() {
                    Some(next) => Step::Same(next, None),
                    None => Step::Root("?".to_owned()),
                }
            }
            Kind::Named => match self.child(at, Field::Value) {
                Some(next) => Step::Same(next, None),
                None => Step::Root("?".to_owned()),
            },
            Kind::Identifier => match self.variable(at) {
                Some(variable) => match self.through(variable) {
                    Some(Step::Same(next, _)) => Step::Same(next, Some(self.text(at))),
                    Some(step) => step,
                    None => Step::Root(format!("?{}", self.text(at))),
                },
                None => Step::Root(self.unbound(at)),
            },
            Kind::String | Kind::Concatenated => Step::Root("''".to_owned()),
            _ => Step::Root("?".to_owned()),
        }
    }

    /// One step through the value of a variable.
    fn through(&self, variable: &Variable) -> Option<Step<'_>> {
        let bindings = || variable.bindings.iter().take(8);
        let import = bindings().find_map(|binding| match binding {
            Binding::Import(path) => Some(Step::Root(path.clone())),
            _ => None,
        });
        let value = || {
            bindings().find_map(|binding| match binding {
                Binding::Value(value) if self.names_something(*value) => Some(Step::Same(*value, None)),
                Binding::Parameter { node, .. } => self.annotation(*node).map(|class| Step::Inside(class, "()")),
                _ => None,
            })
        };
        import.or_else(value)
    }

    fn names_something(&self, value: Id) -> bool {
        matches!(
            self.kind(value),
            Kind::Identifier
                | Kind::Attribute
                | Kind::Call
                | Kind::Subscript
                | Kind::Await
                | Kind::Parenthesized
                | Kind::Boolean
                | Kind::Conditional
        )
    }

    /// The class that a parameter is declared to be, if the annotation is a plain name.
    pub fn annotation(&self, parameter: Id) -> Option<Id> {
        let annotation = self.child(parameter, Field::Type)?;
        let class = self.children(annotation).next()?;
        matches!(self.kind(class), Kind::Identifier | Kind::Attribute).then_some(class)
    }

    fn unbound(&self, name: Id) -> String {
        let name = self.text(name);
        match self.names.stars.as_slice() {
            [module] if !BUILTINS.contains(&name) => format!("{module}.{name}"),
            _ => name.to_owned(),
        }
    }

    /// `__import__("a.b")` and `importlib.import_module("a.b")`.
    fn imported(&self, call: Id) -> Option<String> {
        let function = self.child(call, Field::Function)?;
        let name = self.text(function);
        let imports = name == "__import__" || name.ends_with("import_module");
        let argument = self.positional(call).next().filter(|_| imports)?;
        match self.constant(argument)? {
            Constant::Text(path) => Some(path),
            _ => None,
        }
    }

    /// `getattr(x, "name")`: the object and the name.
    fn getattr(&self, call: Id) -> Option<(Id, String)> {
        let function = self.child(call, Field::Function)?;
        let mut arguments = self.positional(call);
        let (object, name) = (arguments.next().filter(|_| self.text(function) == "getattr")?, arguments.next()?);
        match self.constant(name)? {
            Constant::Text(name) => Some((object, name)),
            _ => None,
        }
    }
}

enum Step<'a> {
    /// A part of something else.
    Inside(Id, &'static str),
    /// Another name for the same thing, and the variable that it was called.
    Same(Id, Option<&'a str>),
    /// The end of the path.
    Root(String),
}

/// Names of the language that a star import does not shadow in practice.
const BUILTINS: &[&str] = &[
    "__import__",
    "compile",
    "dict",
    "eval",
    "exec",
    "format",
    "getattr",
    "globals",
    "input",
    "int",
    "list",
    "locals",
    "len",
    "map",
    "open",
    "print",
    "range",
    "setattr",
    "sorted",
    "str",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];
