//! Servers that lie, break off, or lead astray: what they hide is unscanned and never clean, and nothing is made up.

use std::{sync::Arc, time::Duration, time::Instant};

use palisade_testkit::Run;

use crate::{
    fixtures::{CALL, harness, reasons, report, torch},
    server::{Request, Response, Server},
};

fn scan(server: &Server) -> Run {
    harness().run(&["scan", "--format", "json", &server.url("model.bin")])
}

/// A harmless archive in which several places are looked at.
fn content() -> Arc<Vec<u8>> {
    Arc::new(torch(b"\x80\x02}.", &[1 << 20, 1 << 20, 1 << 20]))
}

/// What was not judged, and no finding that comes from bytes which were never there.
fn assert_unscanned(run: &Run, word: &str) {
    assert!(run.code == 3 && reasons(run).contains(word), "{word}: {}", run.transcript());
    let findings = report(run)["findings"].to_string();
    assert!(!findings.contains("malformed") && !findings.contains("disguised"), "{}", run.transcript());
}

#[test]
fn lies_are_noticed() {
    type Lie = fn(&Request, Response) -> Response;
    let lies: [(&str, Lie); 11] = [
        ("sends bytes", |_, part| part.with("Content-Range", "bytes 1-2/3000000")),
        ("not which", |_, part| part.without("Content-Range")),
        ("says that it has", |_, part| part.with("Content-Range", "bytes 0-65535/9223372036854775807")),
        ("stops sending", |_, part| Response { length: Some(part.body.len() as u64), body: vec![1; 10], ..part }),
        ("another number of bytes", |_, part| {
            let body = [part.body.as_slice(), b"more"].concat();
            part.body(&body)
        }),
        ("packs it", |_, part| part.with("Content-Encoding", "gzip")),
        ("changed", |request, part| part.with("ETag", format!("\"{}\"", request.number))),
        ("changed", |request, part| {
            let said = format!("bytes {}-{}/3999999", request.range().start, request.range().end - 1);
            if request.number > 0 { part.with("Content-Range", said) } else { part }
        }),
        ("changed", |request, part| if request.number > 0 { Response::new(200).body(CALL) } else { part }),
        ("page for people", |_, part| part.with("Content-Type", "text/html; charset=utf-8")),
        ("cannot be asked", |_, part| part.with("X-Large", "x".repeat(100_000))),
    ];
    for (word, lie) in lies {
        let content = content();
        let server = Server::start(move |request| lie(request, Response::part(request, &content)));
        assert_unscanned(&scan(&server), word);
    }
}

#[test]
fn whatever_does_not_come_is_never_clean() {
    let content = content();
    let good = Server::of(content.to_vec());
    assert_eq!(scan(&good).code, 0);
    let requests = good.requests.lock().unwrap().len();
    assert!(requests > 3, "{requests}");
    for last in 0..requests {
        let content = Arc::clone(&content);
        let server =
            Server::start(
                move |request| {
                    if request.number >= last { Response::new(404) } else { Response::part(request, &content) }
                },
            );
        assert_unscanned(&scan(&server), "no such file (404)");
    }
    for limit in ["16K", "64K", "96K"] {
        let run = harness().run(&["scan", "--format", "json", "--max-fetch", limit, &good.url("model.bin")]);
        assert_unscanned(&run, "`--max-fetch` gives more");
    }
}

#[test]
fn what_was_found_before_the_rest_was_missing_is_kept() {
    // A pickle that calls something, followed by one that never comes.
    let content = [CALL, b"\x80\x04\x8e", &(9u64 << 20).to_le_bytes(), &vec![b'x'; 9 << 20], CALL].concat();
    let server =
        Server::start(
            move |request| {
                if request.range().start > 0 { Response::new(404) } else { Response::part(request, &content) }
            },
        );
    let run = scan(&server);
    assert!(run.code == 1 && run.stdout.contains("pickle-call"), "{}", run.transcript());
    assert!(reasons(&run).contains("404"), "{}", run.transcript());
}

#[test]
fn passing_trouble_is_waited_for() {
    let content = content();
    let server =
        Server::start(
            move |request| {
                if request.number % 3 == 1 { Response::new(503) } else { Response::part(request, &content) }
            },
        );
    assert_eq!(scan(&server).code, 0);
}

#[test]
fn places_that_redirects_lead_to_may_expire() {
    let content = content();
    let server = Server::start(move |request| match request.path.as_str() {
        "/model.bin" => Response::new(302).with("Location", format!("/signed/{}", request.number)),
        path if path.rsplit('/').next().unwrap().parse::<usize>().unwrap() + 2 < request.number => Response::new(403),
        _ => Response::part(request, &content),
    });
    assert_eq!(scan(&server).code, 0);
}

#[test]
fn redirects_lead_nowhere_else() {
    for (to, word) in [
        ("/model.bin", "more than 5 times"),
        ("http://10.0.0.1/model.bin", "not encrypted"),
        ("https://10.0.0.1/model.bin", "private network"),
        ("https://169.254.169.254/latest/meta-data", "private network"),
        ("https://[fd00:ec2::254]/x", "private network"),
        ("https://[::ffff:127.0.0.1]/x", "private network"),
        ("https://2130706433/x", "private network"),
        ("https://a:b@example.com/x", "name or password"),
        ("file:///etc/passwd", "not a valid URL"),
        ("gopher://127.0.0.1/x", "not a way"),
    ] {
        let server = Server::start(move |_| Response::new(302).with("Location", to));
        let run = scan(&server);
        assert_unscanned(&run, word);
        assert!(server.requests.lock().unwrap().len() < 8);
    }
}

#[test]
fn a_server_that_cannot_encrypt_is_not_believed() {
    let server = Server::of(content().to_vec());
    let url = server.url("model.bin").replace("http:", "https:");
    assert_unscanned(&harness().run(&["scan", "--format", "json", &url]), "`127.0.0.1` cannot be asked");
    assert!(server.requests.lock().unwrap().is_empty());
}

#[test]
fn slow_servers_cost_the_time_that_they_are_given() {
    let content = content();
    let slow = Server::start(move |request| {
        let drip = Duration::from_millis(200);
        Response { drip: if request.number > 0 { drip } else { Duration::ZERO }, ..Response::part(request, &content) }
    });
    let started = Instant::now();
    let run = harness().run(&["scan", "--format", "json", "--max-time", "2", &slow.url("model.bin")]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_unscanned(&run, "time");
}

#[test]
fn sparse_terabytes_cost_nothing() {
    // As long as a disk, and zeros wherever somebody looks.
    let server = Server::start(|request| {
        let range = request.range();
        let said = format!("bytes {}-{}/{}", range.start, range.end - 1, 1u64 << 40);
        let mut body = vec![0; range.len()];
        if range.start == 0 {
            body[..CALL.len()].copy_from_slice(CALL);
        }
        Response::new(206).with("Content-Range", said).body(&body)
    });
    let run = harness().run(&["scan", "--format", "json", "--max-fetch", "8M", &server.url("a.pkl")]);
    assert!([1, 3].contains(&run.code), "{}", run.transcript());
}
