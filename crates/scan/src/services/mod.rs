//! What Palisade knows of the servers that AI systems are made of: how to recognise them, where they listen, and how
//! their authentication is switched. Facts only; checks judge.

mod credentials;
mod inference;
mod secrets;
mod stores;
mod switch;
mod workbenches;

use std::ops::Range;

use palisade_base::Severity;

use crate::input::infrastructure::Workload;

pub(crate) use credentials::{WEAK, is_common_password};
pub(crate) use secrets::{judge_secret, names_a_secret};
pub(crate) use switch::{Is, Switch, Thrown};

/// One kind of server.
#[derive(Debug)]
pub(crate) struct Service {
    /// What people call it.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Ends of image paths, see [`crate::input::infrastructure::Reference::matches`].
    images: &'static [&'static str],
    /// Words that stand in its command line.
    commands: &'static [&'static str],
    /// Where it listens unless told otherwise; the first is the main one.
    ports: &'static [u16],
    /// Whether callers must say who they are.
    pub(crate) authentication: Authentication,
    /// How bad it is if strangers reach it.
    pub(crate) severity: Severity,
    /// What a stranger can do, behind "anyone who reaches it can".
    pub(crate) stranger: &'static str,
    /// How to close it.
    pub(crate) cure: &'static str,
}

/// What a server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It runs models.
    Inference,
    /// It stores vectors, documents, artifacts or other data.
    Store,
    /// People or programs work with it: notebooks, trackers, builders, clusters, chat front ends.
    Workbench,
}

/// Whether callers must say who they are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Authentication {
    /// It has none of its own: something in front must ask.
    Never,
    /// Only if one of these is set.
    IfSet(&'static [Switch]),
    /// Unless one of these is set.
    Unless(&'static [Switch]),
}

/// How a workload was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// By its command or its image.
    Certain,
    /// By its name and its port.
    Likely,
}

/// Every server in the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Service> {
    [inference::SERVICES, stores::SERVICES, workbenches::SERVICES].into_iter().flatten()
}

/// Which server a workload is: by its command, else its image, else its name together with its port.
pub(crate) fn identify(workload: &Workload<'_>) -> Option<(&'static Service, Sign)> {
    let by_command = || all().find(|service| service.is_started_by(workload));
    let by_image = || {
        let reference = workload.image.as_ref()?.reference.as_ref()?;
        all().find(|service| service.images.iter().any(|pattern| reference.matches(pattern)))
    };
    let by_name = || {
        let name = workload.name.to_lowercase();
        let named = |service: &&Service| service.name_tokens().any(|token| has_token(&name, &token));
        all().find(|service| named(service) && workload.openings.iter().any(|opening| service.listens(opening.ports)))
    };
    let certain = by_command().or_else(by_image).map(|service| (service, Sign::Certain));
    certain.or_else(|| by_name().map(|service| (service, Sign::Likely)))
}

/// Whether strangers are let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// They are; where the file switches authentication off, here.
    Open(Option<Range<usize>>),
    /// They must authenticate, or a setting from elsewhere may make them.
    Closed,
    /// Settings that would tell are not in the file.
    Unknown,
}

impl Service {
    pub(crate) fn is_started_by(&self, workload: &Workload<'_>) -> bool {
        self.commands.iter().any(|words| workload.command.starts(words).is_some())
    }

    /// Whether this workload lets strangers in, once they reach it.
    pub(crate) fn door(&self, workload: &Workload<'_>) -> Door {
        let thrown = |switches: &[Switch]| switches.iter().map(|switch| switch.thrown(workload)).collect::<Vec<_>>();
        match self.authentication {
            Authentication::IfSet(switches) if thrown(switches).iter().any(|one| *one != Thrown::No) => Door::Closed,
            Authentication::IfSet(_) if workload.hidden_environment || workload.partial => Door::Unknown,
            Authentication::Never | Authentication::IfSet(_) => Door::Open(None),
            Authentication::Unless(switches) => {
                let mut off = thrown(switches).into_iter();
                off.find_map(Thrown::place).map_or(Door::Closed, |place| Door::Open(Some(place)))
            }
        }
    }

    /// Words by which people name a deployment of it: its own name and the names of its images.
    fn name_tokens(&self) -> impl Iterator<Item = String> {
        let images =
            self.images.iter().map(|pattern| pattern.rsplit('/').next().unwrap_or_default().trim_end_matches('*'));
        images
            .map(str::to_owned)
            .chain([self.name.to_lowercase().replace(' ', "-")])
            .filter(|token| token.len() > 3 && !["server", "serving", "api"].contains(&token.as_str()))
    }

    /// Whether it usually listens on one of these ports; not, if the ports are unknown.
    pub(crate) fn listens(&self, ports: Option<(u16, u16)>) -> bool {
        ports.is_some_and(|(first, last)| self.ports.iter().any(|port| (first..=last).contains(port)))
    }
}

/// Whether `token` stands in `name` between separators.
fn has_token(name: &str, token: &str) -> bool {
    name.match_indices(token).any(|(at, _)| {
        let before = name.get(..at).and_then(|head| head.chars().next_back());
        let after = name.get(at + token.len()..).and_then(|tail| tail.chars().next());
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        for service in all() {
            assert!(!service.images.is_empty() || !service.commands.is_empty(), "{}", service.name);
            assert!(!service.stranger.is_empty() && !service.stranger.ends_with('.'), "{}", service.name);
            assert!(!service.cure.is_empty() && !service.cure.ends_with('.'), "{}", service.name);
            for image in service.images {
                assert_eq!(*image, image.to_lowercase(), "{}", service.name);
            }
        }
    }

    #[test]
    fn names_match_between_separators() {
        assert!(has_token("my-ollama", "ollama"));
        assert!(has_token("ollama_gpu", "ollama"));
        assert!(!has_token("ollamaproxy", "ollama"));
    }
}
