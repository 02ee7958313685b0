//! The flow of values inside one file: where marked values begin is said by a [`Policy`], where they arrive is found by
//! following assignments, containers, strings, arguments and returns until nothing changes.
//!
//! Order of statements and branches are not looked at; scopes are.

use std::collections::{HashMap, HashSet};

use super::{Binding, Call, Field, Id, Kind, Module, names::Names};

/// A mark that values carry; the policy gives it its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u8);

/// Where a marked value began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The expression or parameter.
    pub node: Id,
    /// Whether every step was seen; `false` if the value went through code that is not in the file.
    pub sure: bool,
}

/// What a call that leads out of the file hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// The result is made of the object and the arguments: `json.loads(x)`, `x.strip()`.
    Everything,
    /// The result is made of the object; the arguments may be in it.
    Perhaps,
    /// The result is made of the object: `x.get(key)`.
    Object,
    /// The result is something else: `len(x)`.
    Nothing,
}

/// What marks values. Asked once for each node.
pub trait Policy {
    /// The mark of what a call, attribute, subscript or name yields by itself, and whether that is sure.
    fn begins(&self, module: &Module, node: Id) -> Option<(Label, bool)>;

    /// Whether an attribute is something else than its object: `request.method`.
    fn ends(&self, module: &Module, attribute: Id) -> bool;

    /// The mark of a parameter, by its function and its node.
    fn parameter(&self, module: &Module, function: Id, parameter: Id) -> Option<Label>;

    /// What a call hands on. Not asked about functions of the same file.
    fn passes(&self, module: &Module, call: &Call) -> Passes;
}

/// The number of labels: 0 up to this.
const LABELS: usize = 3;
/// The most rounds until values have gone everywhere.
const ROUNDS: usize = 12;
/// The most arguments of one call that are followed.
const ARGUMENTS: usize = 64;

/// Which marks arrive where.
#[derive(Debug, Default)]
pub struct Flow {
    marks: Vec<Marks>,
}

impl Flow {
    /// Follows every marked value through a file.
    pub fn of(module: &Module, policy: &dyn Policy) -> Self {
        let mut walk = Walk::new(module, policy);
        if walk.anything {
            let order = postorder(module);
            for _ in 0..ROUNDS {
                walk.changed = false;
                for id in &order {
                    walk.visit(*id);
                }
                if !walk.changed {
                    break;
                }
            }
        }
        Self { marks: walk.marks }
    }

    /// Where the value of an expression with this mark began, if it has the mark.
    pub fn origin(&self, node: Id, label: Label) -> Option<Origin> {
        self.marks.get(node.at()).and_then(|marks| marks.origin(label))
    }
}

/// For each label: 0, or twice the origin's node + 2, + 1 if sure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marks([u32; LABELS]);

impl Marks {
    fn one(node: Id, label: Label) -> Self {
        let mut marks = Self::default();
        if let Some(slot) = marks.0.get_mut(usize::from(label.0)) {
            *slot = (node.0.saturating_add(1)).saturating_mul(2) | 1;
        }
        marks
    }

    fn origin(self, label: Label) -> Option<Origin> {
        let slot = self.0.get(usize::from(label.0)).copied().filter(|slot| *slot > 0)?;
        Some(Origin { node: Id(slot / 2 - 1), sure: slot & 1 == 1 })
    }

    /// The first origin stays, unless a surer one comes.
    fn join(&mut self, other: Self) -> bool {
        let before = *self;
        for (ours, theirs) in self.0.iter_mut().zip(other.0) {
            if theirs > 0 && (*ours == 0 || (*ours & 1 == 0 && theirs & 1 == 1)) {
                *ours = theirs;
            }
        }
        *self != before
    }

    fn joined(mut self, other: Self) -> Self {
        self.join(other);
        self
    }

    fn unsure(self) -> Self {
        Self(self.0.map(|slot| slot & !1))
    }
}

struct Walk<'a> {
    module: &'a Module,
    names: &'a Names,
    marks: Vec<Marks>,
    variables: Vec<Marks>,
    /// What a function returns, by its node.
    returns: HashMap<Id, Marks>,
    /// The variables that the value of a node is bound to.
    targets: HashMap<Id, Vec<usize>>,
    /// The parameters of a function: place, variable.
    parameters: HashMap<Id, Vec<(usize, usize, Id)>>,
    begins: HashMap<Id, Marks>,
    ends: HashSet<Id>,
    passes: HashMap<Id, Passes>,
    anything: bool,
    changed: bool,
}

