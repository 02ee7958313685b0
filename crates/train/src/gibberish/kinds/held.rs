//! Odd but harmless kinds that are only measured on.

use super::{
    BASE64, HEX, Kind, LOWER, UPPER, address, camel, capital, cell, date, l, many, name, of, one, path, snake, time,
    word,
};

/// What each is called and made of.
pub(super) const KINDS: &[Kind] = &[
    ("digest", |r| format!("{}  {}", of(HEX, 64, r), path(r)), "\n"),
    ("base32", |r| format!("{} {}", of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32, r), word(r)), "\n"),
    ("key", |r| format!("{}_{}_{}", of(LOWER, 3, r), of(LOWER, 4, r), of(BASE64, 32, r)), " "),
    (
        "access",
        |r| {
            format!(
                "{} - - [{}:{} +0000] \"GET {} HTTP/1.1\" {} {} \"-\" \"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\"",
                address(r),
                date(r),
                time(r),
                path(r),
                200 + r.below(304),
                r.below(90_000)
            )
        },
        "\n",
    ),
    ("tabs", |r| many(6, "\t", r, cell), "\n"),
    ("columns", |r| format!("{:<12}{:>8}{:>8}  {}", word(r), r.below(9999), r.below(99), of(UPPER, 3, r)), "\n"),
    ("glob", |r| format!("{}/**/*.{{{},{}}}", word(r), of(LOWER, 2, r), of(LOWER, 3, r)), "\n"),
    (
        "formula",
        |r| {
            format!(
                "{}{}{}{} + {}{} -> {}",
                of(UPPER, 1, r),
                r.below(9),
                of(UPPER, 1, r),
                r.below(9),
                r.below(9),
                of(UPPER, 2, r),
                of(UPPER, 2, r)
            )
        },
        "; ",
    ),
    ("windows", |r| format!("C:\\{}\\{}\\{}.{}", capital(r), capital(r), word(r), of(LOWER, 3, r)), "\r\n"),
    (
        "java trace",
        |r| {
            format!(
                "\tat com.{}.{}.{}{}.{}{}({}.java:{})",
                word(r),
                word(r),
                capital(r),
                capital(r),
                word(r),
                capital(r),
                capital(r),
                r.below(900)
            )
        },
        "\n",
    ),
    ("plates", |r| format!("{} {} {}", of(UPPER, 2, r), r.below(999), of(UPPER, 3, r)), " "),
    (
        "people",
        |r| format!("{}, {} ({}) <{}.{}@example.org>", name(r), name(r), 1900 + r.below(120), word(r), word(r)),
        "; ",
    ),
    ("comma words", word, ", "),
    (
        "emoticons",
        |r| {
            many(6, " ", r, |r| {
                one(
                    &[
                        "🔥",
                        "👀",
                        "🙏🏽",
                        "^_^",
                        "¯\\_(ツ)_/¯",
                        "(╯°□°)╯",
                        "o_O",
                        ":-/",
                        "T_T",
                        "💯",
                        "yess",
                        "nooo",
                        "hahaha",
                        "jajaja",
                        "kkkk",
                        "5555",
                        "www",
                        "ахаха",
                        "ㅋㅋㅋ",
                    ],
                    r,
                )
                .to_owned()
            })
        },
        "\n",
    ),
    ("laugh", |r| one(&["ha", "he", "lo", "ja", "wo"], r).repeat(2 + r.below(9)), " "),
    (
        "yaml",
        |r| {
            format!(
                "  - {}: {}\n    {}: \"{}\"\n    {}: [{}, {}]",
                word(r),
                word(r),
                snake(r),
                date(r),
                camel(r),
                word(r),
                word(r)
            )
        },
        "\n",
    ),
    (
        "packed",
        |r| {
            format!(
                "var {}={},{}=[\"{}\",\"{}\"];{}&&({}={}[{}]),!{}||{}++",
                l(r),
                r.below(99),
                l(r),
                word(r),
                word(r),
                l(r),
                l(r),
                l(r),
                r.below(9),
                l(r),
                l(r)
            )
        },
        ";",
    ),
    (
        "utility",
        |r| {
            many(8, " ", r, |r| {
                format!(
                    "{}{}-{}",
                    one(&["md:", "", "hover:", "-", "lg:"], r),
                    one(&["px", "mt", "text", "bg", "grid-cols", "rounded", "w", "flex"], r),
                    one(&["4", "full", "gray-500", "[12px]", "1/2", "xl"], r)
                )
            })
        },
        " ",
    ),
    (
        "call signs",
        |r| {
            format!(
                "{}{}{} {}",
                of(UPPER, 2, r),
                r.below(10),
                of(UPPER, 3, r),
                one(&["CQ", "DE", "QTH", "73", "RST 599"], r)
            )
        },
        " ",
    ),
    (
        "chords",
        |r| {
            many(8, "  ", r, |r| {
                format!("{}{}", of("ABCDEFG", 1, r), one(&["m", "7", "maj7", "sus4", "/G", "dim", "#m"], r))
            })
        },
        "\n",
    ),
    (
        "assembly",
        |r| {
            format!(
                "  {}:\t{} {} {}\t{}\t%{}, 0x{}(%{})",
                of(HEX, 6, r),
                of(HEX, 2, r),
                of(HEX, 2, r),
                of(HEX, 2, r),
                one(&["mov", "lea", "addq", "xor", "callq", "jne"], r),
                one(&["rax", "rdi", "r12", "ebx"], r),
                of(HEX, 2, r),
                one(&["rsp", "rbp"], r)
            )
        },
        "\n",
    ),
    ("protein", |r| of("ACDEFGHIKLMNPQRSTVWY", 60, r), "\n"),
    (
        "settings",
        |r| {
            format!(
                "{}.{}.{}={}://{}:{}/{}?{}=%2F{}",
                word(r),
                word(r),
                camel(r),
                one(&["http", "jdbc:mysql", "amqp"], r),
                word(r),
                r.below(9999),
                word(r),
                word(r),
                of(HEX, 2, r)
            )
        },
        "\n",
    ),
    (
        "symbol names",
        |r| {
            format!(
                "_ZN{}{}{}{}E{}",
                4 + r.below(9),
                word(r),
                4 + r.below(9),
                camel(r),
                one(&["v", "RKSs", "Pc", "ii"], r)
            )
        },
        "\n",
    ),
    (
        "references",
        |r| {
            format!(
                "[{}] {}, {}. \"{} {} {}.\" {} {}({}): {}-{}. doi:10.{}/{}.{}",
                r.below(99),
                name(r),
                of(UPPER, 1, r),
                capital(r),
                word(r),
                word(r),
                capital(r),
                r.below(90),
                r.below(9),
                r.below(500),
                r.below(900),
                r.below(9999),
                of(LOWER, 4, r),
                r.below(9999)
            )
        },
        "\n",
    ),
];
