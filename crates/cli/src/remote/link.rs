//! URLs that may be fetched: with encryption unless they name this machine, without names and passwords in them.

use ureq::http::Uri;

use super::hosts::is_loopback;
use crate::output::Failure;

/// A URL that may be fetched, as far as the URL itself tells.
#[derive(Clone, Debug)]
pub(super) struct Link {
    uri: Uri,
}

impl Link {
    /// The URL that a user gives.
    pub(super) fn given(text: &str) -> Result<Self, Failure> {
        let shown = text.split(['?', '#']).next().unwrap_or_default();
        // Somebody's password must not be shown.
        let shown = shown.rsplit_once('@').map_or(shown, |(_, host)| host);
        let link = Self::new(text).map_err(|why| Failure::usage(format!("cannot fetch `{shown}`: {why}")))?;
        match page(&link.uri) {
            Some(form) => {
                let message = format!("`{shown}` is a page about files, not a file");
                Err(Failure::usage(message).hint(format!("the files themselves are at `{form}`")))
            }
            None => Ok(link),
        }
    }

    fn new(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|_| "it is not a valid URL".to_owned())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("it is not a full URL".to_owned());
        };
        if authority.as_str().contains('@') {
            return Err(format!("it has a name or password in it; a token belongs into `{TOKEN}`"));
        }
        match scheme {
            "https" => Ok(Self { uri }),
            "http" if is_loopback(authority.host()) => Ok(Self { uri }),
            "http" => Err("it is not encrypted; only this machine itself is asked by plain http".to_owned()),
            other => Err(format!("`{other}` is not a way to fetch that palisade knows; use https")),
        }
    }

    /// Where a redirect leads (RFC 3986, section 5.2, without the removal of dots, which servers do themselves).
    pub(super) fn follow(&self, location: &str) -> Result<Self, String> {
        let location = location.split('#').next().unwrap_or_default();
        let scheme = self.uri.scheme_str().unwrap_or_default();
        let authority = self.uri.authority().map(ToString::to_string).unwrap_or_default();
        let relative = super::url(location.as_ref()).is_none();
        let text = if !relative {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{authority}{location}")
        } else if location.starts_with('?') {
            format!("{scheme}://{authority}{}{location}", self.uri.path())
        } else {
            let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{authority}{folder}/{location}")
        };
        let next = Self::new(&text).map_err(|why| format!("it leads to another place, and {why}"))?;
        if next.is_own() && !self.is_own() {
            return Err(format!("{} it leads from `{}` to this machine", super::hosts::REFUSED, self.host()));
        }
        Ok(next)
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// Whether it names this machine.
    pub(super) fn is_own(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether both are asked of the same server: then the same secrets may be told.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        let port = |link: &Self| {
            link.uri.port_u16().or(if link.uri.scheme_str() == Some("https") { Some(443) } else { Some(80) })
        };
        self.uri.scheme() == other.uri.scheme()
            && self.host().eq_ignore_ascii_case(other.host())
            && port(self) == port(other)
    }

    /// How reports call it: without the query, which may be a secret.
    pub(super) fn shown(&self) -> String {
        let authority = self.uri.authority().map(ToString::to_string).unwrap_or_default();
        format!("{}://{authority}{}", self.uri.scheme_str().unwrap_or_default(), self.uri.path())
    }

    /// The file name, with what is percent-encoded in it decoded.
    pub(super) fn name(&self) -> String {
        let name = self.uri.path().rsplit('/').next().unwrap_or_default();
        let mut bytes = Vec::with_capacity(name.len());
        let mut rest = name.bytes();
        while let Some(byte) = rest.next() {
            let mut ahead = rest.clone();
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match (byte, digit(ahead.next()), digit(ahead.next())) {
                (b'%', Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = ahead;
                }
                _ => bytes.push(byte),
            }
        }
        let name = String::from_utf8_lossy(&bytes);
        let plain: String =
            name.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c }).collect();
        if matches!(plain.as_str(), "" | "." | "..") { "file".to_owned() } else { plain }
    }
}

/// The form of the URL that works, if this is that of a page of a model hub.
fn page(uri: &Uri) -> Option<String> {
    let host = uri.host()?.to_ascii_lowercase();
    if !matches!(host.as_str(), "huggingface.co" | "www.huggingface.co" | "hf.co") {
        return None;
    }
    let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let (kind, rest) = match parts.as_slice() {
        ["api", ..] => return None,
        [kind @ ("datasets" | "spaces"), rest @ ..] => (format!("{kind}/"), rest),
        rest => (String::new(), rest),
    };
    Some(match rest {
        [_, _, "resolve" | "resolve-cache", ..] | [_, "resolve", ..] => return None,
        [organisation, repository, "blob" | "raw", file @ ..] if file.len() > 1 => {
            format!("https://{host}/{kind}{organisation}/{repository}/resolve/{}", file.join("/"))
        }
        [organisation, repository, ..] => format!("https://{host}/{kind}{organisation}/{repository}/resolve/main/FILE"),
        _ => format!("https://{host}/{kind}ORGANISATION/REPOSITORY/resolve/main/FILE"),
    })
}

