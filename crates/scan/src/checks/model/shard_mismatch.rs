//! A model in several files that are not those of its index.

use palisade_base::{Check, Finding, Severity};

use crate::{Input, input::model::State};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Compares the index of a model in several files (`*.index.json` of `transformers` and `diffusers`) with the files: paths
    /// that lead out of the folder, files that are missing, safetensors files without the tensors that the index places
    /// there, and numbered weights beside it that it does not name.
    ///
    /// ## Why it matters
    ///
    /// The index decides which files are loaded. One that names a path elsewhere makes the loader read weights that nobody
    /// has looked at; files that it does not name are reviewed in vain, or wait for an index that names them.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"weight_map": {"lm_head.weight": "../other/model-00002-of-00002.safetensors"}}
    /// ```
    ///
    /// ## What to do
    ///
    /// Fetch the repository again, all of it at one commit. Remove weights that the index does not name.
    ///
    /// ## Limits
    ///
    /// Tensors are compared for safetensors files only; of pickles only the presence of the file is.
    ///
    /// ## References
    ///
    /// - Hugging Face documentation, "Sharded checkpoints"
    /// - CWE-22, Improper Limitation of a Pathname to a Restricted Directory
    static META: Check = {
        name: "shard-mismatch",
        summary: "the files of a model are not those that its index names",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ShardMismatch;

impl<'a> Check<Input<'a>> for ShardMismatch {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Shards(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Shards(index) = input else { return };
        let mut say = |severity: Severity, range, label: &str, message: String| {
            report(Finding::builder(&META, index.evidence(range, label), message).severity(severity).build());
        };
        for shard in &index.shards {
            let path: String = shard.path.chars().take(120).collect();
            match &shard.state {
                State::Agrees => {}
                State::Leaves => say(
                    Severity::High,
                    shard.range.clone(),
                    "leads out of the folder",
                    format!("weights are read from `{path}`, which is not in the folder of the index"),
                ),
                // A download that was left half done looks like this.
                State::Missing => {
                    say(Severity::Low, shard.range.clone(), "not there", format!("`{path}` is missing"));
                }
                State::Lacks(count, one) => say(
                    Severity::Medium,
                    shard.range.clone(),
                    "placed here",
                    format!("`{path}` lacks {count} tensors that the index places there, such as `{one}`"),
                ),
            }
        }
        if let [first, rest @ ..] = index.unlisted.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let message = format!("`{first}`{more} is numbered like the files of the index, which does not name it");
            say(Severity::Low, 0..1, "the index", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::in_folder;

    fn safetensors(tensor: &str) -> Vec<u8> {
        let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}}"#);
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[7]].concat()
    }

    fn severities(index: &str, files: &[(&str, &[u8])]) -> Vec<Severity> {
        let name = "model.safetensors.index.json";
        let files: Vec<(&str, &[u8])> = files.iter().copied().chain([(name, index.as_bytes())]).collect();
        let seen = in_folder(&files, name, None);
        let found = seen.findings.iter().filter(|finding| finding.rule.name == "shard-mismatch");
        found.map(|finding| finding.severity).collect()
    }

    #[test]
    fn files_are_compared_with_the_index() {
        let index = |path: &str| format!(r#"{{"metadata": {{}}, "weight_map": {{"a": "{path}"}}}}"#);
        let file = "model-00001-of-00001.safetensors";
        assert_eq!(severities(&index(file), &[(file, &safetensors("a"))]), []);
        assert_eq!(severities(&index(file), &[(file, &safetensors("b"))]), [Severity::Medium]);
        assert_eq!(severities(&index(file), &[]), [Severity::Low]);
        assert_eq!(severities(&index("../elsewhere.safetensors"), &[]), [Severity::High]);
        let other = "model-00002-of-00002.safetensors";
        assert_eq!(severities(&index(file), &[(file, &safetensors("a")), (other, &safetensors("a"))]), [Severity::Low]);
    }
}
