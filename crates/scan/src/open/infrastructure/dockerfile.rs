//! Dockerfiles as workloads: what the last stage gives when it runs.

use std::collections::HashSet;

use palisade_formats::dockerfile::{Base, Command, Dockerfile, Instruction, Kind, Piece, Scope, Stage};

use super::source::{Source, image};
use crate::{
    Engine,
    input::infrastructure::{
        CommandLine, How, ImageUse, Opening, Origin, Privilege, PrivilegeKind, Reach, Reference, Setting, Truth, User,
    },
};

/// Whether a lower-case file name is that of a Dockerfile.
pub(super) fn is_named(name: &str) -> bool {
    let ends = |extension: &str| name.strip_suffix(extension).is_some_and(|head| head.ends_with('.'));
    let starts = |stem: &str| {
        name.strip_prefix(stem).is_some_and(|rest| {
            rest.is_empty()
                || (rest.starts_with(['.', '-', '_']) && !OTHER_FILES.iter().any(|extension| ends(extension)))
        })
    };
    starts("dockerfile") || starts("containerfile") || ends("dockerfile") || ends("containerfile")
}

/// Whether the first instruction is one that a Dockerfile starts with.
pub(super) fn begins_like_one(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    first.is_some_and(|line| line.starts_with(b"FROM ") || line.starts_with(b"ARG "))
}

/// Hands the last stage of a Dockerfile to the engine.
pub(super) fn workload(source: &Source<'_>, file: &Dockerfile, engine: &mut Engine) {
    let lineage = file.lineage();
    let scope = file.scope();
    let Some(last) = lineage.first() else { return };
    let mut workload = source.workload(Origin::Dockerfile, last.image.clone());
    workload.name = last.name.clone().unwrap_or_default();
    workload.image = lineage.last().and_then(|root| base_image(root));
    workload.images = images(file);
    let own = lineage.iter().rev().flat_map(|stage| file.stage_instructions(stage));
    let own: Vec<&Instruction> = own.collect();
    workload.command = start(&own);
    workload.user = user(&scope, &own, &lineage);
    for instruction in &file.instructions {
        build_step(instruction, &mut workload.build, &mut workload.privileges);
    }
    for instruction in own {
        match &instruction.kind {
            Kind::Expose(ports) => workload.openings.extend(ports.iter().filter_map(|port| exposed(&scope, port))),
            Kind::Copy(pieces) if instruction.flag("from").is_none() => {
                let sources = pieces.len().saturating_sub(1);
                workload.copies.extend(pieces.iter().take(sources).cloned());
            }
            _ => {}
        }
    }
    for instruction in &file.instructions {
        if let Kind::Env(pairs) | Kind::Arg(pairs) = &instruction.kind {
            let is_argument = matches!(instruction.kind, Kind::Arg(_));
            workload.environment.extend(pairs.iter().map(|pair| match &pair.value {
                Some(value) if !is_argument || !value.text.is_empty() => setting(&scope, &pair.name, value),
                _ => Setting::hidden(pair.name.clone()),
            }));
        }
    }
    source.judge(workload, engine);
}

fn setting(scope: &Scope, name: &Piece, value: &Piece) -> Setting {
    let resolved = scope.resolve(&value.text);
    if resolved.text == value.text && !resolved.unknown {
        return Setting { name: name.clone(), value: Some(value.clone()), truth: Truth::Literal, repeated: false };
    }
    // `ENV A=$A` names an argument: its default, where it has one, is judged where it stands.
    Setting::written(name.clone(), value.clone())
}

fn base_image(stage: &Stage) -> Option<ImageUse> {
    match &stage.base {
        Base::Image(expanded) => {
            let mut used = image(Piece { text: expanded.text.clone(), ..stage.image.clone() }, false);
            used.written = stage.image.clone();
            Some(used)
        }
        _ => None,
    }
}

/// The images of all stages, and those that files are copied from.
fn images(file: &Dockerfile) -> Vec<ImageUse> {
    let mut images: Vec<ImageUse> = file.stages.iter().filter_map(base_image).collect();
    let mut known = HashSet::new();
    for stage in &file.stages {
        known.extend(stage.name.as_ref().map(|name| name.to_ascii_lowercase()));
        let is_stage = |name: &str| name.parse::<usize>().is_ok() || known.contains(&name.to_ascii_lowercase());
        let copied = file.stage_instructions(stage).iter().filter_map(|instruction| instruction.flag("from"));
        images.extend(copied.filter(|from| !is_stage(&from.text)).map(|from| image(from.clone(), false)));
    }
    images
}

