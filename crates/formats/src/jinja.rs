//! What a Jinja template reaches for: attributes of Python's object model, other files, names outside of the sandbox,
//! endless work.
//!
//! Works on the tokens of minijinja's lexer with constants folded, not on a syntax tree: the dialects of chat templates
//! have tags that no one parser knows, and a parser's recursion is a way to stop a scan.

use std::{collections::HashMap, ops::Range};

use minijinja::machinery::{Span, Token, tokenize};

/// Something that a template reaches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What sort of thing.
    pub kind: Kind,
    /// Its bytes in the template.
    pub range: Range<usize>,
    /// The name, path or number.
    pub what: String,
}

/// A sort of thing that no chat template needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An attribute of Python's object model, such as `__class__` or `gi_frame`.
    Internals,
    /// A name of Python that templates are not given, such as `os` or `eval`.
    Foreign,
    /// An attribute whose name is computed.
    ComputedAttribute,
    /// Another template or file.
    File,
    /// A loop or repetition that takes longer than anyone waits.
    Endless,
}

/// What a template reaches for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the template, each kind and name once.
    pub reaches: Vec<Reach>,
    /// Where the template stops being a template, or becomes longer than any; what follows was not judged.
    pub broken: Option<usize>,
}

/// Judges a template. Linear in its length, and no more than the first megabyte.
pub fn analyse(template: &str) -> Report {
    let mut report = Report::default();
    let mut tokens = Vec::new();
    let end = (0..=template.len().min(LENGTH)).rev().find(|end| template.is_char_boundary(*end)).unwrap_or(0);
    if end < template.len() {
        report.broken = Some(end);
    }
    let template = template.get(..end).unwrap_or_default();
    for token in tokenize(template, false, minijinja::syntax::SyntaxConfig::default()) {
        let Ok((token, span)) = token else {
            report.broken = Some(tokens.last().map_or(0, |(_, span): &(Token<'_>, Span)| offset(span.end_offset)));
            break;
        };
        tokens.push((token, span));
    }
    let mut reader = Reader { tokens: &tokens, constants: HashMap::new(), loops: Vec::new(), report };
    for at in 0..tokens.len() {
        reader.token(at);
    }
    reader.report
}

struct Reader<'a> {
    tokens: &'a [(Token<'a>, Span)],
    /// Variables that were set to a constant string.
    constants: HashMap<&'a str, String>,
    /// How often the body of each open loop runs, those around it counted, as far as that is written there.
    loops: Vec<u64>,
    report: Report,
}

impl<'a> Reader<'a> {
    fn get(&self, at: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(at).map(|(token, _)| token)
    }

