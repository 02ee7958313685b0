//! What the expressions of a file may be: which function of which module, whatever way it was come by.
//!
//! Values are followed through assignments, containers, arguments, returns, and the parts of the language that look things
//! up by name (`getattr`, `vars`, `sys.modules`, `operator`, ...) until nothing changes. A container is what is in it; order
//! and branches are not looked at.

mod atoms;
mod intrinsics;
mod texts;

use std::collections::{BTreeSet, HashMap};

use atoms::{Atom, Atoms, Number, Set, canonical};

use super::{Binding, Field, Id, Kind, Module};

/// What expressions may be.
#[derive(Debug, Default)]
pub struct Values {
    atoms: Atoms,
    sets: Vec<Set>,
    through: BTreeSet<(Id, Number)>,
}

impl Values {
    /// Follows the values of a file.
    pub fn of(module: &Module) -> Self {
        let mut walk = Walk::new(module);
        let order = super::flow::postorder(module);
        for _ in 0..ROUNDS {
            walk.changed = false;
            for id in &order {
                walk.visit(*id);
            }
            if !walk.changed {
                break;
            }
        }
        Self { atoms: walk.atoms, sets: walk.sets, through: walk.through }
    }

    /// The paths that an expression may be, as those of [`Module::path`]; an attribute by a computed name is `*`.
    pub fn paths(&self, id: Id) -> impl Iterator<Item = &str> + use<'_> {
        let set = self.sets.get(id.at()).into_iter().flat_map(Set::iter);
        set.filter_map(|number| self.atoms.path(number))
    }

    /// The texts that an expression may be.
    pub fn texts(&self, id: Id) -> impl Iterator<Item = &str> + use<'_> {
        let set = self.sets.get(id.at()).into_iter().flat_map(Set::iter);
        set.filter_map(|number| self.atoms.text(number))
    }

    /// What else a call calls: `operator.methodcaller("system", x)(os)` calls `os.system`.
    pub fn through(&self, call: Id) -> impl Iterator<Item = &str> + use<'_> {
        let range = self.through.range((call, 0)..=(call, Number::MAX));
        range.filter_map(|(_, number)| self.atoms.path(*number))
    }
}

struct Walk<'a> {
    module: &'a Module,
    atoms: Atoms,
    sets: Vec<Set>,
    variables: Vec<Set>,
    /// Variables that texts are added to, whose value is none of the pieces.
    growing: Vec<bool>,
    returns: HashMap<Id, Set>,
    targets: HashMap<Id, Vec<usize>>,
    parameters: HashMap<Id, Vec<(usize, usize, Id)>>,
    through: BTreeSet<(Id, Number)>,
    changed: bool,
}

impl<'a> Walk<'a> {
    fn new(module: &'a Module) -> Self {
        let names = &module.names;
        let mut walk = Self {
            module,
            atoms: Atoms::default(),
            sets: vec![Set::default(); module.syntax.len()],
            variables: vec![Set::default(); names.variables.len()],
            growing: vec![false; names.variables.len()],
            returns: HashMap::new(),
            targets: HashMap::new(),
            parameters: HashMap::new(),
            through: BTreeSet::new(),
            changed: false,
        };
        for (variable, bound) in names.variables.iter().enumerate() {
            for binding in &bound.bindings {
                walk.bind(variable, binding);
            }
        }
        walk
    }

    fn bind(&mut self, variable: usize, binding: &Binding) {
        let atom = match binding {
            Binding::Value(value) | Binding::Part(value) | Binding::Inside(value) => {
                let around = self.module.parent(*value).map(|parent| self.module.kind(parent));
                // `except Error as error` brings an object of it.
                let parents = || self.module.ancestors(*value).take(2).map(|parent| self.module.kind(parent));
                if parents().eq([Kind::AsPattern, Kind::ExceptClause]) {
                    return;
                }
                if around == Some(Kind::Augmented)
                    && let Some(growing) = self.growing.get_mut(variable)
                {
                    *growing = true;
                }
                self.targets.entry(*value).or_default().push(variable);
                return;
            }
            Binding::Parameter { function, position, node } => {
                if *position < ARGUMENTS {
                    self.parameters.entry(*function).or_default().push((*position, variable, *node));
                }
                if let Some(default) = self.module.child(*node, Field::Value) {
                    self.targets.entry(default).or_default().push(variable);
                }
                return;
            }
            Binding::Import(path) => canonical(path).and_then(|path| self.atoms.number(Atom::Path(path.into()))),
            Binding::Function(id) | Binding::Class(id) => self.atoms.number(Atom::Local(*id)),
        };
        if let Some(slot) = self.variables.get_mut(variable) {
            slot.add(atom);
        }
    }

