//! Containers that are hardly contained: privileges, host namespaces, the container engine's socket.

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::{
    Input,
    input::infrastructure::{Mount, PrivilegeKind, Workload},
};

meta! {
    /// ## What it does
    ///
    /// Reports containers that can leave their container: `privileged`, the host's process, network, IPC or user
    /// namespace, capabilities such as `SYS_ADMIN` or `ALL`, the socket of the container engine, the host's root or
    /// system folders as a volume, confinement that is switched off, and (as medium) explicit privilege escalation.
    ///
    /// ## Why it matters
    ///
    /// AI workloads run other people's code more often than others: pickled models, custom nodes, notebooks, tools that
    /// a model calls. A container is the wall between such code and the machine with its GPUs, its other tenants and its
    /// cluster credentials. With any of these settings the wall has a door, and an injected instruction that reaches a
    /// tool reaches the host.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   agent:
    ///     image: registry.example/agent:1.4
    ///     privileged: true
    ///     volumes:
    ///       - /var/run/docker.sock:/var/run/docker.sock
    /// ```
    ///
    /// ## What to do
    ///
    /// Drop the setting, and ask for exactly what is needed. GPUs need none of this (`deploy.resources.reservations.devices`
    /// in compose, `nvidia.com/gpu` in Kubernetes); shared memory for several GPUs needs `shm_size` or an `emptyDir` of
    /// medium `Memory`, not the host's IPC.
    ///
    /// ```yaml
    ///     cap_drop: [ALL]
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    ///
    /// ## Limits
    ///
    /// System agents (device plugins, monitoring) need some of this; accept them by name with a reason. What an
    /// admission controller would refuse is not known here.
    ///
    /// ## References
    ///
    /// - Kubernetes Pod Security Standards, profile Baseline
    /// - CIS Docker Benchmark, section 5
    /// - OWASP Top 10 for LLM Applications 2025, LLM06 Excessive Agency
    static META: Check = {
        name: "privileged-container",
        summary: "a container has rights over the machine that it runs on",
        severity: High,
        components: [Infrastructure],
        threats: [SupplyChain, Injection],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct PrivilegedContainer;

impl Check<Input<'_>> for PrivilegedContainer {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        let mut seen: Vec<&PrivilegeKind> = Vec::new();
        for privilege in &workload.privileges {
            let Some((severity, what)) = judge(&privilege.kind) else { continue };
            if !seen.contains(&&privilege.kind) {
                seen.push(&privilege.kind);
                report(finding(workload, &privilege.span, severity, &what));
            }
        }
        let mut mounted: Vec<&str> = Vec::new();
        for mount in &workload.mounts {
            if let Some((severity, what)) = judge_mount(mount).filter(|_| !mounted.contains(&mount.source.as_str())) {
                mounted.push(&mount.source);
                report(finding(workload, &mount.span, severity, what));
            }
        }
    }
}

fn finding(workload: &Workload<'_>, span: &std::ops::Range<usize>, severity: Severity, what: &str) -> Finding {
    let message = format!("{} {what}", workload.title());
    Finding::builder(&META, workload.evidence(span, what.to_owned()), message)
        .severity(severity)
        .confidence(Confidence::High)
        .build()
}

fn judge(kind: &PrivilegeKind) -> Option<(Severity, String)> {
    Some(match kind {
        PrivilegeKind::Privileged => (Severity::High, "is privileged: it has every right over the host".to_owned()),
        // Inter-process memory and the network give less away than processes and users.
        PrivilegeKind::Host(namespace @ ("ipc" | "user")) => {
            (Severity::Medium, format!("shares the host's {namespace} namespace"))
        }
        PrivilegeKind::Host(namespace) => (Severity::High, format!("shares the host's {namespace} namespace")),
        PrivilegeKind::Capability(name) if DANGEROUS.contains(&name.as_str()) => {
            (Severity::High, format!("has the capability `{name}`, which leads to the host"))
        }
        PrivilegeKind::Capability(name) if STRONG.contains(&name.as_str()) => {
            (Severity::Medium, format!("has the capability `{name}`"))
        }
        PrivilegeKind::Capability(_) => return None,
        PrivilegeKind::Escalation => (Severity::Medium, "lets its processes gain privileges".to_owned()),
        PrivilegeKind::Unconfined(what) => (Severity::Medium, format!("runs without {what} confinement")),
        PrivilegeKind::InsecureBuild => (Severity::Medium, "is built by a step outside the build sandbox".to_owned()),
    })
}

