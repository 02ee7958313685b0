//! Pod templates: their containers, with what they inherit from the pod.

use std::{collections::HashMap, rc::Rc};

use palisade_formats::{
    dockerfile::Piece,
    tree::{Node, Value},
};

use super::{
    super::source::{MOST, Source},
    kind, name,
    network::Network,
    strings,
};
use crate::input::infrastructure::{
    How, Mount, Opening, Origin, Privilege, PrivilegeKind, Reach, Resources, Role, Setting, User, Workload,
};

/// A pod template: its specification and its labels.
pub(super) struct Template<'d> {
    spec: Node<'d>,
    labels: Rc<HashMap<&'d str, &'d str>>,
}

/// Every pod template in an object, by shape: a `spec` (or another mapping) that lists `containers`. Custom resources
/// such as `RayCluster` or `Notebook` keep theirs at places of their own.
pub(super) fn templates(object: Node<'_>) -> Vec<Template<'_>> {
    let mut found = Vec::new();
    let labels = Rc::new(strings(object.at(&["metadata", "labels"])));
    search(object, &labels, 0, &mut found);
    found
}

fn search<'d>(node: Node<'d>, labels: &Rc<HashMap<&'d str, &'d str>>, depth: usize, found: &mut Vec<Template<'d>>) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    let lists = node.get("containers").is_some_and(|containers| {
        containers.value() == Value::Sequence
            && containers.items().any(|item| item.get("name").or(item.get("image")).is_some())
    });
    if lists {
        found.push(Template { spec: node, labels: Rc::clone(labels) });
        return;
    }
    let own = node.at(&["metadata", "labels"]).map(|labels| Rc::new(strings(Some(labels))));
    let labels = own.as_ref().unwrap_or(labels);
    for (_, value) in node.entries() {
        search(value, labels, depth + 1, found);
    }
    for item in node.items() {
        search(item, labels, depth + 1, found);
    }
}

const DEEPEST: usize = 12;
const MOST_CONTAINERS: usize = 200;

/// The containers of a template.
pub(super) fn workloads<'a>(
    source: &Source<'a>,
    object: Node<'_>,
    template: &Template<'_>,
    network: &mut Network,
) -> Vec<Workload<'a>> {
    let spec = template.spec;
    let partial = source.is_templated(&spec.span());
    let runs_once = ["Job", "CronJob"].contains(&kind(object));
    let lists =
        [("containers", if runs_once { Role::Prepares } else { Role::Serves }), ("initContainers", Role::Prepares)];
    let listed = lists.iter().flat_map(|(key, role)| {
        let containers = spec.get(key).into_iter().flat_map(Node::items).take(MOST_CONTAINERS);
        containers.filter(|container| container.value() == Value::Mapping).map(move |container| (container, *role))
    });
    let mut workloads: Vec<Workload<'a>> = Vec::new();
    let mut declared = Vec::new();
    for (container, role) in listed {
        let fallback = || name(source, object);
        let title = container.get("name").and_then(|name| source.piece(name)).unwrap_or_else(fallback);
        let mut workload = source.workload(Origin::Kubernetes, title);
        workload.role = role;
        workload.partial = partial;
        fill(&mut workload, source, spec, container);
        declared.push(ports(container));
        workloads.push(workload);
    }
    network.attach(&template.labels, &mut workloads, &declared);
    workloads
}

fn fill(workload: &mut Workload<'_>, source: &Source<'_>, spec: Node<'_>, container: Node<'_>) {
    workload.image = container.get("image").and_then(|image| source.image(image, false));
    workload.images.extend(workload.image.clone());
    for key in ["command", "args"] {
        container.get(key).into_iter().for_each(|node| source.add_command(&mut workload.command, node));
    }
    let variables = container.get("env").into_iter().flat_map(Node::items).take(MOST);
    workload.environment = variables.filter_map(|variable| setting(source, variable)).collect();
    workload.hidden_environment = container.get("envFrom").is_some();
    workload.openings = openings(spec, container);
    workload.user = user(spec, container);
    workload.privileges = privileges(spec, container);
    workload.mounts = mounts(spec, container);
    let limits = container.at(&["resources", "limits"]);
    let asks = |key: &str| container.at(&["resources", key]).into_iter().flat_map(Node::entries);
    workload.resources = Resources {
        memory_limit: limits.and_then(|limits| limits.get("memory")).is_some(),
        accelerator: asks("limits").chain(asks("requests")).any(|(key, _)| {
            key.text().is_some_and(|key| key.ends_with("/gpu") || ACCELERATORS.iter().any(|head| key.starts_with(head)))
        }),
    };
}

fn setting(source: &Source<'_>, variable: Node<'_>) -> Option<Setting> {
    let name = variable.get("name").and_then(|name| source.piece(name))?;
    let value = variable.get("value").and_then(|value| source.piece(value));
    Some(match value {
        Some(value) => Setting::written(name, value),
        None if variable.get("valueFrom").is_some() => Setting::hidden(name),
        None => Setting::written(name.clone(), Piece { text: String::new(), span: name.span }),
    })
}

/// The ports that a container declares, with their names.
pub(super) fn ports(container: Node<'_>) -> Vec<(Option<String>, u16)> {
    let ports = container.get("ports").into_iter().flat_map(Node::items).take(MOST);
    let port = |port: Node<'_>| {
        let name = port.get("name").and_then(Node::text).map(str::to_owned);
        Some((name, port.get("containerPort")?.text()?.parse().ok()?))
    };
    ports.filter_map(port).collect()
}

