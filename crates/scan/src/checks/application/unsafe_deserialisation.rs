//! Loads that run whatever the file tells them to.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Binding, Call, Constant, Field, Id, Kind, Module};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, INPUT, MODEL, callee},
};

palisade_base::meta! {
    /// ## What it does
    /// Finds calls that rebuild Python objects from bytes in a way that lets the bytes choose which functions run:
    /// `pickle` and its relatives (`dill`, `cloudpickle`, `joblib`, `shelve`, `jsonpickle`), `torch.load` without
    /// `weights_only=True`, `numpy.load(allow_pickle=True)`, `pandas.read_pickle`, `yaml.load` without a safe loader,
    /// Keras models loaded with `safe_mode=False`, and vector stores loaded with `allow_dangerous_deserialization`.
    /// Imports, aliases and `**keywords` are resolved first.
    ///
    /// ## Why it matters
    /// A pickle is a program. Whoever can put a file where the application loads it - a model hub, a shared bucket, an
    /// upload form, a cache - runs code with the rights of the application, before any weight is used. Bytes that come
    /// from a request or from a model are reported as critical.
    ///
    /// ## Example
    /// ```python
    /// model = torch.load("classifier.pt", weights_only=False)
    /// settings = yaml.load(open("settings.yaml"))
    /// ```
    ///
    /// ## What to do
    /// Store weights as safetensors or ONNX, tables as Parquet, settings as JSON. Where a pickle cannot be avoided, use
    /// the restricted loader and accept signed files only:
    /// ```python
    /// model.load_state_dict(torch.load("classifier.pt", weights_only=True))
    /// settings = yaml.safe_load(open("settings.yaml"))
    /// ```
    ///
    /// ## Limits
    /// A subclass of `Unpickler` is trusted to restrict `find_class`. Loads inside libraries are not seen. Whether an
    /// attacker can reach the file is for a person to say; the rule assumes that someone can.
    ///
    /// ## References
    /// - Python documentation, `pickle`: the warning at the top of the page
    /// - PyTorch documentation, `torch.load`: `weights_only`, default since 2.6
    /// - CWE-502: deserialisation of untrusted data
    static META: Check = {
        name: "unsafe-deserialisation",
        summary: "a load can run code that the file brings",
        severity: High,
        components: [Application, Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct UnsafeDeserialisation;

impl Check<Input<'_>> for UnsafeDeserialisation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        if let Input::Code(code) = input {
            code.module.calls().iter().filter_map(|call| judge(code, call)).take(MOST).for_each(report);
        }
    }
}

/// What is wrong with a load.
struct Flaw {
    severity: Severity,
    confidence: Confidence,
    why: &'static str,
    advice: &'static str,
}

fn judge(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let name = callee(call);
    let mut flaw = flaw(module, call, &name)?;
    let argument = module.positional(call.node).next();
    if argument.is_some_and(|argument| is_own_bytes(module, argument)) {
        (flaw.severity, flaw.confidence) = (Severity::Info, Confidence::Medium);
    }
    let outside = |bytes| {
        let origin = code.flow().origin(bytes, INPUT).or_else(|| code.flow().origin(bytes, MODEL));
        origin.filter(|origin| origin.sure)
    };
    let source = argument.filter(|_| flaw.severity >= Severity::Medium).and_then(outside);
    // The name of what is called and where that is from is unknown begins with a question mark.
    let message = format!("`{}` {}", name.trim_start_matches('?'), flaw.why);
    let finding = Finding::builder(&META, code.evidence(call.node, "loads objects from bytes"), message)
        .severity(if source.is_some() { Severity::Critical } else { flaw.severity })
        .confidence(flaw.confidence)
        .advice(flaw.advice);
    Some(match source {
        Some(source) => finding.also(code.evidence(source.node, "the bytes come from outside")).build(),
        None => finding.build(),
    })
}

