"""Which sentences of the hits answer a question, and how much of what stands around them is quoted with each.

Knows nothing about whether an answer is to be given, or how it is worded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.asked import has_unit, holds_several, is_item, units_asked, wants_several
from rag.evidence import Reader
from rag.question import figures, has_form, kinds_of
from rag.sentences import split_sentences
from rag.types import Hit

MAX_QUOTES = 4
_CANDIDATES = 2 * MAX_QUOTES  # sentences that are kept, for those who compare them
_MIN_SENTENCE = 12  # characters; shorter ones are headings and asides
#: What a sentence is worth: its own score; that of title, heading and sentence together, as few sentences name their
#: subject; its passage's score and its post's, over the best passage's; whether it has the form and the unit asked for;
#: its length. Fitted by softmax on the sentences that answer in four sets of questions (`bench/results/answers.md`).
_OWN, _IN_CONTEXT, _PASSAGE, _POST, _FORM, _UNIT, _LENGTH = 3.2, 4.6, 6.4, 3.2, 1.1, 2.0, 1.7
_OF_POST = 3  # best passages of a post that tell how well it fits
_FULL_LENGTH = 120  # characters from which a sentence is taken to say something on its own
_LEAST = 0.5  # a further sentence is quoted when it is worth at least this share of the best
_SAME = 0.6  # share of common character pairs from which two sentences say the same
_PER_HIT = 1  # quotes of one passage: four places tell more than one place at length
#: A quote takes in a neighbour of its sentence up to this long; a list goes on to its last item, within reason.
_MAX_RUN, _MAX_QUOTE = 2, 240
_MAX_ITEMS, _MAX_LIST = 8, 400

#: Never quoted: an address leads the reader away from the posts, a chat marker is meant for a model, not a reader.
_LEADS_AWAY = re.compile(r"(?:https?|javascript|data):|www\.|<\||\|>|\[/?INST|<</?SYS", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a hit's text."""

    worth: float
    hit: int  # place among the hits
    start: int
    end: int
    text: str


def best_sentences(question: str, hits: Sequence[Hit], reader: Reader) -> list[Quote]:
    """Sentences worth quoting, best first, none saying what a better one says unless its figures differ."""
    ranked = _ranked(question, hits, reader)
    picked: list[Quote] = []
    for s in ranked:
        if s.worth < _LEAST * ranked[0].worth or len(picked) == _CANDIDATES:
            break
        if all(common(s.text, other.text) < _SAME or figures_differ(s.text, other.text) for other in picked):
            picked.append(s)
    return picked


def _ranked(question: str, hits: Sequence[Hit], reader: Reader) -> list[Quote]:
    """Every sentence that may be quoted, best first."""
    spans = [
        (place, start, end)
        for place, hit in enumerate(hits)
        for start, end in split_sentences(hit.passage.text)
        if end - start >= _MIN_SENTENCE
    ] or [(0, 0, len(hit.passage.text)) for hit in hits[:1]]
    spans = [span for span in spans if not _LEADS_AWAY.search(hits[span[0]].passage.text, *span[1:])]
    texts = [hits[place].passage.text[start:end] for place, start, end in spans]
    if not texts:
        return []
    in_context = [f"{hits[place].passage.context}\n{text}" for (place, _, _), text in zip(spans, texts, strict=True)]
    scores = reader.scores(question, texts + in_context)
    kinds, units, several = kinds_of(question), units_asked(question), wants_several(question)
    from_hit = [_PASSAGE * passage + _POST * post for passage, post in _standing(hits)]
    ranked = []
    for i, (text, (place, start, end)) in enumerate(zip(texts, spans, strict=True)):
        fits = any(has_form(kind, text) for kind in kinds) or (several and holds_several(text))
        worth = (
            _OWN * scores[i] + _IN_CONTEXT * scores[len(texts) + i] + from_hit[place]
            + _FORM * fits + _UNIT * has_unit(units, text) + _LENGTH * min(len(text), _FULL_LENGTH) / _FULL_LENGTH
        )  # fmt: skip
        ranked.append(Quote(worth, place, start, end, text))
    return sorted(ranked, key=lambda s: (-s.worth, s.hit, s.start))


def _standing(hits: Sequence[Hit]) -> list[tuple[float, float]]:
    """For each hit its own score and that of its post, both over the best hit's."""
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    of_post: dict[str, list[float]] = defaultdict(list)
    for hit in hits:
        of_post[hit.passage.post].append(hit.score / best)
    post = {path: sum(sorted(scores)[-_OF_POST:]) / _OF_POST for path, scores in of_post.items()}
    return [(hit.score / best, post[hit.passage.post]) for hit in hits]


def with_neighbours(question: str, picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """The first few sentences, each with what belongs to it; none twice, and not all of them from one passage."""
    several = wants_several(question)
    grown: list[Quote] = []
    for s in picked:
        of_hit = [g for g in grown if g.hit == s.hit]
        if len(of_hit) == _PER_HIT or any(g.start <= s.start < g.end for g in of_hit):
            continue
        text = hits[s.hit].passage.text
        spans = split_sentences(text)
        at = next((i for i, span in enumerate(spans) if span[0] <= s.start < span[1]), None)
        if at is not None:
            start, end = _run(text, spans, at, several)
            s = replace(s, start=start, end=end, text=text[start:end])
        grown.append(s)
        if len(grown) == MAX_QUOTES:
            break
    return grown


def _run(text: str, spans: Sequence[tuple[int, int]], at: int, several: bool) -> tuple[int, int]:
    """Offsets of spans[at] and its neighbour, the next before the previous; of a list, where several things are asked
    for, the line that leads in and its items.
    """
    most, longest = (_MAX_ITEMS, _MAX_LIST) if several else (_MAX_RUN, _MAX_QUOTE)

    def fits(start: int, end: int) -> bool:
        inside = start >= 0 and end < len(spans) and spans[end][1] - spans[start][0] <= longest
        return inside and not _LEADS_AWAY.search(text, spans[start][0], spans[end][1])

    first = last = at
    while last - first + 1 < most:
        listed = last - first + 1 >= _MAX_RUN  # beyond two sentences only along a list
        if fits(first, last + 1) and (not listed or is_item(text[slice(*spans[last + 1])])):
            last += 1
        elif fits(first - 1, last) and (not listed or is_item(text[slice(*spans[first])])):
            first -= 1
        else:
            break
    return spans[first][0], spans[last][1]


def figures_differ(a: str, b: str) -> bool:
    """Whether both hold a figure of one unit, and none of that unit in common."""
    ours, theirs = _by_unit(a), _by_unit(b)
    return any(ours[unit].isdisjoint(theirs[unit]) for unit in ours.keys() & theirs.keys())


def _by_unit(text: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for value, unit in figures(text):
        values.setdefault(unit, set()).add(value)
    return values


def common(a: str, b: str) -> float:
    """Share of the shorter text's character pairs that the other has too."""
    ours, theirs = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b))
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))
