//! What kind of package an archive is, by the names of its members, and what its parts are to the loader of that kind.
//!
//! Settings, schemas and code in archives are text: only the package tells that a loader obeys them.

use std::collections::HashSet;

use palisade_formats::python::{Kind as Syntax, Limits, Module};

use super::{
    keras, members, name,
    part::Part,
    python::{self, Use},
    repository, serve,
    settings::Reads,
    skops, source, torchscript,
};
use crate::{
    Engine, Input,
    file::as_text,
    input::model::{Does, Effects, Oddity, OddityKind, When, target::Trust},
};

/// A kind of package. An archive may be of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Keras,
    Skops,
    Served,
    Nemo,
    Script,
    Exported,
    Package,
}

/// What an archive is, and what was found in it so far.
pub(super) struct Bundle {
    kinds: Vec<Kind>,
    /// Files that a schema of skops names.
    named: Option<Vec<String>>,
    /// Members of a skops archive that nothing explains yet: name, whether it is code, whether it says so by its name.
    strange: Vec<(String, bool)>,
    oddities: Vec<Oddity>,
    acts: bool,
    /// Folders with code of a model, which loaders import.
    custom: HashSet<String>,
    /// Modules that settings in it name, by their paths in it.
    asked: HashSet<String>,
}

impl Bundle {
    /// What an archive with such a name and such members is.
    pub(super) fn of(name: &str, members: &[&str]) -> Self {
        let has = |test: &dyn Fn(&str) -> bool| members.iter().any(|member| test(member.trim_start_matches("./")));
        let at_root = |name: &'static str| has(&|member| member == name);
        let own = extension(name);
        let mut kinds = Vec::new();
        let mut is = |kind, holds: bool| kinds.extend(holds.then_some(kind));
        let keras = at_root("config.json") && (at_root("metadata.json") || at_root("model.weights.h5"));
        is(Kind::Keras, own == "keras" || keras);
        let arrays = has(&|member| matches!(extension(member).as_str(), "npy" | "npz"));
        is(Kind::Skops, own == "skops" || at_root("schema.json") && arrays);
        is(Kind::Served, own == "mar" || at_root("MAR-INF/MANIFEST.json"));
        let weights = has(&|member| matches!(extension(member).as_str(), "ckpt" | "nemo" | "distcp"));
        let config = has(&|member| file_name(member) == "model_config.yaml");
        is(Kind::Nemo, own == "nemo" || config || weights && has(&|member| extension(member) == "yaml"));
        let torch = has(&|member| member.ends_with("data.pkl") || member.ends_with("constants.pkl"));
        is(Kind::Script, torch && has(&is_script));
        let exported =
            has(&|member| member.ends_with("archive_format") || member == "serialized_exported_program.json");
        is(Kind::Exported, own == "pt2" || exported);
        let carries =
            |member: &str| [".data/extern_modules", ".data/python_version"].iter().any(|it| member.ends_with(it));
        is(Kind::Package, has(&carries));
        let modules = || members.iter().filter(|member| source::is_custom_code(&file_name(member).to_lowercase()));
        // Packages of software bring modules of these names along for many models.
        let custom = if modules().next().is_none() || members::is_software(members.iter().copied()) {
            HashSet::new()
        } else {
            modules().map(|member| folder(member).to_owned()).collect()
        };
        Self {
            kinds,
            named: None,
            strange: Vec::new(),
            oddities: Vec::new(),
            acts: false,
            custom,
            asked: HashSet::new(),
        }
    }

    /// Whether a member lies with code of a model, or in a package of it.
    fn is_custom(&self, member: &str) -> bool {
        if source::is_custom_code(&file_name(member).to_lowercase()) {
            return true;
        }
        let own = folder(member);
        self.custom.contains(own) || !own.is_empty() && self.custom.contains(folder(own))
    }

