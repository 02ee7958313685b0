//! Which of the words that matter stand in a text: one pass that decides whether a file is worth parsing. Escapes are read
//! as what they stand for, since a parser reads them so.

use std::{borrow::Cow, sync::LazyLock};

use aho_corasick::AhoCorasick;

/// A word that settings are looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Hydra's `_target_`, also as `__target__`.
    Target,
    /// `target`, which other software writes too.
    PlainTarget,
    /// What stands beside `target` where it names a class.
    Parameters,
    /// `class_path` of Lightning.
    ClassPath,
    /// The factory of a dictionary that configures logging.
    Factory,
    /// A tag of YAML that names something of Python, or gives it another name.
    Tag,
    /// A tag of `HyperPyYAML`.
    HyperTag,
    /// A call of Python that reaches the system.
    Python,
    /// The layers of a network of `ultralytics`.
    Backbone,
    /// A resolver of `OmegaConf`.
    Resolver,
    /// `class_name` of Keras.
    ClassName,
    Config,
    Keras,
    /// Maps of classes that come with a repository.
    AutoMap,
    /// The classes of a pipeline of diffusers.
    PipelineClass,
    /// Modules and activations of sentence-transformers.
    Sentence,
    /// Steps of sentence-transformers, in files that are called so.
    Type,
    Structure,
    Activation,
    /// Kernels that are fetched.
    Kernel,
    RemoteCode,
    Template,
    Chat,
    /// The marks of a template.
    Mark,
    /// Evaluated arguments of a logging handler.
    Arguments,
}

/// The words that a text has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words(u32);

impl Words {
    /// The words of a text, escapes resolved.
    pub(super) fn of(text: &str) -> Self {
        let text = revealed(text);
        let Some(search) = SEARCH.as_ref() else { return Self(u32::MAX) };
        let mut seen = 0;
        for found in search.find_overlapping_iter(text.as_ref()) {
            seen |= WORDS.get(found.pattern().as_usize()).map_or(0, |(_, word)| 1 << *word as u32);
        }
        Self(seen)
    }

    pub(super) fn has(self, word: Word) -> bool {
        self.0 & (1 << word as u32) != 0
    }

    pub(super) fn any(self, words: &[Word]) -> bool {
        words.iter().any(|word| self.has(*word))
    }
}

/// A text in which escapes that stand for characters of ASCII are these characters. Strings that must be escaped for their
/// format come out wrong, which matters to nobody who only looks for words.
fn revealed(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut out, mut done, mut at) = (String::new(), 0, 0);
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'\\', b'%', rest)) {
        let start = at + step;
        let rest = bytes.get(start..).unwrap_or_default();
        if let Some((character, len)) = escape(rest) {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.extend(character);
            done = start + len;
            at = done;
        } else {
            // An escaped backslash escapes nothing.
            at = start + if rest.starts_with(b"\\\\") { 2 } else { 1 };
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// What an escape of JSON, YAML or a URI stands for, if that is a visible character of ASCII or nothing; and its length.
fn escape(rest: &[u8]) -> Option<(Option<char>, usize)> {
    let (head, digits) = match rest {
        [b'\\', b'/', ..] => return Some((Some('/'), 2)),
        [b'\\', b'\n' | b'\r', ..] => {
            let blank = rest.iter().skip(1).take_while(|byte| byte.is_ascii_whitespace()).count();
            return Some((None, 1 + blank));
        }
        [b'\\', b'u', ..] => (2, 4),
        [b'\\', b'U', ..] => (2, 8),
        [b'\\', b'x', ..] => (2, 2),
        [b'%', ..] => (1, 2),
        _ => return None,
    };
    let digits = std::str::from_utf8(rest.get(head..head + digits)?).ok()?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let character = char::from_u32(number).filter(char::is_ascii_graphic)?;
    Some((Some(character), head + digits.len()))
}

static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(WORDS.iter().map(|(text, _)| *text)).ok());

const WORDS: &[(&str, Word)] = &[
    ("_target_", Word::Target),
    ("target", Word::PlainTarget),
    ("params", Word::Parameters),
    ("nemo_version", Word::Parameters),
    ("class_path", Word::ClassPath),
    ("\"()\"", Word::Factory),
    ("(): ", Word::Factory),
    ("'()'", Word::Factory),
    ("python/", Word::Tag),
    ("%TAG", Word::Tag),
    ("!apply", Word::HyperTag),
    ("!new:", Word::HyperTag),
    ("!name:", Word::HyperTag),
    ("!module:", Word::HyperTag),
    ("!include:", Word::HyperTag),
    ("__import__", Word::Python),
    ("os.system", Word::Python),
    ("subprocess", Word::Python),
    ("eval(", Word::Python),
    ("exec(", Word::Python),
    ("backbone", Word::Backbone),
    ("${eval", Word::Resolver),
    ("${exec", Word::Resolver),
    ("${py", Word::Resolver),
    ("class_name", Word::ClassName),
    ("config", Word::Config),
    ("keras", Word::Keras),
    ("auto_map", Word::AutoMap),
    ("custom_pipelines", Word::AutoMap),
    ("_class_name", Word::PipelineClass),
    ("sentence_transformers", Word::Sentence),
    ("type", Word::Type),
    ("structure", Word::Structure),
    ("activation_f", Word::Activation),
    ("default_activation", Word::Activation),
    ("attn_implementation", Word::Kernel),
    ("trust_remote_code", Word::RemoteCode),
    ("template", Word::Template),
    ("chat_template", Word::Chat),
    ("{{", Word::Mark),
    ("{%", Word::Mark),
    ("args", Word::Arguments),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_hide_no_words() {
        for text in [
            r#"{"_target_": 1}"#,
            r#"{"\u005ftarget\u005F": 1}"#,
            r#""\x5ftarget_": 1"#,
            r#""\U0000005ftarget_": 1"#,
            "\"_tar\\\n   get_\": 1",
            r#"{"\\\u005ftarget_": 1}"#,
        ] {
            assert!(Words::of(text).has(Word::Target), "{text}");
        }
        assert!(Words::of("!!p%79thon%2fobject/apply:x").has(Word::Tag));
        assert!(Words::of(r#"{"chat\u005ftemplate": "\u007b% x"}"#).any(&[Word::Chat]));
        assert!(Words::of(r#"{"x": "\u007b%"}"#).has(Word::Mark));
        assert!(!Words::of(r#"{"\\u005ftarget_x": "100% of \u00e9"}"#).has(Word::Target));
        assert!(!Words::of("target: params").any(&[Word::Target, Word::ClassPath, Word::Tag]));
    }

    #[test]
    fn truncated_escapes_are_safe() {
        for text in [r"a\u005", r"\U0000", "%", "%2", r"\", r"\x", "\\\n", "\\é%é"] {
            Words::of(text);
        }
    }
}
