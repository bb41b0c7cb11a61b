"""Writes the folder that `rag/models/e5.py` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.models.e5 import CHECKSUMS, LAYERS, MOST_PIECES, PASSAGE
from rag.models.subwords import BEGIN, BLOCK, CODES, END, SCALES, SPELLING, ZERO
from training.e5.forward import unit_mean
from training.e5.graph import Peaks, make_graph
from training.e5.model import Array, Model
from training.e5.vocabulary import speller, spelling


def write_folder(model: Model, texts: Iterable[str], folder: Path) -> None:
    """The model in eight bits, its words in four; `texts` show how large the values inside it become."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SPELLING).write_bytes(spelling(model))
    for name, array in zip((CODES, SCALES), four_bits(model.words), strict=True):
        np.save(folder / name, array)
    ids = speller(model).encode([PASSAGE + text for text in texts])
    graph = make_graph(model, measured_peaks(model, [one[: MOST_PIECES - 2] for one in ids]))
    (folder / LAYERS).write_bytes(graph.SerializeToString(deterministic=True))
    lines = (
        f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in (LAYERS, SPELLING, CODES, SCALES)
    )
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def measured_peaks(model: Model, texts: Iterable[list[int]]) -> Peaks:
    """The largest value that each channel of each product's input takes in texts of these pieces."""
    peaks: dict[tuple[int, str], Array] = {}

    def look(layer: int, product: str, x: Array) -> None:
        largest = np.abs(x).max(axis=0)
        peaks[layer, product] = np.maximum(peaks.get((layer, product), 0), largest)

    for ids in texts:
        unit_mean(model, model.words[[BEGIN, *ids, END]], look)
    return peaks


def four_bits(table: Array) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Codes and scales of a table (V, dim), for `rag.models.subwords`: Q4_0, which loses nothing of what is Q4_0."""
    blocks = table.reshape(len(table), -1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)
    scales = (extreme[:, :, 0] / -ZERO).astype(np.float16)  # so that the extreme itself has the code 0
    divisor = np.where(scales, scales, 1).astype(np.float32)[:, :, None]
    codes = np.clip(np.rint(blocks / divisor) + ZERO, 0, 15).astype(np.uint8).reshape(len(table), -1)
    half = codes.shape[1] // 2
    return codes[:, :half] | codes[:, half:] << 4, scales
