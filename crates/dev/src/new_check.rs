//! Makes the skeleton of a new check: the file, its `mod` line and its line in the table.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Writes the skeleton below `root` and returns its path.
pub fn new_check(root: &Path, component: &str, name: &str) -> io::Result<PathBuf> {
    let folder = root.join("crates/scan/src/checks").join(component);
    let module = name.replace('-', "_");
    let path = folder.join(format!("{module}.rs"));
    if path.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists already", path.display())));
    }
    let table = folder.join("mod.rs");
    let text = fs::read_to_string(&table)?;
    let kind: String = name.split('-').map(capital).collect();
    let with_mod = text.replacen("\nuse ", &format!("\nmod {module};\n\nuse "), 1);
    let with_line = match with_mod.rfind("];") {
        Some(end) => {
            let (head, tail) = with_mod.split_at(end);
            format!("{head}    &{module}::{kind},\n{tail}")
        }
        None => with_mod,
    };
    fs::write(&path, skeleton(component, name, &kind))?;
    fs::write(&table, with_line)?;
    Ok(path)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn skeleton(component: &str, name: &str, kind: &str) -> String {
    let component = capital(component);
    format!(
        r#"//! `{name}`

use palisade_base::{{Check, Finding, Meta}};

use crate::Input;

palisade_base::meta! {{
    /// ## What it does
    ///
    /// ## Why it matters
    ///
    /// ## Example
    ///
    /// ## What to do
    ///
    /// ## Limits
    ///
    /// ## References
    static META: Check = {{
        name: "{name}",
        summary: "",
        severity: Medium,
        components: [{component}],
        threats: [SupplyChain],
        stages: [Deployment],
        since: "0.1.0",
    }}
}}

pub(super) struct {kind};

impl Check<Input<'_>> for {kind} {{
    fn meta(&self) -> &'static Meta {{
        &META
    }}

    fn examines(&self, _input: &Input<'_>) -> bool {{
        false
    }}

    fn run(&self, _input: &Input<'_>, _report: &mut dyn FnMut(Finding)) {{}}
}}

#[cfg(test)]
mod tests {{
    use crate::testing::findings;

    #[test]
    fn hit() {{
        assert_eq!(findings("{name}", "a.py", "").len(), 1);
    }}

    #[test]
    fn near_miss() {{
        assert!(findings("{name}", "a.py", "").is_empty());
    }}
}}
"#
    )
}
