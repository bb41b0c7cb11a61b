"""What the signals of an index mean: which come with an answer in it, and which without one.

Scores differ from index to index with its size, language, adaptation and model; so each build asks its index a sample
of its own: spans of its passages, which it can answer, the same spans with the post they come from taken away, which
are near but can't be answered, and spans torn from two posts. Where the signals of both lie gives each index its scale;
the steps from there to a probability are the same for all and were fitted on questions that people wrote (`bench/`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from rag.evidence import Reader, Signals, measure
from rag.sentences import split_sentences
from rag.types import Hit, Passage

#: Finds at least this many hits for a question, best first.
Ask = Callable[[str], Sequence[Hit]]

SAMPLE = 32  # spans asked for, each whole and torn; about 60 ms each
HITS = 14  # asked for, so that enough are left when the own post is taken away
_MIN_SENTENCE, _SPAN = 24, 32  # characters
#: Fitted by `bench/answers.py --fit` on questions that people wrote, to three corpora, and rounded.
BIAS = 2.0
WEIGHTS = Signals(score=0.2, met=0.3, mass=0.9, lacking=-1.35, lacking_name=-0.7, named=1.0)
#: How far an index's own scale is followed, from the middling one (0) to its own (1). Spans repeat the posts' words and
#: questions don't, so it is followed part of the way.
_TRUST = 0.25
_SMALLEST_RANGE = 0.05  # of a signal; below it, it tells nothing in this index
_LOWEST, _HIGHEST = -3.0, 3.0  # of a signal on an index's scale: one odd signal alone must not decide


@dataclass(frozen=True, slots=True)
class Scale:
    """One signal in one index: its median without (`low`) and with (`high`) an answer."""

    low: float
    high: float

    def of(self, value: float) -> float:
        """The value where `low` is 0 and `high` is 1."""
        return min(_HIGHEST, max(_LOWEST, (value - self.low) / max(_SMALLEST_RANGE, self.high - self.low)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scales of an index's signals; those that aren't here mean the same everywhere."""

    score: Scale
    met: Scale
    mass: Scale

    def scaled(self, s: Signals) -> Signals:
        """The signals on the index's scales."""
        return replace(s, score=self.score.of(s.score), met=self.met.of(s.met), mass=self.mass.of(s.mass))

    def probability(self, signals: Signals) -> float:
        """How likely the hits hold an answer, in [0, 1]; 0 when not a word of the question is in them."""
        if signals.mass == 0.0:
            return 0.0
        total = BIAS + sum(w * x for w, x in zip(WEIGHTS.values(), self.scaled(signals).values(), strict=True))
        return 1 / (1 + math.exp(-total))

    def as_json(self) -> dict[str, list[float]]:
        """For the index's manifest."""
        return {name: [scale.low, scale.high] for name, scale in self._scales()}

    @classmethod
    def from_json(cls, stored: object) -> Calibration:
        """As `as_json` made it; MIDDLING for anything else."""
        if not isinstance(stored, dict) or stored.keys() != {"score", "met", "mass"}:
            return MIDDLING
        return cls(**{name: Scale(float(low), float(high)) for name, (low, high) in stored.items()})

    def _scales(self) -> list[tuple[str, Scale]]:
        return [("score", self.score), ("met", self.met), ("mass", self.mass)]


#: Taken for an index too small to ask itself anything.
MIDDLING = Calibration(score=Scale(0.32, 0.64), met=Scale(0.50, 1.0), mass=Scale(1.10, 1.55))


def calibrate(passages: Iterable[Passage], ask: Ask, reader: Reader) -> Calibration:
    """The scale of an index, from its own passages. The same index gives the same scale, bit for bit."""
    questions = _sample(passages)
    if len(questions) < SAMPLE // 4:
        return MIDDLING
    answerable, not_answerable = [], []
    for i, (passage, span) in enumerate(questions):
        hits = ask(span)
        answerable.append(measure(span, hits, reader))
        elsewhere = [h for h in hits if h.passage.post != passage.post and span not in h.passage.text]
        not_answerable.append(measure(span, elsewhere, reader))
        other = questions[(i + 1) % len(questions)][1]
        torn = span[: len(span) // 2] + other[len(other) // 2 :]
        not_answerable.append(measure(torn, ask(torn), reader))

    def scale(signal: Callable[[Signals], float], middling: Scale) -> Scale:
        low, high = (median(map(signal, some)) for some in (not_answerable, answerable))
        return Scale(
            round(middling.low + _TRUST * (low - middling.low), 4),
            round(middling.high + _TRUST * (high - middling.high), 4),
        )

    return Calibration(
        scale(lambda s: s.score, MIDDLING.score),
        scale(lambda s: s.met, MIDDLING.met),
        scale(lambda s: s.mass, MIDDLING.mass),
    )


def _sample(passages: Iterable[Passage]) -> list[tuple[Passage, str]]:
    """Up to SAMPLE passages, chosen by hash so that a few new posts change few of them, each with a span to ask for."""
    chosen = sorted(passages, key=lambda p: hashlib.blake2b(p.id.encode(), digest_size=8).digest())
    found: list[tuple[Passage, str]] = []
    for passage in chosen:
        sentences = [(a, b) for a, b in split_sentences(passage.text) if b - a >= _MIN_SENTENCE]
        if sentences:
            start, end = sentences[len(sentences) // 2]
            found.append((passage, _span(passage.text[start:end])))
        if len(found) == SAMPLE:
            break
    return found


def _span(sentence: str) -> str:
    """The middle of a sentence, cut at spaces where it has any."""
    start = max(0, (len(sentence) - _SPAN) // 2)
    if " " not in sentence:
        return sentence[start : start + _SPAN]
    length = 2 * _SPAN  # words take more characters in scripts that put spaces between them
    start = max(0, (len(sentence) - length) // 2)
    words = sentence[start : start + length].split(" ")
    return " ".join(words[1:-1] if start and len(words) > 3 else words)
