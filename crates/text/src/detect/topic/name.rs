//! Names of topics. Findings carry names that live as long as the program; each is kept once, however often a list is read, and
//! only so many are.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// Whether a topic can be called so.
pub(super) fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (1..=LONGEST).contains(&name.len()) && name.bytes().all(letter);
    fits && !name.starts_with('-') && !name.ends_with('-')
}

/// The kinds of findings of these topics, `topic/NAME`; none, and nothing is kept, if there is no room for all. What is kept is
/// never freed: only a list that is whole and sound should come here.
pub(super) fn kinds<'a>(names: impl Iterator<Item = &'a str>) -> Option<Vec<&'static str>> {
    let mut kept = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    kept_in(&mut kept, MOST, names.map(|name| format!("topic/{name}")).collect())
}

fn kept_in(kept: &mut BTreeSet<&'static str>, most: usize, kinds: Vec<String>) -> Option<Vec<&'static str>> {
    let new = kinds.iter().filter(|kind| !kept.contains(kind.as_str())).count();
    if kept.len() + new > most {
        return None;
    }
    let keep = |kind: String| {
        kept.get(kind.as_str()).copied().unwrap_or_else(|| {
            let kind: &'static str = kind.leak();
            kept.insert(kind);
            kind
        })
    };
    Some(kinds.into_iter().map(keep).collect())
}

static KINDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
/// The longest name, in bytes.
const LONGEST: usize = 48;
/// The most names of all lists that a program reads while it runs: less than a megabyte.
pub(super) const MOST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert!(is_name("a-1") && is_name(&"a".repeat(48)));
        for name in ["", "A", "a b", "-a", "a-", "ä", "a/b", &"a".repeat(49)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_kept_once_and_only_so_many_are() {
        let (mut kept, owned) = (BTreeSet::new(), |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect());
        let one = kept_in(&mut kept, 2, owned(&["a", "b"])).unwrap();
        let two = kept_in(&mut kept, 2, owned(&["b", "a"])).unwrap();
        assert!(std::ptr::eq(one[0], two[1]) && std::ptr::eq(one[1], two[0]));
        assert_eq!((kept_in(&mut kept, 3, owned(&["a", "c", "d"])), kept.len()), (None, 2));
        assert!(kept_in(&mut kept, 3, owned(&["c"])).is_some());
    }

    #[test]
    fn a_list_that_is_refused_leaves_no_name() {
        use crate::{Topic, Topics};

        let topic = |name: &str, pattern: &str| Topic {
            name: name.to_owned(),
            patterns: vec![pattern.to_owned()],
            ..Topic::default()
        };
        assert!(Topics::new(&[topic("left-by-a-refused-list", "x"), topic("b", "x.*")]).is_err());
        assert!(Topics::new(&[topic("kept-of-a-sound-list", "x")]).is_ok());
        let kept = KINDS.lock().unwrap();
        assert!(kept.contains("topic/kept-of-a-sound-list") && !kept.contains("topic/left-by-a-refused-list"));
    }
}
