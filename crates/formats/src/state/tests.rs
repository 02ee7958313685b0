//! State dicts in every dress: views, old files, arrays, what is refused, and what hostile files cost.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

/// Protocol 2, as PyTorch writes it. `body` leaves one value.
fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02", body, b"."].concat()
}

fn text(text: &str) -> Vec<u8> {
    [b"X", u32::try_from(text.len()).unwrap().to_le_bytes().as_slice(), text.as_bytes()].concat()
}

fn tuple(numbers: &[u8]) -> Vec<u8> {
    [&b"("[..], &numbers.iter().flat_map(|number| [b'K', *number]).collect::<Vec<_>>(), b"t"].concat()
}

fn tensor_of(class: &str, key: &str, count: u8, offset: u8, shape: &[u8], strides: &[u8]) -> Vec<u8> {
    let class = format!("ctorch\n{class}\n");
    let place = [text(key), text("cpu"), vec![b'K', count]].concat();
    let storage = [b"((", text("storage").as_slice(), class.as_bytes(), &place, b"tQ"].concat();
    let end = [tuple(shape), tuple(strides), b"\x89ccollections\nOrderedDict\n)RtR".to_vec()].concat();
    [&b"ctorch._utils\n_rebuild_tensor_v2\n"[..], &storage, &[b'K', offset], &end].concat()
}

fn dict(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let inner: Vec<u8> = entries.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [&b"}("[..], &inner, b"u"].concat()
}

