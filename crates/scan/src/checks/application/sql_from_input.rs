//! SQL statements that are put together from values.

use palisade_base::{Check, Confidence, Finding, Meta, Severity};
use palisade_formats::python::{Call, Id, Kind, Module, Origin};

use super::MOST;
use crate::{
    Input,
    input::application::{Code, INPUT, MODEL, UNKNOWN, executes_sql, is_database, is_sql},
};

palisade_base::meta! {
    /// ## What it does
    /// Finds SQL statements that are built with f-strings, `%`, `.format`, `+` or `.join` from values that are not constants and
    /// are handed to something that executes them (`execute`, `executemany`, `read_sql`, `raw`, `fetch` and the like).
    /// Values that come from a request are followed through the file and make the finding high; values whose origin is
    /// not in the file make it medium.
    ///
    /// ## Why it matters
    /// Text in a statement is part of the statement. A value such as `' OR 1=1 --` reads every conversation, embedding
    /// and account in the database, or changes them. A system is as secure as this line, however well its model is guarded.
    ///
    /// ## Example
    /// ```python
    /// cursor.execute(f"SELECT * FROM tickets WHERE owner = '{request.args['owner']}'")
    /// ```
    ///
    /// ## What to do
    /// Pass values beside the statement, and choose names of tables and columns from a fixed set:
    /// ```python
    /// cursor.execute("SELECT * FROM tickets WHERE owner = ?", (request.args["owner"],))
    /// ```
    ///
    /// ## Limits
    /// Statements that are built in another file are not seen. Model output in statements is reported by
    /// `model-output-execution`. Names in capitals and values of imported modules count as constants.
    ///
    /// ## References
    /// - OWASP Top 10 2021, A03 injection
    /// - CWE-89: SQL injection
    static META: Check = {
        name: "sql-from-input",
        summary: "an SQL statement is put together from values",
        severity: High,
        components: [Application],
        threats: [Injection],
        stages: [Deployment],
        since: "0.1.0",
    }
}

pub(super) struct SqlFromInput;

impl Check<Input<'_>> for SqlFromInput {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Code(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        if let Input::Code(code) = input {
            code.module.calls().iter().filter_map(|call| judge(code, call)).take(MOST).for_each(report);
        }
    }
}

fn judge(code: &Code<'_>, call: &Call) -> Option<Finding> {
    let module = &code.module;
    if !executes_sql(module, call) {
        return None;
    }
    let statement = code.statement(call)?;
    let built = module.built(statement);
    let is_built = built.holes.as_slice() != [statement];
    let holes = || built.holes.iter().copied().filter(|hole| !code.is_checked(*hole));
    let origin = |label| holes().find_map(|hole| code.flow().origin(hole, label).map(|origin| (hole, origin)));
    if holes().any(|hole| code.flow().origin(hole, MODEL).is_some()) || !(is_built && is_sql(&built.literal)) {
        // Whole statements from a request are as bad; anything else that is not built here is someone else's.
        let (_, from) = origin(INPUT).filter(|(_, from)| !is_built && from.sure && is_database(module, call))?;
        return Some(finding(code, call, statement, Some(from), Severity::High, Confidence::Medium));
    }
    if let Some((hole, from)) = origin(INPUT) {
        let confidence = if from.sure { Confidence::High } else { Confidence::Medium };
        return Some(finding(code, call, hole, Some(from), Severity::High, confidence));
    }
    let (hole, from) = origin(UNKNOWN)?;
    let severity = if is_own_setting(module, hole) || names_an_identifier(&module.spelling(hole)) {
        Severity::Low
    } else {
        Severity::Medium
    };
    let confidence = if from.sure { Confidence::Medium } else { Confidence::Low };
    Some(finding(code, call, hole, None, severity, confidence))
}

