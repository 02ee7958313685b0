//! Dockerfiles, compose files and Kubernetes manifests.

use crate::{
    Case, case,
    pieces::{between, count, fill},
};

pub(crate) const CASES: &[Case] = &[
    case("docker-continuations", "Dockerfile", || between("FROM a\nRUN a", " \\\n", "b\n")),
    case("docker-steps", "Dockerfile", || between("FROM a\n", "RUN a\n", "")),
    case("docker-stages", "Dockerfile", || {
        count(20_000, |n| format!("FROM a AS stage{n}\nCOPY --from=stage{n}x a b\n")).into()
    }),
    case("docker-lineage", "Dockerfile", || {
        format!("FROM a AS s0\n{}", count(40_000, |n| format!("FROM s{n} AS s{}\n", n + 1))).into()
    }),
    case("docker-documents", "Dockerfile", || between("FROM a\n", "RUN <<A <<B <<C\n", "")),
    case("docker-documents-closed", "Dockerfile", || between("FROM a\n", "RUN <<A\nx\nA\n", "")),
    case("docker-growing-variables", "Dockerfile", || {
        let long = "x".repeat(60_000);
        format!("FROM a\nENV A={long}\nENV B=$A$A\n{}", "ENV B=$A$B\n".repeat(80_000)).into()
    }),
    case("docker-many-variables", "Dockerfile", || {
        let long = "x".repeat(60_000);
        format!("FROM a\nENV A={long}\n{}", count(60_000, |n| format!("ENV B{n}=$A\n"))).into()
    }),
    case("docker-shell-flags", "Dockerfile", || {
        format!("FROM a\n{}", format!("RUN [{}\"a\"]\n", "\"-c\",".repeat(9_000)).repeat(20)).into()
    }),
    case("docker-quotes", "Dockerfile", || between("FROM a\nRUN ", "'\"", "\n")),
    case("docker-flags", "Dockerfile", || between("FROM a\nRUN ", "--a=b ", "x\n")),
    case("docker-secrets", "Dockerfile", || {
        format!("FROM a\n{}", count(25_000, |n| format!("ENV A{n}_SECRET=aB3xK9{n}Qw7Zp2Lm5\n"))).into()
    }),
    case("docker-long-images", "Dockerfile", || {
        format!("ARG A={}\n{}", "x".repeat(16_000), "FROM $A\n".repeat(100_000)).into()
    }),
    case("docker-pairs", "Dockerfile", || between("FROM a\nENV", " A=1", "\n")),
    case("yaml-anchors", "compose.yaml", || {
        let merged = count(10_000, |n| format!("a{}: &a{}\n  <<: *a{n}\n  k{n}: 1\n", n + 1, n + 1));
        format!("services:\na0: &a0 {{x: 1}}\n{merged}").into()
    }),
    case("yaml-laughs", "compose.yaml", || {
        let laughs = count(30, |n| format!("a{}: &a{} [*a{n},*a{n},*a{n},*a{n}]\n", n + 1, n + 1));
        format!("services:\na0: &a0 x\n{laughs}").into()
    }),
    case("yaml-flow", "compose.yaml", || between("services: [", "a, ", "a]\n")),
    case("yaml-flow-maps", "compose.yaml", || between("services: {", "a: b, ", "}\n")),
    case("yaml-flow-open", "compose.yaml", || between("services: ", "[", "\n")),
    case("yaml-flow-braces", "compose.yaml", || between("services: ", "{a: ", "\n")),
    case("yaml-blocks", "compose.yaml", || {
        format!("services:\n{}", count(1400, |n| format!("{}a:\n", " ".repeat(n + 1)))).into()
    }),
    case("yaml-dashes", "compose.yaml", || between("services:\n", "- ", "\n")),
    case("yaml-questions", "compose.yaml", || between("services:\n", "? ", "\n")),
    case("yaml-questions-flow", "compose.yaml", || between("services: [", "? ", "\n")),
    case("yaml-colons", "compose.yaml", || between("services:\n", ": ", "\n")),
    case("yaml-plain-lines", "compose.yaml", || between("services: a\n", "  a\n", "")),
    case("yaml-plain-keys", "compose.yaml", || between("services: [a", "\n a", "]\n")),
    case("yaml-quoted-lines", "compose.yaml", || between("services: \"", "\n", "\"\n")),
    case("yaml-block-scalar", "compose.yaml", || between("services: |\n", "  a\n", "")),
    case("yaml-folded-scalar", "compose.yaml", || between("services: >\n", "  a\n\n", "")),
    case("yaml-comments", "compose.yaml", || between("services: a\n", "# a\n", "")),
    case("yaml-documents", "k8s.yaml", || fill("apiVersion: v1\nkind: Pod\n---\n")),
    case("yaml-tags", "compose.yaml", || between("services: [", "!a!b c, ", "]\n")),
    case("yaml-directives", "compose.yaml", || between("", "%TAG !a! b\n", "---\nservices: 1\n")),
    case("yaml-anchors-only", "compose.yaml", || {
        format!("services: [{}]\n", count(100_000, |n| format!("&a{n} b,"))).into()
    }),
    case("yaml-not-ascii", "compose.yaml", || between("services:\n", "  é: 'ü'\n", "")),
    case("yaml-templates", "k8s.yaml", || {
        let pods = count(400, |n| format!("---\nkind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: a{n}\n"));
        format!("{pods}{}", "# {{ x }}\n".repeat(90_000)).into()
    }),
    case("yaml-open-templates", "k8s.yaml", || between("apiVersion: v1\nkind: Pod\n", "{{", "\n")),
    case("yaml-templates-one-line", "k8s.yaml", || between("apiVersion: v1\nkind: Pod\nx: ", "{{ a }}", "\n")),
    case("compose-services", "compose.yaml", || {
        format!("services:\n{}", count(20_000, |n| format!("  s{n}:\n    image: a\n    ports: [\"1:1\"]\n"))).into()
    }),
    case("compose-passwords", "compose.yaml", || {
        let settings = |service: usize| count(10_000, |n| format!("      A{service}_{n}_PASSWORD: abc\n"));
        let service = |n: usize| format!("  s{n}:\n    image: a\n    environment:\n{}", settings(n));
        format!("services:\n{}", count(4, service)).into()
    }),
    case("compose-secrets-one-line", "compose.yaml", || {
        let settings = count(10_000, |n| format!("A{n}_SECRET: aB3xK9{n}Qw7Zp2Lm5Tn8Rs4, "));
        format!("services: {{a: {{image: b, environment: {{{settings}}}}}}}\n").into()
    }),
    case("compose-shared-command", "compose.yaml", || {
        let words = "serve-x, ".repeat(1800);
        let services = count(500, |n| format!("  s{n}: {{image: a, command: *c}}\n"));
        format!("x-command: &c [{words}]\nservices:\n{services}").into()
    }),
    case("compose-shared-environment", "compose.yaml", || {
        let settings = count(900, |n| format!("    K{n}_PASSWORD: x{n}\n"));
        let services = count(500, |n| format!("  s{n}: {{image: a, environment: *e}}\n"));
        format!("x-environment: &e\n{settings}services:\n{services}").into()
    }),
    case("compose-shared-both", "compose.yaml", || {
        let words = "--b; , ".repeat(900);
        let mounts = "a:/models, ".repeat(900);
        let services = count(500, |n| format!("  s{n}: {{image: a, command: *c, volumes: *v}}\n"));
        format!("x-command: &c [{words}]\nx-volumes: &v [{mounts}]\nservices:\n{services}").into()
    }),
    case("compose-ports", "compose.yaml", || {
        between("services:\n  a:\n    image: vllm/vllm-openai\n    ports:\n", "    - \"1:1\"\n", "")
    }),
    case("compose-volumes", "compose.yaml", || {
        let volumes = count(50_000, |n| format!("    - /etc:/m{n}\n"));
        format!("services:\n  a:\n    image: vllm/vllm-openai\n    volumes:\n{volumes}").into()
    }),
    case("compose-capabilities", "compose.yaml", || {
        let added = count(60_000, |n| format!("    - SYS_A{n}\n"));
        format!("services:\n  a:\n    image: a\n    cap_add:\n{added}").into()
    }),
    case("compose-references", "compose.yaml", || {
        between("services:\n  a:\n    image: a\n    command: ", "${a:-", "\n")
    }),
    case("k8s-pods", "k8s.yaml", || {
        fill("---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: b\n")
    }),
    case("k8s-services", "k8s.yaml", || {
        let service =
            "---\napiVersion: v1\nkind: Service\nspec:\n  type: NodePort\n  selector: {a: b}\n  ports:\n  - port: 1\n";
        let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {labels: {a: b}}\nspec:\n  containers:\n  - image: b\n";
        [service.repeat(2000), pod.repeat(2000)].concat().into()
    }),
    case("k8s-secrets", "k8s.yaml", || {
        let data = count(40_000, |n| format!("  a{n}_password: YWJjZGVm\n"));
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n{data}").into()
    }),
    case("k8s-deep", "k8s.yaml", || {
        let labels = count(12, |n| format!("{}metadata: {{labels: {{a: b}}}}\n{}x:\n", " ".repeat(n), " ".repeat(n)));
        format!("apiVersion: v1\nkind: Pod\n{labels}{}", "            - {containers: [{name: a}]}\n".repeat(20_000))
            .into()
    }),
];
