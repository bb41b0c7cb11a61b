"""From hits to an answer in the posts' own words: picks the sentences that answer, quotes them, or says there are none.

Every quote is cut out of its passage by offsets, so it can't differ from it. Knows nothing about indexes or history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.evidence import Reader
from rag.frames import FRAMES, sources_line
from rag.pick import MAX_QUOTES, Quote, best_sentences, common, figures_differ, with_neighbours
from rag.question import answering_spans, figures, kinds_of, language_of
from rag.types import Answer, Citation, Hit

#: No answer is given below this probability that one would be right.
ANSWER_FROM = 0.5

#: Two sentences speak of the same thing when they share this much outside their figures, and are worth nearly as much.
_SAME_THING, _AS_GOOD = 0.5, 0.85
_OWN_NUMBERS = re.compile(r"[\[【［〔]\s*(\d+(?:\s*[,，、–-]\s*\d+)*)\s*[\]】］〕]")


def extract(question: str, hits: Sequence[Hit], reader: Reader, confidence: float, searched: str = "") -> Answer:
    """The 1-4 quotes that answer, verbatim and in reading order, each a sentence and its neighbours.

    Where posts give different figures for one thing, those sentences, newest first; below ANSWER_FROM no answer.
    Text and citations agree: [1]..[n], each used.
    """
    asked = searched or question
    language = language_of(question)
    picked = best_sentences(asked, hits, reader) if confidence >= ANSWER_FROM else []
    if not picked:
        return refuse(question, hits, min(confidence, ANSWER_FROM - 0.01), searched)
    differing = _differing(asked, picked, hits)
    lines = [FRAMES[language].differ] if differing else []
    citations = []
    for n, s in enumerate(differing or _in_reading_order(with_neighbours(asked, picked, hits), hits), start=1):
        passage = hits[s.hit].passage
        citations.append(Citation(n, passage, s.text, s.start, s.end, answering_spans(kinds_of(asked), s.text)))
        day = f"{passage.date or FRAMES[language].undated}: " if differing else ""
        lines.append(f"{day}{without_numbers(' '.join(s.text.split()))} [{n}]")
    dates = {c.passage.post: c.passage.date for c in citations}
    lines.append(sources_line(language, len(dates), dates.values()))
    return Answer(question, "\n".join(lines), True, confidence, tuple(citations), tuple(hits), searched)


def refuse(question: str, hits: Sequence[Hit], confidence: float, searched: str = "") -> Answer:
    """That the posts don't say, in the question's language; the hits are the nearest."""
    return Answer(question, FRAMES[language_of(question)].refusal, False, confidence, (), tuple(hits), searched)


def without_numbers(text: str) -> str:
    """The text with its own bracketed numbers in parentheses: a post's "[3]" must not read as a citation."""
    return _OWN_NUMBERS.sub(r"(\1)", text)


def _in_reading_order(picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """Posts by their best sentence, each post's sentences as they stand in it."""
    first: dict[str, int] = {}
    for i, s in enumerate(picked):
        first.setdefault(hits[s.hit].passage.post, i)

    def place(s: Quote) -> tuple[int, int, int]:
        passage = hits[s.hit].passage
        return first[passage.post], passage.start_line, s.start

    return sorted(picked, key=place)


def _differing(question: str, picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """The sentences of different posts that give another figure for what the best one is about, newest first; or []."""
    best = picked[0]
    if not {"figure", "date"}.intersection(kinds_of(question)) or not any(figures(best.text)):
        return []
    others = [
        s
        for s in picked[1:]
        if s.worth >= _AS_GOOD * best.worth
        and hits[s.hit].passage.post != hits[best.hit].passage.post
        and figures_differ(s.text, best.text)
        and common(_no_figures(s.text), _no_figures(best.text)) >= _SAME_THING
    ]
    together = [best, *others][:MAX_QUOTES]
    return sorted(together, key=lambda s: hits[s.hit].passage.date, reverse=True) if others else []


def _no_figures(text: str) -> str:
    return re.sub("[0-9０-９一二三四五六七八九十百千万億兆.,，．]", "", text)