impl<'a> Walk<'a> {
    fn new(module: &'a Module, policy: &dyn Policy) -> Self {
        let names = &module.names;
        let mut walk = Self {
            module,
            names,
            marks: vec![Marks::default(); module.syntax.len()],
            variables: vec![Marks::default(); names.variables.len()],
            returns: HashMap::new(),
            targets: HashMap::new(),
            parameters: HashMap::new(),
            begins: HashMap::new(),
            ends: HashSet::new(),
            passes: HashMap::new(),
            anything: false,
            changed: false,
        };
        walk.ask_about_names(policy);
        for id in module.ids() {
            if matches!(module.kind(id), Kind::Call | Kind::Attribute | Kind::Subscript | Kind::Identifier)
                && let Some((label, sure)) = policy.begins(module, id)
            {
                let marks = Marks::one(id, label);
                walk.begins.insert(id, if sure { marks } else { marks.unsure() });
            }
            if module.kind(id) == Kind::Attribute && policy.ends(module, id) {
                walk.ends.insert(id);
            }
        }
        walk.anything |= !walk.begins.is_empty();
        if walk.anything {
            walk.passes = module.calls().iter().map(|call| (call.node, policy.passes(module, call))).collect();
        }
        walk
    }

    fn ask_about_names(&mut self, policy: &dyn Policy) {
        for (variable, bound) in self.names.variables.iter().enumerate() {
            for binding in &bound.bindings {
                match binding {
                    Binding::Value(value) | Binding::Part(value) | Binding::Inside(value) => {
                        self.targets.entry(*value).or_default().push(variable);
                    }
                    Binding::Parameter { function, position, node } => {
                        if *position < ARGUMENTS {
                            self.parameters.entry(*function).or_default().push((*position, variable, *node));
                        }
                        if let Some(label) = policy.parameter(self.module, *function, *node) {
                            self.anything = true;
                            if let Some(marks) = self.variables.get_mut(variable) {
                                marks.join(Marks::one(*node, label));
                            }
                        }
                    }
                    Binding::Import(_) | Binding::Function(_) | Binding::Class(_) => {}
                }
            }
        }
    }

    fn of(&self, id: Id) -> Marks {
        self.marks.get(id.at()).copied().unwrap_or_default()
    }

    fn of_field(&self, id: Id, field: Field) -> Marks {
        self.module.child(id, field).map(|child| self.of(child)).unwrap_or_default()
    }

    fn of_children(&self, id: Id) -> Marks {
        self.module.children(id).fold(Marks::default(), |marks, child| marks.joined(self.of(child)))
    }

    fn of_variable(&self, id: Id) -> Marks {
        self.names.variable(id).and_then(|variable| self.variables.get(variable)).copied().unwrap_or_default()
    }

    fn give(&mut self, variable: usize, marks: Marks) {
        if let Some(slot) = self.variables.get_mut(variable) {
            self.changed |= slot.join(marks);
        }
    }

    fn visit(&mut self, id: Id) {
        let mut marks = self.value(id);
        if let Some(begun) = self.begins.get(&id) {
            marks = begun.joined(marks);
        }
        if marks != Marks::default()
            && let Some(slot) = self.marks.get_mut(id.at())
        {
            self.changed |= slot.join(marks);
        }
        let marks = self.of(id);
        if marks != Marks::default() {
            for variable in self.targets.get(&id).cloned().unwrap_or_default() {
                self.give(variable, marks);
            }
        }
    }

    /// What an expression is made of.
    fn value(&mut self, id: Id) -> Marks {
        let module = self.module;
        match module.kind(id) {
            Kind::Identifier => self.of_variable(id),
            Kind::Attribute if self.ends.contains(&id) => Marks::default(),
            Kind::Attribute => self.of_variable(id).joined(self.of_field(id, Field::Object)),
            Kind::Subscript | Kind::KeywordArgument | Kind::Named => self.of_field(id, Field::Value),
            Kind::Interpolation => self.of_field(id, Field::Expression),
            Kind::Call => self.call(id),
            Kind::ListComprehension | Kind::SetComprehension | Kind::Generator | Kind::DictionaryComprehension => {
                self.of_field(id, Field::Body)
            }
            Kind::Conditional => {
                let arms = module.children(id).enumerate().filter(|(place, _)| *place != 1);
                arms.fold(Marks::default(), |marks, (_, arm)| marks.joined(self.of(arm)))
            }
            Kind::AsPattern => module.children(id).next().map(|value| self.of(value)).unwrap_or_default(),
            Kind::Return | Kind::Yield => {
                let marks = self.of_children(id);
                self.hand_back(module.owner(id), marks);
                Marks::default()
            }
            Kind::Lambda => {
                let marks = self.of_field(id, Field::Body);
                self.hand_back(id, marks);
                Marks::default()
            }
            Kind::String
            | Kind::Concatenated
            | Kind::Binary
            | Kind::Boolean
            | Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::Dictionary
            | Kind::Pair
            | Kind::ExpressionList
            | Kind::Parenthesized
            | Kind::Await
            | Kind::ListSplat
            | Kind::DictionarySplat => self.of_children(id),
            _ => Marks::default(),
        }
    }

    fn hand_back(&mut self, function: Id, marks: Marks) {
        if marks != Marks::default() {
            self.changed |= self.returns.entry(function).or_default().join(marks);
        }
    }

