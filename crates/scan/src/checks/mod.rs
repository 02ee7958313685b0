//! Every static check, by component.

mod application;
mod data;
mod infrastructure;
mod model;

use palisade_base::Check;

use crate::Input;

/// A check over any input, as the tables hold it.
pub type InputCheck = dyn for<'a> Check<Input<'a>>;

/// Every check, in the order of the components.
pub fn all() -> impl Iterator<Item = &'static InputCheck> {
    [model::CHECKS, application::CHECKS, infrastructure::CHECKS, data::CHECKS].into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    /// A file nobody registered is a check that never runs.
    #[test]
    fn every_file_is_registered() {
        for (component, table) in [
            ("model", model::CHECKS),
            ("application", application::CHECKS),
            ("infrastructure", infrastructure::CHECKS),
            ("data", data::CHECKS),
        ] {
            let folder = format!("{}/src/checks/{component}", env!("CARGO_MANIFEST_DIR"));
            let files: BTreeSet<String> = fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-"))
                .filter(|name| name != "mod")
                .collect();
            let names: BTreeSet<String> = table.iter().map(|check| check.meta().name.to_owned()).collect();
            assert_eq!(files, names, "{folder}");
            for check in table {
                assert_eq!(check.meta().component().word(), component, "{}", check.meta().name);
            }
        }
    }

    #[test]
    fn every_description_is_whole() {
        let flaws: Vec<String> = all().flat_map(|check| check.meta().flaws()).collect();
        assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    }

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for check in all() {
            assert!(seen.insert(check.meta().name), "`{}` is registered twice", check.meta().name);
        }
    }
}
