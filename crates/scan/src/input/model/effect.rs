//! What loading, unpacking or running a model does besides computing with numbers, whatever the format.

use std::ops::Range;

use palisade_base::{Artifact, Evidence, Mask, Severity};

/// What a part of a model file does besides computing.
#[derive(Debug)]
pub struct Effects<'a> {
    /// The file or member.
    pub artifact: &'a Artifact,
    /// Its content.
    pub bytes: &'a [u8],
    /// What it is, with an article: `a TensorFlow graph`.
    pub title: &'static str,
    /// The effects, in the order of the file. May be empty: then it was read and does nothing else.
    pub effects: Vec<Effect>,
}

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Where in the content it is written.
    pub range: Range<usize>,
    /// What the file carries it in.
    pub carrier: Carrier,
    /// What is done.
    pub does: Does,
    /// When.
    pub when: When,
    /// What is done, a predicate that follows "loading it": `` runs the Python code of the layer `scale` ``.
    pub what: String,
}

/// What a model file carries an effect in: each has a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// An operator or layer of the graph, implemented by the framework or an extension of it: rule `unsafe-operator`.
    Operator,
    /// Code in the file itself, source or compiled: rule `embedded-code`.
    Code,
    /// The name of a class or function that the loader imports: rule `config-call`.
    Name,
}

/// What is done, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// Something that the framework itself brings and that is worth knowing.
    Known,
    /// Needs an extension or a class that is not known, and runs what that does.
    Custom,
    /// Calls a function that is not known to be harmless.
    Calls,
    /// Reads or writes files, or reaches the network.
    Reaches,
    /// Runs code or commands, or loads a library.
    Executes,
}

/// When it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When the file is loaded.
    Load,
    /// When the model is run.
    Run,
    /// When the model is installed, packed or served.
    Deploy,
}

impl When {
    /// The beginning of a message.
    pub fn words(self) -> &'static str {
        match self {
            Self::Load => "loading it",
            Self::Run => "running it",
            Self::Deploy => "deploying it",
        }
    }
}

/// How bad an effect is: by what is done, and by whether loading is enough.
pub(crate) fn severity_of(effect: &Effect) -> Severity {
    match (effect.does, effect.when) {
        (Does::Executes, When::Load) => Severity::Critical,
        (Does::Executes | Does::Reaches | Does::Calls, _) => Severity::High,
        (Does::Custom, _) => Severity::Medium,
        (Does::Known, _) => Severity::Info,
    }
}

/// Keeps the worst effects if there are more than can be listed, so that harmless ones push nothing out.
pub(crate) fn keep_worst(effects: &mut Vec<Effect>, most: usize) {
    if effects.len() > most {
        effects.sort_by_key(|effect| std::cmp::Reverse(severity_of(effect)));
        effects.truncate(most);
        effects.sort_by_key(|effect| effect.range.start);
    }
}

impl Effects<'_> {
    /// The effects that one kind of carrier has.
    pub(crate) fn carried_by(&self, carrier: Carrier) -> impl Iterator<Item = &Effect> {
        self.effects.iter().filter(move |effect| effect.carrier == carrier)
    }

    /// Evidence for one of the effects: as text if the content is text.
    pub fn evidence(&self, effect: &Effect, label: impl Into<String>) -> Evidence {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Evidence::text(self.artifact, text, effect.range.clone(), Mask::No, label.into()),
            Err(_) => Evidence::bytes(self.artifact, self.bytes, effect.range.clone(), label.into()),
        }
    }
}

/// For tests of rules: an input with one effect.
#[cfg(test)]
pub(crate) fn effects(carrier: Carrier, does: Does, when: When, judge: &mut dyn FnMut(&crate::Input<'_>)) {
    let effect = Effect { range: 0..1, carrier, does, when, what: "does something".to_owned() };
    let artifact = Artifact::file("m");
    judge(&crate::Input::Effects(Effects {
        artifact: &artifact,
        bytes: b"m",
        title: "a model",
        effects: vec![effect],
    }));
}
