//! Tools that act without asking anyone.

use std::ops::Range;

use palisade_base::{Check, Confidence, Evidence, Finding, Mask, Meta, Severity};
use palisade_formats::{
    python::{Call, Constant, Id},
    tree::Node,
};

use super::{MOST, name_and_extension};
use crate::{
    Input,
    input::{
        Text,
        application::{Code, Server, Tools},
    },
};

palisade_base::meta! {
    /// ## What it does
    /// Finds settings that let a model use tools without a person: `alwaysAllow`, `autoApprove` and their spellings in
    /// the configuration of a client, `require_approval: "never"`, `allow_dangerous_requests`, `allow_dangerous_code` and
    /// `allow_dangerous_tools` in code, command-line switches that skip every permission, and file tools that are
    /// given the root of the file system or a whole home directory.
    ///
    /// ## Why it matters
    /// The question to a person is the last thing between an instruction hidden in a page or ticket and an action. Without
    /// it, whoever writes text that the model reads can use the tools.
    ///
    /// ## Example
    /// ```json
    /// {"mcpServers": {"files": {"command": "files", "args": ["/"], "alwaysAllow": ["write_file"]}}}
    /// ```
    ///
    /// ## What to do
    /// Let tools that only read run freely if they must, and ask for those that write, send, pay or execute. Give file
    /// tools one folder. In containers made for it, take away network and secrets before permissions are skipped.
    ///
    /// ## Limits
    /// A list of tools whose names only read (`get_`, `list_`, `search_`, `read_`) is reported as low. Whether the switch
    /// is used in a sandbox cannot be seen.
    ///
    /// ## References
    /// - OWASP Top 10 for LLM applications 2025, LLM06 excessive agency
    /// - Model Context Protocol specification, tools: a person in the loop
    static META: Check = {
        name: "unconfirmed-tool",
        summary: "tools run without a person's consent, or reach the whole file system",
        severity: High,
        components: [Application],
        threats: [Injection],
        stages: [Deployment, Operations],
        since: "0.1.0",
    }
}

pub(super) struct UnconfirmedTool;

impl Check<Input<'_>> for UnconfirmedTool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        if let Input::Text(text) = input {
            // Other files say nothing about tools unless they use a switch.
            return is_command_file(text) && SWITCHES.iter().any(|switch| text.text.contains(switch));
        }
        matches!(input, Input::Tools(_) | Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        if let Input::Tools(tools) = input {
            let values = tools.document.root().walk();
            let settings = values.into_iter().filter_map(|(key, value)| setting(tools, key?, value));
            let servers = tools.servers();
            settings.chain(servers.iter().filter_map(|server| reach(tools, server))).take(MOST).for_each(report);
        } else if let Input::Code(code) = input {
            code.module.calls().iter().filter_map(|call| call_flaw(code, call)).take(MOST).for_each(report);
        } else if let Input::Text(text) = input {
            switches(text).take(MOST).for_each(report);
        }
    }
}

fn setting(tools: &Tools<'_>, key: Node<'_>, value: Node<'_>) -> Option<Finding> {
    let written = key.text()?;
    let name: String = written.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (severity, what) = match name.as_str() {
        "alwaysallow" | "autoapprove" | "autoapproved" | "alwaysallowed" | "autorun" | "autoapprovetools" => {
            approved(value)?
        }
        "requireapproval" | "approvalpolicy" | "approvalmode" => match value.string()? {
            "never" | "auto" | "yolo" | "full-auto" => (Severity::High, "every tool"),
            _ => return None,
        },
        "defaultmode" if value.string()? == "bypassPermissions" => (Severity::High, "every tool"),
        "dangerouslyskippermissions" | "dangerouslyallowall" | "yolo" | "yolomode" | "trust" if is_on(value) => {
            (Severity::High, "every tool")
        }
        _ => return None,
    };
    let message = format!("`{written}` lets {what} run without a person's consent");
    let range = key.inside().start..value.inside().end;
    let finding = Finding::builder(&META, tools.evidence(range, "nobody is asked"), message).severity(severity);
    Some(finding.advice("ask a person before tools that write, send, pay or execute").build())
}

/// What a list of approved tools allows.
fn approved(value: Node<'_>) -> Option<(Severity, &'static str)> {
    if is_on(value) || matches!(value.string(), Some("*" | "all" | "always")) {
        return Some((Severity::High, "every tool"));
    }
    let names: Vec<&str> = value.items().filter_map(Node::string).collect();
    let all = names.iter().any(|name| name.contains('*'));
    let writes = names.iter().any(|name| !only_reads(name));
    match names.is_empty() {
        true => None,
        false if all => Some((Severity::High, "every tool")),
        false if writes => Some((Severity::High, "named tools")),
        false => Some((Severity::Low, "tools that read")),
    }
}