    fn ident(&self, at: usize) -> Option<&'a str> {
        match self.get(at) {
            Some(Token::Ident(name)) => Some(name),
            _ => None,
        }
    }

    fn before(&self, at: usize) -> Option<&'a Token<'a>> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    fn token(&mut self, at: usize) {
        match self.get(at) {
            Some(Token::BlockStart) => self.statement(at),
            Some(Token::Ident(name)) => self.name(at, name),
            Some(Token::Str(_) | Token::String(_) | Token::BracketOpen) => self.constant(at),
            Some(Token::Int(count)) if matches!(self.before(at), Some(Token::Mul)) && *count > LONG => {
                self.add(Kind::Endless, at, format!("* {count}"));
            }
            Some(Token::Pow) if matches!(self.get(at + 1), Some(Token::Int(power)) if *power > 1000) => {
                self.add(Kind::Endless, at, "**".to_owned());
            }
            _ => {}
        }
    }

    fn statement(&mut self, at: usize) {
        // The lexer drops the `-` of `{%-`.
        let Some(keyword) = self.ident(at + 1) else { return };
        match keyword {
            "include" | "import" | "extends" | "from" => {
                let path = self.fold(at + 2).map_or_else(|| "a computed path".to_owned(), |(path, _)| path);
                self.add(Kind::File, at + 1, format!("{keyword} {path}"));
            }
            "set" => {
                if let (Some(name), Some(Token::Assign)) = (self.ident(at + 2), self.get(at + 3))
                    && let Some((text, end)) = self.fold(at + 4)
                    && matches!(self.get(end), Some(Token::BlockEnd))
                    && self.constants.len() < 1000
                {
                    self.constants.insert(name, text);
                }
            }
            "for" => {
                let runs = self.runs(at + 2).unwrap_or(1);
                let product = self.loops.last().map_or(runs, |outer| outer.saturating_mul(runs));
                self.loops.push(product);
                if product > LONG {
                    self.add(Kind::Endless, at + 1, format!("{product} turns"));
                }
            }
            "endfor" => {
                self.loops.pop();
            }
            _ => {}
        }
    }

    /// How often a loop over `range(...)` runs.
    fn runs(&self, from: usize) -> Option<u64> {
        let start = (from..from + 12).find(|at| self.ident(*at) == Some("range"))?;
        let numbers = (start + 2..start + 7).map_while(|at| match self.get(at) {
            Some(Token::ParenClose) | None => None,
            Some(Token::Int(n)) => Some(*n),
            _ => Some(0),
        });
        numbers.max()
    }

    fn name(&mut self, at: usize, name: &'a str) {
        match self.before(at) {
            Some(Token::Dot) => {
                if is_internal(name) {
                    self.add(Kind::Internals, at, name.to_owned());
                }
            }
            Some(Token::Pipe) if matches!(name, "attr" | "map" | "selectattr" | "rejectattr" | "groupby") => {
                self.filter(at, name);
            }
            Some(Token::Pipe) => {}
            _ if is_internal(name) => self.add(Kind::Internals, at, name.to_owned()),
            _ if self.constants.contains_key(name) => self.constant(at),
            _ => {
                let foreign = match self.get(at + 1) {
                    Some(Token::ParenOpen) => FOREIGN_FUNCTIONS.contains(&name),
                    Some(Token::Dot) => FOREIGN_MODULES.contains(&name),
                    _ => false,
                };
                if foreign {
                    self.add(Kind::Foreign, at, name.to_owned());
                }
            }
        }
    }

    /// Filters that look up an attribute by its name.
    fn filter(&mut self, at: usize, name: &str) {
        if !matches!(self.get(at + 1), Some(Token::ParenOpen)) {
            return;
        }
        match self.fold(at + 2) {
            Some((text, _)) if is_internal(&text) => self.add(Kind::Internals, at, text),
            None if name == "attr" => self.add(Kind::ComputedAttribute, at, "attr".to_owned()),
            _ => {}
        }
    }

    fn constant(&mut self, at: usize) {
        // A constant that continues another was judged with it.
        if matches!(self.before(at), Some(Token::Tilde | Token::Plus | Token::Str(_) | Token::String(_))) {
            return;
        }
        if let Some((text, _)) = self.fold(at)
            && let Some(name) = internals_in(&text)
        {
            self.add(Kind::Internals, at, name.to_owned());
        }
    }

    /// The constant string that starts at a token, and the token behind it: literals and constant variables joined by
    /// `~` or `+`, lists of them joined by `|join`, turned round by `|reverse`.
    fn fold(&self, at: usize) -> Option<(String, usize)> {
        let (mut text, mut end) = self.atom(at)?;
        for _ in 0..PARTS {
            match self.get(end) {
                Some(Token::Tilde | Token::Plus) => {
                    let Some((more, after)) = self.atom(end + 1) else { return Some((text, end)) };
                    text.push_str(&more);
                    end = after;
                }
                Some(Token::Str(_) | Token::String(_)) => {
                    let (more, after) = self.atom(end)?;
                    text.push_str(&more);
                    end = after;
                }
                _ => return Some((text, end)),
            }
            if text.len() > FOLDED {
                return None;
            }
        }
        Some((text, end))
    }

    fn atom(&self, at: usize) -> Option<(String, usize)> {
        let (mut text, mut end) = match self.get(at)? {
            Token::Str(text) => ((*text).to_owned(), at + 1),
            Token::String(text) => (text.to_string(), at + 1),
            Token::Ident(name) => (self.constants.get(name)?.clone(), at + 1),
            Token::BracketOpen => self.joined(at)?,
            _ => return None,
        };
        while matches!(self.get(end), Some(Token::Pipe)) {
            match self.ident(end + 1) {
                Some("reverse") => text = text.chars().rev().collect(),
                Some("lower") => text = text.to_lowercase(),
                Some("string" | "trim" | "safe") => {}
                _ => break,
            }
            end += 2;
        }
        (text.len() <= FOLDED).then_some((text, end))
    }

    /// `['a', 'b'] | join`.
    fn joined(&self, open: usize) -> Option<(String, usize)> {
        let mut text = String::new();
        let mut at = open + 1;
        while at < open + 200 {
            match self.get(at)? {
                Token::Str(part) => text.push_str(part),
                Token::String(part) => text.push_str(part),
                Token::Comma => {}
                Token::BracketClose => {
                    let joins = matches!(self.get(at + 1), Some(Token::Pipe)) && self.ident(at + 2) == Some("join");
                    return joins.then_some((text, at + 3));
                }
                _ => return None,
            }
            at += 1;
        }
        None
    }

    fn add(&mut self, kind: Kind, at: usize, what: String) {
        let known = self.report.reaches.iter().any(|reach| reach.kind == kind && reach.what == what);
        if !known
            && self.report.reaches.len() < 64
            && let Some((_, span)) = self.tokens.get(at)
        {
            let range = offset(span.start_offset)..offset(span.end_offset);
            self.report.reaches.push(Reach { kind, range, what });
        }
    }
}

