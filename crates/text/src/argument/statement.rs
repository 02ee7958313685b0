//! Whole SQL statements, where a model is allowed to write them: one `SELECT` over listed tables and functions with a limit.
//! Everything that is not understood is refused.

use std::{collections::BTreeSet, ops::ControlFlow};

use sqlparser::{
    ast::{Expr, LimitClause, ObjectName, Query, SetExpr, Statement, TableFactor, Value, Visit, Visitor},
    dialect::GenericDialect,
    parser::Parser,
};

/// Which statements are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    tables: BTreeSet<String>,
    functions: BTreeSet<String>,
    limit: u64,
}

/// Why a statement is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no SQL that the parser understands, or nested too deeply.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// There must be one statement.
    #[error("it has {0} statements instead of one")]
    Several(usize),
    /// It must only read.
    #[error("it is no plain SELECT: {0}")]
    NoSelect(&'static str),
    /// It reads a table that is not listed.
    #[error("the table `{0}` is not on the list")]
    Table(String),
    /// It calls a function that is not listed.
    #[error("the function `{0}` is not on the list")]
    Function(String),
    /// It must say how many rows it wants, and not too many.
    #[error("it needs a LIMIT of at most {0}")]
    Limit(u64),
}

impl Statements {
    /// Allows one `SELECT` over these tables and functions, of at most `limit` rows. Names are compared without regard to
    /// case; a table in a schema is `schema.table`.
    pub fn new<'a>(
        tables: impl IntoIterator<Item = &'a str>,
        functions: impl IntoIterator<Item = &'a str>,
        limit: u64,
    ) -> Self {
        let lower = |name: &str| name.to_lowercase();
        Self {
            tables: tables.into_iter().map(lower).collect(),
            functions: functions.into_iter().map(lower).collect(),
            limit,
        }
    }

    /// Judges a statement.
    ///
    /// # Errors
    ///
    /// The first reason why it is not allowed.
    pub fn check(&self, sql: &str) -> Result<(), Refusal> {
        if sql.len() > LONGEST {
            return Err(Refusal::Unreadable(format!("it is longer than {LONGEST} bytes")));
        }
        // Comments with conditions run on some servers and are comments to every parser.
        if sql.contains("/*") {
            return Err(Refusal::Unreadable("it has a comment in it".to_owned()));
        }
        let parsed = Parser::new(&GenericDialect {})
            .with_recursion_limit(DEPTH)
            .try_with_sql(sql)
            .and_then(|mut parser| parser.parse_statements());
        let statements = parsed.map_err(|error| Refusal::Unreadable(error.to_string()))?;
        let [Statement::Query(query)] = statements.as_slice() else {
            return Err(if statements.len() == 1 {
                Refusal::NoSelect("it does something else")
            } else {
                Refusal::Several(statements.len())
            });
        };
        self.outermost(query)?;
        let mut walk = Walk { allowed: self, own: BTreeSet::new() };
        match query.visit(&mut walk) {
            ControlFlow::Break(refusal) => Err(refusal),
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    /// The limit counts where the rows come out.
    fn outermost(&self, query: &Query) -> Result<(), Refusal> {
        let limit = match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit: Some(Expr::Value(value)), limit_by, .. }) if limit_by.is_empty() => {
                match &value.value {
                    Value::Number(number, _) => number.parse::<u64>().ok(),
                    _ => None,
                }
            }
            _ => None,
        };
        limit.filter(|limit| *limit <= self.limit).map(|_| ()).ok_or(Refusal::Limit(self.limit))
    }
}

/// Walks every part of a statement.
struct Walk<'s> {
    allowed: &'s Statements,
    /// Tables that the statement itself names in `WITH`.
    own: BTreeSet<String>,
}

