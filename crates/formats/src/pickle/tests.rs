//! Pickles as Python writes them and as attackers do: what is called, what is left open, hostile and truncated bytes.

use proptest::prelude::*;

use super::*;

fn calls(bytes: &[u8]) -> Vec<(String, Danger)> {
    walk(bytes, Limits::default()).calls.into_iter().map(|call| (call.callee.to_string(), call.danger)).collect()
}

/// One callable reached through every way of naming and calling.
#[test]
fn every_way_to_call() {
    let called = vec![("os.system".to_owned(), Danger::Executor)];
    for (what, bytes) in [
        ("proto 0", &b"cos\nsystem\n(S'x'\ntR."[..]),
        ("inst", b"(S'x'\nios\nsystem\n."),
        ("obj", b"(cos\nsystem\nS'x'\no."),
        ("stack global", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R."),
        ("names from memo", b"\x80\x04\x8c\x02os\x94\x8c\x06system\x9400h\x00h\x01\x93)R."),
        ("put and memoize mixed", b"\x80\x04\x8c\x02osq\x00\x8c\x06systemq\x01\x94h\x00h\x01\x93)R."),
        ("newobj", b"\x80\x02cos\nsystem\n)\x81."),
        ("newobj_ex", b"\x80\x04cos\nsystem\n)}\x92."),
        ("unicode escapes", b"Vo\\u0073\nVsystem\n\x93)R."),
        ("concatenated", b"c_operator\nconcat\n(S'o'\nS's'\ntRp0\n0g0\nVsystem\n\x93)R."),
        ("result dropped", b"(cos\nsystem\nS'x'\no0N."),
        ("broken behind", b"\x80\x04cos\nsystem\n)R\xff\xff"),
        ("second pickle", b"\x80\x02N.\x80\x02cos\nsystem\n)R."),
    ] {
        let seen: Vec<_> = calls(bytes).into_iter().filter(|(name, _)| name != "_operator.concat").collect();
        assert_eq!(seen, called, "{what}");
    }
}

#[test]
fn ordinary_pickles_call_nothing() {
    for (what, bytes) in [
        ("ordered dict", &b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00aK\x01s."[..]),
        (
            "numpy scalar",
            b"\x80\x02cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87RC\x00tR.",
        ),
        ("old class", b"ccopy_reg\n_reconstructor\n(c__main__\nA\nc__builtin__\nobject\nNtR(dS'x'\nI1\nsb."),
        ("partial", b"\x80\x02cfunctools\npartial\nc__builtin__\nlen\n\x85R."),
    ] {
        let walk = walk(bytes, Limits::default());
        assert_eq!((calls(bytes), walk.end), (Vec::new(), End::Stopped), "{what}");
    }
}

#[test]
fn harmless_callables_betray_what_is_handed_to_them() {
    let tensor = b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\ncsome.where\nfunction\n\x85R.";
    assert_eq!(calls(tensor), [("torch._tensor._rebuild_from_type_v2".to_owned(), Danger::Function)]);
    let ufunc = b"\x80\x02cnumpy.core\n_ufunc_reconstruct\nU\x02osU\x06system\x86R.";
    assert_eq!(calls(ufunc), [("numpy.core._ufunc_reconstruct".to_owned(), Danger::Executor)]);
    let ufunc = b"\x80\x02cnumpy.core\n_ufunc_reconstruct\nU\x10numpy.core.umathU\x03add\x86R.";
    assert_eq!(calls(ufunc), []);
}

#[test]
fn results_of_calls_are_not_called_unseen() {
    let walk = walk(b"\x80\x02cfunctools\npartial\ncmy\nthing\n\x85R)R.", Limits::default());
    let name = Name { module: "functools".to_owned(), name: "partial".to_owned() };
    assert_eq!(walk.calls.len(), 1);
    assert_eq!(walk.calls[0].callee, Callee::ResultOf(name));
}

#[test]
fn altering_what_is_imported_is_a_call() {
    let build = walk(b"\x80\x02cnumpy\nprod\n}U\x01acposix\nsystem\nsb.", Limits::default());
    assert_eq!((build.calls[0].opcode, build.calls[0].callee.to_string()), ("BUILD", "numpy.prod".to_owned()));
    let item = walk(b"\x80\x02csys\nmodules\nU\x01aNs.", Limits::default());
    assert_eq!((item.calls[0].opcode, item.calls[0].callee.to_string()), ("SETITEM", "sys.modules".to_owned()));
}

#[test]
fn extension_codes_are_called_by_number() {
    assert_eq!(calls(b"\x80\x02\x82\x07)R."), [("copyreg.extension.code7".to_owned(), Danger::Function)]);
}

#[test]
fn arrays_of_joblib_are_stepped_over() {
    let mut bytes =
        b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}("
            .to_vec();
    bytes.extend(b"\x8c\x05shapeK\x02\x85\x8c\x05dtypecnumpy\ndtype\n\x8c\x02f8\x89\x88\x87R\x8c\x1bnumpy_array_alignment_bytesK\x10ub");
    bytes.extend([3, 0xff, 0xff, 0xff]);
    bytes.extend([b'.'; 16]);
    bytes.extend(b"cos\nsystem\n)R.");
    assert_eq!(
        calls(&bytes),
        [
            ("joblib.numpy_pickle.NumpyArrayWrapper".to_owned(), Danger::Class),
            ("os.system".to_owned(), Danger::Executor)
        ]
    );
}

#[test]
fn pickles_in_constants_are_found() {
    let inner = b"\x80\x02cos\nsystem\n)R.";
    let mut raw = b"\x80\x03C".to_vec();
    raw.push(u8::try_from(inner.len()).unwrap());
    raw.extend(inner);
    raw.push(b'.');
    let seen = walk(&raw, Limits::default());
    assert_eq!(seen.embedded[0].decode(&raw).unwrap(), inner);
    let text = base64::engine::general_purpose::STANDARD.encode(inner);
    let raw = format!("S'{text}'\n.").into_bytes();
    assert_eq!(walk(&raw, Limits::default()).embedded[0].decode(&raw).unwrap(), inner);
}

#[test]
fn hidden_pickles_are_found() {
    let mut bytes = vec![0x80; 1000];
    bytes.extend(b"\x80\x02cos\nsystem\n)R.");
    bytes.extend(vec![7; 100]);
    let (found, complete) = hidden(&bytes, 8);
    assert!(complete);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, 1000);
    assert!(hidden(b"\x80\x02K\x01.", 8).0.is_empty());
    let full = b"\x80\x02".repeat(200_000);
    assert!(!hidden(&full, 8).1, "bytes full of beginnings are not searched for ever");
}

#[test]
fn bait_does_not_hide_a_pickle() {
    let start = std::time::Instant::now();
    for bait in [&b"\x80\x04N"[..], b"\x80\x04cb\nc\n", b"\x80\x04X\x02\0\0\0\x80\x04"] {
        let bytes = [&bait.repeat(30_000 / bait.len()), &b"\xff\x80\x02cos\nsystem\nK\x01\x85R.\xff"[..]].concat();
        assert!(
            hidden(&bytes, 8).0.iter().any(|(_, walk)| walk.calls.iter().any(|call| call.danger == Danger::Executor))
        );
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn text_is_no_pickle() {
    for text in [
        "class A:\n    pass\n",
        "import os\n",
        "(defun f (x) x)\n",
        "{\"a\": 1}",
        "[1, 2]\n",
        "cat\ndog\nfish\n",
        "# notes\n",
        "Install\n",
        "I am\nNot.",
        "]",
        "()",
        "}\n",
        "Introduction\n0.\n",
        "(a) first\n",
        "GIF89a........",
        "MIT Licence\n",
        "Licence\nL\n",
        "Some text.\n",
        "int main() {}\n",
        "U.S. law\n",
        "Xylophone",
        "Kate.",
        "Big.\n",
        "Colour.\n",
        "Jan.\n",
        "Title.\n",
    ] {
        assert!(!plausible(text.as_bytes()), "{text:?}");
    }
    assert!(plausible(b"(lp0\nI1\na."));
    assert!(plausible(b"cposix\nsystem\n(S'x'\ntR\xff"));
    assert!(plausible(b"\x80\x04K\x01."));
    assert!(!plausible(b"\x80\x04"));
}

#[test]
fn frames_that_cut_opcodes_are_seen() {
    let frame = |len: u8| [b"\x80\x04\x95".as_slice(), &[len, 0, 0, 0, 0, 0, 0, 0], b"\x8c\x05hello."].concat();
    assert_eq!(walk(&frame(8), Limits::default()).straddles, None);
    assert_eq!(walk(&frame(4), Limits::default()).straddles, Some(11));
}

#[test]
fn limits_hold() {
    let deep = [b"(".repeat(100_000), b"t".repeat(100_000), b".".to_vec()].concat();
    assert_eq!(walk(&deep, Limits::default()).end, End::Stopped);
    let tight = Limits { values: 10, ..Limits::default() };
    assert_eq!(walk(&deep, tight).end, End::Limit { offset: 11, what: "too many values at a time" });
    let tight = Limits { steps: 10, ..Limits::default() };
    assert!(matches!(walk(&deep, tight).end, End::Limit { .. }));
    let padded = [b"cbuiltins\nset\n)R0".repeat(50_000), b"cos\nsystem\n)R.".to_vec()].concat();
    assert_eq!(calls(&padded).len(), 1);
}

#[test]
fn truncation_loses_nothing_that_was_seen() {
    let whole = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x8c\x01x\x85R}\x8c\x01a]K\x01as.";
    for len in 0..whole.len() {
        let seen = walk(&whole[..len], Limits::default());
        assert_eq!(seen.calls.len(), usize::from(len >= 22), "{len}");
        assert!(matches!(seen.end, End::Broken { .. }), "{len}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        walk(&bytes, Limits::default());
        plausible(&bytes);
        hidden(&bytes, 4);
    }

    #[test]
    fn any_opcodes_are_safe(bytes in proptest::collection::vec(proptest::sample::select(&b"(.012NK]})tad)lpqhg\x94\x85\x86\x87R\x93csbuei\x81\x92\n01os"[..]), 0..200)) {
        let limits = Limits { nodes: 8, ..Limits::default() };
        walk(&bytes, limits);
    }
}
