//! Servers of tools that are whatever a registry serves today.

use std::ops::Range;

use palisade_base::{Check, Confidence, Finding, Meta, Severity};

use super::MOST;
use crate::{
    Input,
    input::application::{Server, Tools},
};

palisade_base::meta! {
    /// ## What it does
    /// Reads the servers of tools that a Model Context Protocol client is configured with (`mcp.json`,
    /// `claude_desktop_config.json`, `mcpServers` in any JSON or YAML file) and reports servers that are started from a package
    /// without a version (`npx`, `bunx`, `pnpm dlx`, `uvx`, `pipx run`, `docker run` with no or a moving tag, installs at
    /// start) and servers that are reached over plain HTTP.
    ///
    /// ## Why it matters
    /// The server runs with the rights of the user, sees what the model is given, and its descriptions steer the model. Without
    /// a version the next start runs whatever the owner of the package published since; a reviewed tool can turn
    /// into another one overnight. Over plain HTTP anyone on the way can rewrite the tools.
    ///
    /// ## Example
    /// ```json
    /// {"mcpServers": {"tickets": {"command": "npx", "args": ["-y", "ticket-server"]}}}
    /// ```
    ///
    /// ## What to do
    /// Name the version that was reviewed, or the digest of the image, and use HTTPS:
    /// ```json
    /// {"mcpServers": {"tickets": {"command": "npx", "args": ["-y", "ticket-server@1.4.2"]}}}
    /// ```
    ///
    /// ## Limits
    /// Servers that are started by a path are taken for pinned. Dependencies of the package are not looked at.
    ///
    /// ## References
    /// - Model Context Protocol specification, security best practices
    /// - OWASP Top 10 for LLM applications 2025, LLM03 supply chain
    static META: Check = {
        name: "unpinned-tool",
        summary: "a server of tools is started from an unpinned package or reached over plain HTTP",
        severity: Medium,
        components: [Application],
        threats: [SupplyChain, Injection],
        stages: [Deployment, Operations],
        since: "0.1.0",
    }
}

pub(super) struct UnpinnedTool;

impl Check<Input<'_>> for UnpinnedTool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Tools(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        if let Input::Tools(tools) = input {
            let servers = tools.servers();
            servers.iter().filter_map(|server| judge(tools, server)).take(MOST).for_each(report);
        }
    }
}

fn judge(tools: &Tools<'_>, server: &Server<'_>) -> Option<Finding> {
    let build = |range: Range<usize>, label, message, advice: &'static str| {
        let finding = Finding::builder(&META, tools.evidence(range, label), message);
        finding.also(tools.evidence(server.named_at.clone(), "the server")).advice(advice)
    };
    if let Some(url) = server.url() {
        let text = url.text().unwrap_or_default();
        return is_plain_http(text).then(|| {
            let message = format!("the server `{}` is reached over plain HTTP", server.name);
            build(url.inside(), "not encrypted, not authenticated", message, "use HTTPS")
                .severity(Severity::High)
                .build()
        });
    }
    let words = server.words();
    let (package, range) = unpinned(&words)?;
    let message = format!("the server `{}` is started from `{package}` without a version", server.name);
    let advice = "name the version that was reviewed, or the digest of the image";
    Some(build(range, "whatever is published today", message, advice).confidence(Confidence::High).build())
}

fn is_plain_http(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("ws://")) else { return false };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let name =
        host.strip_prefix('[').map_or_else(|| host.split(':').next(), |v6| v6.split(']').next()).unwrap_or_default();
    let own = matches!(name, "localhost" | "::1" | "0.0.0.0" | "host.docker.internal") || name.starts_with("127.");
    !own && !name.is_empty() && !name.starts_with(['$', '{', '<'])
}

/// The package that the words start, if nothing pins it.
fn unpinned(words: &[(String, Range<usize>)]) -> Option<(String, Range<usize>)> {
    // `cmd /c npx ...` and `env X=1 npx ...` start what follows.
    let starter = words.iter().position(|(word, _)| STARTERS.contains(&program(word)))?;
    let name = program(&words.get(starter)?.0);
    let rest = words.get(starter + 1..)?;
    match name {
        "npx" | "bunx" => {
            first_package(rest, &["-p", "--package", "-c", "--call"]).filter(|(word, _)| !npm_pinned(word))
        }
        "npm" | "pnpm" | "yarn" | "bun" => {
            let verb = rest.iter().position(|(word, _)| matches!(word.as_str(), "exec" | "dlx" | "x"))?;
            first_package(rest.get(verb + 1..)?, &[]).filter(|(word, _)| !npm_pinned(word))
        }
        "uvx" => python_package(rest),
        "uv" => {
            let verb = rest.iter().position(|(word, _)| word == "run" || word == "x")?;
            let is_tool = rest.get(..verb)?.iter().any(|(word, _)| word == "tool");
            let rest = rest.get(verb + 1..)?;
            let with = rest.iter().position(|(word, _)| word == "--with").and_then(|at| rest.get(at + 1));
            if is_tool { python_package(rest) } else { with.cloned().filter(|(word, _)| !pypi_pinned(word)) }
        }
        "pipx" => python_package(rest.get(rest.iter().position(|(word, _)| word == "run")? + 1..)?),
        "docker" | "podman" => image(rest),
        "pip" | "pip3" => installed(rest),
        "sh" | "bash" | "zsh" => shell(rest),
        _ => None,
    }
}

