"""How near the shipped model is to the one it was made of: the cosine of their vectors of the same text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.models.e5 import MOST_PIECES, PASSAGE, E5Encoder
from rag.models.subwords import BEGIN, END
from training.e5.forward import unit_mean
from training.e5.model import Model
from training.e5.vocabulary import speller


def cosines(model: Model, encoder: E5Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """(len(texts),): of the passages' vectors by the encoder and by the model, whole and exact."""
    encoded = speller(model).encode([PASSAGE + text for text in texts])
    exact = [unit_mean(model, model.words[[BEGIN, *ids[: MOST_PIECES - 2], END]]) for ids in encoded]
    return np.einsum("nd,nd->n", np.array(exact), encoder.encode_passages(texts))


def report(model: Model, encoder: E5Encoder, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Lines of a table: texts, mean, first percentile and least cosine, by group and over all."""
    lines = ["| texts of | number | mean | 1st percentile | least |", "|---|---|---|---|---|"]
    found = {group: cosines(model, encoder, texts) for group, texts in sorted(groups.items())}
    for group, one in [*found.items(), ("all", np.concatenate(list(found.values())))]:
        lines.append(f"| {group} | {len(one)} | {one.mean():.4f} | {np.percentile(one, 1):.4f} | {one.min():.4f} |")
    return lines
