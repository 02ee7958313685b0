//! The short list of what a state dict may call, and what comes of it. Everything else is refused.

use super::{
    Dtype, Refusal, array, container,
    machine::{Item, Machine, Node, Place, Storage, Value, View},
};

/// The storage that a persistent id stands for: `("storage", class, key, location, count)`.
pub(super) fn storage(machine: &Machine<'_>, id: &Item) -> Result<Storage, Refusal> {
    let refuse = |what: &str| Refusal::new(id.at, what);
    let items = machine.items(&id.value).ok_or_else(|| refuse("a reference to something that is not a storage"))?;
    let [kind, class, key, _location, count, rest @ ..] = items else {
        return Err(refuse("a reference to something that is not a storage"));
    };
    let (Value::Text(kind, _), Value::Global(class), Value::Text(key, _)) = (&kind.value, &class.value, &key.value)
    else {
        return Err(refuse("a reference to something that is not a storage"));
    };
    if &**kind != "storage" || !rest.iter().all(|item| matches!(item.value, Value::Plain("nothing"))) {
        return Err(refuse("a reference to something that is not a storage, or to a view of one"));
    }
    let name = class.strip_prefix("torch.").unwrap_or_default();
    let name = ["cuda.", "storage."].iter().find_map(|module| name.strip_prefix(module)).unwrap_or(name);
    let dtype = match name {
        "UntypedStorage" | "_UntypedStorage" => None,
        _ => Some(
            Dtype::of_storage(name).ok_or_else(|| refuse(&format!("`{class}` is not a storage of plain numbers")))?,
        ),
    };
    let count = number(count).ok_or_else(|| refuse("a storage whose length is not a number"))?;
    Ok(Storage { place: Place::Key(key.clone()), dtype, count })
}

/// What a call returns.
pub(super) fn call(machine: &mut Machine<'_>, callee: &Item, arguments: &Item, at: usize) -> Result<Value, Refusal> {
    let Value::Global(name) = &callee.value else {
        return Err(Refusal::new(at, "it calls something that is computed while loading"));
    };
    let items = machine.items(&arguments.value).unwrap_or_default().to_vec();
    let unfit = || Refusal::new(at, format!("`{name}` is called in a way that no saved state does"));
    match (&**name, items.as_slice()) {
        ("collections.OrderedDict", []) => Ok(machine.node(Node::Dict(Vec::new()))),
        ("collections.OrderedDict", [entries]) => {
            let pairs = machine.items(&entries.value).ok_or_else(unfit)?;
            let pair = |item: &Item| match machine.items(&item.value)? {
                [key, value] => Some((key.clone(), value.clone())),
                _ => None,
            };
            let pairs: Option<Vec<_>> = pairs.iter().map(pair).collect();
            Ok(machine.node(Node::Dict(pairs.ok_or_else(unfit)?)))
        }
        ("torch.Size", [sides]) if machine.items(&sides.value).is_some() => Ok(sides.value.clone()),
        // How Python 3 writes bytes for Python 2: numbers in them do not lie in the file as they are.
        ("_codecs.encode", [..]) => Ok(Value::Plain("a string of bytes")),
        ("torch.device", [..]) => Ok(Value::Plain("the name of a device")),
        ("torch._utils._rebuild_parameter", [data, _, hooks]) if is_empty(machine, hooks) => {
            tensor(machine, data, unfit)
        }
        ("torch._utils._rebuild_parameter_with_state", [data, _, hooks, state])
            if is_empty(machine, hooks) && is_empty(machine, state) =>
        {
            tensor(machine, data, unfit)
        }
        ("torch._tensor._rebuild_from_type_v2", [function, class, inner, state])
            if is_empty(machine, state) && is_tensor_class(class) =>
        {
            call(machine, function, inner, at)
        }
        ("torch.storage._load_from_bytes", [Item { value: Value::Bytes(range), .. }]) if !machine.nested => {
            let storage = container::saved_storage(machine.bytes, range.clone())?;
            Ok(machine.node(Node::Storage(storage)))
        }
        (name, _) => match name.strip_prefix("torch._utils._rebuild_tensor") {
            Some(version @ ("" | "_v2" | "_v3")) => {
                let view = view(machine, version, &items, at)?;
                Ok(machine.node(Node::Tensor(view)))
            }
            _ => match array::call(machine, name, &items, at)? {
                Some(value) => Ok(value),
                None => Err(Refusal::new(at, format!("`{name}` is not a tensor"))),
            },
        },
    }
}

