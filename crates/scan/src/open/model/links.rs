//! Where paths lead through the links that an archive has made before: `b` may be a link to `.`, so that `b/c` with the target
//! `../..` leads out of the folder although its own path does not.

use std::collections::{HashMap, VecDeque};

use super::members::{Entry, Leads};

/// The symbolic links of an archive that were made so far, by the path at which each lies in the end.
#[derive(Debug, Default)]
pub(super) struct Links {
    targets: HashMap<String, String>,
}

impl Links {
    /// Notes a link.
    pub(super) fn add(&mut self, link: &str, target: &str) {
        if let Some(place) = self.resolved(folder(link)).filter(|_| self.targets.len() < MOST) {
            let own = link.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            self.targets.insert(join(&place, own), target.to_owned());
        }
    }

    /// What is wrong with where a member is written or leads, if links that were made before lead it out.
    pub(super) fn way_out(&self, entry: &Entry<'_>) -> Option<String> {
        if self.targets.is_empty() {
            return None;
        }
        let Some(place) = self.resolved(folder(entry.name)) else {
            let name = entry.name;
            return Some(format!("`{name}` is written through links that leave the folder that it is unpacked to"));
        };
        let target = match &entry.leads {
            Leads::From(target) if !target.starts_with(['/', '\\']) => join(&place, target),
            Leads::Root(target) => (*target).to_owned(),
            _ => return None,
        };
        self.resolved(&target).is_none().then(|| {
            format!("`{}`, a link, leaves the folder that it is unpacked to through links before it", entry.name)
        })
    }

    /// The path without links; `None` if it leaves the folder that it is relative to. What is too long to follow, or leads in
    /// circles, stays where it is.
    fn resolved(&self, path: &str) -> Option<String> {
        let mut at: Vec<String> = Vec::new();
        let mut open: VecDeque<String> = path.split('/').take(PARTS + 1).map(str::to_owned).collect();
        let mut steps = 0;
        while let Some(part) = open.pop_front() {
            steps += 1;
            if steps > PARTS {
                return Some(path.to_owned());
            }
            match part.as_str() {
                "" | "." => {}
                ".." => {
                    at.pop()?;
                }
                _ => {
                    at.push(part);
                    let Some(target) = self.targets.get(&at.join("/")) else { continue };
                    at.pop();
                    // Absolute ones are judged by themselves.
                    if target.starts_with('/') {
                        return Some(path.to_owned());
                    }
                    target.split('/').rev().take(PARTS).for_each(|part| open.push_front(part.to_owned()));
                }
            }
        }
        Some(at.join("/"))
    }
}

fn folder(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The most links of one archive that are followed.
const MOST: usize = 10_000;
/// The most parts of a path.
const PARTS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::model::members::escapes;

    fn link<'a>(name: &'a str, target: &'a str) -> Entry<'a> {
        Entry { name, offset: 0, leads: Leads::From(target.into()) }
    }

    fn count(entries: Vec<Entry<'_>>) -> usize {
        escapes(entries.into_iter(), false).len()
    }

    #[test]
    fn links_that_lead_out_together_are_found() {
        let file = Entry { name: "a/b/c/x", offset: 0, leads: Leads::Nowhere };
        assert_eq!(count(vec![link("a/b", "."), link("a/b/c", "../.."), file]), 2);
        assert_eq!(count(vec![link("a", "."), link("a/b", "..")]), 1);
        let hard = Entry { name: "a/b/c", offset: 0, leads: Leads::Root("a/b/../../x") };
        assert_eq!(count(vec![link("a/b", "."), hard]), 1);
    }

    #[test]
    fn links_that_stay_inside_are_quiet() {
        assert_eq!(
            count(vec![link("lib64", "lib"), link("lib/x/y.so", "../../share/y"), link("lib64/z", "x/y.so")]),
            0
        );
        assert_eq!(count(vec![link("a/b", "../c"), link("a/b/d", "../e")]), 0);
        assert_eq!(count(vec![link("a", "b"), link("b", "a"), link("a/c", "x")]), 0);
        assert_eq!(count(vec![link("a/b", "../deep/er/still"), link("a/b/d", "../../x")]), 0);
    }
}
