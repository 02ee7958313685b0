"""Says which class a ticket belongs to. One model, in a format that holds numbers and no code."""

import onnxruntime

from . import settings
from .features import features

session = onnxruntime.InferenceSession(
    str(settings.MODELS / "ticket-classifier.onnx"), providers=["CPUExecutionProvider"]
)
classes = session.get_modelmeta().custom_metadata_map["classes"].split(",")


def classify(text: str) -> tuple[str, float]:
    """The most probable class and its probability, rounded.

    Only the winner leaves this module, with two decimals: full probabilities would make it cheap to copy the model
    through its answers and to find out which tickets it was trained on.
    """
    (probabilities,) = session.run(["probabilities"], {"features": features([text])})
    winner = int(probabilities[0].argmax())
    return classes[winner], round(float(probabilities[0][winner]), 2)
