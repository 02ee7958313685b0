//! Files behind URLs: little is fetched, the same is found, and no lie of a server makes anything clean.
#![cfg(all(feature = "http", unix))]

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod lies;
#[cfg(test)]
mod server;

use std::sync::atomic::Ordering;

use fixtures::{CALL, EMPTY, LARGE, findings, gguf, harness, reasons, report, safetensors, torch};
use server::{Response, Server};

#[test]
fn little_is_fetched_and_the_same_is_found() {
    for (name, content, code) in [
        ("model.bin", torch(EMPTY, &[LARGE - 100_000, 100_000]), 0),
        ("evil.bin", torch(CALL, &[LARGE]), 1),
        ("model.safetensors", safetensors(LARGE), 0),
        ("model.gguf", gguf(LARGE), 0),
    ] {
        let harness = harness();
        harness.file(name, &content);
        let local = harness.run(&["scan", "--format", "json", name]);
        let len = content.len() as u64;
        let server = Server::of(content);
        let url = server.url(name);
        let remote = harness.run(&["scan", "--format", "json", &url]);
        assert_eq!((local.code, remote.code), (code, code), "{name}: {} {}", local.transcript(), remote.transcript());
        assert_eq!(findings(&local), findings(&remote), "{name}");
        assert_eq!(reasons(&remote), "", "{name}");
        let sent = server.sent.load(Ordering::Relaxed);
        assert!(sent * 100 < len, "{name}: {sent} of {len}");
        assert!(remote.stderr.contains("fetched ") && remote.stderr.contains(&url), "{}", remote.transcript());
        assert_eq!(findings(&local).iter().any(|(rule, ..)| rule.contains("pickle-call")), code == 1, "{name}");
    }
}

#[test]
fn many_storages_cost_a_block_each() {
    let storages: Vec<usize> = (0..60).map(|number| (1 << 20) + number * 1000).collect();
    let content = torch(CALL, &storages);
    let len = content.len() as u64;
    let server = Server::of(content);
    let run = harness().run(&["scan", "--format", "json", "--max-time", "0", &server.url("many.bin")]);
    assert!(run.code == 1 && reasons(&run).is_empty(), "{}", run.transcript());
    assert!(server.sent.load(Ordering::Relaxed) * 40 < len, "{}", run.stderr);
}

#[test]
fn a_bare_pickle_is_read_on_demand() {
    // What is called comes after a large constant, which nobody has to fetch.
    let blob = vec![b'x'; LARGE];
    let content =
        [&b"\x80\x04\x8e"[..], &(LARGE as u64).to_le_bytes(), &blob, b"0cposix\nsystem\n\x8c\x04echo\x85R."].concat();
    let server = Server::of(content);
    let run = harness().run(&["scan", "--format", "json", &server.url("a.pkl")]);
    assert!(run.code == 1 && run.stdout.contains("pickle-call"), "{}", run.transcript());
    assert!(server.sent.load(Ordering::Relaxed) < LARGE as u64, "{}", run.stderr);
}

#[test]
fn full_fetches_all_and_finds_what_hides() {
    let hidden = [vec![0x3f; 1100 << 10], CALL.to_vec(), vec![0x3f; 1460 << 10]].concat();
    let json = format!(r#"{{"w":{{"dtype":"U8","shape":[{0}],"data_offsets":[0,{0}]}}}}"#, hidden.len());
    let content = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &hidden].concat();
    let len = content.len() as u64;
    let server = Server::of(content);
    let url = server.url("w.safetensors?token=hush-hush");
    assert_eq!(harness().run(&["scan", &url]).code, 0);
    let run = harness().run(&["scan", "--full", "--format", "json", &url]);
    assert!(run.code == 1 && run.stdout.contains("pickle-call"), "{}", run.transcript());
    assert_eq!(report(&run)["digests"][0]["path"], server.url("w.safetensors"));
    assert!(!run.transcript().contains("hush-hush"), "{}", run.transcript());
    let before = server.sent.load(Ordering::Relaxed);
    let run = harness().run(&["scan", "--full", "--max-fetch", "1M", "--format", "json", &url]);
    assert!(run.code == 3 && reasons(&run).contains("`--full` fetches all"), "{}", run.transcript());
    assert!(server.sent.load(Ordering::Relaxed) - before < len / 10);
}

