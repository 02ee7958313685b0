//! How much memory the calls take that make values out of numbers: a few bytes can ask for more than there is.

use super::{
    AnomalyKind,
    arena::Shape,
    imports::Role,
    machine::Machine,
    value::{Kind, Value},
};

/// Sounds an alarm if the call of something with this role fills memory, or a tensor lies about its storage.
pub(super) fn weigh(machine: &mut Machine<'_, '_>, role: Role, arguments: Value, offset: usize) {
    let Some((items, _)) = machine.arena.list(arguments) else { return };
    let weight = match (role, items) {
        (Role::Fills, [first, ..]) => sides(machine, &[*first]).max(count(machine, *first, DEPTH)),
        (Role::Gathers, [first, rest @ ..]) => {
            let second = rest.first().map_or(0, |second| count(machine, *second, DEPTH));
            count(machine, *first, DEPTH).max(second)
        }
        (Role::Shaped, [first, rest @ ..]) => match machine.arena.list(*first) {
            Some((shape, _)) if !shape.is_empty() => sides(machine, shape),
            // A class in front of the shape, or a shape that is not put into a tuple.
            _ if matches!(first.kind(), Kind::Global(_)) => {
                rest.first().and_then(|shape| machine.arena.list(*shape)).map_or(0, |(shape, _)| sides(machine, shape))
            }
            _ => sides(machine, &[*first]),
        },
        (Role::Multiplies, [first, second, ..]) => product(machine, *first, *second, DEPTH),
        (Role::Tensor, [_, start, size, stride, ..]) => return tensor(machine, [*start, *size, *stride], offset),
        _ => 0,
    };
    if weight > LARGE {
        machine.odd(offset, AnomalyKind::Bomb, "it makes a value that fills gigabytes of memory");
    }
}

/// How many elements there are in a storage that lies beside the pickle: its id says so.
pub(super) fn storage(machine: &mut Machine<'_, '_>, id: Value, offset: usize) {
    let items = machine.arena.list(id).map(|(items, _)| items).unwrap_or_default();
    let [tag, class, .., last] = items else { return };
    let length = match items.get(4).unwrap_or(last).kind() {
        Kind::Int(length) => u64::try_from(length).ok(),
        _ => None,
    };
    let is_class = matches!(class.kind(), Kind::Global(_));
    let tag = *tag;
    if !is_class || machine.text(tag).as_deref() != Some("storage") {
        return;
    }
    machine.storage = length;
    if length.is_some_and(|length| length > ABSURD) {
        machine.odd(offset, AnomalyKind::Bomb, "a storage that claims more elements than any memory holds");
    }
}

/// A tensor over the storage that was named last, which is the one in front of it: picklers name it for each tensor.
fn tensor(machine: &mut Machine<'_, '_>, [start, size, steps]: [Value; 3], offset: usize) {
    let held = machine.storage.take();
    let (Some((size, true)), Some((steps, true))) = (machine.arena.list(size), machine.arena.list(steps)) else {
        return;
    };
    let elements = sides(machine, size);
    let reach = size.iter().zip(steps).try_fold(0u64, |reach, pair| match (pair.0.kind(), pair.1.kind()) {
        (Kind::Int(count), Kind::Int(apart)) => {
            let last = u64::try_from(count).ok()?.checked_sub(1)?;
            reach.checked_add(last.checked_mul(u64::try_from(apart).ok()?)?)
        }
        _ => None,
    });
    let from = match start.kind() {
        Kind::Int(start) => u64::try_from(start).ok(),
        _ => None,
    };
    let end = from.zip(reach).and_then(|(from, reach)| from.checked_add(reach));
    if elements > ABSURD {
        machine.odd(offset, AnomalyKind::Bomb, "a tensor that claims more elements than any memory holds");
    } else if let (Some(held), Some(end)) = (held, end)
        && end >= held
        && size.len() == steps.len()
        && elements > 0
    {
        machine.odd(offset, AnomalyKind::Order, "a tensor that reaches past the end of its storage");
    }
}

