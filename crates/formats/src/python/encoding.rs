//! The encoding that a source file declares for itself: under some, the file holds other code than its bytes show.

use std::ops::Range;

/// How source is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// What is ASCII in the bytes is the same in the source.
    Plain,
    /// Some ASCII bytes stand for others: a line end may be hidden in a comment.
    Escaping,
    /// An encoding that Python does not bring along, or that is none of text.
    Unknown,
}

/// The encoding that source declares in one of its first two lines, and where it is named.
///
/// Python Language Reference, "Encoding declarations".
pub fn encoding(source: &str) -> Option<(Encoding, Range<usize>)> {
    let source = source.get(..source.floor_char_boundary(LONGEST)).unwrap_or_default();
    let mut start = 0;
    let mut lines = 0;
    for line in source.split_inclusive(['\n', '\r']) {
        // The second half of `\r\n`.
        if line == "\n" && source.get(..start).is_some_and(|before| before.ends_with('\r')) {
            start += 1;
            continue;
        }
        lines += 1;
        if lines > LINES {
            break;
        }
        let text = line.trim_start_matches([' ', '\t', '\u{c}', '\u{feff}']);
        if text.starts_with('#')
            && let Some(range) = declared(text)
        {
            let from = start + line.len() - text.len();
            let name = text.get(range.clone()).unwrap_or_default();
            return Some((kind(name), from + range.start..from + range.end));
        }
        // Only comments and empty lines may stand in front of it.
        if !text.starts_with('#') && !text.trim().is_empty() {
            return None;
        }
        start += line.len();
    }
    None
}

/// `coding[:=]\s*([-_.a-zA-Z0-9]+)` in a comment.
fn declared(comment: &str) -> Option<Range<usize>> {
    comment.match_indices("coding").find_map(|(at, word)| {
        let rest = comment.get(at + word.len()..)?.strip_prefix([':', '='])?;
        let name = rest.trim_start_matches([' ', '\t']);
        let len = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
        let start = comment.len() - name.len();
        (len > 0).then(|| start..start + len)
    })
}

fn kind(name: &str) -> Encoding {
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let is = |names: &[&str]| names.iter().any(|known| name == *known);
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if begins(&[
        "utf-8", "utf8", "u8", "iso-8859", "iso8859", "latin", "windows-", "koi8", "mac", "cp125", "cp8", "euc",
    ]) || is(PLAIN)
    {
        Encoding::Plain
    } else if begins(&[
        "utf-7",
        "utf7",
        "u7",
        "unicode-1-1-utf-7",
        "unicode-escape",
        "raw-unicode",
        "unicode-internal",
        "hz",
        "iso2022",
        "iso-2022",
    ]) || begins(&[
        "utf-16", "utf16", "utf-32", "utf32", "punycode", "idna", "rot", "cp0", "cp1026", "cp1140", "cp273", "cp424",
        "cp500",
    ]) || begins(&["base64", "hex", "uu", "quopri", "zlib", "bz2", "string-escape"])
        || is(&["unicodeescape", "csiso2022jp", "ibm037", "ibm500", "u16", "u32"])
    {
        Encoding::Escaping
    } else {
        Encoding::Unknown
    }
}

const PLAIN: &[&str] = &[
    "ascii",
    "us-ascii",
    "646",
    "l1",
    "l2",
    "cp932",
    "cp936",
    "cp949",
    "cp950",
    "cp437",
    "cp720",
    "cp737",
    "cp775",
    "gbk",
    "gb2312",
    "gb18030",
    "gb18030-2000",
    "big5",
    "big5hkscs",
    "big5-tw",
    "shift-jis",
    "sjis",
    "shiftjis",
    "s-jis",
    "tis-620",
    "johab",
    "cp1006",
    "ptcp154",
    "kz1048",
    "hp-roman8",
    "ms932",
    "mskanji",
    "ujis",
    "binary",
    "mbcs",
    "utf",
    "cyrillic",
];
const LINES: usize = 2;
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_as_python_reads_them() {
        for (source, expected) in [
            ("# -*- coding: utf-8 -*-\n", Some(Encoding::Plain)),
            ("#!/usr/bin/env python\n# vim: set fileencoding=Latin-1 :\n", Some(Encoding::Plain)),
            ("# coding=utf-7\n", Some(Encoding::Escaping)),
            ("\n#coding:unicode_escape", Some(Encoding::Escaping)),
            ("\u{feff}# coding: raw_unicode_escape\r", Some(Encoding::Escaping)),
            ("#!/usr/bin/python\r\n# coding: utf7\r\n", Some(Encoding::Escaping)),
            ("# coding: of.mine", Some(Encoding::Unknown)),
            ("x = 1\n# coding: utf-7\n", None),
            ("\n\n# coding: utf-7\n", None),
            ("# encoding a string: utf-7", None),
            ("", None),
        ] {
            assert_eq!(encoding(source).map(|(kind, _)| kind), expected, "{source}");
        }
        let source = "# \u{e9}\n# coding: utf-7";
        assert_eq!(source.get(encoding(source).unwrap().1), Some("utf-7"));
    }
}
