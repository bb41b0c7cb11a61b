"""A BERT with XLM-R's vocabulary, as arrays. Knows neither files nor onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
SPECIAL = 4  # the first pieces: begin, padding, end, unknown


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x @ weight.T + bias, weight (out, in)."""

    weight: Array
    bias: Array


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation."""

    scale: Array
    shift: Array


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer; a sum is normalised after it, as in BERT."""

    query: Linear
    key: Linear
    value: Linear
    mixed: Linear  # what the heads found, put together
    mixed_norm: Norm
    wide: Linear
    narrow: Linear
    narrow_norm: Norm


@dataclass(frozen=True, slots=True)
class Model:
    """Piece i has the row words[i]; `scores` are log probabilities, by which a text is cut into pieces."""

    pieces: tuple[str, ...]
    scores: Array  # (V,)
    words: Array  # (V, dim)
    positions: Array  # (512, dim), the vector of the only token type added
    norm: Norm
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float

    def only(self, kept: NDArray[np.int64]) -> Model:
        """With some of the pieces, in their order."""
        pieces = tuple(self.pieces[i] for i in kept)
        return replace(self, pieces=pieces, scores=self.scores[kept], words=self.words[kept])
