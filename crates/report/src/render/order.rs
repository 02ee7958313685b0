//! The order in which people read findings: worst first, findings of one rule together. And how many of each severity.

use std::cmp::Reverse;

use palisade_base::{Finding, Severity};

/// Findings worst first, then by rule, then as they come.
pub(crate) fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (Reverse(finding.severity), Reverse(finding.confidence), finding.rule.name));
    sorted
}

/// The number of findings of each severity that occurs, worst first: `1 critical, 3 high`; `no findings` if there are
/// none.
pub(crate) fn counted(findings: &[Finding]) -> String {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, findings.iter().filter(|finding| finding.severity == *severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_worst_comes_first() {
        let findings = sample::findings();
        let sorted = worst_first(&findings);
        assert!(sorted.windows(2).all(|pair| pair[0].severity >= pair[1].severity));
        assert_eq!(counted(&findings), "1 critical, 3 high, 2 medium, 1 low");
        assert_eq!(counted(&[]), "no findings");
    }
}
