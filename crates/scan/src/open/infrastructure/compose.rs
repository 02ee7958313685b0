//! Compose files as workloads. <https://docs.docker.com/reference/compose-file/services/>

use palisade_formats::{
    dockerfile::Piece,
    tree::{Node, Value},
    variables::expand,
};

use super::source::{MOST, Source};
use crate::{
    Engine,
    input::infrastructure::{
        How, Mount, Opening, Origin, Privilege, PrivilegeKind, Reach, Resources, Role, Setting, User, Workload,
    },
};

/// Whether a document has the shape of a compose file: `services` that run, and no other kind of key beside it.
pub(super) fn is_one(root: Node<'_>) -> bool {
    let known = |key: &str| TOP.contains(&key) || key.starts_with("x-");
    root.get("services").is_some_and(|services| {
        let mut each = services.entries().take(MOST).map(|(_, service)| service);
        each.any(|service| SIGNS.iter().any(|key| service.get(key).is_some()))
    }) && root.entries().all(|(key, _)| key.text().is_some_and(known))
}

const TOP: &[&str] = &["services", "version", "name", "networks", "volumes", "configs", "secrets", "include", "models"];
const SIGNS: &[&str] =
    &["image", "build", "ports", "environment", "volumes", "command", "env_file", "extends", "deploy", "network_mode"];

/// Hands each service to the engine.
pub(super) fn workloads(source: &Source<'_>, root: Node<'_>, engine: &mut Engine) {
    let services = root.get("services").into_iter().flat_map(Node::entries).take(MOST);
    let mut workloads = Vec::new();
    for (name, service) in services {
        let Some(name) = source.piece(name).filter(|_| workloads.len() <= MOST_SERVICES) else { continue };
        if service.value() == Value::Mapping {
            workloads.push(workload(source, name, service));
        }
    }
    // What services share through an anchor is judged once, for one that can be reached if there is one.
    workloads.sort_by_key(|workload| workload.openings.is_empty());
    for workload in workloads {
        source.judge(workload, engine);
    }
}

/// More than are judged, so that the rest is noticed.
const MOST_SERVICES: usize = 1_000;

fn workload<'a>(source: &Source<'a>, name: Piece, service: Node<'_>) -> Workload<'a> {
    let mut workload = source.workload(Origin::Compose, name);
    let built = service.get("build").is_some();
    workload.partial = source.is_templated(&service.span()) || service.get("extends").is_some();
    workload.image = service.get("image").and_then(|image| source.image(image, built));
    workload.images.extend(workload.image.clone());
    for key in ["entrypoint", "command"] {
        service.get(key).into_iter().for_each(|node| source.add_command(&mut workload.command, node));
    }
    if let Some(environment) = service.get("environment") {
        workload.environment = environment_of(source, environment);
    }
    workload.hidden_environment = service.get("env_file").is_some();
    workload.openings = openings(source, service);
    workload.user = user(source, service);
    workload.privileges = privileges(service);
    workload.mounts = list(service, "volumes").filter_map(|volume| mount(source, volume)).collect();
    workload.resources = resources(service);
    if let Some(arguments) = service.at(&["build", "args"]) {
        // Build arguments end up in the image: they are judged like the environment.
        workload.environment.extend(environment_of(source, arguments));
    }
    if service.at(&["deploy", "mode"]).and_then(Node::text).is_some_and(|mode| mode.ends_with("-job")) {
        workload.role = Role::Prepares;
    }
    workload
}

fn list<'d>(service: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    service.get(key).into_iter().flat_map(Node::items).take(MOST)
}

/// A mapping, or a list of `NAME=value`.
fn environment_of(source: &Source<'_>, node: Node<'_>) -> Vec<Setting> {
    if node.value() == Value::Mapping {
        return source.settings(node);
    }
    let items = node.items().take(MOST).filter_map(|item| source.piece(item));
    let setting = |item: Piece| match item.text.split_once('=') {
        Some((name, value)) => {
            let start = item.span.end.saturating_sub(value.len()).max(item.span.start);
            let value = Piece { text: value.to_owned(), span: start..item.span.end };
            Setting::written(Piece { text: name.to_owned(), span: item.span.start..start }, value)
        }
        None => Setting::hidden(item),
    };
    items.map(setting).collect()
}

fn openings(source: &Source<'_>, service: Node<'_>) -> Vec<Opening> {
    let mode = service.get("network_mode").filter(|mode| mode.text() == Some("host"));
    let host = mode.map(|mode| Opening { ports: None, how: How::HostNetwork, reach: Reach::Anyone, span: mode.span() });
    list(service, "ports").filter_map(|port| opening(source, port)).chain(host).collect()
}

