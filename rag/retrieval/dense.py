"""Nearest passages by embedding, through FAISS. Knows nothing about how embeddings are made.

Vectors are kept as a plain float16 array, from which the FAISS index is made at opening: a FAISS file has no checksum
and its parser is not meant for damaged input, the array has neither problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.types import Floats, Ids

if TYPE_CHECKING:
    import faiss

#: Up to here every vector is compared as it is, in 0.5 ms on one core (256 dimensions).
EXACT_UP_TO = 10_000
#: Beyond, 4-bit codes choose this many times what is asked for, in less than half of the time of comparing all: 99.9 %
#: of the nearest 200 of 77,000 are among them. A filtered search compares all that pass.
_CHOSEN = 2
_LEVELS, _WIDTH = 16, 0.37  # of a code, in standard deviations of the dimension: the range is 3 to either side
_SAMPLE, _BATCH = 4_000, 65_536
_SPREAD = 256  # rows that tell what is usual for a question


class DenseIndex:
    """Inner product over unit vectors, which is cosine similarity in [-1, 1].

    Similarities are exact; of more than `EXACT_UP_TO` vectors the last few of those asked for may be others.
    """

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        """`vectors` is (n, dim), rows of length 1 or all zero. Raises ValueError if any value is not finite."""
        if vectors.ndim != 2:
            raise ValueError(f"vectors must be (n, dim), not {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold values that are not finite")
        import faiss  # only where it is needed: a build asks it nothing

        n, self.dim = vectors.shape
        faiss.omp_set_num_threads(1)  # a server answers several questions at once; one core each is fastest over all
        self._index = faiss.IndexScalarQuantizer(self.dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._index.train(np.zeros((1, self.dim), np.float32))
        for start in range(0, n, _BATCH):
            self._index.add(np.asarray(vectors[start : start + _BATCH], np.float32))
        # As FAISS holds them, not copied: the array they came from need not stay in memory beside them.
        codes = self._index.codes
        self._vectors = faiss.rev_swig_ptr(codes.data(), codes.size()).view(np.float16).reshape(vectors.shape)
        self._chooser = _fast_scan(self._vectors) if n > EXACT_UP_TO else None

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def top(self, query: Floats, k: int, rows: Ids | None = None) -> tuple[Ids, Floats]:
        """The k nearest rows and their cosine similarity, best first; fewer when there are fewer. `query` is (dim,).

        `rows` (sorted) limits the search. Raises ValueError for a query of another dimension or not finite.
        """
        if query.shape != (self.dim,):
            raise ValueError(f"the query has shape {query.shape}, the index has dimension {self.dim}")
        if not np.isfinite(query).all():
            raise ValueError("the query vector holds values that are not finite")
        k = min(k, len(self) if rows is None else len(rows))
        if k == 0 or not query.any():
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self._chooser is not None and rows is None and _CHOSEN * k < len(self):
            _, found = self._chooser.search(query[None].astype(np.float32), _CHOSEN * k)
            near = np.sort(found[0][found[0] >= 0])
            scores = self.similarity(query.astype(np.float32), near)
            best = np.argsort(-scores, kind="stable")[:k]
            return near[best], scores[best]
        params = None
        if rows is not None:
            import faiss

            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))
        scores, found = self._index.search(query[None].astype(np.float32), k, params=params)
        known = found[0] >= 0  # FAISS fills up with -1
        return found[0][known].astype(np.int64), scores[0][known].astype(np.float32)

    def usual(self, query: Floats) -> float:
        """The mean cosine similarity to passages spread over the index: what one that has nothing to say reaches."""
        rows = np.unique(np.linspace(0, len(self) - 1, min(len(self), _SPREAD)).astype(np.int64))
        return float(self.similarity(query, rows).mean()) if len(rows) else 0.0

    def similarity(self, query: Floats, rows: Ids) -> Floats:
        """Cosine similarity of these rows, float32 (len(rows),) in [-1, 1]."""
        found: Floats = np.asarray(self._vectors[rows], np.float32) @ query
        return found


def _fast_scan(vectors: NDArray[np.float16]) -> faiss.Index:
    """4 bits for each dimension, in evenly spaced levels around its mean, as FAISS compares them 32 rows at a time
    (André et al. 2017, Quicker ADC). Levels need no training, so that opening takes a tenth of a second.
    """
    import faiss

    n, dim = vectors.shape
    sample = np.asarray(vectors[:: max(1, n // _SAMPLE)], np.float32)
    width = np.maximum(_WIDTH * sample.std(axis=0), np.float32(1e-6))
    low = sample.mean(axis=0) - _LEVELS / 2 * width
    codes = np.empty((n, (dim + 1) // 2), np.uint8)
    for start in range(0, n, _BATCH):
        levels = (np.asarray(vectors[start : start + _BATCH], np.float32) - low) / width
        levels = np.clip(levels, 0, _LEVELS - 1, out=levels).astype(np.uint8)
        codes[start : start + _BATCH] = levels[:, ::2]
        codes[start : start + _BATCH, : dim // 2] |= levels[:, 1::2] << 4
    plain = faiss.IndexPQ(dim, dim, 4, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(
        (low[:, None] + width[:, None] * (np.arange(_LEVELS) + 0.5)).ravel().astype(np.float32), plain.pq.centroids
    )
    faiss.copy_array_to_vector(codes.ravel(), plain.codes)
    plain.ntotal, plain.is_trained = n, True
    return faiss.IndexPQFastScan(plain)
