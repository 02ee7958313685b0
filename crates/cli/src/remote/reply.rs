//! What a server answers, believed only as far as it was asked: the right range of the same file, as it is.

use std::ops::Range;

use ureq::http::{HeaderMap, HeaderName, StatusCode, header};

/// What a server sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The range that was asked for, as far as the file goes, of a file of `len` bytes.
    Part { range: Range<u64>, len: u64 },
    /// All of it; the server takes no ranges. Its length, if it is said.
    Whole { len: Option<u64> },
    /// The file is empty.
    Empty,
}

/// Why there is no reply to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    pub(super) why: String,
    /// Whether asking again may help.
    pub(super) passing: bool,
    /// Whether the place that a redirect led to may have been for a while only.
    pub(super) gone: bool,
}

impl From<String> for Unusable {
    fn from(why: String) -> Self {
        Self { why, passing: false, gone: false }
    }
}

/// What tells one version of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) len: u64,
    tag: Option<String>,
    modified: Option<String>,
}

impl Version {
    pub(super) fn of(headers: &HeaderMap, len: u64) -> Self {
        let text = |name| one(headers, &name).map(str::to_owned);
        Self { len, tag: text(header::ETAG), modified: text(header::LAST_MODIFIED) }
    }

    /// Whether another reply may be of the same version.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        self.len == other.len && same(&self.tag, &other.tag) && same(&self.modified, &other.modified)
    }

    /// What a server is told so that it sends a part of this version or all of another one (RFC 9110, section 13.1.5).
    pub(super) fn condition(&self) -> Option<&str> {
        self.tag.as_deref().filter(|tag| tag.starts_with('"'))
    }
}

/// Judges the head of a reply to a request for a range.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, asked: &Range<u64>) -> Result<Reply, Unusable> {
    if let Some(coding) =
        one(headers, &header::CONTENT_ENCODING).filter(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        return Err(format!("the server packs it (`{}`), although it was asked not to", short(coding)).into());
    }
    match status.as_u16() {
        206 => part(headers, asked),
        200 => Ok(Reply::Whole { len: one(headers, &header::CONTENT_LENGTH).and_then(number) }),
        416 if one(headers, &header::CONTENT_RANGE) == Some("bytes */0") => Ok(Reply::Empty),
        status => Err(refusal(status)),
    }
}

/// Whether what is sent is a page for people.
pub(super) fn is_page(headers: &HeaderMap) -> bool {
    one(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"))
}

/// A header that is there once.
pub(super) fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value.trim())
}

fn part(headers: &HeaderMap, asked: &Range<u64>) -> Result<Reply, Unusable> {
    let said = one(headers, &header::CONTENT_RANGE).unwrap_or_default();
    let (range, len) =
        content_range(said).ok_or_else(|| format!("the server sends a part, but not which (`{}`)", short(said)))?;
    if len > MOST {
        return Err(format!("the server says that it has {len} bytes").into());
    }
    if range != (asked.start..asked.end.min(len)) {
        let (from, to) = (asked.start, asked.end);
        return Err(
            format!("the server sends bytes {} to {} when asked for {from} to {to}", range.start, range.end).into()
        );
    }
    if one(headers, &header::CONTENT_LENGTH).and_then(number).is_some_and(|sent| sent != range.end - range.start) {
        return Err("the server sends another number of bytes than it says".to_owned().into());
    }
    Ok(Reply::Part { range, len })
}

/// `bytes 0-99/1234`: the range, its end exclusive, and the length.
fn content_range(said: &str) -> Option<(Range<u64>, u64)> {
    let (range, len) = said.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, len) = (number(first)?, number(last)?, number(len)?);
    (first <= last && last < len).then_some((first..last + 1, len))
}

/// Digits only: other readers of numbers take signs and spaces.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn refusal(status: u16) -> Unusable {
    let why = match status {
        401 | 403 => format!("the server wants to know who asks ({status}); `{}` takes a token", super::link::TOKEN),
        404 | 410 => format!("the server has no such file ({status})"),
        416 => "the server says that it ends before its end (416)".to_owned(),
        _ => format!("the server answers with status {status}"),
    };
    Unusable {
        why,
        passing: matches!(status, 408 | 429 | 500..=599),
        gone: matches!(status, 400 | 401 | 403 | 404 | 410),
    }
}

/// As much as is shown of what a server says.
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Files are shorter; a map of more would not fit into memory's addresses everywhere.
const MOST: u64 = 1 << 44;

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn reply(status: u16, lines: &[(&'static str, &str)]) -> Result<Reply, Unusable> {
        read(StatusCode::from_u16(status).unwrap(), &headers(lines), &(100..200))
    }

    #[test]
    fn the_range_that_was_asked_for_is_taken() {
        assert_eq!(
            reply(206, &[("content-range", "bytes 100-199/1000")]),
            Ok(Reply::Part { range: 100..200, len: 1000 })
        );
        let lines = [("content-range", "bytes 100-149/150"), ("content-length", "50")];
        assert_eq!(reply(206, &lines), Ok(Reply::Part { range: 100..150, len: 150 }));
        assert_eq!(reply(200, &[("content-length", "7")]), Ok(Reply::Whole { len: Some(7) }));
        assert_eq!(reply(200, &[]), Ok(Reply::Whole { len: None }));
        assert_eq!(reply(416, &[("content-range", "bytes */0")]), Ok(Reply::Empty));
    }

    #[test]
    fn nothing_else_is() {
        for lines in [
            &[][..],
            &[("content-range", "bytes 0-99/1000")],
            &[("content-range", "bytes 100-199/*")],
            &[("content-range", "bytes 100-198/1000")],
            &[("content-range", "bytes 100-200/1000")],
            &[("content-range", "bytes 100-199/150")],
            &[("content-range", "bytes 100-99/150")],
            &[("content-range", "bytes +100-199/1000")],
            &[("content-range", "bytes 100-199/18446744073709551615")],
            &[("content-range", "bytes 100-199/99999999999999999999")],
            &[("content-range", "items 100-199/1000")],
            &[("content-range", "bytes 100-199/1000"), ("content-range", "bytes 0-1/2")],
            &[("content-range", "bytes 100-199/1000"), ("content-length", "10")],
            &[("content-range", "bytes 100-199/1000"), ("content-encoding", "gzip")],
            &[("content-type", "multipart/byteranges; boundary=x")],
        ] {
            assert!(reply(206, lines).is_err(), "{lines:?}");
        }
        for (status, passing, gone) in [(403, false, true), (404, false, true), (503, true, false), (302, false, false)]
        {
            let unusable = reply(status, &[]).unwrap_err();
            assert_eq!((unusable.passing, unusable.gone), (passing, gone), "{status}");
        }
    }

    #[test]
    fn versions() {
        let version = |lines: &[(&'static str, &str)], len| Version::of(&headers(lines), len);
        let one = version(&[("etag", "\"a\""), ("last-modified", "x")], 5);
        assert!(one.agrees(&version(&[], 5)) && one.agrees(&version(&[("etag", "\"a\"")], 5)));
        assert!(!one.agrees(&version(&[("etag", "\"b\"")], 5)) && !one.agrees(&version(&[("etag", "\"a\"")], 6)));
        assert!(!one.agrees(&version(&[("last-modified", "y")], 5)));
        assert_eq!((one.condition(), version(&[("etag", "W/\"a\"")], 5).condition()), (Some("\"a\""), None));
    }
}