fn is_internal(name: &str) -> bool {
    (name.len() > 4 && name.starts_with("__") && name.ends_with("__"))
        || name.contains("__") && name.starts_with('_')
        || INTERNALS.contains(&name)
}

/// A name of Python's object model inside a longer string, as in a format string.
fn internals_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').find(|word| DUNDERS.contains(word))
}

fn offset(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// More turns than any conversation has messages.
const LONG: u64 = 10_000_000;
/// The longest template that is judged whole.
const LENGTH: usize = 1 << 20;
/// The longest constant that is put together.
const FOLDED: usize = 4096;
/// The most parts of one constant.
const PARTS: usize = 256;

/// Attributes of frames, functions and generators that lead out of a sandbox without underscores.
const INTERNALS: &[&str] = &[
    "mro",
    "func_globals",
    "func_code",
    "gi_frame",
    "gi_code",
    "cr_frame",
    "cr_code",
    "ag_frame",
    "f_globals",
    "f_locals",
    "f_builtins",
    "f_back",
    "tb_frame",
    "tb_next",
    "im_func",
    "im_class",
    "co_code",
    "subclasses",
];

const DUNDERS: &[&str] = &[
    "__class__",
    "__base__",
    "__bases__",
    "__mro__",
    "__subclasses__",
    "__globals__",
    "__builtins__",
    "__import__",
    "__init__",
    "__dict__",
    "__getattribute__",
    "__getattr__",
    "__getitem__",
    "__code__",
    "__reduce__",
    "__reduce_ex__",
    "__call__",
    "__self__",
    "__func__",
    "__module__",
    "__closure__",
    "__loader__",
    "__spec__",
    "__new__",
    "__del__",
    "__wrapped__",
    "__defaults__",
];

/// What templates of models are never given, and an escape needs.
const FOREIGN_MODULES: &[&str] =
    &["os", "sys", "subprocess", "importlib", "builtins", "pickle", "socket", "shutil", "pathlib", "posix", "ctypes"];
const FOREIGN_FUNCTIONS: &[&str] = &[
    "eval",
    "exec",
    "execfile",
    "open",
    "getattr",
    "setattr",
    "globals",
    "locals",
    "popen",
    "get_flashed_messages",
    "url_for",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(template: &str) -> Vec<Kind> {
        let mut kinds: Vec<_> = analyse(template).reaches.into_iter().map(|reach| reach.kind).collect();
        kinds.dedup();
        kinds
    }

    #[test]
    fn escapes_are_seen() {
        for (template, kind) in [
            ("{{ ''.__class__.__mro__ }}", Kind::Internals),
            ("{{ ''['__cla' ~ 'ss__'] }}", Kind::Internals),
            ("{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}", Kind::Internals),
            ("{% set a = '__cl' %}{% set b = a ~ 'ass__' %}{{ ''[b] }}", Kind::Internals),
            ("{{ ''[['__cl', 'ass__']|join] }}", Kind::Internals),
            ("{{ ''['__ssalc__'|reverse] }}", Kind::Internals),
            ("{{ ''|attr('__class__') }}", Kind::Internals),
            ("{{ x|attr(y) }}", Kind::ComputedAttribute),
            ("{{ '{0.__class__}'.format(x) }}", Kind::Internals),
            ("{{ (messages|map(attribute='a.__class__')|list) }}", Kind::Internals),
            ("{{ g.gi_frame.f_back }}", Kind::Internals),
            ("{{ self._TemplateReference__context }}", Kind::Internals),
            ("{%- include '/etc/passwd' -%}", Kind::File),
            ("{% from 'x' import y %}", Kind::File),
            ("{{ os.popen('id') }}", Kind::Foreign),
            ("{{ open('/etc/passwd').read() }}", Kind::Foreign),
            ("{% for a in range(999999999) %}{% endfor %}", Kind::Endless),
            ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", Kind::Endless),
            ("{{ 'a' * 1000000000 }}", Kind::Endless),
        ] {
            assert_eq!(kinds(template).first(), Some(&kind), "{template}");
        }
    }

    #[test]
    fn chat_templates_are_quiet() {
        for template in [
            "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message.content | trim }}{% endfor %}",
            "{%- set ns = namespace(found=false) -%}{%- if ns.found %}{{ raise_exception('no') }}{% endif %}",
            "{%- macro render(tools, indent=2) -%}{{ tools | tojson(indent=indent) }}{%- endmacro %}{{ strftime_now('%d %b %Y') }}",
            "{% for m in messages[::-1] %}{% if loop.first %}{% continue %}{% endif %}{% generation %}{{ m }}{% endgeneration %}{% endfor %}",
            "{% if 'import os' in messages[0].content %}{{ '__media__' ~ tools|map(attribute='name')|join(', ') }}{% endif %}",
            "{% for i in range(messages|length) %}{{ i }}{% endfor %}{{ system.content }}{{ from }}",
            "text about __class__ and import outside of tags {# __class__ #}",
        ] {
            let report = analyse(template);
            assert_eq!((report.reaches, report.broken), (vec![], None), "{template}");
        }
    }

    #[test]
    fn ranges_point_into_the_template() {
        let template = "hello {{ x.__class__ }}";
        assert_eq!(template.get(analyse(template).reaches[0].range.clone()), Some("__class__"));
    }

    #[test]
    fn deep_templates_are_linear() {
        analyse(&format!("{{{{ x{} }}}}", ".a".repeat(200_000)));
        analyse(&"{% for a in b %}".repeat(20_000));
        analyse(&format!("{{{{ {} }}}}", "'a' ~ ".repeat(50_000)));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(template in "(\\{\\{|\\}\\}|\\{%|%\\}|'|\\[|\\||~|[a-z_.]{1,6}| |\\PC){0,60}") {
            analyse(&template);
        }
    }
}
