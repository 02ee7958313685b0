//! Which calls execute SQL.

use palisade_formats::python::{Call, Field, Id, Kind, Module};

use super::Code;

impl Code<'_> {
    /// The statement that a call executes.
    pub(crate) fn statement(&self, call: &Call) -> Option<Id> {
        let module = &self.module;
        let named =
            ["sql", "query", "statement", "operation", "stmt"].iter().find_map(|name| module.keyword(call.node, name));
        let mut statement = module.bare(module.positional(call.node).next().or(named)?);
        // `text(...)` marks a string as a statement and changes nothing.
        for _ in 0..2 {
            let wrapped = module.call(statement).filter(|inner| {
                let name = inner.path.rsplit('.').next().unwrap_or_default();
                matches!(name, "text" | "TextClause" | "RawSQL") && module.positional(inner.node).count() == 1
            });
            match wrapped.and_then(|inner| module.positional(inner.node).next()) {
                Some(inner) => statement = module.bare(inner),
                None => break,
            }
        }
        Some(statement)
    }
}

/// The object of a method call as it is spelled, lower case.
fn object_of(module: &Module, call: &Call) -> String {
    let object = module.child(call.function, Field::Object);
    object.map(|object| module.spelling(object).to_ascii_lowercase()).unwrap_or_default()
}

/// Whether what is called belongs to a database, as far as its name or its origin says.
pub(crate) fn is_database(module: &Module, call: &Call) -> bool {
    let object = object_of(module, call);
    // An engine of SQLAlchemy has no `query`; the query engines of retrieval libraries have, and take questions.
    let asks = call.path.rsplit('.').next() == Some("query");
    let is_engine = |word: &str| word == "engine" && !asks;
    let mut words = object.split(|c: char| !c.is_ascii_alphabetic());
    let named = words.any(|word| SHORT_WORDS.contains(&word) || is_engine(word));
    named
        || DATABASE_WORDS.iter().any(|word| object.contains(word))
        || DRIVERS.iter().any(|driver| call.path.starts_with(driver))
}

/// Whether a call executes its first argument as SQL.
pub(crate) fn executes_sql(module: &Module, call: &Call) -> bool {
    let method = call.path.rsplit('.').next().unwrap_or_default();
    let is_method = module.kind(call.function) == Kind::Attribute;
    let object = object_of(module, call);
    match method {
        "execute" | "executemany" | "executescript" => is_method && !NOT_SQL.iter().any(|word| object.contains(word)),
        "exec_driver_sql" | "execute_sql" | "run_sql" | "read_sql" | "read_sql_query" | "RawSQL" | "mogrify" => true,
        "raw" => is_method && object.contains("objects"),
        "query" | "sql" | "fetch" | "fetchrow" | "fetchval" | "fetch_all" | "fetch_one" | "run" | "exec" => {
            is_method && is_database(module, call) && !call.path.contains(".query().")
        }
        _ => false,
    }
}

/// Whether a text is an SQL statement, by its first word and what must follow.
pub(crate) fn is_sql(literal: &str) -> bool {
    let words: Vec<String> = literal
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .take(400)
        .map(str::to_ascii_lowercase)
        .collect();
    let has = |word: &str| words.iter().any(|other| other == word);
    match words.first().map(String::as_str) {
        Some("select" | "delete") => has("from"),
        Some("insert" | "replace" | "merge") => has("into") || has("values"),
        Some("update") => has("set"),
        Some("with") => has("select"),
        Some("create" | "drop" | "alter" | "truncate") => {
            ["table", "index", "view", "database", "schema", "role", "user", "column", "function"]
                .iter()
                .any(|word| has(word))
        }
        Some("attach" | "copy" | "grant" | "call" | "exec" | "pragma" | "vacuum" | "explain") => words.len() > 1,
        _ => has("select") && has("from") || has("where") && (has("and") || has("or")),
    }
}

const DATABASE_WORDS: &[&str] = &[
    "cursor",
    "conn",
    "database",
    "duckdb",
    "postgres",
    "mysql",
    "sqlite",
    "sql_db",
    "spark",
    "bigquery",
    "bq_client",
    "snowflake",
    "clickhouse",
];

/// Names of connections, cursors and sessions.
const SHORT_WORDS: &[&str] =
    &["c", "con", "cur", "curs", "db", "session", "sql", "tx", "trans", "transaction", "pool", "connection"];

const DRIVERS: &[&str] = &[
    "sqlite3",
    "psycopg",
    "psycopg2",
    "pymysql",
    "MySQLdb",
    "mysql",
    "asyncpg",
    "aiosqlite",
    "duckdb",
    "sqlalchemy",
    "databases",
    "snowflake",
    "clickhouse",
    "pyodbc",
    "cx_Oracle",
    "oracledb",
    "langchain_community.utilities.SQLDatabase",
    "langchain_community.utilities.sql_database",
    "google.cloud.bigquery",
];

/// Objects with an `execute` of their own.
const NOT_SQL: &[&str] = &[
    "executor", "task", "command", "workflow", "runner", "redis", "tool", "agent", "kernel", "pipeline", "driver",
    "node",
];
