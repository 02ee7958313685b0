//! Tests that text can be read on every ground it stands on, in both schemes: 4.5 to 1 (WCAG 2.2, 1.4.3), and shapes
//! that carry meaning 3 to 1 (1.4.11).

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("tokens.css");

#[test]
fn text_is_readable_in_both_schemes() {
    let (light, dark) = TOKENS.split_once("@media (prefers-color-scheme: dark)").unwrap();
    for (scheme, css) in [("light", light), ("dark", dark)] {
        let colours = colours(css);
        let ratio = |text: &str, ground: &str| contrast(colours[text], colours[ground]);
        for text in ["ink", "soft", "accent", "critical", "high", "medium", "low", "info"] {
            for ground in ["paper", "card"] {
                let ratio = ratio(text, ground);
                assert!(ratio >= 4.5, "{scheme}: {text} on {ground} is {ratio:.2}");
            }
        }
        for (text, ground) in [("ink", "well"), ("soft", "well"), ("mark-ink", "mark")] {
            assert!(ratio(text, ground) >= 4.5, "{scheme}: {text} on {ground}");
        }
        for level in ["p0", "p1", "p2", "p3", "p4"] {
            assert!(ratio("ink", level) >= 4.5, "{scheme}: ink on {level}");
            assert!(ratio(&format!("{level}-fill"), "card") >= 3.0, "{scheme}: {level}-fill on card");
        }
        assert!(ratio("strong", "paper") >= 3.0, "{scheme}: borders that carry meaning");
    }
}

/// Every `--name: #colour` of a style sheet.
fn colours(css: &str) -> BTreeMap<String, [f64; 3]> {
    let declared = css.split(['{', ';']).filter_map(|declaration| declaration.trim().split_once(": #"));
    declared.map(|(name, hex)| (name.trim_start_matches("--").to_owned(), channels(hex))).collect()
}

fn channels(hex: &str) -> [f64; 3] {
    let wide: String = if hex.len() == 3 { hex.chars().flat_map(|digit| [digit, digit]).collect() } else { hex.into() };
    let packed = u32::from_str_radix(&wide, 16).unwrap();
    [16, 8, 0].map(|shift| f64::from(packed >> shift & 0xff) / 255.0)
}

/// The ratio of WCAG 2.2, from 1 to 21.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(channels: [f64; 3]) -> f64 {
    let linear = channels.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
