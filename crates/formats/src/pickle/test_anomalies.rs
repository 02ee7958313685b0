//! What no pickler writes: bombs, frames that do not fit, and a stack or memo used as no pickler does.

use super::*;

fn anomalies(bytes: &[u8]) -> Vec<AnomalyKind> {
    walk(bytes, Limits::default()).anomalies.into_iter().map(|anomaly| anomaly.kind).collect()
}

fn framed(len: u64, body: &[u8]) -> Vec<u8> {
    [b"\x80\x04\x95".as_slice(), &len.to_le_bytes(), body].concat()
}

/// Bytes that are written outside of frames.
fn large() -> Vec<u8> {
    [b"B\0\0\x01\0".as_slice(), &vec![7; 1 << 16]].concat()
}

#[test]
fn frames_must_fit() {
    assert_eq!(anomalies(&framed(8, b"\x8c\x05hello.")), []);
    assert_eq!(anomalies(&framed(4, b"\x8c\x05hello.")), [AnomalyKind::Frame], "an opcode is cut");
    assert_eq!(anomalies(&framed(7, b"\x8c\x05hello.")), [AnomalyKind::Frame], "it ends early");
    assert_eq!(anomalies(&framed(80, b"\x8c\x05hello.")), [AnomalyKind::Frame], "it reaches past the end");
    assert_eq!(anomalies(&framed(12, b"N0\x95\x02\0\0\0\0\0\0\0N.")), [AnomalyKind::Frame], "one inside of another");
    let late = [b"\x80\x04NNNN1".as_slice(), &framed(2, b"N.")[2..]].concat();
    assert!(anomalies(&[b"\x80\x04(NNNN1".as_slice(), &late[7..]].concat()).contains(&AnomalyKind::Frame));
}

#[test]
fn large_constants_lie_between_frames() {
    let whole = [framed(4, b"]\x94(N"), large(), framed(4, b"\x94Ne.")[2..].to_vec()].concat();
    assert_eq!(anomalies(&whole), []);
    let first = [b"\x80\x04".to_vec(), large(), b"\x94.".to_vec()].concat();
    assert_eq!(anomalies(&first), []);
}

#[test]
fn bombs_are_seen() {
    // Each level holds the one before ten times.
    let mut laughs = b"\x80\x02](NNNNNNNNNNeq\x00".to_vec();
    for _ in 0..12 {
        laughs.extend(b"0](h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00eq\x00");
    }
    laughs.push(b'.');
    assert_eq!(anomalies(&laughs), [AnomalyKind::Bomb], "laughs");
    assert_eq!(anomalies(b"\x80\x02Nr\xff\xff\xff\x7f."), [AnomalyKind::Bomb], "a huge number in the memo");
    assert_eq!(anomalies(b"\x80\x04\x8e\0\0\0\0\0\x01\0\0abc"), [AnomalyKind::Bomb], "a length of a terabyte");
    assert_eq!(
        anomalies(b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\0\0\0\0\x01\x85R."),
        [AnomalyKind::Bomb],
        "gigabytes"
    );
    let deep = [b"\x80\x02".to_vec(), b"]".repeat(60_000), b"a".repeat(59_999), b".".to_vec()].concat();
    assert_eq!(anomalies(&deep), [AnomalyKind::Bomb]);
    let selfish = [b"\x80\x02]q\x00".to_vec(), b"h\x00a".repeat(60), b".".to_vec()].concat();
    assert_eq!(anomalies(&selfish), [AnomalyKind::Bomb]);
}

#[test]
fn large_and_shared_is_no_bomb() {
    let shared =
        [b"\x80\x02]q\x00(".to_vec(), b"N".repeat(1000), b"e0](".to_vec(), b"h\x00".repeat(1000), b"e.".to_vec()];
    assert_eq!(anomalies(&shared.concat()), []);
    let deep = [b"\x80\x02".to_vec(), b"]".repeat(900), b"a".repeat(899), b".".to_vec()].concat();
    assert_eq!(anomalies(&deep), []);
    assert_eq!(anomalies(b"\x80\x02]q\x00h\x00a."), [], "a list may hold itself");
    assert_eq!(anomalies(b"\x80\x02cbuiltins\nbytearray\nK\x08\x85R."), []);
    assert_eq!(anomalies(b"\x80\x02X\x10\0\0\0cut o"), [], "a file that was cut off claims no gigabytes");
    let gaps = b"(lp1\nI1\nap7\n0g7\n.";
    assert_eq!(anomalies(gaps), [], "numbers of the memo may have gaps, and start at 1");
}

/// A call of a name in the form of protocol 2.
fn call(name: &str, arguments: &[u8]) -> Vec<u8> {
    [b"c", name.as_bytes(), b"\n(", arguments, b"tR"].concat()
}

fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x02", body, b"."].concat()
}

/// 2 to the power of 40.
const HUGE: &[u8] = b"\x8a\x06\0\0\0\0\0\x01";

