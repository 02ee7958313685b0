//! Variable references as compose files and Dockerfiles write them: `$NAME`, `${NAME}`, `${NAME:-default}` and kin.
//! <https://docs.docker.com/reference/compose-file/interpolation/>

/// A text after its references were looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text. References to unknown variables stand as they were written.
    pub text: String,
    /// Whether a default took the place of an unknown variable.
    pub defaulted: bool,
    /// Whether a reference is left whose value is unknown. `$(...)`, as Kubernetes and shells write, is one.
    pub unknown: bool,
}

/// Replaces the references in `text`. `lookup` gives the values of known variables; they are not expanded again.
///
/// A text longer than 64 KiB is left as it is. A result that grows beyond 16 KiB, and beyond the text, is cut there.
pub fn expand<'v>(text: &str, lookup: &dyn Fn(&str) -> Option<&'v str>) -> Expanded {
    if text.len() > LONGEST {
        return Expanded { text: text.to_owned(), defaulted: false, unknown: true };
    }
    let mut out = Growing { expanded: Expanded::default(), longest: GROWN.max(text.len()) };
    if expand_into(text, lookup, 0, &mut out).is_none() {
        out.expanded.unknown = true;
    }
    out.expanded
}

/// A result, and how long it may become: values that hold values grow faster than the file that they stand in.
struct Growing {
    expanded: Expanded,
    longest: usize,
}

impl Growing {
    /// `None` if there is no room left.
    fn push(&mut self, text: &str) -> Option<()> {
        let fits = self.expanded.text.len() + text.len() <= self.longest;
        fits.then(|| self.expanded.text.push_str(text))
    }

    fn push_unknown(&mut self, parts: &[&str]) -> Option<()> {
        self.expanded.unknown = true;
        parts.iter().try_for_each(|part| self.push(part))
    }
}

fn expand_into<'v>(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<&'v str>,
    depth: usize,
    out: &mut Growing,
) -> Option<()> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push(before)?;
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push("$")?;
            rest = after;
        } else if let Some((inside, after)) = rest.strip_prefix('{').and_then(braced) {
            reference(inside, lookup, depth, out)?;
            rest = after;
        } else if rest.starts_with(['(', '{']) {
            out.push_unknown(&["$"])?;
        } else {
            let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            match lookup(name) {
                _ if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) => {
                    out.push("$")?;
                    out.push(name)?;
                }
                Some(value) => out.push(value)?,
                None => out.push_unknown(&["$", name])?,
            }
            rest = after;
        }
    }
    out.push(rest)
}

/// `NAME`, `NAME:-default`, `NAME:?message`, `NAME:+other`, each also without the colon.
fn reference<'v>(
    inside: &str,
    lookup: &dyn Fn(&str) -> Option<&'v str>,
    depth: usize,
    out: &mut Growing,
) -> Option<()> {
    let end = inside.find(|c: char| !is_name(c)).unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let operator_or_empty = operator.strip_prefix(':').unwrap_or(operator);
    let value = lookup(name).filter(|value| !(operator.starts_with(':') && value.is_empty()));
    match (value, operator_or_empty.strip_prefix('-'), operator_or_empty.strip_prefix('+')) {
        (Some(_), _, Some(other)) if depth < DEEPEST => expand_into(other, lookup, depth + 1, out),
        (None, _, Some(_)) => out.push_unknown(&[]),
        (Some(value), ..) => out.push(value),
        (None, Some(default), _) if depth < DEEPEST => {
            out.expanded.defaulted = true;
            expand_into(default, lookup, depth + 1, out)
        }
        _ => out.push_unknown(&["${", inside, "}"]),
    }
}

/// Splits behind the brace that closes what was opened just before `text`.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_REFERENCE) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
    }
    None
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const LONGEST: usize = 64 << 10;
const GROWN: usize = 16 << 10;
const LONGEST_REFERENCE: usize = 4 << 10;
const DEEPEST: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lookup(name: &str) -> Option<&'static str> {
        match name {
            "A" => Some("one"),
            "EMPTY" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn references_are_replaced() {
        for (text, wanted, defaulted, unknown) in [
            ("x$A/${A}y", "xone/oney", false, false),
            ("${B:-two}", "two", true, false),
            ("${B-two}", "two", true, false),
            ("${EMPTY:-two}", "two", true, false),
            ("${EMPTY-two}", "", false, false),
            ("${B:-${C:-three}}", "three", true, false),
            ("${B:-}", "", true, false),
            ("${B}", "${B}", false, true),
            ("$B", "$B", false, true),
            ("${B:?is needed}", "${B:?is needed}", false, true),
            ("${A:+yes}", "yes", false, false),
            ("a$$b", "a$b", false, false),
            ("$(HOST)", "$(HOST)", false, true),
            ("${unclosed", "${unclosed", false, true),
            ("costs 5$", "costs 5$", false, false),
            ("${{ secrets.X }}", "${{ secrets.X }}", false, true),
        ] {
            let expanded = expand(text, &lookup);
            assert_eq!(expanded, Expanded { text: wanted.into(), defaulted, unknown }, "{text}");
        }
    }

    #[test]
    fn growth_is_bounded() {
        let start = std::time::Instant::now();
        let big = "v".repeat(LONGEST);
        let text = "$X".repeat(10_000);
        let grown = expand(&text, &|_| Some(&big));
        assert!(grown.text.len() <= text.len() && grown.unknown);
        assert_eq!(expand("$X", &|_| Some(&big)), Expanded { unknown: true, ..Expanded::default() });
        expand(&"${a:-".repeat(10_000), &lookup);
        expand(&"${a:-".repeat(50_000), &lookup);
        expand(&"${".repeat(100_000), &lookup);
        assert!(start.elapsed().as_secs() < 20);
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[$\\{\\}:?+A-C_ \u{e9}\n-]{0,60}") {
            expand(&text, &lookup);
        }
    }
}
