"""Late interaction: compares a question and a passage token by token over static vectors. Knows nothing about legs.

Each question token gathers what the passage holds that is like it, max(0, cosine)^2 summed over its tokens,
saturated and length-normalised as BM25 does with term counts. With one-hot vectors this is BM25; with trained ones
a question in one language finds a passage in another (cf. ColBERT's MaxSim, Khattab & Zaharia 2020, and soft TF-IDF).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from rag.types import Floats, Ids

Tokens = NDArray[np.integer]

K1, B = 1.2, 0.5
#: Cosines below this are the noise between unrelated tokens of a 256-dimensional table.
FLOOR = 0.3
_ROWS_AT_ONCE = 1_000  # bounds memory: about 130 tokens a passage x 30 question tokens x 4 bytes x this = 16 MB


class LateIndex:
    """Token ids of every passage, flat, and a vector per token. Two to four bytes a token are stored."""

    def __init__(self, tokens: Tokens, offsets: Ids, df: NDArray[np.integer], table: Floats, weights: Floats) -> None:
        """Passage i holds tokens[offsets[i]:offsets[i+1]]; `df` (V,) as of `document_frequency`; `table` (V, dim), rows
        of any length; `weights` (V,) >= 0, how much a token of a question matters.
        """
        self._tokens, self._offsets = tokens, offsets
        self._table = table
        norms = np.sqrt(np.einsum("vd,vd->v", table, table))
        self._scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        n = len(offsets) - 1
        self._idf = (np.log(1 + (n - df + 0.5) / (df + 0.5)) * weights).astype(np.float32)
        self._blas = ThreadpoolController()
        self._mean_length = max(1.0, len(tokens) / max(1, n))

    def scores(self, question: Tokens, rows: Ids) -> tuple[Floats, Floats]:
        """(soft BM25, MaxSim) of these rows, each float32 (len(rows),) in [0, 1]: the idf-weighted share of the
        question that the passage meets, by all of its tokens and by the single best one.
        """
        soft, best = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            chunk = slice(at, at + _ROWS_AT_ONCE)
            starts, ends = self._offsets[rows[chunk]], self._offsets[rows[chunk] + 1]
            edges = np.concatenate([[0], np.cumsum(ends - starts)])
            places = np.repeat(starts - edges[:-1], ends - starts) + np.arange(edges[-1])
            soft[chunk], best[chunk] = self._interact(question, self._tokens[places], edges)
        return soft, best

    def scores_of_texts(self, question: Tokens, texts: Sequence[Tokens]) -> tuple[Floats, Floats]:
        """As `scores`, for texts outside the index (sentences, say) given by their token ids."""
        edges = np.concatenate([[0], np.cumsum([len(t) for t in texts], dtype=np.int64)])
        return self._interact(question, np.concatenate([np.empty(0, np.int32), *texts]).astype(np.int64), edges)

    def _interact(self, question: Tokens, tokens: Tokens, edges: Ids) -> tuple[Floats, Floats]:
        n, lengths = len(edges) - 1, np.diff(edges)
        ids = np.unique(np.asarray(question, np.int64))
        importance = self._idf[ids]
        total = float(importance.sum())
        filled = lengths > 0
        if total <= 0 or not filled.any():
            return np.zeros(n, np.float32), np.zeros(n, np.float32)
        # Distinct tokens first: a few hundred passages of one subject hold about five thousand.
        seen = np.zeros(len(self._table), bool)
        seen[tokens] = True
        distinct = np.flatnonzero(seen)
        place = np.cumsum(seen, dtype=np.int32) - 1
        asked = self._table[ids] * self._scale[ids, None]
        with self._blas.limit(limits=1, user_api="blas"):  # so little work only waits for a second thread
            cosine = asked @ self._table[distinct].T
        cosine *= self._scale[distinct]  # (question, distinct)
        cosine[cosine < FLOOR] = 0
        gathered = np.take(cosine, place[tokens], axis=1)  # (question, tokens of all rows)
        starts = edges[:-1][filled]
        soft, best = np.zeros((len(ids), n), np.float32), np.zeros((len(ids), n), np.float32)
        best[:, filled] = np.maximum.reduceat(gathered, starts, axis=1)
        soft[:, filled] = np.add.reduceat(np.square(gathered, out=gathered), starts, axis=1)
        soft /= soft + (K1 * (1 - B + B * lengths / self._mean_length)).astype(np.float32)
        return (importance @ soft / total).astype(np.float32), (importance @ best / total).astype(np.float32)


def document_frequency(tokens: Tokens, offsets: Ids, vocabulary: int) -> NDArray[np.int32]:
    """(vocabulary,) number of passages that hold each token."""
    passage = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    pairs = passage * vocabulary + tokens
    pairs.sort()  # of numbers that nearly are in order: 7 million in a twentieth of a second
    first = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
    return np.bincount(pairs[first] % vocabulary, minlength=vocabulary).astype(np.int32)
