//! Calls of functions that run something: a dotted name from the table, a bracket, and something in it.

use std::sync::LazyLock;

use memchr::memmem;
use palisade_base::Confidence;

use crate::Hit;

/// Every call of a function that runs something, and every walk to the builtins.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (bracket, _) in text.match_indices('(') {
        let Some(before) = text.get(..bracket) else { continue };
        let name = dotted_name(before);
        let Some(call) = known(name, before) else { continue };
        let argument = Argument::at(text.get(bracket + 1..).unwrap_or_default());
        if let Some(confidence) = weigh(call, argument) {
            let len = argument_len(text, bracket);
            hits.push(Hit { range: bracket - name.len()..bracket + len, kind: "code-call", confidence });
        }
    }
    hits.extend(walks(text));
    hits
}

/// What a function does with its argument.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Runs it, whatever it is.
    Runs,
    /// Evaluates it as code: harmless words have the same name.
    Evaluates,
}

/// The first argument, by its first characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument<'a> {
    /// A literal, or a list of them, from behind its quote on.
    Literal(&'a str),
    /// What another call returns.
    Call(&'a str),
    /// A variable or a number.
    Name,
    /// Nothing that code has there.
    None,
}

impl<'a> Argument<'a> {
    fn at(rest: &'a str) -> Self {
        let rest = rest.trim_start_matches([' ', '\n', '\t', '[', '(', '\\', 'f', 'b', 'r', 'u']);
        let quoted = rest.trim_start_matches(['"', '\'', '`']);
        if quoted.len() < rest.len() {
            return Self::Literal(quoted);
        }
        // The letters that may stand in front of a literal are also those of names.
        let name: &str = rest.split(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).next().unwrap_or_default();
        match rest.get(name.len()..).and_then(|rest| rest.chars().next()) {
            Some('(') if !name.is_empty() => Self::Call(name),
            Some(')' | ',' | '+' | '[' | '=') if !name.is_empty() => Self::Name,
            _ => Self::None,
        }
    }
}

fn weigh(does: Does, argument: Argument<'_>) -> Option<Confidence> {
    match (does, argument) {
        (_, Argument::None) => None,
        (Does::Runs, Argument::Literal(_)) | (_, Argument::Call(_)) => Some(Confidence::High),
        (_, Argument::Name) => Some(Confidence::Medium),
        // What is evaluated is code: it calls, imports or assigns something.
        (Does::Evaluates, Argument::Literal(code)) => {
            let code: &str = code.split_terminator('\n').next().unwrap_or_default();
            let is_code = code.contains('(') || code.contains("import ") || code.contains("__");
            Some(if is_code { Confidence::High } else { Confidence::Medium })
        }
    }
}

/// What is called, if it is in the table.
fn known(name: &str, before: &str) -> Option<Does> {
    if name.is_empty() {
        // `Runtime.getRuntime().exec(`: the name hangs on a call.
        return None;
    }
    if let Some(method) = name.strip_prefix('.') {
        let owner = before.strip_suffix(name)?;
        return (RUNTIMES.iter().any(|runtime| owner.ends_with(runtime)) && OF_RUNTIMES.contains(&method))
            .then_some(Does::Runs);
    }
    if EVALUATORS.contains(&name) {
        return Some(Does::Evaluates);
    }
    // Most names are of other owners, which is seen at less cost.
    let owner = name.rsplit(['.', ':']).filter(|part| !part.is_empty()).nth(1);
    let known = owner.map_or_else(|| RUNS.contains(&name), |owner| OWNERS.binary_search(&owner).is_ok());
    if !known && !name.ends_with("__import__") {
        return None;
    }
    let path = name.replace("::", ".");
    let tail = |len: usize| {
        path.rmatch_indices('.').nth(len - 1).map_or(path.as_str(), |(at, _)| path.get(at + 1..).unwrap_or_default())
    };
    let (last, pair) = (tail(1), tail(2));
    let runs = RUNS.iter().any(|run| match run.strip_suffix('*') {
        Some(start) => pair.starts_with(start),
        None => pair == *run || !run.contains('.') && path == *run,
    });
    (runs || last == "__import__").then_some(Does::Runs)
}

/// The dotted name at the end of a text, at most 120 bytes of it.
fn dotted_name(before: &str) -> &str {
    let tail = before.as_bytes().get(before.len().saturating_sub(120)..).unwrap_or_default();
    let len = tail.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.:".contains(byte)).count();
    before.get(before.len() - len..).unwrap_or_default().trim_start_matches(':')
}

/// How much of a call is shown: to its closing bracket, or a few characters.
fn argument_len(text: &str, bracket: usize) -> usize {
    let rest = text.as_bytes().get(bracket..).unwrap_or_default();
    let close = rest.iter().take(SHOWN).position(|byte| *byte == b')').map_or(1, |at| at + 1);
    (close..rest.len().max(close)).find(|len| text.is_char_boundary(bracket + len)).unwrap_or(1)
}

/// `x.__class__.__mro__[1].__subclasses__()` and its like: two different steps close together.
fn walks(text: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut last: Option<(usize, &str)> = None;
    for at in memmem::find_iter(text.as_bytes(), b"__") {
        let Some(step) = STEPS.iter().find(|step| text.get(at..).is_some_and(|rest| rest.starts_with(**step))) else {
            continue;
        };
        if let Some((before, other)) = last
            && other != *step
            && at - before < SHOWN
        {
            hits.push(Hit { range: before..at + step.len(), kind: "code-call", confidence: Confidence::High });
        }
        last = Some((at, step));
    }
    hits
}

/// The most bytes of a call that are shown, and between two steps of a walk.
const SHOWN: usize = 120;

/// Functions whose name is also a word; only the bare name counts.
const EVALUATORS: &[&str] = &[
    "eval",
    "exec",
    "execfile",
    "builtins.eval",
    "builtins.exec",
    "__builtins__.eval",
    "__builtins__.exec",
    "loadstring",
    "passthru",
];

/// Functions that run, load or unpickle, by the last two parts of their name; `*` stands for any rest.
const RUNS: &[&str] = &[
    "os.system",
    "os.popen*",
    "os.exec*",
    "os.spawn*",
    "os.startfile",
    "os.posix_spawn*",
    "posix.system",
    "posix.popen",
    "nt.system",
    "subprocess.*",
    "commands.getoutput",
    "commands.getstatusoutput",
    "pty.spawn",
    "runpy.run*",
    "importlib.import_module",
    "ctypes.CDLL",
    "cdll.LoadLibrary",
    "ctypes.WinDLL",
    "marshal.loads",
    "pickle.loads",
    "cPickle.loads",
    "_pickle.loads",
    "dill.loads",
    "cloudpickle.loads",
    "code.interact",
    "os.execute",
    "io.popen",
    "package.loadlib",
    "base.system",
    "base.system2",
    "base.eval",
    "shell.exec",
    "child_process.*",
    "Process.Start",
    "Deno.run",
    "shell_exec",
    "proc_open",
    "pcntl_exec",
];

/// The first parts of the names in [`RUNS`] that have two, in order.
static OWNERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut owners: Vec<&str> = RUNS.iter().filter_map(|run| Some(run.split_once('.')?.0)).collect();
    owners.sort_unstable();
    owners
});

