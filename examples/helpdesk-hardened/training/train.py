"""Trains the ticket classifier again on new tickets and logs the run to MLflow.

    python training/train.py --data data/train.csv --test data/test.csv --out models/ticket-classifier.onnx

The data is checked by `palisade scan data` before, and the model is signed after: see the README.
"""

import argparse
import csv
import hashlib
import sys
from pathlib import Path

import mlflow
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

sys.path.append(str(Path(__file__).resolve().parent.parent))
from app.features import SIZE, features

CLASSES = ["account", "billing", "delivery", "refund", "technical"]


def read(path: str) -> tuple[np.ndarray, np.ndarray]:
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return features([row["text"] for row in rows]), np.array([CLASSES.index(row["label"]) for row in rows])


def export(weights: dict[str, np.ndarray], path: str) -> None:
    """Writes the ONNX model that the service loads."""
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["features", "weights", "bias"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
            helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0),
        ],
        "ticket-classifier",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", SIZE])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", len(CLASSES)]),
            helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    helper.set_model_props(model, {"classes": ",".join(CLASSES)})
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="data/train.csv")
    parser.add_argument("--test", default="data/test.csv")
    parser.add_argument("--checkpoint", help="continue from these weights (safetensors)")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--out", default="models/ticket-classifier.onnx")
    arguments = parser.parse_args()

    weights = {"weights": np.zeros((SIZE, len(CLASSES)), np.float32), "bias": np.zeros(len(CLASSES), np.float32)}
    if arguments.checkpoint:
        weights = load_file(arguments.checkpoint)
    inputs, labels = read(arguments.data)
    wanted = np.eye(len(CLASSES), dtype=np.float32)[labels]

    mlflow.set_experiment("ticket-classifier")
    with mlflow.start_run():
        # Which bytes the model was trained on: the start of its lineage.
        mlflow.set_tag("data_sha256", hashlib.sha256(Path(arguments.data).read_bytes()).hexdigest())
        for epoch in range(arguments.epochs):
            scores = inputs @ weights["weights"] + weights["bias"]
            guess = np.exp(scores - scores.max(axis=1, keepdims=True))
            error = guess / guess.sum(axis=1, keepdims=True) - wanted
            weights["weights"] -= 0.5 * inputs.T @ error / len(labels)
            weights["bias"] -= 0.5 * error.mean(axis=0)
            mlflow.log_metric("error", float(np.abs(error).mean()), step=epoch)
        test_inputs, test_labels = read(arguments.test)
        accuracy = float(((test_inputs @ weights["weights"] + weights["bias"]).argmax(axis=1) == test_labels).mean())
        mlflow.log_metric("accuracy", accuracy)
    save_file(weights, Path(arguments.out).with_suffix(".checkpoint.safetensors"))
    export(weights, arguments.out)
    print(f"accuracy {accuracy:.3f} on {len(test_labels)} tickets")


if __name__ == "__main__":
    main()
