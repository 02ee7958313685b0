//! Opens files of infrastructure: Dockerfiles by name or content, compose files and Kubernetes manifests by their shape.

mod compose;
mod dockerfile;
mod kubernetes;
mod source;

use palisade_base::Component;
use palisade_formats::{dockerfile as docker, tree, yaml};

use self::source::Source;
use crate::{Engine, File};

pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    let name = file.name();
    let is_named = dockerfile::is_named(&name);
    if is_named || (!name.contains('.') && dockerfile::begins_like_one(file.bytes)) {
        open_dockerfile(file, is_named, engine);
    } else if matches!(file.extension().as_str(), "yaml" | "yml" | "json") {
        open_manifest(file, engine);
    }
}

fn open_dockerfile(file: &File<'_>, is_named: bool, engine: &mut Engine) {
    let Some(text) = file.text().filter(|_| file.is_whole()) else {
        return refuse(file, "too large or binary", engine);
    };
    match docker::parse(&text, docker::Limits::default()) {
        Ok(parsed) if parsed.strangeness() <= MOST_STRANGE => {
            let source = Source::new(&file.artifact, &text, &[]);
            dockerfile::workload(&source, &parsed, engine);
        }
        Ok(_) if !is_named => {}
        Ok(_) => refuse(file, "most instructions are unknown to Docker", engine),
        Err(failure) if is_named => refuse(file, &failure.to_string(), engine),
        Err(_) => {}
    }
}

fn open_manifest(file: &File<'_>, engine: &mut Engine) {
    let Some(text) = file.text().filter(|text| may_deploy(text)) else { return };
    if !file.is_whole() {
        return refuse(file, "too large", engine);
    }
    let stream = yaml::parse(&text, tree::Limits::default());
    let source = Source::new(&file.artifact, &text, &stream.templated);
    let roots: Vec<_> = stream.documents.iter().map(tree::Document::root).collect();
    let mut deploys = false;
    for root in roots.iter().filter(|root| compose::is_one(**root)) {
        deploys = true;
        compose::workloads(&source, *root, engine);
    }
    if roots.iter().any(|root| kubernetes::is_one(*root)) {
        deploys = true;
        kubernetes::workloads(&source, &roots, engine);
    }
    // What is no deployment may be as broken as it likes. What may be one must not pass as clean.
    if let Some(failure) = &stream.failure
        && (deploys || looks_like_manifest(&text))
    {
        engine.unscanned(file.artifact.clone(), Some(Component::Infrastructure), failure.to_string());
    } else if deploys && !stream.templated.is_empty() {
        let reason = "a template: only what it says literally was judged; render it and scan the result";
        engine.unscanned(file.artifact.clone(), Some(Component::Infrastructure), reason);
    }
}

fn refuse(file: &File<'_>, reason: &str, engine: &mut Engine) {
    engine.unscanned(file.artifact.clone(), Some(Component::Infrastructure), reason.to_owned());
}

/// A cheap look before parsing: most YAML and JSON files have nothing to do with deployment.
fn may_deploy(text: &str) -> bool {
    let head = text.get(..64 << 10).unwrap_or(text);
    head.contains("services") || (head.contains("apiVersion") && head.contains("kind"))
}

fn looks_like_manifest(text: &str) -> bool {
    let at_line_start = |key: &str| text.lines().any(|line| line.starts_with(key));
    at_line_start("services:") || (at_line_start("apiVersion:") && at_line_start("kind:"))
}

/// The share of unknown instructions from which a file is no Dockerfile.
const MOST_STRANGE: f64 = 0.2;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Instant};

    use crate::testing::observe;

    const COMPOSE: &str = "\
name: assistant
x-common: &common
  restart: unless-stopped
  logging: {driver: json-file}
