"""How well the passages found meet a question: the signals on which answering or abstaining is decided.

Works on the scores of the hits and on names: a question that names something wants a post that names it too. Knows
nothing about how passages were found or what is done with the signals.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from rapidfuzz import fuzz, process

from rag.answering.naming import names_in
from rag.text.kanji import one_form
from rag.types import Floats, Hit, Variant

#: Cosine of two words from which they begin to count as alike, and from which they count in full.
_ALIKE_FROM, _ALIKE_FULL = 0.4, 0.8
_LATIN = re.compile(r"[a-z]{5,}")
_LETTERS_OR_NOT = re.compile("[a-z]+|[^a-z]+")
_BEST_POSTS = 3  # looked at for what a question names: further down, a post has one of the names by chance
#: A Latin name of so many letters is met by one that is so like it (0-100): a slip of the pen, not another name.
_SLIP_LENGTH, _SLIP_LIKE = 6, 88


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a hit needs of its index."""

    words: Callable[[str], list[str]]  # content words of a text, in order
    rarity: Callable[[Sequence[str]], Floats]  # >= 0 per word; the highest for a word that no passage holds
    rarest: float  # > 0: the highest rarity
    vectors: Callable[[Sequence[str]], Floats]  # a unit row per word
    variants: Callable[[Sequence[str]], Sequence[Variant]]  # other spellings of a question's words
    #: how much of a question each text meets, in [0, 1]: alone, and with what stands above it (the third argument)
    scores: Callable[[str, Sequence[str], Sequence[str]], tuple[Sequence[float], Sequence[float]]]
    likeness: Callable[[str, Sequence[Hit]], float]  # cosine of a question and the hit most like it, in [0, 1]
    asked: Callable[[str], list[str]]  # the words that a question asks for: as `words`, but compounds and years alone


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for (or, where it says so, against) an answer among the hits."""

    score: float = 0.0  # of the best hit, in [0, 1]
    likeness: float = 0.0  # cosine of the question and the hit that is most like it, in [0, 1]
    mass: float = 0.0  # log(1 + rarity met / the highest): a common word proves little, though it be all that is asked
    named: float = 0.0  # 1 when the question names something, else 0: posts rarely answer what names nothing
    names_met: float = 1.0  # share of its names, by rarity, in the one of the best posts that has most, in [0, 1]
    name_lacking: float = 0.0  # against: rarity of the rarest name that this post lacks, over the highest, in [0, 1]

    def values(self) -> tuple[float, ...]:
        """The signals in a fixed order."""
        return astuple(self)


def measure(question: str, hits: Sequence[Hit], reader: Reader) -> Signals:
    """The signals of a question and its hits, best first; those of no evidence when there are no words or no hits."""
    words = list(dict.fromkeys(reader.asked(question)))
    if not words or not hits:
        return Signals()
    rarity = dict(zip(words, (reader.rarity(words) / reader.rarest).tolist(), strict=True))
    names = {word: name for word, name in names_in(question, reader.asked).items() if word in rarity}
    lacking = _lacking(names, hits, reader, rarity)
    total = sum(rarity[name] for name in names) or 1.0
    return Signals(
        score=hits[0].score,
        likeness=reader.likeness(question, hits),
        mass=float(np.log1p(hits[0].score * sum(rarity.values()))),
        named=float(bool(names)),
        names_met=1 - sum(rarity[name] for name in lacking) / total,
        name_lacking=max((rarity[name] for name in lacking), default=0.0),
    )


def _lacking(
    names: Mapping[str, str], hits: Sequence[Hit], reader: Reader, rarity: Mapping[str, float]
) -> list[str]:  # fmt: skip
    """The names that are lacking in the one of the best posts that has most of them, as far as its hits show."""
    of_post: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        of_post[hit.passage.post].append(f"{hit.passage.context}\n{hit.passage.text}")
    spellings: dict[str, list[tuple[str, ...]]] = {word: [(word,), (name,)] for word, name in names.items()}
    for variant in reader.variants(list(rarity)):
        for word in variant.words:
            if word in spellings:
                spellings[word].append(variant.other)
    least = list(names)
    for texts in list(of_post.values())[:_BEST_POSTS]:
        said, text = set(reader.words("\n".join(texts))), _fold("\n".join(texts))
        lacking = [
            name for name, ways in spellings.items() if not any(said.issuperset(w) or _has(text, w) for w in ways)
        ]
        if sum(rarity[name] for name in lacking) < sum(rarity[name] for name in least):
            least = lacking
    return least


def _has(text: str, words: Sequence[str]) -> bool:
    """Whether a folded text has all of these words; Latin ones whole, but for a slip."""
    return all(_has_latin(text, word) if word.isascii() else word in text for word in map(_fold, words))


def _has_latin(text: str, word: str) -> bool:
    pattern = "[ _-]?".join(map(re.escape, _LETTERS_OR_NOT.findall(word)))  # GPT 4o is GPT-4o
    if re.search(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", text):
        return True
    if len(word) < _SLIP_LENGTH or not word.isalpha():
        return False
    return process.extractOne(word, set(_LATIN.findall(text)), scorer=fuzz.ratio, score_cutoff=_SLIP_LIKE) is not None


def _fold(text: str) -> str:
    return one_form(unicodedata.normalize("NFKC", text)).casefold()


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
