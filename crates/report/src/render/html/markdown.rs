//! The pages of rules: a small part of Markdown (paragraphs, headings, lists, fenced and inline code, bold, links).
//! Everything else stays text, and all of it is escaped.

use maud::{Markup, html};

use super::text;

/// The body of the section of `page` headed `## title`, without the heading.
pub(super) fn section<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let mut rest = page;
    loop {
        let (_, after) = rest.split_once("## ")?;
        let (heading, body) = after.split_once('\n')?;
        if heading.trim() == title {
            return Some(body.split("\n## ").next().unwrap_or(body).trim_matches('\n'));
        }
        rest = body;
    }
}

/// `markdown` as HTML. Headings become bold paragraphs: the outline of the report is not theirs to change.
pub(super) fn render(markdown: &str) -> Markup {
    let mut lines = markdown.lines().take(LINES).peekable();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(fence) = fence(line) {
            let mut code = String::new();
            for line in lines.by_ref().take_while(|line| !line.trim().starts_with(fence)) {
                code.push_str(&text::line(line.trim_end(), LINE));
                code.push('\n');
            }
            blocks.push(html! { pre { code { (code) } } });
        } else if let Some(heading) = line.strip_prefix('#') {
            blocks.push(html! { p { b { (inline(heading.trim_start_matches('#').trim())) } } });
        } else if let Some((ordered, first)) = item(line) {
            let mut items = vec![first.to_owned()];
            while let Some(next) = lines.peek().copied() {
                match item(next) {
                    Some((_, more)) => items.push(more.to_owned()),
                    None if next.starts_with("  ") && !next.trim().is_empty() => {
                        if let Some(last) = items.last_mut() {
                            last.push(' ');
                            last.push_str(next.trim());
                        }
                    }
                    None => break,
                }
                lines.next();
            }
            let items = html! { @for item in &items { li { (inline(item)) } } };
            blocks.push(if ordered {
                html! { ol { (items) } }
            } else {
                html! { ul { (items) } }
            });
        } else if !line.trim().is_empty() {
            let mut paragraph = line.trim().to_owned();
            while let Some(next) =
                lines.next_if(|next| !next.trim().is_empty() && item(next).is_none() && fence(next).is_none())
            {
                paragraph.push(' ');
                paragraph.push_str(next.trim());
            }
            blocks.push(html! { p { (inline(&paragraph)) } });
        }
    }
    html! { @for block in &blocks { (block) } }
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.trim_start().starts_with(fence))
}

/// Whether the list is ordered, and the text of the item.
fn item(line: &str) -> Option<(bool, &str)> {
    let line = line.strip_prefix("  ").unwrap_or(line);
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, rest));
    }
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit())).then_some((true, rest))
}

/// Code, bold and links in one pass from left to right; what does not close stays text.
fn inline(markdown: &str) -> Markup {
    let clean = text::line(markdown, PARAGRAPH);
    let mut rest = clean.as_str();
    let mut parts = Vec::new();
    while let Some(at) = rest.find(['`', '*', '[', '<', 'h']) {
        let (before, from) = rest.split_at(at);
        let (part, after) = piece(from).unwrap_or_else(|| {
            let mut chars = from.chars();
            let first = chars.next().map(String::from).unwrap_or_default();
            (html! { (first) }, chars.as_str())
        });
        parts.push(html! { (before) (part) });
        rest = after;
    }
    html! { @for part in &parts { (part) } (rest) }
}