fn opening(source: &Source<'_>, port: Node<'_>) -> Option<Opening> {
    if port.value() == Value::Mapping {
        let text = |key| port.get(key).and_then(Node::text).map(|text| expand(text, &|_| None).text);
        let is_tcp = text("protocol").is_none_or(|protocol| protocol != "udp");
        let reach = text("host_ip").map_or(Reach::Anyone, |address| reach(&address));
        let span = port.get("published").or_else(|| port.get("target")).map_or(port.span(), Node::span);
        return is_tcp.then_some(Opening { ports: range(&text("target")?), how: How::Ports, reach, span });
    }
    let piece = source.piece(port)?;
    let text = expand(&piece.text, &|_| None).text;
    let text = match text.rsplit_once('/') {
        Some((_, "udp" | "sctp")) => return None,
        Some((text, "tcp")) => text,
        _ => &text,
    };
    let (published, container) = split_last_colon(text);
    let address = published.and_then(|published| split_last_colon(published).0);
    let reach = address.map_or(Reach::Anyone, reach);
    Some(Opening { ports: range(container), how: How::Ports, reach, span: piece.span })
}

/// Splits at the last colon that is not inside `${...}` or `[...]`.
fn split_last_colon(text: &str) -> (Option<&str>, &str) {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'}' | b']' => depth += 1,
            b'{' | b'[' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => return (text.get(..at), text.get(at + 1..).unwrap_or_default()),
            _ => {}
        }
    }
    (None, text)
}

fn reach(address: &str) -> Reach {
    let address = address.trim_matches(['[', ']']);
    match address {
        "" | "0.0.0.0" | "::" | "*" => Reach::Anyone,
        "localhost" | "::1" => Reach::Guarded,
        _ if address.starts_with("127.") => Reach::Guarded,
        _ if address.contains('$') => Reach::Unknown,
        _ => Reach::Restricted,
    }
}

/// `80` or `80-90`; `None`, which stands for every port, if it cannot be read.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

fn user(source: &Source<'_>, service: Node<'_>) -> User {
    let Some(user) = service.get("user").and_then(|user| source.piece(user)) else { return User::Unknown };
    let expanded = expand(&user.text, &|_| None);
    match expanded.text.split(':').next().unwrap_or_default() {
        "root" | "0" => User::Root(user.span),
        name if name.contains('$') => User::Unknown,
        _ => User::Ordinary,
    }
}

fn privileges(service: Node<'_>) -> Vec<Privilege> {
    let mut found = Vec::new();
    let mut add = |kind, node: Node<'_>| found.push(Privilege { kind, span: node.span() });
    if let Some(node) = service.get("privileged").filter(|node| node.truth() == Some(true)) {
        add(PrivilegeKind::Privileged, node);
    }
    for (key, namespace) in [("network_mode", "network"), ("pid", "pid"), ("ipc", "ipc"), ("userns_mode", "user")] {
        if let Some(node) = service.get(key).filter(|node| node.text() == Some("host")) {
            add(PrivilegeKind::Host(namespace), node);
        }
    }
    for node in list(service, "cap_add") {
        if let Some(name) = node.text() {
            add(PrivilegeKind::Capability(name.to_uppercase().trim_start_matches("CAP_").to_owned()), node);
        }
    }
    for node in list(service, "security_opt") {
        let option = node.text().unwrap_or_default().replace('=', ":");
        match option.replace(' ', "").as_str() {
            "seccomp:unconfined" => add(PrivilegeKind::Unconfined("seccomp"), node),
            "apparmor:unconfined" => add(PrivilegeKind::Unconfined("apparmor"), node),
            "label:disable" => add(PrivilegeKind::Unconfined("label"), node),
            _ => {}
        }
    }
    found
}

