//! Whole documents: spans, aliases, limits, hostile and truncated text.

use std::{fmt::Write, time::Instant};

use proptest::prelude::*;

use super::*;
use crate::tree::{Node, Value};

fn read(text: &str) -> Stream {
    parse(text, Limits::default())
}

fn whole(text: &str) -> Stream {
    let stream = read(text);
    assert_eq!(stream.failure, None, "{text}");
    stream
}

#[test]
fn spans_are_bytes() {
    let text = "# Grüße\nnäme: \"wört ü\"\nlist:\n  - één\n  - {a: ß, b: [1, 2]}\n\nlast: x\n";
    let stream = whole(text);
    let root = stream.documents[0].root();
    let at = |path: &[&str]| text.get(root.at(path).unwrap().span()).unwrap();
    assert_eq!(at(&["näme"]), "\"wört ü\"");
    assert_eq!(at(&["list"]), "- één\n  - {a: ß, b: [1, 2]}");
    assert_eq!(at(&["last"]), "x");
    let flow = root.get("list").unwrap().items().nth(1).unwrap();
    assert_eq!(text.get(flow.get("a").unwrap().span()).unwrap(), "ß");
    assert_eq!(text.get(flow.get("b").unwrap().span()).unwrap(), "[1, 2]");
    assert_eq!(text.get(root.key_span("list").unwrap()).unwrap(), "list");
}

#[test]
fn line_ends_and_byte_order_marks_do_not_shift_spans() {
    for text in ["\u{feff}a: 1\nb: two\n", "a: 1\r\nb: two\r\n", "a: |\r\n  é\r\n  x\r\nb: two\r\n"] {
        let stream = whole(text);
        assert_eq!(text.get(stream.documents[0].root().get("b").unwrap().span()).unwrap(), "two", "{text:?}");
    }
}

#[test]
fn documents_and_json() {
    let stream = whole("a: 1\n---\nb: 2\n...\n---\n{\"c\": [true, null, \"x\"]}\n");
    assert_eq!(stream.documents.len(), 3);
    let list: Vec<_> = stream.documents[2].root().get("c").unwrap().items().collect();
    assert_eq!((list[0].truth(), list[1].is_null(), list[2].text()), (Some(true), true, Some("x")));
}

#[test]
fn quoted_scalars_are_text() {
    let stream = whole("a: ''\nb:\nc: 'null'\nd: !!str null\ne: ~\n");
    let root = stream.documents[0].root();
    let nulls: Vec<bool> = ["a", "b", "c", "d", "e"].map(|key| root.get(key).unwrap().is_null()).to_vec();
    assert_eq!(nulls, [false, true, false, false, true]);
}

#[test]
fn merge_keys_bring_what_is_missing() {
    let text =
        "x: &x {image: a, user: root}\ny: &y {<<: *x, image: b}\nz:\n  <<: [*y, {tty: true, image: c}]\n  k: v\n";
    let stream = whole(text);
    let z = stream.documents[0].root().get("z").unwrap();
    let value = |key| z.get(key).and_then(Node::text);
    assert_eq!(
        [value("image"), value("user"), value("tty"), value("k")],
        [Some("b"), Some("root"), Some("true"), Some("v")]
    );
}

#[test]
fn duplicate_keys_are_kept_and_the_last_counts() {
    let stream = whole("a: 1\nb: 2\na: 3\n");
    let root = stream.documents[0].root();
    assert_eq!((root.entries().count(), root.get("a").unwrap().text()), (3, Some("3")));
}

#[test]
fn cycles_and_foreign_anchors_are_opaque() {
    let stream = whole("a: &a [1, *a]\n");
    let list: Vec<_> = stream.documents[0].root().get("a").unwrap().items().collect();
    assert_eq!(list[1].value(), Value::Opaque);
    let stream = read("a: &a 1\n---\nb: *a\n");
    assert!(!stream.documents.is_empty());
}

#[test]
fn what_aliases_share_is_walked_once() {
    let stream = whole("a: &a {k: v}\nb: *a\nc: {<<: *a}\nd: [*a, *a]\n");
    let walked = stream.documents[0].root().walk();
    assert_eq!(walked.iter().filter(|(_, node)| node.text() == Some("v")).count(), 1);
}