services:
  llm:
    <<: *common
    image: vllm/vllm-openai:v0.8.5
    command: [\"--model\", \"müller/grüße-7b\", --trust-remote-code]
    ports: [\"8000:8000\"]
    ipc: host
    volumes: [\"./models:/models\"]
    deploy:
      resources:
        reservations:
          devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]
  store:
    <<: *common
    image: qdrant/qdrant
    ports:
      - target: 6333
        published: 6333
  db:
    image: pgvector/pgvector:pg16@sha256:00
    environment: &db
      POSTGRES_USER: rag
      POSTGRES_PASSWORD: ${DB_PASSWORD:?set it}
    ports: [\"127.0.0.1:5432:5432\"]
  api:
    build: .
    environment:
      <<: *db
      OPENAI_API_KEY: ${OPENAI_API_KEY}
    ports: [\"80:8080\"]
volumes: {models: {}}
";

    const MANIFEST: &str = "\
apiVersion: v1
kind: List
items:
  - apiVersion: ray.io/v1
    kind: RayCluster
    metadata: {name: ray}
    spec:
      headGroupSpec:
        template:
          metadata: {labels: {role: head}}
          spec:
            securityContext: {runAsNonRoot: true}
            containers:
              - name: head
                image: rayproject/ray:2.9.0@sha256:00
                command: [bash, -lc, \"ulimit -n 65536; ray start --head --dashboard-host=0.0.0.0\"]
                ports: [{name: dashboard, containerPort: 8265}]
  - apiVersion: v1
    kind: Service
    metadata: {name: ray-head}
    spec:
      type: LoadBalancer
      selector: {role: head}
      ports: [{port: 80, targetPort: dashboard}]
";

    fn rules(name: &str, text: &str) -> BTreeMap<&'static str, usize> {
        observe(name, text.as_bytes(), None).findings.iter().fold(BTreeMap::new(), |mut counts, finding| {
            *counts.entry(finding.rule.name).or_default() += 1;
            counts
        })
    }

    #[test]
    fn a_whole_system() {
        let wanted = [
            ("exposed-service", 2),
            ("privileged-container", 1),
            ("remote-code-server", 1),
            ("unlimited-resources", 1),
            ("unpinned-image", 2),
            ("writable-model-store", 1),
        ];
        assert_eq!(rules("deploy/compose.prod.yml", COMPOSE), wanted.into());
        assert_eq!(rules("ray.yaml", MANIFEST), [("exposed-service", 1)].into());
    }

    #[test]
    fn other_yaml_is_quiet_and_not_a_gap() {
        for (name, text) in [
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  t:\n    services: {db: {image: postgres, ports: ['5432:5432']}}\n    steps: [{run: 'echo ${{ secrets.X }}'}]\n",
            ),
            ("openapi.yaml", "openapi: 3.0.0\ninfo: {title: services}\npaths: {/x: {get: {}}}\n"),
            ("broken.yaml", "services are: [many\n"),
            ("package.json", "{\"name\": \"services\", \"scripts\": {\"a\": \"b\"}}"),
            ("values.yaml", "image: {repository: vllm/vllm-openai, tag: latest}\nservices: {main: {type: NodePort}}\n"),
            ("Modelfile", "FROM llama3\nPARAMETER temperature 1\nSYSTEM you are\n"),
        ] {
            let observed = observe(name, text.as_bytes(), None);
            assert_eq!((observed.findings.len(), observed.unscanned.len()), (0, 0), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        for (name, text) in [
            ("compose.yaml", "services:\n  a: {image: b\n"),
            ("k.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n"),
            (
                "templates/d.yaml",
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: {{ .x }}\n      image: a@sha256:0\n",
            ),
            ("Dockerfile", "RUN no from\n"),
            ("Dockerfile", "{% if x %}\n{{ y }}\nFROM a\n{% endif %}\n"),
        ] {
            assert_eq!(observe(name, text.as_bytes(), None).unscanned.len(), 1, "{name}");
        }
    }

    #[test]
    fn truncated_anywhere() {
        for (name, text) in [("c.yaml", COMPOSE), ("k.yaml", MANIFEST)] {
            for end in 0..text.len() {
                observe(name, &text.as_bytes()[..end], None);
            }
        }
    }

    #[test]
    fn hostile_manifests_cost_little() {
        let start = Instant::now();
        let services: String = (0..20_000).fold("services:\n".to_owned(), |text, n| {
            text + &format!("  s{n}: {{image: redis, privileged: true, ports: ['6379:6379']}}\n")
        });
        let observed = observe("c.yaml", services.as_bytes(), None);
        assert!(observed.unscanned.iter().any(|gap| gap.reason.contains("more than")));
        let shared = (0..3_000).fold("x-e: &e [A_PASSWORD=x1y2z3w4, B=c]\nservices:\n".to_owned(), |text, n| {
            text + &format!("  s{n}: {{image: a, environment: *e, ports: *e, volumes: *e}}\n")
        });
        observe("c.yaml", shared.as_bytes(), None);
        let pods = (0..8_000).fold(String::new(), |text, n| text + &format!("---\n{{apiVersion: v1, kind: Service, metadata: {{name: s{n}}}, spec: {{type: NodePort, selector: {{a: b}}, ports: [{{port: 1}}]}}}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: redis}}]}}}}\n"));
        observe("k.yaml", pods.as_bytes(), None);
        let variables = (0..30_000).fold("FROM a\n".to_owned(), |text, n| {
            text + &format!("ENV V{n}=$V{n} P_PASSWORD=a1b2c3d4\nEXPOSE $V{n}\n")
        });
        observe("Dockerfile", variables.as_bytes(), None);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}
