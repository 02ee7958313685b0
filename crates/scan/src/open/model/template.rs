//! Opens chat templates: files of their own, and strings in the configuration of tokenizers.

use palisade_base::Artifact;
use palisade_formats::{jinja, tree::Node};

use super::part::Part;
use crate::{
    Engine, Input,
    file::as_text,
    input::model::{Host, Template},
};

/// Whether a name is one of a file that is a template.
pub(super) fn is_template_file(name: &str) -> bool {
    matches!(name.rsplit_once('.').map(|(_, extension)| extension), Some("jinja" | "jinja2" | "j2" | "template"))
}

/// Opens a file that is a template, by its name.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) {
    if !is_template_file(&part.name) || part.is_binary() {
        return;
    }
    let text = as_text(part.bytes);
    let said = ["message", "bos_token", "add_generation_prompt"].iter().any(|word| text.contains(word));
    let path = part.artifact.entry_name().unwrap_or(part.artifact.path());
    let chat = said || path.to_lowercase().contains(CHAT);
    judge(part.artifact, &text, Host::Itself, chat, engine);
}

/// Judges every string of a document behind a key that names a template. A list of named templates has one in each of its
/// objects.
pub(super) fn document(part: &Part<'_>, text: &str, root: Node<'_>, engine: &mut Engine) {
    let mut found = Vec::new();
    root.walk_down(None, &mut |key, node, above: Option<bool>| {
        let own = key.and_then(Node::text).and_then(kind);
        let inside = above.filter(|chat| *chat).or(own).or(above);
        if let (Some(chat), Some(source)) = (inside, node.string())
            && (source.contains("{{") || source.contains("{%"))
        {
            found.push((source, node.inside(), chat));
        }
        inside
    });
    if found.len() > TEMPLATES {
        part.unscanned(engine, format!("only the first {TEMPLATES} of its templates were judged"));
    }
    for (source, range, chat) in found.into_iter().take(TEMPLATES) {
        judge(part.artifact, source, Host::Text { text, range }, chat, engine);
    }
}

/// Whether a key names a template, and whether that is one of a conversation.
fn kind(key: &str) -> Option<bool> {
    key.contains(OTHER).then(|| key.contains(CHAT))
}

/// Judges one template.
pub(super) fn judge(artifact: &Artifact, source: &str, host: Host<'_>, chat: bool, engine: &mut Engine) {
    let report = jinja::analyse(source);
    if let Some(at) = report.broken
        && chat
    {
        super::unscanned(artifact, engine, format!("the template cannot be read on from byte {at}"));
    }
    engine.judge(&Input::Template(Template { artifact, source, report: &report, host, chat }));
}

const CHAT: &str = "chat_template";
const OTHER: &str = "template";
const TEMPLATES: usize = 64;
