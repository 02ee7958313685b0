//! Whether a string that is handed to a class looks like a path, an address, a command or code: labels, versions, dates and
//! names of layers do not.

/// Whether a constructor that gets this string may reach something with it.
pub(super) fn is_telling(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && (is_address(text) || is_command(text) || is_code(text) || text.split_whitespace().any(is_path))
}

/// Absolute and relative paths, and names of files that are programs, archives or models.
fn is_path(word: &str) -> bool {
    let word = word.trim_matches(|c: char| matches!(c, '"' | '\'' | '(' | ')' | ',' | '[' | ']' | '<' | '>'));
    let deep =
        word.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.'));
    let drive = matches!(word.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let extension = word.rsplit_once('.').map(|(stem, extension)| (stem, extension.to_ascii_lowercase()));
    deep || drive
        || ["~/", "./", "../", "\\\\", ".\\"].iter().any(|start| word.starts_with(start))
        || word.contains("/../")
        || extension.is_some_and(|(stem, extension)| !stem.is_empty() && FILES.contains(&extension.as_str()))
}

/// `scheme://host`, `host:port` and numeric addresses.
fn is_address(text: &str) -> bool {
    let scheme =
        |scheme: &str| scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if let Some((start, rest)) = text.split_once("://")
        && !rest.is_empty()
        && start.rsplit(char::is_whitespace).next().is_some_and(scheme)
    {
        return true;
    }
    let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let dotted = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let numeric = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    match port {
        Some(port) => (dotted || host == "localhost") && port.parse::<u16>().is_ok(),
        None => numeric,
    }
}

/// What only a shell understands.
fn is_command(text: &str) -> bool {
    let options = text.split_whitespace().skip(1).any(|word| {
        word.strip_prefix("--").or_else(|| word.strip_prefix('-')).is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-=_".contains(c))
        })
    });
    options || ["$(", "`", "&&", "||", "; ", " | ", " > ", " >> ", ">/", "${"].iter().any(|sign| text.contains(sign))
}

/// Calls, imports, names with double underscores, and dotted names of modules that act.
fn is_code(text: &str) -> bool {
    let imports = text.split_once("import ").is_some_and(|(before, name)| {
        (before.is_empty() || before.ends_with([';', '\n', ' ']))
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
    });
    let calls = text.split_once('(').is_some_and(|(callee, rest)| {
        callee.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && callee.split('.').all(|part| {
                part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
            && (rest.trim_end().ends_with(')') || [");", ").", ")\n"].iter().any(|end| rest.contains(end)))
    });
    let dunder = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|word| word.len() > 4 && word.starts_with("__") && word.ends_with("__"));
    let (module, attribute) = text.split_once(['.', ':']).unwrap_or((text, ""));
    let names = MODULES.contains(&module) && attribute.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    imports || calls || dunder || names || text.starts_with("lambda ") || text.starts_with("exec ")
}

/// Extensions of files that hold programs, archives of them, or models.
const FILES: &[&str] = &[
    "bat", "cmd", "dll", "dylib", "exe", "gz", "jar", "joblib", "js", "npy", "npz", "pickle", "pkl", "ps1", "pt",
    "pth", "py", "pyc", "pyd", "sh", "so", "tar", "tgz", "whl", "zip",
];

/// Modules whose names alone say that something will be reached through them.
const MODULES: &[&str] = &[
    "__builtin__",
    "builtins",
    "ctypes",
    "importlib",
    "os",
    "pickle",
    "posix",
    "pty",
    "runpy",
    "shutil",
    "socket",
    "subprocess",
    "sys",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_something_is_told_from_labels() {
        for telling in [
            "/tmp/x",
            "touch /tmp/x",
            "../../etc/passwd",
            "~/.ssh/id_rsa",
            r"C:\Windows\x",
            "model.pkl",
            "evil.so",
            "http://a.example/x",
            "s3://bucket/key",
            "10.0.0.1",
            "evil.example.com:4444",
            "localhost:80",
            "a && b",
            "$(id)",
            "curl -s x",
            "bash -c id",
            "import os",
            "x = 1; import os",
            "print(1)",
            "os.system",
            "subprocess",
            "os:system",
            "().__class__",
            "lambda x: x",
        ] {
            assert!(is_telling(telling), "{telling}");
        }
        for label in [
            "",
            "train",
            "cat/dog",
            "n/a",
            "km / h",
            "text/plain",
            "2020/01/02",
            "12:30",
            "1.13.1+cu117",
            "v1.2.3",
            "<f8",
            "|O",
            "Europe/Berlin",
            "North America",
            "exec",
            "eval",
            "system",
            "import",
            "important news",
            "layer1.0.conv1.weight",
            "a - b",
            "e-mail",
            "well-known thing",
            "test",
            "code",
            "y ~ x + z",
            "C(a)[T.b]: c",
            "nn.Linear",
            "epoch: 3",
            "(a, b)",
            "Mr. X (senior)",
        ] {
            assert!(!is_telling(label), "{label}");
        }
    }
}
