//! What a check, detector, attack, defence or filter says of itself. One static each; docs pages, SARIF rules, the
//! schema, the report and `palisade explain` all read it. There is no second list.

use crate::{Component, Severity, Stage, Threat};

/// What sort of thing a [`Meta`] describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A static check over a parsed input.
    Check,
    /// A detector over a string.
    Detector,
    /// An attack that measures exposure.
    Attack,
    /// A defence that lowers exposure.
    Defence,
    /// A filter of the gateway.
    Filter,
}

/// The description of one check, detector, attack, defence or filter. Made by [`meta!`](macro@crate::meta).
#[derive(Debug)]
pub struct Meta {
    /// What sort of thing this is.
    pub kind: Kind,
    /// Kebab-case; the only id. Reads as "allow NAME": it names the pattern, not the cure.
    pub name: &'static str,
    /// One line, no full stop.
    pub summary: &'static str,
    /// The usual severity of what it finds; a finding may differ and says so.
    pub severity: Severity,
    /// The components it bears on; the first is the one whose artifacts it reads, and that of its findings by default.
    pub components: &'static [Component],
    /// The threats it gives evidence on.
    pub threats: &'static [Threat],
    /// The lifecycle stages in which what it finds can be mended.
    pub stages: &'static [Stage],
    /// The first version that has it.
    pub since: &'static str,
    /// Source file and line of the static.
    pub at: (&'static str, u32),
    /// The raw doc comment; read it through [`Meta::docs`].
    pub raw_docs: &'static str,
}

/// The headings that the doc comment of every [`Meta`] has, in this order.
pub const SECTIONS: &[&str] = &["What it does", "Why it matters", "Example", "What to do", "Limits", "References"];

impl Meta {
    /// The page as Markdown: the doc comment without the leading space of each line.
    pub fn docs(&self) -> String {
        let mut page = String::with_capacity(self.raw_docs.len());
        for line in self.raw_docs.lines() {
            page.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
            page.push('\n');
        }
        page
    }

    /// The component of its findings unless a finding says otherwise.
    pub fn component(&self) -> Component {
        self.components.first().copied().unwrap_or(Component::Application)
    }

    /// What a style test would complain about: an empty list means that the description is whole.
    ///
    /// Every registry runs this over its table.
    pub fn flaws(&self) -> Vec<String> {
        let mut flaws = Vec::new();
        let mut flaw = |text: &str| flaws.push(format!("`{}`: {text}", self.name));
        if self.name.is_empty() || !self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            flaw("the name is not kebab-case");
        }
        if self.summary.is_empty() || self.summary.ends_with('.') || self.summary.contains('\n') {
            flaw("the summary is not one line without a full stop");
        }
        if self.components.is_empty() || self.threats.is_empty() || self.stages.is_empty() {
            flaw("components, threats and stages must each name at least one");
        }
        let docs = self.docs();
        let mut rest = docs.as_str();
        for section in SECTIONS {
            match rest.split_once(&format!("## {section}\n")) {
                Some((_, after)) => {
                    let body = after.split("\n## ").next().unwrap_or_default();
                    if body.trim().is_empty() {
                        flaw(&format!("the section `{section}` is empty"));
                    }
                    rest = after;
                }
                None => flaw(&format!("the section `{section}` is missing or out of order")),
            }
        }
        flaws
    }
}

/// Declares a [`Meta`] static whose doc comment is its page.
///
/// ```
/// palisade_base::meta! {
///     /// ## What it does
///     /// ...
///     pub static NO_SEAL: Check = {
///         name: "no-seal",
///         summary: "an artifact travels without a seal",
///         severity: Medium,
///         components: [Model],
///         threats: [SupplyChain],
///         stages: [Deployment],
///         since: "0.1.0",
///     }
/// }
/// assert_eq!(NO_SEAL.name, "no-seal");
/// ```
#[macro_export]
macro_rules! meta {
    (
        $(#[doc = $doc:expr])+
        $vis:vis static $name:ident: $kind:ident = {
            name: $id:literal,
            summary: $summary:literal,
            severity: $severity:ident,
            components: [$($component:ident),+ $(,)?],
            threats: [$($threat:ident),+ $(,)?],
            stages: [$($stage:ident),+ $(,)?],
            since: $since:literal $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        $vis static $name: $crate::Meta = $crate::Meta {
            kind: $crate::Kind::$kind,
            name: $id,
            summary: $summary,
            severity: $crate::Severity::$severity,
            components: &[$($crate::Component::$component),+],
            threats: &[$($crate::Threat::$threat),+],
            stages: &[$($crate::Stage::$stage),+],
            since: $since,
            at: (file!(), line!()),
            raw_docs: concat!($($doc, "\n"),+),
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::meta! {
        /// ## What it does
        /// Looks.
        /// ## Why it matters
        /// It does.
        /// ## Example
        ///     indented code
        /// ## What to do
        /// Mend.
        /// ## Limits
        /// Some.
        /// ## References
        /// One.
        static WHOLE: Check = {
            name: "whole",
            summary: "a description with nothing missing",
            severity: Low,
            components: [Data],
            threats: [Poisoning],
            stages: [Data],
            since: "0.1.0",
        }
    }

    #[test]
    fn docs_come_from_the_comment() {
        assert!(WHOLE.docs().starts_with("## What it does\nLooks.\n"));
        assert!(WHOLE.docs().contains("\n    indented code\n"), "indentation of code survives");
        assert_eq!(WHOLE.flaws(), Vec::<String>::new());
        assert_eq!(WHOLE.component(), Component::Data);
    }

    #[test]
    fn missing_sections_are_flaws() {
        let bare = Meta { raw_docs: "## What it does\n", name: "Bad_Name", summary: "Stop.", ..copy(&WHOLE) };
        let flaws = bare.flaws().join("\n");
        for wanted in ["kebab-case", "full stop", "`What it does` is empty", "`Limits` is missing"] {
            assert!(flaws.contains(wanted), "{wanted} not in\n{flaws}");
        }
    }

    fn copy(meta: &Meta) -> Meta {
        Meta {
            kind: meta.kind,
            name: meta.name,
            summary: meta.summary,
            severity: meta.severity,
            components: meta.components,
            threats: meta.threats,
            stages: meta.stages,
            since: meta.since,
            at: meta.at,
            raw_docs: meta.raw_docs,
        }
    }
}
