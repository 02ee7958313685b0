//! Settings that leave a door open: authentication switched off, and passwords that everybody knows.

use palisade_base::Severity::{self, Critical, High, Medium};

use super::{
    Is,
    Switch::{self, Argument, Variable, Words},
};

/// A setting that leaves a door open.
#[derive(Debug)]
pub(crate) struct Weak {
    /// The setting.
    pub(crate) switch: Switch,
    /// What it does, as the end of "`NAME` ...".
    pub(crate) effect: &'static str,
    /// How bad it is where the service is reachable.
    pub(crate) severity: Severity,
}

const fn weak(switch: Switch, effect: &'static str, severity: Severity) -> Weak {
    Weak { switch, effect, severity }
}

const OFF: &str = "switches authentication off";
const EMPTY: &str = "allows an empty password";
const KNOWN: &str = "is a key that the product's documentation prints";
const ANYONE: &str = "lets anyone in without a name";

/// Settings of known products. Passwords in general are judged by [`is_common_password`].
pub(crate) static WEAK: &[Weak] = &[
    weak(
        Variable("POSTGRES_HOST_AUTH_METHOD", Is::Of(&["trust"])),
        "lets every connection in without a password",
        High,
    ),
    weak(Variable("ALLOW_EMPTY_PASSWORD", Is::True), EMPTY, High),
    weak(Variable("MYSQL_ALLOW_EMPTY_PASSWORD", Is::True), EMPTY, High),
    weak(Variable("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", Is::True), EMPTY, High),
    weak(Variable("ALLOW_ANONYMOUS_LOGIN", Is::True), ANYONE, High),
    weak(Variable("ALLOW_NONE_AUTHENTICATION", Is::True), OFF, High),
    weak(Variable("NEO4J_AUTH", Is::Of(&["none", "neo4j/neo4j", "neo4j/password"])), "leaves the graph open", High),
    weak(Variable("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", Is::True), ANYONE, High),
    weak(Variable("xpack.security.enabled", Is::False), OFF, High),
    weak(Variable("XPACK_SECURITY_ENABLED", Is::False), OFF, High),
    weak(Variable("plugins.security.disabled", Is::True), OFF, High),
    weak(Variable("DISABLE_SECURITY_PLUGIN", Is::True), OFF, High),
    weak(Argument("--protected-mode", Is::False), "lets every connection in without a password", High),
    weak(Variable("MINIO_ROOT_USER", Is::Of(&["minioadmin"])), "is the user that the server ships with", Medium),
    weak(Variable("MINIO_ACCESS_KEY", Is::Of(&["minioadmin"])), KNOWN, High),
    weak(Variable("MINIO_SECRET_KEY", Is::Of(&["minioadmin"])), KNOWN, High),
    weak(Variable("MINIO_ACCESS_KEY_ID", Is::Of(&["minioadmin"])), KNOWN, Medium),
    weak(Variable("MINIO_SECRET_ACCESS_KEY", Is::Of(&["minioadmin"])), KNOWN, Medium),
    weak(Variable("AWS_SECRET_ACCESS_KEY", Is::Of(&["minioadmin", "minio123", "minio"])), KNOWN, Medium),
    weak(Words("mc anonymous set public"), "opens the bucket to everyone", High),
    weak(Words("mc policy set public"), "opens the bucket to everyone", High),
    weak(Variable("JUPYTER_TOKEN", Is::Empty), OFF, Critical),
    weak(Argument("--NotebookApp.token", Is::Empty), OFF, Critical),
    weak(Argument("--ServerApp.token", Is::Empty), OFF, Critical),
    weak(Argument("--IdentityProvider.token", Is::Empty), OFF, Critical),
    weak(Argument("--LabApp.token", Is::Empty), OFF, Critical),
    weak(Words("marimo edit --no-token"), OFF, Critical),
    weak(Words("code-server --auth none"), OFF, Critical),
    weak(Variable("DISABLE_AUTH", Is::True), OFF, High),
    weak(Variable("WEBUI_AUTH", Is::False), OFF, High),
    weak(Variable("WEBUI_SECRET_KEY", Is::Of(&["t0p-s3cr3t"])), KNOWN, High),
    weak(Variable("LITELLM_MASTER_KEY", Is::Of(&["", "sk-1234"])), KNOWN, High),
    weak(Variable("LANGFLOW_AUTO_LOGIN", Is::True), "logs every visitor in as the superuser", Critical),
    weak(Variable("LANGFLOW_SKIP_AUTH_AUTO_LOGIN", Is::True), OFF, Critical),
    weak(Variable("LANGFLOW_SUPERUSER_PASSWORD", Is::Of(&["langflow"])), KNOWN, High),
    weak(Variable("N8N_USER_MANAGEMENT_DISABLED", Is::True), OFF, High),
    weak(Variable("N8N_BASIC_AUTH_ACTIVE", Is::False), OFF, High),
    weak(Variable("TS_DISABLE_TOKEN_AUTHORIZATION", Is::True), OFF, High),
    weak(Argument("--disable-token-auth", Is::There), OFF, High),
    weak(Variable("PHOENIX_ENABLE_AUTH", Is::False), OFF, Medium),
    weak(Variable("AIRFLOW__WEBSERVER__AUTHENTICATE", Is::False), OFF, High),
    weak(Variable("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", Is::True), "makes everyone an administrator", High),
    weak(Variable("AIRFLOW__API__AUTH_BACKENDS", Is::Of(&["airflow.api.auth.backend.default"])), OFF, High),
    weak(Variable("AIRFLOW__API__AUTH_BACKEND", Is::Of(&["airflow.api.auth.backend.default"])), OFF, High),
    weak(Argument("--auth-mode", Is::Of(&["server"])), "lets callers act with the server's own rights", Critical),
    weak(Variable("NEXTAUTH_SECRET", Is::Of(&["mysecret", "secret"])), KNOWN, High),
    weak(Variable("SALT", Is::Of(&["mysalt", "salt"])), KNOWN, Medium),
    weak(Variable("ENCRYPTION_KEY", Is::Starting("00000000000000000000000000000000")), "is all zeros", High),
    // The key that Dify's example configuration ships with, by its beginning.
    weak(Variable("SECRET_KEY", Is::Starting("sk-9f73s3lj")), KNOWN, High),
    weak(Variable("ARGILLA_API_KEY", Is::Of(&["argilla.apikey", "owner.apikey", "admin.apikey"])), KNOWN, High),
    weak(Variable("DEFAULT_API_KEY", Is::Of(&["argilla.apikey", "owner.apikey", "admin.apikey"])), KNOWN, High),
    weak(Variable("GF_AUTH_ANONYMOUS_ORG_ROLE", Is::Of(&["admin", "editor"])), "lets anyone change dashboards", Medium),
    weak(Variable("RABBITMQ_DEFAULT_PASS", Is::Of(&["guest"])), KNOWN, High),
];

