//! The examples in the repository are what the generator writes, and the scan says of them what their notes say.

use std::collections::BTreeMap;

use base64::Engine as _;

use super::*;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_examples_are_fresh() {
    let stale = stale(&example(), &repository());
    assert!(stale.is_empty(), "stale, run `cargo run -p palisade-dev -- example`: {stale:#?}");
}

#[test]
fn missing_files_are_stale() {
    let example = example();
    assert_eq!(stale(&example, Path::new("/nowhere")).len(), example.files.len() + example.stated.len());
}

/// The signature itself is verified by the signing tool; here only that nobody changed a model and forgot to sign it.
#[test]
fn the_signed_digests_are_those_of_the_files() {
    let models = repository().join("examples/helpdesk-hardened/models");
    let bundle: serde_json::Value = serde_json::from_slice(&fs::read(models.join("model.sig")).unwrap()).unwrap();
    let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
    let statement = base64::engine::general_purpose::STANDARD.decode(payload).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(&statement).unwrap();
    let signed: BTreeMap<_, _> = statement["predicate"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| {
            (resource["name"].as_str().unwrap().to_owned(), resource["digest"].as_str().unwrap().to_owned())
        })
        .collect();
    let present: BTreeMap<_, _> = fs::read_dir(&models)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["model.sig", "signing.pub"].contains(&name.as_str()))
        .map(|name| {
            let digest = hexadecimal(&Sha256::digest(fs::read(models.join(&name)).unwrap()));
            (name, digest)
        })
        .collect();
    assert_eq!(signed, present);
}

/// The table of weaknesses is read by other tests: its form, and that what it names exists.
#[test]
fn the_listed_weaknesses_are_well_formed() {
    let weak = repository().join("examples/helpdesk");
    let readme = fs::read_to_string(weak.join("README.md")).unwrap();
    let (_, table) = readme.split_once("| component | rule | path | weakness |\n|---|---|---|---|\n").unwrap();
    let mut components = BTreeMap::new();
    for line in table.lines().take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [component, rule, path, weakness] = cells[..] else { panic!("four cells: {line}") };
        assert!(weak.join(path).is_file(), "{line}");
        assert!(rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{line}");
        assert!(!weakness.is_empty(), "{line}");
        *components.entry(component.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(components.keys().collect::<Vec<_>>(), ["application", "data", "infrastructure", "model"]);
    assert!(components.values().all(|rules| *rules >= 8), "{components:?}");
}

#[test]
fn the_manifests_are_valid_and_name_what_exists() {
    for example in ["helpdesk", "helpdesk-hardened"] {
        let folder = repository().join("examples").join(example);
        let manifest = fs::read_to_string(folder.join("palisade.toml")).unwrap();
        let system: palisade_base::system::System = toml::from_str(&manifest).unwrap();
        let paths = system.paths();
        assert!(paths.len() > 10);
        for (component, path, _) in paths {
            assert!(folder.join(path).exists(), "{example}: {component} `{path}`");
        }
    }
}