    fn of(&self, id: Id) -> Set {
        self.sets.get(id.at()).cloned().unwrap_or_default()
    }

    fn of_field(&self, id: Id, field: Field) -> Set {
        self.module.child(id, field).map(|child| self.of(child)).unwrap_or_default()
    }

    fn of_variable(&self, variable: usize) -> Set {
        self.variables.get(variable).cloned().unwrap_or_default()
    }

    fn one(&mut self, atom: Atom) -> Set {
        let mut set = Set::default();
        set.add(self.atoms.number(atom));
        set
    }

    fn path(&mut self, path: &str) -> Set {
        canonical(path).map(|path| self.one(Atom::Path(path.into()))).unwrap_or_default()
    }

    fn text(&mut self, text: String) -> Set {
        if text.len() > LONG { Set::default() } else { self.one(Atom::Text(text.into())) }
    }

    fn texts(&self, set: &Set) -> Vec<String> {
        set.iter().filter_map(|number| self.atoms.text(number)).take(FEW).map(str::to_owned).collect()
    }

    fn give(&mut self, variable: usize, set: &Set) {
        if let Some(slot) = self.variables.get_mut(variable) {
            self.changed |= slot.join(set);
        }
    }

    fn visit(&mut self, id: Id) {
        let set = self.value(id);
        if set.is_empty() {
            return;
        }
        if let Some(slot) = self.sets.get_mut(id.at()) {
            self.changed |= slot.join(&set);
        }
        if let Some(targets) = self.targets.get(&id) {
            for variable in targets.clone() {
                self.give(variable, &set);
            }
        }
    }

    fn value(&mut self, id: Id) -> Set {
        let module = self.module;
        match module.kind(id) {
            Kind::Identifier => self.identifier(id),
            Kind::Attribute => {
                let name = module.child(id, Field::Attribute).map_or("", |name| module.text(name));
                let mut set = module.names.variable(id).map(|own| self.of_variable(own)).unwrap_or_default();
                let object = self.of_field(id, Field::Object);
                set.join(&self.attribute_of(&object, Some(name)));
                set
            }
            Kind::Subscript => self.subscript(id),
            Kind::String | Kind::Concatenated => {
                let text = module.literal(id, LONG + 1).or_else(|| self.interpolated(id));
                text.map(|text| self.text(text)).unwrap_or_default()
            }
            Kind::Binary => self.binary(id),
            Kind::Call => self.call(id),
            Kind::KeywordArgument | Kind::Named | Kind::Pair => self.of_field(id, Field::Value),
            Kind::Interpolation => self.of_field(id, Field::Expression),
            Kind::ListComprehension | Kind::SetComprehension | Kind::Generator | Kind::DictionaryComprehension => {
                self.of_field(id, Field::Body)
            }
            Kind::Lambda => {
                let body = self.of_field(id, Field::Body);
                self.hand_back(id, &body);
                self.one(Atom::Local(id))
            }
            Kind::Return | Kind::Yield => {
                let set = self.of_children(id);
                self.hand_back(module.owner(id), &set);
                set
            }
            Kind::AsPattern => module.children(id).next().map(|value| self.of(value)).unwrap_or_default(),
            Kind::Boolean
            | Kind::Conditional
            | Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::Dictionary
            | Kind::ExpressionList
            | Kind::Parenthesized
            | Kind::Await
            | Kind::ListSplat
            | Kind::DictionarySplat => self.of_children(id),
            _ => Set::default(),
        }
    }

    fn of_children(&self, id: Id) -> Set {
        self.module.children(id).take(MANY).fold(Set::default(), |mut set, child| {
            if let Some(more) = self.sets.get(child.at()) {
                set.join(more);
            }
            set
        })
    }

    fn hand_back(&mut self, function: Id, set: &Set) {
        if !set.is_empty() {
            self.changed |= self.returns.entry(function).or_default().join(set);
        }
    }