fn is_on(value: Node<'_>) -> bool {
    value.is_plain() && value.truth() == Some(true)
}

fn only_reads(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let first = name.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    ["get", "list", "search", "read", "find", "describe", "show", "view", "lookup", "count", "fetch", "query", "status"]
        .iter()
        .any(|verb| first.starts_with(verb))
}

/// A file tool that is given everything.
fn reach(tools: &Tools<'_>, server: &Server<'_>) -> Option<Finding> {
    let words = server.words();
    let about_files = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["filesystem", "file-system", "files", "fs-", "desktop-commander"].iter().any(|word| text.contains(word))
    };
    if !about_files(server.name) && !words.iter().any(|(word, _)| about_files(word)) {
        return None;
    }
    let (root, range) = words.iter().find(|(word, _)| is_everything(word))?;
    let message = format!("the file tool `{}` is given `{root}`", server.name);
    let finding = Finding::builder(&META, tools.evidence(range.clone(), "everything below this"), message);
    Some(finding.advice("give it one folder that holds nothing else").build())
}

fn is_everything(word: &str) -> bool {
    let word = word.strip_prefix("--allowed-directories=").or_else(|| word.strip_prefix("--root=")).unwrap_or(word);
    let trimmed = if word.len() > 1 { word.trim_end_matches(['/', '\\']) } else { word };
    let home =
        |prefix: &str| trimmed.strip_prefix(prefix).is_some_and(|user| !user.is_empty() && !user.contains(['/', '\\']));
    matches!(
        trimmed,
        "/" | "~"
            | "$HOME"
            | "${HOME}"
            | "${env:HOME}"
            | "C:"
            | "c:"
            | "/home"
            | "/Users"
            | "/root"
            | "/etc"
            | "%USERPROFILE%"
            | "${userHome}"
    ) || home("/home/")
        || home("/Users/")
        || home("C:\\Users\\")
        || home("C:/Users/")
}

fn call_flaw(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    let flaw = |node, message: String, confidence| {
        let finding = Finding::builder(&META, code.evidence(node, "nobody is asked"), message);
        Some(
            finding.confidence(confidence).advice("ask a person before tools that write, send, pay or execute").build(),
        )
    };
    for name in
        ["allow_dangerous_requests", "allow_dangerous_code", "allow_dangerous_tools", "dangerously_skip_permissions"]
    {
        if let Some(value) = module.keyword(call.node, name).filter(|value| module.is_true(*value)) {
            return flaw(
                enclosing(code, call, value),
                format!("`{name}` lets the model act without limits"),
                Confidence::High,
            );
        }
    }
    let text = |name| module.keyword(call.node, name).and_then(|value| Some((value, module.constant(value)?)));
    if let Some((value, Constant::Text(mode))) = text("human_input_mode")
        && mode == "NEVER"
        && module
            .keyword(call.node, "code_execution_config")
            .is_some_and(|config| module.constant(config) != Some(Constant::False))
    {
        return flaw(
            enclosing(code, call, value),
            "generated code runs and no person is asked".to_owned(),
            Confidence::Medium,
        );
    }
    if let Some((value, Constant::Text(mode))) =
        text("permission_mode").filter(|(_, mode)| *mode == Constant::Text("bypassPermissions".to_owned()))
    {
        return flaw(
            enclosing(code, call, value),
            format!("the permission mode `{mode}` lets every tool run"),
            Confidence::High,
        );
    }
    if let Some((value, Constant::Text(_))) =
        text("require_approval").filter(|(_, mode)| *mode == Constant::Text("never".to_owned()))
    {
        return flaw(
            enclosing(code, call, value),
            "tools of the server run without approval".to_owned(),
            Confidence::High,
        );
    }
    // Tools are listed as dictionaries: `tools=[{"type": "mcp", "require_approval": "never"}]`.
    let tools = module.keyword(call.node, "tools")?;
    module.children(tools).take(64).find_map(|tool| {
        let value = module
            .entry(tool, "require_approval")
            .filter(|value| module.constant_text(*value).as_deref() == Some("never"))?;
        flaw(value, "tools of the server run without approval".to_owned(), Confidence::High)
    })
}

/// The call if it is short, else the argument.
fn enclosing(code: &Code<'_>, call: &Call, value: Id) -> Id {
    if code.module.text(call.node).lines().count() <= 4 { call.node } else { value }
}

