//! Judges the calls of one file: what each does, with which arguments, and where those come from.

use std::cell::Cell;

use palisade_formats::python::{Binding, Call, Constant, Field, Flow, Id, Kind, Label, Module, Values};
use palisade_text::{Detector, RunnableCode};

use super::{Use, acts_within};
use crate::{
    input::model::{
        Carrier, Does, Effect,
        code::{Act, act, is_drop, is_scratch, is_sensitive, is_system, only_tells, takes_over},
    },
    open::model::{
        name,
        origins::{FOREIGN, REQUEST, SECRET},
    },
};

/// What is known of a file.
pub(super) struct Reader<'a> {
    pub(super) module: &'a Module,
    pub(super) flow: &'a Flow,
    pub(super) values: &'a Values,
    pub(super) usage: Use,
    /// How deep source in strings is still read.
    pub(super) nested: usize,
    /// How many bytes of source in strings are still read: one string may be run any number of times.
    pub(super) room: &'a Cell<usize>,
}

/// What is done, and the words for it.
pub(super) type Found = Option<(Does, String)>;

impl Reader<'_> {
    /// What a call does, whichever way the function was come by.
    pub(super) fn call(&self, call: &Call) -> Option<Effect> {
        let path = crate::input::application::callee(call);
        let own = match act(&path) {
            Some(act) => self.act(call, act, &path),
            None => self.computed(call),
        };
        let others =
            self.values.paths(call.function).chain(self.values.through(call.node)).filter(|other| *other != path);
        let others = others.filter_map(|other| match act(other) {
            Some(act) => self.act(call, act, other),
            None => self.any_attribute(call, other),
        });
        let (does, what) = own
            .into_iter()
            .chain(others)
            .chain(self.handed(call))
            .chain(self.alters(call))
            .max_by_key(|(does, _)| *does)?;
        Some(self.effect(call.node, does, what))
    }

    pub(super) fn effect(&self, node: Id, does: Does, what: String) -> Effect {
        Effect { range: self.module.range(node), carrier: Carrier::Code, does, when: self.usage.when, what }
    }

    /// A call of an attribute whose name is computed, of a module that gives away the machine; or of one that starts
    /// programs, of a module whose name is.
    fn any_attribute(&self, call: &Call, path: &str) -> Found {
        let (owner, name) = path.rsplit_once('.')?;
        let any = name == "*" && is_system(owner) || owner == "*" && starts(name);
        any.then(|| (Does::Executes, format!("calls something by a computed name: `{}`", self.shown(call.node))))
    }

    pub(super) fn act(&self, call: &Call, act: Act, path: &str) -> Found {
        match act {
            Act::Process => self.process(call, path),
            Act::Evaluates => self.evaluates(call, path),
            Act::RunsCode => self.runs_code(call, path),
            Act::Unpickles => self.unpickles(call, path),
            Act::Native => Some((Does::Custom, format!("loads native code with `{path}`"))),
            Act::System => {
                let does = if takes_over(path) { Does::Executes } else { Does::Custom };
                Some((does, format!("calls `{path}`, outside of Python")))
            }
            Act::Connects => {
                Some((Does::Reaches, format!("opens a connection with `{path}`: `{}`", self.shown(call.node))))
            }
            Act::Fetches | Act::Sends => self.network(call, act, path),
            Act::File => self.file(call, path),
            Act::Decodes | Act::Learns => None,
        }
    }

    pub(super) fn first(&self, call: &Call) -> Option<Id> {
        self.module.positional(call.node).next().or_else(|| {
            let keyword = |name| self.module.keyword(call.node, name);
            ["args", "cmd", "command", "url", "file", "path", "source"].into_iter().find_map(keyword)
        })
    }

    pub(super) fn is_marked(&self, node: Id, label: Label) -> bool {
        self.flow.origin(node, label).is_some()
    }

    /// Whether a call happens while the module is imported.
    pub(super) fn at_import(&self, node: Id) -> bool {
        let inside = |id| matches!(self.module.kind(id), Kind::Function | Kind::Lambda);
        !self.module.ancestors(node).any(inside)
    }

    /// Whether it happens only when the file is run as a script.
    pub(super) fn is_main_only(&self, node: Id) -> bool {
        let module = self.module;
        let guard = |id| {
            let condition =
                module.child(id, Field::Condition).filter(|condition| module.kind(*condition) == Kind::Comparison);
            let spelled = condition.map(|condition| module.spelling(condition).replace('\'', "\""));
            let is_main =
                spelled.is_some_and(|text| text == "__name__==\"__main__\"" || text == "\"__main__\"==__name__");
            is_main
                && !module
                    .children(id)
                    .any(|part| module.field(part) == Field::Alternative && module.is_within(node, part))
        };
        module.ancestors(node).any(guard)
    }

    pub(super) fn process(&self, call: &Call, path: &str) -> Found {
        if NO_PROCESS.iter().any(|name| path == *name || path.ends_with("Error") || path.ends_with("Expired")) {
            return None;
        }
        let words = self.words(call);
        let shown = self.shown(call.node);
        if self.usage.builds && !words.as_ref().is_some_and(|words| fetches_or_evaluates(words)) {
            return Some((Does::Known, format!("runs a command while it builds: `{shown}`")));
        }
        let Some(words) = words else { return Some((Does::Executes, format!("runs a command: `{shown}`"))) };
        let installs =
            words.iter().any(|word| word == "pip" || word == "pip3") && words.iter().any(|word| word == "install");
        let elsewhere = |word: &String| word.contains("://") || word.contains("index-url") || word.starts_with("git+");
        let plain = !words.iter().any(|word| word.contains([';', '|', '&', '`', '$', '<', '>', '\n']));
        match words.first() {
            _ if installs && plain && !words.iter().any(elsewhere) => {
                Some((Does::Custom, format!("installs packages: `{shown}`")))
            }
            Some(program)
                if plain
                    && (only_tells(program)
                        || words.len() > 1 && words.iter().skip(1).all(|word| VERSION.contains(&word.as_str()))) =>
            {
                Some((Does::Known, format!("asks the system: `{shown}`")))
            }
            _ => Some((Does::Executes, format!("runs a command: `{shown}`"))),
        }
    }

    /// The words of a command, as far as they stand in the source; what does not is a question mark.
    fn words(&self, call: &Call) -> Option<Vec<String>> {
        let module = self.module;
        let command = self.value_of(module.bare(self.first(call)?), &[Kind::List, Kind::Tuple]);
        let word = |id: Id| match module.constant_text(id) {
            Some(text) => text,
            None if module.path(id) == "sys.executable" => "python".to_owned(),
            None => "?".to_owned(),
        };
        let words: Vec<String> = if matches!(module.kind(command), Kind::List | Kind::Tuple) {
            module.children(command).take(WORDS).map(word).collect()
        } else {
            let text =
                module.constant_text(command).unwrap_or_else(|| module.built(command).literal.replace("{}", "?"));
            text.split_whitespace().take(WORDS).map(str::to_owned).collect()
        };
        // The program itself has to be known.
        words.first().is_some_and(|first| !first.contains('?') && !first.is_empty()).then_some(words)
    }

    fn evaluates(&self, call: &Call, path: &str) -> Found {
        let source = self.first(call)?;
        let shown = self.shown(call.node);
        if let Some(words) = self.foreign(source) {
            return Some((Does::Executes, format!("runs {words} as Python: `{shown}`")));
        }
        let sources = self.sources(source);
        let worst = sources.iter().filter_map(|text| self.runs(text, &shown)).max_by_key(|(does, _)| *does);
        // What else it may be is not known unless all of it stands in the file.
        let whole = !sources.is_empty() && self.module.built(self.compiled(source)).holes.is_empty();
        if worst.is_some() || whole {
            return worst;
        }
        let reads = self.module.path(source);
        if reads.ends_with("__doc__") {
            return Some((Does::Executes, format!("runs a comment as Python: `{shown}`")));
        }
        if reads.contains("open()") || reads.ends_with("read()") || reads.ends_with("read_text()") {
            // What is called a program is judged as one.
            let open = self.module.text(source).contains(".py");
            let does = if self.usage.builds {
                Does::Known
            } else if open {
                Does::Custom
            } else {
                Does::Calls
            };
            return Some((does, format!("runs the content of a file as Python: `{shown}`")));
        }
        Some((Does::Custom, format!("runs text that it puts together as Python with `{path}`: `{shown}`")))
    }

    /// What a string does that is run as Python.
    pub(super) fn runs(&self, text: &str, shown: &str) -> Found {
        let Some(room) = self.room.get().checked_sub(text.len()) else {
            return Some((Does::Custom, format!("runs more strings as Python than the scan reads: `{shown}`")));
        };
        self.room.set(room);
        let nested = self.nested.checked_sub(1);
        let Some(Ok(inner)) = nested.map(|nested| acts_within(text, self.usage, nested, self.room)) else {
            return Some((Does::Custom, format!("runs a string as Python that the scan does not read: `{shown}`")));
        };
        let worst = inner.into_iter().max_by_key(|effect| effect.does).filter(|effect| effect.does > Does::Known)?;
        Some((worst.does, format!("runs a string as Python, which {}", worst.what)))
    }

    /// What is given to `compile`, if that is what an expression is made by.
    fn compiled(&self, node: Id) -> Id {
        let call = self.module.call(self.value_of(self.module.bare(node), &[Kind::Call]));
        let source = call.filter(|call| call.path == "compile").and_then(|call| self.first(call));
        source.unwrap_or(node)
    }

    /// The source that an expression is, also through `compile`.
    pub(super) fn sources(&self, node: Id) -> Vec<String> {
        let node = self.compiled(node);
        let literal =
            self.module.literal(self.value_of(self.module.bare(node), &[Kind::String, Kind::Concatenated]), LITERAL);
        match literal {
            Some(literal) => vec![literal],
            None => self.values.texts(node).map(str::to_owned).collect(),
        }
    }

    /// Where a value comes from, if it is not the code's own.
    pub(super) fn foreign(&self, node: Id) -> Option<&'static str> {
        if self.is_marked(node, FOREIGN) {
            Some("what it decoded or fetched")
        } else if self.is_marked(node, REQUEST) {
            Some("what a request brings")
        } else {
            None
        }
    }

    fn runs_code(&self, call: &Call, path: &str) -> Found {
        let shown = self.shown(call.node);
        let words = self.module.arguments(call.node).take(WORDS).find_map(|argument| self.foreign(argument));
        let literal = self.first(call).is_some_and(|first| self.module.constant_text(first).is_some());
        match words {
            Some(words) => Some((Does::Executes, format!("runs {words} as code: `{shown}`"))),
            None if path.starts_with("marshal.") && literal => {
                Some((Does::Executes, format!("runs bytecode that stands in it: `{shown}`")))
            }
            None if path.starts_with("types.") => None,
            None => Some((Does::Custom, format!("runs code that is not in it: `{shown}`"))),
        }
    }

    fn unpickles(&self, call: &Call, path: &str) -> Found {
        let module = self.module;
        let is = |keyword: &str, value: &Constant| {
            module.keyword(call.node, keyword).is_some_and(|id| module.constant(id).as_ref() == Some(value))
        };
        let safe = match path {
            "numpy.load" => !is("allow_pickle", &Constant::True),
            "torch.load" => is("weights_only", &Constant::True),
            "yaml.load" | "yaml.load_all" => {
                module.argument(call.node, 1, "Loader").is_some_and(|loader| module.path(loader).contains("Safe"))
            }
            _ => false,
        };
        let source = self.first(call).filter(|_| !safe)?;
        let shown = self.shown(call.node);
        if let Some(words) = self.foreign(source) {
            return Some((Does::Executes, format!("unpickles {words}: `{shown}`")));
        }
        let literal = module.constant_text(source);
        if path.starts_with("yaml.") && self.values.texts(source).any(|text| text.contains("!!python/")) {
            return Some((Does::Executes, format!("makes objects of what stands in it: `{shown}`")));
        }
        // Bytes that stand in the code are no path.
        if path.ends_with("loads") && literal.is_some() {
            return Some((Does::Executes, format!("unpickles bytes that stand in it: `{shown}`")));
        }
        let outside = literal.is_some_and(|path| path.contains("://") || name::leaves(&path) && !is_scratch(&path));
        let does = if outside { Does::Custom } else { Does::Known };
        Some((does, format!("unpickles a file: `{shown}`")))
    }

    fn network(&self, call: &Call, act: Act, path: &str) -> Found {
        let module = self.module;
        let shown = self.shown(call.node);
        let literal = self.first(call).map(|url| module.built(url).literal).unwrap_or_default();
        let arguments = || module.arguments(call.node).take(WORDS);
        let secret = arguments().any(|argument| self.is_marked(argument, SECRET));
        let does = match act {
            _ if secret || is_drop(&literal) || self.at_import(call.node) => Does::Reaches,
            Act::Sends if literal.contains("://") => Does::Custom,
            _ => Does::Known,
        };
        let verb = if secret { "sends what it learned of the machine" } else { "reaches the network" };
        // Objects that are made for a later request say nothing yet.
        (does > Does::Known || path.contains('.')).then(|| (does, format!("{verb}: `{shown}`")))
    }

    fn file(&self, call: &Call, path: &str) -> Found {
        let module = self.module;
        let named = match module.child(call.function, Field::Object) {
            Some(object) if path.starts_with("pathlib.") => {
                module.call(module.bare(object)).and_then(|made| self.first(made))
            }
            _ => self.first(call),
        }?;
        let target = self.location(named);
        let shown = self.shown(call.node);
        if is_sensitive(&target) {
            return Some((Does::Reaches, format!("touches a file that is none of its business: `{shown}`")));
        }
        let mode =
            module.argument(call.node, 1, "mode").and_then(|mode| module.constant_text(mode)).unwrap_or_default();
        let opens = matches!(path, "open" | "io.open" | "codecs.open" | "io.FileIO" | "_io.FileIO");
        let reads =
            matches!(path, "os.listdir" | "os.walk" | "glob.glob" | "os.makedirs") || path.starts_with("linecache");
        let alters = if opens { mode.contains(['w', 'a', 'x', '+']) } else { !path.contains("read_") && !reads };
        let outside = name::leaves(&target) && !is_scratch(&target);
        (alters && outside).then(|| (Does::Reaches, format!("alters a file outside of its folder: `{shown}`")))
    }

    /// Calls whose name is computed: an attribute of a module that gives away the machine.
    fn computed(&self, call: &Call) -> Found {
        let function = self.value_of(self.module.bare(call.function), &[Kind::Call, Kind::Subscript]);
        let computed = match self.module.kind(function) {
            Kind::Call => self.by_getattr(function),
            Kind::Subscript => self.by_subscript(function),
            Kind::Attribute => self.by_attribute(call, function),
            _ => None,
        };
        let says = |does| (does, format!("calls something by a computed name: `{}`", self.shown(call.node)));
        if computed? {
            Some(says(Does::Executes))
        } else {
            self.is_anything(call, function).then(|| says(Does::Custom))
        }
    }

    /// `getattr(import_module(a), b)(c)`, where nothing in the file says what any of it is. Those who make objects of classes
    /// that settings name hand keywords over.
    fn is_anything(&self, call: &Call, function: Id) -> bool {
        let module = self.module;
        let mut arguments = module.positional(function);
        let (Some(object), Some(key)) = (arguments.next(), arguments.next()) else { return false };
        let plain =
            |id: Id| !matches!(module.kind(id), Kind::ListSplat | Kind::DictionarySplat | Kind::KeywordArgument);
        let unknown = |id: Id| module.constant_text(id).is_none() && self.values.texts(id).next().is_none();
        let import = module.call(module.bare(object)).filter(|import| is_import(&import.path));
        let module_name = import.and_then(|import| module.positional(import.node).next());
        module.call(function).is_some_and(|inner| inner.path == "getattr")
            && module_name.is_some_and(unknown)
            && unknown(key)
            && module.arguments(call.node).take(WORDS).any(plain)
    }

    /// `getattr(os, name)(...)`, `__import__(name)(...)`.
    fn by_getattr(&self, function: Id) -> Option<bool> {
        let module = self.module;
        let inner = module.call(function)?;
        let mut arguments = module.positional(function);
        let (object, key) = (arguments.next()?, arguments.next());
        if let ("getattr", Some(key)) = (inner.path.as_str(), key) {
            // What is called by it is judged by its name.
            if self.module.constant_text(key).is_some() {
                return None;
            }
            let owner = module.path(object);
            let imported = owner.contains("__import__()") && self.is_marked(object, FOREIGN);
            return Some(is_system(&owner) || imported || self.is_marked(key, FOREIGN));
        }
        Some(is_import(&inner.path) && self.is_marked(object, FOREIGN))
    }

    /// `vars(os)[name](...)`, `os.__dict__[name](...)`, `globals()["eval"](...)`.
    fn by_subscript(&self, function: Id) -> Option<bool> {
        let module = self.module;
        let table = module.child(function, Field::Value)?;
        let key = module.child(function, Field::Subscript)?;
        let path = module.path(table);
        let all = matches!(path.as_str(), "vars()" | "globals()" | "locals()");
        let of = module.call(module.bare(table)).and_then(|inner| self.first(inner));
        let system = path == "__dict__"
            || is_system(path.trim_end_matches(".__dict__"))
            || all && of.is_some_and(|of| is_system(&module.path(of)));
        let name = module.constant_text(key);
        let acts =
            name.as_deref().is_some_and(|name| matches!(name, "eval" | "exec" | "__import__" | "system" | "popen"));
        Some(self.is_marked(key, FOREIGN) || system && (name.is_none() || acts) || all && acts)
    }

    /// `__import__(decoded).run(...)`, and the way to everything through the classes of anything.
    fn by_attribute(&self, call: &Call, function: Id) -> Option<bool> {
        let object = self.module.child(function, Field::Object)?;
        let imported = call.path.starts_with("__import__()") || call.path.contains("import_module()");
        let climbs = ["__base__", "__mro__", "__bases__", "object."].iter().any(|part| call.path.contains(part));
        Some(imported && self.is_marked(object, FOREIGN) || climbs && call.path.ends_with(".__subclasses__"))
    }

    /// What a name was given once, if that is of one of these kinds; else the name.
    pub(super) fn value_of(&self, node: Id, kinds: &[Kind]) -> Id {
        let bound = self.module.variable(node).and_then(|variable| match variable.bindings.as_slice() {
            [Binding::Value(value)] => Some(self.module.bare(*value)),
            _ => None,
        });
        bound.filter(|id| kinds.contains(&self.module.kind(*id))).unwrap_or(node)
    }

    /// The beginning of an expression, in one line.
    pub(super) fn shown(&self, node: Id) -> String {
        let words: Vec<_> = self.module.text(node).split_whitespace().take(24).collect();
        let line = words.join(" ");
        match line.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }
}

