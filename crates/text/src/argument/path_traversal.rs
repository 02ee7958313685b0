//! Paths that leave the folder they were meant for.

use palisade_base::Meta;

use super::whole;
use crate::{Detector, Hit, Sort};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds paths, in arguments of tools, that climb out of a folder (`..` between separators of either kind, also percent
    /// encoded several times and in overlong forms), that carry a zero byte, and that name files which hold accounts, keys
    /// or the state of a process.
    ///
    /// ## Why it matters
    ///
    /// A tool that reads files for a model reads whatever file the model names, and the model names what a document told
    /// it to.
    ///
    /// ## Example
    ///
    /// ```text
    /// read_file(path = "reports/..%2f..%2f.ssh/id_ed25519")
    /// ```
    ///
    /// ## What to do
    ///
    /// Resolve the path and refuse it unless it lies in the folder of the tool; better, open files relative to a folder
    /// handle that cannot be left.
    ///
    /// ## Limits
    ///
    /// Whether a symbolic link leaves the folder cannot be seen in the path. Absolute paths are judged by where they lead.
    ///
    /// ## References
    ///
    /// - CWE-22, Improper Limitation of a Pathname to a Restricted Directory
    /// - OWASP Agentic AI, tool misuse
    static META: Detector = {
        name: "path-traversal",
        summary: "a path leaves its folder or names a file of the system",
        severity: High,
        components: [Application],
        threats: [Injection],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// Finds paths that leave their folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathTraversal;

impl Detector for PathTraversal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Argument
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        whole(text, judge)
    }
}

fn judge(path: &str) -> Option<&'static str> {
    let parts = || path.split(['/', '\\']).map(str::trim);
    if path.contains('\0') {
        return Some("zero-byte-in-path");
    }
    // Two dots by themselves are an ellipsis in prose; between separators they are a step up.
    if parts().count() > 1
        && parts()
            .any(|part| matches!(part.split(';').next(), Some(".." | "...")) && part.starts_with("..") && part != "...")
    {
        return Some("path-traversal");
    }
    let plain = path.trim().replace('\\', "/").to_ascii_lowercase();
    let plain = plain.strip_prefix("file://").unwrap_or(&plain);
    let named = |known: &&str| plain.split_once(*known).is_some_and(|(before, after)| starts(before) && ends(after));
    SENSITIVE.iter().any(named).then_some("system-file")
}

/// Whether this may stand before a path of the system: nothing, a drive, a home, a folder.
fn starts(before: &str) -> bool {
    !before.contains(char::is_whitespace)
}

fn ends(after: &str) -> bool {
    after.is_empty() || after.starts_with(['/', '?', '#', ':', '.', '_'])
}

/// Files that hold accounts, keys or the state of processes.
const SENSITIVE: &[&str] = &[
    "/etc/passwd",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/hosts",
    "/proc/self",
    "/proc/1",
    "/.ssh",
    "/.aws/credentials",
    "/.kube/config",
    "/.docker/config.json",
    "/.netrc",
    "/.git-credentials",
    "/.gnupg",
    "/.bash_history",
    "/var/run/secrets",
    "/var/run/docker.sock",
    "c:/windows",
    "/windows/system32",
    "/boot.ini",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        PathTraversal.find(text).first().map(|hit| hit.kind)
    }

    #[test]
    fn paths_that_leave() {
        for path in [
            "../x",
            "a/../../b",
            "a\\..\\b",
            "%2e%2e%2fx",
            "..%252f..%252fetc",
            "%c0%ae%c0%ae/x",
            "..;/admin/",
            "a/.. /b",
        ] {
            assert_eq!(kind(path), Some("path-traversal"), "{path}");
        }
        for path in [
            "/etc/passwd",
            "/etc/passwd#x",
            "file:///etc/shadow",
            "~/.ssh/id_rsa",
            "C:\\Windows\\win.ini",
            "/proc/self/environ",
        ] {
            assert_eq!(kind(path), Some("system-file"), "{path}");
        }
        assert_eq!(kind("a.png%00.txt"), Some("zero-byte-in-path"));
    }

    #[test]
    fn paths_that_stay() {
        for path in [
            "a/b",
            "wait... what",
            "and/or ..",
            "/srv/data/passwd-policy.md",
            "notes on /etc/passwdx",
            "1..2",
            "a.../b",
        ] {
            assert_eq!(kind(path), None, "{path}");
        }
    }
}