    fn is(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether a member matters although its bytes are of no format.
    pub(super) fn wants(&self, member: &str) -> bool {
        let own = extension(member);
        let any = |extensions: &[&str]| extensions.contains(&own.as_str());
        let by_kind = self.kinds.iter().any(|kind| match kind {
            Kind::Keras | Kind::Exported => any(&["json"]),
            Kind::Skops => !any(&["npy", "npz"]),
            Kind::Served => any(SETTINGS) || any(&["txt"]) && file_name(member).starts_with("requirements"),
            Kind::Nemo => any(SETTINGS),
            Kind::Script => is_script(member),
            Kind::Package => false,
        });
        let code = own == "py" && (self.is_model() || self.is_custom(member));
        by_kind || code || self.is_model() && any(SCRIPTS) || repository::wants(&name::file_name(member))
    }

    /// Whether settings name modules that nothing has judged.
    pub(super) fn asks(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Judges a module that settings name, unless it was judged for what it is called.
    pub(super) fn answer(&mut self, part: &Part<'_>, member: &str, engine: &mut Engine) {
        let member = member.trim_start_matches("./");
        if self.asked.remove(member) && !self.is_model() && !self.is_custom(member) {
            let text = as_text(part.bytes);
            let usage = Use { when: When::Load, script: false, builds: false };
            python::judge(part, &text, "Python that comes with a model", usage, engine);
        }
    }

    /// Whether a member is a module that settings name.
    pub(super) fn asks_for(&self, member: &str) -> bool {
        self.asked.contains(member.trim_start_matches("./"))
    }

    /// Judges a member that [`Bundle::wants`]. Returns whether it was read as a part of the package.
    pub(super) fn open(&mut self, part: &Part<'_>, member: &str, engine: &mut Engine) -> bool {
        if !self.wants(member) {
            return false;
        }
        if self.is_model() && SCRIPTS.contains(&extension(member).as_str()) {
            // Scripts of a shell have no place beside weights; beside a server they may.
            let code = !self.is(Kind::Served);
            self.odd(format!("`{member}` is a script"), code);
        }
        let text = as_text(part.bytes);
        let acts = self.member(part, member, &text, engine);
        self.acts |= acts == Some(true);
        let own = extension(member);
        let obeyed = SETTINGS.contains(&own.as_str()) && (self.is(Kind::Nemo) || self.is(Kind::Served));
        if own != "py" || acts.is_none() {
            let trust = if obeyed { Trust::Archive } else { Trust::Project };
            let seen = repository::open(part, Reads { trust, keras: acts.is_none() }, engine);
            self.acts |= seen.acts;
            let folder = member.trim_start_matches("./").rsplit_once('/').map_or("", |(folder, _)| folder);
            let inside = |module: String| if folder.is_empty() { module } else { format!("{folder}/{module}") };
            self.asked.extend(seen.modules.into_iter().map(inside));
        }
        acts.is_some() || obeyed
    }

    /// Whether a member does more than compute; `None` if it is nothing to the loader.
    fn member(&mut self, part: &Part<'_>, member: &str, text: &str, engine: &mut Engine) -> Option<bool> {
        let own = extension(member);
        let name = file_name(member);
        if self.is(Kind::Keras) && own == "json" {
            let config = name == "config.json" || text.contains("\"class_name\"");
            config.then(|| keras::config(part, text, 0, engine))
        } else if self.is(Kind::Skops) && matches!(member, "schema.json" | "schema") {
            let (files, acts) = skops::schema(part, text, engine);
            self.named.get_or_insert_default().extend(files);
            Some(acts)
        } else if self.is(Kind::Skops) {
            self.skops_member(member, text);
            None
        } else if self.is(Kind::Served) && member.ends_with("MAR-INF/MANIFEST.json") {
            serve::manifest(part, text, engine);
            Some(false)
        } else if self.is(Kind::Served) && own == "txt" {
            serve::requirements(part, text, engine);
            Some(false)
        } else if self.is(Kind::Script) && is_script(member) {
            Some(torchscript::code(part, text, engine))
        } else if own == "py" && (self.is_model() || self.is_custom(member)) {
            if self.is(Kind::Package) {
                self.package(part, engine);
            }
            let when = if self.is(Kind::Served) { When::Deploy } else { When::Load };
            Some(python::judge(
                part,
                text,
                "Python that comes with a model",
                Use { when, script: false, builds: false },
                engine,
            ))
        } else if self.is(Kind::Exported) && own == "json" {
            Some(torchscript::graph(part, text, engine))
        } else {
            None
        }
    }

    /// Modules of a package of torch run when its pickle names them.
    fn package(&mut self, part: &Part<'_>, engine: &mut Engine) {
        use crate::input::model::{Carrier, Effect};
        let what = "runs the Python modules that it carries, such as this one".to_owned();
        let effect = Effect { range: 0..1, carrier: Carrier::Code, does: Does::Custom, when: When::Load, what };
        // Once is enough: a package has hundreds.
        let effects = if self.acts { Vec::new() } else { vec![effect] };
        self.acts = true;
        engine.judge(&Input::Effects(Effects {
            artifact: part.artifact,
            bytes: part.bytes,
            title: "a package of torch",
            effects,
        }));
    }

    fn odd(&mut self, what: String, code: bool) {
        if self.oddities.len() < 32 {
            self.oddities.push(Oddity { offset: 0, what, kind: OddityKind::Disguise, code });
        }
    }

    /// Whatever is not the schema is an array or bytes that the schema names.
    fn skops_member(&mut self, member: &str, text: &str) {
        let loads = matches!(extension(member).as_str(), "py" | "pyc" | "so" | "pkl" | "pickle" | "joblib" | "dill");
        if loads || is_python(text) {
            self.strange.push((member.to_owned(), true));
        } else if skops::is_node(member) {
            self.strange.push((member.to_owned(), false));
        }
    }

    /// What is odd about the package as a whole, and whether something in it does more than compute.
    pub(super) fn finish(mut self, part: &Part<'_>, engine: &mut Engine) -> (Vec<Oddity>, bool) {
        let strange = std::mem::take(&mut self.strange);
        let named: Option<HashSet<String>> = self.named.take().map(|named| named.into_iter().collect());
        for (member, code) in strange {
            let is_named = named.as_ref().is_some_and(|named| named.contains(&member));
            if code {
                self.odd(format!("`{member}` is code, and an archive of skops holds none"), true);
            } else if !is_named {
                self.odd(format!("`{member}` is called like a part of the loader of skops"), false);
            }
        }
        if self.is(Kind::Skops) && named.is_none() {
            let what = "it has no schema, and some loaders of skops files then load it as a pickle".to_owned();
            self.odd(what, false);
        }
        if !self.kinds.is_empty() {
            // Read as a whole, whatever its members are.
            let (artifact, bytes, title) = (part.artifact, part.bytes, "a package of a model");
            engine.judge(&Input::Effects(Effects { artifact, bytes, title, effects: Vec::new() }));
        }
        (self.oddities, self.acts)
    }

    /// Whether the archive is a package of a model at all.
    pub(super) fn is_model(&self) -> bool {
        !self.kinds.is_empty()
    }
}

/// Whether a text is Python that imports something and calls it: prose and labels are not.
fn is_python(text: &str) -> bool {
    if !text.contains("import") || text.len() > 1 << 20 || text.contains('\0') {
        return false;
    }
    let Ok(module) = Module::parse(text, Limits::default()) else { return false };
    let imports = module.ids().any(|id| matches!(module.kind(id), Syntax::Import | Syntax::ImportFrom));
    imports && module.calls().iter().any(|call| call.path.contains('.') && !call.path.starts_with('?'))
}

/// The code of `TorchScript`: `code/__torch__.py` and what is below it.
fn is_script(member: &str) -> bool {
    (member.starts_with("code/") || member.contains("/code/")) && extension(member) == "py"
}

fn folder(member: &str) -> &str {
    member.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn file_name(member: &str) -> &str {
    member.rsplit('/').next().unwrap_or_default()
}

/// The extension of a file name, lower case; empty if there is none.
fn extension(member: &str) -> String {
    file_name(member).rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

const SETTINGS: &[&str] = &["yaml", "yml", "json"];
const SCRIPTS: &[&str] = &["sh", "bash", "bat", "cmd", "ps1"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_by_their_members() {
        for (name, members, kinds) in [
            ("a.zip", &["config.json", "model.weights.h5"][..], &[Kind::Keras][..]),
            ("a.keras", &[], &[Kind::Keras]),
            ("a.zip", &["schema.json", "1.npy"], &[Kind::Skops]),
            ("a.zip", &["schema.json", "page.html"], &[]),
            ("a.zip", &["MAR-INF/MANIFEST.json"], &[Kind::Served]),
            ("a.tar", &["./model_config.yaml"], &[Kind::Nemo]),
            ("a.pt", &["m/data.pkl", "m/code/__torch__.py"], &[Kind::Script]),
            ("a.pt", &["m/data.pkl"], &[]),
            ("a.pt", &["m/.data/extern_modules", "m/x.py"], &[Kind::Package]),
            ("a.pt2", &["models/model.json"], &[Kind::Exported]),
            ("a.zip", &["src/code/x.py", "config.json"], &[]),
        ] {
            assert_eq!(Bundle::of(name, members).kinds, kinds, "{name} {members:?}");
        }
    }

    #[test]
    fn only_what_loaders_obey_is_wanted() {
        let bundle = Bundle::of("m.mar", &[]);
        assert!(["h.py", "x/requirements.txt", "MAR-INF/MANIFEST.json"].iter().all(|member| bundle.wants(member)));
        assert!(Bundle::of("a.zip", &["modeling_x.py"]).wants("modeling_x.py"));
        assert!(["vocab.txt", "weights.bin"].iter().all(|member| !bundle.wants(member)));
        assert!(!Bundle::of("a.zip", &["x.py"]).wants("x.py"));
        let custom = Bundle::of("a.zip", &["m/modeling_x.py", "m/helper.py", "other/x.py"]);
        assert!(["m/modeling_x.py", "m/helper.py", "m/sub/__init__.py"].iter().all(|member| custom.wants(member)));
        assert!(!custom.wants("other/x.py") && !custom.wants("x.py"));
        assert!(!Bundle::of("a.zip", &["m/modeling_x.py", "m/tool.py", "setup.py"]).wants("m/tool.py"));
    }
}
