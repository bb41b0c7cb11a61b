"""How well the passages found meet a question: the signals on which answering or abstaining is decided.

Works on words: each word of the question counts by its rarity, in full where a passage has it, in part where it has one
that is like it. Knows nothing about how passages were found or what is done with the signals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from rag.types import Floats, Hit, Variant

#: Hits that are read for the signals: what answers is rarely further down, and reading costs 2 ms a passage.
READ = 4
#: Cosine of two words from which they begin to count as alike, and from which they count in full.
_ALIKE_FROM, _ALIKE_FULL = 0.4, 0.8
#: Names as they look: Latin words, katakana of three or more, figures of two or more.
_NAME = re.compile("[A-Za-z]{2}|[\u30a1-\u30fa\u30fc]{3}|^[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a hit needs of its index."""

    words: Callable[[str], list[str]]  # content words of a text, in order
    rarity: Callable[[Sequence[str]], Floats]  # >= 0 per word; the highest for a word that no passage holds
    rarest: float  # > 0: the highest rarity
    vectors: Callable[[Sequence[str]], Floats]  # a unit row per word
    variants: Callable[[Sequence[str]], Sequence[Variant]]  # other spellings of a question's words
    scores: Callable[[str, Sequence[str]], Sequence[float]]  # how much of a question each text meets, in [0, 1]


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for (or, where it says so, against) an answer among the hits."""

    score: float = 0.0  # of the best hit, in [0, 1]
    met: float = 0.0  # share of the question, by rarity, that the hit which meets most of it meets, in [0, 1]
    mass: float = 0.0  # log(1 + rarity met / the highest): a common word proves little, though it be all that is asked
    lacking: float = 0.0  # against: rarity of the rarest word that this hit lacks, over the highest, in [0, 1]
    lacking_name: float = 0.0  # against: the same for names alone, which no other word can stand in for
    named: float = 0.0  # 1 when the question names something, else 0: posts rarely answer what names nothing

    def values(self) -> tuple[float, ...]:
        """The signals in a fixed order."""
        return astuple(self)


def measure(question: str, hits: Sequence[Hit], reader: Reader) -> Signals:
    """The signals of a question and its hits, best first; all 0 but the score when the question has no words."""
    words = list(dict.fromkeys(reader.words(question)))
    if not words or not hits:
        return Signals(score=hits[0].score if hits else 0.0)
    rarity = reader.rarity(words)
    met = met_words(words, [f"{h.passage.context}\n{h.passage.text}" for h in hits[:READ]], reader)  # (hits, words)
    masses = met @ rarity
    best = int(np.argmax(masses))
    names = np.array([bool(_NAME.search(word)) for word in words])
    unmet = rarity * (1 - met[best])
    return Signals(
        score=hits[0].score,
        met=float(masses[best] / max(rarity.sum(), 1e-6)),
        mass=float(np.log1p(masses[best] / reader.rarest)),
        lacking=float(unmet.max() / reader.rarest),
        lacking_name=float(unmet[names].max(initial=0.0) / reader.rarest),
        named=float(names.any()),
    )


def met_words(words: Sequence[str], texts: Sequence[str], reader: Reader) -> Floats:
    """(len(texts), len(words)) in [0, 1]: how far each text has each word, or one like it."""
    own = [dict.fromkeys(reader.words(text)) for text in texts]
    vocabulary = list(dict.fromkeys(word for text in own for word in text))
    met = np.zeros((len(texts), len(words)), np.float32)
    if not vocabulary:
        return met
    alike = (reader.vectors(words) @ reader.vectors(vocabulary).T - _ALIKE_FROM) / (_ALIKE_FULL - _ALIKE_FROM)
    alike = np.clip(alike, 0, 1)
    place = {word: i for i, word in enumerate(vocabulary)}
    for i, word in enumerate(words):
        if word in place:
            alike[i, place[word]] = 1
    for row, text in enumerate(own):
        if text:
            met[row] = alike[:, [place[word] for word in text]].max(axis=1)
    at = {word: i for i, word in enumerate(words)}
    for variant in reader.variants(words):
        for row in (row for row, text in enumerate(own) if all(word in text for word in variant.other)):
            for i in (at[word] for word in variant.words):
                met[row, i] = max(met[row, i], variant.weight)
    return met