#[test]
fn calls_that_fill_memory_are_seen() {
    let range = |end: &[u8]| call("builtins\nrange", end);
    let all = |name: &str, of: &[u8]| pickle(&call(name, of));
    let tuple = |side: &[u8]| [side, b"\x85"].concat();
    for (name, arguments) in [
        ("builtins\nlist", range(HUGE)),
        ("builtins\nfrozenset", range(&[b"K\x00", HUGE, b"K\x03"].concat())),
        ("collections\nCounter", range(HUGE)),
        ("collections\ndeque", call("itertools\nrepeat", b"N")),
        ("collections\nOrderedDict", call("builtins\nzip", &[range(HUGE), range(HUGE)].concat())),
        ("builtins\nbytearray", HUGE.to_vec()),
        ("builtins\nbytes", range(HUGE)),
        ("builtins\nlist", range(b"\x8a\x08\0\0\0\0\0\0\0\x10")),
        ("operator\nmul", [b"U\x01x", HUGE].concat()),
        ("operator\nmul", [HUGE, b"]Na"].concat()),
        ("operator\nmul", [call("operator\nmul", b"U\x01xJ\0\0\x10\0"), b"J\0\0\x10\0".to_vec()].concat()),
        ("numpy\nndarray", tuple(HUGE)),
        ("numpy.core.multiarray\n_reconstruct", [b"cnumpy\nndarray\n", tuple(HUGE).as_slice(), b"U\x01b"].concat()),
        ("numpy\nzeros", b"J\0\0\x10\0J\0\0\x10\0\x86".to_vec()),
        ("torch\nFloatStorage", HUGE.to_vec()),
    ] {
        let seen = anomalies(&all(name, &arguments));
        assert_eq!(seen, [AnomalyKind::Bomb], "{name} {arguments:?}");
    }
    for (name, arguments) in [
        ("builtins\nlist", range(b"M\x10\x27")),
        ("builtins\nrange", HUGE.to_vec()),
        ("builtins\nslice", HUGE.to_vec()),
        ("collections\nCounter", b"}U\x01a\x8a\x06\0\0\0\0\0\x01s".to_vec()),
        ("collections\ndeque", b"]K\x0a".to_vec()),
        ("itertools\nislice", [call("itertools\ncount", b"K\x00"), b"K\x05".to_vec()].concat()),
        (
            "builtins\nlist",
            call("itertools\nislice", &[call("itertools\ncount", b"K\x00"), b"K\x05".to_vec()].concat()),
        ),
        ("operator\nmul", [HUGE, HUGE].concat()),
        ("operator\nmul", b"U\x01xK\x0a".to_vec()),
        ("numpy.core.multiarray\n_reconstruct", b"cnumpy\nndarray\nK\x00\x85U\x01b".to_vec()),
        ("torch\nFloatStorage", b"K\x04".to_vec()),
    ] {
        assert_eq!(anomalies(&all(name, &arguments)), [], "{name} {arguments:?}");
    }
}

#[test]
fn tensors_lie_within_their_storage() {
    let tensor = |held: &[u8], start: &[u8], size: &[u8], stride: &[u8]| {
        let id = [b"(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu", held, b"tQ"].concat();
        let arguments = [&id, start, size, b"\x85", stride, b"\x85\x89ccollections\nOrderedDict\n)R"].concat();
        anomalies(&pickle(&call("torch._utils\n_rebuild_tensor_v2", &arguments)))
    };
    assert_eq!(tensor(b"K\x0a", b"K\x00", b"K\x0a", b"K\x01"), []);
    assert_eq!(tensor(b"K\x01", b"K\x00", b"M\xe8\x03", b"K\x00"), [], "expanded");
    assert_eq!(tensor(b"K\x00", b"K\x00", b"K\x00", b"K\x01"), [], "empty");
    assert_eq!(tensor(b"K\x0a", b"K\x01", b"K\x0a", b"K\x01"), [AnomalyKind::Order], "one too many");
    assert_eq!(tensor(b"K\x01", b"K\x00", HUGE, b"K\x00").len(), 0, "a terabyte of one number");
    let absurd = b"\x8a\x07\0\0\0\0\0\0\x01";
    assert_eq!(tensor(b"K\x01", b"K\x00", absurd, b"K\x00"), [AnomalyKind::Bomb]);
    assert_eq!(tensor(absurd, b"K\x00", b"K\x0a", b"K\x01"), [AnomalyKind::Bomb]);
    // Ten gigabytes that are there.
    let large = b"\x8a\x05\0\0\0\0\x03";
    assert_eq!(tensor(large, b"K\x00", large, b"K\x01"), []);
}

#[test]
fn odd_use_of_stack_and_memo_is_seen() {
    assert_eq!(anomalies(b"\x80\x02]2a."), [AnomalyKind::Stack], "DUP");
    assert_eq!(anomalies(b"\x80\x02NN."), [AnomalyKind::Stack], "a value is left over");
    assert_eq!(anomalies(b"\x80\x02h\x05."), [AnomalyKind::Stack], "an entry that was never made");
    assert_eq!(anomalies(b"\x80\x02N\x80\x02."), [AnomalyKind::Order], "the protocol in the middle");
    assert_eq!(anomalies(b"\x80\x09N."), [AnomalyKind::Order], "a protocol that there is not");
    assert_eq!(anomalies(b"\x80\x02N.\x80\x02N."), [], "several pickles");
    assert_eq!(anomalies(b"\x80\x02]q\x00.\x80\x02h\x00."), [], "several pickles of one pickler");
}

#[test]
fn what_follows_a_pickle_raises_no_alarm() {
    let weights = [b"\x80\x02N.\x80\x02h\x09".as_slice(), &[1; 64]].concat();
    let walk = walk(&weights, Limits::default());
    assert_eq!((walk.trailing, walk.anomalies.len()), (Some(4), 0));
}
