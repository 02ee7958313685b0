//! Text of users, tools and documents in the place of the operator's instructions.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Call, Id, Kind, Module, Origin};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, INPUT, MODEL, UNKNOWN},
};

palisade_base::meta! {
    /// ## What it does
    /// Finds system messages into which text is put that someone else wrote: user input, model output, or parameters
    /// named like questions and documents. System messages are dictionaries with the role `system` or `developer`,
    /// `system=`, `system_instruction=` and `instructions=` arguments of model clients, `SystemMessage(...)` and
    /// `("system", ...)` entries of prompt templates.
    ///
    /// ## Why it matters
    /// Models are trained to obey the system message before everything else. Text that lands there speaks with the
    /// authority of the operator, so an instruction hidden in a question or a retrieved page needs no further trick.
    ///
    /// ## Example
    /// ```python
    /// messages = [{"role": "system", "content": f"You are a help desk. The customer says: {question}"}]
    /// ```
    ///
    /// ## What to do
    /// Keep the system message constant. Pass what others wrote as a message of its own role, marked as data:
    /// ```python
    /// messages = [{"role": "system", "content": RULES}, {"role": "user", "content": question}]
    /// ```
    ///
    /// ## Limits
    /// A parameter counts by its name when nothing else is known about it, with low confidence. Messages that are put
    /// together in another file are not seen. Values of settings, names and dates are not reported.
    ///
    /// ## References
    /// - OWASP Top 10 for LLM applications 2025, LLM01 prompt injection and LLM07 system prompt leakage
    /// - OpenAI model specification, the chain of command
    static META: Check = {
        name: "input-in-system-prompt",
        summary: "text of others is put into a system message",
        severity: Medium,
        components: [Application, Model],
        threats: [Injection],
        stages: [Deployment],
        since: "0.1.0",
    }
}

pub(super) struct InputInSystemPrompt;

impl Check<Input<'_>> for InputInSystemPrompt {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Code(code) = input else { return };
        let module = &code.module;
        let dictionaries = module.ids().filter_map(|id| system_content(module, id));
        let arguments = module.calls().iter().filter_map(|call| system_argument(code, call));
        let prompts: Vec<Id> = dictionaries.chain(arguments).take(MOST * 4).collect();
        let templates = module.ids().filter_map(|id| template(code, id));
        prompts.into_iter().filter_map(|prompt| judge(code, prompt)).chain(templates).take(MOST).for_each(report);
    }
}

/// `{"role": "system", "content": ...}`, and `("system", ...)` in a list.
fn system_content(module: &Module, id: Id) -> Option<Id> {
    let is_system = |node: Id| module.constant_text(node).is_some_and(|role| is_system_role(&role));
    match module.kind(id) {
        Kind::Dictionary => {
            let role = module.entry(id, "role").filter(|role| is_system(*role));
            role.and_then(|_| module.entry(id, "content").or_else(|| module.entry(id, "parts")))
        }
        Kind::Tuple if module.parent(id).is_some_and(|parent| module.kind(parent) == Kind::List) => {
            let mut parts = module.children(id);
            let (role, content) = (parts.next()?, parts.next()?);
            (parts.next().is_none() && is_system(role)).then_some(content)
        }
        _ => None,
    }
}

fn is_system_role(role: &str) -> bool {
    matches!(role, "system" | "developer")
}

fn system_argument(code: &Code<'_>, call: &Call) -> Option<Id> {
    let module = &code.module;
    let last = call.path.rsplit('.').next().unwrap_or_default().trim_start_matches('?');
    let is_client =
        || code.flow().origin(call.node, MODEL).is_some() || last.ends_with("Model") || last.ends_with("Agent");
    match last {
        "SystemMessage" | "SystemPromptPart" | "ChatMessageSystem" | "DeveloperMessage" => {
            module.argument(call.node, 0, "content")
        }
        _ if !module.arguments(call.node).any(|argument| module.kind(argument) == Kind::KeywordArgument) => None,
        _ => {
            let takes_instructions = last.ends_with("Agent") || call.path.contains(".responses.");
            let instructions = takes_instructions.then_some("instructions");
            let named = ["system", "system_instruction", "system_prompt", "system_message"];
            named
                .into_iter()
                .chain(instructions)
                .find_map(|name| module.keyword(call.node, name))
                .filter(|_| is_client())
        }
    }
}

fn judge(code: &Code<'_>, prompt: Id) -> Option<Finding> {
    let module = &code.module;
    let built = module.built(prompt);
    let flow = code.flow();
    // A whole message that is handed in is someone else's decision.
    let is_built = built.holes.as_slice() != [module.bare(prompt)] && built.literal.len() > 2;
    if !is_built && names_a_setting(module.text(prompt)) {
        return None;
    }
    let origin = |label| built.holes.iter().find_map(|hole| flow.origin(*hole, label).map(|origin| (*hole, origin)));
    if let Some((hole, from)) = origin(INPUT) {
        let confidence = if from.sure { Confidence::High } else { Confidence::Medium };
        return Some(finding(code, prompt, hole, Some(from), "input of a user", Severity::Medium, confidence));
    }
    if let Some((hole, from)) = origin(MODEL).filter(|_| is_built) {
        return Some(finding(
            code,
            prompt,
            hole,
            Some(from),
            "output of a model or tool",
            Severity::Medium,
            Confidence::Medium,
        ));
    }
    let named = built.holes.iter().find(|hole| is_built && names_foreign_text(&innermost_name(module, **hole)));
    let hole = *named?;
    let from = flow.origin(hole, UNKNOWN)?;
    let what = "text that someone else may have written";
    Some(finding(code, prompt, hole, Some(from), what, Severity::Medium, Confidence::Low))
}

