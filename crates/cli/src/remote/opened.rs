//! A remote file as a slice of bytes that come when they are looked at.

use std::{
    fs::File,
    io::{Seek, Write},
    ops::Range,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use indicatif::HumanBytes;
use palisade_map::Paged;
use tempfile::TempDir;

use super::{
    Limits,
    blocks::{BLOCK, Blocks, Ranges, Tally},
    client::{Answer, Client, Token, too_much},
    link::Link,
    reply::{self, Reply, Version},
};
use crate::output::Failure;

/// A remote file.
pub(crate) struct Opened {
    paged: Paged,
    tally: Arc<Tally>,
    shown: String,
    /// A folder with nothing in it: beside a remote file there is nothing that is known.
    folder: TempDir,
}

impl Opened {
    /// All of its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.paged.bytes()
    }

    /// Gives the memory behind a range back.
    pub(crate) fn release(&self, range: Range<usize>) {
        self.paged.release(range);
    }

    /// How reports call it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Why not every byte that was looked at came, if that is so.
    pub(crate) fn trouble(&self) -> Option<String> {
        let said = || self.tally.trouble().unwrap_or_else(|| "its bytes could not be kept".to_owned());
        (!self.paged.is_intact()).then(said)
    }

    pub(super) fn lost(&self) -> Arc<AtomicBool> {
        self.paged.lost()
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What was fetched, in words.
    pub(super) fn account(&self) -> String {
        use std::sync::atomic::Ordering::Relaxed;
        let (bytes, requests) = (self.tally.bytes.load(Relaxed), self.tally.requests.load(Relaxed));
        let len = HumanBytes(self.bytes().len() as u64);
        let several = if requests == 1 { "" } else { "s" };
        format!("fetched {} of {len} in {requests} request{several}: {}", HumanBytes(bytes), self.shown)
    }
}

/// Opens the file behind a URL.
pub(crate) fn open(url: &str, limits: Limits) -> Result<Opened, Failure> {
    let link = Link::given(url)?;
    let token = Token::from_environment()?;
    let shown = link.shown();
    begin(&link, token, limits, Box::new(|_| {})).map_err(|why| Failure::tool(format!("cannot read `{shown}`: {why}")))
}

/// Asks for the beginning of a file, and prepares for the rest.
pub(super) fn begin(
    link: &Link,
    token: Option<Token>,
    limits: Limits,
    watch: Box<dyn Fn(u64) + Send>,
) -> Result<Opened, String> {
    let room = |error| format!("there is no room for what is fetched: {}", palisade_base::reason(&error));
    let (folder, file) = (tempfile::tempdir().map_err(room)?, tempfile::tempfile().map_err(room)?);
    let mut client = Client::new(link.clone(), token, limits.time);
    let head = 0..HEAD.min(limits.bytes - limits.bytes % BLOCK).max(BLOCK);
    let answer = client.begin(&head)?;
    let name = link.name().to_ascii_lowercase();
    let named = matches!(name.rsplit_once('.'), Some((_, "html" | "htm")));
    if reply::is_page(&answer.headers) && !named {
        return Err("it is a page for people, not a file".to_owned());
    }
    let tally = Arc::new(Tally::default());
    let headers = answer.headers.clone();
    let (len, came) = keep(answer, &file, limits)?;
    tally.count(came);
    let (version, most) = (Version::of(&headers, len), limits.bytes);
    let mut present = Ranges::default();
    if came > 0 {
        present.insert(&(0..came));
    }
    let blocks = Blocks { client, version, present, tally: Arc::clone(&tally), most, watch };
    let paged = Paged::new(file, Box::new(blocks)).map_err(|error| match error.kind() {
        std::io::ErrorKind::Unsupported => "fetching on demand works on Unix only; download it".to_owned(),
        _ => format!("{len} bytes cannot be mapped: {}", palisade_base::reason(&error)),
    })?;
    Ok(Opened { paged, tally, shown: link.shown(), folder })
}

/// Writes what came first into the file, which then has its full length. Returns that, and how many bytes came.
fn keep(answer: Answer, mut file: &File, limits: Limits) -> Result<(u64, u64), String> {
    let room = |error| format!("there is no room for what is fetched: {}", palisade_base::reason(&error));
    match answer.reply.clone() {
        Reply::Empty => Ok((0, 0)),
        Reply::Part { range, len } => {
            if limits.full && len > limits.bytes {
                return Err(format!("`--full` fetches all of its {len} bytes; `--max-fetch` has to allow that"));
            }
            let bytes = answer.bytes(range.end - range.start).map_err(|unusable| unusable.why)?;
            file.set_len(len).map_err(room)?;
            file.rewind().and_then(|()| file.write_all(&bytes)).map_err(room)?;
            Ok((len, bytes.len() as u64))
        }
        // There is no other way than to take all of it.
        Reply::Whole { len: Some(len) } if len > limits.bytes => {
            Err(format!("the server sends whole files only, and {}", too_much(limits.bytes)))
        }
        Reply::Whole { len } => {
            let came = answer.copy(limits.bytes, &mut file)?;
            match len.filter(|len| *len != came) {
                Some(len) => Err(format!("the server says that it sends {len} bytes, and sends {came}")),
                None => Ok((came, came)),
            }
        }
    }
}

/// How much is asked for first: the header of most formats.
const HEAD: u64 = 64 << 10;
