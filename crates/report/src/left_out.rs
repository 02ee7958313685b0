//! What was left out, in words.

use palisade_base::{LeftOut, LeftOutBy};

/// What was left out of what and who said so: `3 files by `.gitignore` (1 is called like a model)`.
pub fn said(left_out: &LeftOut) -> String {
    let LeftOut { by, files, more, models, .. } = left_out;
    let count = if *more { format!("{files} files or more") } else { counted(*files, "file") };
    let who = match by {
        LeftOutBy::IgnoreFile(path) => format!("by `{path}`"),
        LeftOutBy::Manifest => "by `exclude` in `palisade.toml`".to_owned(),
        LeftOutBy::Argument => "by `--exclude`".to_owned(),
        LeftOutBy::Git => "in `.git`".to_owned(),
    };
    match models {
        0 => format!("{count} {who}"),
        1 => format!("{count} {who}, 1 of them called like a model"),
        models => format!("{count} {who}, {models} of them called like models"),
    }
}

/// What to do to have it looked at.
pub(crate) fn remedy(by: &LeftOutBy) -> &'static str {
    match by {
        LeftOutBy::IgnoreFile(_) | LeftOutBy::Git => "`--no-ignore` reads them",
        LeftOutBy::Manifest => "`--no-manifest` reads them",
        LeftOutBy::Argument => "you asked for it",
    }
}

/// The word of who said so, for programs.
pub(crate) const fn word(by: &LeftOutBy) -> &'static str {
    match by {
        LeftOutBy::IgnoreFile(_) => "ignore-file",
        LeftOutBy::Manifest => "manifest",
        LeftOutBy::Argument => "argument",
        LeftOutBy::Git => "git",
    }
}

/// What is worth a word to people: what git keeps for itself is not, unless models lie there.
pub(crate) fn worth_saying(left_out: &[LeftOut]) -> impl Iterator<Item = &LeftOut> {
    left_out.iter().filter(|left_out| left_out.by != LeftOutBy::Git || left_out.models > 0)
}

/// What to warn of: models that somebody other than the user left out, with an example and the way to read them.
pub fn models_left_out(left_out: &[LeftOut]) -> Vec<(String, &'static str)> {
    let others = left_out.iter().filter(|left_out| left_out.by != LeftOutBy::Argument && left_out.models > 0);
    others
        .map(|left_out| {
            let example = left_out.examples.first().map(|example| format!(", such as `{example}`")).unwrap_or_default();
            (format!("not looked at: {}{example}", said(left_out)), remedy(&left_out.by))
        })
        .collect()
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use palisade_base::Artifact;

    use super::*;

    #[test]
    fn who_and_how_many() {
        let mut left_out = LeftOut { by: LeftOutBy::Git, files: 1, more: false, models: 0, examples: Vec::new() };
        assert_eq!(said(&left_out), "1 file in `.git`");
        assert_eq!(worth_saying(std::slice::from_ref(&left_out)).count(), 0);
        assert!(models_left_out(std::slice::from_ref(&left_out)).is_empty());
        left_out =
            LeftOut { files: 9, more: true, models: 2, examples: vec![Artifact::file("a/b.pkl")], ..left_out.clone() };
        assert_eq!(said(&left_out), "9 files or more in `.git`, 2 of them called like models");
        assert_eq!(worth_saying(std::slice::from_ref(&left_out)).count(), 1);
        let [(text, remedy)] = &*models_left_out(&[left_out]) else { panic!("one warning") };
        assert!(text.ends_with("called like models, such as `a/b.pkl`"), "{text}");
        assert_eq!(*remedy, "`--no-ignore` reads them");
    }
}
