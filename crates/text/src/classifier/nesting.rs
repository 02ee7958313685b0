//! How deep the messages of an ONNX file lie in each other. The reader of `rten` calls itself for each level, and a stack that
//! overflows ends the program, which no error handling can stop: so what is too deep must not reach it.

/// Whether a model can be handed on. Follows the fields through which a message can hold one of its own sort: graphs in the
/// attributes of nodes, and types in sequences. A length that its message does not have room for is refused as well, since two
/// readers could take it in two ways. Source: `onnx.proto`, and the wire format of Protocol Buffers.
pub(super) fn check(model: &[u8]) -> Result<(), &'static str> {
    // What is left of the messages that are open, the innermost last.
    let mut open = vec![(Message::Model, model)];
    while let Some((message, rest)) = open.last_mut() {
        if rest.is_empty() {
            open.pop();
            continue;
        }
        let (number, body) = field(rest).ok_or("it is no ONNX, or it is cut off")?;
        if let (Some(inner), Some(body)) = (message.holds(number), body) {
            if open.len() >= DEEPEST {
                return Err("its graphs or types lie too deep in each other");
            }
            open.push((inner, body));
        }
    }
    Ok(())
}

/// The messages on the way from one to another of its sort.
#[derive(Clone, Copy, Debug)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    /// The name and the type of a value.
    Info,
    Type,
    Sequence,
}

impl Message {
    /// What the field of this number holds, if it goes on there. Both `g` and `graphs` of an attribute count, also where the
    /// reader knows one of them.
    const fn holds(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Graph, 1) => Self::Node,
            (Self::Node, 5) => Self::Attribute,
            (Self::Graph, 11..=13) => Self::Info,
            (Self::Info, 2) | (Self::Sequence, 1) => Self::Type,
            (Self::Type, 4) => Self::Sequence,
            _ => return None,
        })
    }
}

/// Takes a field off the start: its number, and its bytes if it has a length.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Option<&'a [u8]>)> {
    let tag = varint(rest)?;
    let len = match tag & 7 {
        0 => {
            varint(rest)?;
            return Some((tag >> 3, None));
        }
        1 => 8,
        2 => usize::try_from(varint(rest)?).ok()?,
        5 => 4,
        // Groups were given up before ONNX was made.
        _ => return None,
    };
    let (body, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some((tag >> 3, (tag & 7 == 2).then_some(body)))
}

/// Takes a number off the start: seven bits a byte, the lowest first.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if (bits << shift) >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The most messages that lie in each other: what the libraries of Protocol Buffers allow. A graph in a graph takes three.
const DEEPEST: usize = 100;

#[cfg(test)]
mod tests {
    use palisade_testkit::tiny_classifier;
    use proptest::prelude::*;

    use super::*;

    /// Fields in each other, by their numbers from the inside out; the innermost is empty. Written backwards, so that a deep file
    /// takes linear time.
    fn wrapped(numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
        let mut reversed: Vec<u8> = Vec::new();
        for number in numbers {
            let mut len = reversed.len();
            let mut head = vec![number << 3 | 2];
            while len > 0x7f {
                head.push(u8::try_from(len & 0x7f).unwrap() | 0x80);
                len >>= 7;
            }
            head.push(u8::try_from(len).unwrap());
            reversed.extend(head.iter().rev());
        }
        reversed.reverse();
        reversed
    }

    /// A model whose graph holds a node with an attribute that holds a graph, and so on.
    fn graphs(times: usize) -> Vec<u8> {
        wrapped([6, 5, 1].repeat(times).into_iter().chain([7]))
    }

    #[test]
    fn graphs_in_graphs_have_a_bound() {
        assert_eq!(check(&tiny_classifier()[0].1), Ok(()));
        for times in [0, 1, 8, 32] {
            assert_eq!(check(&graphs(times)), Ok(()), "{times}");
        }
        for times in [33, 100, 1000, 100_000] {
            assert!(check(&graphs(times)).unwrap_err().contains("too deep"), "{times}");
        }
    }

    #[test]
    fn types_in_types_have_a_bound() {
        let types = |times: usize| {
            // A sequence of sequences, as the type of an input of the graph.
            check(&wrapped([1, 4].repeat(times).into_iter().chain([2, 11, 7])))
        };
        assert_eq!((types(1), types(40)), (Ok(()), Ok(())));
        assert!(types(100).unwrap_err().contains("too deep"));
        assert!(types(100_000).unwrap_err().contains("too deep"));
    }

    #[test]
    fn what_has_no_room_is_refused() {
        for bytes in [&[0x3a, 5, 0][..], &[0x3a, 3, 0x0a, 9, 0, 0], &[0x3b], &[0xff], &[0x39, 0], &[0xff; 11]] {
            assert!(check(bytes).unwrap_err().contains("no ONNX"), "{bytes:?}");
        }
        // Names and weights are stepped over, whatever they hold.
        assert_eq!(check(&[0x12, 3, 0x3a, 9, 0]), Ok(()));
    }

    #[test]
    fn a_model_may_be_cut_off_anywhere() {
        let [(_, model), ..] = tiny_classifier();
        let whole = (0..model.len()).filter(|len| check(&model[..*len]).is_ok()).count();
        // Only between the fields of the model itself.
        assert!(whole < 8, "{whole}");
    }

    proptest! {
        #[test]
        fn anything_is_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes);
        }
    }
}
