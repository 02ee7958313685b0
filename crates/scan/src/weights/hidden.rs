//! Programs and archives among the numbers.

use palisade_base::Severity;
use palisade_formats::embedded;

use super::{Abnormality, sample::windows};
use crate::input::model::{Number, Numbers};

pub(super) fn find(numbers: &Numbers<'_>) -> Vec<Abnormality> {
    let mut found: Vec<Abnormality> = Vec::new();
    for (tensor, range) in windows(numbers) {
        let bytes = numbers.bytes.get(range.clone()).unwrap_or_default();
        for payload in embedded::find(bytes, 1) {
            // Bytes in a tensor of whole numbers may be a file that belongs to the model; a program is never one.
            let severity =
                if payload.what.runs() || tensor.kind != Number::Other { Severity::High } else { Severity::Medium };
            let what = format!("{} lies among the numbers of `{}`", payload.what.title(), tensor.name);
            if found.len() < MOST && found.iter().all(|known| known.what != what) {
                found.push(Abnormality { offset: range.start + payload.at, what, severity });
            }
        }
    }
    found
}

const MOST: usize = 8;