/// What hands out something that runs commands, and the names of what then runs them.
const RUNTIMES: &[&str] =
    &["getRuntime()", "'child_process')", "\"child_process\")", "'os')", "\"os\")", "'subprocess')", "\"subprocess\")"];
const OF_RUNTIMES: &[&str] =
    &["exec", "execSync", "spawn", "spawnSync", "execFile", "system", "popen", "run", "call", "check_output", "Popen"];

/// Steps from a harmless object to the builtins.
const STEPS: &[&str] = &[
    "__class__",
    "__mro__",
    "__bases__",
    "__base__",
    "__subclasses__",
    "__globals__",
    "__builtins__",
    "__import__",
    "__getattribute__",
    "__init_subclass__",
    "__code__",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str) -> Option<Confidence> {
        find(text).into_iter().map(|hit| hit.confidence).max()
    }

    #[test]
    fn calls_that_run_something_are_found() {
        for text in [
            "os.system('ls')",
            "x = subprocess.run(['cat', '/etc/passwd'])",
            "__import__('os').system('id')",
            "eval(compile('code', 'string', 'exec'))",
            "exec(base64.b64decode('cHJpbnQoMSk='))",
            "eval('__import__(\\'os\\').system(\\'ls\\')')",
            "cmd = os.execute('true')",
            "base::system('true')",
            "Runtime.getRuntime().exec(\"id\")",
            "require('child_process').execSync('id')",
            "().__class__.__mro__[1].__subclasses__()",
        ] {
            assert_eq!(best(text), Some(Confidence::High), "{text}");
        }
        assert_eq!(best("eval(payload)"), Some(Confidence::Medium));
    }

    #[test]
    fn near_misses() {
        for text in [
            "model.eval()",
            "eval()",
            "df.eval('a + b')",
            "retrieval(x)",
            "my_exec('x')",
            "ecosystem('x')",
            "__class__ of __class__",
            "eval (x)",
            "compile(optimizer='adam')",
            "macos.systems('x')",
        ] {
            assert_eq!(best(text), None, "{text}");
        }
    }

    #[test]
    fn every_name_of_the_table_is_known() {
        for run in RUNS {
            let name = run.replace('*', "x");
            for name in [name.clone(), format!("a.{name}"), name.replace('.', "::")] {
                let expected = run.contains('.') || !name.contains('.');
                assert_eq!(known(&name, &name).is_some(), expected, "{name}");
            }
        }
    }
}
