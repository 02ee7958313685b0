//! What becomes of URLs in a program that was built without the feature `http`.

use std::{convert::Infallible, ops::Range};

use palisade_base::Observed;
use palisade_scan::{Facts, Options};

use super::Limits;
use crate::{output::Failure, progress::Progress};

/// A remote file; there is none.
#[derive(Debug)]
pub(crate) struct Opened(Infallible);

impl Opened {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self.0 {}
    }

    pub(crate) fn release(&self, _: Range<usize>) {
        match self.0 {}
    }

    pub(crate) fn shown(&self) -> &str {
        match self.0 {}
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        match self.0 {}
    }
}

/// Always an error.
pub(crate) fn open(url: &str, _: Limits) -> Result<Opened, Failure> {
    Err(refused(url))
}

/// The URLs of one run; there are none.
#[derive(Debug)]
pub(crate) struct Remotes;

impl Remotes {
    /// An error if there is a URL.
    pub(crate) fn new(urls: &[&str], _: Limits) -> Result<Self, Failure> {
        urls.first().map_or(Ok(Self), |url| Err(refused(url)))
    }

    /// Nothing.
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn scan(&self, _: &Options, _: Facts<'_>, _: &Progress) -> Observed {
        Observed::default()
    }
}

fn refused(url: &str) -> Failure {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    Failure::usage(format!("`{url}` is a URL, and this program was built without the feature `http`"))
        .hint("`cargo build --release --features http` makes one that fetches what it looks at")
}
