//! Reads what comes with a model that is served: the manifest of a `TorchServe` archive, and the packages that it wants.

use palisade_formats::{
    json,
    tree::{Limits, Node},
};

use super::{name, part::Part};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, When},
};

/// Judges a manifest.
pub(super) fn manifest(part: &Part<'_>, text: &str, engine: &mut Engine) {
    let mut effects = Vec::new();
    match json::parse(text, Limits::default()) {
        Ok(document) => {
            for (key, node) in document.root().walk() {
                let (Some(key), Some(path)) = (key.and_then(Node::text), node.string()) else { continue };
                let file = matches!(
                    key,
                    "handler" | "serializedFile" | "modelFile" | "requirementsFile" | "extraFiles" | "configFile"
                );
                if file && path.split(',').any(|path| name::leaves(path.trim())) {
                    let what = format!("takes `{path}` as its {key}, outside of the archive");
                    effects.push(effect(node.span(), Does::Reaches, what));
                }
            }
        }
        Err(failure) => part.unscanned(engine, format!("its manifest cannot be read: {failure}")),
    }
    hand_over(part, "the manifest of a model archive", effects, engine);
}

/// Judges a list of Python packages: those from elsewhere than an index run their set-up unseen.
pub(super) fn requirements(part: &Part<'_>, text: &str, engine: &mut Engine) {
    let mut effects = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.split('#').next().unwrap_or_default().trim();
        if let Some(what) = odd(words) {
            effects.push(effect(start..start + line.trim_end().len(), Does::Custom, what));
        }
        start += line.len();
    }
    hand_over(part, "a list of packages", effects, engine);
}

fn odd(line: &str) -> Option<String> {
    let (option, value) = line.split_once([' ', '=']).unwrap_or((line, ""));
    let url = line.split_once("://").map(|(_, rest)| rest.rsplit('@').next().unwrap_or(rest));
    let host = url.and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default();
    let known = HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")));
    match option {
        "-i" | "--index-url" | "--extra-index-url" | "-f" | "--find-links" | "--trusted-host" if !known => {
            Some(format!("takes packages from `{}`", value.trim()))
        }
        _ if line.contains("git+") || url.is_some() && !known && !option.starts_with('-') => {
            Some(format!("installs `{line}`, from no index of packages"))
        }
        _ => None,
    }
}

fn effect(range: std::ops::Range<usize>, does: Does, what: String) -> Effect {
    Effect { range, carrier: Carrier::Name, does, when: When::Deploy, what }
}

fn hand_over(part: &Part<'_>, title: &'static str, effects: Vec<Effect>, engine: &mut Engine) {
    engine.judge(&Input::Effects(Effects { artifact: part.artifact, bytes: part.bytes, title, effects }));
}

const HOSTS: &[&str] = &[
    "pypi.org",
    "pythonhosted.org",
    "pytorch.org",
    "nvidia.com",
    "anaconda.org",
    "openvino.ai",
    "paddlepaddle.org.cn",
];

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use palisade_base::Severity;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::testing::{findings, observe};

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn handlers_are_read() {
        let with =
            |code: &str| archive(&[("MAR-INF/MANIFEST.json", "{\"model\": {\"handler\": \"h.py\"}}"), ("h.py", code)]);
        let found = findings("embedded-code", "m.mar", with("import os\nos.system('id')\n"));
        assert_eq!(found[0].severity, Severity::High);
        let seen = observe("m.mar", &with("# os.system('x')\ndef handle(data, context):\n    return data\n"), None);
        assert_eq!((seen.findings.len(), seen.unscanned.len(), seen.stats.judged), (0, 0, 1));
    }

    #[test]
    fn manifests_stay_inside() {
        let with = |handler: &str| {
            let manifest = format!("{{\"model\": {{\"handler\": \"{handler}\"}}}}");
            findings("config-call", "m.mar", archive(&[("MAR-INF/MANIFEST.json", &manifest)])).len()
        };
        assert_eq!(
            (with("../../x.py"), with("/tmp/x.py"), with("image_classifier"), with("h.py:handle")),
            (1, 1, 0, 0)
        );
    }

    #[test]
    fn packages_from_elsewhere_are_named() {
        for (line, is_odd) in [
            ("torch==2.1", false),
            ("--extra-index-url https://download.pytorch.org/whl/cpu", false),
            ("--index-url http://198.51.100.1/simple", true),
            ("git+https://github.com/someone/thing", true),
            ("thing @ https://example.org/thing.whl", true),
            ("", false),
        ] {
            assert_eq!(odd(line).is_some(), is_odd, "{line}");
        }
    }
}
