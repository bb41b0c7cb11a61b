"""From hits to an answer in the posts' own words: picks the sentences that answer, quotes them, or says there are none.

Every quote is cut out of its passage by offsets, so it can't differ from it. Knows nothing about indexes or history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.evidence import Reader
from rag.frames import FRAMES, sources_line
from rag.question import answering_spans, figures, has_form, kinds_of, language_of
from rag.sentences import split_sentences
from rag.types import Answer, Citation, Hit

#: No answer is given below this probability that one would be right.
ANSWER_FROM = 0.55

MAX_QUOTES = 4
_FROM_HITS = 8  # hits whose sentences are looked at
_MIN_SENTENCE = 12  # characters; shorter ones are headings and asides
#: What a sentence's worth is made of, beside its own score over the best one's (in [0, 1]).
_HIT_WEIGHT, _FORM_BONUS, _LENGTH_BONUS = 3.0, 0.15, 0.3
_FULL_LENGTH = 120  # characters from which a sentence is taken to say something on its own
#: A quote takes in the sentences around it up to this many and this long: alone, few sentences name their subject.
_MAX_RUN, _MAX_QUOTE = 3, 240
_PER_HIT = 2  # quotes of one passage
_SAME = 0.6  # share of common character pairs from which two sentences say the same
_NEAR_BEST = 0.5  # a further sentence is quoted when it is worth at least this share of the best
#: Two sentences speak of the same thing when they share this much outside their figures, and are worth nearly as much.
_SAME_THING, _AS_GOOD = 0.5, 0.85
_OWN_NUMBERS = re.compile(r"[\[【［〔]\s*(\d+(?:\s*[,，、–-]\s*\d+)*)\s*[\]】］〕]")


#: Never quoted: an address leads the reader away from the posts, a chat marker is meant for a model, not a reader.
_LEADS_AWAY = re.compile(r"(?:https?|javascript|data):|www\.|<\||\|>|\[/?INST|<</?SYS", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sentence:
    worth: float
    hit: int  # place among the hits
    start: int
    end: int
    text: str


def extract(question: str, hits: Sequence[Hit], reader: Reader, confidence: float, searched: str = "") -> Answer:
    """The 1-4 quotes that answer, verbatim and in reading order, each a sentence and its neighbours.

    Where posts give different figures for one thing, those sentences, newest first; below ANSWER_FROM no answer.
    Text and citations agree: [1]..[n], each used.
    """
    asked = searched or question
    language = language_of(question)
    picked = _pick(asked, hits, reader) if confidence >= ANSWER_FROM else []
    if not picked:
        return refuse(question, hits, min(confidence, ANSWER_FROM - 0.01), searched)
    differing = _differing(asked, picked, hits)
    lines = [FRAMES[language].differ] if differing else []
    citations = []
    for n, s in enumerate(differing or _in_reading_order(_grown(picked, hits), hits), start=1):
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


def _pick(question: str, hits: Sequence[Hit], reader: Reader) -> list[_Sentence]:
    """Sentences worth quoting, best first, none saying what a better one says."""
    spans = [
        (place, start, end)
        for place, hit in enumerate(hits[:_FROM_HITS])
        for start, end in split_sentences(hit.passage.text)
        if end - start >= _MIN_SENTENCE
    ] or [(0, 0, len(hit.passage.text)) for hit in hits[:1]]
    spans = [span for span in spans if not _LEADS_AWAY.search(hits[span[0]].passage.text, *span[1:])]
    texts = [hits[place].passage.text[start:end] for place, start, end in spans]
    if not texts:
        return []
    scores = reader.scores(question, texts)
    best_score, best_hit = max(scores) or 1.0, hits[0].score or 1.0
    kinds = kinds_of(question)
    ranked = []
    for score, text, (place, start, end) in zip(scores, texts, spans, strict=True):
        worth = (
            score / best_score + _HIT_WEIGHT * hits[place].score / best_hit
            + _FORM_BONUS * any(has_form(kind, text) for kind in kinds)
            + _LENGTH_BONUS * min(len(text), _FULL_LENGTH) / _FULL_LENGTH
        )  # fmt: skip
        ranked.append(_Sentence(worth, place, start, end, text))
    ranked.sort(key=lambda s: (-s.worth, s.hit, s.start))
    picked: list[_Sentence] = []
    for s in ranked:
        if s.worth < _NEAR_BEST * ranked[0].worth or len(picked) == 2 * MAX_QUOTES:
            break
        if all(_common(s.text, other.text) < _SAME or _figures_differ(s, other) for other in picked):
            picked.append(s)
    return picked


def _grown(picked: Sequence[_Sentence], hits: Sequence[Hit]) -> list[_Sentence]:
    """The first few sentences, each with its neighbours; none twice, and not all of them from one passage."""
    grown: list[_Sentence] = []
    for s in picked:
        of_hit = [g for g in grown if g.hit == s.hit]
        if len(of_hit) == _PER_HIT or any(g.start <= s.start < g.end for g in of_hit):
            continue
        text = hits[s.hit].passage.text
        floor = max((g.end for g in of_hit if g.end <= s.start), default=0)
        ceiling = min((g.start for g in of_hit if s.end <= g.start), default=len(text))
        spans = [span for span in split_sentences(text) if floor <= span[0] and span[1] <= ceiling]
        start, end = _run(text, spans, next(i for i, span in enumerate(spans) if span[0] <= s.start < span[1]))
        grown.append(replace(s, start=start, end=end, text=text[start:end]))
        if len(grown) == MAX_QUOTES:
            break
    return grown


def _run(text: str, spans: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    """Offsets of spans[at] and its neighbours, the next before the previous, within _MAX_RUN and _MAX_QUOTE."""

    def fits(start: int, end: int) -> bool:
        inside = start >= 0 and end < len(spans) and spans[end][1] - spans[start][0] <= _MAX_QUOTE
        return inside and not _LEADS_AWAY.search(text, spans[start][0], spans[end][1])

    first = last = at
    while last - first + 1 < _MAX_RUN:
        if fits(first, last + 1):
            last += 1
        elif fits(first - 1, last):
            first -= 1
        else:
            break
    return spans[first][0], spans[last][1]


def _in_reading_order(picked: Sequence[_Sentence], hits: Sequence[Hit]) -> list[_Sentence]:
    """Posts by their best sentence, each post's sentences as they stand in it."""
    first: dict[str, int] = {}
    for i, s in enumerate(picked):
        first.setdefault(hits[s.hit].passage.post, i)

    def place(s: _Sentence) -> tuple[int, int, int]:
        passage = hits[s.hit].passage
        return first[passage.post], passage.start_line, s.start

    return sorted(picked, key=place)


