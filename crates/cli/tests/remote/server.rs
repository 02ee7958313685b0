//! A server on this machine that does what it is told, also what no server should do.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The number of the request, from 0.
    pub(crate) number: usize,
    pub(crate) path: String,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The range that is asked for.
    pub(crate) fn range(&self) -> Range<usize> {
        let (first, last) = self.header("range").unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        first.parse().unwrap()..last.parse::<usize>().unwrap() + 1
    }
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// What the length is said to be, if that is a lie.
    pub(crate) length: Option<u64>,
    /// How long is waited before each byte.
    pub(crate) drip: Duration,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// What a good server answers to a request for a range.
    pub(crate) fn part(request: &Request, content: &[u8]) -> Self {
        let range = request.range();
        let end = range.end.min(content.len());
        let said = format!("bytes {}-{}/{}", range.start, end - 1, content.len());
        Self::new(206).with("Content-Range", said).with("ETag", "\"one\"").body(&content[range.start..end])
    }
}

/// A server that runs until the test ends.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) sent: Arc<AtomicU64>,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sent, requests) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (answer, count) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        let server = Self { port, sent: Arc::clone(&sent), requests: Arc::clone(&requests) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, count) = (Arc::clone(&answer), Arc::clone(&count));
                let (sent, requests) = (Arc::clone(&sent), Arc::clone(&requests));
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while let Some(mut request) = read(&mut reader) {
                        request.number = count.fetch_add(1, Ordering::Relaxed);
                        requests.lock().unwrap().push(request.clone());
                        let response = answer(&request);
                        sent.fetch_add(response.body.len() as u64, Ordering::Relaxed);
                        if respond(&stream, &response).is_none() || response.length.is_some() {
                            return;
                        }
                    }
                });
            }
        });
        server
    }

    /// A good server of one file.
    pub(crate) fn of(content: Vec<u8>) -> Self {
        Self::start(move |request| Response::part(request, &content))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut request = Request::default();
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|len| *len > 0)?;
    request.path = line.split(' ').nth(1)?.to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|len| *len > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { return Some(request) };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn respond(mut stream: &TcpStream, response: &Response) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} Said\r\n", response.status);
    let length = response.length.unwrap_or(response.body.len() as u64);
    let _ = write!(head, "Content-Length: {length}\r\n");
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes()).ok()?;
    if response.drip.is_zero() {
        return stream.write_all(&response.body).ok();
    }
    for byte in &response.body {
        thread::sleep(response.drip);
        stream.write_all(&[*byte]).ok()?;
    }
    Some(())
}