fn mount(source: &Source<'_>, volume: Node<'_>) -> Option<Mount> {
    if volume.value() == Value::Mapping {
        let text = |key| volume.get(key).and_then(Node::text);
        return Some(Mount {
            source: expand(text("source").unwrap_or_default(), &|_| None).text,
            from_host: text("type") == Some("bind"),
            target: text("target")?.to_owned(),
            read_only: volume.get("read_only").and_then(Node::truth) == Some(true),
            span: volume.get("source").or_else(|| volume.get("target"))?.span(),
        });
    }
    let piece = source.piece(volume)?;
    let text = expand(&piece.text, &|_| None).text;
    let mut parts = text.split(':');
    let (from, target, options) = (parts.next()?, parts.next(), parts.next().unwrap_or_default());
    let from_host = from.starts_with(['/', '.', '~']) || (from.starts_with('$') && target.is_some());
    let read_only = options.split(',').any(|option| option == "ro");
    let (from, target) = target.map_or(("", from), |target| (from, target));
    Some(Mount { source: from.to_owned(), from_host, target: target.to_owned(), read_only, span: piece.span })
}

fn resources(service: Node<'_>) -> Resources {
    let limits = service.at(&["deploy", "resources", "limits"]);
    let devices = service.at(&["deploy", "resources", "reservations", "devices"]).into_iter().flat_map(Node::items);
    let wants_gpu = |device: Node<'_>| {
        device.get("driver").and_then(Node::text) == Some("nvidia")
            || device.get("capabilities").into_iter().flat_map(Node::items).any(|item| item.text() == Some("gpu"))
    };
    Resources {
        memory_limit: service.get("mem_limit").is_some() || limits.and_then(|limits| limits.get("memory")).is_some(),
        accelerator: list(service, "devices")
            .any(|device| device.text().is_some_and(|text| text.starts_with("/dev/kfd")))
            || devices.take(MOST).any(wants_gpu)
            || service.get("gpus").is_some()
            || matches!(service.get("runtime").and_then(Node::text), Some("nvidia" | "habana")),
    }
}

#[cfg(test)]
mod tests {
    use palisade_formats::{tree::Limits, yaml::parse};

    use super::*;

    fn openings_of(text: &str) -> Vec<(Option<(u16, u16)>, Reach)> {
        let stream = parse(text, Limits::default());
        let artifact = palisade_base::Artifact::file("c.yaml");
        let source = Source::new(&artifact, text, &[]);
        let root = stream.documents[0].root();
        openings(&source, root).into_iter().map(|opening| (opening.ports, opening.reach)).collect()
    }

    #[test]
    fn ports_in_every_spelling() {
        for (port, ports, reach) in [
            ("8000", Some((8000, 8000)), Reach::Anyone),
            ("\"80:8000\"", Some((8000, 8000)), Reach::Anyone),
            ("'127.0.0.1:80:8000'", Some((8000, 8000)), Reach::Guarded),
            ("'[::1]:80:8000'", Some((8000, 8000)), Reach::Guarded),
            ("0.0.0.0:80:8000", Some((8000, 8000)), Reach::Anyone),
            ("10.1.2.3:80:8000", Some((8000, 8000)), Reach::Restricted),
            ("${IP}:80:8000", Some((8000, 8000)), Reach::Unknown),
            ("${IP:-127.0.0.1}:80:8000", Some((8000, 8000)), Reach::Guarded),
            ("${PORT:-80}:8000/tcp", Some((8000, 8000)), Reach::Anyone),
            ("${PORT}:8000", Some((8000, 8000)), Reach::Anyone),
            ("127.0.0.1::8000", Some((8000, 8000)), Reach::Guarded),
            ("3000-3005:4000-4005", Some((4000, 4005)), Reach::Anyone),
            ("80:${PORT}", None, Reach::Anyone),
            ("{target: 8000, published: 80, host_ip: 127.0.0.1}", Some((8000, 8000)), Reach::Guarded),
            ("{target: 8000, published: '80', mode: host}", Some((8000, 8000)), Reach::Anyone),
        ] {
            assert_eq!(openings_of(&format!("ports:\n  - {port}\n")), [(ports, reach)], "{port}");
        }
        assert_eq!(openings_of("ports: ['53:53/udp']\nexpose: [80]\n"), []);
        assert_eq!(openings_of("network_mode: host\n"), [(None, Reach::Anyone)]);
    }

    #[test]
    fn only_compose_files_have_the_shape() {
        let is = |text: &str| is_one(parse(text, Limits::default()).documents[0].root());
        assert!(is("services: {a: {image: b}}\nx-common: {}\n"));
        assert!(is("services: {a: {ports: ['1:1']}}\n"));
        assert!(!is("on: push\njobs: {a: {services: {b: {image: c}}}}\n"));
        assert!(!is("services: {App\\X: {class: Y}}\n"));
        assert!(!is("services: [postgres]\n"));
        assert!(!is("apiVersion: v1\nkind: X\nservices: {a: {image: b}}\n"));
    }
}
