//! `palisade init`: finds what a project holds and writes a commented manifest.

mod discover;
mod draft;

use std::fs;

use crate::{
    Exit, MANIFEST,
    args::InitArguments,
    output::{self, Failure},
};

pub(crate) fn run(arguments: &InitArguments) -> Result<Exit, Failure> {
    let folder = fs::canonicalize(&arguments.folder)
        .ok()
        .filter(|folder| folder.is_dir())
        .ok_or_else(|| Failure::usage(format!("`{}` is not a folder", arguments.folder.display())))?;
    let path = folder.join(MANIFEST);
    if path.exists() && !arguments.force && !arguments.dry_run {
        return Err(Failure::usage(format!("`{}` exists already", arguments.folder.join(MANIFEST).display()))
            .hint("`--force` replaces it, `--dry-run` shows what would be written"));
    }
    let found = discover::discover(&folder);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let draft = draft::write(&name, &found);
    if arguments.dry_run {
        output::print(draft.as_bytes())?;
        return Ok(Exit::Clean);
    }
    output::write_file(&path, draft.as_bytes())?;
    output::note(&format!(
        "wrote {}: {}, {}, {}, {}",
        arguments.folder.join(MANIFEST).display(),
        counted(found.models.len() + found.endpoints.len(), "model"),
        counted(found.applications.len(), "application"),
        counted(found.infrastructure.len(), "deployment file"),
        counted(found.data.len(), "data set")
    ));
    output::hint("read it from top to bottom and fill in what only you know; then `palisade assess`");
    Ok(Exit::Clean)
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_anything_is_a_manifest_that_loads() {
        let dir = tempfile::tempdir().unwrap();
        let long = "x".repeat(300);
        for (name, content) in [
            (".gitignore", "*.safetensors\nvenv\n"),
            ("venv/lib/other.onnx", "onnx"),
            ("models/clf.onnx", "onnx"),
            ("models/clf.safetensors", "st"),
            ("models/le\"gacy.pkl", "p"),
            ("app/main.py", "from openai import OpenAI\nclient = OpenAI()\n"),
            ("app/tools/t.py", "import anthropic\n"),
            ("Dockerfile", "FROM python:3.12\n"),
            ("deploy/k8s.yaml", "apiVersion: v1\nkind: Service\n"),
            ("data/train.csv", &format!("id,text,label\n{}", "1,hello,a\n".repeat(40))),
            ("data/test.jsonl", &format!("{{\"text\":\"{long}\",\"intent\":\"a\"}}\n")),
            ("package.json", "{}"),
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let found = discover::discover(dir.path());
        let draft = draft::write("a \"project\"\u{7}", &found);
        let path = dir.path().join(MANIFEST);
        fs::write(&path, &draft).unwrap();
        let manifest = crate::config::load(&path, &[]).unwrap_or_else(|error| panic!("{error}\n{draft}"));
        let system = &manifest.system;
        let names = |paths: Vec<&str>| paths.into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            names(system.paths().iter().map(|(_, path, _)| *path).collect()),
            [
                "models/clf.onnx",
                "models/clf.safetensors",
                "models/le\"gacy.pkl",
                "app",
                "Dockerfile",
                "deploy",
                "data/test.jsonl",
                "data/train.csv"
            ]
        );
        assert_eq!(system.model.iter().filter(|model| model.get_ref().endpoint.is_some()).count(), 2);
        let train = system.data_at("data/train.csv").unwrap();
        assert_eq!((train.label.as_deref(), train.role), (Some("label"), Some(palisade_base::system::Role::Train)));
        assert_eq!(system.data_at("data/test.jsonl").unwrap().label.as_deref(), Some("intent"));
    }
}