/// Whether a password is one that everybody tries first.
pub(crate) fn is_common_password(value: &str) -> bool {
    COMMON.iter().any(|common| value.eq_ignore_ascii_case(common))
}

const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "password1",
    "password123",
    "pass",
    "pass123",
    "admin",
    "admin123",
    "admin1234",
    "administrator",
    "root",
    "root123",
    "toor",
    "user",
    "guest",
    "test",
    "test123",
    "demo",
    "secret",
    "changeme",
    "changeit",
    "change_me",
    "change-me",
    "default",
    "example",
    "123456",
    "12345678",
    "123456789",
    "1234",
    "12345",
    "qwerty",
    "letmein",
    "welcome",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "elastic",
    "opensearch",
    "minio",
    "minio123",
    "minioadmin",
    "neo4j",
    "airflow",
    "mlflow",
    "langflow",
    "langfuse",
    "litellm",
    "dify",
    "difyai123456",
    "n8n",
    "ollama",
    "openwebui",
    "grafana",
    "keycloak",
    "rabbitmq",
    "clickhouse",
    "milvus",
    "jupyter",
    "label-studio",
    "argilla",
    "superset",
    "miniosecret",
    "myredissecret",
    "rag_flow",
    "infini_rag_flow",
    "bitnami",
    "dbpassword",
    "mypassword",
    "supersecret",
];
