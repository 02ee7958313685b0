//! A chat template that reaches out of its sandbox.

use palisade_base::{Check, Confidence, Finding, Severity};
use palisade_formats::jinja::Kind;

use crate::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reads chat templates in GGUF metadata, tokenizer configurations and template files as Jinja, puts constant strings
    /// together as Jinja would, and reports attributes of Python's object model (`__class__`, `gi_frame`, ...), names that
    /// templates are not given (`os`, `eval`, ...), attributes whose names are computed, other files (`include`, `import`,
    /// `extends`), functions that neither the template nor a model hub defines, and loops, repetitions and doublings that do
    /// not end in anyone's lifetime.
    ///
    /// ## Why it matters
    ///
    /// A chat template travels with the weights and is run by every program that builds a prompt. Where it is rendered
    /// without a sandbox, walking from any object to `__globals__` runs commands; this happened in llama-cpp-python
    /// (CVE-2024-34359). Where there is a sandbox, the attempt still tells what the author wanted.
    ///
    /// ## Example
    ///
    /// ```jinja
    /// {{ cycler.__init__.__globals__.os.popen('id').read() }}
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not use the model, or replace its template by the one of the base model. Render templates with
    /// `ImmutableSandboxedEnvironment` only.
    ///
    /// ## Limits
    ///
    /// Does not judge what a template says: see `template-backdoor`. Names are put together through operators, filters and
    /// methods of strings, lists and dictionaries; what comes out of a loop or a macro is unknown, and looking up an
    /// attribute by it is reported as computed. Templates for Go (Ollama) are recognised and not judged.
    ///
    /// ## References
    ///
    /// - CVE-2024-34359, llama-cpp-python
    /// - CWE-1336, Improper Neutralization of Special Elements Used in a Template Engine
    /// - Jinja documentation, Sandbox
    static META: Check = {
        name: "template-escape",
        summary: "a chat template reaches out of its sandbox",
        severity: High,
        components: [Model],
        threats: [SupplyChain, Injection],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct TemplateEscape;

impl<'a> Check<Input<'a>> for TemplateEscape {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Template(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Template(template) = input else { return };
        for reach in &template.report.reaches {
            let what: String = reach.what.chars().take(80).collect();
            let (severity, message) = match reach.kind {
                Kind::Internals => (Severity::High, format!("the template walks to `{what}`, out of its sandbox")),
                Kind::Foreign if template.chat => (Severity::High, format!("the template uses `{what}` of Python")),
                Kind::File if template.chat => (reading(&what), format!("the template reads another file: `{what}`")),
                Kind::ComputedAttribute if template.chat => {
                    (Severity::High, "the template looks up an attribute whose name is computed".to_owned())
                }
                Kind::Private if template.chat => {
                    (Severity::Medium, format!("the template looks up `{what}`, which sandboxes refuse"))
                }
                Kind::Unknown if template.chat => {
                    (Severity::Medium, format!("the template calls `{what}`, which templates are not given"))
                }
                Kind::Endless => {
                    let severity = if template.chat { Severity::High } else { Severity::Medium };
                    (severity, format!("the template works without end: {what}"))
                }
                // Templates of pages and configurations include one another all the time.
                _ => continue,
            };
            let evidence = template.evidence(reach.range.clone(), "here".to_owned());
            let confidence = if template.chat { Confidence::High } else { Confidence::Medium };
            report(Finding::builder(&META, evidence, message).severity(severity).confidence(confidence).build());
        }
    }
}

/// A template beside this one is read by nobody, since hubs give no loader; any other path is meant for somebody.
fn reading(statement: &str) -> Severity {
    let path = statement.split_once(' ').map_or("", |(_, path)| path);
    let inside = !path.starts_with(['/', '\\', '~']) && !path.contains("..") && !path.contains(':');
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_template = matches!(extension, "jinja" | "jinja2" | "j2" | "txt" | "html" | "md" | "tmpl" | "tpl");
    if inside && is_template { Severity::Medium } else { Severity::High }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn severities(name: &str, text: &str) -> Vec<Severity> {
        findings("template-escape", name, text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn escapes_are_found_wherever_templates_live() {
        let escape = "{{ messages.__class__ }}";
        assert_eq!(severities("chat_template.jinja", escape), [Severity::High]);
        assert_eq!(
            severities("tokenizer_config.json", &format!(r#"{{"chat_template": "{escape}"}}"#)),
            [Severity::High]
        );
        let list = format!(r#"{{"chat_template": [{{"name": "default", "template": "{escape}"}}]}}"#);
        assert_eq!(severities("tokenizer_config.json", &list), [Severity::High]);
        assert_eq!(severities("chat_template.jinja", "{% include 'x' %}"), [Severity::High]);
        assert_eq!(severities("chat_template.jinja", "{% for a in range(9999999999) %}{% endfor %}"), [Severity::High]);
        assert_eq!(severities("chat_template.jinja", "{% include 'header.jinja' %}"), [Severity::Medium]);
    }

    #[test]
    fn evidence_points_at_the_name() {
        let found =
            findings("template-escape", "tokenizer_config.json", r#"{"chat_template": "a\n{{ x.__globals__ }}"}"#);
        let palisade_base::Evidence::Span { excerpt, .. } = &found[0].evidence[0] else { panic!("no span") };
        assert_eq!(excerpt.marked_text(), "__globals__");
    }

    #[test]
    fn ordinary_templates_are_quiet() {
        let template =
            "{%- set ns = namespace(a=1) %}{% for m in messages %}{{ m['role'] ~ raise_exception('x') }}{% endfor %}";
        assert_eq!(severities("chat_template.jinja", template), []);
        assert_eq!(severities("page.html.j2", "{% extends 'base.html' %}{% include 'nav.html' %}"), []);
        assert_eq!(severities("package.json", r#"{"description": "{{ x.__class__ }}"}"#), []);
    }
}