fn flaw(module: &Module, call: &Call, name: &str) -> Option<Flaw> {
    use Confidence::{High as Sure, Low as Unsure, Medium as Likely};
    use Severity::{High, Medium};
    let is = |keyword: &str, value: &Constant| {
        module.keyword(call.node, keyword).is_some_and(|argument| module.constant(argument).as_ref() == Some(value))
    };
    let keras = || name.contains("keras") || name.contains("tensorflow");
    let (severity, confidence, why, advice) = match name {
        "torch.load" => return torch(module, call),
        "yaml.load" | "yaml.load_all" => return yaml(module, call),
        "yaml.unsafe_load" | "yaml.unsafe_load_all" => (High, Sure, ANY_OBJECT, YAML),
        "ruamel.yaml.YAML" if is("typ", &Constant::Text("unsafe".to_owned())) => (High, Sure, ANY_OBJECT, YAML),
        "yaml.full_load" | "yaml.full_load_all" => (Medium, Likely, MORE_THAN_DATA, YAML),
        "numpy.load" | "numpy.lib.npyio.load" if is("allow_pickle", &Constant::True) => {
            (High, Sure, "unpickles objects since `allow_pickle` is true", NUMPY)
        }
        "marshal.load" | "marshal.loads" => {
            (Medium, Likely, "reads code objects and is not safe on foreign bytes", PICKLE)
        }
        "shelve.open" | "shelve.DbfilenameShelf" => (Medium, Likely, "unpickles every value of the store", PICKLE),
        "jsonpickle.decode" | "jsonpickle.loads" => {
            (High, Sure, "builds any Python object that the JSON names", PICKLE)
        }
        "keras.config.enable_unsafe_deserialization" => (High, Sure, "lets Keras models bring code", KERAS),
        _ if PICKLES.contains(&name) => (High, Likely, "runs the code that a pickle contains", PICKLE),
        _ if name.ends_with(".load_model") && keras() && is("safe_mode", &Constant::False) => {
            (High, Sure, "lets the model bring code since `safe_mode` is false", KERAS)
        }
        _ if is("allow_dangerous_deserialization", &Constant::True) => {
            (High, Sure, "unpickles the store since `allow_dangerous_deserialization` is true", PICKLE)
        }
        _ if name.ends_with("from_pretrained") && is("weights_only", &Constant::False) => {
            (High, Unsure, "unpickles weights since `weights_only` is false", TORCH)
        }
        _ => return None,
    };
    Some(Flaw { severity, confidence, why, advice })
}

fn torch(module: &Module, call: &Call) -> Option<Flaw> {
    use Confidence::{High as Sure, Low as Unsure, Medium as Likely};
    let value = module.keyword(call.node, "weights_only").map(|value| module.constant(value));
    let (severity, confidence, why) = match value {
        Some(Some(Constant::True)) => return None,
        Some(Some(_)) => (Severity::High, Sure, "unpickles the file since `weights_only` is off"),
        Some(None) => (Severity::Medium, Unsure, "unpickles the file unless `weights_only` is true"),
        None => {
            let confidence = if module.has_splat(call.node) { Unsure } else { Likely };
            (
                Severity::Medium,
                confidence,
                "unpickles the file with PyTorch before 2.6, since `weights_only` is not given",
            )
        }
    };
    Some(Flaw { severity, confidence, why, advice: TORCH })
}

fn yaml(module: &Module, call: &Call) -> Option<Flaw> {
    use Confidence::{High as Sure, Low as Unsure, Medium as Likely};
    let flaw = |severity, confidence, why| Some(Flaw { severity, confidence, why, advice: YAML });
    let Some(loader) = module.argument(call.node, 1, "Loader") else {
        let confidence = if module.has_splat(call.node) { Unsure } else { Sure };
        return flaw(Severity::High, confidence, "builds Python objects from YAML, since no safe loader is given");
    };
    let path = module.path(loader);
    let name = path.rsplit('.').next().unwrap_or_default();
    match name.trim_start_matches('?') {
        "SafeLoader" | "CSafeLoader" | "BaseLoader" | "CBaseLoader" => None,
        "FullLoader" | "CFullLoader" => flaw(Severity::Medium, Likely, MORE_THAN_DATA),
        "Loader" | "CLoader" | "UnsafeLoader" | "CUnsafeLoader" if path.starts_with("yaml") => {
            flaw(Severity::High, Sure, ANY_OBJECT)
        }
        _ if name.contains("Safe") || inherits_safely(module, loader) => None,
        _ => flaw(Severity::Medium, Unsure, "may build Python objects: its loader is not known to be safe"),
    }
}

/// Whether a local class is made from a safe loader.
fn inherits_safely(module: &Module, loader: Id) -> bool {
    module.variable(loader).is_some_and(|variable| {
        variable.bindings.iter().take(8).any(|binding| match binding {
            Binding::Class(class) => {
                module.child(*class, Field::Superclasses).is_some_and(|bases| module.text(bases).contains("Safe"))
            }
            _ => false,
        })
    })
}

/// Bytes that this file made itself: `pickle.loads(pickle.dumps(x))`, or a literal.
fn is_own_bytes(module: &Module, argument: Id) -> bool {
    let path = module.path(argument);
    module.constant_text(argument).is_some() && module.kind(argument) != Kind::Identifier
        || path.ends_with(".dumps()")
        || (path.ends_with("BytesIO()")
            && module.positional(module.bare(argument)).any(|bytes| module.path(bytes).ends_with(".dumps()")))
}

