//! Tests of the Python reader as a whole.

use super::*;

fn module(text: &str) -> Module {
    Module::parse(text, Limits::default()).unwrap()
}

fn paths(text: &str) -> Vec<String> {
    module(text).calls().iter().map(|call| call.path.clone()).collect()
}

#[test]
fn paths_are_resolved() {
    for (text, expected) in [
        ("import pickle\npickle.load(f)", "pickle.load"),
        ("import pickle as p\np.load(f)", "pickle.load"),
        ("from pickle import loads as undo\nundo(f)", "pickle.loads"),
        ("import os.path as o\no.join(f)", "os.path.join"),
        ("import a.b\na.b.c(f)", "a.b.c"),
        ("from . import tools\ntools.run()", ".tools.run"),
        ("from .x import run\nrun()", ".x.run"),
        ("import torch\nload = torch.load\ndef f(p):\n  return load(p)", "torch.load"),
        (
            "import torch\nclass A:\n  def __init__(self):\n    self.l = torch\n  def f(self):\n    self.l.load(1)",
            "torch.load",
        ),
        ("from pickle import *\nload(f)", "pickle.load"),
        ("eval(x)", "eval"),
        ("import builtins\nbuiltins.eval(x)", "eval"),
        ("def eval(x): pass\neval(x)", "?eval"),
        ("client.chat.completions.create()", "client.chat.completions.create"),
        ("def f(client):\n  client.chat.create()", "?client.chat.create"),
        ("from fastapi import Request\ndef f(r: Request):\n  r.json()", "fastapi.Request().json"),
        ("def f():\n  (os).system(1)\nimport os", "os.system"),
        ("x = None\nx = y = open\ny(1)", "open"),
        ("''.join(x)", "''.join"),
        ("x = x.y\nx()", "?x.y"),
    ] {
        assert_eq!(paths(text).last().unwrap(), expected, "{text}");
    }
}

#[test]
fn hidden_imports_are_seen() {
    assert_eq!(paths("__import__('os').system(x)")[0], "os.system");
    assert_eq!(
        paths("import importlib\nm = importlib.import_module('pick' + 'le')\nm.loads(x)").last().unwrap(),
        "pickle.loads"
    );
    assert_eq!(paths("import os\ngetattr(os, 'system')(x)")[0], "os.system");
    assert_eq!(
        paths("from openai import OpenAI\nc = OpenAI()\nc.chat.completions.create()")[1],
        "openai.OpenAI().chat.completions.create"
    );
    assert_eq!(paths("from transformers import pipeline\npipeline('x')(y)")[0], "transformers.pipeline()");
}

#[test]
fn scopes_are_kept_apart() {
    let text = "import pickle\ndef f():\n  pickle = other()\n  pickle.load(x)\npickle.load(y)";
    let paths = paths(text);
    assert_eq!(paths[2], "pickle.load");
    assert!(!paths[1].starts_with("pickle"), "{paths:?}");
}

#[test]
fn constants_are_folded() {
    let module = module("a = 'x' 'y' + 'z'\nb = True\nf(a, b, *c, k=3, **{'t': b})\n");
    let call = module.calls()[0].node;
    assert_eq!(module.constant_text(module.argument(call, 0, "").unwrap()).unwrap(), "xyz");
    assert!(module.is_true(module.argument(call, 1, "").unwrap()));
    assert_eq!(module.constant(module.keyword(call, "k").unwrap()), Some(Constant::Number("3".into())));
    assert!(module.is_true(module.keyword(call, "t").unwrap()));
    assert!(module.keyword(call, "u").is_none() && module.has_splat(call));
}

#[test]
fn keywords_come_through_dictionaries() {
    for text in ["k = {'t': True}\nf(**k)", "k = dict(t=True)\nf(**k)", "k = {}\nk['t'] = True\nf(**k)"] {
        let module = module(text);
        let call = module.calls().last().unwrap().node;
        assert!(module.keyword(call, "t").is_some_and(|value| module.is_true(value)), "{text}");
    }
}

/// `source()` begins label 0; `clean()` ends it.
struct Toy;

impl Policy for Toy {
    fn begins(&self, module: &Module, node: Id) -> Option<(Label, bool)> {
        module.call(node).filter(|call| call.path == "source").map(|_| (Label(0), true))
    }
    fn ends(&self, module: &Module, attribute: Id) -> bool {
        module.child(attribute, Field::Attribute).is_some_and(|name| module.text(name) == "size")
    }
    fn parameter(&self, module: &Module, _: Id, parameter: Id) -> Option<Label> {
        (module.name_of(parameter) == "tainted").then_some(Label(1))
    }
    fn passes(&self, _: &Module, call: &Call) -> Passes {
        match call.path.as_str() {
            "clean" => Passes::Nothing,
            "str" => Passes::Everything,
            _ => Passes::Perhaps,
        }
    }
}

fn arrives(text: &str) -> Option<bool> {
    let module = module(text);
    let flow = Flow::of(&module, &Toy);
    let sink = module.calls().iter().find(|call| call.path == "sink").unwrap();
    let argument = module.arguments(sink.node).next().unwrap();
    flow.origin(argument, Label(0)).or(flow.origin(argument, Label(1))).map(|origin| origin.sure)
}

