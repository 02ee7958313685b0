//! Values that would change the statement they are put into.

use libinjectionrs::detect_sqli;
use palisade_base::Meta;

use super::whole;
use crate::{Detector, Hit, Sort};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds values that would change the SQL statement they are put into. The value is taken apart into the tokens of SQL, as
    /// it stands and after each layer of percent encoding, and compared with the patterns that attacks make
    /// (libinjection); words alone prove nothing.
    ///
    /// ## Why it matters
    ///
    /// A model fills in what it was told. Where its words reach a database through a string, whoever writes to the model
    /// writes to the database.
    ///
    /// ## Example
    ///
    /// ```text
    /// find_order(number = "1' UNION SELECT password FROM users --")
    /// ```
    ///
    /// ## What to do
    ///
    /// Bind values as parameters. Where a model must write whole statements, allow only those that a list of tables and
    /// functions permits, and give the connection no right to write.
    ///
    /// ## Limits
    ///
    /// A statement that is meant to be a statement is not judged here. Second-order injection, where a stored value is put
    /// into a later statement, is out of sight.
    ///
    /// ## References
    ///
    /// - CWE-89, Improper Neutralization of Special Elements used in an SQL Command
    /// - Galbreath, libinjection: a C library for SQLi detection, Black Hat USA 2012
    static META: Detector = {
        name: "sql-injection",
        summary: "a value changes the SQL statement it is put into",
        severity: High,
        components: [Application, Data],
        threats: [Injection],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// Finds values that change statements.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqlInjection;

impl Detector for SqlInjection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Argument
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        // Longer values are texts; what matters of them stands near the start, where the string is left.
        let start = |reading: &str| reading.chars().take(LONGEST).collect::<String>();
        whole(text, |reading| detect_sqli(start(reading).as_bytes()).is_injection().then_some("sql-injection"))
    }
}

/// So many characters of a value are looked at.
const LONGEST: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_within_values() {
        for value in [
            "1' OR '1'='1",
            "1 UNION SELECT password FROM users",
            "x'; DROP TABLE orders; --",
            "1%27%20OR%201%3D1%20--",
            "admin'--",
            "1 AND SLEEP(5)",
            "1' AND 1=CONVERT(int,(SELECT @@version))--",
        ] {
            assert_eq!(SqlInjection.find(value).len(), 1, "{value}");
        }
    }

    #[test]
    fn ordinary_values() {
        for value in [
            "O'Brien",
            "select a colour",
            "1 or 2",
            "drop me a line",
            "rock'n'roll",
            "union station",
            "a = b",
            "42",
            "50% -- almost",
        ] {
            assert_eq!(SqlInjection.find(value), [], "{value}");
        }
    }
}