/// `pip install x && x-server` in a shell line.
fn shell(rest: &[(String, Range<usize>)]) -> Option<(String, Range<usize>)> {
    let (line, range) = rest.iter().find(|(word, _)| word.contains(' '))?;
    let words: Vec<(String, Range<usize>)> =
        line.split_whitespace().map(|word| (word.to_owned(), range.clone())).collect();
    if words.iter().any(|(word, _)| matches!(program(word), "sh" | "bash" | "zsh")) { None } else { unpinned(&words) }
}

fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".cmd").or_else(|| name.strip_suffix(".exe")).unwrap_or(name)
}

fn is_local(word: &str) -> bool {
    word.starts_with(['.', '/', '~', '$', '<']) || word.starts_with("file:") || word.contains('\\')
}

fn first_package(rest: &[(String, Range<usize>)], with_value: &[&str]) -> Option<(String, Range<usize>)> {
    let named = rest.iter().position(|(word, _)| word == "-p" || word == "--package").and_then(|at| rest.get(at + 1));
    let mut words = rest.iter();
    let first = || {
        while let Some(entry) = words.next() {
            if with_value.contains(&entry.0.as_str()) {
                words.next();
            } else if !entry.0.starts_with('-') {
                return Some(entry);
            }
        }
        None
    };
    named.or_else(first).filter(|(word, _)| !is_local(word)).cloned()
}