const DANGEROUS: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "DAC_READ_SEARCH", "BPF"];
/// Not what every container has by default: giving that back after `cap_drop: [ALL]` is hardening.
const STRONG: &[&str] = &["NET_ADMIN", "SYS_BOOT", "SYSLOG", "SYS_TIME", "PERFMON", "SYS_RESOURCE", "LINUX_IMMUTABLE"];

fn judge_mount(mount: &Mount) -> Option<(Severity, &'static str)> {
    let source = mount.source.trim_end_matches('/');
    let is_socket = |path: &str| SOCKETS.iter().any(|socket| path.ends_with(socket));
    if is_socket(source) || (mount.from_host && is_socket(&mount.target)) {
        return Some((Severity::High, "holds the socket of the container engine, and so every container and the host"));
    }
    if !mount.from_host {
        return None;
    }
    match source {
        "" if mount.source.starts_with('/') => Some((Severity::High, "mounts the root folder of the host")),
        "/etc" | "/root" | "/boot" | "/dev" | "/proc" | "/sys" | "/run" | "/var/run" | "/var/lib/docker"
        | "/var/lib/kubelet" | "/usr" | "/lib" | "/bin" | "/var" | "/etc/kubernetes" => {
            let severity = if mount.read_only { Severity::Medium } else { Severity::High };
            Some((severity, "mounts a system folder of the host"))
        }
        _ => None,
    }
}

const SOCKETS: &[&str] = &["/docker.sock", "/containerd.sock", "/crio.sock", "/podman.sock"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn compose(service: &str) -> Vec<Severity> {
        let found =
            findings("privileged-container", "compose.yaml", format!("services:\n  x:\n    image: y:1\n{service}"));
        found.into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn doors_to_the_host() {
        use Severity::{High, Medium};
        for (service, wanted) in [
            ("    privileged: true\n", vec![High]),
            ("    privileged: 'yes'\n", vec![High]),
            ("    network_mode: host\n    pid: host\n", vec![High, High]),
            ("    ipc: host\n", vec![Medium]),
            ("    cap_add: [CAP_SYS_ADMIN, NET_ADMIN, NET_BIND_SERVICE]\n", vec![High, Medium]),
            ("    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n", vec![High]),
            ("    volumes: [{type: bind, source: /, target: /host}]\n", vec![High]),
            ("    volumes: ['/etc:/host/etc:ro']\n", vec![Medium]),
            ("    security_opt: ['seccomp=unconfined', 'apparmor:unconfined']\n", vec![Medium, Medium]),
        ] {
            assert_eq!(compose(service), wanted, "{service}");
        }
    }

    #[test]
    fn ordinary_containers_are_quiet() {
        for service in [
            "    privileged: false\n    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE, IPC_LOCK, SETUID]\n",
            "    security_opt: ['no-new-privileges:true']\n    network_mode: bridge\n    ipc: private\n",
            "    volumes: ['./data:/data', '/etc/localtime:/etc/localtime:ro', 'cache:/root/.cache', '/srv/models:/models:ro']\n",
            "    devices: [/dev/dri]\n    shm_size: 8gb\n",
        ] {
            assert_eq!(compose(service), [], "{service}");
        }
    }

    #[test]
    fn pods_and_builds() {
        let pod = "apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          hostPID: true\n          volumes: [{name: s, hostPath: {path: /run/containerd/containerd.sock}}]\n          containers:\n            - name: a\n              volumeMounts: [{name: s, mountPath: /s}]\n              securityContext:\n                privileged: true\n                allowPrivilegeEscalation: true\n                seccompProfile: {type: Unconfined}\n";
        assert_eq!(findings("privileged-container", "p.yaml", pod).len(), 5);
        let build = "FROM a:1\nRUN --security=insecure make\nRUN --mount=type=cache,target=/c make\n";
        assert_eq!(findings("privileged-container", "Dockerfile", build).len(), 1);
    }
}
