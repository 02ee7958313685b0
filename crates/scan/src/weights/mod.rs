//! What is abnormal about numbers: values that no training leaves behind, things that are not numbers among them, and
//! things in the bits that nobody misses. Pure: looks at samples of bounded size, or at everything.

mod hidden;
mod low_bits;
mod sample;
mod values;

use palisade_base::Severity;
pub(crate) use sample::windows;

use crate::input::model::Numbers;

/// Something abnormal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abnormality {
    /// Where in the content.
    pub(crate) offset: usize,
    /// One clause without a full stop.
    pub(crate) what: String,
    pub(crate) severity: Severity,
}

/// Everything that is abnormal, the worst first; each sort once, at its first tensor.
pub(crate) fn examine(numbers: &Numbers<'_>) -> Vec<Abnormality> {
    let mut found = hidden::find(numbers);
    found.extend(low_bits::find(numbers));
    if numbers.weights {
        found.extend(values::find(numbers));
    }
    found.sort_by_key(|abnormality| std::cmp::Reverse(abnormality.severity));
    found
}

/// Says that other tensors have the same.
fn and_others(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ", and of another tensor".to_owned(),
        count => format!(", and of {count} other tensors"),
    }
}
