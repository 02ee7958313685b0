//! Data sets of the manifest without a licence or a source.

use palisade_base::{Check, Evidence, Finding, Mask, Meta, Severity};

use crate::input::{Input, data::Manifest};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks at every `[[data]]` of `palisade.toml` and reports those that name no licence or no source, and licences
    /// that are neither an SPDX expression nor `proprietary`.
    ///
    /// ## Why it matters
    ///
    /// Whoever can place data where it will be collected can teach a model what they like; without a source nobody can
    /// tell afterwards which rows to distrust. Without a licence nobody knows whether the model may be used at all.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[data]]
    /// name = "tickets"
    /// path = "data/tickets.csv"
    /// ```
    ///
    /// ## What to do
    ///
    /// ```toml
    /// [[data]]
    /// name = "tickets"
    /// path = "data/tickets.csv"
    /// licence = "CC-BY-4.0"
    /// source = "export of the help desk, 2025-03, see data/README.md"
    /// ```
    ///
    /// ## Limits
    ///
    /// The words are taken as they are: whether the source is true and the licence allows the use is for people to
    /// judge. Of the SPDX list, the families in common use are known.
    ///
    /// ## References
    ///
    /// - SPDX License List and SPDX Specification 3.0, Annex B (licence expressions)
    /// - ISO/IEC 42001:2023, A.7.5 (data provenance)
    /// - EU AI Act, Article 10(2)(b)
    static META: Check = {
        name: "undeclared-provenance",
        summary: "a data set without licence or source",
        severity: Medium,
        components: [Data],
        threats: [SupplyChain, Poisoning],
        stages: [Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct UndeclaredProvenance;

impl Check<Input<'_>> for UndeclaredProvenance {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Manifest(manifest) if !manifest.system.data.is_empty())
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Manifest(manifest) = input else { return };
        for spanned in &manifest.system.data {
            let (data, span) = (spanned.get_ref(), spanned.span());
            let given = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.trim().is_empty());
            let missing: Vec<&str> = [("licence", given(&data.licence)), ("source", given(&data.source))]
                .into_iter()
                .filter(|(_, given)| !given)
                .map(|(key, _)| key)
                .collect();
            if !missing.is_empty() {
                let keys = missing.join("` and no `");
                let evidence = evidence(manifest, span.clone(), &data.name, "the data set");
                report(
                    Finding::builder(&META, evidence, format!("the data set `{}` has no `{keys}`", data.name)).build(),
                );
            }
            if let Some(licence) =
                data.licence.as_deref().filter(|licence| !licence.trim().is_empty() && !is_licence(licence))
            {
                let evidence = evidence(manifest, span, licence, "the licence");
                let message =
                    format!("the licence `{licence}` of the data set `{}` is not an SPDX expression", data.name);
                let advice = "write an SPDX identifier such as `CC-BY-4.0`, or `proprietary`";
                report(Finding::builder(&META, evidence, message).severity(Severity::Low).advice(advice).build());
            }
        }
    }
}

/// The table of the data set, or the line in it where `value` stands.
fn evidence(manifest: &Manifest<'_>, span: std::ops::Range<usize>, value: &str, label: &'static str) -> Evidence {
    let tail = manifest.text.get(span.start..).unwrap_or_default();
    let quoted = ["\"", "'"].iter().find_map(|quote| tail.find(&format!("{quote}{value}{quote}")));
    let range = quoted.map_or(span.clone(), |at| span.start + at..span.start + at + value.len() + 2);
    Evidence::text(manifest.artifact, manifest.text, range, Mask::No, label)
}

