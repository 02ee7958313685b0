//! Names of images: registry, path, tag, digest. <https://github.com/distribution/reference>

/// The parts of an image's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The registry's host, where one is named.
    pub(crate) registry: Option<String>,
    /// The path without the registry, lower case.
    pub(crate) path: String,
    /// The tag.
    pub(crate) tag: Option<String>,
    /// Whether a digest is named.
    pub(crate) digest: bool,
}

/// How far a name stays with one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stability {
    /// A digest: for ever.
    Digest,
    /// A tag that looks like a version: as long as the publisher does not move it.
    Version,
    /// A tag that is meant to move, or none.
    Floating,
}

impl Reference {
    /// Reads a name; `None` if it cannot be one, for instance because a variable in it is unknown.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let good = |c: char| c.is_ascii_alphanumeric() || "._-/:@[]".contains(c);
        if text.is_empty() || !text.chars().all(good) {
            return None;
        }
        let (name, digest) = text.split_once('@').map_or((text, false), |(name, _)| (name, true));
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
            _ => (name, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host.to_owned()), path),
            _ => (None, name),
        };
        let path = path.to_lowercase();
        (!path.is_empty()).then_some(Self { registry, path, tag, digest })
    }

    /// Whether the end of the path is `pattern`, segment by segment; `*` at the end of a segment stands for anything.
    pub(crate) fn matches(&self, pattern: &str) -> bool {
        let mut path = self.path.rsplit('/');
        pattern.rsplit('/').all(|wanted| match (path.next(), wanted.strip_suffix('*')) {
            (Some(segment), Some(head)) => segment.starts_with(head),
            (Some(segment), None) => segment == wanted,
            (None, _) => false,
        })
    }

    /// How far the name stays with one image.
    pub(crate) fn stability(&self) -> Stability {
        match &self.tag {
            _ if self.digest => Stability::Digest,
            Some(tag) if is_version(&tag.to_lowercase()) => Stability::Version,
            _ => Stability::Floating,
        }
    }
}

/// A tag that names a version, a release of a distribution or a commit, and does not say that it moves.
fn is_version(tag: &str) -> bool {
    let mut words = tag.split(['-', '_', '.', '+']);
    if words.clone().any(|word| MOVING.contains(&word)) {
        return false;
    }
    words.any(|word| RELEASES.contains(&word) || has_version_digit(word))
}

/// A digit that counts releases: not the one in `arm64`, `cu12` or `py3`.
fn has_version_digit(word: &str) -> bool {
    let head = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.contains(|c: char| c.is_ascii_digit()) && !PLATFORMS.contains(&head)
}

const MOVING: &[&str] =
    &["latest", "main", "master", "nightly", "edge", "dev", "develop", "devel", "stable", "canary", "snapshot", "head"];

const RELEASES: &[&str] = &["trixie", "bookworm", "bullseye", "buster", "noble", "jammy", "focal", "bionic"];

const PLATFORMS: &[&str] =
    &["amd", "arm", "arm64v", "arm32v", "x", "x86", "cu", "cuda", "py", "python", "rocm", "fp", "int", "avx", "s390x"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (text, registry, path, tag, digest) in [
            ("redis", None, "redis", None, false),
            ("ollama/ollama:0.5.1", None, "ollama/ollama", Some("0.5.1"), false),
            ("ghcr.io/a/B:main", Some("ghcr.io"), "a/b", Some("main"), false),
            ("localhost:5000/x", Some("localhost:5000"), "x", None, false),
            ("x:1@sha256:00ff", None, "x", Some("1"), true),
        ] {
            let wanted =
                Reference { registry: registry.map(Into::into), path: path.into(), tag: tag.map(Into::into), digest };
            assert_eq!(Reference::parse(text), Some(wanted), "{text}");
        }
        for text in ["", "$X", "a b", "${A}/b"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn patterns_match_from_the_end() {
        let matches = |name: &str, pattern: &str| Reference::parse(name).unwrap().matches(pattern);
        assert!(matches("mirror.example/hub/ollama/ollama:1", "ollama/ollama"));
        assert!(matches("redis/redis-stack-server", "redis-stack*"));
        assert!(!matches("ollama-webui", "ollama"));
        assert!(!matches("ollama", "ollama/ollama"));
    }

    #[test]
    fn tags_are_stable_or_not() {
        for (text, wanted) in [
            ("a", Stability::Floating),
            ("a:latest", Stability::Floating),
            ("a:main-cu121", Stability::Floating),
            ("a:latest-2.1", Stability::Floating),
            ("a:slim", Stability::Floating),
            ("a:server-cuda", Stability::Floating),
            ("a:arm64", Stability::Floating),
            ("a:cu124", Stability::Floating),
            ("a:3.12-slim", Stability::Version),
            ("a:bookworm-slim", Stability::Version),
            ("a:v1.4.0", Stability::Version),
            ("a:RELEASE.2024-01-01T00-00-00Z", Stability::Version),
            ("a:24.05-py3", Stability::Version),
            ("a:pg16", Stability::Version),
            ("a:3f2a9bc", Stability::Version),
            ("a:latest@sha256:00", Stability::Digest),
        ] {
            assert_eq!(Reference::parse(text).unwrap().stability(), wanted, "{text}");
        }
    }
}