/// The piece of markup at the start of `from`, and what comes after it.
fn piece(from: &str) -> Option<(Markup, &str)> {
    if let Some(code) = from.strip_prefix('`') {
        let (code, after) = code.split_once('`')?;
        Some((html! { code { (code) } }, after))
    } else if let Some(bold) = from.strip_prefix("**") {
        let (bold, after) = bold.split_once("**")?;
        Some((html! { b { (bold) } }, after))
    } else if let Some(link) = from.strip_prefix('[') {
        let (label, target) = link.split_once("](")?;
        let (target, after) = target.split_once(')')?;
        Some((anchor(target, label)?, after))
    } else if let Some(link) = from.strip_prefix('<') {
        let (target, after) = link.split_once('>')?;
        Some((bare(target)?, after))
    } else {
        let end = from.find([' ', ')', '>', '"', ',', ';']).unwrap_or(from.len());
        let target = from.get(..end)?.trim_end_matches(['.', ':']);
        Some((bare(target)?, from.strip_prefix(target)?))
    }
}

/// A link with words of its own.
fn anchor(target: &str, label: &str) -> Option<Markup> {
    is_web(target).then(|| html! { a href=(target) rel="noopener noreferrer" { (label) } })
}

/// A link that shows its address; paper need not repeat it.
fn bare(target: &str) -> Option<Markup> {
    is_web(target).then(|| html! { a.bare href=(target) rel="noopener noreferrer" { (target) } })
}

/// Links lead to the web and nowhere else.
fn is_web(target: &str) -> bool {
    let whole = !target.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'));
    (target.starts_with("https://") || target.starts_with("http://")) && whole && (10..500).contains(&target.len())
}

const LINES: usize = 400;
const LINE: usize = 400;
const PARAGRAPH: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(markdown: &str) -> String {
        render(markdown).into_string()
    }

    #[test]
    fn blocks() {
        assert_eq!(rendered("One\nline.\n\nTwo."), "<p>One line.</p><p>Two.</p>");
        assert_eq!(rendered("- a\n  more\n- b"), "<ul><li>a more</li><li>b</li></ul>");
        assert_eq!(rendered("Do:\n1. a\n2. b"), "<p>Do:</p><ol><li>a</li><li>b</li></ol>");
        assert_eq!(rendered("```python\n  x < 1\n```\nend"), "<pre><code>  x &lt; 1\n</code></pre><p>end</p>");
        assert_eq!(rendered("### H"), "<p><b>H</b></p>");
    }

    #[test]
    fn inlines() {
        assert_eq!(rendered("use `a*b` and **c**"), "<p>use <code>a*b</code> and <b>c</b></p>");
        let address = "<a class=\"bare\" href=\"https://example.org/a\" rel=\"noopener noreferrer\">";
        let link = "<a href=\"https://example.org/a\" rel=\"noopener noreferrer\">";
        assert_eq!(rendered("[t](https://example.org/a)"), format!("<p>{link}t</a></p>"));
        assert_eq!(rendered("<https://example.org/a>"), format!("<p>{address}https://example.org/a</a></p>"));
        assert_eq!(rendered("see https://example.org/a."), format!("<p>see {address}https://example.org/a</a>.</p>"));
        assert_eq!(rendered("a `b and **c and [d"), "<p>a `b and **c and [d</p>");
    }

    #[test]
    fn hostile_markup_is_text() {
        for markdown in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](https://a.example/\" onload=\"x)",
            "<javascript:alert(1)>",
            "<img src=x onerror=alert(1)>",
            "`<b>`",
        ] {
            let page = rendered(markdown);
            assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
            assert!(!page.contains("href=\"javascript") && !page.contains("onload=\""), "{page}");
        }
    }

    #[test]
    fn sections_are_found_by_name() {
        let page = "## What it does\nLooks.\n\n## Why it matters\nIt does.\n";
        assert_eq!(section(page, "What it does"), Some("Looks."));
        assert_eq!(section(page, "Why it matters"), Some("It does."));
        assert_eq!(section(page, "Limits"), None);
    }

    #[test]
    fn every_prefix_renders() {
        let page = "a `b` **c**\n- [d](https://e.example)\n  f\n1. g\n```\nh\n```\n### é\n<https://i.example> ~~~";
        for (end, _) in page.char_indices() {
            rendered(page.get(..end).unwrap());
        }
    }
}
