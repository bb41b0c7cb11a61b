"""Which documents hold a term, and how often: the counts that BM25 and late interaction score by.

Those of an earlier build are carried over, so that a build counts only what is new. Terms and documents are numbers
from 0; knows nothing about what they stand for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.storage.counting import counted_pairs
from rag.storage.ragged import Ragged, below
from rag.types import Ids

#: Part of the documents that may differ before counting all of them anew is as quick.
_MOST = 0.2


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term how many documents hold it, and which, unless they are too many to be worth it."""

    df: NDArray[np.int32]  # (V,)
    starts: Ids  # (V + 1,): term t is in rows[starts[t]:starts[t+1]], none of them if it is in too many
    rows: NDArray[np.integer]  # rising for each term
    counts: NDArray[np.uint8]  # how often the term is in that row, at most 255

    def idf(self, n: int) -> NDArray[np.float64]:
        """(V,) rarity of each term among `n` documents, in the form that is never negative (Lucene's)."""
        found: NDArray[np.float64] = np.log(1 + (n - self.df + 0.5) / (self.df + 0.5))
        return found


def postings_of(documents: Ragged, vocabulary: int, max_share: float = 1.0) -> Postings:
    """The postings of documents of terms below `vocabulary`; of a term in more than `max_share` only how many."""
    terms, rows, counts = _pairs(documents, np.arange(len(documents)))
    df = np.bincount(terms, minlength=vocabulary)
    few = df <= _limit(len(documents), max_share)
    if few.all():
        return _packed(df, few, rows, counts, len(documents))
    kept = few[terms]
    return _packed(df, few, rows[kept], counts[kept], len(documents))


def carried_over(
    old: Postings, before: Ragged, documents: Ragged, source: Ids, terms: Ids, vocabulary: int, max_share: float = 1.0
) -> Postings:  # fmt: skip
    """The same as `postings_of(documents, vocabulary, max_share)`, from those of the documents `before`.

    `source` (n,) is where each of the documents stands in `before`, or -1 for a new one; `terms` is what each term of
    `before` is now, -1 for one that none of the documents holds.
    """
    n, known = len(documents), np.flatnonzero(source >= 0)
    now = np.full(len(before), -1, np.int32)
    now[source[known]] = known
    gone, new = np.flatnonzero(now < 0), np.flatnonzero(source < 0)
    twice = len(known) + len(gone) != len(before)  # one document is now two that are equal
    if twice or len(gone) + len(new) > _MOST * n:
        return postings_of(documents, vocabulary, max_share)
    df = np.zeros(vocabulary, np.int64)
    df[terms[terms >= 0]] = old.df[terms >= 0]
    left = terms[_pairs(before.take(gone), gone)[0]]
    df -= np.bincount(left[left >= 0], minlength=vocabulary)
    added = _pairs(documents.take(new), new)
    df += np.bincount(added[0], minlength=vocabulary)
    few = df <= _limit(n, max_share)
    unlisted = np.zeros(vocabulary, bool)  # which rows hold a term that was in too many, but is not now, is not known
    unlisted[terms[(np.diff(old.starts) == 0) & (old.df > 0) & (terms >= 0)]] = True
    unlisted &= few
    pairs = [tuple(column[few[added[0]] & ~unlisted[added[0]]] for column in added)]
    if unlisted.any():
        found = np.flatnonzero(unlisted[documents.values])
        holders = np.searchsorted(documents.offsets, found, side="right") - 1
        pairs.append(counted_pairs(documents.values[found], holders))
    wanted = terms >= 0
    wanted[wanted] = few[terms[wanted]]
    places, rows, counts = _kept(old, now, wanted, terms, vocabulary * n, n)
    if (np.diff(source[known]) < 0).any():  # documents changed places
        order = np.argsort(places)
        rows, counts, places = rows[order], counts[order], places[order]
    new_terms, new_rows, new_counts = (np.concatenate(column) for column in zip(*pairs, strict=True))
    new_places = new_terms.astype(np.int64) * n + new_rows
    order = np.argsort(new_places)
    at = np.searchsorted(places, new_places[order].astype(places.dtype))
    rows = np.insert(rows, at, new_rows[order])
    return _packed(df, few, rows, np.insert(counts, at, new_counts[order].clip(max=255)), n)


def _kept(
    old: Postings, now: NDArray[np.int32], wanted: NDArray[np.bool_], terms: Ids, size: int, n: int
) -> tuple[NDArray[Any], NDArray[np.int32], NDArray[np.uint8]]:  # fmt: skip
    """Of the `wanted` terms what is still there, in the old order: term x n + row, which is below `size`, row, count.

    `now` is the row of each old one, -1 for one that is gone; `terms` is what each old term is now.
    """
    listed = np.diff(old.starts)
    some = np.repeat(wanted, listed)
    rows, counts = now[old.rows[some]], old.counts[some]
    narrow = np.uint32 if size < 1 << 32 else np.uint64  # less memory is touched
    places = np.repeat((terms.clip(0) * n).astype(narrow), listed * wanted)
    places += rows.astype(narrow)
    there = rows >= 0
    if there.all():
        return places, rows, counts
    return places[there], rows[there], counts[there]


def _pairs(documents: Ragged, rows: Ids) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Term, row and count of each pair that occurs, in order; document i has number rows[i]."""
    return counted_pairs(documents.values, np.repeat(rows.astype(np.uint32), np.diff(documents.offsets)))


def _limit(n: int, max_share: float) -> float:
    return max(1, max_share * n)


def _packed(
    df: NDArray[np.integer], few: NDArray[np.bool_], rows: NDArray[np.integer], counts: NDArray[np.integer], n: int
) -> Postings:  # fmt: skip
    starts = np.concatenate([[0], np.cumsum(np.where(few, df, 0), dtype=np.int64)])
    return Postings(df.astype(np.int32), starts, rows.astype(below(n)), np.minimum(counts, 255).astype(np.uint8))