fn openings(spec: Node<'_>, container: Node<'_>) -> Vec<Opening> {
    let ports = container.get("ports").into_iter().flat_map(Node::items).take(MOST);
    let opened = ports.filter_map(|port| {
        let host = port.get("hostPort").filter(|host| host.text() != Some("0"))?;
        let number = port.get("containerPort").and_then(Node::text).and_then(|text| text.parse().ok());
        let address = port.get("hostIP").and_then(Node::text).unwrap_or_default();
        let reach = if address.starts_with("127.") { Reach::Guarded } else { Reach::Anyone };
        Some(Opening { ports: number.map(|n| (n, n)), how: How::HostPort, reach, span: host.span() })
    });
    let network = spec.get("hostNetwork").filter(|node| node.truth() == Some(true));
    let network =
        network.map(|node| Opening { ports: None, how: How::HostNetwork, reach: Reach::Anyone, span: node.span() });
    opened.chain(network).collect()
}

/// The container's own security context counts before the pod's.
fn context<'d>(spec: Node<'d>, container: Node<'d>, key: &str) -> Option<Node<'d>> {
    let of = |node: Node<'d>| node.at(&["securityContext", key]);
    of(container).or_else(|| of(spec)).filter(|node| !node.is_null())
}

fn user(spec: Node<'_>, container: Node<'_>) -> User {
    let user = context(spec, container, "runAsUser");
    let must_not_be_root = context(spec, container, "runAsNonRoot").and_then(Node::truth) == Some(true);
    match user.and_then(|user| Some((user.text()?, user.span()))) {
        Some((id, span)) if id.trim_start_matches('0').is_empty() && !must_not_be_root => User::Root(span),
        Some(_) => User::Ordinary,
        None if must_not_be_root => User::Ordinary,
        None => User::Unsaid,
    }
}

fn privileges(spec: Node<'_>, container: Node<'_>) -> Vec<Privilege> {
    let mut found = Vec::new();
    let mut add = |kind, node: Node<'_>| found.push(Privilege { kind, span: node.span() });
    let on = |node: Option<Node<'_>>| node.is_some_and(|node| node.truth() == Some(true));
    for (key, namespace) in [("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc")] {
        spec.get(key)
            .filter(|node| on(Some(*node)))
            .into_iter()
            .for_each(|node| add(PrivilegeKind::Host(namespace), node));
    }
    for (key, kind) in
        [("privileged", PrivilegeKind::Privileged), ("allowPrivilegeEscalation", PrivilegeKind::Escalation)]
    {
        let node = container.at(&["securityContext", key]).filter(|node| on(Some(*node)));
        if let Some(node) = node {
            add(kind, node);
        }
    }
    let added = container.at(&["securityContext", "capabilities", "add"]).into_iter().flat_map(Node::items).take(MOST);
    for node in added {
        if let Some(name) = node.text() {
            add(PrivilegeKind::Capability(name.to_uppercase().trim_start_matches("CAP_").to_owned()), node);
        }
    }
    for (key, what) in [("seccompProfile", "seccomp"), ("appArmorProfile", "apparmor")] {
        let kind = context(spec, container, key).and_then(|profile| profile.get("type"));
        let off = kind.filter(|kind| kind.text() == Some("Unconfined"));
        if let Some(node) = off {
            add(PrivilegeKind::Unconfined(what), node);
        }
    }
    found
}

fn mounts(spec: Node<'_>, container: Node<'_>) -> Vec<Mount> {
    let volumes: HashMap<&str, Node<'_>> = spec
        .get("volumes")
        .into_iter()
        .flat_map(Node::items)
        .take(MOST)
        .filter_map(|volume| Some((volume.get("name")?.text()?, volume)))
        .collect();
    let mounted = container.get("volumeMounts").into_iter().flat_map(Node::items).take(MOST);
    let mount = |mount: Node<'_>| {
        let name = mount.get("name")?.text()?;
        let volume = volumes.get(name).copied();
        let host = volume.and_then(|volume| volume.at(&["hostPath", "path"]));
        let claim = volume.and_then(|volume| volume.get("persistentVolumeClaim"));
        // ConfigMaps, Secrets and projected volumes cannot be written to, and an empty directory dies with the pod.
        let fixed = volume.is_some_and(|volume| FIXED.iter().any(|key| volume.get(key).is_some()));
        let on = |node: Option<Node<'_>>| node.and_then(Node::truth) == Some(true);
        Some(Mount {
            source: host.and_then(Node::text).unwrap_or(name).to_owned(),
            from_host: host.is_some(),
            target: mount.get("mountPath")?.text()?.to_owned(),
            read_only: fixed || on(mount.get("readOnly")) || on(claim.and_then(|claim| claim.get("readOnly"))),
            span: host.or_else(|| mount.get("mountPath"))?.span(),
        })
    };
    mounted.filter_map(mount).collect()
}

const ACCELERATORS: &[&str] = &["nvidia.com/", "habana.ai/", "google.com/tpu", "aws.amazon.com/neuron"];
const FIXED: &[&str] = &["configMap", "secret", "projected", "downwardAPI", "emptyDir", "image"];
