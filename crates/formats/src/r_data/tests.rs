//! Files of R, written by hand: what is found in them, and that nothing in them is believed.

use proptest::prelude::*;

use super::*;

/// Writes objects in the XDR encoding.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn file() -> Self {
        Self(b"X\n\0\0\0\x02\0\x04\x03\0\0\x02\x03\0".to_vec())
    }

    fn int(mut self, value: i32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn characters(self, text: &str) -> Self {
        self.int(0x0004_0009).int(i32::try_from(text.len()).unwrap()).raw(text.as_bytes())
    }

    fn symbol(self, name: &str) -> Self {
        self.int(1).characters(name)
    }

    fn strings(self, text: &str) -> Self {
        self.int(16).int(1).characters(text)
    }

    fn nil(self) -> Self {
        self.int(254)
    }

    /// `function(argument)`
    fn call(self, function: &str, argument: &str) -> Self {
        self.int(6).symbol(function).int(2).strings(argument).nil()
    }
}

fn read(writer: &Writer) -> Contents {
    parse(&writer.0, Limits::default())
}

fn names(found: &Contents) -> Vec<(&str, Inside)> {
    found.calls.iter().map(|call| (call.function.as_str(), call.inside)).collect()
}

#[test]
fn promises_are_found() {
    // A promise with an environment (the global one), without a value, with an expression.
    let found = read(&Writer::file().int(0x405).int(253).int(252).call("system", "id"));
    assert_eq!(found.flaw, None);
    assert_eq!(found.promises, [Promise { at: 14, variable: false, calls: true }]);
    assert_eq!(names(&found), [("system", Inside::Promise)]);
    assert_eq!(found.calls[0].arguments, ["id"]);
    // One that has its value already.
    let found = read(&Writer::file().int(5).int(13).int(1).int(7).call("c", "x"));
    assert_eq!((found.promises.len(), names(&found)), (0, vec![("c", Inside::Data)]));
}

#[test]
fn promises_in_environments_are_variables() {
    let list = Writer::file().int(4).int(0).int(242).int(0x402).symbol("x").int(0x405).int(253).int(252).symbol("y");
    let found = read(&list.nil().nil().nil());
    assert_eq!((found.flaw, found.promises.first().map(|p| (p.variable, p.calls))), (None, Some((true, false))));
}

#[test]
fn functions_and_packages_are_named() {
    // function() base::system("id"), in a workspace.
    let package = Writer::default().int(6).symbol("::").int(2).symbol("base").int(2).symbol("system").nil();
    let body = Writer::default().int(6).raw(&package.0).int(2).strings("id").nil();
    let workspace = Writer(b"RDX2\n".to_vec()).raw(&Writer::file().0).int(0x402).symbol("predict");
    let found = read(&workspace.int(0x403).int(253).nil().raw(&body.0).nil());
    assert_eq!((found.flaw, found.functions.len()), (None, 1));
    assert_eq!((names(&found), found.functions[0].0.as_str()), (vec![("system", Inside::Function)], "predict"));
}

#[test]
fn references_are_followed() {
    let list = Writer::file().int(19).int(3).symbol("system").symbol("other");
    let found = read(&list.int(6).int(0x1ff).int(2).strings("id").nil());
    assert_eq!(found.calls[0].function, "system");
    // The bits of a packed reference look like those of attributes.
    let list = Writer::file().int(19).int(4).symbol("a").symbol("system").int(0x2ff).int(0x2ff);
    assert_eq!(read(&list).flaw, None);
}

#[test]
fn compiled_code_is_walked() {
    let code = Writer::file().int(21).int(1).int(13).int(1).int(0).int(2);
    let call = code.int(6).nil().int(1).symbol("system").int(2).nil().int(16).strings("id").int(254).nil();
    let found = read(&call.int(13).int(13).int(1).int(5));
    assert_eq!((found.flaw, names(&found)), (None, vec![("system", Inside::Data)]));
    assert_eq!(found.calls[0].arguments, ["id"]);
}

#[test]
fn alternatives_and_vectors_are_walked() {
    let class = Writer::file().int(238).int(2).symbol("mmap_real").int(2).symbol("base").int(2).int(13).int(1).int(0);
    let found = read(&class.nil().strings("/etc/x").nil());
    assert_eq!((found.flaw, found.alternatives[0].1.as_str()), (None, "mmap_real"));
    let vectors = Writer::file().int(19).int(3).int(14).int(1).raw(&[0; 8]).int(24).int(2).raw(b"ab").int(0x20a).int(1);
    let found = read(&vectors.int(1).int(0x402).symbol("names").strings("first").nil());
    assert_eq!((found.flaw, found.texts.len()), (None, 2));
}

#[test]
fn text_files_are_read() {
    let text = b"A\n2\n262144\n131840\n6\n1\n262153\n6\nsystem\n2\n16\n1\n262153\n5\nid\\040x\n254\n";
    let found = parse(text, Limits::default());
    assert_eq!((found.flaw, names(&found)), (None, vec![("system", Inside::Data)]));
    assert!(looks_like(text));
}

#[test]
fn what_r_does_not_read_is_said() {
    assert_eq!(parse(b"X\nmodel of something", Limits::default()).flaw, Some(VERSION));
    assert!(!looks_like(b"X\nmodel of something") && looks_like(b"RDX2\nX\n"));
    assert!(looks_like(&Writer::file().0));
}

#[test]
fn truncated_files_are_short() {
    let whole = Writer::file().int(0x405).int(253).int(252).call("system", "id").0;
    for end in 0..whole.len() {
        assert_eq!(parse(&whole[..end], Limits::default()).flaw, Some(SHORT), "{end}");
    }
}

#[test]
fn depth_is_limited_and_lists_are_long() {
    let deep = (0..10_000).fold(Writer::file(), |writer, _| writer.int(19).int(1));
    let small_stack = std::thread::Builder::new().stack_size(1 << 20);
    let flaw = small_stack.spawn(move || read(&deep).flaw).unwrap().join().unwrap();
    assert_eq!(flaw, Some("its objects are nested too deeply"));
    let long = (0..50_000).fold(Writer::file(), |writer, _| writer.int(2).nil());
    assert_eq!(read(&long.nil()).flaw, None);
}

proptest! {
    #[test]
    fn damaged_files_are_safe(at in 14usize..200, value: u8) {
        let mut bytes = Writer::file().int(0x405).int(253).int(252).call("system", "id").strings("more").0;
        let at = at % bytes.len();
        bytes[at] = value;
        let found = parse(&bytes, Limits { items: 10_000, ..Limits::default() });
        prop_assert!(found.texts.iter().all(|range| bytes.get(range.clone()).is_some()));
    }
}