/// Sets the state of what was made: the description of a dictionary's origin, which is dropped, or that of an array.
pub(super) fn build(machine: &mut Machine<'_>, target: &Item, state: &Item, at: usize) -> Result<(), Refusal> {
    match machine.find(&target.value) {
        Some(Node::Dict(_)) => {
            let Some(Node::Dict(entries)) = machine.find(&state.value) else {
                return Err(Refusal::new(at, "it sets the state of a dictionary"));
            };
            let described =
                |(key, _): &(Item, Item)| matches!(&key.value, Value::Text(key, _) if &**key == "_metadata");
            if entries.iter().all(described) {
                Ok(())
            } else {
                Err(Refusal::new(at, "it sets attributes of a dictionary"))
            }
        }
        Some(Node::Array | Node::ArrayType(_)) => array::build(machine, target, state, at),
        _ => Err(Refusal::new(at, "it sets the state of something that is not a tensor")),
    }
}

/// `_rebuild_tensor(storage, offset, size, stride)`; version 2 adds `requires_grad, hooks`, version 3 the type as well; both
/// may add a description, which changes what the numbers mean.
fn view(machine: &Machine<'_>, version: &str, items: &[Item], at: usize) -> Result<View, Refusal> {
    let refuse = |what: &str| Refusal::new(at, what);
    let [storage, offset, size, stride, rest @ ..] = items else {
        return Err(refuse("a tensor that is described in a way that no saved state does"));
    };
    let Some(Node::Storage(storage)) = machine.find(&storage.value) else {
        return Err(refuse("a tensor whose numbers lie in something that is not a storage"));
    };
    let (class, rest) = match (version, rest) {
        ("", []) => (None, &[][..]),
        ("_v2", [_, hooks, rest @ ..]) if is_empty(machine, hooks) => (None, rest),
        ("_v3", [_, hooks, class, rest @ ..]) if is_empty(machine, hooks) => (Some(class), rest),
        _ => return Err(refuse("a tensor that is described in a way that no saved state does")),
    };
    if !rest.iter().all(|item| is_empty(machine, item)) {
        return Err(refuse("a tensor whose numbers stand for others: conjugated, negated, or of a class of its own"));
    }
    let dtype = match class.map(|class| &class.value) {
        None => storage.dtype,
        Some(Value::Global(name)) => name.strip_prefix("torch.").and_then(Dtype::of_torch),
        Some(_) => None,
    };
    let dtype = dtype.ok_or_else(|| refuse("a tensor whose type safetensors cannot hold"))?;
    let sides =
        |item: &Item| machine.items(&item.value).and_then(|items| items.iter().map(number).collect::<Option<Vec<_>>>());
    let (Some(offset), Some(shape), Some(strides)) = (number(offset), sides(size), sides(stride)) else {
        return Err(refuse("a tensor whose shape is not made of numbers"));
    };
    if shape.len() != strides.len() {
        return Err(refuse("a tensor with another number of sides than of strides"));
    }
    Ok(View { storage: storage.clone(), dtype, offset, shape, strides })
}

fn tensor(machine: &Machine<'_>, data: &Item, unfit: impl Fn() -> Refusal) -> Result<Value, Refusal> {
    match machine.find(&data.value) {
        Some(Node::Tensor(_)) => Ok(data.value.clone()),
        _ => Err(unfit()),
    }
}

/// Nothing at all, or a container with nothing in it.
fn is_empty(machine: &Machine<'_>, item: &Item) -> bool {
    match machine.find(&item.value) {
        Some(Node::Dict(entries)) => entries.is_empty(),
        Some(Node::Tuple(items) | Node::List(items)) => items.is_empty(),
        Some(_) => false,
        None => matches!(item.value, Value::Plain("nothing")),
    }
}

fn is_tensor_class(class: &Item) -> bool {
    let classes = ["torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter"];
    matches!(&class.value, Value::Global(name) if classes.contains(&&**name))
}

/// A number that is not negative.
pub(super) fn number(item: &Item) -> Option<u64> {
    match item.value {
        Value::Int(number) => u64::try_from(number).ok(),
        _ => None,
    }
}
