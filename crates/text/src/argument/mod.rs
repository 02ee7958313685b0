//! Detectors for arguments of tools: values that a model has chosen and that a program is about to use. What is harmless in a
//! conversation (a semicolon, two dots, an address of the own network) is not harmless there, so these do not run on text.

mod decode;
mod path_traversal;
mod server_request;
mod shell_injection;
mod sql_injection;
mod statement;

pub use path_traversal::PathTraversal;
pub use server_request::ServerRequest;
pub use shell_injection::ShellInjection;
pub use sql_injection::SqlInjection;
pub use statement::{Refusal, Statements};

use palisade_base::Confidence;

use crate::{Detector, Hit};

/// Every detector for arguments of tools.
pub fn argument_detectors() -> &'static [&'static dyn Detector] {
    &[&SqlInjection, &ShellInjection, &PathTraversal, &ServerRequest]
}

/// What the first reading of an argument that something is wrong with is called, as a hit of the whole argument: what is
/// wrong with it is not in one place.
fn whole(argument: &str, judge: impl Fn(&str) -> Option<&'static str>) -> Vec<Hit> {
    let kind = decode::readings(argument).iter().find_map(|reading| judge(reading));
    kind.map(|kind| Hit { range: 0..argument.len(), kind, confidence: Confidence::High }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_description_is_whole() {
        let flaws: Vec<String> = argument_detectors().iter().flat_map(|detector| detector.meta().flaws()).collect();
        assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    }

    #[test]
    fn ordinary_arguments_are_quiet() {
        for argument in [
            "",
            "quarterly report",
            "jane.roe@mail.test",
            "https://www.example.org/search?q=a&b=c#top",
            "https://api.example.org:8443/v1/users/42",
            "reports/2026/november.pdf",
            "./notes.txt",
            "It's a test; the second half follows.",
            "O'Neill & Sons -- 50% off (this week only)",
            "x > 3 and y < 4",
            "SELECT the best option from the list",
            "a/b..c/d...e",
            "Müller, 東京, 10.5",
            "v10.2.0.1-rc1",
            "{\"city\": \"Paris\", \"days\": 3}",
            "The price is $5 or $(5)",
        ] {
            for detector in argument_detectors() {
                assert_eq!(detector.find(argument), [], "{}: {argument}", detector.meta().name);
            }
        }
    }

    proptest! {
        #[test]
        fn anything_is_read(argument in any::<String>()) {
            for detector in argument_detectors() {
                for hit in detector.find(&argument) {
                    prop_assert!(argument.get(hit.range).is_some());
                }
            }
        }
    }
}
