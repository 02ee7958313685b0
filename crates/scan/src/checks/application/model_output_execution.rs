//! What a model writes, executed.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Binding, Call, Field, Id, Kind, Module, Origin};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, MODEL, callee, executes_sql, is_database, is_sql},
};

palisade_base::meta! {
    /// ## What it does
    /// Follows what a model returns - replies of chat, completion and generation calls, and arguments of tools that a
    /// model calls - through assignments, containers, strings and functions of the same file, and reports where it is
    /// executed: `eval` and `exec`, a shell, the program of a process, an import, an SQL statement, a template, or the
    /// path of a file that is written. The evidence shows both ends.
    ///
    /// ## Why it matters
    /// Whoever can get text in front of the model - a user, a web page, an e-mail, a document in the index - can make
    /// it answer with code. Executing the answer hands over the machine to the author of that text.
    ///
    /// ## Example
    /// ```python
    /// reply = client.chat.completions.create(model=MODEL, messages=messages)
    /// subprocess.run(reply.choices[0].message.content, shell=True)
    /// ```
    ///
    /// ## What to do
    /// Let the model choose among named actions and check every argument against what the action allows. Run generated
    /// code only in a sandbox without network, secrets and shared files. For SQL, use a read-only role and a parser that
    /// accepts only the statements that are meant:
    /// ```python
    /// action = ACTIONS[json.loads(reply)["action"]]  # a KeyError for anything else
    /// ```
    ///
    /// ## Limits
    /// One file is looked at; values that travel through other files, queues or stores are not seen. A comparison with a
    /// fixed set (`if command in ALLOWED`) counts as a check of that name, wherever it stands. Code in a sandbox of its own
    /// looks the same as code without one when the sandbox is started by a plain process call.
    ///
    /// ## References
    /// - OWASP Top 10 for LLM applications 2025, LLM05 improper output handling and LLM06 excessive agency
    /// - CWE-94: improper control of generation of code; CWE-78: OS command injection
    static META: Check = {
        name: "model-output-execution",
        summary: "what a model writes is executed",
        severity: Critical,
        components: [Application],
        threats: [Injection],
        stages: [Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ModelOutputExecution;

impl Check<Input<'_>> for ModelOutputExecution {
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

/// A place at which text becomes action.
struct Sink {
    /// The expression that is executed.
    node: Id,
    severity: Severity,
    /// "model output is ..."
    what: &'static str,
    advice: &'static str,
}

fn judge(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let sink = sink(code, call)?;
    let origin = code.flow().origin(sink.node, MODEL)?;
    if code.is_checked(sink.node) {
        return None;
    }
    let node = evidence_node(module, call, &sink);
    let confidence = if origin.sure { Confidence::High } else { Confidence::Medium };
    let message = format!("model output is {}", sink.what);
    let finding = Finding::builder(&META, code.evidence(node, "executed here"), message)
        .severity(sink.severity)
        .confidence(confidence)
        .also(code.evidence(origin.node, source_label(module, origin)))
        .advice(sink.advice);
    Some(finding.build())
}

/// The call, unless it spans many lines.
fn evidence_node(module: &Module, call: &Call, sink: &Sink) -> Id {
    if module.text(call.node).lines().count() > 6 { sink.node } else { call.node }
}

fn source_label(module: &Module, origin: Origin) -> &'static str {
    match module.kind(origin.node) {
        Kind::Call | Kind::Attribute => "the model writes this",
        _ => "the model fills this argument of a tool",
    }
}

fn sink(code: &Code<'_>, call: &Call) -> Option<Sink> {
    use Severity::{Critical, High, Medium};
    let module = &code.module;
    let name = callee(call);
    let method = name.rsplit('.').next().unwrap_or_default();
    let first = || module.positional(call.node).next();
    let at = |node: Option<Id>, severity, what, advice| Some(Sink { node: node?, severity, what, advice });
    match &*name {
        "eval" | "exec" | "timeit.timeit" => {
            return at(first(), Critical, "run as Python code", CODE);
        }
        "os.system"
        | "os.popen"
        | "pty.spawn"
        | "commands.getoutput"
        | "subprocess.getoutput"
        | "subprocess.getstatusoutput"
        | "asyncio.create_subprocess_shell"
        | "asyncio.subprocess.create_subprocess_shell"
        | "pexpect.spawn"
        | "pexpect.run"
        | "invoke.run"
        | "fabric.Connection().run" => {
            return at(first().or_else(|| module.keyword(call.node, "cmd")), Critical, "run by a shell", SHELL);
        }
        "__import__" | "importlib.import_module" | "runpy.run_path" | "runpy.run_module" => {
            return at(first(), Critical, "imported as a module", CODE);
        }
        "pandas.eval" | "numexpr.evaluate" => return at(first(), High, "evaluated as an expression", CODE),
        "pickle.loads" | "dill.loads" | "cloudpickle.loads" | "yaml.unsafe_load" | "jsonpickle.decode" => {
            return at(first(), Critical, "rebuilt as Python objects", CODE);
        }
        "jinja2.Template"
        | "flask.render_template_string"
        | "render_template_string"
        | "mako.template.Template"
        | "tornado.template.Template"
        | "django.template.Template" => {
            return at(first(), High, "rendered as a template", TEMPLATE);
        }
        "open" | "io.open" | "codecs.open" => return opened(module, call),
        _ => {}
    }
    if name.starts_with("subprocess.") || name.starts_with("asyncio.create_subprocess_exec") {
        return process(module, call);
    }
    if name.starts_with("os.exec") || name.starts_with("os.spawn") || name.starts_with("os.posix_spawn") {
        return at(first(), Critical, "run as a program", SHELL);
    }
    match method {
        "run_cell" | "runsource" | "runcode" | "exec_module" if !name.starts_with('?') => {
            at(first(), Critical, "run as Python code", CODE)
        }
        "run" | "invoke"
            if name.contains("PythonREPL") || name.contains("PythonAstREPLTool") || name.contains("ShellTool") =>
        {
            at(first(), Critical, "run as code by a tool", CODE)
        }
        "from_string" if name.contains("nvironment") || name.contains("env.") => {
            at(first(), High, "rendered as a template", TEMPLATE)
        }
        "exec_command" => at(first(), Critical, "run by a shell on another machine", SHELL),
        "write_text" | "write_bytes" => {
            at(module.child(call.function, Field::Object), Medium, "used as the path of a written file", PATH)
        }
        "eval" if is_table(module, call) => at(first(), High, "evaluated as an expression", CODE),
        _ if executes_sql(module, call) => {
            let statement = code.statement(call)?;
            let is_sql = is_database(module, call) || is_sql(&module.built(statement).literal);
            at(Some(statement).filter(|_| is_sql), High, "run as an SQL statement", SQL)
        }
        _ if EXECUTES.contains(&method) && is_unseen(module, call) => {
            at(first(), High, "handed to a function that executes it", CODE)
        }
        _ => dispatched(module, call),
    }
}

/// Programs and shells that are started.
fn process(module: &Module, call: &Call) -> Option<Sink> {
    let command = module.positional(call.node).next().or_else(|| module.keyword(call.node, "args"))?;
    let shell = module.keyword(call.node, "shell").is_some_and(|shell| !matches!(module.text(shell), "False" | "0"));
    let critical = |node, what| Some(Sink { node, severity: Severity::Critical, what, advice: SHELL });
    if shell {
        return critical(command, "run by a shell");
    }
    // What is appended to a list later is not the program.
    let list = bound_to(module, module.bare(command), &[Kind::List]);
    let list = if module.children(list).next().is_some() { list } else { module.bare(command) };
    let words: Vec<Id> = match module.kind(list) {
        Kind::List | Kind::Tuple => module.children(list).take(32).collect(),
        // `create_subprocess_exec(program, *arguments)`
        _ if call.path.ends_with("_exec") => module.positional(call.node).take(32).collect(),
        _ => return critical(command, "run as a program"),
    };
    let program = *words.first()?;
    let name = module.constant_text(program).unwrap_or_else(|| module.path(program));
    let name = name.rsplit('/').next().unwrap_or_default().trim_end_matches(char::is_numeric).trim_end_matches('.');
    let flag = |word: &Id| module.constant_text(*word).is_some_and(|word| CODE_FLAGS.contains(&word.as_str()));
    let code = words
        .iter()
        .position(flag)
        .and_then(|flag| words.get(flag + 1))
        .filter(|_| INTERPRETERS.contains(&name) || name == "sys.executable");
    match code {
        Some(code) => critical(*code, "run as code by an interpreter"),
        None => critical(program, "run as a program"),
    }
}

/// What a name was first given, if that is one of these kinds; else the name.
fn bound_to(module: &Module, name: Id, kinds: &[Kind]) -> Id {
    let bound = module.variable(name).and_then(|variable| {
        variable.bindings.iter().take(8).find_map(|binding| match binding {
            Binding::Value(value) if kinds.contains(&module.kind(*value)) => Some(*value),
            _ => None,
        })
    });
    bound.unwrap_or(name)
}

fn opened(module: &Module, call: &Call) -> Option<Sink> {
    let mode = module.argument(call.node, 1, "mode").and_then(|mode| module.constant_text(mode))?;
    let node = module.positional(call.node).next()?;
    let sink = Sink { node, severity: Severity::Medium, what: "used as the path of a written file", advice: PATH };
    mode.contains(['w', 'a', 'x', '+']).then_some(sink)
}

/// `globals()[name](...)`, `getattr(module, name)(...)`.
fn dispatched(module: &Module, call: &Call) -> Option<Sink> {
    let function = bound_to(module, module.bare(call.function), &[Kind::Subscript, Kind::Call]);
    let what = "the name of the function that is called";
    let sink = |node| Some(Sink { node, severity: Severity::High, what, advice: DISPATCH });
    match module.kind(function) {
        Kind::Subscript => {
            let table = module.text(module.child(function, Field::Value)?);
            let index = module.child(function, Field::Subscript)?;
            if matches!(table, "globals()" | "locals()" | "vars()" | "__builtins__") { sink(index) } else { None }
        }
        Kind::Call if module.call(function).is_some_and(|inner| inner.path == "getattr") => {
            sink(module.positional(function).nth(1)?)
        }
        _ => None,
    }
}

/// A function that is imported from elsewhere: its name is all that is known.
fn is_unseen(module: &Module, call: &Call) -> bool {
    module.kind(call.function) == Kind::Identifier && !call.path.contains("()") && !call.path.starts_with('?')
}

fn is_table(module: &Module, call: &Call) -> bool {
    let object = module.child(call.function, Field::Object).map_or("", |object| module.text(object));
    object == "df" || object.ends_with("_df") || call.path.starts_with("pandas.")
}

/// Names of functions that execute what they are given.
const EXECUTES: &[&str] = &[
    "execute_code",
    "exec_code",
    "run_code",
    "execute_command",
    "run_command",
    "exec_command",
    "run_shell",
    "run_shell_command",
    "execute_shell",
    "execute_shell_command",
    "run_bash",
    "execute_python",
    "run_python",
    "run_python_code",
    "execute_python_code",
    "eval_code",
    "run_cmd",
    "execute_cmd",
    "shell_exec",
    "execute_script",
    "run_script",
];

const INTERPRETERS: &[&str] = &[
    "python",
    "bash",
    "sh",
    "zsh",
    "dash",
    "node",
    "perl",
    "ruby",
    "php",
    "pwsh",
    "powershell",
    "cmd",
    "osascript",
    "psql",
    "docker",
];
const CODE_FLAGS: &[&str] = &["-c", "-e", "-lc", "-r", "-Command", "/c", "/C", "-EncodedCommand"];

const CODE: &str = "do not run generated code in this process; use a sandbox without network, secrets and shared files";
const SHELL: &str = "let the model choose among fixed commands and pass checked arguments as a list, without a shell";
const SQL: &str = "use a read-only role, and accept only statements that a parser recognises as the ones meant";
const TEMPLATE: &str = "pass model output as a value to a fixed template";
const PATH: &str = "build the path from an id of your own and check that it stays in its folder";
const DISPATCH: &str = "look the name up in a table of the functions that the model may call";

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{Critical, High, Medium};

    use crate::testing::findings;

    const ASK: &str = "from openai import OpenAI\nimport os, subprocess, json, sys, importlib\nclient = OpenAI()\nr = client.chat.completions.create(model='m', messages=[])\ntext = r.choices[0].message.content\n";

    fn judged(text: &str) -> Vec<palisade_base::Severity> {
        findings("model-output-execution", "a.py", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn execution_is_found() {
        for (sink, severity) in [
            ("eval(text)", Critical),
            ("exec(text.strip('`'))", Critical),
            ("os.system(f'ls {text}')", Critical),
            ("subprocess.run(text, shell=True)", Critical),
            ("subprocess.run(text.split())", Critical),
            ("subprocess.check_output(['bash', '-c', text])", Critical),
            ("subprocess.run([sys.executable, '-c', text])", Critical),
            ("importlib.import_module(json.loads(text)['module'])", Critical),
            ("import sqlite3\nc = sqlite3.connect('x').cursor()\nc.execute(text)", High),
            ("from jinja2 import Template\nTemplate(text).render()", High),
            ("open(json.loads(text)['path'], 'w').write('x')", Medium),
            ("globals()[json.loads(text)['name']]()", High),
            ("getattr(tools, text)()", High),
            ("f = globals()[text]\nf(1)", High),
            (
                "import re\nm = re.search('```(.*)```', text)\nif m:\n    code = m.group(1)\n    exec(code, {})",
                Critical,
            ),
            ("from helpers import run_command\nrun_command(text)", High),
            ("def run(code):\n    exec(code)\nrun(text)", Critical),
        ] {
            assert_eq!(judged(&format!("{ASK}{sink}\n")), [severity], "{sink}");
        }
    }

    #[test]
    fn models_of_many_makes_are_known() {
        for source in [
            "import anthropic\nx = anthropic.Anthropic().messages.create(model='m', messages=[]).content[0].text",
            "import litellm\nx = litellm.completion(model='m', messages=[])['choices'][0]",
            "import ollama\nx = ollama.chat(model='m', messages=[])['message']['content']",
            "from transformers import pipeline\np = pipeline('text-generation')\nx = p('q')[0]['generated_text']",
            "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\nx = llm.invoke('q').content",
            "from langchain.chains import LLMChain\nc = LLMChain(llm=l, prompt=p)\nx = c.run('q')",
            "import google.generativeai as genai\nm = genai.GenerativeModel('g')\nx = m.generate_content('q').text",
            "from transformers import AutoModelForCausalLM as A\nmodel = A.from_pretrained('m')\nx = tokenizer.decode(model.generate(ids)[0])",
            "from vllm import LLM\nx = LLM('m').generate('q')[0].outputs[0].text",
            "import requests\nx = requests.post('http://localhost:11434/api/generate', json={}).json()['response']",
            "class A:\n    def ask(self):\n        return self.llm.invoke('q')\n    def go(self):\n        eval(self.ask())\nx = 1",
            "from helpers import ask_llm\nx = ask_llm('q')",
        ] {
            assert!(!judged(&format!("{source}\neval(x)\n")).is_empty(), "{source}");
        }
    }

    #[test]
    fn tools_are_called_by_models() {
        for text in [
            "from langchain.tools import tool\nimport os\n@tool\ndef run(command: str) -> str:\n    return os.popen(command).read()",
            "@mcp.tool()\ndef run(command: str):\n    import subprocess\n    subprocess.run(command, shell=True)",
            "import os\ndef run(c):\n    os.system(c)\nTool(name='x', func=run, description='y')",
            "class T(BaseTool):\n    def _run(self, code: str):\n        exec(code)",
            "for call in message.tool_calls:\n    eval(call.function.arguments)",
        ] {
            assert_eq!(judged(text), [Critical], "{text}");
        }
    }

    #[test]
    fn both_ends_are_shown() {
        let found = findings("model-output-execution", "a.py", format!("{ASK}eval(text)\n"));
        let places: Vec<String> = found[0].evidence.iter().map(|evidence| evidence.at().unwrap().to_string()).collect();
        assert_eq!(places, ["a.py:6", "a.py:4"]);
    }

    #[test]
    fn safe_uses_are_quiet() {
        for sink in [
            "print(text)",
            "sandbox.run_code(text)",
            "cmd = ['rg', '--json']\ncmd.append(text)\nsubprocess.run(cmd)",
            "json.loads(text)",
            "import ast\nast.literal_eval(text)",
            "subprocess.run(['echo', text])",
            "eval('1 + 1')",
            "os.system('ls')",
            "if text in ALLOWED:\n    os.system(text)",
            "import shlex\nos.system('ls ' + shlex.quote(text))",
            "import sqlite3\nsqlite3.connect('x').execute('select ?', (text,))",
            "open('out.txt', 'w').write(text)",
            "ACTIONS[text]()",
            "model.eval()",
            "query_engine.query(text)",
            "self._query_engine.query(text)",
            "n = int(text)\nexec(f'x = {n}')",
            "from jinja2 import Template\nTemplate('{{ x }}').render(x=text)",
        ] {
            assert_eq!(judged(&format!("{ASK}{sink}\n")), [], "{sink}");
        }
        assert_eq!(
            judged("from twilio.rest import Client\nm = Client().messages.create(to=x, body=y)\neval(m.sid)"),
            []
        );
        assert_eq!(judged("@mcp.tool()\ndef add(a: int, b: int):\n    return eval(f'{a} + {b}')"), []);
    }
}
