//! Odd but harmless kinds that the table is fitted to.

use super::{
    BASE64, HEX, Kind, PRINTED, UPPER, camel, capital, cell, date, l, many, name, of, one, path, regex, snake, time,
    upper_snake, word,
};

/// What each is called and made of.
pub(super) const KINDS: &[Kind] = &[
    (
        "uuid",
        |r| format!("{}-{}-4{}-{}-{}", of(HEX, 8, r), of(HEX, 4, r), of(HEX, 3, r), of(HEX, 4, r), of(HEX, 12, r)),
        "\n",
    ),
    ("base64", |r| of(BASE64, 76, r), "\n"),
    ("dump", |r| format!("{}: {}  {}", of(HEX, 8, r), many(8, " ", r, |r| of(HEX, 4, r)), of(PRINTED, 16, r)), "\n"),
    (
        "log",
        |r| {
            format!(
                "{} {} [{}] {}: {} {}={} {}={}",
                date(r),
                time(r),
                one(&["INFO", "WARN", "ERROR", "DEBUG"], r),
                word(r),
                word(r),
                word(r),
                r.below(9999),
                word(r),
                of(HEX, 8, r)
            )
        },
        "\n",
    ),
    (
        "csv",
        |r| {
            format!(
                "{},{},{},\"{}, {}\",{}.{:02},{}",
                r.below(9999),
                name(r),
                date(r),
                word(r),
                word(r),
                r.below(900),
                r.below(100),
                one(&["Y", "N", "", "NULL"], r)
            )
        },
        "\n",
    ),
    ("table", |r| format!("| {} |", many(5, " | ", r, cell)), "\n"),
    ("regex", regex, "\n"),
    (
        "smiles",
        |r| {
            let n = 6 + r.below(40);
            (0..n)
                .map(|_| {
                    one(
                        &[
                            "C", "C", "c1", "N", "O", "(=O)", "c", "cc", "1", "2", "[C@H]", "(C)", "F", "Cl", "S",
                            "[nH]", "n", "=", "#N",
                        ],
                        r,
                    )
                })
                .collect()
        },
        " ",
    ),
    ("paths", path, "\n"),
    (
        "trace",
        |r| {
            format!(
                "  File \"{}\", line {}, in {}\n    {} = {}.{}({}[{}], **{})",
                path(r),
                r.below(999),
                snake(r),
                word(r),
                snake(r),
                word(r),
                word(r),
                r.below(9),
                word(r)
            )
        },
        "\n",
    ),
    (
        "product",
        |r| {
            format!(
                "{}-{}{}/{} {}",
                of(UPPER, 2, r),
                r.below(9999),
                of(UPPER, 1, r),
                r.below(99),
                one(&["x2", "blk", "XL", "NEW", "(OEM)", "pcs."], r)
            )
        },
        ", ",
    ),
    ("names", |r| format!("{} {}", name(r), name(r)), ", "),
    ("words", word, "\n"),
    (
        "slang",
        |r| {
            many(7, " ", r, |r| {
                one(
                    &[
                        "lol", "u", "2day", "gr8", "idk", "tbh", "smh", "brb", "w/", "cuz", "ngl", "fr fr", "no cap",
                        "😂😂", "omg", "plz", "thx", "wyd", "hmu", "ikr", "wanna", "2moro", "b4", "??", "!!1", "<3",
                        ":)", "xD", "yall", "rn", "af",
                    ],
                    r,
                )
                .to_owned()
            })
        },
        "\n",
    ),
    ("mash", |r| of("asdfjklqweruiopzxcvnm", 5 + r.below(12), r), " "),
    (
        "json",
        |r| {
            format!(
                "{{\"{}\":{},\"{}\":\"{}\",\"{}\":[{},{}],\"{}\":null}}",
                word(r),
                r.below(999),
                snake(r),
                word(r),
                camel(r),
                r.below(99),
                r.below(99),
                word(r)
            )
        },
        ",",
    ),
    (
        "script",
        |r| {
            format!("function {}({},{}){{return {}?{}.{}({}):!{}}}", l(r), l(r), l(r), l(r), l(r), camel(r), l(r), l(r))
        },
        ";",
    ),
    (
        "style",
        |r| {
            format!(
                ".{}-{}:not(.{})>{}{{margin:{}px -{}px 0;color:#{};{}:{}}}",
                word(r),
                word(r),
                word(r),
                one(&["a", "li", "div", "p"], r),
                r.below(40),
                r.below(20),
                of(HEX, 6, r),
                word(r),
                word(r)
            )
        },
        "",
    ),
    (
        "latex",
        |r| {
            format!(
                "\\frac{{{}_{{{}}}^{}}}{{\\{}({})}} &= \\sum_{{{}=0}}^{{\\infty}} \\left[ {} \\cdot \\mathbf{{{}}} \\right] \\\\",
                l(r),
                l(r),
                r.below(9),
                one(&["alpha", "log", "sqrt", "Gamma"], r),
                l(r),
                l(r),
                l(r),
                l(r)
            )
        },
        "\n",
    ),
    (
        "tickers",
        |r| {
            format!(
                "{} {}.{:02} {}{}.{}%",
                of(UPPER, 3, r),
                r.below(900),
                r.below(100),
                one(&["+", "-"], r),
                r.below(9),
                r.below(9)
            )
        },
        " ",
    ),
    (
        "timetable",
        |r| {
            format!(
                "{}{} {:02}:{:02} {} {}",
                of(UPPER, 2, r),
                r.below(999),
                r.below(24),
                r.below(60),
                of(UPPER, 3, r),
                one(&["ON TIME", "+5", "CANX", "GATE B4"], r)
            )
        },
        "  ",
    ),
    ("serial keys", |r| many(5, "-", r, |r| of("ABCDEFGHJKMNPQRSTVWXYZ23456789", 5, r)), "\n"),
    (
        "replies",
        |r| {
            many(5, " ", r, |r| {
                one(
                    &[
                        "haha", "nice", "😍", "ok ok", "XD", "pls", "wow!!", "hmm..", "lmao", "yeahh", "❤️", ":P",
                        "np", "ty", "gg", "???",
                    ],
                    r,
                )
                .to_owned()
            })
        },
        "\n",
    ),
    (
        "codes",
        |r| {
            let n = 1 + r.below(6);
            of(one(&[UPPER, UPPER, "0123456789", "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"], r), n, r)
        },
        " ",
    ),
    (
        "weather",
        |r| {
            format!(
                "{} {:02}{:02}50Z {:03}{:02}KT 9999 {}0{}{} {:02}/{:02} Q{}",
                of(UPPER, 4, r),
                r.below(28),
                r.below(24),
                10 * r.below(36),
                r.below(40),
                one(&["FEW", "SCT", "BKN", "OVC"], r),
                r.below(9),
                r.below(9),
                r.below(30),
                r.below(20),
                980 + r.below(50)
            )
        },
        "\n",
    ),
    (
        "stretched",
        |r| {
            let word = word(r);
            let last = word.chars().last().unwrap_or('o');
            format!("{word}{}", last.to_string().repeat(r.below(9)))
        },
        " ",
    ),
    (
        "sounds",
        |r| {
            let n = 1 + r.below(6);
            one(&["mwa", "bla", "na", "hi", "la", "yo", "brr", "zz", "uh ", "x"], r).repeat(n)
        },
        " ",
    ),
    (
        "faces",
        |r| {
            many(5, " ", r, |r| {
                one(
                    &[
                        ":D",
                        ";)",
                        "\\o/",
                        "(y)",
                        "=)",
                        ":'(",
                        "<33",
                        "^^",
                        "-_-",
                        "😭",
                        "🎉🎉",
                        "woo",
                        "so cute",
                        "aww",
                        "thank you!!",
                        "XO",
                        ":3",
                        ">.<",
                        "(ツ)",
                        "nice one",
                    ],
                    r,
                )
                .to_owned()
            })
        },
        "\n",
    ),
    (
        "symbols",
        |r| {
            format!(
                "∀{} ∈ {}: {} ≤ {}({}) ⇒ ∃{} ⊂ {} ∧ {} ≠ ∅",
                l(r),
                of(UPPER, 1, r),
                l(r),
                l(r),
                l(r),
                l(r),
                of(UPPER, 1, r),
                l(r)
            )
        },
        ", ",
    ),
    (
        "chess",
        |r| {
            format!(
                "{}. {}{}{} {}{}{}",
                1 + r.below(60),
                one(&["N", "B", "R", "Q", "", "O-O "], r),
                of("abcdefgh", 1, r),
                1 + r.below(8),
                one(&["N", "Bx", "R", "Q", ""], r),
                of("abcdefgh", 1, r),
                1 + r.below(8)
            )
        },
        " ",
    ),
    (
        "shell",
        |r| {
            format!(
                "{} -{} --{}={} {} | {} '{}' > {}",
                word(r),
                l(r),
                word(r),
                r.below(99),
                path(r),
                one(&["awk", "sed", "grep -E", "jq"], r),
                regex(r),
                path(r)
            )
        },
        "\n",
    ),
    (
        "diff",
        |r| {
            format!(
                "@@ -{},{} +{},{} @@ {}\n-  {}({}, {});\n+  {}({}, {}?.{});",
                r.below(900),
                r.below(9),
                r.below(900),
                r.below(9),
                snake(r),
                camel(r),
                word(r),
                word(r),
                camel(r),
                word(r),
                word(r),
                word(r)
            )
        },
        "\n",
    ),
    (
        "query",
        |r| {
            format!(
                "SELECT {}.{}, COUNT(*) FROM {} {} LEFT JOIN {} ON {}.{} = {} WHERE {} IN ('{}','{}')",
                l(r),
                snake(r),
                snake(r),
                l(r),
                snake(r),
                l(r),
                snake(r),
                r.below(99),
                snake(r),
                word(r),
                of(UPPER, 2, r)
            )
        },
        ";\n",
    ),
    ("identifiers", |r| one(&[camel, snake, upper_snake, capital], r)(r), " "),
    ("stickers", |r| format!("#{} @{} #{}{}", word(r), word(r), capital(r), capital(r)), " "),
];