/// How many elements iterating over a value yields, as far as that is known; the greatest number for one without end.
fn count(machine: &Machine<'_, '_>, value: Value, depth: usize) -> u64 {
    let Some(depth) = depth.checked_sub(1) else { return 0 };
    let view = machine.arena.view(value).filter(|view| view.shape == Shape::Object);
    let Some([callee, arguments, ..]) = view.map(|view| view.items) else { return 0 };
    let Kind::Global(name) = callee.kind() else { return 0 };
    let (Some(imported), Some((arguments, _))) = (machine.imported(name), machine.arena.list(*arguments)) else {
        return 0;
    };
    let of = |at: usize| arguments.get(at).map_or(0, |argument| count(machine, *argument, depth));
    let number = |at: usize| arguments.get(at).map_or(0, |argument| number(*argument));
    match (imported.name.module.as_str(), imported.name.name.as_str()) {
        ("builtins", "range") => match arguments.len() {
            1 => clamp(number(0)),
            2 => clamp(number(1).saturating_sub(number(0))),
            _ => match (number(1).saturating_sub(number(0)), number(2)) {
                (_, 0) => 0,
                (width, step) => clamp(width.checked_div(step).unwrap_or(0)),
            },
        },
        ("builtins", "zip") => (0..arguments.len()).map(of).min().unwrap_or(0),
        ("builtins", "map" | "filter") => of(1),
        ("builtins", "enumerate" | "iter" | "reversed" | "sorted") => of(0),
        ("itertools", "repeat") if arguments.len() > 1 => clamp(number(1)),
        ("itertools", "repeat" | "count" | "cycle") => u64::MAX,
        ("itertools", "islice") if arguments.len() == 2 => of(0).min(clamp(number(1))),
        ("itertools", "islice") => of(0).min(clamp(number(2))),
        ("itertools", "chain" | "zip_longest") => (0..arguments.len()).map(of).max().unwrap_or(0),
        ("itertools", "product") => (0..arguments.len()).map(|at| of(at).max(1)).fold(1, u64::saturating_mul),
        _ if imported.role == Role::Gathers => of(0),
        _ if imported.role == Role::Fills => clamp(number(0)).max(of(0)),
        _ if imported.role == Role::Multiplies => match arguments {
            [first, second, ..] => product(machine, *first, *second, depth),
            _ => 0,
        },
        _ => 0,
    }
}

/// How long a sequence becomes that is multiplied by a number; numbers alone are no sequence.
fn product(machine: &Machine<'_, '_>, first: Value, second: Value, depth: usize) -> u64 {
    let long = |value: Value| match value.kind() {
        Kind::Text(_) | Kind::Bytes(_) => 1,
        Kind::Node(_) => match machine.arena.list(value) {
            Some((items, _)) => items.len() as u64,
            None => count(machine, value, depth),
        },
        _ => 0,
    };
    let times = |value: Value| clamp(number(value));
    long(first).saturating_mul(times(second)).max(long(second).saturating_mul(times(first)))
}

/// The product of the sides of a shape; 0 if one of them is not known.
fn sides(machine: &Machine<'_, '_>, shape: &[Value]) -> u64 {
    let side = |value: &Value| match machine.arena.list(*value) {
        Some((inner, _)) if !inner.is_empty() => inner.iter().map(|side| clamp(number(*side))).product_of(),
        _ => clamp(number(*value)),
    };
    shape.iter().map(side).product_of()
}

/// Products that do not overflow.
trait Product: Iterator<Item = u64> + Sized {
    fn product_of(self) -> u64 {
        self.fold(1, u64::saturating_mul)
    }
}

impl<I: Iterator<Item = u64>> Product for I {}

/// A number; one that is too large for the walk is as large as can be.
fn number(value: Value) -> i64 {
    match value.kind() {
        Kind::Int(number) => number,
        _ if value == Value::HUGE => i64::MAX,
        _ => 0,
    }
}

fn clamp(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// More elements than this take gigabytes.
const LARGE: u64 = 1 << 30;
/// More elements than any storage has.
const ABSURD: u64 = 1 << 42;
/// How many iterators around one another are looked into.
const DEPTH: usize = 8;