#[test]
fn tensors_are_listed_and_not_converted() {
    let server = Server::of(safetensors(LARGE));
    let url = server.url("w.safetensors");
    let run = harness().run(&["scan", "--list", &url]);
    assert!(run.code == 0 && run.stdout.contains("w     F32"), "{}", run.transcript());
    assert!(run.stdout.starts_with(&url), "{}", run.transcript());
    assert!(server.sent.load(Ordering::Relaxed) < 200_000);
    let run = harness().run(&["scan", &url, "--convert", "x.safetensors"]);
    assert!(run.code == 2 && run.stderr.contains("download it first"), "{}", run.transcript());
}

#[test]
fn urls_and_paths_together() {
    let harness = harness();
    harness.file("a.pkl", EMPTY);
    let server = Server::of(CALL.to_vec());
    let run = harness.run(&["scan", "--format", "json", "a.pkl", &server.url("b%20c.pkl")]);
    assert!(run.code == 1, "{}", run.transcript());
    assert_eq!(report(&run)["stats"]["files"], 2, "{}", run.transcript());
    let run = harness.run(&["scan", "--format", "sarif", &server.url("b%20c.pkl")]);
    assert!(run.stdout.contains(&format!("\"uri\": \"{}\"", server.url("b%20c.pkl"))), "{}", run.transcript());
}

#[test]
fn servers_without_ranges_send_all_if_it_is_little() {
    for ranges in [false, true] {
        let server = Server::start(move |request| match request.path.as_str() {
            "/small.pkl" => Response::new(200).body(CALL),
            _ if ranges => Response::part(request, &torch(CALL, &[1 << 20])),
            _ => Response::new(200).body(&torch(CALL, &[1 << 20])),
        });
        let run = harness().run(&["scan", "--format", "json", &server.url("small.pkl")]);
        assert!(run.code == 1 && reasons(&run).is_empty(), "{}", run.transcript());
        let run = harness().run(&["scan", "--format", "json", "--max-fetch", "512K", &server.url("large.bin")]);
        assert_eq!(run.code, if ranges { 1 } else { 3 }, "{}", run.transcript());
        assert_eq!(reasons(&run).contains("`--max-fetch` gives more"), !ranges, "{}", run.transcript());
    }
}

#[test]
fn an_empty_file_is_nothing() {
    let server = Server::start(|_| Response::new(416).with("Content-Range", "bytes */0"));
    let run = harness().run(&["scan", &server.url("notes")]);
    assert!([0, 4].contains(&run.code), "{}", run.transcript());
}

#[test]
fn redirects_are_followed_and_tokens_stay_where_they_belong() {
    let content = torch(CALL, &[3 << 20]);
    let store = Server::of(content);
    let to = format!("http://localhost:{}/blob?sig=1", store.port);
    let hub = Server::start(move |request| match request.path.as_str() {
        "/a/resolve/main/m.bin" => Response::new(302).with("Location", "/cached/m.bin"),
        _ => Response::new(307).with("Location", to.as_str()),
    });
    let harness = harness();
    let token = ["not", "a", "secret"].join("-");
    let url = hub.url("a/resolve/main/m.bin");
    let output =
        harness.command(&["scan", "--format", "json", &url]).env("PALISADE_HTTP_TOKEN", &token).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && stdout.contains(&url) && !stdout.contains("sig=1"), "{stdout}");
    let asked = |server: &Server| -> Vec<Option<String>> {
        let requests = server.requests.lock().unwrap();
        requests.iter().map(|request| request.header("authorization").map(str::to_owned)).collect()
    };
    assert_eq!(asked(&hub), vec![Some(format!("Bearer {token}")); 2]);
    assert!(asked(&store).len() > 1 && asked(&store).iter().all(Option::is_none));
    assert!(!stdout.contains(&token) && !String::from_utf8_lossy(&output.stderr).contains(&token));
}

#[test]
fn what_is_no_file_is_wrong_usage() {
    for (url, word) in [
        ("http://example.com/a.pt", "not encrypted"),
        ("https://a:b@example.com/a.pt", "PALISADE_HTTP_TOKEN"),
        ("s3://bucket/a.pt", "use https"),
        ("https://huggingface.co/org/repo/blob/main/a.bin", "https://huggingface.co/org/repo/resolve/main/a.bin"),
    ] {
        assert_eq!(harness().run(&["scan", "--list", url]).code, 2);
        let run = harness().run(&["scan", url]);
        assert!(run.code == 2 && run.stderr.contains(word), "{}", run.transcript());
        assert!(!run.transcript().contains("a:b@"), "{}", run.transcript());
    }
}
