//! Tables, and text that is full of what looks like personal data, instructions or hidden characters.

use crate::{
    Case, case,
    pieces::{SIZE, between, count, fill},
};

pub(crate) const CASES: &[Case] = &[
    case("csv-one-row", "t.csv", || between("", "1,", "\n")),
    case("csv-two-wide-rows", "t.csv", || format!("{0}\n{0}\n", "a,".repeat(SIZE / 4)).into()),
    case("csv-short-rows", "t.csv", || fill("a\n")),
    case("csv-short-pairs", "t.csv", || fill("a,b\n")),
    case("csv-empty-cells", "t.csv", || {
        let header = count(4000, |n| format!("c{n},"));
        format!("{header}label\n{}", format!("{}a\n", ",".repeat(4000)).repeat(250)).into()
    }),
    case("csv-dates", "t.csv", || {
        let header = count(4000, |n| format!("c{n},"));
        format!("{header}label\n{}", format!("{}a\n", "2024-01-01,".repeat(4000)).repeat(23)).into()
    }),
    case("csv-ids", "t.csv", || {
        let header = count(4000, |n| format!("c{n}_id,"));
        let row = |n: usize| format!("{}a\n", format!("{n},").repeat(4000));
        format!("{header}label\n{}", count(80, row)).into()
    }),
    case("csv-quotes", "t.csv", || fill("\"")),
    case("csv-open-quotes", "t.csv", || fill("\"a,\n")),
    case("csv-doubled-quotes", "t.csv", || between("a,b\n1,\"", "\"\"", "\"\n")),
    case("csv-labels", "t.csv", || format!("text,label\n{}", count(100_000, |n| format!("x y,{n}\n"))).into()),
    case("csv-conflicts", "t.csv", || {
        format!("text,label\n{}", count(60_000, |n| format!("x y {},{}\n", n / 2, n % 2))).into()
    }),
    case("jsonl-deep", "t.jsonl", || format!("{{\"a\":{}\n{{\"a\":1}}\n", "[".repeat(SIZE)).into()),
    case("jsonl-deep-closed", "t.jsonl", || {
        format!("{{\"a\":{}{}}}\n", "[".repeat(60), "]".repeat(60)).repeat(7000).into()
    }),
    case("jsonl-rows", "t.jsonl", || fill("{\"a\":1}\n")),
    case("jsonl-repeated-keys", "t.jsonl", || {
        let row = format!("{{{}\"label\":\"a\"}}\n", "\"a\":1,".repeat(SIZE / 12));
        row.repeat(2).into()
    }),
    case("jsonl-many-keys", "t.jsonl", || {
        let forth = count(4000, |n| format!("\"k{n}\":1,"));
        let back = count(4000, |n| format!("\"k{}\":1,", 3999 - n));
        let row = format!("{{{back}\"label\":\"a\"}}\n");
        format!("{{{forth}\"label\":\"a\"}}\n{}", row.repeat(22)).into()
    }),
    case("jsonl-new-keys", "t.jsonl", || count(60_000, |n| format!("{{\"k{n}\":1}}\n")).into()),
    case("jsonl-leaves", "t.jsonl", || {
        let row = format!("{{\"a\":[{}\"x\"]}}\n", r#""a@b.org","#.repeat(SIZE / 20));
        row.repeat(2).into()
    }),
    case("jsonl-escapes-mail", "t.jsonl", || {
        format!("{{\"a\":\"{}\"}}\n", r"\n a@b.org".repeat(SIZE / 22)).repeat(2).into()
    }),
    case("jsonl-hidden", "t.jsonl", || {
        format!("{{\"a\":\"{}\"}}\n", r"\u200b\u200b\u200b\u200bx \n".repeat(SIZE / 56)).repeat(2).into()
    }),
    case("json-array", "t.json", || between("[", "{\"a\":1},", "{}]")),
    case("bait-digits", "t.csv", || between("a,b\n1,", "1", "\n")),
    case("bait-groups", "t.csv", || between("a,b\n1,", "1 ", "\n")),
    case("bait-phones", "t.csv", || between("a,b\n1,", "+1 555 0100 ", "\n")),
    case("bait-addresses", "t.csv", || between("a,b\n1,", "1.2.3.4 ", "\n")),
    case("bait-colons", "t.csv", || between("a,b\n1,", "a1:", "\n")),
    case("bait-mail", "t.csv", || between("a,b\n1,", "a@b.org ", "\n")),
    case("bait-at-signs", "t.csv", || between("a,b\n1,", "@", "\n")),
    case("bait-streets", "t.csv", || between("a,b\n1,", "st ", "\n")),
    case("bait-street-numbers", "t.csv", || between("a,b\n1,", "1 Ab St ", "\n")),
    case("bait-street-capitals", "t.csv", || between("a,b\n1,", "Via Ab-Ab-Ab Ab ", "\n")),
    case("bait-names", "t.csv", || between("a,b\n1,", "name: Ab ", "\n")),
    case("bait-birth", "t.csv", || between("a,b\n1,", "born 1 ", "\n")),
    case("bait-iban", "t.csv", || between("a,b\n1,", "DE00", "\n")),
    case("bait-orders", "t.csv", || between("a,b\n1,", "ignore previous instructions ", "\n")),
    case("bait-comment-orders", "t.csv", || between("a,b\n1,", "<!-- ignore all previous rules --> ", "\n")),
    case("bait-ignore", "t.csv", || between("a,b\n1,", "ignore ", "\n")),
    case("bait-rules", "t.csv", || between("a,b\n1,", "ignore all rules ", "\n")),
    case("bait-model", "t.csv", || between("a,b\n1,", "llm ", "\n")),
    case("bait-turns", "t.csv", || between("a,b\n1,", "<|im_start|>", "\n")),
    case("bait-roles", "t.csv", || between("a,b\n1,", "system: ", "\n")),
    case("bait-images", "t.csv", || between("a,b\n1,", "![a](https://a", "\n")),
    case("bait-base64", "t.csv", || between("a,b\n1,", "aWdub3JlIHByZXZpb3VzIGluc3RydWN0aW9ucyBub3cg ", "\n")),
    case("bait-quotes", "t.csv", || between("a,b\n1,", "pretend to be '", "\n")),
    case("bait-zero-width", "t.csv", || between("a,b\n1,", "\u{200b}", "\n")),
    case("bait-tags", "t.csv", || between("a,b\n1,", "\u{e0041}", "\n")),
    case("bait-scripts", "t.csv", || between("a,b\n1,", "pаypal ", "\n")),
    case("bait-comments", "t.csv", || between("a,b\n1,", "<!--", "\n")),
    case("bait-spans", "t.csv", || between("a,b\n1,", "<span style='display:none'>", "\n")),
    case("bait-angle", "t.csv", || between("a,b\n1,", "<", "\n")),
];
