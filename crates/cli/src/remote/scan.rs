//! Judges remote files with the same engine as files on the disk.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use palisade_base::{Artifact, Observed, Unscanned};
use palisade_scan::{Behind, Engine, Facts, File, Options, Tensors, Watch};

use super::{
    Limits,
    client::Token,
    link::Link,
    opened::{Opened, begin},
};
use crate::{
    output::{self, Failure},
    progress::Progress,
};

/// The URLs of one run.
#[derive(Debug)]
pub(crate) struct Remotes {
    links: Vec<Link>,
    token: Option<Token>,
    limits: Limits,
}

impl Remotes {
    /// An error if one of them cannot be fetched as it stands.
    pub(crate) fn new(urls: &[&str], limits: Limits) -> Result<Self, Failure> {
        let links = urls.iter().map(|url| Link::given(url)).collect::<Result<Vec<_>, _>>()?;
        let token = if links.is_empty() { None } else { Token::from_environment()? };
        Ok(Self { links, token, limits })
    }

    /// Judges one after the other.
    pub(crate) fn scan(&self, options: &Options, facts: Facts<'_>, progress: &Progress) -> Observed {
        let started = Instant::now();
        let mut observed = Observed::default();
        // Tensors stay where they are, unless all is to be read.
        let options = Options { tensors: Tensors::Nothing, ..options.clone() };
        for link in &self.links {
            let shown = link.shown();
            let seen = match begin(link, self.token.clone(), self.limits, progress.fetching(&shown)) {
                Ok(opened) => {
                    let seen = judge(&opened, &link.name(), &options, facts, progress);
                    progress.aside(|| output::note(&opened.account()));
                    seen
                }
                Err(why) => missed(&shown, format!("cannot be fetched: {why}")),
            };
            observed.join(seen);
        }
        observed.stats.elapsed += started.elapsed();
        observed
    }
}

fn judge(opened: &Opened, name: &str, options: &Options, facts: Facts<'_>, progress: &Progress) -> Observed {
    let work = || {
        let mut engine = Engine::new(options);
        engine.trust_until(opened.lost());
        let whole = opened.bytes();
        let head = whole.get(..HEAD).filter(|_| whole.len() as u64 > options.max_bytes);
        let pages = Pages { opened, progress };
        engine.file(&File {
            artifact: Artifact::file(opened.shown()),
            project_path: name,
            disk: &opened.folder().join(name),
            bytes: head.unwrap_or(whole),
            whole,
            behind: &pages,
            facts,
        });
        engine.finish()
    };
    let mut seen = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        missed(opened.shown(), "palisade failed on this file; this is a bug in palisade".to_owned())
    });
    if let Some(why) = opened.trouble() {
        seen.join(missed(opened.shown(), format!("not all of it that matters could be fetched: {why}")));
    }
    progress.judged(opened.shown(), opened.bytes().len() as u64);
    seen
}

fn missed(shown: &str, reason: String) -> Observed {
    let unscanned = vec![Unscanned { artifact: Artifact::file(shown), component: None, reason: reason.into() }];
    Observed { unscanned, ..Observed::default() }
}

/// The memory of a file while it is judged.
struct Pages<'a> {
    opened: &'a Opened,
    progress: &'a Progress,
}

impl Behind for Pages<'_> {
    fn passed(&self, range: Range<usize>) {
        self.progress.reading(self.opened.shown(), range.end as u64, self.opened.bytes().len() as u64);
        self.opened.release(range);
    }
}

/// How much is looked at of text that is over the budget.
const HEAD: usize = 1 << 20;