    fn identifier(&mut self, id: Id) -> Set {
        let module = self.module;
        if let Some(variable) = module.names.variable(id) {
            if self.growing.get(variable) == Some(&true) {
                return self.grown(id, variable);
            }
            return self.of_variable(variable);
        }
        let name = module.text(id);
        let mut set = self.path(name);
        for star in module.names.stars.iter().take(FEW) {
            set.join(&self.path(&format!("{star}.{name}")));
        }
        set
    }

    /// A name that texts are added to: the whole of them, if that can be told.
    fn grown(&mut self, id: Id, variable: usize) -> Set {
        let built = self.module.built(id);
        let mut set = Set::default();
        let whole = self.of_variable(variable);
        whole.iter().filter(|number| self.atoms.text(*number).is_none()).for_each(|number| {
            set.add(Some(number));
        });
        if built.holes.is_empty() {
            set.join(&self.text(built.literal));
        }
        set
    }

    /// An attribute of whatever a value is, by its name if that is known.
    fn attribute_of(&mut self, object: &Set, name: Option<&str>) -> Set {
        let mut set = Set::default();
        for number in object.iter() {
            match (self.atoms.get(number).cloned(), name) {
                (Some(Atom::Path(path)), _) => set.join(&self.attribute(&path, name)),
                (Some(Atom::Local(_)), Some("__globals__")) => set.join(&self.path("globals()")),
                (Some(Atom::Local(_)), Some("__call__" | "__func__" | "__wrapped__")) => set.add(Some(number)),
                (Some(Atom::Local(class)), Some(name)) if self.module.kind(class) == Kind::Class => {
                    let members: Vec<usize> = self.module.names.members(class, name).collect();
                    members
                        .into_iter()
                        .map(|member| set.join(&self.of_variable(member)))
                        .fold(false, |any, more| any | more)
                }
                _ => false,
            };
        }
        set
    }

    /// An attribute of a module or of something in it.
    fn attribute(&mut self, path: &str, name: Option<&str>) -> Set {
        let is_function = !path.contains('.') && !path.is_empty();
        match name {
            // What is bound to a function, or around it, is the function again.
            Some("__call__" | "__func__" | "__wrapped__" | "func") => self.path(path),
            // Of a builtin function it is the module.
            Some("__self__") if is_function => self.path("builtins"),
            Some("__builtins__") => self.path("builtins"),
            Some("__globals__") => {
                let owner = path.rsplit_once('.').map_or(path, |(owner, _)| owner).to_owned();
                self.path(&format!("{owner}.__dict__"))
            }
            Some(name) => self.path(&format!("{path}.{name}")),
            None => self.path(&format!("{path}.*")),
        }
    }

    fn subscript(&mut self, id: Id) -> Set {
        let module = self.module;
        let base = self.of_field(id, Field::Value);
        let Some(key) = module.child(id, Field::Subscript) else { return base };
        let keys = self.texts(&self.of(key));
        let mut set = Set::default();
        for number in base.iter() {
            match self.atoms.get(number).cloned() {
                Some(Atom::Path(path)) => {
                    if let Some(found) = self.item(&path, &keys) {
                        set.join(&found);
                    } else {
                        // It may be what holds the thing, or the thing.
                        set.add(Some(number));
                        set.join(&self.path(&format!("{path}[]")));
                    }
                }
                Some(Atom::Text(text)) => match texts::part(module, &text, key) {
                    Some(part) => {
                        set.join(&self.text(part));
                    }
                    None => {
                        set.add(Some(number));
                    }
                },
                _ => {
                    set.add(Some(number));
                }
            }
        }
        set
    }

    /// What is looked up by name in the tables of the language; `None` for anything else.
    fn item(&mut self, path: &str, keys: &[String]) -> Option<Set> {
        let owner = match path {
            "sys.modules" => return Some(self.modules(keys)),
            "globals()" | "locals()" | "vars()" => return Some(self.globals(keys)),
            "builtins" => "builtins",
            _ if path.starts_with("ctypes.") => path,
            _ => path.strip_suffix(".__dict__")?,
        };
        if keys.is_empty() {
            return Some(self.attribute(owner, None));
        }
        let mut set = Set::default();
        for key in keys {
            set.join(&self.attribute(owner, Some(key)));
        }
        Some(set)
    }

