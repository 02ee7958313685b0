//! What functions and methods of the language hand on: those that look something up by its name, and those that only wrap.

use super::{Atom, Field, Id, Kind, Set, Walk, texts};

impl Walk<'_> {
    /// What a call of something outside of the file comes to.
    pub(super) fn intrinsic(&mut self, path: &str, call: Id) -> Set {
        let keys = |walk: &Self, place: usize| walk.texts(&walk.argument(call, place));
        match path {
            "getattr" | "object.__getattribute__" | "type.__getattribute__" | "inspect.getattr_static" => {
                let object = self.argument(call, 0);
                let names = keys(self, 1);
                let mut set = self.argument(call, 2);
                set.join(&self.named(&object, &names));
                return set;
            }
            "vars" if self.module.positional(call).next().is_none() => return self.path("globals()"),
            "vars" => {
                let object = self.argument(call, 0);
                return self.attribute_of(&object, Some("__dict__"));
            }
            "globals" | "locals" => return self.path("globals()"),
            "inspect.getmembers" | "inspect.getmembers_static" => {
                let object = self.argument(call, 0);
                return self.attribute_of(&object, None);
            }
            "pkgutil.resolve_name"
            | "pydoc.locate"
            | "hydra.utils.get_method"
            | "hydra.utils.get_class"
            | "hydra.utils.get_object"
            | "werkzeug.utils.import_string"
            | "twisted.python.reflect.namedAny"
            | "django.utils.module_loading.import_string" => {
                let names: Vec<String> = keys(self, 0).iter().map(|name| name.replace(':', ".")).collect();
                return self.paths_of(&names);
            }
            "operator.attrgetter" | "operator.methodcaller" => {
                let mut set = Set::default();
                for name in keys(self, 0) {
                    let name = name.into();
                    let atom = if path.ends_with("caller") { Atom::Caller(name) } else { Atom::Getter(name) };
                    set.join(&self.one(atom));
                }
                return set;
            }
            "operator.getitem" => {
                let (base, names) = (self.argument(call, 0), keys(self, 1));
                return self.looked_up(&base, &names);
            }
            "typing.cast" => return self.argument(call, 1),
            _ if WRAPPERS.contains(&path) => return self.arguments(call),
            _ => {}
        }
        if is_import(path) {
            return self.modules_of(call, path);
        }
        if let Some((owner, method)) = path.rsplit_once('.') {
            let names = keys(self, 0);
            match method {
                "__getattribute__" | "__getattr__" => {
                    let object = self.path(owner);
                    return self.named(&object, &names);
                }
                "get" | "pop" | "__getitem__" | "setdefault" => {
                    if let Some(found) = self.item(owner, &names) {
                        return found;
                    }
                }
                "values" | "items" | "popitem" if owner == "sys.modules" => return self.path("*"),
                "values" | "items" | "popitem" => {
                    if let Some(module) = owner.strip_suffix(".__dict__") {
                        let module = self.path(module);
                        return self.attribute_of(&module, None);
                    }
                }
                "copy" if owner.ends_with(".__dict__") || owner == "sys.modules" => return self.path(owner),
                _ => {}
            }
        }
        if let Some(text) = texts::function(path, self.module, call, &|id| self.single(id)) {
            return self.text(text);
        }
        self.path(&format!("{path}()"))
    }

    /// The only text that an expression may be.
    fn single(&self, id: Id) -> Option<String> {
        let texts = self.texts(&self.of(id));
        match texts.as_slice() {
            [text] => Some(text.clone()),
            _ => None,
        }
    }

    fn modules_of(&mut self, call: Id, path: &str) -> Set {
        let keyword = self.module.keyword(call, "name").map(|name| self.of(name)).unwrap_or_default();
        let mut names = self.texts(&self.argument(call, 0));
        names.extend(self.texts(&keyword));
        // `loader.load_module()` is of another module than is asked for.
        if names.is_empty() && path.ends_with("load_module") { Set::default() } else { self.modules(&names) }
    }

    fn paths_of(&mut self, names: &[String]) -> Set {
        if names.is_empty() {
            return self.path("*.*");
        }
        names.iter().fold(Set::default(), |mut set, name| {
            set.join(&self.path(name));
            set
        })
    }

    /// Attributes by names; by any name if none is known.
    fn named(&mut self, object: &Set, names: &[String]) -> Set {
        if names.is_empty() {
            return self.attribute_of(object, None);
        }
        let mut set = Set::default();
        for name in names {
            let found = name.split('.').fold(object.clone(), |object, name| self.attribute_of(&object, Some(name)));
            set.join(&found);
        }
        set
    }

    fn looked_up(&mut self, base: &Set, names: &[String]) -> Set {
        let mut set = Set::default();
        for number in base.iter() {
            match self.atoms.path(number).map(str::to_owned).and_then(|path| self.item(&path, names)) {
                Some(found) => set.join(&found),
                None => set.add(Some(number)),
            };
        }
        set
    }

    /// What all arguments may be together.
    fn arguments(&self, call: Id) -> Set {
        self.module.arguments(call).take(super::ARGUMENTS).fold(Set::default(), |mut set, argument| {
            set.join(&self.of(argument));
            set
        })
    }

    /// What a method of a text or of a container of this file comes to.
    pub(super) fn method(&mut self, call: Id, function: Id) -> Set {
        let module = self.module;
        let mut set = Set::default();
        if module.kind(function) != Kind::Attribute {
            return set;
        }
        let Some(object) = module.child(function, Field::Object) else { return set };
        let name = module.child(function, Field::Attribute).map_or("", |name| module.text(name));
        let held = self.of(object);
        for text in self.texts(&held) {
            if let Some(text) = texts::method(&text, name, module, call, &|id| self.single(id)) {
                set.join(&self.text(text));
            }
        }
        match name {
            "get" | "pop" | "popleft" | "popitem" | "values" | "items" | "copy" | "setdefault" | "__getitem__"
            | "__next__" => {
                let variable = module.variable(object);
                let is_import = |binding: &super::Binding| matches!(binding, super::Binding::Import(_));
                if !variable.is_some_and(|variable| variable.bindings.iter().any(is_import)) {
                    for number in held.iter().filter(|number| self.atoms.text(*number).is_none()) {
                        set.add(Some(number));
                    }
                }
            }
            "append" | "appendleft" | "extend" | "add" | "insert" | "update" => {
                let arguments = self.arguments(call);
                if let Some(variable) = module.names.variable(object).filter(|_| !arguments.is_empty()) {
                    self.give(variable, &arguments);
                }
            }
            _ => {}
        }
        set
    }

    /// A text with others put into it, if all of them are known.
    pub(super) fn interpolated(&self, id: Id) -> Option<String> {
        let module = self.module;
        let pieces: Vec<Id> = match module.kind(id) {
            Kind::Concatenated => module.children(id).take(super::MANY).collect(),
            _ => vec![id],
        };
        let mut text = String::new();
        for piece in pieces {
            for part in module.children(piece) {
                match module.kind(part) {
                    Kind::StringContent if module.is_raw(piece) => text.push_str(module.text(part)),
                    Kind::StringContent => super::super::literal::unescape(module.text(part), &mut text),
                    Kind::Interpolation => text.push_str(&self.single(part)?),
                    _ => {}
                }
            }
        }
        Some(text)
    }

    /// Texts and lists put together.
    pub(super) fn binary(&mut self, id: Id) -> Set {
        let module = self.module;
        let sides = [Field::Left, Field::Right].map(|side| module.child(id, side));
        let [Some(left), Some(right)] = sides else { return Set::default() };
        let operator = module.child(id, Field::Operator).map_or("", |operator| module.text(operator));
        let mut set = Set::default();
        let whole = match operator {
            "+" => self.single(left).zip(self.single(right)).map(|(left, right)| left + &right),
            "%" => self.single(left).and_then(|format| texts::percent(&format, module, right, &|id| self.single(id))),
            _ => None,
        };
        if let Some(whole) = whole {
            set.join(&self.text(whole));
        }
        for side in [left, right] {
            let held = self.of(side);
            for number in held.iter().filter(|number| self.atoms.text(*number).is_none()) {
                set.add(Some(number));
            }
        }
        set
    }
}

fn is_import(path: &str) -> bool {
    path == "__import__"
        || [".import_module", ".__import__", ".load_module", ".safeimport"].iter().any(|end| path.ends_with(end))
}

/// What they come to is, or holds, or calls, what they are given.
const WRAPPERS: &[&str] = &[
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "iter",
    "next",
    "reversed",
    "sorted",
    "zip",
    "enumerate",
    "filter",
    "copy.copy",
    "copy.deepcopy",
    "functools.partial",
    "functools.partialmethod",
    "functools.cache",
    "functools.lru_cache",
    "functools.lru_cache()",
    "functools.singledispatch",
    "staticmethod",
    "classmethod",
    "property",
    "types.MethodType",
    "types.MappingProxyType",
    "collections.OrderedDict",
    "collections.deque",
    "itertools.chain",
    "itertools.cycle",
    "itertools.islice",
    "itertools.repeat",
    "max",
    "min",
    "vars().copy",
    "weakref.ref",
    "weakref.proxy",
];
