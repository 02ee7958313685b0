//! The reader beside `serde_json`: what one takes the other takes, and they read the same.

use proptest::prelude::*;
use serde_json::Value as Other;

use super::{Json, JsonError, Sort, Value};

/// The same value, made from what was read.
fn rebuilt(value: Value<'_, '_>) -> Other {
    match value.sort() {
        Sort::Null => Other::Null,
        Sort::True => Other::Bool(true),
        Sort::False => Other::Bool(false),
        Sort::Numbers => serde_json::from_str(value.source()).unwrap(),
        Sort::Plain | Sort::Escaped => Other::String(value.text().unwrap().into_owned()),
        Sort::List => Other::Array(value.items().flat_map(row).collect()),
        Sort::Object => {
            value.entries().map(|(key, value)| (key.text().unwrap().into_owned(), rebuilt(value))).collect()
        }
    }
}

fn row(value: Value<'_, '_>) -> Vec<Other> {
    match value.sort() {
        Sort::Numbers => serde_json::from_str(&format!("[{}]", value.source())).unwrap(),
        _ => vec![rebuilt(value)],
    }
}

fn alike(body: &[u8]) {
    match (Json::parse(body), serde_json::from_slice::<Other>(body)) {
        (Ok(json), Ok(other)) => assert_eq!(rebuilt(json.root()), other),
        // Numbers that no machine holds are still numbers.
        (Ok(_), Err(error)) => assert!(error.to_string().contains("number out of range"), "{error}"),
        (Err(JsonError::DuplicateKey { .. }), Ok(_)) | (Err(_), Err(_)) => {}
        (Err(ours), Ok(_)) => panic!("{ours}: {}", String::from_utf8_lossy(body)),
    }
}

#[test]
fn good_and_bad_texts() {
    for text in [
        "",
        " ",
        "{}",
        "[]",
        "[[],{},[]]",
        "{\"a\":1}",
        "{\"a\":1,}",
        "[1,]",
        "[1,2,[3,4],5,\"x\",6, 7]",
        "[1 2]",
        "01",
        "-",
        "-0",
        "1.",
        "1e",
        "1E+5",
        ".5",
        "tru",
        "true",
        "truefalse",
        "nul",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\\ud83d\\ude00 \\/\\b\\f\\n\\r\\t\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\u{7f}é\"",
        "\"\n\"",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "[1]x",
        "[1}",
        "{\"a\":[1,2},3]",
        "\u{feff}{}",
        "{\"a\":{\"b\":[{\"c\":null}]}} ",
        "// no\n1",
        "NaN",
        "[,1]",
        "{,}",
        "\u{a0}1",
        "+1",
        "\"a\" \"b\"",
        "]",
        "[1,{\"a\":2},3,4]",
    ] {
        alike(text.as_bytes());
    }
    alike(b"\"\xff\"");
    alike(b"\"\xed\xa0\x80\"");
}

#[test]
fn keys_that_come_twice_are_refused() {
    let many: String = (0..40).map(|at| format!("\"k{at}\":0,")).collect();
    for text in
        ["{\"a\":1,\"b\":2,\"a\":3}".to_owned(), "{\"a\":1,\"\\u0061\":3}".to_owned(), format!("{{{many}\"k7\":1}}")]
    {
        assert!(matches!(Json::parse(text.as_bytes()), Err(JsonError::DuplicateKey { .. })), "{text}");
    }
    assert!(Json::parse(format!("{{{many}\"x\":{{\"k1\":1}}}}").as_bytes()).is_ok());
}

#[test]
fn depth_has_a_limit_and_length_costs_no_stack() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    alike(nested(127).as_bytes());
    assert!(Json::parse(nested(127).as_bytes()).is_ok());
    assert!(matches!(Json::parse(nested(128).as_bytes()), Err(JsonError::Depth(127))));
    assert!(Json::parse("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn places_are_those_of_the_text() {
    let text = "{\"a\": [1, 2 , \"x\\ny\"], \"b/c\": {\"~\": false}}";
    let json = Json::parse(text.as_bytes()).unwrap();
    let list = json.root().get("a").unwrap();
    assert_eq!(list.source(), "[1, 2 , \"x\\ny\"]");
    assert_eq!(list.items().map(Value::source).collect::<Vec<_>>(), ["1, 2", "\"x\\ny\""]);
    assert_eq!(json.root().pointer("/a/1").unwrap().text().unwrap(), "x\ny");
    assert_eq!(json.root().pointer("/b~1c/~0").unwrap().sort(), Sort::False);
    assert!(json.root().pointer("/a/7").is_none() && json.root().pointer("/b").is_none());
}

#[test]
fn a_million_numbers_are_one_value() {
    let text = format!("[{}]", vec!["0.25"; 1_000_000].join(","));
    assert_eq!(Json::parse(text.as_bytes()).unwrap().nodes.len(), 2);
}

fn tree() -> impl Strategy<Value = Other> {
    let leaf = prop_oneof![
        Just(Other::Null),
        any::<bool>().prop_map(Other::from),
        any::<i64>().prop_map(Other::from),
        (-1e9..1e9).prop_map(Other::from),
        "[\\PC\n\"\\\\]{0,8}".prop_map(Other::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Other::from),
            prop::collection::btree_map("[a-f\"\\\\é]{0,3}", inner, 0..8).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(tree in tree(), pretty: bool, cut in 0.0..1.0_f64) {
        let text = if pretty { serde_json::to_vec_pretty(&tree) } else { serde_json::to_vec(&tree) }.unwrap();
        alike(&text);
        prop_assert!(Json::parse(&text).is_ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        alike(text.get(..(text.len() as f64 * cut) as usize).unwrap());
    }

    #[test]
    fn any_signs_are_taken_alike(text in "([\\[\\]{},:\" \n]|\\\\u[0-9a-d]{4}|\\\\.|-|0|1|[.eE+]|true|null|a){0,24}") {
        alike(text.as_bytes());
    }
}
