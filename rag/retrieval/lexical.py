"""BM25 over words. Knows nothing about how texts are split, about passages' metadata or about embeddings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.postings import Postings
from rag.types import Floats, Ids, Variant

#: BM25's saturation and length normalisation. Passages are short and of like length, so b is below the usual 0.75.
K1, B = 1.2, 0.6
#: A title or heading word counts this often beside the passage's own words (field weights as term frequencies).
TITLE_WEIGHT, HEADING_WEIGHT = 1, 1

#: A verb or adjective of a Japanese question counts this much beside a noun: who asks has other verbs than who writes.
INFLECTED = 0.6
#: A compound of the question is met so far by a passage that only has its pieces.
PIECES = 0.5
_INFLECTED = re.compile(r"[\u3041-\u309f\u3400-\u9fff々]*[うくぐすつぬぶむるい]")  # in the dictionary form
_NO_GROUPS = np.empty(0, np.int64)
_NOWHERE = np.empty(0, np.int64), np.empty(0, np.float32)


class LexicalIndex:
    """BM25 over the words of passages, in Lucene's form: what bm25s calls "lucene" (Lù 2024, arXiv:2407.03618)."""

    def __init__(self, postings: Postings, lengths: Ids, vocabulary: Sequence[str]) -> None:
        """`lengths` (n,) counts the words of each passage; word i of the postings is vocabulary[i]."""
        self._ids = {word: i for i, word in enumerate(vocabulary)}
        self._postings, self.n = postings, len(lengths)
        self._idf = postings.idf(self.n).astype(np.float32)
        mean = max(1.0, lengths.mean()) if self.n else 1.0
        self._norms = (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
        self.rarest = float(self._idf.max()) if len(self._idf) else 1.0  # idf of a word that no passage holds

    def frequencies(self) -> dict[str, int]:
        """Number of passages that hold each word, title and heading included."""
        return dict(zip(self._ids, self._postings.df.tolist(), strict=True))

    def scores(
        self, words: Sequence[str], variants: Sequence[Variant] = (), groups: Ids = _NO_GROUPS
    ) -> tuple[Floats, Floats]:
        """float32 (n,) and (number of groups,), in [0, 1]: BM25 of each passage, and what the passages of a group reach
        together, each word by the best of them; over the most that any passage could reach for these words.

        `groups` (n,) holds the group of each passage, rising from 0 without a gap; without it there is none. A word
        that no passage holds counts in what could be reached: the score says how much of the question is met. Of a
        word and its variants a passage gets the best one, so that a name in two spellings counts once. Verbs and
        adjectives count INFLECTED beside the rest.
        """
        scores, most = np.zeros(self.n, np.float32), 0.0
        together = np.zeros(int(groups[-1]) + 1 if len(groups) else 0, np.float32)
        for term, others in _terms_with_variants(words, variants):
            weight = self._idf_of(term)
            rows, best = self._reached(term, others, weight)
            if all(map(_INFLECTED.fullmatch, term)):
                weight, best = INFLECTED * weight, best * np.float32(INFLECTED)
            scores[rows] += best
            if len(groups) and len(rows):
                group = groups[rows]
                first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
                together[group[first]] += np.maximum.reduceat(best, first)
            most += weight
        share = np.float32(most or 1.0)
        return np.minimum(scores / share, np.float32(1.0)), np.minimum(together / share, np.float32(1.0))

    def _reached(self, term: tuple[str, ...], others: Others, weight: float) -> tuple[NDArray[Any], Floats]:
        """The rows, rising, that have a term in some spelling, and what the best of its spellings scores there."""
        if len(term) == 1 and not others:
            return self._column(term[0])
        best = np.zeros(self.n, np.float32)
        for spelling, sureness in ((term, 1.0), *others):
            reached = np.zeros(self.n, np.float32)
            for word in spelling:
                rows, scores = self._column(word)
                reached[rows] += scores
            np.maximum(best, reached * np.float32(sureness * weight / self._idf_of(spelling)), out=best)
        rows = np.flatnonzero(best > 0)
        return rows, best[rows]

    def _column(self, word: str) -> tuple[NDArray[Any], Floats]:
        """The rows, rising, that hold a word, and its score in each."""
        i = self._ids.get(word)
        if i is None:
            return _NOWHERE
        start, end = self._postings.starts[i : i + 2].tolist()
        rows, counts = self._postings.rows[start:end], self._postings.counts[start:end].astype(np.float32)
        counts /= counts + self._norms.take(rows)
        counts *= self._idf[i]
        return rows, counts

    def held(self, words: Sequence[str], pieces: Callable[[str], Sequence[str]]) -> list[str]:
        """The words, but of a compound that no passage holds its pieces instead, where it has any."""
        return [held for word in words for held in ((word,) if word in self._ids else pieces(word) or (word,))]

    def lacking(self, words: Sequence[str], variants: Sequence[Variant] = ()) -> float:
        """Share of the words, by rarity, that no passage has in any spelling, in [0, 1]; 0 for no words."""
        spelled = {word for v in variants for word in v.words if all(other in self._ids for other in v.other)}
        rarity = {word: self._idf_of((word,)) for word in dict.fromkeys(words)}
        lacking = sum(rarity[word] for word in rarity if word not in self._ids and word not in spelled)
        return lacking / (sum(rarity.values()) or 1.0)

    def rarity(self, words: Sequence[str]) -> Floats:
        """float32 (len(words),) idf of each word; of one that no passage holds, that of the rarest."""
        return np.array([self._idf_of((word,)) for word in words], np.float32)

    def _idf_of(self, words: Sequence[str]) -> float:
        return sum(float(self._idf[self._ids[w]]) if w in self._ids else self.rarest for w in words)

    def best(self, scores: Floats, k: int, rows: Ids | None = None) -> tuple[Ids, Floats]:
        """The k best rows of `scores` above 0 and their scores, best first; `rows` (sorted) limits the choice."""
        if rows is not None:
            allowed = np.zeros(self.n, bool)
            allowed[rows] = True
            scores = np.where(allowed, scores, np.float32(0))
        k = min(k, self.n)
        found = np.argpartition(-scores, k - 1)[:k] if k < self.n else np.arange(self.n)
        found = found[scores[found] > 0]
        found = found[np.lexsort((found, -scores[found]))].astype(np.int64)
        return found, scores[found]


Others = list[tuple[tuple[str, ...], float]]


def _terms_with_variants(words: Sequence[str], variants: Sequence[Variant]) -> Iterator[tuple[tuple[str, ...], Others]]:
    """Each word of the question once, alone or in the longest term that has variants, with those."""
    by_term: dict[tuple[str, ...], Others] = {}
    for v in variants:
        by_term.setdefault(v.words, []).append((v.other, v.weight))
    taken: set[str] = set()
    for term in sorted(by_term, key=len, reverse=True):
        if taken.isdisjoint(term):
            taken.update(term)
            yield term, by_term[term]
    for word in dict.fromkeys(words):
        if word not in taken:
            yield (word,), []