fn finding(
    code: &Code<'_>,
    prompt: Id,
    hole: Id,
    from: Option<Origin>,
    what: &str,
    severity: Severity,
    confidence: Confidence,
) -> Finding {
    let module = &code.module;
    let shown: String = module.text(hole).chars().take(60).collect();
    let message =
        format!("{what} is put into a system message: `{}`", shown.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut finding = Finding::builder(&META, code.evidence(hole, "put in here"), message)
        .severity(severity)
        .confidence(confidence)
        .advice("keep the system message constant and pass this as a message of its own role");
    if !module.is_within(hole, prompt) {
        finding = finding.also(code.evidence(prompt, "the system message"));
    }
    if let Some(from) = from.filter(|from| from.node != hole) {
        finding = finding.also(code.evidence(from.node, "it comes from here"));
    }
    finding.build()
}

/// `("system", "... {question} ...")` of a prompt template, filled in later.
fn template(code: &Code<'_>, id: Id) -> Option<Finding> {
    let module = &code.module;
    let content = match module.kind(id) {
        Kind::Tuple => system_content(module, id)?,
        Kind::Call if module.call(id)?.path.contains("SystemMessagePromptTemplate.from_template") => {
            module.positional(id).next()?
        }
        _ => return None,
    };
    let text = module.constant_text(content)?;
    let name = placeholders(&text).find(|name| names_foreign_text(name))?;
    let message = format!(
        "the system message of a prompt template has a place for `{name}`, which someone else may have written"
    );
    let finding =
        Finding::builder(&META, code.evidence(content, "a system message with a place for foreign text"), message);
    Some(finding.confidence(Confidence::Low).advice("put it into a message of the role of its author").build())
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).filter(|name| {
        !name.is_empty() && name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// `documents` for `self.documents[:3]` and `" ".join(documents)`.
fn innermost_name(module: &Module, hole: Id) -> String {
    let spelled = module.spelling(hole).to_ascii_lowercase();
    let before_call = spelled.split(['(', '[']).next().unwrap_or_default().to_owned();
    if before_call.ends_with("join") || before_call == "str" { spelled } else { before_call }
}

fn names_a_setting(text: &str) -> bool {
    let short = text.get(..80).unwrap_or(text).to_ascii_lowercase();
    text.len() < 80 && ["system", "instruction", "template", "persona"].iter().any(|word| short.contains(word))
}

fn names_foreign_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let mut words = last.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| FOREIGN.contains(&word)) && !OWN.iter().any(|own| last.contains(own))
}

const FOREIGN: &[&str] = &[
    "query",
    "question",
    "message",
    "messages",
    "email",
    "document",
    "documents",
    "docs",
    "ticket",
    "page",
    "webpage",
    "comment",
    "review",
    "transcript",
    "conversation",
    "history",
    "retrieved",
    "chunk",
    "chunks",
    "context",
    "contexts",
    "feedback",
    "passage",
    "passages",
    "article",
    "resume",
    "html",
    "content",
    "contents",
];

/// Names of one's own.
const OWN: &[&str] = &[
    "system",
    "template",
    "prompt",
    "schema",
    "format",
    "count",
    "length",
    "limit",
    "type",
    "_id",
    "email_address",
    "instruction",
];

#[cfg(test)]
mod tests {
    use palisade_base::Confidence::{High, Low, Medium};

    use crate::testing::findings;

    fn judged(text: &str) -> Vec<palisade_base::Confidence> {
        findings("input-in-system-prompt", "a.py", text).iter().map(|finding| finding.confidence).collect()
    }

    #[test]
    fn foreign_text_is_found() {
        for (text, confidence) in [
            ("@app.post('/ask')\ndef ask(q: str):\n    m = [{'role': 'system', 'content': f'You help. {q}'}]", High),
            ("from flask import request\nm = {'role': 'system', 'content': 'Help ' + request.json['q']}", High),
            ("q = input()\nclient.messages.create(model='m', system=f'Answer {q}', messages=[])", High),
            ("q = input()\nSystemMessage(content='Answer %s' % q)", High),
            ("q = input()\np = 'Help with {}'.format(q)\nm = [('system', p)]", High),
            (
                "r = client.responses.create(input='x').output_text\nm = {'role': 'developer', 'content': f'Note: {r}'}",
                Medium,
            ),
            ("def f(documents):\n    return [{'role': 'system', 'content': f'Use this: {documents}'}]", Low),
            ("ChatPromptTemplate.from_messages([('system', 'Answer from {context}'), ('user', '{question}')])", Low),
        ] {
            assert_eq!(judged(text), [confidence], "{text}");
        }
    }

    #[test]
    fn own_text_is_quiet() {
        for text in [
            "m = [{'role': 'system', 'content': 'You help.'}, {'role': 'user', 'content': input()}]",
            "NAME = 'x'\nm = [{'role': 'system', 'content': f'You are {NAME}.'}]",
            "m = [{'role': 'system', 'content': f'Today is {date.today()}.'}]",
            "def f(system_prompt):\n    return [{'role': 'system', 'content': system_prompt}]",
            "def f(schema):\n    return [{'role': 'system', 'content': f'Answer as {schema}'}]",
            "m = [{'role': 'system', 'content': settings.prompt}]",
            "ChatPromptTemplate.from_messages([('system', 'You are {role}.'), ('user', '{question}')])",
            "os.system(f'ls {input()}')",
        ] {
            assert_eq!(judged(text), [], "{text}");
        }
    }
}
