//! Writes what was found as a manifest that explains itself.

use std::fmt::Write;

use palisade_base::system::{Protocol, Role};

use super::discover::Found;

pub(super) fn write(name: &str, found: &Found) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "\
# What this AI system is made of, for `palisade assess`.
# `palisade init` wrote this draft from the files that it found: correct it, and fill in what only you know.

[system]
name = {}
# purpose = \"what it is for, in a sentence\"
# owner = \"who answers for it\"
# How much it does by itself: \"inform\" (it answers), \"assist\" (a person confirms each action) or \"act\".
# Left out, it counts as \"act\".
# autonomy = \"assist\"
",
        quoted(name)
    );
    models(&mut text, found);
    let about = "The code around the models: what it passes to them, and what it does with what they say.";
    section(&mut text, "Applications", about, "application", "path = \"app\"", &found.applications);
    let about = "Where it runs: Dockerfiles, compose files, Kubernetes manifests.";
    section(&mut text, "Infrastructure", about, "infrastructure", "path = \"deploy\"", &found.infrastructure);
    data(&mut text, found);
    text.push_str(TAIL);
    text
}

fn models(text: &mut String, found: &Found) {
    heading(text, "Models", "Files, and endpoints that someone else runs.");
    if found.models.is_empty() && found.endpoints.is_empty() {
        example(text, "model", "path = \"models/classifier.onnx\"");
    }
    for path in &found.models {
        let _ = write!(text, "\n[[model]]\nname = {}\npath = {}\n", quoted(path), quoted(path));
        text.push_str(
            "# task = \"classification\"         # or text-generation, embedding, regression, ranking, other\n",
        );
        text.push_str("# trained-on = [\"...\"]            # names of [[data]] below\n");
        text.push_str("# exposure = \"internal\"           # who can query it: private, internal, public\n");
    }
    for (name, endpoint) in &found.endpoints {
        let protocol = match endpoint.protocol {
            Protocol::Openai => "openai",
            Protocol::Anthropic => "anthropic",
            Protocol::Gemini => "gemini",
            Protocol::Oip => "oip",
            Protocol::TfServing => "tf-serving",
            Protocol::Json => "json",
        };
        let _ = write!(text, "\n[[model]]                       # called in {}\n", comment(&endpoint.seen_in));
        let _ = write!(text, "name = {}\nendpoint = {}  # correct this\n", quoted(name), quoted(endpoint.url));
        let _ = write!(text, "protocol = {}\ntask = \"text-generation\"\n", quoted(protocol));
    }
}

fn data(text: &mut String, found: &Found) {
    heading(text, "Data", "What models learn from, are judged by, and read while they answer.");
    if found.data.is_empty() {
        example(text, "data", "path = \"data/train.csv\"");
    }
    for (path, data) in &found.data {
        let _ = write!(text, "\n[[data]]\nname = {}\npath = {}\n", quoted(path), quoted(path));
        let role = data.role.map(|role| match role {
            Role::Train => "train",
            Role::Validation => "validation",
            Role::Test => "test",
            Role::Retrieval => "retrieval",
        });
        match role {
            Some(role) => drop(writeln!(text, "role = {}", quoted(role))),
            None => text.push_str("# role = \"train\"                # or validation, test, retrieval\n"),
        }
        match &data.label {
            Some(label) => drop(writeln!(text, "label = {}", quoted(label))),
            None => text.push_str("# label = \"label\"               # the column that holds the label\n"),
        }
        text.push_str("# personal = false              # does it hold personal data?\n");
        text.push_str("# licence = \"CC-BY-4.0\"         # an SPDX expression, or \"proprietary\"\n");
        text.push_str("# source = \"where it came from\"\n");
    }
}

fn section<'a>(
    text: &mut String,
    title: &str,
    about: &str,
    table: &str,
    sample: &str,
    paths: impl IntoIterator<Item = &'a String>,
) {
    heading(text, title, about);
    let mut any = false;
    for path in paths {
        any = true;
        let _ = write!(text, "\n[[{table}]]\nname = {}\npath = {}\n", quoted(path), quoted(path));
    }
    if !any {
        example(text, table, sample);
    }
}

fn heading(text: &mut String, title: &str, about: &str) {
    let _ = write!(text, "\n# --- {title} ---\n# {about}\n");
}

fn example(text: &mut String, table: &str, sample: &str) {
    let _ = write!(text, "# None found.\n#\n# [[{table}]]\n# name = \"...\"\n# {sample}\n");
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn comment(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

const TAIL: &str = "
# --- Safeguards that the files do not show ---
# Declared controls count as declared (E1), not as seen.
#
# [[control]]
# threat = \"extraction\"           # evasion, poisoning, extraction, inversion, injection, supply-chain
# component = \"application\"       # model, application, infrastructure, data
# what = \"100 requests a minute for each key\"

[assess]
fail-on = \"high\"                  # exit with 1 from this severity on
exclude = []                      # paths to leave out, as .gitignore patterns

# --- Accepted findings ---
# Each needs a reason and a last day; one that no longer matches is reported.
#
# [[ignore]]
# rule = \"unsigned-weights\"
# target = \"models/legacy.onnx\"
# reason = \"replaced in the next release\"
# expires = \"2027-01-31\"
";
