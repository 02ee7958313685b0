//! The HTML report as a whole: what it holds, and that nothing that comes from files gets out of its place.

#[cfg(test)]
mod sample;

use std::{collections::BTreeSet, fs, path::Path};

use palisade_base::{Artifact, Evidence, Finding, Mask, Unscanned, system::About};
use palisade_report::Report;

#[test]
fn every_section_is_there() {
    let report = sample::report();
    let page = sample::page(&report);
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample.html"), &page).unwrap();
    for id in ["verdict", "components", "threats", "stages", "findings", "gaps", "frameworks"] {
        assert!(
            page.contains(&format!("<section id=\"{id}\"")) || page.contains(&format!(" id=\"{id}\" aria")),
            "{id}"
        );
    }
    assert_eq!(page.matches("<details class=\"finding ").count(), report.findings.len());
    assert_eq!(page.matches("<td class=\"cell").count(), 24);
    for finding in &report.findings {
        let rule = finding.rule.name;
        assert!(page.contains(&format!("<code>{rule}</code>")), "{rule}");
    }
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    let page = sample::page(&sample::report());
    let values = |name: &str| -> Vec<String> {
        page.split(name).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values(" id=\"");
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "ids are unique");
    for href in values(" href=\"#") {
        assert!(unique.contains(&href), "#{href}");
    }
}

#[test]
fn the_same_report_makes_the_same_page() {
    assert_eq!(sample::page(&sample::report()), sample::page(&sample::report()));
}

#[test]
fn nothing_is_loaded_or_run() {
    let page = sample::page(&sample::report());
    for refused in ["<script", "<link", "<img", "<iframe", "<object", " style=\"", " onclick", "@import", "url("] {
        assert!(!page.contains(refused), "{refused}");
    }
    assert!(page.contains("default-src 'none'"));
}

/// The page of a report in which everything that a file can influence is hostile.
fn hostile() -> (Report, String) {
    let evil = "\"><script>alert(1)</script><a href=\"javascript:alert(2)\">`</code></pre>&amp;\u{202e}\u{0}\u{1b}]8;;\u{200b}";
    let mut report = sample::report();
    report.about =
        Some(About { name: evil.into(), purpose: Some(evil.into()), owner: Some(evil.into()), autonomy: None });
    report.root = evil.into();
    for finding in &mut report.findings {
        let artifact = Artifact::entry(format!("{evil}.py"), evil);
        let span = Evidence::text(&artifact, &format!("{evil}\n{evil}"), 3..40, Mask::No, evil);
        *finding = Finding::builder(finding.rule, span, evil)
            .also(Evidence::Absence { at: artifact.whole(), sought: vec![evil.to_owned(); 100] })
            .also(Evidence::Metric {
                at: artifact.whole(),
                name: evil.into(),
                value: f64::NAN,
                limit: Some(f64::INFINITY),
                interval: Some((-1.0, f64::NAN)),
                n: u64::MAX,
                seed: None,
            })
            .advice(evil)
            .build();
    }
    for gap in &mut report.score.gaps {
        gap.unknown = evil.into();
        gap.command = Some(evil.to_owned());
    }
    report.unscanned = vec![Unscanned { artifact: Artifact::file(evil), component: None, reason: evil.into() }];
    let page = sample::page(&report);
    (report, page)
}

#[test]
fn hostile_content_stays_text() {
    let (_, page) = hostile();
    assert!(!page.contains("<script"), "no element");
    assert!(!page.contains("=\"javascript:"), "no link");
    for c in ['\u{202e}', '\u{0}', '\u{1b}', '\u{200b}'] {
        assert!(!page.contains(c), "{}", c.escape_unicode());
    }
    let harmless = sample::page(&sample::report());
    let tags = |page: &str| {
        page.matches("</script>").count() + page.matches("</style>").count() + page.matches("</main>").count()
    };
    assert_eq!(tags(&page), tags(&harmless), "the frame of the page stands");
}

#[test]
fn long_content_is_cut() {
    let mut report = sample::report();
    let long = "x".repeat(1 << 20);
    for finding in &mut report.findings {
        finding.message.clone_from(&long);
        finding.target = Artifact::file(long.as_str()).whole();
    }
    report.about = Some(About { name: long.clone(), ..About::default() });
    assert!(sample::page(&report).len() < 400_000);
}

#[test]
fn thousands_of_findings_stay_readable() {
    let mut report = sample::report();
    let one = report.findings[0].clone();
    report.findings = vec![one; 20_000];
    let page = sample::page(&report);
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(page.contains("and 19\u{202f}975 more in the JSON report"));
}

#[test]
fn an_empty_report_is_no_praise() {
    let mut report = sample::report();
    report.findings.clear();
    report.unscanned.clear();
    report.about = None;
    report.made = None;
    report.score.components.clear();
    report.score.cells.clear();
    report.score.gaps.clear();
    let page = sample::page(&report);
    assert!(page.contains("Nothing is known") && page.contains("Unnamed system"));
}
