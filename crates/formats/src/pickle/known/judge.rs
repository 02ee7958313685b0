//! How dangerous it is to call or make something with the arguments at hand.

use super::{Known, hint};

/// How dangerous it is to call a name with the arguments at hand, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Danger {
    /// Makes a value and does nothing else.
    Harmless,
    /// Makes an object of a class of a known machine learning library.
    Class,
    /// Makes an object of a class that is not known, from data alone.
    ForeignClass,
    /// Calls a class that is not known with text or with a function, or a function that is not known but named like one
    /// that puts objects together again.
    ForeignCall,
    /// Calls a function, hands a path, address, command or code to a class, or alters a class or module; nobody knows
    /// what it does.
    Function,
    /// Calls something that runs code, or reaches files, processes or the network.
    Executor,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pickle) enum How {
    /// An object is made of it without initialising it (`NEWOBJ`, `NEWOBJ_EX`): only classes can be used so, and of their
    /// code `__new__` and, for the state, `__setstate__` run.
    Made,
    /// It is called (`REDUCE`, `INST`, `OBJ`): of a class, `__init__` runs as well.
    Called,
}

/// What an argument is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pickle) enum Handed {
    /// Numbers, bytes, `None`, and what the walk does not follow because it cannot hold a name.
    Data,
    Text(String),
    Name(Known),
    /// The items of a container.
    Several(Vec<Handed>),
    /// What a call returned.
    Object,
}

/// How dangerous it is to use a name of which this much is known, with these arguments.
pub(in crate::pickle) fn judge(known: Known, how: How, handed: &[Handed]) -> Danger {
    let first = handed.first();
    let rest = handed.get(1..).unwrap_or_default();
    let called = how == How::Called;
    match known {
        Known::Harmless | Known::Partial | Known::Or => Danger::Harmless,
        Known::Rebuild => names(handed, rebuilt),
        Known::Made => first.map_or(Danger::Harmless, made).max(names(rest, rebuilt)),
        Known::Created => {
            let class = match first {
                Some(Handed::Name(class)) => judge(*class, How::Made, rest),
                _ => Danger::Harmless,
            };
            class.max(names(rest, rebuilt))
        }
        Known::Calls => calls(handed),
        Known::Reconstructor => reconstructed(handed),
        Known::Applies => applies(handed),
        Known::TypeOf if handed.len() == 1 => Danger::Harmless,
        Known::Reduce if first == Some(&Handed::Name(Known::Or)) => Danger::Harmless,
        Known::ByAttribute => attribute(handed),
        Known::ByName => match first {
            Some(Handed::Text(module)) if matches!(module.split('.').next(), Some("numpy" | "scipy")) => {
                Danger::Harmless
            }
            _ => Danger::Executor,
        },
        Known::Class if called && any(handed, &|item| is_telling(item) || is_callable(item)) => Danger::Function,
        Known::Class | Known::Error => Danger::Class,
        Known::ForeignClass if called && any(handed, &is_telling) => Danger::Function,
        Known::ForeignClass if called && any(handed, &|item| is_text(item) || is_callable(item)) => Danger::ForeignCall,
        Known::ForeignClass if any(handed, &is_telling) => Danger::ForeignCall,
        Known::ForeignClass => Danger::ForeignClass,
        Known::ForeignRebuild if any(handed, &|item| is_telling(item) || is_callable(item)) => Danger::Function,
        Known::ForeignRebuild => Danger::ForeignCall,
        Known::Opens if !called && handed.is_empty() => Danger::Class,
        Known::LibraryFunction if !called && !any(handed, &is_telling) => Danger::Class,
        Known::Function if !called && !any(handed, &is_telling) => Danger::ForeignClass,
        Known::Opens | Known::LibraryFunction | Known::Function | Known::LoadsPickle | Known::Denied => {
            Danger::Function
        }
        Known::Executor | Known::TypeOf | Known::Reduce => Danger::Executor,
    }
}

/// How dangerous it is that containers among the arguments hold names: functions of libraries are put into such by
/// honest objects.
pub(in crate::pickle) fn buried(handed: &[Handed]) -> Danger {
    let is_bad = |item: &Handed| matches!(item, Handed::Name(Known::Function | Known::Denied | Known::Executor));
    if any(handed, &is_bad) { Danger::Function } else { Danger::Harmless }
}