#[test]
fn a_billion_laughs_cost_nothing() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
    }
    let start = Instant::now();
    assert!(matches!(read(&text).failure, Some(Failure::Nodes(_))));
    let merges = (1..3000).fold("a0: &a0 {k: v}\n".to_owned(), |text, n| {
        text + &format!("a{n}: &a{n} {{<<: [*a{}, *a{}], k{n}: v}}\n", n - 1, n - 1)
    });
    assert!(matches!(read(&merges).failure, Some(Failure::Nodes(_))));
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn what_stands_behind_a_bomb_is_read_by_those_who_look_once() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} {{k: [{items}]}}").unwrap();
    }
    text += "m0: &m0 {k: v}\n";
    for n in 1..3000 {
        writeln!(text, "m{n}: &m{n} {{<<: [*m{}, *m{}], k{n}: v}}", n - 1, n - 1).unwrap();
    }
    text += "payload: here\n";
    let start = Instant::now();
    let stream = parse_shared(&text, Limits::default());
    assert_eq!(stream.failure, None);
    let walked = stream.documents[0].root().walk();
    assert_eq!(walked.last().and_then(|(_, node)| node.text()), Some("here"));
    let wide = format!(
        "a: &a [{}]\nb: {{{}}}\n",
        "1, ".repeat(50_000),
        (0..50_000).fold(String::new(), |text, n| text + &format!("k{n}: *a, "))
    );
    assert_eq!(parse_shared(&wide, Limits::default()).documents[0].root().walk().len(), 100_003);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn depth_and_size_are_bounded() {
    let start = Instant::now();
    let deep = [
        "[".repeat(1_000_000),
        "{a: ".repeat(500_000),
        "- ".repeat(500_000),
        "? ".repeat(500_000),
        "a: {".repeat(500_000),
        (0..2000).map(|depth| " ".repeat(depth) + "a:\n").collect(),
    ];
    for text in deep {
        assert!(read(&text).failure.is_some(), "{text:.20}");
    }
    assert_eq!(read(&" ".repeat(5 << 20)).failure, Some(Failure::Bytes(4 << 20)));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn the_documents_before_a_break_are_kept() {
    let stream = read("a: 1\n---\nb: [1, 2\n---\nc: 3\n");
    assert_eq!(stream.documents.len(), 1);
    assert!(matches!(stream.failure, Some(Failure::Syntax { .. })));
    let broken = stream.broken.unwrap();
    assert_eq!(broken.root().get("b").map(|list| list.items().count()), Some(2));
}

#[test]
fn a_chart_template_is_read_around_its_actions() {
    let text = "{{- if .Values.on }}\napiVersion: v1\nspec:\n  image: {{ .Values.image }}:{{ .Values.tag | default \"x\" }}\n  \
                {{- toYaml .Values.more | nindent 2 }}\n  port: 80\n{{- end }}\n";
    let stream = whole(text);
    let spec = stream.documents[0].root().get("spec").unwrap();
    assert!(spec.get("image").unwrap().text().unwrap().starts_with("$("));
    assert_eq!(spec.get("port").unwrap().text(), Some("80"));
    assert!(stream.is_templated(&spec.span()));
    assert!(!stream.is_templated(&spec.get("port").unwrap().span()));
}

/// Visits everything below a node.
fn walk(node: Node<'_>) -> usize {
    let pairs: usize = node.entries().map(|(key, value)| walk(key) + walk(value)).sum();
    1 + pairs + node.items().map(walk).sum::<usize>()
}

const SAMPLE: &str = "%YAML 1.2\n---\nbase: &b {k: 'v', \"q\\u00e9\": [1, ~]}\nmore:\n  <<: *b\n  text: |-\n    één\n    two\n  \
                      ? [complex, key]\n  : - a\n    - b # c\n...\n---\n- {{ x }}\n- !t {a: b}\n";

#[test]
fn truncated_anywhere() {
    assert_eq!(read(SAMPLE).failure, None);
    for end in (0..SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        let text = SAMPLE.get(..end).unwrap();
        for document in read(text).documents {
            walk(document.root());
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_safe(text in "[\\[\\]{}:,&*!|>'\"%@`#a\u{e9}\u{1F600}0~<?\\-\t \r\n]{0,80}") {
        for document in read(&text).documents {
            walk(document.root());
            prop_assert!(text.get(document.root().span()).is_some(), "{:?}", document.root().span());
        }
    }

    #[test]
    fn any_characters_are_safe(text in "\\PC{0,60}") {
        read(&text);
    }
}
