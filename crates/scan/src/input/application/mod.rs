//! Parsed inputs of applications.

mod provenance;
mod servers;
mod sql;
mod words;

use std::{borrow::Cow, cell::OnceCell, collections::HashSet, ops::Range};

use palisade_base::{Artifact, Evidence, Mask};
use palisade_formats::{
    notebook::Notebook,
    python::{Call, Flow, Id, Kind, Module},
    tree::Document,
};

pub(crate) use provenance::{INPUT, MODEL, UNKNOWN};
pub(crate) use servers::Server;
pub(crate) use sql::{executes_sql, is_database, is_sql};
pub(crate) use words::worth_parsing;

/// Python code: a file, or the code cells of a notebook.
#[derive(Debug)]
pub struct Code<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// The file's content.
    pub text: &'a str,
    /// The parsed code.
    pub module: Module,
    /// Where the code stands in the file, if the file is a notebook.
    pub notebook: Option<Notebook>,
    flow: OnceCell<Flow>,
    checked: OnceCell<HashSet<usize>>,
}

impl<'a> Code<'a> {
    /// Parsed code of `artifact`.
    pub(crate) fn new(artifact: &'a Artifact, text: &'a str, module: Module, notebook: Option<Notebook>) -> Self {
        Self { artifact, text, module, notebook, flow: OnceCell::new(), checked: OnceCell::new() }
    }

    /// Where model output, input of users and other unknown values go.
    pub(crate) fn flow(&self) -> &Flow {
        self.flow.get_or_init(|| provenance::follow(&self.module))
    }

    /// A node as evidence.
    pub(crate) fn evidence(&self, node: Id, label: &'static str) -> Evidence {
        Evidence::text(self.artifact, self.text, self.place(node), Mask::No, label)
    }

    /// Whether the file compares a name with a fixed set or matches it as a whole, wherever: someone thought of it.
    pub(crate) fn is_checked(&self, node: Id) -> bool {
        let module = &self.module;
        let name = module.bare(node);
        matches!(module.kind(name), Kind::Identifier | Kind::Attribute)
            && module.variable_number(name).is_some_and(|variable| self.checked().contains(&variable))
    }

    /// Variables on the left of `in` with a set on the right, and those that `re.fullmatch` is given.
    fn checked(&self) -> &HashSet<usize> {
        self.checked.get_or_init(|| {
            let module = &self.module;
            let compared = module.ids().filter(|id| module.kind(*id) == Kind::Comparison).filter_map(|comparison| {
                let mut parts = module.children(comparison);
                let (left, operator, right) = (parts.next()?, parts.next()?, module.bare(parts.next()?));
                let membership =
                    matches!(module.text(operator), "in" | "not in") || module.text(operator).starts_with("not");
                let set = match module.kind(right) {
                    Kind::Identifier | Kind::Attribute => {
                        self.flow().origin(right, INPUT).is_none() && self.flow().origin(right, MODEL).is_none()
                    }
                    Kind::List | Kind::Tuple | Kind::Set | Kind::Dictionary => true,
                    _ => false,
                };
                (membership && set).then_some(left)
            });
            let matched = module.calls().iter().filter(|call| call.path.ends_with("fullmatch")).filter_map(|call| {
                let place = usize::from(call.path == "re.fullmatch");
                module.positional(call.node).nth(place)
            });
            compared.chain(matched).filter_map(|name| module.variable_number(name)).collect()
        })
    }

    fn place(&self, node: Id) -> Range<usize> {
        let range = self.module.range(node);
        match &self.notebook {
            Some(notebook) => notebook.in_file(range),
            None => range,
        }
    }
}

/// What a call calls, with the usual short names of libraries written out where the import is not in the file.
pub(crate) fn callee(call: &Call) -> Cow<'_, str> {
    for (short, long) in SHORT {
        if let Some(rest) = call.path.strip_prefix(short) {
            return Cow::Owned(format!("{long}{rest}"));
        }
    }
    Cow::Borrowed(&call.path)
}

/// Whether a revision is a commit: 40 or 64 hex digits.
pub(crate) fn is_commit(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const SHORT: &[(&str, &str)] = &[("np.", "numpy."), ("pd.", "pandas."), ("tf.", "tensorflow.")];

/// A configuration file that gives tools to a model or an agent.
#[derive(Debug)]
pub struct Tools<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its content.
    pub text: &'a str,
    /// Its values.
    pub document: Document,
}

impl Tools<'_> {
    /// A value as evidence.
    pub(crate) fn evidence(&self, range: Range<usize>, label: &'static str) -> Evidence {
        Evidence::text(self.artifact, self.text, range, Mask::No, label)
    }
}
