//! NumPy arrays in pickles: `_reconstruct` with its state, `_frombuffer`, types and scalars.

use std::ops::Range;

use super::{
    Dtype, Refusal,
    machine::{Item, Machine, Node, Place, Storage, Value, View},
    rebuild::number,
};

/// What a call of NumPy returns; `None` if the name is none of those that make plain arrays.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, items: &[Item], at: usize) -> Result<Option<Value>, Refusal> {
    let name = name.strip_prefix("numpy.").unwrap_or_default();
    let name = ["core.", "_core."].iter().find_map(|module| name.strip_prefix(module)).unwrap_or(name);
    let made = match (name, items) {
        ("multiarray._reconstruct", [class, ..]) if is(class, "numpy.ndarray") => machine.node(Node::Array),
        ("dtype", [code, ..]) => {
            let Value::Text(code, _) = &code.value else { return Ok(None) };
            let code = code.to_string();
            machine.node(Node::ArrayType(code))
        }
        ("multiarray.scalar", [_, _]) => Value::Plain("a number"),
        ("numeric._frombuffer", [data, class, shape, order]) => {
            let order = matches!(&order.value, Value::Text(order, _) if &**order == "F");
            let view = view(machine, data, class, shape, order, at)?;
            machine.node(Node::Tensor(view))
        }
        _ => return Ok(None),
    };
    Ok(Some(made))
}

/// Sets the state of an array `(version, shape, type, is_fortran, bytes)`, or of a type `(3, order, None, ...)`.
pub(super) fn build(machine: &mut Machine<'_>, target: &Item, state: &Item, at: usize) -> Result<(), Refusal> {
    let items = machine.items(&state.value).unwrap_or_default().to_vec();
    let made = match (machine.find(&target.value), items.as_slice()) {
        (Some(Node::Array), [_, shape, class, fortran, data]) => {
            let fortran = matches!(fortran.value, Value::Bool(true) | Value::Int(1));
            Node::Tensor(view(machine, data, class, shape, fortran, at)?)
        }
        (Some(Node::ArrayType(code)), [_, order, described, ..]) => {
            let order = match &order.value {
                Value::Text(order, _) => order.to_string(),
                _ => return Err(Refusal::new(at, "an array of a type that cannot be told")),
            };
            if !matches!(described.value, Value::Plain("nothing")) {
                return Err(Refusal::new(at, "an array of records, which is not a tensor"));
            }
            Node::ArrayType(format!("{order}{code}"))
        }
        _ => return Err(Refusal::new(at, "an array that is described in a way that no saved state does")),
    };
    if let Value::Node(number) = target.value
        && let Some(node) = machine.nodes.get_mut(number)
    {
        *node = made;
    }
    Ok(())
}

fn view(
    machine: &Machine<'_>,
    data: &Item,
    class: &Item,
    shape: &Item,
    fortran: bool,
    at: usize,
) -> Result<View, Refusal> {
    let Some(Node::ArrayType(code)) = machine.find(&class.value) else {
        return Err(Refusal::new(at, "an array of a type that cannot be told"));
    };
    let dtype = dtype(code)
        .ok_or_else(|| Refusal::new(at, format!("an array of type `{code}`, which safetensors cannot hold")))?;
    let shape: Option<Vec<u64>> = machine.items(&shape.value).and_then(|sides| sides.iter().map(number).collect());
    let shape = shape.ok_or_else(|| Refusal::new(at, "an array whose shape is not made of numbers"))?;
    let range =
        raw(data).ok_or_else(|| Refusal::new(data.at, "an array whose numbers do not lie in the file as they are"))?;
    let strides =
        strides(&shape, fortran).ok_or_else(|| Refusal::new(at, "an array that is larger than any memory"))?;
    let count = range.len() as u64 / dtype.size();
    let storage = Storage { place: Place::Range(range), dtype: Some(dtype), count };
    Ok(View { storage, dtype, offset: 0, shape, strides })
}

fn raw(data: &Item) -> Option<Range<usize>> {
    match &data.value {
        Value::Bytes(range) | Value::Text(_, range) => Some(range.clone()),
        _ => None,
    }
}

/// The type behind a code in little-endian order, or of single bytes.
pub(crate) fn dtype(code: &str) -> Option<Dtype> {
    let code = code.trim_start_matches(['<', '|', '=']);
    if code.starts_with('>') { None } else { Dtype::of_numpy(code) }
}

/// How far apart elements lie that lie side by side: the last side fastest, or the first one in Fortran's order.
pub(crate) fn strides(shape: &[u64], fortran: bool) -> Option<Vec<u64>> {
    let mut strides = vec![0; shape.len()];
    let mut step = 1u64;
    let mut set = |(stride, side): (&mut u64, &u64)| {
        *stride = step;
        step = step.checked_mul((*side).max(1))?;
        Some(())
    };
    let sides = strides.iter_mut().zip(shape);
    let done: Option<()> = if fortran { sides.map(&mut set).collect() } else { sides.rev().map(&mut set).collect() };
    done.map(|()| strides)
}

fn is(item: &Item, name: &str) -> bool {
    matches!(&item.value, Value::Global(own) if &**own == name)
}