fn npm_pinned(package: &str) -> bool {
    let name = package.strip_prefix('@').unwrap_or(package);
    let version = name.split_once('@').map_or("", |(_, version)| version);
    if let Some((_, reference)) = package.split_once('#') {
        return reference.len() >= 7 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    version.starts_with(|c: char| c.is_ascii_digit())
        && version.contains('.')
        && !version.contains(['x', '*', '|', ' '])
}

fn python_package(rest: &[(String, Range<usize>)]) -> Option<(String, Range<usize>)> {
    let from =
        rest.iter().position(|(word, _)| matches!(word.as_str(), "--from" | "--spec")).and_then(|at| rest.get(at + 1));
    let with_value = ["--python", "-p", "--with", "--index-url", "--index", "--extra-index-url"];
    let package = from.cloned().or_else(|| {
        let mut words = rest.iter();
        loop {
            let entry = words.next()?;
            if with_value.contains(&entry.0.as_str()) {
                words.next();
            } else if !entry.0.starts_with('-') {
                return Some(entry.clone());
            }
        }
    })?;
    (!is_local(&package.0) && !pypi_pinned(&package.0)).then_some(package)
}

fn pypi_pinned(package: &str) -> bool {
    if let Some((_, rest)) = package.split_once("git+") {
        let path = rest.split_once("://").map_or(rest, |(_, path)| path);
        let reference =
            path.split_once('/').and_then(|(_, path)| path.rsplit_once('@')).map_or("", |(_, reference)| reference);
        let reference = reference.split('#').next().unwrap_or_default();
        return reference.len() >= 7 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let digit = |rest: &str| rest.trim().starts_with(|c: char| c.is_ascii_digit());
    package
        .split_once("==")
        .or_else(|| package.split_once('@'))
        .is_some_and(|(_, version)| digit(version) && !version.contains('*'))
}

/// The image of `docker run`.
fn image(rest: &[(String, Range<usize>)]) -> Option<(String, Range<usize>)> {
    let run = rest.iter().position(|(word, _)| word == "run")?;
    let mut words = rest.get(run + 1..)?.iter();
    let image = loop {
        let entry = words.next()?;
        if !entry.0.starts_with('-') {
            break entry;
        }
        if DOCKER_WITH_VALUE.contains(&entry.0.as_str()) {
            words.next();
        }
    };
    let name = image.0.as_str();
    let tag = name.rsplit('/').next().unwrap_or_default().split_once(':').map_or("", |(_, tag)| tag);
    let moving = tag.is_empty() || matches!(tag, "latest" | "main" | "master" | "stable" | "edge" | "nightly" | "dev");
    (moving && !name.contains("@sha256:") && !is_local(name)).then(|| image.clone())
}

fn installed(rest: &[(String, Range<usize>)]) -> Option<(String, Range<usize>)> {
    let install = rest.iter().position(|(word, _)| word == "install")?;
    let package = rest.get(install + 1..)?.iter().find(|(word, _)| !word.starts_with('-'))?;
    (!is_local(&package.0) && !pypi_pinned(&package.0) && !has_file_extension(&package.0)).then(|| package.clone())
}

fn has_file_extension(word: &str) -> bool {
    [".txt", ".whl", ".gz"].iter().any(|extension| word.ends_with(extension))
}

const STARTERS: &[&str] = &[
    "npx", "bunx", "npm", "pnpm", "yarn", "bun", "uvx", "uv", "pipx", "docker", "podman", "pip", "pip3", "sh", "bash",
    "zsh",
];

/// Options of `docker run` that take the next word as their value.
const DOCKER_WITH_VALUE: &[&str] = &[
    "-e",
    "--env",
    "-v",
    "--volume",
    "--mount",
    "-p",
    "--publish",
    "--name",
    "--network",
    "--net",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--entrypoint",
    "--env-file",
    "--add-host",
    "-m",
    "--memory",
    "--cpus",
    "-h",
    "--hostname",
    "-l",
    "--label",
    "--platform",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--pull",
    "--gpus",
    "--device",
    "--tmpfs",
];

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{High, Medium};

    use crate::testing::findings;

    fn server(body: &str) -> Vec<palisade_base::Severity> {
        let text = format!("{{\"mcpServers\": {{\"tickets\": {{{body}}}}}}}");
        findings("unpinned-tool", "mcp.json", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn unpinned_servers_are_found() {
        for (body, severity) in [
            (r#""command": "npx", "args": ["-y", "ticket-server"]"#, Medium),
            (r#""command": "npx", "args": ["-y", "@org/ticket-server@latest", "/data"]"#, Medium),
            (r#""command": "cmd", "args": ["/c", "npx", "-y", "@org/ticket-server"]"#, Medium),
            (r#""command": "npx -y ticket-server""#, Medium),
            (r#""command": "uvx", "args": ["--from", "git+https://example.org/x.git", "x"]"#, Medium),
            (r#""command": "/usr/bin/uvx", "args": ["ticket-server"]"#, Medium),
            (r#""command": "docker", "args": ["run", "-i", "--rm", "-e", "A", "org/tickets"]"#, Medium),
            (r#""command": "docker", "args": ["run", "-i", "reg:5000/org/tickets:latest"]"#, Medium),
            (r#""command": "bash", "args": ["-c", "pip install tickets && tickets"]"#, Medium),
            (r#""url": "http://tools.example.org/mcp""#, High),
        ] {
            assert_eq!(server(body), [severity], "{body}");
        }
    }

    #[test]
    fn other_syntaxes_are_read() {
        let yaml = "mcpServers:\n  a:\n    command: uvx\n    args: [tickets]\n";
        assert_eq!(findings("unpinned-tool", "config.yaml", yaml).len(), 1);
        let list = "mcpServers:\n  - name: a\n    command: npx\n    args:\n      - tickets\n";
        assert_eq!(findings("unpinned-tool", "config.yaml", list).len(), 1);
        let editor =
            "{\n // tools\n \"mcp\": {\"servers\": {\"a\": {\"command\": \"npx\", \"args\": [\"tickets\"],}}}}";
        assert_eq!(findings("unpinned-tool", "mcp.json", editor)[0].target.to_string(), "mcp.json:3");
    }

    #[test]
    fn pinned_servers_are_quiet() {
        let digest = format!(r#""command": "docker", "args": ["run", "org/tickets@sha256:{}"]"#, "0a".repeat(32));
        let commit = format!(
            r#""command": "uvx", "args": ["--from", "git+https://example.org/x.git@{}", "x"]"#,
            "0a".repeat(20)
        );
        for body in [
            r#""command": "npx", "args": ["-y", "@org/ticket-server@1.4.2"]"#,
            r#""command": "uvx", "args": ["ticket-server==1.4.2"]"#,
            r#""command": "uvx", "args": ["ticket-server@1.4.2"]"#,
            r#""command": "docker", "args": ["run", "-i", "org/tickets:1.4.2"]"#,
            r#""command": "python", "args": ["-m", "tickets"]"#,
            r#""command": "node", "args": ["/opt/tickets/index.js"]"#,
            r#""command": "npx", "args": ["-y", "./tickets"]"#,
            r#""command": "uv", "args": ["run", "--directory", "/opt/x", "server.py"]"#,
            r#""url": "https://tools.example.org/mcp""#,
            r#""url": "http://localhost:8080/mcp""#,
            &digest,
            &commit,
        ] {
            assert_eq!(server(body), [], "{body}");
        }
    }
}
