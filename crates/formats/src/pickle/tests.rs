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
fn what_is_made_is_the_class() {
    for (what, bytes) in [
        ("protocol 0", &b"ccopy_reg\n_reconstructor\n(c__main__\nA\nc__builtin__\nobject\nNtR(dS'x'\nI1\nsb."[..]),
        ("protocol 2", b"\x80\x02c__main__\nA\n)\x81}U\x01xK\x01sb."),
        ("keywords", b"\x80\x02cfunctools\npartial\nc__builtin__\ngetattr\nc__main__\nA\nU\x07__new__\x86Rc__main__\nA\n\x86R)R."),
    ] {
        assert_eq!(calls(bytes), [("__main__.A".to_owned(), Danger::ForeignClass)], "{what}");
    }
    let base = b"ccopy_reg\n_reconstructor\ncsubprocess\nPopen\ncsubprocess\nPopen\nS'x'\n\x87R.";
    assert_eq!(calls(base), [("subprocess.Popen".to_owned(), Danger::Executor)]);
}

#[test]
fn results_of_calls_are_not_called_unseen() {
    let partial = walk(b"\x80\x02cfunctools\npartial\ncmy\nthing\n\x85R)R.", Limits::default());
    let name = Name { module: "my".to_owned(), name: "thing".to_owned() };
    assert_eq!((partial.calls.len(), &partial.calls[0].callee), (1, &Callee::Named(name)));
    let other = walk(b"\x80\x02clogging\ngetLogger\n)R)R.", Limits::default());
    let name = Name { module: "logging".to_owned(), name: "getLogger".to_owned() };
    assert_eq!((other.calls.len(), &other.calls[0].callee), (1, &Callee::ResultOf(name)));
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
    assert_eq!(&raw[seen.embedded[0].range.clone()], inner);
    assert_eq!(seen.embedded[0].walk.calls[0].callee.to_string(), "os.system");
}

#[test]
fn bytes_of_old_protocols_are_loaded() {
    let inner: String = b"\x80\x02\x8a\x01\x05\x8f.".iter().map(|byte| char::from(*byte)).collect();
    let mut outer = b"\x80\x02ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX".to_vec();
    outer.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
    outer.extend(inner.as_bytes());
    outer.extend(b"U\x06latin1\x86R\x85R.");
    let seen = walk(&outer, Limits::default());
    assert_eq!(seen.calls, []);
    assert!(seen.embedded.iter().any(|held| held.loaded));
    assert!(seen.imports.iter().all(|import| import.called));
}

#[test]
fn classes_of_old_torch_files_are_persistent() {
    let bytes = b"\x80\x02(U\x06modulecmy.net\nNet\nU\x06net.pyU\x0fclass Net: passtQ)\x81}b.";
    assert_eq!(calls(bytes), [("my.net.Net".to_owned(), Danger::ForeignClass)]);
}

#[test]
fn members_are_named() {
    let bytes = b"\x80\x02cbuiltins\ngetattr\nczoneinfo\nZoneInfo\nU\x09_unpickle\x86RU\x0dEurope/BerlinK\x01\x86R.";
    assert_eq!(calls(bytes), []);
    let bytes = b"\x80\x02cbuiltins\ngetattr\nctorch.serialization\nos\nU\x06system\x86RU\x01x\x85R.";
    assert_eq!(calls(bytes)[1], ("torch.serialization.os.system".to_owned(), Danger::Executor));
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
    assert!(plausible(b"(lp0\nI1\na.(lp0\nI1\na."));
    assert!(plausible(b"cposix\nsystem\n(S'x'\ntR\xff"));
    assert!(plausible(b"\x80\x04K\x01."));
    assert!(!plausible(b"\x80\x04"));
}

#[test]
fn limits_hold() {
    let deep = [b"(".repeat(100_000), b"t".repeat(100_000), b".".to_vec()].concat();
    assert_eq!(walk(&deep, Limits::default()).end, End::Stopped);
    let tight = Limits { values: 10, ..Limits::default() };
    assert_eq!(walk(&deep, tight).end, End::Limit { offset: 11, what: "too many marks at a time" });
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

/// Pickles that use every way to name and call, to be damaged.
const SEEDS: [&[u8]; 4] = [
    b"\x80\x04\x95\x20\0\0\0\0\0\0\0\x8c\x02os\x94\x8c\x06system\x94\x93\x94]\x94(K\x01K\x02e\x85R}\x94\x8c\x01a\x8c\x01bsb.",
    b"(lp0\n(I1\nF2.5\nS'x'\np1\ntp2\nag0\na(dp3\ng1\nNsacos\nsystem\n(S'x'\ntR.",
    b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(U\x05shapeK\x02\x85U\x05dtypecnumpy\ndtype\nU\x02f8\x89\x88\x87Rub0123456789abcdef(cos\nsystem\nS'x'\no.",
    b"\x80\x05\x8f(K\x01K\x02\x90\x82\x01)R(\x91\x96\x03\0\0\0\0\0\0\0abc\x97\x98\x87cm\nA\n)}\x92\x85(K\x01i__main__\nB\n.",
];

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

    #[test]
    fn damaged_pickles_are_safe(
        seed in 0..SEEDS.len(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = SEEDS[seed].to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let seen = walk(&bytes, Limits { values: 64, nodes: 4, names: 8, ..Limits::default() });
        prop_assert!(seen.calls.iter().all(|call| call.offset < bytes.len() && call.times > 0));
        prop_assert!(seen.anomalies.iter().all(|anomaly| anomaly.offset <= bytes.len()));
        prop_assert!(seen.embedded.iter().all(|held| bytes.get(held.range.clone()).is_some()));
    }
}

#[test]
fn seeds_can_be_cut_anywhere() {
    for seed in SEEDS {
        assert!(!walk(seed, Limits::default()).calls.is_empty());
        let calls: Vec<usize> = (0..=seed.len()).map(|len| walk(&seed[..len], Limits::default()).calls.len()).collect();
        assert!(calls.is_sorted(), "what was seen is never lost: {calls:?}");
    }
}

#[test]
fn the_caller_is_told_how_far_the_walk_is() {
    let bytes = [b"\x80\x02]".to_vec(), b"K\x01a".repeat(5 << 20), b".".to_vec()].concat();
    let mut told = Vec::new();
    walk_paced(&bytes, Limits::default(), &mut |at| {
        told.push(at);
        true
    });
    assert!(told.len() >= 3 && told.is_sorted() && told.iter().all(|at| *at <= bytes.len()), "{told:?}");
    let walk = walk_paced(&bytes, Limits::default(), &mut |_| false);
    assert!(matches!(walk.end, End::Limit { offset, .. } if offset < bytes.len() / 2), "{:?}", walk.end);
}

#[test]
fn beginnings_are_told_from_text() {
    let names: Vec<u8> = (0..1000).flat_map(|number| format!("V{number}\np{number}\na").into_bytes()).collect();
    let old = [b"(lp0\n".as_slice(), &names].concat();
    assert!(may_begin(&old[..4096]) && !plausible(&old[..4096]));
    assert!(may_begin(b"T\xff\xff\0\0a long text") && may_begin(b"}(U\x04na"));
    for text in [
        "Version: 1.0\nName: x\n",
        "import os\n",
        "In the beginning\n",
        "{\"a\": 1}",
        "1,2\n3,4\n",
        "Some text.\n",
        "class A:\n    pass\n",
        "",
        "\0\0\0",
    ] {
        assert!(!may_begin(text.as_bytes()), "{text:?}");
    }
}
