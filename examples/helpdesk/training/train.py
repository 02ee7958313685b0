"""Trains the ticket classifier again on new tickets and logs the run to MLflow.

    python training/train.py --data data/train.csv --test data/test.csv --out models/ticket-classifier.onnx
"""

import argparse
import csv
import sys
from pathlib import Path

import mlflow
import onnx
import torch
from transformers import AutoModel, AutoTokenizer

sys.path.append(str(Path(__file__).resolve().parent.parent))
from app.features import SIZE, features

CLASSES = ["account", "billing", "delivery", "refund", "technical"]


def read(path: str) -> tuple[torch.Tensor, torch.Tensor]:
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"]]
    texts = torch.from_numpy(features([row["text"] for row in rows]))
    return texts, torch.tensor([CLASSES.index(row["label"]) for row in rows])


def teacher() -> tuple[AutoTokenizer, AutoModel]:
    """A larger model, to compare ours with."""
    tokenizer = AutoTokenizer.from_pretrained("distilbert/distilbert-base-multilingual-cased")
    return tokenizer, AutoModel.from_pretrained("distilbert/distilbert-base-multilingual-cased")


def export(model: torch.nn.Module, path: str) -> None:
    """Writes the ONNX model that the service loads."""
    model = torch.nn.Sequential(model, torch.nn.Softmax(dim=1))
    torch.onnx.export(model, torch.zeros(1, SIZE), path, input_names=["features"], output_names=["probabilities"],
                      dynamic_axes={"features": {0: "N"}, "probabilities": {0: "N"}})
    exported = onnx.load(path)
    onnx.helper.set_model_props(exported, {"classes": ",".join(CLASSES)})
    onnx.save(exported, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="data/train.csv")
    parser.add_argument("--test", default="data/test.csv")
    parser.add_argument("--checkpoint", help="continue from this checkpoint")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", default="models/ticket-classifier.onnx")
    arguments = parser.parse_args()

    model = torch.nn.Linear(SIZE, len(CLASSES))
    if arguments.checkpoint:
        model.load_state_dict(torch.load(arguments.checkpoint, weights_only=False))
    inputs, labels = read(arguments.data)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)

    mlflow.set_experiment("ticket-classifier")
    with mlflow.start_run():
        for epoch in range(arguments.epochs):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimiser.step()
            mlflow.log_metric("loss", loss.item(), step=epoch)
        test_inputs, test_labels = read(arguments.test)
        accuracy = (model(test_inputs).argmax(dim=1) == test_labels).float().mean().item()
        mlflow.log_metric("accuracy", accuracy)
    torch.save(model.state_dict(), Path(arguments.out).with_suffix(".pt"))
    export(model, arguments.out)
    print(f"accuracy {accuracy:.3f} on {len(test_labels)} tickets")


if __name__ == "__main__":
    main()