def _differing(question: str, picked: Sequence[_Sentence], hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentences of different posts that give another figure for what the best one is about, newest first; or []."""
    best = picked[0]
    if not {"figure", "date"}.intersection(kinds_of(question)) or not any(figures(best.text)):
        return []
    others = [
        s
        for s in picked[1:]
        if s.worth >= _AS_GOOD * best.worth
        and hits[s.hit].passage.post != hits[best.hit].passage.post
        and _figures_differ(s, best)
        and _common(_no_figures(s.text), _no_figures(best.text)) >= _SAME_THING
    ]
    together = [best, *others][:MAX_QUOTES]
    return sorted(together, key=lambda s: hits[s.hit].passage.date, reverse=True) if others else []


def _figures_differ(a: _Sentence, b: _Sentence) -> bool:
    """Whether both hold a figure of one unit, and none of that unit in common."""
    ours, theirs = _by_unit(a.text), _by_unit(b.text)
    return any(ours[unit].isdisjoint(theirs[unit]) for unit in ours.keys() & theirs.keys())


def _by_unit(text: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for value, unit in figures(text):
        values.setdefault(unit, set()).add(value)
    return values


def _no_figures(text: str) -> str:
    return re.sub("[0-9０-９一二三四五六七八九十百千万億兆.,，．]", "", text)


def _common(a: str, b: str) -> float:
    """Share of the shorter text's character pairs that the other has too."""
    ours, theirs = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b))
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))
