"""Reorders the best passages with a cross-encoder, for those who have one and can wait for it.

A cross-encoder reads question and passage together (Nogueira & Cho 2019, arXiv:1901.04085). Knows nothing about how
the passages were found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.errors import ModelError
from rag.models.pretrained import load_pretrained
from rag.types import Floats

MAX_CHARS = 2_000  # of a passage; cross-encoders read 512 tokens


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder, by name or path."""

    def __init__(self, name: str) -> None:
        """Raises ModelError, in one line, when the model can't be loaded."""
        self.name = name
        self._model = load_pretrained(name, "CrossEncoder")

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """float32 (len(texts),), any range, higher is better. Raises ModelError for a model that returns more."""
        if not texts:
            return np.zeros(0, np.float32)
        pairs = [(question, text[:MAX_CHARS]) for text in texts]
        found = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32)
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise ModelError(f"{self.name} returned {found.shape} for {len(texts)} passages; name a cross-encoder")
        return found
