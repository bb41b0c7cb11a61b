"""The vector of each passage: which model's, taken over from where it was computed before, or computed now.

Two models are built in: a static table, quick, and a transformer, which takes minutes for a large blog. An index holds
vectors of one model. It gets the transformer's as soon as few of them are missing; until then `rag.indexing.deepen`
computes them beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.indexing.arrays import KEYS, VECTORS, rows_of, text_of
from rag.indexing.settings import DEFAULTS
from rag.models.e5 import e5_name, shipped_e5
from rag.models.embed import STATIC, StaticEncoder, load_encoder
from rag.storage.array_files import read_array
from rag.storage.generation import Generation
from rag.storage.ragged import runs_of
from rag.storage.vector_log import VectorLog
from rag.types import Encoder, Ids, Passage, Progress

#: So many vectors of the transformer are computed before an index is published: some 15 seconds on two cores.
AT_ONCE = 1_000
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors computed before, by the keys of their passages."""

    model: str  # `Encoder.name`
    keys: NDArray[np.uint64]  # (n, 2)
    vectors: NDArray[np.float16]  # (n, dim)


def known_vectors(root: Path, before: Generation | None) -> list[Known]:
    """Those of the generation `before`, and those of the transformer that were computed ahead. Raises IndexDamaged."""
    found = [Known(before.meta["model"], row_keys(before), read_array(before.path / VECTORS))] if before else []
    log = VectorLog(root, e5_name())
    return [*found, Known(e5_name(), log.keys, log.vectors)]


def row_keys(found: Generation) -> NDArray[np.uint64]:
    """(n, 2): the keys of the passages of a generation. Raises IndexDamaged."""
    keys: NDArray[np.uint64] = read_array(found.path / KEYS)
    return keys


def waiting(root: Path, found: Generation) -> Ids:
    """Rows of the generation whose passages the transformer has not embedded yet; none when it isn't to."""
    if found.meta["settings"]["model"] != DEFAULTS.model or found.meta["model"] == e5_name():
        return np.empty(0, np.int64)
    log = VectorLog(root, e5_name())
    return missing(row_keys(found), e5_name(), [Known(e5_name(), log.keys, log.vectors)])


def choose_encoder(
    model: str | None, static: StaticEncoder, keys: NDArray[np.uint64], known: Sequence[Known], *, quick: bool
) -> tuple[Encoder, int]:  # fmt: skip
    """The encoder of an index's vectors, and how many rows wait for the transformer when it is not yet the one.

    With `quick` nothing is waited for, unless the generation before was deep already.
    """
    if model == STATIC:
        return static, 0
    if model != DEFAULTS.model:
        return load_encoder(model), 0
    lacking = len(missing(keys, e5_name(), known))
    deep = known[0].model == e5_name() and len(known) > 1
    if lacking > (0 if quick and not deep else AT_ONCE):
        return static, lacking
    return shipped_e5(), 0


def keep_ahead(root: Path, keys: NDArray[np.uint64], known: Sequence[Known]) -> None:
    """Keep the transformer's vectors of these passages for a later build, as the next generation won't hold them.

    Raises StorageError.
    """
    log = VectorLog(root, e5_name())
    for some in known:
        if some.model == e5_name():
            rows = rows_of(keys[missing(keys, some.model, [Known(some.model, log.keys, log.vectors)])], some.keys)
            rows = rows[rows >= 0]
            if len(rows):
                log.append(some.keys[rows], some.vectors[rows])


def missing(keys: NDArray[np.uint64], model: str, known: Sequence[Known]) -> Ids:
    """The rows of `keys` for which nothing `known` has a vector of this model, ascending."""
    rows = np.arange(len(keys))
    for some in known:
        if some.model == model:
            rows = rows[rows_of(keys[rows], some.keys) < 0]
    return rows


def vectors_of(
    passages: Sequence[Passage], keys: NDArray[np.uint64], encoder: Encoder, known: Sequence[Known],
    progress: Progress | None = None,
) -> tuple[NDArray[np.float16], int]:  # fmt: skip
    """float16 (len(passages), dim), rows of length 1, and how many were computed now. The same bytes whatever is known.

    Raises ModelError when the encoder returns something unusable.
    """
    usable = [some for some in known if some.model == encoder.name and len(some.keys)]
    fresh = missing(keys, encoder.name, known)
    made = embed([text_of(passages[int(i)]) for i in fresh], encoder, progress)
    # All that is known and then what is new, of which each passage takes its row.
    rows = np.full(len(keys), -1)
    rows[fresh] = sum(len(some.keys) for some in usable) + np.arange(len(fresh))
    start = 0
    for some in usable:
        open_ = np.flatnonzero(rows < 0)
        found = rows_of(keys[open_], some.keys)
        rows[open_] = np.where(found < 0, -1, start + found)
        start += len(some.keys)
    pooled = np.concatenate([*(some.vectors for some in usable), made])
    return np.concatenate([pooled[:0], *(pooled[a:b] for a, b in runs_of(rows))]), len(fresh)


def embed(texts: Sequence[str], encoder: Encoder, progress: Progress | None = None) -> NDArray[np.float16]:
    """float16 (len(texts), dim). Raises ModelError when the encoder returns another shape, or what is not finite."""
    vectors = np.zeros((len(texts), encoder.dim), np.float16)
    for at in range(0, len(texts), _BATCH):
        some = texts[at : at + _BATCH]
        rows = encoder.encode_passages(some)
        if rows.shape != (len(some), encoder.dim) or not np.isfinite(rows).all():
            raise ModelError(
                f"{encoder.name} returned {rows.shape} for {len(some)} texts of {encoder.dim} dimensions, or values "
                "that are not finite; use another model"
            )
        vectors[at : at + _BATCH] = rows
        if progress:
            progress("embed", min(at + _BATCH, len(texts)), len(texts))
    return vectors
