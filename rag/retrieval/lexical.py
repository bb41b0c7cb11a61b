"""Japanese-aware words and BM25 over them. Knows nothing about passages' metadata or about embeddings.

Text is split by SudachiPy in its shortest mode and each word is taken in its normalised form (打合せ = 打ち合わせ,
コンピュータ = コンピューター, 960億 = 96000000000, and for many English words their katakana form: supply = サプライ).
Before that kanji, amounts and years are put in one form, and names like GPT-4o or 1.8.7 kept whole. Function words are left out: that matters as much as the splitter does. Scripts that Sudachi doesn't know are kept as
lower-case words (Latin, Cyrillic, …) or as character bigrams (Hangul).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sudachipy
from numpy.typing import NDArray

from rag.retrieval.postings import Postings
from rag.text.amounts import plain_amounts
from rag.text.compounds import pieces_of, split_compounds
from rag.text.eras import western_years
from rag.text.kanji import one_form
from rag.text.stopwords import STOPWORDS
from rag.text.sudachi import dictionary
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
_CHUNK = 10_000  # characters handed to Sudachi at once: its limit is 49,149 bytes, and its lattice grows with length
_MAX_WORD = 64  # longer runs (keys, base64, ASCII art) are no words

#: Part-of-speech prefixes, as Sudachi names them, that carry structure rather than content.
_FUNCTION_POS = (
    ("助詞",), ("助動詞",), ("空白",), ("接続詞",), ("感動詞",), ("連体詞",), ("代名詞",), ("接頭辞",),
    ("動詞", "非自立可能"), ("形容詞", "非自立可能"), ("形状詞", "助動詞語幹"), ("名詞", "助動詞語幹"),
)  # fmt: skip
#: Words that belong to asking, not to what is asked about (normalised forms).
_ASKING = frozenset((
    "幾ら", "何", "何故", "如何", "誰", "何処", "何時", "どの", "どれ", "どう", "どんな", "教える", "知る",
    "事", "物", "為", "訳", "等", "様", "パーセント",
))  # fmt: skip
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_LATIN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[\n。！？!?、，,.\s]")


class Tokenizer:
    """Words of a text, for indexing and for questions alike; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sudachi = dictionary().tokenizer(mode=sudachipy.SplitMode.A)
        self._is_function = dictionary().pos_matcher(_FUNCTION_POS)
        self._is_mark = dictionary().pos_matcher([("補助記号",), ("記号",)])
        self._latin = lru_cache(maxsize=50_000)(self._latin_word)

    def words(self, text: str) -> list[str]:
        """Normalised content words, in order, with repetitions; after a compound the pieces that it is met by as well,
        before a year its era's name.
        """
        return self._words(text, whole=False)

    def asked(self, question: str) -> list[str]:
        """The words that a question asks for: as `words`, but compounds and years alone."""
        return self._words(question, whole=True)

    def pieces(self, word: str) -> list[str]:
        """What `words` gives after the compound `word`; [] for any other."""
        return [p for piece in pieces_of(word) for p in (self._latin(piece) if piece.isalpha() else (piece,))]

    def _words(self, text: str, *, whole: bool) -> list[str]:
        text = one_form(unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text)))
        text = plain_amounts(western_years(text, with_era=not whole))
        found: list[str] = []
        with self._lock:  # Sudachi's tokenizer refuses a second caller
            for before, compound in split_compounds(text):
                for chunk in _chunks(before):
                    for m in self._sudachi.tokenize(chunk):
                        if not self._is_function(m):
                            found.extend(self._terms(m))
                if compound:
                    found.append(compound)
                    found.extend(() if whole else self.pieces(compound))
        return found

    def _terms(self, m: sudachipy.Morpheme) -> Iterator[str]:
        surface = m.surface()
        if len(surface) > _MAX_WORD:
            return
        if _LATIN.match(surface):
            if surface.isupper() and surface.lower() in STOPWORDS and len(surface) > 1:  # IT and US are names
                yield surface.lower()
            else:  # and GPUs are several GPU
                plural = len(surface) > 2 and surface.endswith("s") and surface[:-1].isupper()
                yield from self._latin((surface[:-1] if plural else surface).lower())
        elif self._is_mark(m):  # Sudachi takes scripts that it doesn't know for symbols
            for run in _HANGUL.findall(surface):
                yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
        else:
            word = m.normalized_form().lower()
            if word not in _ASKING and any(map(str.isalnum, word)):
                yield word

    def _latin_word(self, word: str) -> tuple[str, ...]:
        """A Latin (or Cyrillic, …) word: nothing for a stop word, else its normalised form in the singular."""
        if word in STOPWORDS:
            return ()
        singular = _singular(word)
        for form in dict.fromkeys((word, singular)):
            (m, *more) = self._sudachi.tokenize(form)
            if not more and not m.is_oov():
                return (m.normalized_form().lower(),)
        return (singular,)


def _singular(word: str) -> str:
    """English plurals without their ending; a word that only looks like one is cut the same way on both sides."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def _chunks(text: str) -> Iterator[str]:
    """Pieces of at most `_CHUNK` characters, cut at a mark where there is one."""
    while len(text) > _CHUNK:
        cut = max((m.end() for m in _BREAK.finditer(text, _CHUNK // 2, _CHUNK)), default=_CHUNK)
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


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
