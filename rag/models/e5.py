"""Multilingual-e5-small, shipped: a transformer of 12 layers on onnxruntime, in eight bits, without torch or network.

One text a run, on one thread: what goes into a product is put into eight bits by the range of this text alone, and
nothing is padded, so that a text has the same bytes whatever it is encoded with. Batches were not faster.
`training/e5` makes the files.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.embed import file_sha256, unit_rows
from rag.models.subwords import Subwords
from rag.types import Floats

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SHIPPED = Path(__file__).parent / "e5"
LAYERS = "layers.onnx"
CHECKSUMS = "SHA256SUMS"  # lines "<hex>  <file>", as sha256sum -c reads them
QUERY, PASSAGE = "query: ", "passage: "  # what e5 was trained with
MOST_PIECES = 512  # positions that it knows: about 900 Japanese or 2,000 English characters
_SHORT = 8  # hex digits in the name, as for the built-in table
_TEXTS_AT_ONCE = 1_024  # pieces of so many texts are held at a time


class E5Encoder:
    """An `Encoder`: the mean of the last layer over a text's pieces, scaled to length 1. Any thread may use it."""

    def __init__(self, subwords: Subwords, session: InferenceSession, name: str, workers: int) -> None:
        self.subwords = subwords
        self._session = session
        self.name = name
        self._workers = workers

    @classmethod
    def load(cls, folder: Path = SHIPPED, workers: int | None = None) -> E5Encoder:
        """The model in `folder`, which encodes up to `workers` texts at a time, None for as many as there are cores.

        Raises ModelError when onnxruntime or a file is missing, or a file is not the one of CHECKSUMS.
        """
        with ThreadPoolExecutor(2) as pool:  # reading and hashing leave the interpreter to the tokenizer
            name, subwords = pool.submit(_verified_name, folder), pool.submit(Subwords.load, folder)
            session = pool.submit(_open, folder / LAYERS)
            checked = name.result()  # first, as what is damaged fails elsewhere too
            return cls(subwords.result(), session.result(), checked, workers or _cores())

    @property
    def dim(self) -> int:
        """Length of a row."""
        return self.subwords.dim

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), 384), rows of length 1; all zero for a text of white space."""
        return self._encode(QUERY, texts)

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """As `encode_queries`, for passages."""
        return self._encode(PASSAGE, texts)

    def _encode(self, prompt: str, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), self.dim), np.float32)
        filled = [i for i, text in enumerate(texts) if text and not text.isspace()]
        for start in range(0, len(filled), _TEXTS_AT_ONCE):
            places = filled[start : start + _TEXTS_AT_ONCE]
            ids = self.subwords.ids([prompt + texts[i] for i in places], MOST_PIECES)
            rows[places] = self._means(ids)
        return unit_rows(rows)

    def _means(self, ids: list[NDArray[np.int32]]) -> Floats:
        """One row a text. The longest go first, so that no worker is left with one of them alone at the end."""
        if min(len(ids), self._workers) <= 1:
            return np.stack([self._mean(one) for one in ids])
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        rows = np.empty((len(ids), self.dim), np.float32)
        with ThreadPoolExecutor(self._workers) as pool:
            for i, row in zip(order, pool.map(lambda i: self._mean(ids[i]), order), strict=True):
                rows[i] = row
        return rows

    def _mean(self, ids: NDArray[np.int32]) -> Floats:
        (row,) = self._session.run(None, {"words": self.subwords.vectors(ids)[None]})
        mean: Floats = row[0]
        return mean


@functools.lru_cache(maxsize=1)
def shipped_e5() -> E5Encoder:
    """The shipped model, loaded when first asked for and shared by all that ask in this process."""
    return E5Encoder.load()


def e5_name(folder: Path = SHIPPED) -> str:
    """The name of the model in `folder`, as `E5Encoder.load(folder).name`, without loading or checking it."""
    return f"e5:{hashlib.sha256(_checksums(folder)).hexdigest()[:_SHORT]}"


def _verified_name(folder: Path) -> str:
    """`e5_name`, after each file that CHECKSUMS lists was found to be that file. Raises ModelError."""
    for line in _checksums(folder).decode().splitlines():
        digest, _, file = line.partition("  ")
        if file_sha256(folder / file) != digest:
            raise ModelError(f"{folder / file} is not the file that {CHECKSUMS} lists; reinstall")
    return e5_name(folder)


def _checksums(folder: Path) -> bytes:
    try:
        return (folder / CHECKSUMS).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder / CHECKSUMS} can't be read ({error.strerror}); reinstall") from error


def _open(path: Path) -> InferenceSession:
    """The layers, ready to run. Raises ModelError when they can't be."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(f"the transformer needs onnxruntime ({error}); pip install onnxruntime") from error
    onnxruntime.disable_telemetry_events()
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # texts run beside each other, not their parts
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    )  # more fuses into slower ones
    options.enable_mem_pattern = False  # a plan for each length would be kept, and hardly ever used again
    options.log_severity_level = 3  # errors, not warnings
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own classes, which have no common base
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path} can't be read ({reason[:200]}); reinstall") from error


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
