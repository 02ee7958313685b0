//! Services, Ingresses and routes of a file: who can reach which pod, and those whose pod is in another file.

use std::{collections::HashMap, ops::Range};

use palisade_formats::{dockerfile::Piece, tree::Node};

use super::{
    super::source::{MOST, Source},
    kind, name, strings,
};
use crate::input::infrastructure::{How, Opening, Origin, Reach, Role, Workload};

/// What leads to pods from outside.
pub(super) struct Network {
    services: Vec<Service>,
}

struct Service {
    name: Piece,
    selector: HashMap<String, String>,
    ways: Vec<Way>,
    matched: bool,
}

/// One port of a Service that is reachable from outside.
#[derive(Clone)]
struct Way {
    target: Target,
    how: How,
    reach: Reach,
    span: Range<usize>,
}

#[derive(Clone)]
enum Target {
    Number(u16),
    Name(String),
}

impl Network {
    pub(super) fn new(source: &Source<'_>, objects: &[Node<'_>]) -> Self {
        let of_kind = |wanted: &'static [&'static str]| {
            objects.iter().copied().filter(move |object| wanted.contains(&kind(*object)))
        };
        let mut services = Vec::new();
        let mut routes: HashMap<String, Vec<(Range<usize>, Reach)>> = HashMap::new();
        for object in of_kind(&["Ingress", "HTTPRoute"]) {
            let reach = if is_guarded(object) { Reach::Guarded } else { Reach::Anyone };
            for backend in backends(source, object) {
                routes.entry(backend.text).or_default().push((backend.span, reach));
            }
        }
        for object in of_kind(&["Service"]) {
            let name = name(source, object);
            let led = routes.remove(&name.text).unwrap_or_default();
            services.push(Service::new(name, object, &led));
        }
        // What a route leads to without a Service in this file is known by the Service's name only.
        let mut rest: Vec<_> = routes.into_iter().collect();
        rest.sort_by_key(|(_, led)| led.first().map(|(span, _)| span.start));
        for (text, led) in rest {
            let Some((span, _)) = led.first().cloned() else { continue };
            let ways = led.into_iter().map(|(span, reach)| Way {
                target: Target::Name(String::new()),
                how: How::Ingress,
                reach,
                span,
            });
            let ways = ways.collect();
            services.push(Service { name: Piece { text, span }, selector: HashMap::new(), ways, matched: false });
        }
        services.retain(|service| !service.ways.is_empty());
        services.truncate(MOST_SERVICES);
        Self { services }
    }

    /// Adds openings to the containers of a pod with these labels. `declared` has the ports of each container.
    pub(super) fn attach(
        &mut self,
        labels: &HashMap<&str, &str>,
        containers: &mut [Workload<'_>],
        declared: &[Vec<(Option<String>, u16)>],
    ) {
        for service in self.services.iter_mut().filter(|service| service.selects(labels)) {
            service.matched = true;
            for way in &service.ways {
                let resolved = |ports: &Vec<(Option<String>, u16)>| {
                    ports.iter().find(|port| way.leads_to(port)).map(|port| port.1)
                };
                let hit = declared.iter().position(|ports| resolved(ports).is_some());
                let ports = match &way.target {
                    Target::Number(number) => Some(*number),
                    Target::Name(_) => hit.and_then(|hit| declared.get(hit)).and_then(resolved),
                };
                // Declaring ports is optional: where nobody declares this one, the first container is meant.
                let container = containers.get_mut(hit.unwrap_or(0));
                if let Some(container) = container.filter(|container| container.openings.len() < MOST_WAYS) {
                    container.openings.push(way.opening(ports));
                }
            }
        }
    }

    /// The Services whose pods are not in the file.
    pub(super) fn unmatched<'a>(self, source: &Source<'a>) -> Vec<Workload<'a>> {
        let unmatched = self.services.into_iter().filter(|service| !service.matched);
        let workload = |service: Service| {
            let mut workload = source.workload(Origin::Kubernetes, service.name);
            workload.role = Role::Unseen;
            workload.partial = true;
            workload.openings = service
                .ways
                .iter()
                .map(|way| way.opening(if let Target::Number(number) = way.target { Some(number) } else { None }))
                .collect();
            workload
        };
        unmatched.map(workload).collect()
    }
}

impl Way {
    fn leads_to(&self, (name, number): &(Option<String>, u16)) -> bool {
        match &self.target {
            Target::Number(target) => target == number,
            Target::Name(target) => name.as_ref() == Some(target),
        }
    }

    fn opening(&self, port: Option<u16>) -> Opening {
        Opening { ports: port.map(|n| (n, n)), how: self.how, reach: self.reach, span: self.span.clone() }
    }
}

