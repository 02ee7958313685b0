//! Everything that has a name and a page: rules, detectors. One list, joined from the tables of the parts.

use palisade_base::Meta;

/// Something that `palisade explain` can explain.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// Its description.
    pub meta: &'static Meta,
    /// Whether findings carry its name.
    pub is_rule: bool,
}

/// Every rule and every detector, rules first.
pub fn topics() -> Vec<Topic> {
    let checks = palisade_scan::checks().map(|check| check.meta());
    let housekeeping = palisade_report::rules().iter().copied();
    let detectors = palisade_text::descriptions().into_iter();
    let rules = checks.chain(housekeeping).map(|meta| Topic { meta, is_rule: true });
    rules.chain(detectors.map(|meta| Topic { meta, is_rule: false })).collect()
}

/// The names of every rule.
pub(crate) fn rule_names() -> Vec<&'static str> {
    topics().iter().filter(|topic| topic.is_rule).map(|topic| topic.meta.name).collect()
}

/// The page of every topic, by name, as `palisade explain` shows it.
pub fn pages() -> Vec<(&'static str, String)> {
    let catalogue = palisade_report::Catalogue::shipped();
    topics()
        .iter()
        .map(|topic| (topic.meta.name, crate::commands::explain::rule_page(topic.meta, &catalogue)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_descriptions_whole() {
        let mut seen = BTreeSet::new();
        for topic in topics() {
            assert!(seen.insert(topic.meta.name), "`{}` has two pages", topic.meta.name);
            assert_eq!(topic.meta.flaws(), Vec::<String>::new());
        }
    }

    #[test]
    fn every_rule_maps_to_clauses_and_every_mapped_rule_exists() {
        let catalogue = palisade_report::Catalogue::shipped();
        let rules: BTreeSet<&str> = rule_names().into_iter().collect();
        assert_eq!(catalogue.rule_names(), rules);
        for topic in topics().iter().filter(|topic| topic.is_rule) {
            assert!(!catalogue.clauses(topic.meta).is_empty(), "`{}` maps to no clause", topic.meta.name);
        }
    }
}
