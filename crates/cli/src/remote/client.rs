//! Asks servers for ranges: every hop judged, everything bounded, no secrets told to strangers.

use std::{
    env, fmt,
    io::{self, Read},
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use ureq::{
    Agent, Body, Error,
    http::{HeaderMap, HeaderValue, Response, header},
    unversioned::{resolver::DefaultResolver, transport::DefaultConnector},
};

use super::{
    hosts::{Judge, REFUSED},
    link::{Link, TOKEN},
    reply::{self, Reply, Unusable, Version},
};
use crate::output::Failure;

/// Asks for ranges of one file.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    /// The URL that the user gave.
    first: Link,
    /// Where it led to: later requests go there at once, until they are refused.
    settled: Option<Link>,
    token: Option<Token>,
    until: Option<Instant>,
}

/// A reply whose body has not been read yet.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) headers: HeaderMap,
    body: Body,
}

/// A secret: it is not shown.
#[derive(Clone)]
pub(super) struct Token(HeaderValue);

impl Token {
    /// That of the environment, if there is one.
    pub(super) fn from_environment() -> Result<Option<Self>, Failure> {
        let wrong = || Failure::usage(format!("`{TOKEN}` is not a token: it has characters that no header may have"));
        let Some(token) = env::var_os(TOKEN).filter(|token| !token.is_empty()) else { return Ok(None) };
        let token = token.into_string().map_err(|_| wrong())?;
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| wrong())?;
        value.set_sensitive(true);
        Ok(Some(Self(value)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Client {
    pub(super) fn new(first: Link, token: Option<Token>, time: Option<Duration>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy would resolve names itself, and nobody would judge where they lead.
            .proxy(None)
            .user_agent(concat!("palisade/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            .accept_encoding("identity")
            .max_response_header_size(HEADERS)
            .timeout_resolve(Some(Duration::from_secs(15)))
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .build();
        let judge = Judge { loopback: first.is_own(), resolver: DefaultResolver::default() };
        let agent = Agent::with_parts(config, DefaultConnector::default(), judge);
        let until = time.and_then(|time| Instant::now().checked_add(time));
        Self { agent, first, settled: None, token, until }
    }

    /// Asks for a range of whatever the file is now.
    pub(super) fn begin(&mut self, range: &Range<u64>) -> Result<Answer, String> {
        // Some servers send all of it.
        self.patiently(|client| client.ask(range, None, Duration::MAX))
    }

    /// The bytes of a range of a version that is known.
    pub(super) fn fetch(&mut self, range: &Range<u64>, version: &Version) -> Result<Vec<u8>, String> {
        let patience = PATIENCE + Duration::from_secs((range.end - range.start) / SLOWEST);
        self.patiently(|client| {
            let answer = client.ask(range, version.condition(), patience)?;
            match answer.reply {
                Reply::Part { len, .. } if version.agrees(&Version::of(&answer.headers, len)) => {
                    answer.bytes(range.end - range.start)
                }
                _ => Err(CHANGED.to_owned().into()),
            }
        })
    }

    /// Does something again if it may help.
    fn patiently<T>(&mut self, mut ask: impl FnMut(&mut Self) -> Result<T, Unusable>) -> Result<T, String> {
        let mut tries = 0;
        loop {
            match ask(self) {
                Ok(done) => return Ok(done),
                // Places that redirects lead to are good for an hour or so.
                Err(unusable) if unusable.gone && self.settled.take().is_some() => {}
                Err(unusable) if unusable.passing && tries < TRIES => {
                    thread::sleep(Duration::from_millis(300 << tries));
                    tries += 1;
                }
                Err(unusable) => return Err(unusable.why),
            }
        }
    }

    fn ask(&mut self, range: &Range<u64>, condition: Option<&str>, patience: Duration) -> Result<Answer, Unusable> {
        let mut link = self.settled.clone().unwrap_or_else(|| self.first.clone());
        for _ in 0..=REDIRECTS {
            let response = self.call(&link, range, condition, patience)?;
            let (head, body) = response.into_parts();
            let location = reply::one(&head.headers, &header::LOCATION);
            if let (301 | 302 | 303 | 307 | 308, Some(location)) = (head.status.as_u16(), location) {
                link = link.follow(location)?;
                continue;
            }
            let reply = reply::read(head.status, &head.headers, range)?;
            self.settled = Some(link);
            return Ok(Answer { reply, headers: head.headers, body });
        }
        Err(format!("it leads from place to place, more than {REDIRECTS} times").into())
    }

    fn call(
        &self,
        link: &Link,
        range: &Range<u64>,
        condition: Option<&str>,
        patience: Duration,
    ) -> Result<Response<Body>, Unusable> {
        let left = match self.until {
            Some(until) => until.saturating_duration_since(Instant::now()),
            None => Duration::MAX,
        };
        if left.is_zero() {
            return Err("it takes longer than the scan gives to one file; `--max-time` gives more".to_owned().into());
        }
        // The last byte of a range belongs to it.
        let asked = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let mut request = self.agent.get(link.uri().clone()).header(header::RANGE, asked);
        if let Some(condition) = condition {
            request = request.header(header::IF_RANGE, condition);
        }
        if let Some(token) = self.token.as_ref().filter(|_| link.same_origin(&self.first)) {
            request = request.header(header::AUTHORIZATION, token.0.clone());
        }
        let patience = Some(left.min(patience)).filter(|patience| *patience < Duration::MAX);
        request.config().timeout_global(patience).build().call().map_err(|error| failed(&error, link))
    }
}

impl Answer {
    /// The body, which must have exactly so many bytes.
    pub(super) fn bytes(self, len: u64) -> Result<Vec<u8>, Unusable> {
        let mut bytes = Vec::new();
        self.body.into_reader().take(len + 1).read_to_end(&mut bytes).map_err(|error| cut(&error))?;
        if bytes.len() as u64 == len {
            return Ok(bytes);
        }
        let why = format!(
            "the server says that it sends {len} bytes, and sends {}",
            if bytes.len() as u64 > len { "more" } else { "fewer" }
        );
        Err(Unusable { passing: (bytes.len() as u64) < len, ..why.into() })
    }

    /// Writes the body, which may have at most so many bytes, and returns how many it had.
    pub(super) fn copy(self, most: u64, to: &mut impl io::Write) -> Result<u64, String> {
        let copied =
            io::copy(&mut self.body.into_reader().take(most.saturating_add(1)), to).map_err(|error| cut(&error).why)?;
        if copied > most { Err(too_much(most)) } else { Ok(copied) }
    }
}

/// What is said when more is needed than may be fetched.
pub(super) fn too_much(most: u64) -> String {
    format!("it takes more than the {most} bytes that may be fetched; `--max-fetch` gives more")
}

fn failed(error: &Error, link: &Link) -> Unusable {
    let host = link.host();
    let (why, passing) = match error {
        Error::Timeout(_) => (format!("`{host}` does not answer in time"), true),
        Error::HostNotFound => (format!("there is no host `{host}`"), false),
        Error::Io(error) if error.to_string().starts_with(REFUSED) => (error.to_string(), false),
        Error::Io(error) => (format!("`{host}` cannot be asked: {}", palisade_base::reason(error)), true),
        other => (format!("`{host}` cannot be asked: {}", reply::short(&other.to_string())), true),
    };
    Unusable { why, passing, gone: false }
}

fn cut(error: &io::Error) -> Unusable {
    let late = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
    let why = if late {
        "the server does not send it in time".to_owned()
    } else {
        format!("the server stops sending: {}", reply::short(&error.to_string()))
    };
    Unusable { why, passing: !late, gone: false }
}

/// What is said of a file that is not the same any more.
const CHANGED: &str = "it changed while it was read";
/// How often one request may be led elsewhere.
const REDIRECTS: usize = 5;
/// How often what fails in passing is tried again.
const TRIES: u32 = 2;
/// The most bytes of the headers of one reply.
const HEADERS: usize = 32 << 10;
/// The longest that one request may take, and how many bytes a second it has to bring besides.
const PATIENCE: Duration = Duration::from_mins(1);
const SLOWEST: u64 = 16 << 10;