    /// Modules by their names.
    fn modules(&mut self, names: &[String]) -> Set {
        if names.is_empty() {
            return self.path("*");
        }
        let mut set = Set::default();
        for name in names.iter().filter(|name| !name.starts_with('.')) {
            set.join(&self.path(name));
            // `__import__("a.b")` is `a`.
            set.join(&self.path(name.split('.').next().unwrap_or_default()));
        }
        set
    }

    fn globals(&mut self, names: &[String]) -> Set {
        let mut set = Set::default();
        for name in names {
            match self.module.names.global(name) {
                Some(variable) => set.join(&self.of_variable(variable)),
                None => set.join(&self.path(name)),
            };
        }
        set
    }

    fn call(&mut self, id: Id) -> Set {
        let module = self.module;
        let Some(function) = module.child(id, Field::Function) else { return Set::default() };
        let mut set = self.method(id, function);
        let callee = self.of(function);
        let given = module.arguments(id).take(ARGUMENTS).any(|argument| !self.of(argument).is_empty());
        let mut followed = 0;
        for number in callee.iter() {
            match self.atoms.get(number).cloned() {
                Some(Atom::Local(local)) => {
                    followed += 1;
                    let class = module.kind(local) == Kind::Class;
                    let code = if class { module.names.members(local, "__init__").next() } else { None };
                    let code = code.and_then(|variable| {
                        module.names.variables.get(variable)?.bindings.iter().find_map(|binding| match binding {
                            Binding::Function(code) => Some(*code),
                            _ => None,
                        })
                    });
                    // Functions that share a name in their thousands are not followed each.
                    if given && followed <= FEW {
                        self.hand_over(code.unwrap_or(local), id, function);
                    }
                    if class {
                        set.add(Some(number));
                    } else if let Some(returned) = self.returns.get(&local) {
                        set.join(returned);
                    }
                }
                Some(Atom::Getter(name)) => {
                    let object = self.argument(id, 0);
                    for name in name.split('.').scan(object, |object, name| {
                        *object = self.attribute_of(object, Some(name));
                        Some(object.clone())
                    }) {
                        set = name;
                    }
                }
                Some(Atom::Caller(name)) => {
                    let object = self.argument(id, 0);
                    let methods = self.attribute_of(&object, Some(&name));
                    for number in methods.iter().filter(|number| self.atoms.path(*number).is_some()) {
                        self.through.insert((id, number));
                    }
                }
                Some(Atom::Path(path)) => {
                    set.join(&self.intrinsic(&path, id));
                }
                _ => {}
            }
        }
        set
    }

    /// The value of the argument at a place.
    fn argument(&self, call: Id, place: usize) -> Set {
        self.module.positional(call).nth(place).map(|argument| self.of(argument)).unwrap_or_default()
    }

    /// Arguments become parameters.
    fn hand_over(&mut self, local: Id, call: Id, function: Id) {
        let module = self.module;
        let Some(parameters) = self.parameters.get(&local).cloned() else { return };
        let is_method = module.class_of(local).is_some();
        let skipped =
            usize::from(is_method && (module.kind(function) == Kind::Attribute || module.name_of(local) == "__init__"));
        let mut place = skipped;
        for argument in module.arguments(call).take(ARGUMENTS) {
            let set = self.of(argument);
            let splat = matches!(module.kind(argument), Kind::ListSplat | Kind::DictionarySplat);
            let keyword = module.kind(argument) == Kind::KeywordArgument;
            let name = module.child(argument, Field::Name).filter(|_| keyword).map_or("", |name| module.text(name));
            for (position, variable, node) in &parameters {
                let rest = module.text(*node).starts_with('*');
                let takes = match (splat, keyword) {
                    (true, _) => *position >= skipped,
                    (_, true) => rest || module.name_of(*node) == name,
                    _ => *position == place || *position < place && rest,
                };
                if takes && !set.is_empty() {
                    self.give(*variable, &set);
                }
            }
            place += usize::from(!splat && !keyword);
        }
    }
}

const ROUNDS: usize = 10;
const ARGUMENTS: usize = 64;
/// How many parts of a container are looked at: what hides in a larger one is found when it is taken out.
const MANY: usize = 512;
const FEW: usize = 6;
/// The longest text that is followed.
const LONG: usize = 4096;
