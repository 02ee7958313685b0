"""The features of the ticket classifier: a hashed bag of words.

The generator of this example (`crates/dev/src/example/features.rs`) calculates the very same ones; change both or none.
"""

import re

import numpy as np

SIZE = 1024
LEGACY_SIZE = 256


def fnv1a(word: bytes) -> int:
    """The 32-bit FNV-1a hash. Python's own `hash` differs from process to process."""
    value = 0x811C9DC5
    for byte in word:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def words(text: str) -> list[bytes]:
    """Runs of the letters a to z. Bytes, since `str.lower` would turn some other letters into these."""
    return re.findall(rb"[a-z]+", text.encode().lower())


def features(texts: list[str], size: int = SIZE) -> np.ndarray:
    """One row a text: 1 where a word of the text hashes to, 0 elsewhere."""
    rows = np.zeros((len(texts), size), dtype=np.float32)
    for row, text in zip(rows, texts):
        row[[fnv1a(word) % size for word in words(text)]] = 1.0
    return rows
