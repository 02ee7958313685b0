"""Makes state dicts in every dress with PyTorch (`make`, which prints their names), and compares what became of them."""

import pathlib
import pickle
import sys
from collections import OrderedDict

import numpy
import torch

torch.manual_seed(1)
base = torch.randn(6, 8)
model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
plain = {
    "f32": torch.randn(3, 5),
    "f64": torch.randn(4, dtype=torch.float64),
    "f16": torch.randn(7).half(),
    "bf16": torch.randn(2, 3).bfloat16(),
    "i64": torch.arange(5),
    "i32": torch.arange(5, dtype=torch.int32),
    "i16": torch.arange(5, dtype=torch.int16),
    "i8": torch.arange(5, dtype=torch.int8),
    "u8": torch.arange(5, dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, 4),
    "parameter": torch.nn.Parameter(torch.randn(2)),
}
newer = {"u16": torch.zeros(3, dtype=torch.uint16), "f8": torch.randn(4).to(torch.float8_e4m3fn), "c64": torch.randn(2, dtype=torch.complex64)}
views = {
    "turned": base.t(),
    "rows": base[2:4],
    "columns": base[:, 3],
    "steps": base[::2, ::3],
    "spread": torch.tensor([1.0, 2.0]).expand(3, 2),
    "base": base,
    "again": base,
    "nested": {"deep": [base[0], (base[1],)]},
}
arrays = {"c": numpy.arange(12.0).reshape(3, 4), "f": numpy.asfortranarray(numpy.arange(6, dtype="i4").reshape(2, 3)), "b": numpy.array([True])}
cases = {"plain": plain, "newer": newer, "views": views, "model": model.state_dict(), "ordered": OrderedDict(plain)}


def flat(value, name=""):
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return {name: torch.as_tensor(numpy.ascontiguousarray(value)) if isinstance(value, numpy.ndarray) else value.detach()}
    return {inner: leaf for key, item in items for inner, leaf in flat(item, f"{name}.{key}" if name else str(key)).items()}


def make():
    for name, state in cases.items():
        torch.save(state, f"{name}.pt")
        yield f"{name}.pt"
        if name != "newer":
            torch.save(state, f"{name}.old", _use_new_zipfile_serialization=False)
            yield f"{name}.old"
        # Types without a storage class of their own cannot be in a plain pickle.
        if name != "newer":
            pathlib.Path(f"{name}.pkl").write_bytes(pickle.dumps(state, 4))
            yield f"{name}.pkl"
    for protocol in (3, 4, 5):
        pathlib.Path(f"arrays.{protocol}").write_bytes(pickle.dumps(arrays, protocol))
        yield f"arrays.{protocol}"


def compare():
    from safetensors.torch import load_file
    for path in pathlib.Path().glob("*.safetensors"):
        state = cases.get(path.name.split(".")[0], arrays)
        read, expected = load_file(path), flat(state)
        assert read.keys() == expected.keys(), (path, read.keys() ^ expected.keys())
        for name, tensor in expected.items():
            assert read[name].dtype == tensor.dtype and read[name].shape == tensor.shape, (path, name)
            same = read[name].contiguous().view(torch.uint8) if tensor.dim() and tensor.numel() else read[name]
            own = tensor.contiguous().view(torch.uint8) if tensor.dim() and tensor.numel() else tensor
            assert torch.equal(same, own), (path, name)


if sys.argv[1] == "make":
    print("\n".join(make()))
else:
    compare()
