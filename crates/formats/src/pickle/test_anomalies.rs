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