const PICKLES: &[&str] = &[
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "_pickle.load",
    "_pickle.loads",
    "_pickle.Unpickler",
    "cPickle.load",
    "cPickle.loads",
    "cPickle.Unpickler",
    "pickle5.load",
    "pickle5.loads",
    "six.moves.cPickle.load",
    "six.moves.cPickle.loads",
    "dill.load",
    "dill.loads",
    "dill.load_session",
    "dill.load_module",
    "dill.Unpickler",
    "cloudpickle.load",
    "cloudpickle.loads",
    "cloudpickle.pickle.load",
    "cloudpickle.pickle.loads",
    "joblib.load",
    "sklearn.externals.joblib.load",
    "pandas.read_pickle",
    "pandas.io.pickle.read_pickle",
    "compress_pickle.load",
    "compress_pickle.loads",
    "hickle.load",
    "pickletools.optimize_load",
    "torch.serialization.legacy_load",
    "ray.cloudpickle.load",
    "ray.cloudpickle.loads",
];

const ANY_OBJECT: &str = "builds any Python object that the YAML names";
const MORE_THAN_DATA: &str = "builds more than plain data from YAML";

const PICKLE: &str =
    "store data in a format without code (safetensors, ONNX, Parquet, JSON), or accept signed files only";
const TORCH: &str = "pass `weights_only=True`, or store the weights as safetensors";
const YAML: &str = "use `yaml.safe_load`";
const NUMPY: &str = "store arrays without objects and leave `allow_pickle` off";
const KERAS: &str = "leave `safe_mode` on, and replace `Lambda` layers by registered ones";

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{Critical, High, Info, Medium};

    use crate::testing::findings;

    fn judged(text: &str) -> Vec<palisade_base::Severity> {
        findings("unsafe-deserialisation", "a.py", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn names_of_unknown_origin_are_shown_as_written() {
        let text = "def load(make):\n    return make(path, allow_dangerous_deserialization=True)";
        let found = findings("unsafe-deserialisation", "a.py", text);
        assert!(found[0].message.starts_with("`make` unpickles"), "{}", found[0].message);
    }

    #[test]
    fn unsafe_loads_are_found() {
        for (text, severity) in [
            ("import torch\ntorch.load(p, weights_only=False)", High),
            ("import torch\ntorch.load(p)", Medium),
            ("import torch as t\nfrom torch import load as l\nl(p, map_location='cpu')", Medium),
            ("import pickle\nwith open(p, 'rb') as f:\n    m = pickle.load(f)", High),
            ("import pickle as p\np.Unpickler(f).load()", High),
            ("__import__('pickle').loads(x)", High),
            ("import joblib\njoblib.load(p)", High),
            ("import dill\ndill.loads(p)", High),
            ("import numpy as np\nnp.load(p, allow_pickle=True)", High),
            ("np.load(p, **{'allow_pickle': True})", High),
            ("import pandas as pd\npd.read_pickle(p)", High),
            ("import yaml\nyaml.load(f)", High),
            ("import yaml\nyaml.load(f, Loader=yaml.Loader)", High),
            ("import yaml\nyaml.load(f, yaml.FullLoader)", Medium),
            ("import shelve\nshelve.open(p)", Medium),
            ("import keras\nkeras.models.load_model(p, safe_mode=False)", High),
            (
                "from langchain_community.vectorstores import FAISS\nFAISS.load_local(p, e, allow_dangerous_deserialization=True)",
                High,
            ),
            ("import pickle\nx = pickle.loads(pickle.dumps(y))", Info),
            ("import pickle\nfrom flask import request\npickle.loads(request.data)", Critical),
            (
                "import pickle, base64\n@app.post('/x')\ndef f(body: str):\n    return pickle.loads(base64.b64decode(body))",
                Critical,
            ),
        ] {
            assert_eq!(judged(text), [severity], "{text}");
        }
    }

    #[test]
    fn safe_loads_are_quiet() {
        for text in [
            "import torch\ntorch.load(p, weights_only=True)",
            "import torch\nk = {'weights_only': True}\ntorch.load(p, **k)",
            "import yaml\nyaml.safe_load(f)",
            "import yaml\nyaml.load(f, Loader=yaml.SafeLoader)",
            "from yaml import CSafeLoader as Loader, load\nload(f, Loader)",
            "import yaml\nclass L(yaml.SafeLoader): pass\nyaml.load(f, L)",
            "import numpy as np\nnp.load(p)\nnp.load(p, allow_pickle=False)",
            "import json\njson.load(f)",
            "import pickle\npickle.dump(x, f)",
            "import keras\nkeras.models.load_model(p)",
            "class U(pickle.Unpickler):\n    def find_class(self, m, n): raise ValueError\nU(f).load()",
            "def load(x): pass\nload(f)",
            "# pickle.load(f)\ns = 'pickle.load(f)'",
        ] {
            assert_eq!(judged(text), [], "{text}");
        }
    }

    #[test]
    fn notebooks_point_at_the_line() {
        let notebook = "{\"nbformat\": 4, \"cells\": [\n{\"cell_type\": \"code\", \"source\": [\n\"import pickle\\n\",\n\"pickle.load(f)\"]}]}";
        let found = findings("unsafe-deserialisation", "n.ipynb", notebook);
        assert_eq!(found[0].target.to_string(), "n.ipynb:4");
    }
}
