//! Which files code names: paths that are put together of pieces, and what is done there.

use palisade_formats::python::{Call, Field, Id, Kind};

use super::reader::{Found, Reader, WORDS};
use crate::input::model::{Does, code::is_sensitive};

impl Reader<'_> {
    /// Files that the system or its user runs by themselves, altered by a method of a path or by a function that copies,
    /// whatever way the path was put together.
    pub(super) fn alters(&self, call: &Call) -> Found {
        let module = self.module;
        let name = call.path.rsplit('.').next().unwrap_or_default();
        let target = if METHODS.contains(&name) && module.kind(call.function) == Kind::Attribute {
            module.child(call.function, Field::Object)
        } else {
            None
        };
        let copies = COPIES.contains(&call.path.as_str());
        let made = module.arguments(call.node).take(WORDS).skip(1).filter(|_| copies);
        let mut places = target.into_iter().chain(made).map(|node| self.location(node));
        let is_found = places.any(|place| is_sensitive(&place));
        is_found.then(|| {
            (Does::Reaches, format!("touches a file that is none of its business: `{}`", self.shown(call.node)))
        })
    }

    /// The path that an expression spells, with `~` for the home of the user.
    pub(super) fn location(&self, node: Id) -> String {
        self.placed(node, DEPTH).replace("~//", "~/")
    }

    fn placed(&self, node: Id, depth: usize) -> String {
        let module = self.module;
        let node = self.value_of(module.bare(node), &[Kind::Call, Kind::Binary, Kind::String, Kind::Concatenated]);
        let Some(depth) = depth.checked_sub(1) else { return String::new() };
        let side = |field| module.child(node, field).map(|side| self.placed(side, depth)).unwrap_or_default();
        match module.kind(node) {
            Kind::Binary
                if module.child(node, Field::Operator).is_some_and(|operator| module.text(operator) == "/") =>
            {
                format!("{}/{}", side(Field::Left), side(Field::Right))
            }
            Kind::Call => self.called_place(node, depth),
            Kind::KeywordArgument => side(Field::Value),
            Kind::Subscript if module.path(node).starts_with("os.environ") && module.text(node).contains("HOME") => {
                "~".to_owned()
            }
            _ => module.built(node).literal,
        }
    }

    fn called_place(&self, node: Id, depth: usize) -> String {
        let module = self.module;
        let Some(call) = module.call(node) else { return String::new() };
        let parts = || module.positional(node).take(8).map(|part| self.placed(part, depth)).collect::<Vec<_>>();
        let object = || {
            let object = module.child(call.function, Field::Object);
            object.map(|object| self.placed(object, depth)).unwrap_or_default()
        };
        match call.path.as_str() {
            "os.path.join" | "pathlib.Path" | "pathlib.PosixPath" | "os.path.expanduser" | "os.path.expandvars"
            | "os.path.abspath" | "os.path.realpath" | "os.fspath" | "str" => parts().join("/"),
            "os.getenv" | "os.environ.get" if parts().first().is_some_and(|name| name == "HOME") => "~".to_owned(),
            path if path.ends_with("Path.home") => "~".to_owned(),
            path => match path.rsplit('.').next().unwrap_or_default() {
                "joinpath" => format!("{}/{}", object(), parts().join("/")),
                "expanduser" | "resolve" | "absolute" => object(),
                _ => module.built(node).literal,
            },
        }
    }
}

/// Methods of paths that alter what is there.
const METHODS: &[&str] =
    &["write_text", "write_bytes", "open", "touch", "symlink_to", "hardlink_to", "unlink", "rename", "replace"];
/// Functions whose second argument is a file that they make.
const COPIES: &[&str] = &[
    "shutil.copy",
    "shutil.copy2",
    "shutil.copyfile",
    "shutil.copytree",
    "shutil.move",
    "os.link",
    "os.symlink",
    "os.rename",
    "os.replace",
];
/// How deep paths are put together.
const DEPTH: usize = 12;
