"""The model in plain numpy, one text at a time: slow, exact, and what the shipped one is held against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erf

from training.e5.model import Array, Linear, Model, Norm

#: Called with the layer, which product ("attention", "mixed", "wide", "narrow") and what goes into it, (n, width).
Look = Callable[[int, str, Array], None]


def unit_mean(model: Model, words: Array, look: Look | None = None) -> Array:
    """(dim,), of length 1: the mean of the last layer over a text whose pieces have the vectors `words`, (n, dim)."""
    look = look or (lambda layer, product, x: None)
    x = _normed(words + model.positions[: len(words)], model.norm, model.epsilon)
    for i, layer in enumerate(model.layers):
        look(i, "attention", x)
        heads = [_by_head(_linear(x, one), model.heads) for one in (layer.query, layer.key, layer.value)]
        found = _attended(*heads)
        look(i, "mixed", found)
        x = _normed(x + _linear(found, layer.mixed), layer.mixed_norm, model.epsilon)
        look(i, "wide", x)
        wide = _gelu(_linear(x, layer.wide))
        look(i, "narrow", wide)
        x = _normed(x + _linear(wide, layer.narrow), layer.narrow_norm, model.epsilon)
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _linear(x: Array, by: Linear) -> Array:
    return x @ by.weight.T + by.bias


def _normed(x: Array, by: Norm, epsilon: float) -> Array:
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(epsilon)) * by.scale + by.shift


def _gelu(x: Array) -> Array:
    return x * (1 + erf(x / np.float32(2**0.5))) / 2


def _by_head(x: Array, heads: int) -> Array:
    """(n, dim) to (heads, n, dim / heads)."""
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def _attended(query: Array, key: Array, value: Array) -> Array:
    """(n, dim): for each piece the values of all, by how well its query meets their keys."""
    scores = query @ key.transpose(0, 2, 1) / np.float32(query.shape[2] ** 0.5)
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    return (weights @ value).transpose(1, 0, 2).reshape(query.shape[1], -1)
