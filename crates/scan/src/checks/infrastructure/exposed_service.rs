//! AI services that can be reached from outside while nobody is asked who they are.

use palisade_base::{Check, Confidence, Finding, Meta, Severity, meta};

use crate::{
    Input,
    input::infrastructure::{How, Opening, Origin, Reach, Role, Workload},
    services::{self, Door, Purpose, Service, Sign},
};

meta! {
    /// ## What it does
    ///
    /// Recognises the servers that AI systems are built from - inference servers, vector stores, notebooks, experiment
    /// trackers, clusters, flow builders, chat front ends, and the databases behind them - in compose files, Kubernetes
    /// manifests and Dockerfiles, and reports those that can be reached from outside while nobody is asked who they are.
    ///
    /// "Reached from outside" means: a port that compose publishes on all interfaces, a Service of type `NodePort` or
    /// `LoadBalancer`, an Ingress without authentication, a `hostPort`, or the host's network. `expose`, `ClusterIP` and
    /// `127.0.0.1:` bindings are not. A Dockerfile publishes nothing by itself, so it is judged more mildly, and only if
    /// it says that it wants to be reached.
    ///
    /// ## Why it matters
    ///
    /// Most of these servers were made for a researcher's own machine and trust whoever connects. On a network, that is
    /// anyone: a model can be copied question by question, its training data probed, vectors and documents read or
    /// planted, and a Ray, Jupyter or Dask port runs code for the caller. Search engines for open ports list tens of
    /// thousands of them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   ollama:
    ///     image: ollama/ollama:0.5.7
    ///     ports:
    ///       - "11434:11434"
    /// ```
    ///
    /// ## What to do
    ///
    /// Publish it to the host only, or not at all:
    ///
    /// ```yaml
    ///     ports:
    ///       - "127.0.0.1:11434:11434"
    /// ```
    ///
    /// Where others need it, switch its own authentication on (the finding says how), and put a proxy with TLS in front.
    ///
    /// ## Limits
    ///
    /// Firewalls, network policies and proxies in other files are not seen. Settings in an `env_file`, in a mounted
    /// configuration file or in an object of another manifest may switch authentication on: such findings have low
    /// confidence. A Service whose pods are in another file is judged by its name and port.
    ///
    /// ## References
    ///
    /// - OWASP Top 10 for LLM Applications 2025, LLM10 Unbounded Consumption
    /// - MITRE ATLAS, AML.T0049 Exploit Public-Facing Application
    /// - CVE-2023-48022 (Ray jobs API without authentication)
    static META: Check = {
        name: "exposed-service",
        summary: "an AI service can be reached from outside without authentication",
        severity: High,
        components: [Infrastructure],
        threats: [Extraction, Inversion, Poisoning],
        stages: [Infrastructure, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ExposedService;

impl Check<Input<'_>> for ExposedService {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Workload(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Workload(workload) = input else { return };
        if workload.role == Role::Prepares {
            return;
        }
        let Some((service, sign)) = services::identify(workload) else { return };
        let open: Vec<&Opening> =
            workload.openings.iter().filter(|opening| counts(workload, service, opening)).collect();
        let Some(worst) = open.iter().min_by_key(|opening| (opening.reach != Reach::Anyone, opening.span.start)) else {
            return;
        };
        let door = service.door(workload);
        let (severity, confidence) = match &door {
            Door::Closed => return,
            // A template may well write the missing setting.
            Door::Unknown if workload.partial && workload.role != Role::Unseen => return,
            Door::Unknown => (service.severity.min(Severity::Medium), Confidence::Low),
            Door::Open(_) if sign == Sign::Likely => (service.severity, Confidence::Medium),
            Door::Open(_) => (service.severity, Confidence::High),
        };
        let severity = if worst.how == How::Exposed { severity.min(Severity::Medium) } else { severity };
        let severity = if worst.reach == Reach::Restricted { severity.min(Severity::Low) } else { severity };
        let confidence = if worst.how == How::Exposed { confidence.min(Confidence::Medium) } else { confidence };
        let how = words(worst.how);
        let without = match &door {
            Door::Unknown => "with authentication that this file does not show: without it, anyone who reaches it can",
            _ => "without authentication: anyone who reaches it can",
        };
        let message = format!("{} runs {} {how} {without} {}", workload.title(), service.name, service.stranger);
        let mut finding = Finding::builder(&META, workload.evidence(&worst.span, how), message)
            .severity(severity)
            .confidence(confidence)
            .advice(service.cure);
        if let Door::Open(Some(off)) = &door {
            finding = finding.also(workload.evidence(off, "switches authentication off"));
        }
        for opening in open.iter().filter(|opening| opening.span != worst.span).take(4) {
            finding = finding.also(workload.evidence(&opening.span, words(opening.how)));
        }
        report(finding.build());
    }
}

/// Whether an opening leads strangers to the service.
fn counts(workload: &Workload<'_>, service: &Service, opening: &Opening) -> bool {
    if binds_to_loopback(workload) {
        return false;
    }
    let of_service = service.listens(opening.ports) || opening.ports.is_none() || mentions(workload, opening.ports);
    match (opening.how, opening.reach) {
        (_, Reach::Guarded) => false,
        (How::Exposed, _) => workload.origin == Origin::Dockerfile && of_service && is_served(workload),
        (_, Reach::Unknown) => false,
        // An image for clusters has many parts, and only some of them listen for strangers.
        _ => of_service || service.purpose != Purpose::Workbench,
    }
}

/// Whether the command or the environment names one of these ports.
fn mentions(workload: &Workload<'_>, ports: Option<(u16, u16)>) -> bool {
    let named = |text: &str| {
        let number = text.rsplit([':', '=']).next().and_then(|tail| tail.parse::<u16>().ok());
        number.zip(ports).is_some_and(|(number, (first, last))| (first..=last).contains(&number))
    };
    workload.command.words().iter().any(|word| named(&word.text))
        || workload.environment.iter().filter_map(|setting| setting.known()).any(named)
}

/// An image that is built to serve, not one that only brings a library along.
fn is_served(workload: &Workload<'_>) -> bool {
    // Without a program of its own, the base image's entry point runs.
    let first = workload.command.words().first();
    services::all().any(|service| service.is_started_by(workload))
        || first.is_none_or(|word| word.text.starts_with('-'))
}

fn binds_to_loopback(workload: &Workload<'_>) -> bool {
    let argument = BIND_ARGUMENTS.iter().filter_map(|name| workload.command.argument(name)?.value);
    let variables = BIND_VARIABLES.iter().filter_map(|name| workload.variable(name)?.known().map(str::to_owned));
    argument.map(|value| value.text).chain(variables).any(|value| {
        let host = value.trim_start_matches("http://").trim_start_matches("https://");
        host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
    })
}

const BIND_ARGUMENTS: &[&str] =
    &["--host", "--ip", "--bind", "--listen", "--dashboard-host", "--server.address", "--server-name"];
const BIND_VARIABLES: &[&str] =
    &["OLLAMA_HOST", "GRADIO_SERVER_NAME", "HOST", "STREAMLIT_SERVER_ADDRESS", "LANGFLOW_HOST"];

fn words(how: How) -> &'static str {
    match how {
        How::Ports => "on a port that is published on all interfaces",
        How::HostNetwork => "on the host's network",
        How::HostPort => "on a port of the node",
        How::NodePort => "behind a `NodePort` Service",
        How::LoadBalancer => "behind a `LoadBalancer` Service",
        How::Ingress => "behind an Ingress",
        How::Exposed => "on a port that is meant to be published",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::findings;

    fn compose(service: &str) -> Vec<Finding> {
        findings("exposed-service", "compose.yaml", format!("services:\n  x:\n{service}"))
    }

    #[test]
    fn published_services_without_authentication() {
        for service in [
            "    image: ollama/ollama\n    ports: ['11434:11434']\n",
            "    image: docker.io/ollama/ollama:${TAG}\n    ports: ['11434:11434']\n",
            "    image: ghcr.io/mirror/vllm/vllm-openai:v0.6\n    command: --model x --host 0.0.0.0\n    ports: [{target: 8000, published: 80}]\n",
            "    build: .\n    command: python -m vllm.entrypoints.openai.api_server --model x\n    ports: ['9000:9000']\n",
            "    build: .\n    entrypoint: [sh, -c, 'exec mlflow server --host 0.0.0.0 --port 5001']\n    ports: ['5001:5001']\n",
            "    image: qdrant/qdrant:v1\n    network_mode: host\n",
            "    image: rayproject/ray:2.9\n    command: ray start --head --dashboard-host=0.0.0.0 --block\n    ports: ['8265:8265']\n",
            "    image: jupyter/base-notebook\n    command: start-notebook.sh --NotebookApp.token=''\n    ports: ['8888:8888']\n",
            "    image: langflowai/langflow:latest\n    ports: ['7860:7860']\n",
            "    image: redis:7\n    ports: ['6379:6379']\n",
        ] {
            assert_eq!(compose(service).len(), 1, "{service}");
        }
    }

    #[test]
    fn guarded_or_unpublished_services_are_quiet() {
        for service in [
            "    image: ollama/ollama\n    ports: ['127.0.0.1:11434:11434']\n",
            "    image: ollama/ollama\n    expose: ['11434']\n",
            "    image: ollama/ollama\n    ports: ['${BIND:-127.0.0.1}:11434:11434']\n",
            "    image: vllm/vllm-openai:v0.6\n    command: --model x --api-key $$KEY\n    ports: ['8000:8000']\n",
            "    image: vllm/vllm-openai:v0.6\n    environment: {VLLM_API_KEY: '${VLLM_API_KEY}'}\n    ports: ['8000:8000']\n",
            "    image: vllm/vllm-openai:v0.6\n    environment: [VLLM_API_KEY]\n    ports: ['8000:8000']\n",
            "    image: jupyter/base-notebook\n    ports: ['8888:8888']\n",
            "    image: redis:7\n    command: redis-server --requirepass ${PW}\n    ports: ['6379:6379']\n",
            "    image: redis:7\n    command: redis-server /usr/local/etc/redis/redis.conf\n    ports: ['6379:6379']\n",
            "    image: postgres:16\n    environment: {POSTGRES_PASSWORD: '${PW}'}\n    ports: ['5432:5432']\n",
            "    build: .\n    command: uvicorn app:app --host 0.0.0.0 --vector-store qdrant\n    ports: ['8000:8000']\n",
            "    image: rayproject/ray:2.9\n    command: ray start --address=head:6379 --block\n    ports: ['9999:9999']\n",
            "    image: nginx:1.27\n    ports: ['80:80']\n",
        ] {
            assert_eq!(compose(service).len(), 0, "{service}");
        }
    }

    #[test]
    fn hidden_settings_lower_the_confidence() {
        let found = compose("    image: qdrant/qdrant:v1\n    env_file: .env\n    ports: ['6333:6333']\n");
        assert_eq!((found[0].confidence, found[0].severity), (Confidence::Low, Severity::Medium));
    }

    const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  template:\n    metadata: {labels: {app: llm}}\n    spec:\n      containers:\n        - name: main\n          image: ollama/ollama:0.5\n          ports: [{name: http, containerPort: 11434}]\n";

    fn kubernetes(rest: &str) -> Vec<Finding> {
        findings("exposed-service", "k8s.yml", format!("{DEPLOYMENT}---\n{rest}"))
    }

    #[test]
    fn services_and_ingresses_lead_to_pods() {
        let service = |kind: &str, more: &str| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: llm{more}\nspec:\n  type: {kind}\n  selector: {{app: llm}}\n  ports: [{{port: 80, targetPort: http}}]\n"
            )
        };
        assert_eq!(kubernetes(&service("LoadBalancer", "")).len(), 1);
        assert_eq!(kubernetes(&service("NodePort", "")).len(), 1);
        assert_eq!(kubernetes(&service("ClusterIP", "")).len(), 0);
        let internal = "\n  annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: 'true'}";
        assert_eq!(kubernetes(&service("LoadBalancer", internal))[0].severity, Severity::Low);
        let ingress = |more: &str| {
            let backend = "{service: {name: llm, port: {number: 80}}}";
            format!(
                "{}---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i\n{more}spec:\n  rules:\n    - http: {{paths: [{{path: /, backend: {backend}}}]}}\n",
                service("ClusterIP", "")
            )
        };
        assert_eq!(kubernetes(&ingress("")).len(), 1);
        assert_eq!(
            kubernetes(&ingress("  annotations: {nginx.ingress.kubernetes.io/auth-url: 'https://a'}\n")).len(),
            0
        );
    }

    #[test]
    fn a_service_alone_is_judged_by_name_and_port() {
        let service = |name: &str, port: u16| {
            let text = format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{type: LoadBalancer, selector: {{a: b}}, ports: [{{port: {port}}}]}}\n"
            );
            findings("exposed-service", "svc.yaml", text)
        };
        assert_eq!(service("my-ollama", 11434).len(), 1);
        assert_eq!(service("qdrant", 6333)[0].confidence, Confidence::Low);
        assert_eq!(service("my-ollama", 80).len(), 0);
        assert_eq!(service("web", 11434).len(), 0);
    }

    #[test]
    fn dockerfiles_that_want_to_be_reached() {
        let docker = |text: &str| findings("exposed-service", "Dockerfile", text);
        let found = docker("FROM python:3.12\nRUN pip install vllm\nEXPOSE 8000\nCMD vllm serve m --host 0.0.0.0\n");
        assert_eq!(found[0].severity, Severity::Medium);
        assert_eq!(docker("FROM vllm/vllm-openai:v1\nEXPOSE 8000\nCMD [\"--model\", \"x\"]\n").len(), 1);
        assert_eq!(docker("FROM vllm/vllm-openai:v1\nEXPOSE 8000\nENTRYPOINT [\"python\", \"batch.py\"]\n").len(), 0);
        assert_eq!(docker("FROM python:3.12\nEXPOSE 8000\nCMD uvicorn app:app --host 0.0.0.0\n").len(), 0);
        assert_eq!(docker("FROM python:3.12\nEXPOSE 8000\nCMD vllm serve m --host 127.0.0.1\n").len(), 0);
    }
}
