"""Says which class a ticket belongs to."""

import pickle

import numpy as np
import onnxruntime

from . import settings
from .features import LEGACY_SIZE, features


class Classifier:
    """The current classifier, in ONNX."""

    def __init__(self) -> None:
        path = settings.MODELS / "ticket-classifier.onnx"
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.classes = self.session.get_modelmeta().custom_metadata_map["classes"].split(",")

    def classify(self, text: str) -> dict[str, float]:
        (probabilities,) = self.session.run(["probabilities"], {"features": features([text])})
        return dict(zip(self.classes, probabilities[0].tolist()))


class LegacyClassifier:
    """The classifier of 2023. The mobile app still asks for it."""

    def __init__(self) -> None:
        with open(settings.MODELS / "legacy.pkl", "rb") as file:
            model = pickle.load(file)
        self.classes = model["classes"]
        self.weights = np.array(model["weights"])
        self.bias = np.array(model["bias"])

    def classify(self, text: str) -> dict[str, float]:
        scores = (features([text], LEGACY_SIZE) @ self.weights + self.bias)[0]
        scores = np.exp(scores - scores.max())
        return dict(zip(self.classes, (scores / scores.sum()).tolist()))


def best(probabilities: dict[str, float]) -> tuple[str, float]:
    """The most probable class, and how probable it is."""
    label = max(probabilities, key=probabilities.get)
    return label, probabilities[label]
