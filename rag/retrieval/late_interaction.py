"""Late interaction: compares a question and a passage token by token over static vectors. Knows nothing about legs.

Each question token gathers what the passage holds that is like it, max(0, cosine)^2 summed over its tokens,
saturated and length-normalised as BM25 does with term counts. With one-hot vectors this is BM25; with trained ones
a question in one language finds a passage in another (cf. ColBERT's MaxSim, Khattab & Zaharia 2020, and soft TF-IDF).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from rag.retrieval.postings import Postings
from rag.types import Floats, Ids

Tokens = NDArray[np.integer]

K1, B = 1.2, 0.5
#: Cosines below this are the noise between unrelated tokens of a 256-dimensional table.
FLOOR = 0.3
#: A token in more than this part of the passages proposes none: it would propose them all.
MAX_SHARE = 0.1
_NEAREST = 32  # tokens of the posts that stand in for one of the question when passages are proposed
_REMEMBERED = 10_000  # tokens whose likes are kept, a few 100 bytes each
_NONE = np.empty(0, np.int64)
#: A matrix product rounds by what else is in the matrix, so that an answer would depend on the questions before it. It
#: only finds what may be like a token; the cosines are then taken one by one.
_ROUGH = 1e-4
_TOKENS = 16  # of a question that propose passages, the weightiest; a longer one is a document
_ROWS_AT_ONCE = 1_000  # bounds memory: about 200 tokens a passage x 30 question tokens x 4 bytes x this = 24 MB


class LateIndex:
    """Token ids of every passage, flat, with postings of the rarer tokens, and a vector per token."""

    def __init__(self, tokens: Tokens, offsets: Ids, postings: Postings, table: Floats, weights: Floats) -> None:
        """Passage i holds tokens[offsets[i]:offsets[i+1]]; `postings` of these, with MAX_SHARE; `table` (V, dim), rows
        of any length; `weights` (V,) >= 0, how much a token of a question matters.
        """
        self._tokens, self._offsets = tokens, offsets
        self._table, self._postings = table, postings
        norms = np.sqrt(np.einsum("vd,vd->v", table, table))
        self._scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        n = len(offsets) - 1
        self._idf = (postings.idf(n) * weights).astype(np.float32)
        self._blas = ThreadpoolController()
        self._mean_length = max(1.0, len(tokens) / max(1, n))
        self._norms = self._norms_of(np.diff(offsets))
        self._proposes = np.diff(postings.starts) > 0
        self._held = np.flatnonzero(postings.df)  # tokens of the posts: a part of the model's
        self._units = np.ascontiguousarray(self._unit_rows(self._held).T)  # (dim, tokens): a third faster to multiply
        self._alike: dict[int, tuple[Ids, Floats]] = {}  # what `_alike_to` found

    def _norms_of(self, lengths: Ids) -> Floats:
        """What is added to a count in BM25's saturation, for texts of these many tokens."""
        norms: Floats = (K1 * (1 - B + B * lengths / self._mean_length)).astype(np.float32)
        return norms

    def best(self, question: Tokens, k: int, rows: Ids | None = None) -> Ids:
        """At most k rows, sorted: those of all passages (or of `rows`, sorted) that meet most of the question by the
        soft BM25 of `scores`, over its rarer tokens and their nearest alone. Finds what shares no word with it.
        """
        met, found = np.zeros((2, len(self._norms)), np.float32)  # of the question; of one of its tokens
        for importance, tokens, cosines in self._nearest(question):
            reached = [np.empty(0, np.intp)]
            spans = zip(self._postings.starts[tokens].tolist(), self._postings.starts[tokens + 1].tolist(), strict=True)
            for (start, end), weight in zip(spans, np.square(cosines), strict=True):
                some = self._postings.rows[start:end].astype(np.intp)  # what NumPy would make of them at each use
                found[some] = found.take(some) + weight * self._postings.counts[start:end]
                reached.append(some)
            some = np.concatenate(reached)  # a row that several tokens reach comes as often, with the same value
            gathered = found.take(some)
            found[some] = 0
            gathered /= gathered + self._norms.take(some)
            met[some] = met.take(some) + importance * gathered
        if rows is None:
            some = np.argpartition(-met, k)[:k] if k < len(met) else np.arange(len(met))
        else:
            some = rows[np.argpartition(-met[rows], k)[:k]] if k < len(rows) else rows
        return np.sort(some[met[some] > 0])

    def _nearest(self, question: Tokens) -> Iterator[tuple[float, Ids, Floats]]:
        """For the tokens of a question that matter most: weight, the nearest to each that propose, cosines."""
        ids = np.unique(np.asarray(question, np.int64))
        ids = ids[np.argsort(-self._idf[ids], kind="stable")[:_TOKENS]]
        for importance, (tokens, cosines) in zip(self._idf[ids].tolist(), self._alike_to(ids), strict=True):
            near = np.flatnonzero(self._proposes[tokens])
            if len(near) > _NEAREST:
                near = near[np.argpartition(-cosines[near], _NEAREST)[:_NEAREST]]
            yield importance, tokens[near], cosines[near]

    def _alike_to(self, ids: Ids) -> list[tuple[Ids, Floats]]:
        """For each of these tokens those of the posts that are like it, rising, and their cosines from FLOOR up.

        They are few, and remembered: most tokens of a question were in another.
        """
        known = self._alike  # another thread may put a new one in its place
        found = {token: known[token] for token in ids.tolist() if token in known}
        new = np.array([token for token in ids.tolist() if token not in found], np.int64)
        rows = self._unit_rows(new)
        alike = self._product(rows, self._units) if len(new) else rows
        for token, row, rough in zip(new.tolist(), rows, alike, strict=True):
            near = np.flatnonzero(rough >= FLOOR - _ROUGH)
            cosines = (self._unit_rows(self._held[near]) * row).sum(axis=1)
            some = cosines >= FLOOR
            found[token] = self._held[near[some]], cosines[some]
        if len(self._alike) > _REMEMBERED:
            self._alike = {}
        self._alike.update(found)
        return [found[token] for token in ids.tolist()]

    def _unit_rows(self, ids: Ids) -> Floats:
        rows: Floats = self._table[ids]
        rows *= self._scale[ids, None]
        return rows

    def _product(self, rows: Floats, others: Floats) -> Floats:
        with self._blas.limit(limits=1, user_api="blas"):  # so little work only waits for a second thread
            product: Floats = rows @ others
        return product

    def scores(self, questions: Sequence[Tokens], rows: Ids) -> tuple[Floats, Floats]:
        """(soft BM25, MaxSim) of these rows for each question, each float32 (len(questions), len(rows)) in [0, 1]: the
        idf-weighted share of the question that the passage meets, by all of its tokens and by the single best one.
        """
        soft, best = np.zeros((2, len(questions), len(rows)), np.float32)
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            chunk = slice(at, at + _ROWS_AT_ONCE)
            starts, ends = self._offsets[rows[chunk]], self._offsets[rows[chunk] + 1]
            edges = np.concatenate([[0], np.cumsum(ends - starts)])
            places = np.repeat(starts - edges[:-1], ends - starts) + np.arange(edges[-1])
            soft[:, chunk], best[:, chunk] = self._interact(questions, self._tokens[places], edges)
        return soft, best

    def scores_of_texts(self, questions: Sequence[Tokens], texts: Sequence[Tokens]) -> tuple[Floats, Floats]:
        """As `scores`, for texts outside the index (sentences, say) given by their token ids."""
        edges = np.concatenate([[0], np.cumsum([len(t) for t in texts], dtype=np.int64)])
        tokens = np.concatenate([np.empty(0, np.int32), *texts]).astype(np.int64)
        return self._interact(questions, tokens, edges, np.unique(tokens[self._postings.df[tokens] == 0]))

    def _interact(
        self, questions: Sequence[Tokens], tokens: Tokens, edges: Ids, strange: Ids = _NONE
    ) -> tuple[Floats, Floats]:
        """As `scores`, of the rows that `edges` cut `tokens` into; `strange` are those of them that no post holds."""
        n, lengths = len(edges) - 1, np.diff(edges)
        own = [np.unique(np.asarray(question, np.int64)) for question in questions]
        ids = np.unique(np.concatenate([_NONE, *own]))
        shape = len(questions), n
        if not len(ids) or not len(tokens):
            return np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        soft, best = np.zeros((2, len(ids), n), np.float32)
        # Of a few hundred passages, one token in seven is like any of the question's.
        column, cosine = self._cosines(ids, strange)
        columns = column[tokens]
        kept = np.flatnonzero(columns >= 0)
        gathered = np.take(cosine, columns[kept], axis=1)  # (ids, kept tokens of all rows)
        bounds = np.searchsorted(kept, edges)
        filled = bounds[1:] > bounds[:-1]
        starts = bounds[:-1][filled]
        best[:, filled] = np.maximum.reduceat(gathered, starts, axis=1)
        soft[:, filled] = np.add.reduceat(np.square(gathered, out=gathered), starts, axis=1)
        soft /= soft + self._norms_of(lengths)
        met = np.zeros((2, *shape), np.float32)
        for i, mine in enumerate(own):
            importance, places = self._idf[mine], np.searchsorted(ids, mine)
            total = float(importance.sum())
            if total > 0:
                met[:, i] = importance @ soft[places] / total, importance @ best[places] / total
        return met[0], met[1]

    def _cosines(self, ids: Ids, strange: Ids) -> tuple[NDArray[np.int32], Floats]:
        """int32 (V,), each token's column, -1 for one that is like none of `ids`; cosines from FLOOR up, else 0."""
        alike = self._alike_to(ids)
        column = np.full(len(self._table), -1, np.int32)
        column[np.concatenate([tokens for tokens, _ in alike])] = 0
        some = np.flatnonzero(column == 0)
        column[some] = np.arange(len(some), dtype=np.int32)
        column[strange] = len(some) + np.arange(len(strange), dtype=np.int32)
        cosine = np.zeros((len(ids), len(some) + len(strange)), np.float32)
        for row, (tokens, cosines) in zip(cosine, alike, strict=True):
            row[column[tokens]] = cosines
        if len(strange):
            found = self._product(self._unit_rows(ids), self._unit_rows(strange).T)
            cosine[:, len(some) :] = np.where(found >= FLOOR, found, 0)
        return column, cosine
