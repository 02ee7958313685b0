//! The refusal of a name that is no framework's.

/// A name that is no framework's.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is not a framework that palisade knows{}; it knows {}", did_you_mean(.suggestion.as_deref()), .known.join(", "))]
pub struct UnknownFramework {
    name: String,
    known: Vec<String>,
    suggestion: Option<String>,
}

impl UnknownFramework {
    pub(super) fn new<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<String> = known.map(str::to_owned).collect();
        // People leave the edition out or take another: what comes before it is compared as well.
        let likeness = |candidate: &str| {
            let family = candidate.rsplit_once('-').map_or(candidate, |(family, _)| family);
            strsim::jaro_winkler(name, candidate).max(strsim::jaro_winkler(name, family))
        };
        let close = known.iter().map(|candidate| (likeness(candidate), candidate));
        let best = close.filter(|(likeness, _)| *likeness > CLOSE).max_by(|a, b| a.0.total_cmp(&b.0));
        let suggestion = best.map(|(_, candidate)| candidate.clone());
        Self { name: name.to_owned(), known, suggestion }
    }

    /// The known name that was probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// Every known name.
    pub fn known(&self) -> &[String] {
        &self.known
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// Names less alike than this are not suggested.
const CLOSE: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> UnknownFramework {
        UnknownFramework::new(name, ["gdpr-2016", "owasp-llm-2025", "owasp-ml-2023"].into_iter())
    }

    #[test]
    fn close_names_are_suggested() {
        assert_eq!(
            refused("owasp-lm").to_string(),
            "`owasp-lm` is not a framework that palisade knows (did you mean `owasp-llm-2025`?); \
             it knows gdpr-2016, owasp-llm-2025, owasp-ml-2023"
        );
        assert_eq!(refused("owasp-llm-2024").suggestion(), Some("owasp-llm-2025"));
        assert_eq!(refused("gpdr").suggestion(), Some("gdpr-2016"));
    }

    #[test]
    fn far_names_are_not() {
        assert_eq!(
            refused("pci-dss").to_string(),
            "`pci-dss` is not a framework that palisade knows; it knows gdpr-2016, owasp-llm-2025, owasp-ml-2023"
        );
        assert_eq!(refused("").suggestion(), None);
    }
}