/// The variable that holds a token for the first server.
pub(super) const TOKEN: &str = "PALISADE_HTTP_TOKEN";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_fetched() {
        for (text, taken) in [
            ("https://example.com/a.pt", true),
            ("HTTPS://example.com/a.pt?x=1", true),
            ("http://127.0.0.1:8000/a.pt", true),
            ("http://localhost/a.pt", true),
            ("http://[::1]:80/a.pt", true),
            ("http://example.com/a.pt", false),
            ("http://127.0.0.1.example.com/a.pt", false),
            ("http://127.0.0.1@example.com/a.pt", false),
            ("https://user:word@example.com/a.pt", false),
            ("ftp://example.com/a.pt", false),
            ("s3://bucket/a.pt", false),
            ("https://", false),
            ("https:///a.pt", false),
            ("https://exa mple.com/", false),
            ("https://huggingface.co/a/b/resolve/main/model.bin", true),
            ("https://huggingface.co/datasets/a/b/resolve/main/x.parquet", true),
            ("https://huggingface.co/gpt2/resolve/main/model.bin", true),
            ("https://huggingface.co/a/b", false),
            ("https://huggingface.co/a/b/tree/main", false),
            ("https://huggingface.co/", false),
        ] {
            assert_eq!(Link::given(text).is_ok(), taken, "{text}");
        }
    }

    #[test]
    fn pages_teach_the_url_of_the_file() {
        for (text, form) in [
            ("https://huggingface.co/a/b/blob/v1/x/y.bin", "https://huggingface.co/a/b/resolve/v1/x/y.bin"),
            ("https://hf.co/datasets/a/b/raw/main/y", "https://hf.co/datasets/a/b/resolve/main/y"),
            ("https://huggingface.co/a/b/tree/main", "https://huggingface.co/a/b/resolve/main/FILE"),
            ("https://huggingface.co/a", "https://huggingface.co/ORGANISATION/REPOSITORY/resolve/main/FILE"),
        ] {
            assert_eq!(page(&text.parse().unwrap()).as_deref(), Some(form), "{text}");
        }
        assert_eq!(page(&"https://example.com/a/b".parse().unwrap()), None);
    }

    #[test]
    fn redirects_are_judged_again() {
        let own = Link::given("http://127.0.0.1:9/a/b.pt?x").unwrap();
        let public = Link::given("https://example.com/a/b.pt?x").unwrap();
        for (from, location, to) in [
            (&public, "https://cdn.example.com/x?sig=1", Some("https://cdn.example.com/x")),
            (&public, "//cdn.example.com/x", Some("https://cdn.example.com/x")),
            (&public, "/x#part", Some("https://example.com/x")),
            (&public, "c.pt", Some("https://example.com/a/c.pt")),
            (&public, "?y", Some("https://example.com/a/b.pt")),
            (&own, "/x", Some("http://127.0.0.1:9/x")),
            (&own, "https://example.com/x", Some("https://example.com/x")),
            (&public, "http://example.com/x", None),
            (&public, "http://127.0.0.1/x", None),
            (&public, "https://localhost/x", None),
            (&public, "file:///etc/passwd", None),
            (&public, "https://a:b@example.com/", None),
            (&own, "http://10.0.0.1/x", None),
        ] {
            assert_eq!(from.follow(location).ok().map(|link| link.shown()).as_deref(), to, "{location}");
        }
    }

    #[test]
    fn names_are_decoded_and_stay_names() {
        for (path, name) in [
            ("a/b%20c.pt", "b c.pt"),
            ("a/%2e%2e", "file"),
            ("%2Fetc%2Fx", "_etc_x"),
            ("a/", "file"),
            ("a%zz%4", "a%zz%4"),
            ("a%00", "a_"),
        ] {
            assert_eq!(Link::given(&format!("https://example.com/{path}")).unwrap().name(), name);
        }
    }

    #[test]
    fn origins() {
        let link = |text| Link::given(text).unwrap();
        let one = link("https://example.com/a");
        assert!(one.same_origin(&link("https://EXAMPLE.com:443/b")));
        assert!(
            !one.same_origin(&link("https://example.com:8443/a")) && !one.same_origin(&link("https://x.example.com/a"))
        );
    }
}
