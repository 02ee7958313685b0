//! Names that are put together, reached over attributes, handed on or hidden, and what is done with them.

use super::*;

fn seen(bytes: &[u8]) -> Walk {
    walk(bytes, Limits::default())
}

fn worst(bytes: &[u8]) -> Danger {
    let walk = seen(bytes);
    let imports = walk.imports.iter().map(|import| import_danger(&import.name));
    walk.calls.iter().map(|call| call.danger).chain(imports).max().unwrap_or(Danger::Harmless)
}

/// A string constant.
fn text(text: &str) -> Vec<u8> {
    [b"X".as_slice(), &u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat()
}

/// A call of a name with arguments, each already in opcodes.
fn call(name: &str, arguments: &[&[u8]]) -> Vec<u8> {
    let (module, name) = name.split_once(' ').unwrap();
    [format!("c{module}\n{name}\n(").into_bytes(), arguments.concat(), b"tR".to_vec()].concat()
}

/// A call of the name that the opcodes `name` leave on the stack, of the module `posix`.
fn calls_computed(name: &[u8]) -> Vec<String> {
    let bytes = [b"\x80\x04".as_slice(), &text("posix"), name, b"\x93)R."].concat();
    let calls = seen(&bytes).calls.into_iter();
    calls.filter(|call| call.danger == Danger::Executor).map(|call| call.callee.to_string()).collect()
}

#[test]
fn computed_names_are_worked_out() {
    let (sys, tem) = (text("sys"), text("tem"));
    let join = [b"(".as_slice(), &sys, &tem, b"l"].concat();
    let rot = call("codecs encode", &[&text("flfgrz"), &text("rot13")]);
    let backwards = call("builtins slice", &[b"N", b"N", b"J\xff\xff\xff\xff"]);
    let numbers = [b"(".as_slice(), b"KsKyKsKtKeKm", b"l"].concat();
    for (what, name) in [
        ("concatenation", call("operator concat", &[&sys, &tem])),
        ("addition", call("_operator add", &[&sys, &tem])),
        ("join", call("builtins str.join", &[&text(""), &join])),
        ("format", call("builtins str.format", &[&text("{0}{1}"), &sys, &tem])),
        ("interpolation", call("operator mod", &[&text("%stem"), &sys])),
        ("replacement", call("builtins str.replace", &[&text("sysXtem"), &text("X"), &text("")])),
        ("stripping", call("builtins str.strip", &[&text("  system ")])),
        ("lower case", call("builtins str.lower", &[&text("SYSTEM")])),
        ("slice", call("operator getitem", &[&text("metsys"), &backwards])),
        ("rot13", rot),
        ("latin", {
            let bytes = call("_codecs encode", &[&text("system"), &text("latin1")]);
            call("builtins str", &[&bytes, &text("ascii")])
        }),
        ("base64", {
            let bytes = call("base64 b64decode", &[&text("c3lzdGVt")]);
            call("builtins bytes.decode", &[&bytes])
        }),
        ("hexadecimal digits", {
            let bytes = call("builtins bytes.fromhex", &[&text("73797374656d")]);
            call("codecs decode", &[&bytes, &text("utf-8")])
        }),
        ("numbers", {
            let bytes = call("builtins bytes", &[&numbers]);
            call("builtins str", &[&bytes, &text("ascii")])
        }),
        (
            "characters",
            call("builtins str.join", &[&text(""), &call("builtins map", &[b"cbuiltins\nchr\n", &numbers])]),
        ),
        ("reduction", call("functools reduce", &[b"coperator\nadd\n", &join])),
        ("method of a value", {
            let method = call("builtins getattr", &[&text("system"), &text("lower")]);
            [method, b")R".to_vec()].concat()
        }),
        ("method caller", {
            let caller = call("operator methodcaller", &[&text("lower")]);
            [caller, b"(".to_vec(), text("SYSTEM"), b"tR".to_vec()].concat()
        }),
        ("nested calls", call("operator add", &[&call("operator add", &[&text("s"), &text("ys")]), &tem])),
    ] {
        let named = calls_computed(&name);
        assert_eq!(named.last().map(String::as_str), Some("posix.system"), "{what}: {named:?}");
    }
}

#[test]
fn what_cannot_be_worked_out_is_as_bad_as_a_function() {
    for name in [call("my.code make", &[]), call("time time", &[]), b"K\x01".to_vec(), b"]".to_vec()] {
        let bytes = [b"\x80\x04".as_slice(), &text("posix"), &name, b"\x93)R."].concat();
        assert!(worst(&bytes) >= Danger::Function, "{name:?}");
    }
}

#[test]
fn attributes_lead_to_names() {
    let module = call("importlib import_module", &[&text("os")]);
    let function = call("builtins getattr", &[&module, &text("system")]);
    let bytes = [b"\x80\x04".as_slice(), &function, b"(", &text("x"), b"tR."].concat();
    let calls = seen(&bytes).calls;
    assert_eq!(calls.last().unwrap().callee.to_string(), "os.system");
    assert_eq!(calls.last().unwrap().arguments, ["\"x\""]);
    let getter = call("operator attrgetter", &[&text("path.join")]);
    let bytes = [b"\x80\x04".as_slice(), &getter, b"(", &module, b"tR)R."].concat();
    assert_eq!(seen(&bytes).calls.last().unwrap().callee.to_string(), "os.path.join");
    for dotted in [&b"crandom\n_os.system\n)R."[..], b"\x80\x04\x8c\x06random\x8c\x0a_os.system\x93."] {
        assert_eq!(worst(dotted), Danger::Executor);
    }
    assert_eq!(worst(b"cdatetime\ndatetime\n(K\x01tR."), Danger::Harmless);
}

#[test]
fn partial_functions_are_called_by_their_name() {
    let partial = call("functools partial", &[b"cposix\nsystem\n", &text("x")]);
    let bytes = [b"\x80\x02".as_slice(), &partial, b")R."].concat();
    assert_eq!(seen(&bytes).calls[0].callee.to_string(), "posix.system");
    let handed = call("operator getitem", &[&call("collections defaultdict", &[&partial]), &text("k")]);
    assert_eq!(worst(&[handed, b".".to_vec()].concat()), Danger::Executor);
    let walk = seen(
        &[
            call("operator getitem", &[&call("collections defaultdict", &[b"cmy\nfunction\n"]), &text("k")]),
            b".".to_vec(),
        ]
        .concat(),
    );
    assert_eq!(walk.calls[0].danger, Danger::Function, "a default factory is called by what asks for an item");
    let plain = call("operator getitem", &[&call("collections defaultdict", &[b"cbuiltins\nlist\n"]), &text("k")]);
    assert_eq!(worst(&[plain, b".".to_vec()].concat()), Danger::Harmless);
}

#[test]
fn methods_that_the_loader_calls_may_be_replaced() {
    let object = call("types SimpleNamespace", &[]);
    let state = |key: &str, value: &[u8]| [b"}".as_slice(), &text(key), value, b"s"].concat();
    let function = b"cmy.code\nrun\n";
    for (what, opcodes, danger) in [
        (
            "setstate",
            [state("__setstate__", function), b"b".to_vec(), text("x"), b"b.".to_vec()].concat(),
            Danger::Function,
        ),
        ("executor", [state("__setstate__", b"cos\nsystem\n"), b"b.".to_vec()].concat(), Danger::Executor),
        (
            "slots",
            [b"N".to_vec(), state("__setstate__", function), b"\x86b".to_vec(), text("x"), b"b.".to_vec()].concat(),
            Danger::Function,
        ),
        ("append", [state("append", function), b"b".to_vec(), text("x"), b"a.".to_vec()].concat(), Danger::Function),
        ("near miss: a function as state", [state("append", function), b"b.".to_vec()].concat(), Danger::Harmless),
        (
            "near miss: text",
            [state("__setstate__", &text("x")), b"b".to_vec(), text("x"), b"b.".to_vec()].concat(),
            Danger::Harmless,
        ),
    ] {
        let bytes = [b"\x80\x02".as_slice(), &object, &opcodes].concat();
        let calls = seen(&bytes).calls;
        assert_eq!(calls.iter().map(|call| call.danger).max().unwrap_or(Danger::Harmless), danger, "{what}");
    }
}

#[test]
fn altering_modules_is_as_bad_as_what_is_put_there() {
    for (bytes, danger) in [
        (&b"csys\nmodules\n(S'numpy'\ncmy\nthing\nu."[..], Danger::Function),
        (b"csys\nmodules\nS'numpy'\ncposix\nsystem\ns.", Danger::Executor),
        (b"cnumpy\nprod\n}S'a'\ncposix\nsystem\nsb.", Danger::Executor),
        (b"cbuiltins\n__dict__\n(S'print'\ncmy\nthing\nu.", Danger::Function),
        (b"c__main__\nhandlers\n(cmy\nthing\ne.", Danger::Function),
        (b"ccopyreg\ndispatch_table\n(cmy\nA\ncmy\nthing\nu.", Danger::Function),
    ] {
        let calls = seen(bytes).calls;
        assert_eq!(calls.iter().map(|call| call.danger).max(), Some(danger), "{bytes:?}");
    }
    assert!(seen(b"}(S'numpy'\nK\x01u.").calls.is_empty());
}

#[test]
fn late_and_far_apart_is_followed_all_the_same() {
    let strings = |count: usize, out: &mut Vec<u8>| {
        for number in 0..count {
            out.extend(text(&format!("name {number}")));
            out.push(0x94);
            out.push(b'0');
        }
    };
    let mut bytes = b"\x80\x04".to_vec();
    strings(100_000, &mut bytes);
    for part in ["posix", "system"] {
        bytes.extend(text(part));
        bytes.extend(b"\x940");
    }
    strings(100_000, &mut bytes);
    bytes.extend(b"j\xa0\x86\x01\0j\xa1\x86\x01\0\x93)R.");
    assert_eq!(seen(&bytes).calls[0].callee.to_string(), "posix.system");

    let mut bytes = b"\x80\x02]q\x00cmy.code\nrun\nq\x01a0".to_vec();
    for number in 2..60_000u32 {
        bytes.extend(b"](K\x01K\x02er");
        bytes.extend(number.to_le_bytes());
        bytes.push(b'0');
    }
    bytes.extend(b"coperator\ngetitem\nh\x00K\x00\x86R.");
    assert_eq!(worst(&bytes), Danger::Function, "the list holds a function");
}

#[test]
fn memory_does_not_grow_with_the_pickle() {
    let records = |count: u32| {
        let mut bytes = b"\x80\x04]\x94(".to_vec();
        for number in 0..count {
            bytes.extend(b"]\x94(J");
            bytes.extend(number.to_le_bytes());
            bytes.extend(text(&number.to_string()));
            bytes.extend(b"\x94}\x94(");
            bytes.extend(text("key"));
            bytes.extend(b"\x94NuK\x01K\x02\x86\x94e");
        }
        bytes.extend(b"e.");
        bytes
    };
    let (some, more) = (machine::remembered(&records(100_000)), machine::remembered(&records(200_000)));
    assert!(more < 200_000 && more < some + some / 4, "{some} {more}");
}

/// Each of these asks for the same work again and again.
#[test]
fn hostile_work_is_bounded() {
    let start = std::time::Instant::now();
    let long = text(&"a".repeat(60_000));
    let doubled = call("operator add", &[&[long.as_slice(), b"q\x01"].concat(), b"h\x01"]);
    let mut joins = [b"\x80\x04".as_slice(), &doubled, b"q\x000"].concat();
    joins.extend(b"h\x00h\x00\x930".repeat(30_000));
    let inner = [b"\x80\x02(".as_slice(), &b"K\x01".repeat(100_000), b"t."].concat();
    let mut loads = b"\x80\x04ctorch.storage\n_load_from_bytes\nq\x000B".to_vec();
    loads.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
    loads.extend(&inner);
    loads.extend(b"q\x010");
    loads.extend(b"h\x00h\x01\x85R0".repeat(30_000));
    let mut memo = b"\x80\x04".to_vec();
    (0..60_000).for_each(|number| memo.extend([text(&format!("m{number}")), b"\x940".to_vec()].concat()));
    (0..30_000u32).for_each(|number| {
        memo.extend([b"j".as_slice(), &(40_000 + number % 9000).to_le_bytes(), b"h\x00\x930"].concat());
    });
    let chain = (0..200).fold(text("x"), |so_far, _| call("operator add", &[&so_far, &text("y")]));
    let chains = [b"\x80\x04".as_slice(), &chain, b"q\x000", &b"h\x00h\x00\x930".repeat(30_000)].concat();
    for bytes in [joins, loads, memo, chains] {
        seen(&bytes);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
