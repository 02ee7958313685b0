//! What a repository of models holds beside weights, loose or in an archive: settings, templates, and Python that loaders
//! import.

use super::{
    entry,
    part::Part,
    settings::{self, Reads, Seen},
    source, template,
};
use crate::Engine;

/// Whether a member of an archive is judged although its bytes are of no format.
pub(super) fn wants(name: &str) -> bool {
    settings::is_settings(name)
        || template::is_template_file(name)
        || source::is_custom_code(name)
        || entry::may_be(name)
}

/// Judges what a repository holds beside weights.
pub(super) fn open(part: &Part<'_>, reads: Reads, engine: &mut Engine) -> Seen {
    let seen = settings::open(part, reads, engine);
    template::open(part, engine);
    source::open(part, engine);
    seen
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use palisade_base::Severity;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::testing::{findings, observe};

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const COMMAND: &str = "import os\nos.system('id')\n";
    const TEMPLATE: &str = "{{ messages }}{{ ''.__class__.__mro__ }}";

    #[test]
    fn archives_hide_nothing_of_a_repository() {
        let chat = format!("{{\"chat_template\": \"{TEMPLATE}\"}}");
        let other = r#"{"auto_map": {"AutoModel": "someone/else--modeling_x.X"}}"#;
        let named = r#"{"auto_map": {"AutoModel": "run.X"}}"#;
        for (rule, members) in [
            ("template-escape", &[("m/tokenizer_config.json", chat.as_str())][..]),
            ("template-escape", &[("m/chat_template.jinja", TEMPLATE)]),
            ("config-call", &[("m/config.json", other)]),
            ("config-call", &[("m/conf.yaml", "_target_: os.system\n")]),
            ("embedded-code", &[("m/modeling_x.py", COMMAND)]),
            ("embedded-code", &[("m/run.py", COMMAND), ("m/config.json", named)]),
            ("template-escape", &[("MAR-INF/MANIFEST.json", "{}"), ("tokenizer_config.json", &chat)]),
        ] {
            let found = findings(rule, "m.zip", archive(members));
            let worst = found.iter().map(|finding| finding.severity).max();
            assert!(worst >= Some(Severity::High), "{rule} {members:?}");
        }
    }

    #[test]
    fn sources_in_archives_stay_quiet() {
        let members = [("app/train.py", COMMAND), ("app/package.json", "{\"type\": \"x\"}"), ("app/run.sh", "id\n")];
        let seen = observe("app.zip", &archive(&members), None);
        assert_eq!(seen.findings.len(), 0, "{:?}", seen.findings);
    }
}