/// Files whose lines are commands.
fn is_command_file(text: &Text<'_>) -> bool {
    let path = text.artifact.path().to_ascii_lowercase();
    let (name, extension) = name_and_extension(&path);
    matches!(extension, "sh" | "bash" | "zsh" | "ps1" | "yml" | "yaml" | "service" | "mk" | "cmd" | "bat")
        || name.contains("dockerfile")
        || matches!(name, "makefile" | "justfile" | "procfile" | "package.json")
}

fn switches(text: &Text<'_>) -> impl Iterator<Item = Finding> {
    let mut at = 0;
    let lines = text.text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    });
    let commands = lines.filter(|(_, line)| !is_comment(line)).flat_map(|(start, line)| {
        SWITCHES.iter().flat_map(move |switch| line.match_indices(switch).map(move |(at, _)| (start + at, *switch)))
    });
    commands.map(|(at, switch)| {
        let range: Range<usize> = at..at + switch.len();
        let evidence = Evidence::text(text.artifact, text.text, range, Mask::No, "nobody is asked");
        let message = format!("`{switch}` lets an agent use every tool without a person's consent");
        Finding::builder(&META, evidence, message).advice("allow the tools that the job needs by name").build()
    })
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//") || line.starts_with("REM ")
}

const SWITCHES: &[&str] =
    &["--dangerously-skip-permissions", "--dangerously-bypass-approvals-and-sandbox", "--yolo", "--trust-all-tools"];

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{High, Low};

    use crate::testing::findings;

    fn judged(name: &str, text: &str) -> Vec<palisade_base::Severity> {
        findings("unconfirmed-tool", name, text).iter().map(|finding| finding.severity).collect()
    }

    fn server(body: &str) -> Vec<palisade_base::Severity> {
        judged("mcp.json", &format!("{{\"mcpServers\": {{\"x\": {{\"command\": \"/opt/x\", {body}}}}}}}"))
    }

    #[test]
    fn settings_are_found() {
        assert_eq!(server(r#""alwaysAllow": ["write_file"]"#), [High]);
        assert_eq!(server(r#""autoApprove": ["*"]"#), [High]);
        assert_eq!(server(r#""alwaysAllow": ["get_ticket", "list_tickets"]"#), [Low]);
        assert_eq!(server(r#""args": ["server-filesystem", "/"]"#), [High]);
        assert_eq!(server(r#""args": ["server-filesystem", "/home/anna/"]"#), [High]);
        assert_eq!(judged("agent.yaml", "tools:\n  - type: mcp\n    require_approval: never\n"), [High]);
        assert_eq!(judged("settings.json", r#"{"permissions": {"defaultMode": "bypassPermissions"}}"#), [High]);
    }

    #[test]
    fn calls_are_found() {
        for text in [
            "client.responses.create(model='m', tools=[{'type': 'mcp', 'server_url': u, 'require_approval': 'never'}])",
            "create_csv_agent(llm, 'x.csv', allow_dangerous_code=True)",
            "load_tools(['requests_all'], allow_dangerous_tools=True)",
            "UserProxyAgent('u', human_input_mode='NEVER', code_execution_config={'use_docker': False})",
            "HostedMCPTool(tool_config=c, require_approval='never')",
        ] {
            assert_eq!(judged("a.py", text), [High], "{text}");
        }
    }

    #[test]
    fn switches_are_found() {
        assert_eq!(judged("run.sh", "agent --dangerously-skip-permissions -p \"$1\"\n"), [High]);
        assert_eq!(judged("run.sh", "# never --dangerously-skip-permissions\n"), []);
        assert_eq!(judged("notes.txt", "do not use --dangerously-skip-permissions\n"), []);
    }

    #[test]
    fn consent_is_quiet() {
        for body in [
            r#""alwaysAllow": []"#,
            r#""autoApprove": false"#,
            r#""args": ["server-filesystem", "/srv/tickets"]"#,
            r#""args": ["server", "/"]"#,
        ] {
            assert_eq!(server(body), [], "{body}");
        }
        for text in [
            "client.responses.create(model='m', tools=[{'type': 'mcp', 'require_approval': 'always'}])",
            "create_csv_agent(llm, 'x.csv', allow_dangerous_code=False)",
            "UserProxyAgent('u', human_input_mode='ALWAYS', code_execution_config={})",
            "UserProxyAgent('u', human_input_mode='NEVER', code_execution_config=False)",
        ] {
            assert_eq!(judged("a.py", text), [], "{text}");
        }
    }
}
