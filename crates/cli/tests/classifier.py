"""Scores lines of JSON with the classifier in a folder, as onnxruntime and tokenizers have it."""

import json
import sys

import numpy
import onnxruntime
import tokenizers

folder = sys.argv[1]
session = onnxruntime.InferenceSession(folder + "/model.onnx")
tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
tokenizer.no_truncation()
for line in sys.stdin:
    encoded = tokenizer.encode(json.loads(line)["text"])
    inputs = {
        "input_ids": numpy.array([encoded.ids], dtype=numpy.int64),
        "attention_mask": numpy.array([encoded.attention_mask], dtype=numpy.int64),
    }
    (logits,) = session.run(["logits"], inputs)
    weights = numpy.exp(logits[0] - logits[0].max())
    print(float(weights[1] / weights.sum()))
