//! Settings that switch something: an environment variable, or an argument of the command line.

use std::ops::Range;

use crate::input::infrastructure::{Truth, Workload, is_false, is_true};

/// A setting, and what it must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Switch {
    /// An environment variable.
    Variable(&'static str, Is),
    /// An argument such as `--api-key`, alone or with a value.
    Argument(&'static str, Is),
    /// Words that follow each other in the command line.
    Words(&'static str),
    /// The last part of a path in the command line ends so: a configuration file that cannot be seen.
    File(&'static str),
}

/// What a setting must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    /// There, and not empty.
    Set,
    /// There, whatever the value.
    There,
    /// There, and empty.
    Empty,
    /// Switched on.
    True,
    /// Switched off.
    False,
    /// One of these, in any case.
    Of(&'static [&'static str]),
    /// Beginning with this.
    Starting(&'static str),
}

/// How sure it is that a switch is thrown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Thrown {
    /// The file says so, here.
    Yes(Range<usize>),
    /// By a default of the file that the environment may replace.
    ByDefault(Range<usize>),
    /// The setting is there, its value comes from elsewhere.
    Perhaps,
    /// It is not there, or says otherwise.
    No,
}

impl Thrown {
    /// Where the file throws it.
    pub(crate) fn place(self) -> Option<Range<usize>> {
        match self {
            Self::Yes(place) | Self::ByDefault(place) => Some(place),
            Self::Perhaps | Self::No => None,
        }
    }
}

impl Switch {
    /// Whether a workload throws this switch.
    pub(crate) fn thrown(self, workload: &Workload<'_>) -> Thrown {
        match self {
            Self::Variable(name, is) => variable(workload, name, is),
            Self::Argument(name, is) => argument(workload, name, is),
            Self::Words(words) => workload.command.find(words).map_or(Thrown::No, Thrown::Yes),
            Self::File(end) => {
                let mut words = workload.command.words().iter();
                if words.any(|word| word.text.ends_with(end)) { Thrown::Perhaps } else { Thrown::No }
            }
        }
    }
}

fn variable(workload: &Workload<'_>, name: &str, is: Is) -> Thrown {
    let Some(setting) = workload.variable(name) else { return Thrown::No };
    let span = setting.span().clone();
    match (setting.known(), setting.truth) {
        (None, _) => Thrown::Perhaps,
        (Some(value), Truth::Default) if is.holds(value) => Thrown::ByDefault(span),
        (Some(value), _) if is.holds(value) => Thrown::Yes(span),
        _ => Thrown::No,
    }
}

fn argument(workload: &Workload<'_>, name: &str, is: Is) -> Thrown {
    let Some(argument) = workload.command.argument(name) else { return Thrown::No };
    match (argument.value, is) {
        (_, Is::There) | (None, Is::True) => Thrown::Yes(argument.span),
        (Some(value), Is::Set) if value.text.contains('$') => Thrown::Yes(argument.span),
        (Some(value), _) if value.text.contains('$') => Thrown::Perhaps,
        (Some(value), _) if is.holds(&value.text) => Thrown::Yes(argument.span),
        // A flag that takes no value is followed by something that is not its value.
        (Some(value), Is::True) if !is_false(&value.text) => Thrown::Yes(argument.span),
        _ => Thrown::No,
    }
}

impl Is {
    fn holds(self, value: &str) -> bool {
        match self {
            Self::Set => !value.is_empty(),
            Self::There => true,
            // Quotes that no shell took away.
            Self::Empty => matches!(value, "" | "''" | "\"\""),
            Self::True => is_true(value),
            Self::False => is_false(value),
            Self::Of(words) => words.iter().any(|word| value.trim().eq_ignore_ascii_case(word)),
            Self::Starting(head) => value.starts_with(head),
        }
    }
}