/// `copyreg._reconstructor(class, base, state)` makes an object of the class, and calls the base with the state.
fn reconstructed(handed: &[Handed]) -> Danger {
    match handed {
        [class, Handed::Name(base), state @ ..] => made(class).max(judge(*base, How::Called, state)),
        [class, Handed::Data, ..] | [class] => made(class),
        _ => Danger::Function,
    }
}

/// `_rebuild_from_type_v2(function, type, arguments, state)` calls a function that rebuilds.
fn applies(handed: &[Handed]) -> Danger {
    let Some((Handed::Name(known), rest)) = handed.split_first() else { return Danger::Function };
    if !matches!(known, Known::Rebuild | Known::Harmless | Known::Made | Known::Created | Known::Calls) {
        return Danger::Function;
    }
    let applied = match rest.get(1) {
        Some(Handed::Several(arguments)) => judge(*known, How::Called, arguments),
        _ => Danger::Harmless,
    };
    applied.max(names(rest, made_of))
}

/// Whatever is handed to a function that calls one of its arguments may be called with the others. Of a generator of
/// random numbers, that is the class that counts, and its name.
fn calls(handed: &[Handed]) -> Danger {
    let (mut callees, mut others) = (Vec::new(), Vec::new());
    flatten(handed, &mut callees, &mut others);
    let danger = |known: &Known| match judge(*known, How::Called, &others) {
        Danger::Class => Danger::Harmless,
        danger => danger,
    };
    callees.iter().filter(|known| **known != Known::Calls).map(danger).max().unwrap_or(Danger::Harmless)
}

fn flatten(handed: &[Handed], callees: &mut Vec<Known>, others: &mut Vec<Handed>) {
    for item in handed {
        match item {
            Handed::Name(known) => callees.push(*known),
            Handed::Several(items) => flatten(items, callees, others),
            item => others.push(item.clone()),
        }
    }
}

/// `getattr(of, name)` gives a method or a member, which is judged when it is called; some members lead to everything.
fn attribute(handed: &[Handed]) -> Danger {
    match handed {
        [of, Handed::Text(name), ..] if !name.starts_with("__") || name == "__new__" || name == "__init__" => {
            match of {
                Handed::Name(Known::Executor) => Danger::Executor,
                Handed::Name(Known::Denied) => Danger::Function,
                _ => Danger::Harmless,
            }
        }
        _ => Danger::Executor,
    }
}

/// A class that is handed over to make an object of it.
fn made(class: &Handed) -> Danger {
    match class {
        Handed::Name(known) => made_of(*known),
        _ => Danger::Harmless,
    }
}

fn made_of(known: Known) -> Danger {
    judge(known, How::Made, &[])
}

/// A name among the arguments of a function that puts something together: it may be called, so it must be no function.
fn rebuilt(known: Known) -> Danger {
    match known {
        Known::Opens
        | Known::LibraryFunction
        | Known::Function
        | Known::ForeignRebuild
        | Known::Denied
        | Known::Executor => Danger::Function,
        Known::ForeignClass => Danger::ForeignClass,
        _ => Danger::Harmless,
    }
}

/// The worst of the names among the arguments themselves.
fn names(handed: &[Handed], danger: fn(Known) -> Danger) -> Danger {
    let of = |item: &Handed| match item {
        Handed::Name(known) => danger(*known),
        _ => Danger::Harmless,
    };
    handed.iter().map(of).max().unwrap_or(Danger::Harmless)
}

fn any(handed: &[Handed], test: &dyn Fn(&Handed) -> bool) -> bool {
    handed.iter().any(|item| match item {
        Handed::Several(items) => any(items, test),
        item => test(item),
    })
}

fn is_telling(item: &Handed) -> bool {
    matches!(item, Handed::Text(text) if hint::is_telling(text))
}

fn is_text(item: &Handed) -> bool {
    matches!(item, Handed::Text(_))
}

