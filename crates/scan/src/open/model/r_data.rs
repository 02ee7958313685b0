//! Opens R data files: promises, calls and functions in them, and the classes that make objects of files.

use palisade_formats::{
    r_data::{self, Call, Inside, Limits, VERSION},
    sniff::Format,
};

use super::{
    part::Part,
    reading::{Reading, Role},
};
use crate::{
    Engine,
    input::model::{Carrier, Does, When},
};

/// Opens an R data file.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let contents = r_data::parse(part.bytes, Limits::default());
    let mut reading = Reading::default();
    for call in &contents.calls {
        judge_call(call, &mut reading);
    }
    for promise in contents.promises.iter().filter(|promise| !promise.variable) {
        let what = "hides an expression that R evaluates as soon as the value is used";
        reading.effect(promise.at..promise.at + 4, Carrier::Code, Does::Calls, When::Load, what);
    }
    for (name, at) in &contents.functions {
        if AT_START.contains(&name.as_str()) {
            let what = format!("brings the function `{name}`, which R calls when a session starts or ends");
            reading.effect(*at..at + 4, Carrier::Code, Does::Calls, When::Load, what);
        }
    }
    for (package, class, at) in &contents.alternatives {
        let range = *at..at + 4;
        if class.starts_with("mmap_") {
            let what = format!("maps a file into memory through the class `{class}`");
            reading.effect(range, Carrier::Name, Does::Reaches, When::Load, what);
        } else if package != "base" {
            let what = format!("loads the package `{package}` for its class `{class}`");
            reading.effect(range, Carrier::Name, Does::Custom, When::Load, what);
        }
    }
    for text in &contents.texts {
        reading.raw_text("", part.bytes, text.clone());
    }
    match contents.flaw {
        // R refuses such a file before it reads any object: nothing but its texts can matter.
        Some(VERSION) => reading.runs(part.bytes, 0..part.bytes.len().min(OPAQUE)),
        Some(flaw) => reading.cut(flaw),
        None => {}
    }
    reading.judge(part, Format::RData, "an R data file", Role::Weights, engine);
    true
}

/// Judges a call by the function, or by the function that it is told to call.
fn judge_call(call: &Call, reading: &mut Reading) {
    let called = if CALLS_BY_NAME.contains(&call.function.as_str()) {
        call.arguments.iter().find(|argument| does(argument).is_some())
    } else {
        Some(&call.function)
    };
    let Some((name, does)) = called.and_then(|name| Some((name, does(name)?))) else { return };
    let (when, place) = match call.inside {
        Inside::Promise => (When::Load, "in a promise, which R evaluates as soon as the value is used"),
        Inside::Function => (When::Run, "in a function that it brings"),
        Inside::Data => (When::Run, "in an expression"),
    };
    // Evaluating text is what many functions of packages do; in a promise it is none of them.
    if does == Does::Calls && call.inside != Inside::Promise {
        return;
    }
    let what = match call.arguments.iter().find(|argument| *argument != name) {
        Some(argument) => format!("calls `{name}` with `{}` {place}", shortened(argument)),
        None => format!("calls `{name}` {place}"),
    };
    reading.effect(call.at..call.at + 4, Carrier::Code, does, when, what);
}

fn does(function: &str) -> Option<Does> {
    if EXECUTES.contains(&function) {
        Some(Does::Executes)
    } else if REACHES.contains(&function) {
        Some(Does::Reaches)
    } else if EVALUATES.contains(&function) {
        Some(Does::Calls)
    } else {
        None
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text.to_owned() }
}

/// How many bytes without structure are searched for texts.
const OPAQUE: usize = 1 << 20;
/// Functions that run commands or load libraries.
const EXECUTES: &[&str] =
    &["system", "system2", "shell", "shell.exec", "pipe", "dyn.load", "socketConnection", "serverSocket"];
/// Functions that reach the network, run files, or delete them.
const REACHES: &[&str] = &[
    "download.file",
    "url",
    "source",
    "sys.source",
    "curl_download",
    "curl_fetch_memory",
    "make.socket",
    "file.remove",
    "unlink",
    "Sys.setenv",
    "install.packages",
];
/// Functions that evaluate expressions or text.
const EVALUATES: &[&str] = &[
    "eval",
    "evalq",
    "eval.parent",
    "parse",
    "str2lang",
    "str2expression",
    "readRDS",
    "load",
    "unserialize",
    "assign",
    "writeLines",
    "cat",
    "file",
    "library",
    "require",
    "loadNamespace",
    "attachNamespace",
    ".Call",
    ".External",
    ".Internal",
];
/// Functions that call the function that an argument names.
const CALLS_BY_NAME: &[&str] = &[
    "do.call",
    "match.fun",
    "get",
    "get0",
    "mget",
    "getFunction",
    "getFromNamespace",
    "getExportedValue",
    "lapply",
    "sapply",
    "vapply",
    "mapply",
    "Map",
    "Reduce",
    "Filter",
    "Recall",
    "outer",
    "as.call",
    "call",
    "as.name",
    "as.symbol",
];
/// Functions of a workspace that R calls by itself.
const AT_START: &[&str] = &[".First", ".Last", ".First.sys", ".Last.sys", ".onLoad", ".onAttach", ".onUnload"];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    /// Text after the head of an uncompressed file in the ASCII encoding.
    fn judged(objects: &str) -> Vec<(&'static str, Severity)> {
        let seen = observe("m.rds", format!("A\n2\n262144\n131840\n{objects}").as_bytes(), None);
        assert_eq!(seen.unscanned, [], "{objects}");
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        findings.filter(|(rule, _)| *rule != "unsigned-weights").collect()
    }

    fn symbol(name: &str) -> String {
        format!("1\n262153\n{}\n{name}\n", name.len())
    }

    fn call(name: &str, argument: &str) -> String {
        format!("6\n{}2\n16\n1\n262153\n{}\n{argument}\n254\n", symbol(name), argument.len())
    }

    #[test]
    fn promises_run_on_use() {
        let promise = |inner: &str| format!("1029\n253\n252\n{inner}");
        let found = judged(&promise(&call("system", "id")));
        assert_eq!(found.iter().map(|(_, severity)| *severity).max(), Some(Severity::Critical));
        assert_eq!(judged(&promise(&symbol("x"))), [("embedded-code", Severity::High)]);
        // In an environment, as functions leave them behind.
        let variable = format!("4\n0\n242\n1026\n{}{}254\n254\n254\n", symbol("x"), promise(&symbol("y")));
        assert_eq!(judged(&variable), []);
    }

    #[test]
    fn formulas_and_model_functions_are_quiet() {
        for quiet in [call("lm", "y ~ x"), call("system.file", "extdata"), call("eval", "x"), call("sapply", "mean")] {
            assert_eq!(judged(&quiet), [], "{quiet}");
        }
        for loud in [call("system", "id"), call("do.call", "system"), call("download.file", "http://a.example")] {
            assert_eq!(judged(&loud), [("embedded-code", Severity::High)], "{loud}");
        }
    }

    #[test]
    fn what_r_refuses_is_quiet() {
        let seen = observe("m.rda", b"RDX2\nX\nworkspace of models\n", None);
        assert_eq!((seen.unscanned.len(), seen.stats.judged), (0, 1));
    }
}