/// `ENTRYPOINT` and `CMD` that count: the last of each; an entry point in shell form takes no arguments.
fn start(own: &[&Instruction]) -> CommandLine {
    let entry = own.iter().rev().find_map(|instruction| match &instruction.kind {
        Kind::Entrypoint(command) => Some(command),
        _ => None,
    });
    let arguments = own.iter().rev().find_map(|instruction| match &instruction.kind {
        Kind::Cmd(command) => Some(command),
        _ => None,
    });
    let mut line = CommandLine::default();
    let arguments = arguments.filter(|_| entry.is_none_or(|entry| entry.exec));
    for command in [entry, arguments].into_iter().flatten() {
        line.add_words(command.words.iter().cloned());
    }
    line
}

fn user(scope: &Scope, own: &[&Instruction], lineage: &[&Stage]) -> User {
    let last = own.iter().rev().find_map(|instruction| match &instruction.kind {
        Kind::User(user) => Some(user),
        _ => None,
    });
    if let Some(user) = last {
        let resolved = scope.resolve(&user.text);
        return match resolved.text.split(':').next().unwrap_or_default() {
            _ if resolved.unknown => User::Unknown,
            "root" | "0" => User::Root(user.span.clone()),
            _ => User::Ordinary,
        };
    }
    let starts = own.iter().any(|instruction| matches!(instruction.kind, Kind::Cmd(_) | Kind::Entrypoint(_)));
    match lineage.last().map(|root| &root.base) {
        // A stage from nothing without a command only hands files out.
        Some(Base::Scratch) if !starts => User::Ordinary,
        Some(Base::Image(base)) => match Reference::parse(&base.text) {
            Some(reference) if drops_root(&reference) => User::Ordinary,
            Some(_) => User::Unsaid,
            None => User::Unknown,
        },
        _ => User::Unsaid,
    }
}

/// Images that are published with a user other than root.
fn drops_root(image: &Reference) -> bool {
    image.tag.as_deref().is_some_and(|tag| tag.contains("nonroot") || tag.contains("rootless"))
        || image.registry.as_deref() == Some("cgr.dev")
        || image.path.contains("unprivileged")
        || ORDINARY_USER.iter().any(|owner| image.path.starts_with(owner))
}

const ORDINARY_USER: &[&str] = &["bitnami/", "jupyter/", "chainguard/", "kubeflownotebookswg/", "ubi8/", "ubi9/"];

fn exposed(scope: &Scope, port: &Piece) -> Option<Opening> {
    let text = scope.resolve(&port.text).text;
    let (numbers, protocol) = text.split_once('/').unwrap_or((text.as_str(), "tcp"));
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let ports = (first.parse().ok()?, last.parse().ok()?);
    let opening = Opening { ports: Some(ports), how: How::Exposed, reach: Reach::Unknown, span: port.span.clone() };
    protocol.eq_ignore_ascii_case("tcp").then_some(opening)
}

fn build_step(instruction: &Instruction, build: &mut Vec<CommandLine>, privileges: &mut Vec<Privilege>) {
    match &instruction.kind {
        Kind::Run(command) => {
            build.push(line(command));
            if let Some(security) = instruction.flag("security").filter(|value| value.text == "insecure") {
                privileges.push(Privilege { kind: PrivilegeKind::InsecureBuild, span: security.span.clone() });
            }
        }
        Kind::Onbuild(inner) => build_step(inner, build, privileges),
        _ => {}
    }
}

fn line(command: &Command) -> CommandLine {
    let mut line = CommandLine::default();
    line.add_words(command.words.iter().cloned());
    command.documents.iter().for_each(|document| line.add_script(document));
    line
}

/// Extensions of files about Dockerfiles: what follows the name is no variant such as `gpu` or `dev`.
const OTHER_FILES: &[&str] = &[
    "md",
    "txt",
    "rst",
    "html",
    "dockerignore",
    "py",
    "ipynb",
    "js",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "jsx",
    "css",
    "map",
    "go",
    "rs",
    "java",
    "rb",
    "sh",
    "lua",
    "vim",
    "json",
    "yaml",
    "yml",
    "toml",
    "xml",
    "svg",
    "png",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for name in ["dockerfile", "dockerfile.gpu", "api.dockerfile", "containerfile", "dockerfile-dev"] {
            assert!(is_named(name), "{name}");
        }
        for name in ["dockerfile-DCvJDi9m.js", "dockerfile.py", "dockerfile_test.go", "dockerfile.json"] {
            assert!(!is_named(name), "{name}");
        }
        for name in ["dockerfile.md", "dockerfiles", "my-dockerfile-notes.txt", "dockerfile.dockerignore", "docker"] {
            assert!(!is_named(name), "{name}");
        }
        assert!(begins_like_one(b"# x\n\nFROM a\n"));
        assert!(!begins_like_one(b"From: someone\n"));
    }
}
