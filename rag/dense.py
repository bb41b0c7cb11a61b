"""Nearest passages by embedding, through FAISS. Knows nothing about how embeddings are made.

Vectors are kept as a plain float16 array, from which the FAISS index is made at opening: a FAISS file has no checksum
and its parser is not meant for damaged input, the array has neither problem.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rag.types import Floats, Ids

#: Above this many vectors an exact scan passes 15 ms on one core (256 dimensions) and a graph is worth its build time.
EXACT_UP_TO = 400_000
_NEIGHBOURS, _EF_CONSTRUCTION, _EF_SEARCH = 32, 80, 128


class DenseIndex:
    """Inner product over unit vectors, which is cosine similarity in [-1, 1]; exact up to `EXACT_UP_TO` vectors."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        """`vectors` is (n, dim), rows of length 1 or all zero. Raises ValueError if any value is not finite."""
        if vectors.ndim != 2:
            raise ValueError(f"vectors must be (n, dim), not {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold values that are not finite")
        import faiss  # only where it is needed: a build asks it nothing

        n, self.dim = vectors.shape
        faiss.omp_set_num_threads(1)  # a server answers several questions at once; one core each is fastest over all
        if n <= EXACT_UP_TO:
            self._index = faiss.IndexScalarQuantizer(
                self.dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
        else:
            self._index = faiss.IndexHNSWSQ(
                self.dim, faiss.ScalarQuantizer.QT_fp16, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT
            )
            self._index.hnsw.efConstruction = _EF_CONSTRUCTION
            self._index.hnsw.efSearch = _EF_SEARCH
        self._index.train(np.zeros((1, self.dim), np.float32))
        for start in range(0, n, 65_536):
            self._index.add(np.asarray(vectors[start : start + 65_536], np.float32))
        codes = faiss.downcast_index(getattr(self._index, "storage", self._index)).codes
        # As FAISS holds them, not copied: the array they came from need not stay in memory beside them.
        self._vectors = faiss.rev_swig_ptr(codes.data(), codes.size()).view(np.float16).reshape(vectors.shape)

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
        params = None
        if rows is not None:
            import faiss

            selector = faiss.IDSelectorBatch(rows)
            hnsw = len(self) > EXACT_UP_TO
            params = (
                faiss.SearchParametersHNSW(sel=selector, efSearch=max(_EF_SEARCH, k))
                if hnsw
                else faiss.SearchParameters(sel=selector)
            )
        scores, found = self._index.search(query[None].astype(np.float32), k, params=params)
        known = found[0] >= 0  # FAISS fills up with -1
        return found[0][known].astype(np.int64), scores[0][known].astype(np.float32)

    def similarity(self, query: Floats, rows: Ids) -> Floats:
        """Cosine similarity of these rows, float32 (len(rows),) in [-1, 1]."""
        found: Floats = np.asarray(self._vectors[rows], np.float32) @ query
        return found
