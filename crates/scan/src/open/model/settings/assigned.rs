//! Judges settings that are written as assignments: targets of Hydra, and what `logging.config` evaluates.

use palisade_formats::assignments::{Assignment, assignments};

use super::Seen;
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, When, target::Trust},
    open::model::{hydra, part::Part},
};

/// Judges the settings of a file.
pub(super) fn open(part: &Part<'_>, text: &str, engine: &mut Engine) -> Seen {
    let all = assignments(text, MOST);
    if all.len() == MOST {
        part.unscanned(engine, format!("only the first {MOST} of its settings were judged"));
    }
    let effects: Vec<Effect> = all.iter().filter_map(|one| judged(one, &all)).take(LISTED).collect();
    let acts = effects.iter().any(|effect| effect.does > Does::Known);
    let seen = Seen { is_model: !effects.is_empty(), acts, ..Seen::default() };
    if seen.is_model {
        let (artifact, bytes, title) = (part.artifact, part.bytes, "settings");
        engine.judge(&Input::Effects(Effects { artifact, bytes, title, effects }));
    }
    seen
}

fn judged(one: &Assignment, all: &[Assignment]) -> Option<Effect> {
    let last = one.key.rsplit('.').next().unwrap_or_default();
    let (carrier, does, what) = match last {
        "_target_" | "__target__" | "class_path" => {
            let path = referred(&one.value, all);
            let (does, what) = hydra::called(path, Trust::Project)?;
            (Carrier::Name, does, what)
        }
        "class" | "args" | "kwargs" if is_handler(&one.section) => {
            let (does, what) = hydra::evaluated(&one.value)?;
            (Carrier::Code, does, what)
        }
        _ => return None,
    };
    Some(Effect { range: one.range.clone(), carrier, does, when: When::Load, what })
}

/// What `${name}` stands for.
fn referred<'a>(value: &'a str, all: &'a [Assignment]) -> &'a str {
    let name = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let Some(name) = name.map(|name| name.trim_start_matches('?')) else { return value };
    all.iter().find(|one| one.key == name).map_or(value, |one| one.value.as_str())
}

/// A section of `logging.config.fileConfig`, which evaluates what stands in it.
fn is_handler(section: &str) -> bool {
    section.starts_with("handler_") || section.starts_with("formatter_")
}

/// The most settings of one file that are looked at.
const MOST: usize = 200_000;
const LISTED: usize = 100;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, observe};

    fn worst(rule: &str, name: &str, text: &str) -> Option<Severity> {
        findings(rule, name, text).into_iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn targets_are_found_in_every_dialect() {
        for (name, text) in [
            ("a.toml", "[model]\n_target_ = \"os.system\"\n"),
            ("a.conf", "model { _target_ = os.system, command = id }"),
            ("a.hocon", "f = \"subprocess.Popen\"\nmodel._target_ = ${f}\n"),
            ("a.ini", "[model]\n_target_: builtins.eval\n"),
            ("a.cfg", "class_path = os.popen\n"),
        ] {
            assert_eq!(worst("config-call", name, text), Some(Severity::Critical), "{text}");
        }
        for (name, text) in [
            ("a.toml", "[model]\n_target_ = \"torch.optim.Adam\"\n"),
            ("a.toml", "[model]\n_target_ = \"my.pkg.build\"\n# _target_ = \"os.system\"\n"),
            ("a.conf", "description = \"_target_ is os.system\"\n"),
            ("a.properties", "class_path = lib/os.jar\n"),
        ] {
            assert_eq!(worst("config-call", name, text), None, "{text}");
        }
    }

    #[test]
    fn handlers_of_logging_are_evaluated() {
        let with = |args: &str| format!("[handlers]\nkeys=x\n[handler_x]\nclass=StreamHandler\nargs={args}\n");
        assert_eq!(
            worst("embedded-code", "log.ini", &with("(__import__('os').system('id'),)")),
            Some(Severity::Critical)
        );
        for args in ["(sys.stdout,)", "('app.log', 'a', 10000, 5)"] {
            let seen = observe("log.ini", with(args).as_bytes(), None);
            assert!(seen.findings.iter().all(|finding| finding.severity < Severity::Medium), "{args}");
        }
    }
}
