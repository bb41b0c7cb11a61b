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
from dataclasses import dataclass

import numpy as np

from rag.evidence import SIGNALS, Reader, Signals, measure
from rag.sentences import split_sentences
from rag.types import Hit, Passage

#: Finds at least this many hits for a question, best first.
Ask = Callable[[str], Sequence[Hit]]

SAMPLE = 32  # spans asked for, each whole and torn; about 60 ms each
HITS = 14  # asked for, so that enough are left when the own post is taken away
_MIN_SENTENCE, _SPAN = 24, 32  # characters
#: Weights of the signals on the scale of an index, where 0 is what comes without an answer and 1 what comes with one.
BIAS = -1.0
WEIGHTS = (1.0, 1.0, 1.0, 1.0)
_SMALLEST_RANGE = 0.05  # of a signal; below it, it tells nothing in this index


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scale of an index: per signal, its median without (`low`) and with (`high`) an answer."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def scaled(self, signals: Signals) -> tuple[float, ...]:
        """The signals on the index's scale, each kept within [-1, 2]."""
        return tuple(
            min(2.0, max(-1.0, (value - low) / max(_SMALLEST_RANGE, high - low)))
            for value, low, high in zip(signals.values(), self.low, self.high, strict=True)
        )

    def probability(self, signals: Signals) -> float:
        """How likely the hits with these signals hold an answer, in [0, 1]."""
        if signals.met == 0.0 and signals.mass == 0.0:
            return 0.0  # not a word of the question is there
        total = BIAS + sum(w * x for w, x in zip(WEIGHTS, self.scaled(signals), strict=True))
        return 1 / (1 + math.exp(-total))

    def as_json(self) -> dict[str, list[float]]:
        """For the index's manifest."""
        return {"low": list(self.low), "high": list(self.high)}

    @classmethod
    def from_json(cls, stored: object) -> Calibration:
        """As `as_json` made it; the scale of a middling index when there is none that can be used."""
        if isinstance(stored, dict):
            ends = [stored.get("low"), stored.get("high")]
            if all(isinstance(end, list) and len(end) == SIGNALS for end in ends):
                low, high = (tuple(float(x) for x in end) for end in ends if isinstance(end, list))
                return cls(low, high)
        return MIDDLING


#: Taken for an index too small to ask itself anything.
MIDDLING = Calibration(low=(0.20, 0.30, 0.70, 0.45), high=(0.55, 0.90, 1.80, 0.95))


def calibrate(passages: Iterable[Passage], ask: Ask, reader: Reader) -> Calibration:
    """The scale of an index, from its own passages. The same index gives the same scale, bit for bit."""
    questions = _sample(passages)
    answerable, not_answerable = [], []
    for i, (passage, span) in enumerate(questions):
        hits = ask(span)
        answerable.append(measure(span, hits, reader).values())
        elsewhere = [h for h in hits if h.passage.post != passage.post and span not in h.passage.text]
        not_answerable.append(measure(span, elsewhere, reader).values())
        other = questions[(i + 1) % len(questions)][1]
        torn = span[: len(span) // 2] + other[len(other) // 2 :]
        not_answerable.append(measure(torn, ask(torn), reader).values())
    if len(questions) < SAMPLE // 4:
        return MIDDLING
    low, high = (np.median(np.array(rows), axis=0).round(4).tolist() for rows in (not_answerable, answerable))
    return Calibration(tuple(low), tuple(high))


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