fn archive(data: &[u8], members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("m/data.pkl", stored).unwrap();
    writer.write_all(data).unwrap();
    for (name, bytes) in members {
        writer.start_file(format!("m/{name}"), stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<State, Refusal> {
    super::read(bytes, Limits::default())
}

fn gathered(bytes: &[u8], tensor: &Tensor) -> Vec<u8> {
    let mut all = Vec::new();
    tensor
        .gather(bytes, &mut |block, _| {
            all.extend_from_slice(block);
            Ok::<(), ()>(())
        })
        .unwrap();
    all
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn views_of_one_storage_are_told_apart() {
    let plain = tensor_of("ByteStorage", "0", 12, 0, &[3, 4], &[4, 1]);
    let turned = tensor_of("ByteStorage", "0", 12, 0, &[4, 3], &[1, 4]);
    let part = tensor_of("ByteStorage", "0", 12, 5, &[2], &[4]);
    let spread = tensor_of("ByteStorage", "0", 12, 7, &[2, 2], &[0, 0]);
    let none = tensor_of("ByteStorage", "0", 12, 0, &[0, 5], &[5, 1]);
    let one = tensor_of("ByteStorage", "0", 12, 11, &[], &[]);
    let inner = dict(&[("turned", turned), ("part", part), ("list", [&b"]("[..], &spread, &none, b"e"].concat())]);
    let numbers: Vec<u8> = (0..12).collect();
    let bytes = archive(&pickle(&dict(&[("plain", plain), ("inner", inner), ("one", one)])), &[("data/0", &numbers)]);
    let state = read(&bytes).unwrap();
    let seen: Vec<_> = state.tensors.iter().map(|tensor| (tensor.name.as_str(), gathered(&bytes, tensor))).collect();
    assert_eq!(
        seen,
        [
            ("plain", numbers),
            ("inner.turned", vec![0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]),
            ("inner.part", vec![5, 9]),
            ("inner.list.0", vec![7; 4]),
            ("inner.list.1", vec![]),
            ("one", vec![11]),
        ]
    );
    assert_eq!(state.others, []);
    assert_eq!(state.tensors[0].dtype.name, "U8");
}

#[test]
fn old_files_are_read() {
    let magic = pickle(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
    let system = pickle(&dict(&[("little_endian", b"\x88".to_vec())]));
    let root = pickle(&dict(&[("w", tensor_of("HalfStorage", "94", 2, 0, &[2], &[1]))]));
    let keys = pickle(&[&b"]("[..], &text("94"), b"e"].concat());
    let bytes =
        [magic, pickle(b"M\xe9\x03"), system, root, keys, 2u64.to_le_bytes().to_vec(), vec![1, 2, 3, 4]].concat();
    let state = read(&bytes).unwrap();
    assert_eq!((state.tensors[0].dtype.name, gathered(&bytes, &state.tensors[0])), ("F16", vec![1, 2, 3, 4]));
    // Inside of a plain pickle, as `pickle.dump` writes tensors.
    let root = pickle(
        &[b"((", text("storage").as_slice(), b"ctorch\nHalfStorage\n", &text("9"), &text("cpu"), b"K\x02tQ"].concat(),
    );
    let keys = pickle(&[&b"]("[..], &text("9"), b"e"].concat());
    let saved =
        [&bytes[..14], b".", &pickle(b"M\xe9\x03"), &pickle(b"}"), &root, &keys, &2u64.to_le_bytes(), &[5, 6, 7, 8]]
            .concat();
    let storage = [
        &b"ctorch.storage\n_load_from_bytes\nB"[..],
        &u32::try_from(saved.len()).unwrap().to_le_bytes(),
        &saved,
        b"\x85R",
    ]
    .concat();
    let tensor =
        [b"ctorch._utils\n_rebuild_tensor_v2\n(", storage.as_slice(), b"K\x00K\x02\x85K\x01\x85\x89}tR"].concat();
    let bytes = pickle(&dict(&[("w", tensor)]));
    let state = read(&bytes).unwrap();
    assert_eq!(gathered(&bytes, &state.tensors[0]), [5, 6, 7, 8]);
}

#[test]
fn arrays_are_read() {
    let class = |code: &str| {
        [
            &b"cnumpy\ndtype\n"[..],
            &text(code),
            b"\x89\x88\x87R(K\x03",
            &text("<"),
            b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
        ]
        .concat()
    };
    let array = |code: &str, fortran: bool, data: &[u8]| {
        let order = if fortran { b"\x88" } else { b"\x89" };
        let raw = [&[b'C', u8::try_from(data.len()).unwrap()], data].concat();
        [
            &b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x02K\x02\x86"[..],
            &class(code),
            order,
            &raw,
            b"tb",
        ]
        .concat()
    };
    let bytes =
        pickle(&dict(&[("c", array("i1", false, &[1, 2, 3, 4])), ("f", array("u2", true, &[1, 0, 2, 0, 3, 0, 4, 0]))]));
    let state = read(&bytes).unwrap();
    assert_eq!(gathered(&bytes, &state.tensors[0]), [1, 2, 3, 4]);
    assert_eq!(gathered(&bytes, &state.tensors[1]), [1, 0, 3, 0, 2, 0, 4, 0]);
    assert_eq!(state.tensors[1].dtype.name, "U16");
    assert!(refused(&pickle(&dict(&[("o", array("O8", false, &[]))]))).contains("type `<O8`"));
    assert!(refused(&pickle(&dict(&[("c", array("i1", false, &[1, 2, 3]))]))).contains("past the end"));
}

#[test]
fn everything_else_is_refused_with_its_place() {
    let good = tensor_of("FloatStorage", "0", 2, 0, &[2], &[1]);
    for (body, expected) in [
        (dict(&[("m", b"ctorch.nn\nLinear\n)R".to_vec())]), "byte 68: `torch.nn.Linear` is not a tensor"),
        (b"cos\nsystem\nX\x02\x00\x00\x00id\x85R".to_vec(), "`os.system` is not a tensor"),
        (b"cbuiltins\ndict\n)\x81".to_vec(), "`builtins.dict` is not a tensor"),
        (b"(cos\nsystem\no".to_vec(), "`os.system` is not a tensor"),
        (b"(ios\nsystem\n".to_vec(), "makes an object"),
        (b")\x81".to_vec(), "computed while loading"),
        (dict(&[("a", tensor_of("FloatStorage", "0", 2, 1, &[2], &[1]))]), "past the end"),
        (dict(&[("a", tensor_of("FloatStorage", "0", 200, 0, &[2], &[1]))]), "not in the file"),
        (dict(&[("a", tensor_of("FloatStorage", "1", 2, 0, &[2], &[1]))]), "not in the file"),
        (dict(&[("a", tensor_of("QInt8Storage", "0", 2, 0, &[2], &[1]))]), "not a storage of plain numbers"),
        (dict(&[("a.b", good.clone()), ("a", dict(&[("b", good.clone())]))]), "two tensors are called `a.b`"),
        (good.clone(), "without a name"),
        (b"}q\x00X\x01\x00\x00\x00ah\x00s".to_vec(), "without end"),
        (b"h\x07".to_vec(), "memo entry"),
        (b"K\x01K\x02u".to_vec(), "mark that was never set"),
        ([b"}", good.as_slice(), b"K\x01s"].concat(), "neither a string nor a number"),
    ] {
        let shown = refused(&archive(&pickle(&body), &[("data/0", &[0; 8])]));
        assert!(shown.contains(expected), "{shown}");
    }
    assert!(refused(&archive(&pickle(b"}"), &[("byteorder", b"big")])).contains("little-endian"));
    assert!(refused(&[pickle(b"}"), pickle(b"}")].concat()).contains("something follows"));
    let deflated = {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("m/data.pkl", SimpleFileOptions::default()).unwrap();
        writer.write_all(&pickle(b"}").repeat(20)).unwrap();
        writer.finish().unwrap().into_inner()
    };
    assert!(refused(&deflated).contains("stored as it is"));
}

#[test]
fn what_is_no_tensor_is_named() {
    let good = tensor_of("FloatStorage", "0", 2, 0, &[2], &[1]);
    let bytes = archive(
        &pickle(&dict(&[
            ("epoch", b"K\x07".to_vec()),
            ("w", good),
            ("who", text("me")),
            ("t", b"ctorch\nfloat32\n".to_vec()),
        ])),
        &[("data/0", &[0; 8])],
    );
    let others: Vec<_> =
        read(&bytes).unwrap().others.into_iter().map(|other| format!("{} is {}", other.name, other.what)).collect();
    assert_eq!(others, ["epoch is a number", "who is a string", "t is `torch.float32`"]);
}

#[test]
fn later_entries_replace_earlier_ones() {
    let first = tensor_of("ByteStorage", "0", 2, 0, &[1], &[1]);
    let second = tensor_of("ByteStorage", "0", 2, 1, &[1], &[1]);
    let bytes = archive(&pickle(&dict(&[("w", first), ("w", second)])), &[("data/0", &[1, 2])]);
    let state = read(&bytes).unwrap();
    assert_eq!((state.tensors.len(), gathered(&bytes, &state.tensors[0])), (1, vec![2]));
}

#[test]
fn costs_are_bounded() {
    // Each level holds the one below twice.
    let mut body = b"}q\x00".to_vec();
    for level in 1..40u8 {
        let (a, b) = (text("a"), text("b"));
        body = [
            body,
            b"0}(".to_vec(),
            a,
            vec![b'h', level - 1],
            b,
            vec![b'h', level - 1],
            b"u".to_vec(),
            vec![b'q', level],
        ]
        .concat();
    }
    assert!(refused(&pickle(&body)).contains("without end"));
    let limits = Limits { values: 100, ..Limits::default() };
    assert!(super::read(&pickle(&b"K\x01".repeat(200)), limits).is_err());
    let deep = [b"]".repeat(100), b"a".repeat(99)].concat();
    assert!(refused(&pickle(&deep)).contains("without end"));
}

#[test]
fn truncated_files_are_refused() {
    let bytes =
        archive(&pickle(&dict(&[("w", tensor_of("ByteStorage", "0", 2, 0, &[1], &[1]))])), &[("data/0", &[1, 2])]);
    assert!((0..bytes.len()).all(|len| read(&bytes[..len]).is_err()));
    let bytes = pickle(&dict(&[("w", b"K\x01".to_vec())]));
    assert!((0..bytes.len()).all(|len| read(&bytes[..len]).is_err()));
}

proptest! {
    #[test]
    fn hostile_files_are_safe(at in 0usize..400, byte: u8, body in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = read(&pickle(&body));
        let tensor = tensor_of("ByteStorage", "0", 4, 1, &[3, 1], &[1, 9]);
        let mut data = pickle(&dict(&[("w", tensor)]));
        let at = at % data.len();
        data[at] = byte;
        let bytes = archive(&data, &[("data/0", &[1, 2, 3, 4])]);
        if let Ok(state) = read(&bytes) {
            for tensor in state.tensors.iter().filter(|tensor| tensor.bytes() < 1 << 20) {
                prop_assert_eq!(gathered(&bytes, tensor).len() as u64, tensor.bytes());
            }
        }
    }
}