impl Visitor for Walk<'_> {
    type Break = Refusal;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refusal> {
        let refuse = |what| ControlFlow::Break(Refusal::NoSelect(what));
        if !query.locks.is_empty() || query.for_clause.is_some() {
            return refuse("it locks rows");
        }
        if query.format_clause.is_some() || query.settings.is_some() || !query.pipe_operators.is_empty() {
            return refuse("it changes settings");
        }
        if let Some(with) = &query.with {
            self.own.extend(with.cte_tables.iter().map(|table| table.alias.name.value.to_lowercase()));
        }
        if reads_only(&query.body, 0) { ControlFlow::Continue(()) } else { refuse("a part of it is no SELECT") }
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<Refusal> {
        let name = plain(name);
        if self.allowed.tables.contains(&name) || self.own.contains(&name) {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(Refusal::Table(name))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refusal> {
        match factor {
            TableFactor::Table { args: None, .. } | TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => {
                ControlFlow::Continue(())
            }
            TableFactor::Table { name, .. } => ControlFlow::Break(Refusal::Function(plain(name))),
            _ => ControlFlow::Break(Refusal::NoSelect("it reads from a function")),
        }
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<Refusal> {
        match expression {
            Expr::Function(function) => {
                let name = plain(&function.name);
                if self.allowed.functions.contains(&name) {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(Refusal::Function(name))
                }
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Whether a body is made of `SELECT` and of sets of them, without `INTO`.
fn reads_only(body: &SetExpr, depth: usize) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_none(),
        SetExpr::SetOperation { left, right, .. } => {
            depth < DEPTH && reads_only(left, depth + 1) && reads_only(right, depth + 1)
        }
        SetExpr::Query(_) | SetExpr::Values(_) => true,
        _ => false,
    }
}

/// A name in lower case, without quotes.
fn plain(name: &ObjectName) -> String {
    let parts = name.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone()));
    parts.collect::<Vec<_>>().join(".").to_lowercase()
}

/// The longest statement, in bytes.
const LONGEST: usize = 16 << 10;
/// How deeply a statement may be nested.
const DEPTH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str) -> Result<(), Refusal> {
        Statements::new(["orders", "shop.books"], ["count", "lower"], 100).check(sql)
    }

    #[test]
    fn what_only_reads_is_allowed() {
        for sql in [
            "SELECT * FROM orders LIMIT 10",
            "select count(*), lower(name) from Orders o join shop.books b on b.id = o.book where o.total > 5 limit 100",
            "WITH late AS (SELECT id FROM orders WHERE days > 9) SELECT id FROM late LIMIT 5",
            "SELECT id FROM orders UNION SELECT id FROM \"orders\" LIMIT 5",
            "SELECT id FROM orders WHERE id IN (SELECT id FROM shop.books) ORDER BY id LIMIT 1 OFFSET 3;",
        ] {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let table = |name: &str| Refusal::Table(name.to_owned());
        let function = |name: &str| Refusal::Function(name.to_owned());
        for (sql, refusal) in [
            ("SELECT * FROM users LIMIT 1", table("users")),
            ("SELECT * FROM orders WHERE id = (SELECT max FROM users) LIMIT 1", table("users")),
            ("SELECT id FROM orders UNION SELECT password FROM users LIMIT 1", table("users")),
            ("WITH x AS (SELECT * FROM users) SELECT * FROM x LIMIT 1", table("users")),
            ("SELECT * FROM orders", Refusal::Limit(100)),
            ("SELECT * FROM orders LIMIT 101", Refusal::Limit(100)),
            ("SELECT * FROM orders LIMIT ALL", Refusal::Limit(100)),
            ("SELECT pg_read_file('x') FROM orders LIMIT 1", function("pg_read_file")),
            ("SELECT * FROM orders ORDER BY sleep(5) LIMIT 1", function("sleep")),
            ("SELECT 1; SELECT 2", Refusal::Several(2)),
            ("", Refusal::Several(0)),
        ] {
            assert_eq!(check(sql), Err(refusal), "{sql}");
        }
        for sql in [
            "DELETE FROM orders",
            "DROP TABLE orders",
            "SELECT * INTO x FROM orders LIMIT 1",
            "SELECT * FROM orders LIMIT 1 FOR UPDATE",
            "WITH x AS (DELETE FROM orders RETURNING id) SELECT * FROM x LIMIT 1",
            "SELECT * FROM read_csv('/etc/passwd') LIMIT 1",
            "SELECT /*! 1 */ * FROM orders LIMIT 1",
            "SELECT * FROM",
            "COPY orders TO '/tmp/x'",
            "EXPLAIN ANALYZE DELETE FROM orders",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
        assert!(check(&format!("SELECT {}1{} FROM orders LIMIT 1", "(".repeat(2000), ")".repeat(2000))).is_err());
    }
}
