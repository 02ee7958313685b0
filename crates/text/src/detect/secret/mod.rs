//! Secrets: tokens whose form says whose they are, and literals that are assigned to names of secrets.

mod assigned;
mod aws;
mod basic;
mod names;
mod noise;
mod pem;
mod places;
mod prose;
mod providers;
mod tokens;
mod url;
mod weak;

use palisade_base::Meta;

use self::providers::TOKENS;
use super::{Detector, Hit, Sort, escaped};

pub use self::noise::entropy;
pub(crate) use self::pem::LONGEST as LONGEST_KEY;

palisade_base::meta! {
    /// ## What it does
    /// Finds secrets in text: tokens of known providers by their prefix, alphabet, length and, where there is one,
    /// checksum (OpenAI, Anthropic, Hugging Face, AWS, Google, Azure, GitHub, GitLab, Slack, Stripe, npm, PyPI and others);
    /// private keys in PEM; JSON Web Tokens; passwords in URLs of databases; names and passwords of HTTP; secret keys of AWS
    /// beside their identifier; literals of high entropy that are assigned to names such as `password`, `secret`, `token` and
    /// `api_key`; and weak passwords behind a label that says what they are, in many languages.
    ///
    /// ## Why it matters
    /// A secret in a file is known to everyone who can read the file, its history and its copies: with it they use the
    /// model, the data and the bill of its owner.
    ///
    /// ## Example
    /// ```text
    /// DATABASE_URL=postgres://app:<the password>@db.example.org/tickets
    /// ```
    ///
    /// ## What to do
    /// Revoke the secret first: deleting the line does not take it back. Then read it from the environment or a secret
    /// store.
    ///
    /// ## Limits
    /// Placeholders, references to variables, hashes, identifiers and words are passed over, so a weak password that is a
    /// word is found only behind a label that nothing else has, beside a name of a user, or if it is among the most common
    /// ones. Whether a token still works is not tried.
    ///
    /// ## References
    /// - CWE-798: use of hard-coded credentials
    /// - GitHub documentation: token formats and their checksum
    static META: Detector = {
        name: "secret",
        summary: "a secret stands in a text",
        severity: High,
        components: [Application, Data, Infrastructure],
        threats: [SupplyChain, Extraction],
        stages: [Deployment, Operations],
        since: "0.1.0",
    }
}

/// Finds secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets;

impl Detector for Secrets {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Secret
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = plain(text);
        hits.extend(escaped::find(text, plain));
        in_order(hits)
    }
}

/// What stands in the open.
fn plain(text: &str) -> Vec<Hit> {
    let (mut exact, mut assigned) = (Vec::new(), Vec::new());
    // Behind a hit nothing of its kind is looked at until it ends.
    let (mut exact_until, mut assigned_until) = (0, 0);
    for found in places::of(text) {
        let (hits, until, hit) = match TOKENS.get(found.pattern) {
            _ if exact.len() + assigned.len() >= MOST => break,
            Some(_) if found.start < exact_until => continue,
            None if found.start < assigned_until => continue,
            Some(token) => (&mut exact, &mut exact_until, token.at(text, found.start)),
            None => (&mut assigned, &mut assigned_until, assigned::at(text, found.start, found.end)),
        };
        if let Some(hit) = hit {
            *until = hit.range.end;
            hits.push(hit);
        }
    }
    exact.extend(aws::beside(text, &exact));
    exact.sort_by_key(|hit| hit.range.start);
    join(exact, assigned)
}

impl Secrets {
    /// What kind of secret a setting is by its name, unless its value is empty, a placeholder or a reference.
    ///
    /// For files that are nothing but settings: there a name is enough, and a weak password is a secret too.
    pub fn named(name: &str, value: &str) -> Option<&'static str> {
        assigned::named(name, value)
    }

    /// Every kind of secret; some more than once.
    pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
        TOKENS.iter().map(|token| token.kind).chain([
            "api-key",
            "aws-secret-key",
            "password",
            "secret",
            "sentry-dsn",
            "token",
        ])
    }
}

/// Both kinds in the order of the text. Where they overlap, the one whose form is known wins.
fn join(exact: Vec<Hit>, assigned: Vec<Hit>) -> Vec<Hit> {
    let mut all = exact;
    let known = all.len();
    for hit in assigned {
        let next = all.iter().take(known).position(|other| other.range.end > hit.range.start);
        let overlaps = next.and_then(|next| all.get(next)).is_some_and(|other| other.range.start < hit.range.end);
        if !overlaps {
            all.push(hit);
        }
    }
    in_order(all)
}

/// In the order of the text; of two that overlap the first and longest.
fn in_order(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.range.start, usize::MAX - hit.range.end));
    hits.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    hits
}

/// The most hits in one text.
const MOST: usize = 1000;

#[cfg(test)]
mod tests;