impl Service {
    fn new(name: Piece, object: Node<'_>, led: &[(Range<usize>, Reach)]) -> Self {
        let spec = object.get("spec").unwrap_or(object);
        let kind = spec.get("type");
        let outside = spec.get("externalIPs").filter(|list| list.items().next().is_some());
        let how = match kind.and_then(Node::text) {
            Some("LoadBalancer") => Some(How::LoadBalancer),
            Some("NodePort") => Some(How::NodePort),
            _ => outside.map(|_| How::LoadBalancer),
        };
        let reach = if is_restricted(object, spec) { Reach::Restricted } else { Reach::Anyone };
        let span = kind.or(outside).map_or(name.span.clone(), Node::span);
        let ports: Vec<Target> =
            spec.get("ports").into_iter().flat_map(Node::items).take(MOST).filter_map(target).collect();
        let of_type = how.into_iter().map(|how| (how, reach, span.clone()));
        let routed = led.iter().map(|(span, reach)| (How::Ingress, *reach, span.clone()));
        let ways = of_type.chain(routed).take(MOST_WAYS).flat_map(|(how, reach, span)| {
            ports.iter().take(MOST_WAYS).map(move |target| Way {
                target: target.clone(),
                how,
                reach,
                span: span.clone(),
            })
        });
        let ways = ways.take(MOST_WAYS).collect();
        let selector = strings(spec.get("selector")).into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { name, selector: selector.collect(), ways, matched: false }
    }

    fn selects(&self, labels: &HashMap<&str, &str>) -> bool {
        !self.selector.is_empty()
            && self.selector.iter().all(|(key, value)| labels.get(key.as_str()) == Some(&value.as_str()))
    }
}

/// The port inside the pod: `targetPort`, or `port` where that is missing.
fn target(port: Node<'_>) -> Option<Target> {
    let is_tcp = port.get("protocol").and_then(Node::text).is_none_or(|protocol| protocol == "TCP");
    let text = port.get("targetPort").or_else(|| port.get("port")).filter(|_| is_tcp)?.text()?;
    Some(text.parse().map_or_else(|_| Target::Name(text.to_owned()), Target::Number))
}

/// A load balancer for an internal network, or for listed ones.
fn is_restricted(object: Node<'_>, spec: Node<'_>) -> bool {
    let internal = strings(object.at(&["metadata", "annotations"])).into_iter().any(|(key, value)| {
        key.contains("load-balancer")
            && (value.eq_ignore_ascii_case("internal") || (key.contains("internal") && value == "true"))
            || (key.ends_with("load-balancer-scheme") && value == "internal")
    });
    let ranges: Vec<&str> = spec
        .get("loadBalancerSourceRanges")
        .into_iter()
        .flat_map(Node::items)
        .take(MOST)
        .filter_map(Node::text)
        .collect();
    internal || (!ranges.is_empty() && !ranges.iter().any(|range| range.ends_with("/0")))
}

/// An Ingress whose controller is told to authenticate.
fn is_guarded(object: Node<'_>) -> bool {
    let annotations = strings(object.at(&["metadata", "annotations"]));
    annotations.into_iter().any(|(key, value)| {
        let key = key.rsplit('/').next().unwrap_or_default();
        GUARDS.iter().any(|guard| key.starts_with(guard)) || (key.ends_with("middlewares") && value.contains("auth"))
    })
}

const GUARDS: &[&str] = &[
    "auth-url",
    "auth-type",
    "auth-secret",
    "auth-tls-secret",
    "auth-signin",
    "auth-idp",
    "whitelist-source-range",
    "allowlist-source-range",
];

/// The Services that an Ingress or an HTTP route leads to.
fn backends(source: &Source<'_>, object: Node<'_>) -> Vec<Piece> {
    let spec = object.get("spec");
    let rules = spec.and_then(|spec| spec.get("rules")).into_iter().flat_map(Node::items).take(MOST_WAYS);
    let mut named = Vec::new();
    for rule in rules {
        let paths = rule.at(&["http", "paths"]).into_iter().flat_map(Node::items).take(MOST_WAYS);
        named.extend(paths.filter_map(|path| path.get("backend").and_then(service_name)));
        named.extend(
            rule.get("backendRefs")
                .into_iter()
                .flat_map(Node::items)
                .take(MOST_WAYS)
                .filter_map(|backend| backend.get("name")),
        );
    }
    named.extend(
        spec.and_then(|spec| spec.get("defaultBackend").or_else(|| spec.get("backend"))).and_then(service_name),
    );
    named.into_iter().filter_map(|name| source.piece(name)).collect()
}

fn service_name(backend: Node<'_>) -> Option<Node<'_>> {
    backend.at(&["service", "name"]).or_else(|| backend.get("serviceName"))
}

const MOST_WAYS: usize = 64;
const MOST_SERVICES: usize = 2_000;
