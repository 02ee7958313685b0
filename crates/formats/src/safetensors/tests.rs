//! Headers as writers make them, cut ones, and every way in which one may lie.

use super::*;

fn file(json: &str, data: usize) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &vec![0; data]].concat()
}

fn header(json: &str, data: usize) -> Header {
    let bytes = file(json, data);
    parse(&bytes, bytes.len() as u64).unwrap()
}

fn flaws(json: &str, data: usize) -> Vec<String> {
    header(json, data).flaws.into_iter().map(|flaw| flaw.what).collect()
}

const GOOD: &str = r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}  "#;

#[test]
fn a_good_file_has_no_flaws() {
    let header = header(GOOD, 12);
    assert_eq!(header.flaws, []);
    assert_eq!(header.parameters(), 4);
    assert_eq!((header.tensors[0].name.as_str(), header.missing), ("a", 0));
    assert!(looks_like(&file(GOOD, 12)));
    assert!(!looks_like(b"{\"a\": 1}") && !looks_like(b"a text {\"that\": 1}"));
    let metadata = &header.metadata[0];
    assert_eq!((metadata.key.as_str(), metadata.text.as_str()), ("format", "pt"));
    assert_eq!(&file(GOOD, 12)[metadata.range.clone()], b"\"pt\"");
}

#[test]
fn scalars_empty_tensors_and_small_types_are_sound() {
    for (json, data) in [
        (r#"{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#, 8),
        (r#"{"a":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}}"#, 0),
        (r#"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}"#, 2),
        (r#"{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}"#, 3),
        (r#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4],"note":"more"}}"#, 4),
        ("{}", 0),
    ] {
        assert_eq!(flaws(json, data), Vec::<String>::new(), "{json}");
    }
    let later = header(r#"{"a":{"dtype":"F3_E1M1","shape":[4],"data_offsets":[0,9]}}"#, 9);
    assert_eq!((later.flaws.len(), later.unknown), (0, vec!["F3_E1M1".to_owned()]));
}

#[test]
fn every_flaw_is_named() {
    for (json, data, expected) in [
        (GOOD, 20, "8 bytes follow"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,6400]}}"#, 8, "does not fit its shape"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[96,104]}}"#, 8, "outside of the file"),
        (r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "belong to no tensor"),
        (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "does not fit its shape"),
        (r#"{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}"#, 8, "larger than any memory"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "ends before it begins"),
        (r#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "not a description"),
        (r#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, "not a description"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999999]}}"#, 8, "not a description"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}"#, 8, "does not fit"),
        (r#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#, 2, "middle of a byte"),
        (r#"{"a":{"dtype":"float32","shape":[2],"data_offsets":[0,8]}}"#, 8, "no type"),
        (r#"{"a":[[],{},0]}"#, 8, "not a description"),
        (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}"#, 8, "not a description"),
        (r#"{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}"#, 8, "not a description"),
        (r#"{"__metadata__":{"a":1}}"#, 0, "is not a text"),
        (r#"{"__metadata__":"a"}"#, 0, "not an object"),
        (r#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "twice"),
        (
            r#"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
            8,
            "overlaps",
        ),
        (
            r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
            8,
            "described twice",
        ),
    ] {
        let flaws = flaws(json, data).join("; ");
        assert!(flaws.contains(expected), "{expected} not in {flaws}");
    }
}

#[test]
fn a_sound_file_that_ends_early_is_cut_and_not_broken() {
    let cut = header(GOOD, 10);
    assert_eq!((cut.missing, cut.flaws.len()), (2, 0));
    let bytes = file(GOOD, 0);
    assert_eq!(parse(&bytes[..40], 40), Err(Failure::Cut));
}

#[test]
fn headers_that_lie_are_broken() {
    let long = [&1000u64.to_le_bytes(), GOOD.as_bytes()].concat();
    let huge = [&u64::MAX.to_le_bytes(), GOOD.as_bytes()].concat();
    let list = file("[1]", 0);
    let deep = file(&format!("{{\"a\":{}", "[".repeat(100_000)), 0);
    let blank = file(" {}", 0);
    for bytes in [long, huge, list, deep, blank] {
        let outcome = parse(&bytes, bytes.len() as u64);
        assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?}");
        assert!(looks_like(&bytes));
    }
    let nested = flaws(&format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)), 0);
    assert_eq!(nested, ["`a` is not a description of a tensor"]);
}

#[test]
fn truncated_files_are_safe() {
    let bytes = file(GOOD, 12);
    for len in 0..bytes.len() {
        let clean = parse(&bytes[..len], len as u64).is_ok_and(|header| header.flaws.is_empty() && header.missing == 0);
        assert!(!clean, "{len}");
    }
    assert!(parse(&u64::MAX.to_le_bytes(), 8).is_err());
}
