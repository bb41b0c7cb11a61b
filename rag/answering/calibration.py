"""How likely an answer is among the hits: from their signals, and from what scores mean in this index.

What a score is worth differs from index to index: where posts repeat one another, or are many, something scores high
for any question. So each build asks its index a sample of its own: spans of its passages, and the same spans with the
post that they come from taken away. An answer is the likelier, the further the best hit scores above what other posts
reach for such a span. The steps from there to a probability are the same for all indexes; they were fitted on questions
that people wrote (`bench/fit_answers.py`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import quantiles

from rag.answering.evidence import Signals
from rag.text.sentences import split_sentences
from rag.types import Hit, Passage

#: Finds at least this many hits for a question, best first.
Ask = Callable[[str], Sequence[Hit]]

SAMPLE = 48  # spans asked for
HITS = 20  # asked for, as for a question; enough are left when the own post is taken away
_MIN_SENTENCE, _SPAN = 24, 32  # characters
#: Fitted by `bench/fit_answers.py` on questions that people wrote, to several corpora, rounded, and all multiplied by
#: 1.2, which decides no question otherwise: the fit's penalty leaves its probabilities too near the middle.
BIAS = -5.64
WEIGHTS = Signals(score=1.2, likeness=2.64, mass=2.76, named=3.84, names_met=1.92, name_lacking=-2.64)
#: Scores tell in full when with an answer they are so much higher than without; where posts repeat one another, so
#: that any question scores high, they tell nothing, and names have to.
_TELLING = 0.3
_LEAST_RANGE = 0.15  # of scores from without to with an answer
#: A question about a subject (自動運転の法規制は？) names nothing but is met in its words and in its sense: from these
#: scores and cosines it begins to count as one that names something, up to these nearly does.
_SUBJECT_SCORE, _SUBJECT_LIKENESS, _SUBJECT = (0.35, 0.5), (0.3, 0.4), 0.8


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the best score for a span is in an index, as four of five spans have it at most and at least."""

    without: float  # when the post that holds the span is taken away
    with_answer: float

    def scaled(self, s: Signals) -> Signals:
        """The signals as they are weighed: the score in [-0.5, 0.5], from where it is without an answer to where it is
        with one; a question that names nothing counts as if it did as far as its score is as with an answer, or as its
        subject is met.
        """
        reach = self.with_answer - self.without
        telling = _along(reach, 0.0, _TELLING)
        along = _along(s.score, self.without, self.without + max(_LEAST_RANGE, reach))
        subject = _SUBJECT * _along(s.score, *_SUBJECT_SCORE) * _along(s.likeness, *_SUBJECT_LIKENESS)
        return replace(s, score=telling * (along - 0.5), named=max(s.named, telling * along, subject))

    def probability(self, signals: Signals) -> float:
        """How likely the hits hold an answer, in [0, 1]; 0 when not a word of the question is in them."""
        if signals.mass == 0.0:
            return 0.0
        total = BIAS + sum(w * x for w, x in zip(WEIGHTS.values(), self.scaled(signals).values(), strict=True))
        return 1 / (1 + math.exp(-total))

    def as_json(self) -> dict[str, float]:
        """For the index's manifest."""
        return {"without": self.without, "with_answer": self.with_answer}

    @classmethod
    def from_json(cls, stored: object) -> Calibration:
        """As `as_json` made it; MIDDLING for anything else."""
        if not isinstance(stored, dict) or stored.keys() != {"without", "with_answer"}:
            return MIDDLING
        return cls(float(stored["without"]), float(stored["with_answer"]))


def _along(value: float, low: float, high: float) -> float:
    """How far a value has come from `low` to `high`, in [0, 1]."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


#: Taken for an index too small to ask itself anything.
MIDDLING = Calibration(without=0.25, with_answer=0.55)


def calibrate(passages: Iterable[Passage], ask: Ask) -> Calibration:
    """What scores mean in an index, from its own passages. The same index gives the same, bit for bit."""
    without, with_answer = [], []
    for passage, span in _sample(passages):
        hits = ask(span)
        with_answer.append(max((h.score for h in hits), default=0.0))
        elsewhere = (h.score for h in hits if h.passage.post != passage.post and span not in h.passage.text)
        without.append(max(elsewhere, default=0.0))
    if len(without) < SAMPLE // 6:
        return MIDDLING
    return Calibration(round(quantiles(without, n=5)[-1], 4), round(quantiles(with_answer, n=5)[0], 4))


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