fn is_callable(item: &Handed) -> bool {
    let Handed::Name(known) = item else { return false };
    matches!(known, Known::Opens | Known::LibraryFunction | Known::Function | Known::Denied | Known::Executor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Handed {
        Handed::Text(text.to_owned())
    }

    #[test]
    fn classes_are_judged_by_use_and_arguments() {
        use Danger::{Class, ForeignCall, ForeignClass, Function};
        let name = Handed::Name;
        for (known, how, handed, danger) in [
            (Known::ForeignClass, How::Made, vec![text("a b")], ForeignClass),
            (Known::ForeignClass, How::Made, vec![text("/tmp/x")], ForeignCall),
            (Known::Function, How::Made, vec![text("/tmp/x")], Function),
            (Known::ForeignClass, How::Called, vec![], ForeignClass),
            (Known::ForeignClass, How::Called, vec![Handed::Data], ForeignClass),
            (Known::ForeignClass, How::Called, vec![text("train")], ForeignCall),
            (Known::ForeignClass, How::Called, vec![name(Known::Function)], ForeignCall),
            (Known::ForeignClass, How::Called, vec![text("touch /tmp/x")], Function),
            (Known::ForeignClass, How::Called, vec![Handed::Several(vec![text("sh"), text("/tmp/x")])], Function),
            (Known::Class, How::Made, vec![text("/tmp/x")], Class),
            (Known::Class, How::Called, vec![text("train")], Class),
            (Known::Class, How::Called, vec![text("/tmp/x")], Function),
            (Known::Class, How::Called, vec![name(Known::Function)], Function),
            (Known::LibraryFunction, How::Made, vec![], Class),
            (Known::LibraryFunction, How::Called, vec![], Function),
            (Known::Function, How::Made, vec![], ForeignClass),
            (Known::Function, How::Called, vec![], Function),
            (Known::ForeignRebuild, How::Called, vec![text("a")], ForeignCall),
            (Known::ForeignRebuild, How::Called, vec![text("a.pkl")], Function),
            (Known::ForeignRebuild, How::Called, vec![name(Known::Function)], Function),
            (Known::Denied, How::Made, vec![], Function),
        ] {
            assert_eq!(judge(known, how, &handed), danger, "{known:?} {how:?} {handed:?}");
        }
    }

    #[test]
    fn functions_that_rebuild_betray_what_is_handed_to_them() {
        use Danger::{Class, Executor, ForeignClass, Function, Harmless};
        let name = Handed::Name;
        for (known, handed, danger) in [
            (Known::Rebuild, vec![Handed::Data, name(Known::Class)], Harmless),
            (Known::Rebuild, vec![name(Known::Function)], Function),
            (Known::Made, vec![name(Known::LibraryFunction), Handed::Data], Class),
            (Known::Made, vec![name(Known::Executor), Handed::Data], Executor),
            (Known::Made, vec![name(Known::Opens), text("w")], Class),
            (Known::Created, vec![name(Known::Opens), text("w")], Function),
            (Known::Created, vec![name(Known::Class), text("w")], Class),
            (Known::Calls, vec![text("/x"), name(Known::Class)], Function),
            (Known::Calls, vec![text("x"), name(Known::Opens)], Function),
            (Known::Calls, vec![text("x"), Handed::Several(vec![name(Known::Executor)])], Executor),
            (Known::Calls, vec![text("MT19937"), name(Known::Calls)], Harmless),
            (Known::Calls, vec![name(Known::Class)], Harmless),
            (Known::Reconstructor, vec![name(Known::ForeignClass), name(Known::Harmless), Handed::Data], ForeignClass),
            (Known::Reconstructor, vec![name(Known::Class), name(Known::Denied), text("x")], Function),
            (Known::Reconstructor, vec![name(Known::ForeignClass), name(Known::ForeignClass), text("a; b")], Function),
            (Known::Applies, vec![name(Known::Rebuild), name(Known::ForeignClass)], ForeignClass),
            (
                Known::Applies,
                vec![name(Known::Created), name(Known::Class), Handed::Several(vec![name(Known::Opens), text("w")])],
                Function,
            ),
            (Known::Applies, vec![name(Known::ForeignClass), name(Known::Class)], Function),
            (Known::TypeOf, vec![Handed::Data], Harmless),
            (Known::TypeOf, vec![text("A"), Handed::Data, Handed::Data], Executor),
            (Known::Reduce, vec![name(Known::Or), Handed::Data], Harmless),
            (Known::Reduce, vec![name(Known::Function), Handed::Data], Executor),
            (Known::ByAttribute, vec![Handed::Object, text("fit")], Harmless),
            (Known::ByAttribute, vec![Handed::Object, text("__globals__")], Executor),
            (Known::ByAttribute, vec![name(Known::Executor), text("system")], Executor),
            (Known::ByName, vec![text("numpy.core.umath"), text("add")], Harmless),
            (Known::ByName, vec![text("os"), text("system")], Executor),
        ] {
            assert_eq!(judge(known, How::Called, &handed), danger, "{known:?} {handed:?}");
        }
    }
}
