//! `--topics FILE`: reads a list of topics, as TOML or as plain lines.

use std::path::Path;

use palisade_report::render::visible;
use palisade_text::{Topic, Topics};
use serde::Deserialize;

use super::sources;
use crate::output::Failure;

/// A list as TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    topic: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    patterns: Vec<String>,
}

/// Reads a list. What ends with `.toml` is TOML, everything else is plain.
pub(super) fn read(path: &Path) -> Result<Topics, Failure> {
    let text = sources::file(path)?.text;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let shown = path.display();
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let topics = if is_toml { toml(text) } else { plain(text, &own_name(path)) };
    let topics = topics.map_err(|error| Failure::usage(format!("`{shown}` {error}")).hint(HINT))?;
    Topics::new(&topics).map_err(|error| {
        let failure = Failure::usage(format!("`{shown}` is no list of topics: {error}"));
        // A plain list with a header of TOML is TOML with the wrong name.
        let failure = if !is_toml && text.contains("[[topic]]") {
            failure.hint("it looks like TOML: its name should end with `.toml`")
        } else {
            failure
        };
        failure.hint(HINT)
    })
}

fn toml(text: &str) -> Result<Vec<Topic>, String> {
    let list: List = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("is no list of topics: line {line}: {}", error.message().lines().collect::<Vec<_>>().join(" "))
    })?;
    let topic = |Listed { name, words, patterns }| Topic { name, words, patterns };
    Ok(list.topic.into_iter().map(topic).collect())
}

/// A word, a phrase or a `/pattern/` a line; `[name]` begins a topic, `#` a comment. What begins with a slash is meant as a
/// pattern: to look for it letter by letter instead would find nothing, and say nothing.
fn plain(text: &str, name: &str) -> Result<Vec<Topic>, String> {
    let mut topics = vec![Topic { name: name.to_owned(), ..Topic::default() }];
    let lines = (1..).zip(text.lines().map(str::trim));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let within = |open, close| line.strip_prefix(open).and_then(|line: &str| line.strip_suffix(close));
        if let Some(name) = within('[', ']') {
            topics.push(Topic { name: name.trim().to_owned(), ..Topic::default() });
        } else if let Some(topic) = topics.last_mut() {
            match within('/', '/') {
                Some("") => return Err(format!("has an empty pattern in line {number}: {WRITTEN}")),
                Some(pattern) => topic.patterns.push(pattern.to_owned()),
                None if line.starts_with('/') => {
                    return Err(format!(
                        "has no pattern in line {number}, and `{}` begins like one: {WRITTEN}",
                        shown(line)
                    ));
                }
                None => topic.words.push(line.to_owned()),
            }
        }
    }
    // What stands before the first name is called like the file; mostly nothing does.
    if topics.first().is_some_and(|topic| topic.words.is_empty() && topic.patterns.is_empty()) {
        topics.remove(0);
    }
    Ok(topics)
}

/// A line of a list, fit for a message.
fn shown(line: &str) -> String {
    visible(&line.chars().take(60).collect::<String>()).into_owned()
}

/// The name of a file as that of a topic.
fn own_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(48).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "list".to_owned() } else { name.to_owned() }
}

const WRITTEN: &str = "a pattern is written `/like this/`, without flags behind it; case does not count, and `(?-i)` within it makes \
                       it count; to look for a slash, write `/\\/.../`";
const HINT: &str = "`palisade explain topic` shows an example";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lists_are_read() {
        let list = "# words that we do not print\nrifle\nhunting knife\n\n[ tax-advice ]\n/tax(es)?/\n/\\/etc\\/passwd/\na/b\n";
        let topics = plain(list, "weapons").unwrap();
        let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        assert_eq!(names, ["weapons", "tax-advice"]);
        let (words, patterns) = (&topics[1].words, &topics[1].patterns);
        assert_eq!(
            (words.as_slice(), patterns.join(" ")),
            (&["a/b".to_owned()][..], r"tax(es)? \/etc\/passwd".to_owned())
        );
        assert_eq!(plain("[a]\nx", "list").unwrap().len(), 1);
        assert_eq!(own_name(Path::new("dir/My Words.txt")), "my-words");
        assert_eq!(own_name(Path::new("ä.txt")), "list");
    }

    #[test]
    fn what_begins_like_a_pattern_is_one() {
        for line in ["/word/i", "/etc/passwd", "/", "//"] {
            let error = plain(&format!("# list\n{line}"), "list").unwrap_err();
            assert!(error.contains("line 2") && error.contains("`/like this/`"), "{line}: {error}");
        }
    }

    #[test]
    fn mistakes_in_toml_have_a_line() {
        assert!(toml("[[topic]]\nname = 3\n").unwrap_err().contains("line 2"));
        let error = toml("[[topic]]\nname = \"a\"\nword = [\"x\"]\n").unwrap_err();
        assert!(error.contains("line 3") && error.contains("`words`"), "{error}");
    }
}
