//! The catalogue: every framework that Palisade ships, or a selection of them, and the look-ups over it.

use std::{collections::BTreeSet, sync::LazyLock};

use palisade_base::{Meta, Threat};

use super::{Cited, Clause, Framework, UnknownFramework, shipped};

/// The frameworks that Palisade ships, or a selection of them.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    frameworks: Vec<Framework>,
    flaws: Vec<String>,
}

impl Catalogue {
    /// Every framework that Palisade ships, by name. Parsed on first use.
    pub fn shipped() -> Self {
        static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
            let (frameworks, flaws) = shipped::parse();
            Catalogue { frameworks, flaws }
        });
        SHIPPED.clone()
    }

    /// The same, reduced to the framework called `name` (`owasp-llm-2025`, or `owasp-llm` for its newest edition).
    pub fn only(mut self, name: &str) -> Result<Self, UnknownFramework> {
        let Some(wanted) = self.named(name).map(|framework| framework.name.clone()) else {
            return Err(UnknownFramework::new(name, self.frameworks.iter().map(|framework| framework.name.as_str())));
        };
        self.frameworks.retain(|framework| framework.name == wanted);
        Ok(self)
    }

    /// The frameworks.
    pub fn frameworks(&self) -> &[Framework] {
        &self.frameworks
    }

    /// What is wrong with the shipped files, a sentence each. Empty unless the program was built from broken ones.
    pub fn flaws(&self) -> &[String] {
        &self.flaws
    }

    /// The clauses that the findings of `rule` bear on, by framework.
    pub fn clauses(&self, rule: &Meta) -> Vec<Cited<'_>> {
        self.cited(|clause| clause.rules.iter().any(|name| name == rule.name))
    }

    /// The clauses that are about `threat`, by framework.
    pub fn clauses_for_threat(&self, threat: Threat) -> Vec<Cited<'_>> {
        self.cited(|clause| clause.threats.contains(&threat))
    }

    /// Every rule that a clause names.
    pub fn rule_names(&self) -> BTreeSet<&str> {
        let clauses = self.frameworks.iter().flat_map(|framework| &framework.clauses);
        clauses.flat_map(|clause| clause.rules.iter().map(String::as_str)).collect()
    }

    fn named(&self, name: &str) -> Option<&Framework> {
        let exact = self.frameworks.iter().find(|framework| framework.name == name);
        let family = self.frameworks.iter().filter(|framework| framework.family() == name);
        exact.or_else(|| family.max_by_key(|framework| framework.year))
    }

    fn cited(&self, wanted: impl Fn(&Clause) -> bool) -> Vec<Cited<'_>> {
        let all = self
            .frameworks
            .iter()
            .flat_map(|framework| framework.clauses.iter().map(move |clause| Cited { framework, clause }));
        all.filter(|cited| wanted(cited.clause)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_framework_can_be_chosen() {
        let chosen = |name: &str| Catalogue::shipped().only(name).map(|c| c.frameworks()[0].name.clone());
        assert_eq!(chosen("owasp-llm-2025").unwrap(), "owasp-llm-2025");
        assert_eq!(chosen("owasp-llm").unwrap(), "owasp-llm-2025");
        assert_eq!(chosen("nist-ai-100-2").unwrap(), "nist-ai-100-2-e2025");
        assert_eq!(Catalogue::shipped().only("gdpr").unwrap().frameworks().len(), 1);
        let refused = Catalogue::shipped().only("owasp-llm-2024").unwrap_err();
        assert_eq!(refused.suggestion(), Some("owasp-llm-2025"));
        assert_eq!(refused.known().len(), Catalogue::shipped().frameworks().len());
    }

    #[test]
    fn the_newest_edition_answers_for_its_family() {
        let mut catalogue = Catalogue::shipped().only("owasp-llm").unwrap();
        let newer = Framework { name: "owasp-llm-2026".into(), year: 2026, ..catalogue.frameworks[0].clone() };
        catalogue.frameworks.insert(0, newer);
        assert_eq!(catalogue.clone().only("owasp-llm").unwrap().frameworks()[0].year, 2026);
        assert_eq!(catalogue.only("owasp-llm-2025").unwrap().frameworks()[0].year, 2025);
    }
}