/// Whether a function of this name starts programs or runs code, whatever module it is of.
fn starts(name: &str) -> bool {
    matches!(
        name,
        "system"
            | "popen"
            | "Popen"
            | "check_output"
            | "check_call"
            | "getoutput"
            | "getstatusoutput"
            | "exec"
            | "eval"
    ) || name.starts_with("spawn") && name.len() < 8
        || name.starts_with("execv")
        || name.starts_with("execl")
}

fn is_import(path: &str) -> bool {
    path == "__import__" || path.ends_with("import_module")
}

/// Whether a command has no place in a build: it fetches something, or hands text to an interpreter.
fn fetches_or_evaluates(words: &[String]) -> bool {
    let fetches = words.iter().any(|word| matches!(word.as_str(), "curl" | "wget" | "nc"));
    fetches || !RunnableCode.find(&words.join(" ")).is_empty()
}

/// Names of process modules that start nothing.
const NO_PROCESS: &[&str] = &["subprocess.list2cmdline", "subprocess.STARTUPINFO", "os.execute", "sh.Command"];

/// Arguments with which programs tell their version.
const VERSION: &[&str] = &["--version", "-version", "-V", "-v", "--help"];

/// How many bytes of one string are read as source.
const LITERAL: usize = 4 << 20;
/// How many words or arguments are looked at.
pub(super) const WORDS: usize = 32;
const SHOWN: usize = 120;