#[test]
fn values_flow() {
    for text in [
        "sink(source())",
        "x = source()\nsink(x)",
        "x = source()\ny = [x, 1]\nfor z in y:\n  sink(z.strip()[0])",
        "x = f'a {source()} b'\nsink('p' + x)",
        "sink('%s' % source())",
        "d = {}\nd['a'] = source()\nsink(d['a'])",
        "l = []\nl.append(source())\nsink(l)",
        "def f(a, b):\n  sink(b)\nf(1, source())",
        "def f(a, b):\n  sink(b)\nf(1, b=source())",
        "def f(x):\n  return str(x)\nsink(f(source()))",
        "class A:\n  def g(self, q):\n    self.q = q\n  def h(self):\n    sink(self.q)\n  def i(self):\n    self.g(source())",
        "class A:\n  def __init__(self, q):\n    sink(q)\nA(source())",
        "a, b = source(), 1\nsink(a)",
        "with source() as s:\n  sink(s)",
        "if (x := source()):\n  sink(x)",
        "sink([y for y in source()])",
        "async def f():\n  sink(await source())",
        "sink(x=source() if a else b)",
        "def f(tainted: str = 1):\n  sink(tainted)",
        "g = lambda: source()\nsink(source() or '')",
        "def g():\n  x = 1\n  def h():\n    nonlocal x\n    x = source()\n  sink(x)",
    ] {
        assert_eq!(arrives(text), Some(true), "{text}");
    }
    assert_eq!(arrives("sink(unknown(source()))"), Some(false));
    assert_eq!(arrives("def f(x):\n  sink(x)\nrun(f, source())"), Some(false));
}

#[test]
fn values_stop() {
    for text in [
        "sink(clean(source()))",
        "sink(source().size)",
        "a, b = source(), 1\nsink(b)",
        "def f():\n  x = source()\ndef g(x):\n  sink(x)",
        "sink(source() == 1)",
        "sink(1 if source() else 2)",
        "sink(table[source()])",
        "def f(a, b):\n  sink(a)\nf(1, source())",
    ] {
        assert_eq!(arrives(text), None, "{text}");
    }
}

#[test]
fn any_truncation_is_read() {
    let text = "import a as b\n@d(1)\nclass C(B):\n    x: int = {**k}\n    async def f(self, *a, k=1, **q):\n        self.x[1].y = f'{a!r:>{k}}' 'b'\n        return [i for i in (yield)]\nwith a as b, c: print >>f, x\n\u{e9} = lambda: (1,\n";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        let module = module(text.get(..end).unwrap());
        Flow::of(&module, &Toy);
        Values::of(&module);
    }
}

#[test]
fn hostile_source_costs_little() {
    let deep = 50_000;
    for text in [
        "(".repeat(deep),
        "f(".repeat(deep) + &")".repeat(deep),
        "x".to_owned() + &".y".repeat(deep),
        "a".to_owned() + &".a".repeat(400_000),
        "x".to_owned() + &"[0".repeat(deep),
        "a = ".repeat(deep) + "1",
        (0..500).map(|n| " ".repeat(n) + "if x:\n").collect(),
        "lambda: ".repeat(deep) + "x",
        "not ".repeat(deep) + "x",
        "x = x + x\n".repeat(5_000),
        "f'{".repeat(deep),
        "\"".repeat(deep),
        "}])".repeat(deep),
        (0..20_000).fold(String::new(), |text, n| text + &format!("v{} = v{n}\n", n + 1)) + "v0 = source()\n",
        "def f(a): return f(f(a))\n".repeat(5_000),
        format!("d = {{{}}}\n{}", "'k': 1,".repeat(200), "f(**d, **d, **d, **d)\n".repeat(5_000)),
        format!("a = '{}'\n{}", "x".repeat(4_000), "d = {a: 1, a + a: 2}\n".repeat(5_000)),
    ] {
        let started = std::time::Instant::now();
        if let Ok(module) = Module::parse(text.as_str(), Limits::default()) {
            Flow::of(&module, &Toy);
            Values::of(&module);
            let found = module.calls().iter().filter_map(|call| module.keyword(call.node, "k")).count();
            assert!(found == 0 || found == 5_000);
        }
        let head: String = text.chars().take(12).collect();
        assert!(started.elapsed().as_secs() < 60, "{head}: {:?}", started.elapsed());
    }
}

#[test]
fn limits_refuse() {
    let small = Limits { bytes: 10, ..Limits::default() };
    assert_eq!(Module::parse("x = 1 + 2 + 3", small).unwrap_err(), PythonError::Long(10));
    let brackets = "[".repeat((1 << 20) + 1);
    assert_eq!(Module::parse(brackets, Limits::default()).unwrap_err(), PythonError::Big(1 << 20));
    let few = Limits { nodes: 3, ..Limits::default() };
    assert_eq!(Module::parse("x = 1 + 2 + 3", few).unwrap_err(), PythonError::Big(3));
}

proptest::proptest! {
    #[test]
    fn anything_is_read(text in "[a-z(){}\\[\\]:=,.'\"#\\n *@+f]{0,200}") {
        let module = module(&text);
        Flow::of(&module, &Toy);
        Values::of(&module);
    }
}