fn finding(
    code: &Code<'_>,
    call: &Call,
    hole: Id,
    from: Option<Origin>,
    severity: Severity,
    confidence: Confidence,
) -> Finding {
    let module = &code.module;
    let shown: String = module.text(hole).chars().take(60).collect();
    let what = if from.is_some() { "input" } else { "a value" };
    let message = format!(
        "an SQL statement is put together from {what}: `{}`",
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let long = module.text(call.node).lines().count() > 6;
    let node = if long { module.positional(call.node).next().unwrap_or(call.node) } else { call.node };
    let mut finding = Finding::builder(&META, code.evidence(node, "executed here"), message)
        .severity(severity)
        .confidence(confidence)
        .advice("pass values as parameters beside the statement");
    if let Some(from) = from {
        finding = finding.also(code.evidence(from.node, "the value comes from outside"));
    }
    if !module.is_within(hole, call.node) {
        finding = finding.also(code.evidence(hole, "put into the statement here"));
    }
    finding.build()
}

/// An attribute of `self` is usually set by whoever makes the object.
fn is_own_setting(module: &Module, hole: Id) -> bool {
    module.kind(hole) == Kind::Attribute && module.text(hole).starts_with("self.")
}

/// Names of tables and columns are seldom in anyone's hands.
fn names_an_identifier(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "table",
        "ident",
        "keyspace",
        "graph",
        "dataset",
        "collection",
        "suffix",
        "tbl",
        "column",
        "col",
        "schema",
        "field",
        "index",
        "placeholder",
        "database",
        "db_name",
        "dbname",
        "order",
        "sort",
        "view",
        "dialect",
        "prefix",
    ]
    .iter()
    .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use palisade_base::Severity::{High, Low, Medium};

    use crate::testing::findings;

    fn judged(text: &str) -> Vec<palisade_base::Severity> {
        findings("sql-from-input", "a.py", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn built_statements_are_found() {
        for (text, severity) in [
            ("from flask import request\ncur.execute(f\"select * from t where a = '{request.args['a']}'\")", High),
            (
                "from flask import request\nq = 'select * from t where a = ' + request.form.get('a')\ndb.session.execute(q)",
                High,
            ),
            (
                "@app.get('/t/{i}')\ndef t(i: str, db: Session = Depends(get_db)):\n    return db.execute(text('select * from t where i = %s' % i))",
                High,
            ),
            ("name = input()\nconn.execute('delete from t where n = \"{}\"'.format(name))", High),
            (
                "def view(request):\n    return Model.objects.raw(f'select * from t where a = {request.GET[\"a\"]}')",
                High,
            ),
            ("from flask import request\ncursor.execute(request.json['sql'])", High),
            ("def find(name):\n    cursor.execute(f\"select * from users where name = '{name}'\")", Medium),
            (
                "def find(name):\n    q = 'select * from users'\n    q += f\" where name = '{name}'\"\n    cursor.execute(q)",
                Medium,
            ),
            ("def drop(table):\n    cursor.execute(f'drop table {table}')", Low),
        ] {
            assert_eq!(judged(text), [severity], "{text}");
        }
    }

    #[test]
    fn parameters_and_constants_are_quiet() {
        for text in [
            "from flask import request\ncur.execute('select * from t where a = ?', (request.args['a'],))",
            "def f(ids):\n    cur.execute(f\"select * from t where i in ({','.join('?' for _ in ids)})\", ids)",
            "def f(ids):\n    marks = ','.join(['%s'] * len(ids))\n    cur.execute('select * from t where i in (' + marks + ')', ids)",
            "TABLE = 'users'\ncur.execute(f'select * from {TABLE}')",
            "def f():\n    for t in ('a', 'b'):\n        cur.execute(f'delete from {t}')",
            "def f(limit: int):\n    cur.execute(f'select * from t limit {limit}')",
            "def f(n):\n    cur.execute('select * from t limit %d' % int(n))",
            "from psycopg2 import sql\ndef f(t):\n    cur.execute(sql.SQL('select * from {}').format(sql.Identifier(t)))",
            "def f(c):\n    executor.execute(f'hello {c}')",
            "def f(c):\n    if c not in COLUMNS:\n        raise ValueError\n    cur.execute(f'select {c} from t')",
            "session.execute(select(User).where(User.name == name))",
            "def f(q):\n    cur.execute(q)",
        ] {
            assert_eq!(judged(text), [], "{text}");
        }
    }
}