/// Whether this is `proprietary`, or an SPDX expression of identifiers in common use.
fn is_licence(text: &str) -> bool {
    if text.eq_ignore_ascii_case("proprietary") {
        return true;
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (mut open, mut wants_name, mut exception) = (0_i32, true, false);
    for word in spaced.split_whitespace() {
        match word {
            "(" if wants_name => open += 1,
            ")" if !wants_name && open > 0 => open -= 1,
            "AND" | "OR" if !wants_name => wants_name = true,
            "WITH" if !wants_name => (wants_name, exception) = (true, true),
            name if wants_name && (exception || is_identifier(name)) => (wants_name, exception) = (false, false),
            _ => return false,
        }
    }
    !wants_name && open == 0
}

fn is_identifier(name: &str) -> bool {
    let name = name.strip_suffix('+').unwrap_or(name);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'));
    let family = |family: &&str| {
        name.len() >= family.len() && name.get(..family.len()).is_some_and(|head| head.eq_ignore_ascii_case(family))
    };
    let own = name.starts_with("LicenseRef-") || name.starts_with("DocumentRef-");
    plain && (own || FAMILIES.iter().any(family) || SINGLES.iter().any(|single| single.eq_ignore_ascii_case(name)))
}

/// Beginnings of identifiers that go on with a version.
const FAMILIES: &[&str] = &[
    "CC-BY-",
    "CC-PDDC",
    "CC-SA-",
    "CC0-1.0",
    "CDLA-",
    "ODC-By-",
    "ODbL-",
    "PDDL-",
    "OGL-",
    "OGC-",
    "DL-DE-",
    "etalab-",
    "Apache-",
    "BSD-",
    "GPL-",
    "LGPL-",
    "AGPL-",
    "GFDL-",
    "MPL-",
    "EPL-",
    "EUPL-",
    "AFL-",
    "OSL-",
    "Artistic-",
    "CECILL-",
    "MIT-",
    "LPPL-",
    "OLDAP-",
    "OFL-",
    "PSF-",
    "Python-",
    "BSL-",
    "BUSL-",
    "CPL-",
    "CDDL-",
    "NLOD-",
    "MS-",
    "UPL-",
    "C-UDA-",
    "CERN-OHL-",
    "DOC",
    "EUDatagrid",
    "FDK-AAC",
    "HPND",
    "IPL-",
    "LiLiQ-",
    "MulanPSL-",
    "NCGL-UK-",
    "O-UDA-",
    "TU-Berlin-",
    "Unicode-",
    "W3C",
    "ZPL-",
    "OPL-",
    "SSPL-",
    "Elastic-",
    "ECL-",
    "Community-Spec-",
    "TAPR-OHL-",
    "Linux-",
    "JPL-",
];
const SINGLES: &[&str] = &[
    "MIT",
    "ISC",
    "Zlib",
    "Unlicense",
    "WTFPL",
    "0BSD",
    "NCSA",
    "X11",
    "curl",
    "PostgreSQL",
    "Ruby",
    "Vim",
    "Beerware",
    "Libpng",
    "FTL",
    "NTP",
    "Info-ZIP",
    "ICU",
    "blessing",
    "NONE",
    "NOASSERTION",
];

#[cfg(test)]
mod tests {
    use palisade_base::{Finding, Severity, system::System};

    use super::*;
    use crate::testing::observe;

    fn scan(data: &str) -> Vec<Finding> {
        let text = format!("[system]\nname = \"s\"\n\n[[data]]\nname = \"d\"\npath = \"d.csv\"\n{data}");
        let system: System = toml::from_str(&text).unwrap();
        let observed = observe("palisade.toml", text.as_bytes(), Some(&system));
        observed.findings.into_iter().filter(|finding| finding.rule.name == META.name).collect()
    }

    #[test]
    fn missing_keys_are_named() {
        let found = scan("");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the data set `d` has no `licence` and no `source`");
        assert_eq!(found[0].target.to_string(), "palisade.toml:5");
        assert_eq!(scan("licence = \"MIT\"\n")[0].message, "the data set `d` has no `source`");
    }

    #[test]
    fn whole_declarations_are_quiet() {
        for licence in [
            "CC-BY-4.0",
            "proprietary",
            "(MIT OR Apache-2.0) AND CC0-1.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "LicenseRef-Vendor",
        ] {
            assert!(scan(&format!("licence = \"{licence}\"\nsource = \"our own\"\n")).is_empty(), "{licence}");
        }
    }

    #[test]
    fn other_licences_are_low() {
        for licence in ["free to use", "Creative Commons", "MIT OR", "(MIT", "see README"] {
            let found = scan(&format!("licence = \"{licence}\"\nsource = \"our own\"\n"));
            assert_eq!(found[0].severity, Severity::Low, "{licence}");
        }
    }
}