    fn call(&mut self, id: Id) -> Marks {
        let module = self.module;
        let Some(function) = module.child(id, Field::Function) else { return Marks::default() };
        self.hand_to_callbacks(id);
        if let Some(local) = module.local_function(function) {
            self.hand_over(local, id, function);
            return self.returns.get(&local).copied().unwrap_or_default();
        }
        if let Some(class) = self.local_class(function) {
            self.hand_over(class, id, function);
        }
        let object = self.of(function);
        let arguments =
            module.arguments(id).take(ARGUMENTS).fold(Marks::default(), |marks, a| marks.joined(self.of(a)));
        self.hand_to_container(function, arguments);
        match self.passes.get(&id).copied().unwrap_or(Passes::Perhaps) {
            Passes::Everything => object.joined(arguments),
            Passes::Perhaps => object.joined(arguments.unsure()),
            Passes::Object => object,
            Passes::Nothing => Marks::default(),
        }
    }

    /// `__init__` of a local class.
    fn local_class(&self, function: Id) -> Option<Id> {
        let variable = self.module.variable(function)?;
        let class = variable.bindings.iter().take(ARGUMENTS).find_map(|binding| match binding {
            Binding::Class(class) => Some(*class),
            _ => None,
        })?;
        let body = self.module.child(class, Field::Body)?;
        self.module.children(body).take(ARGUMENTS).find(|statement| {
            self.module.kind(*statement) == Kind::Function && self.module.name_of(*statement) == "__init__"
        })
    }

    /// Arguments become parameters.
    fn hand_over(&mut self, local: Id, call: Id, function: Id) {
        let module = self.module;
        let bound = module.class_of(local).is_some()
            && (module.kind(function) == Kind::Attribute || module.name_of(local) == "__init__");
        let Some(parameters) = self.parameters.get(&local).cloned() else { return };
        let skipped = usize::from(bound);
        let mut place = skipped;
        for argument in module.arguments(call).take(ARGUMENTS) {
            let marks = self.of(argument);
            match module.kind(argument) {
                Kind::KeywordArgument => {
                    let name = module.child(argument, Field::Name).map_or("", |name| module.text(name));
                    for (_, variable, node) in &parameters {
                        let takes = module.name_of(*node) == name || module.text(*node).starts_with("**");
                        if takes && marks != Marks::default() {
                            self.give(*variable, marks);
                        }
                    }
                }
                Kind::ListSplat | Kind::DictionarySplat => {
                    for (_, variable, _) in parameters.iter().skip(skipped) {
                        self.give(*variable, marks.unsure());
                    }
                }
                _ => {
                    let rest = |node: &Id| module.text(*node).starts_with('*');
                    if let Some((_, variable, _)) = parameters
                        .iter()
                        .find(|(position, _, node)| *position == place || (*position < place && rest(node)))
                    {
                        self.give(*variable, marks);
                    }
                    place += 1;
                }
            }
        }
    }

    /// `run(f, x)`: whoever is given a function of this file probably calls it with what follows.
    fn hand_to_callbacks(&mut self, call: Id) {
        let module = self.module;
        let mut callback: Option<(Id, usize)> = None;
        for argument in module.positional(call).take(ARGUMENTS) {
            if let Some((function, place)) = callback.as_mut() {
                let marks = self.marks.get(argument.at()).copied().unwrap_or_default();
                let function = *function;
                let bound = usize::from(module.class_of(function).is_some());
                let variable = self.parameters.get(&function).and_then(|parameters| {
                    parameters
                        .iter()
                        .find(|(position, _, _)| *position == *place + bound)
                        .map(|(_, variable, _)| *variable)
                });
                *place += 1;
                if let Some(variable) = variable {
                    self.give(variable, marks.unsure());
                }
            } else if matches!(module.kind(argument), Kind::Identifier | Kind::Attribute) {
                callback = module.local_function(argument).map(|function| (function, 0));
            }
        }
    }

    /// `x.append(y)` puts `y` into `x`.
    fn hand_to_container(&mut self, function: Id, arguments: Marks) {
        if arguments == Marks::default() || self.module.kind(function) != Kind::Attribute {
            return;
        }
        let name = self.module.child(function, Field::Attribute).map_or("", |name| self.module.text(name));
        if !matches!(name, "append" | "appendleft" | "extend" | "add" | "insert" | "update" | "setdefault") {
            return;
        }
        let object = self.module.child(function, Field::Object);
        if let Some(variable) = object.and_then(|object| self.names.variable(object)) {
            self.give(variable, arguments);
        }
    }
}

/// Every node, children before parents, in the order of the source.
pub(super) fn postorder(module: &Module) -> Vec<Id> {
    let mut order = Vec::with_capacity(module.syntax.len());
    let mut open: Vec<Id> = Vec::new();
    for id in module.ids() {
        while open.last().is_some_and(|last| module.syntax.after(*last) <= id) {
            order.extend(open.pop());
        }
        open.push(id);
    }
    order.extend(open.into_iter().rev());
    order
}
