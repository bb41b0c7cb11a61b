"""Which sentences of the hits answer a question, and how much of what stands around the best of them is quoted.

Knows nothing about whether an answer is to be given, or how it is worded.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from rag.answering.evidence import Reader
from rag.answering.expected_form import has_unit, holds_several, is_item, units_asked, wants_several
from rag.text.question import figures, has_form, kinds_of
from rag.text.sentences import split_sentences
from rag.types import Hit

#: Quotes of an answer; fewer where a figure or a day is asked for and the best sentence has one.
MAX_QUOTES, MAX_WITH_FIGURE = 5, 3
_FROM_HITS = 8  # whose sentences are looked at: what answers is rarely further down
_CANDIDATES = 32  # sentences that are kept: a passage gives one quote, and those who compare figures want several
_MIN_SENTENCE = 12  # characters; shorter ones are headings and asides
#: What a sentence is worth: its own score; that of title, heading and sentence together, as few sentences name their
#: subject; its passage's score and its post's, over the best passage's; whether it has the form and the unit asked for.
_OWN, _IN_CONTEXT, _PASSAGE, _POST, _FORM, _UNIT = 2.4, 2.4, 4.8, 1.8, 0.6, 2.4
#: Of those worth most so far, also: the share of the question's words, by rarity, that it or its title or heading has;
#: and, as log(1 + rarity), what it says that is in neither. All fitted by softmax on the sentences that answer in four
#: sets of questions, half of one left out.
_READ = 32
_WORDS_MET, _NEWS = 4.2, 1.1
_OF_POST = 3  # best passages of a post that tell how well it fits
_WITHIN = 3.5  # a further sentence is quoted when it is worth at most so much less than the best
_SAME = 0.6  # share of common character pairs from which two sentences say the same
_AGAIN = 1.5  # what a sentence of a passage that is quoted already is worth less: elsewhere there may be more to say
#: The best sentence is quoted with a neighbour, up to this long, the others alone: as many answers are right as with a
#: neighbour for each, and they are a seventh shorter. A list goes on to its last item, within reason.
_LEAD, _OTHERS, _MAX_QUOTE = 2, 1, 240
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
    picked: list[tuple[Quote, frozenset[str]]] = []
    for s in ranked:
        if s.worth < ranked[0].worth - _WITHIN or len(picked) == _CANDIDATES:
            break
        pairs = _pairs(s.text)
        same = (other for other, theirs in picked if _shared(pairs, theirs) >= _SAME)
        if all(figures_differ(s.text, other.text) for other in same):
            picked.append((s, pairs))
    return [s for s, _ in picked]


def _ranked(question: str, hits: Sequence[Hit], reader: Reader) -> list[Quote]:
    """The sentences that may be quoted, best first: all by their scores, then those worth most by their words too."""
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
    own, in_context = reader.scores(question, texts, [hits[place].passage.context for place, _, _ in spans])
    kinds, units, several = kinds_of(question), units_asked(question), wants_several(question)
    from_hit = [_PASSAGE * passage + _POST * post for passage, post in _standing(hits)]
    scored = []
    for i, (text, (place, start, end)) in enumerate(zip(texts, spans, strict=True)):
        fits = any(has_form(kind, text) for kind in kinds) or (several and holds_several(text))
        worth = (
            _OWN * own[i] + _IN_CONTEXT * in_context[i] + from_hit[place]
            + _FORM * fits + _UNIT * has_unit(units, text)
        )  # fmt: skip
        scored.append(Quote(worth, place, start, end, text))
    scored.sort(key=lambda s: (-s.worth, s.hit, s.start))
    read = _by_words(question, scored[:_READ], hits, reader)
    return sorted(read, key=lambda s: (-s.worth, s.hit, s.start))


def _by_words(question: str, quotes: Sequence[Quote], hits: Sequence[Hit], reader: Reader) -> list[Quote]:
    """The quotes, worth more by the words of the question that they meet in context and by what they say beside."""
    asked = frozenset(reader.asked(question))
    variants = reader.variants(list(asked))
    above = {place: frozenset(reader.words(hits[place].passage.context)) for place in {q.hit for q in quotes}}
    said = [frozenset(reader.words(q.text)) for q in quotes]
    words = list(asked.union(*said))
    rarity = dict(zip(words, (reader.rarity(words) / reader.rarest).tolist(), strict=True)) if words else {}
    whole = sum(rarity[word] for word in asked) or 1.0
    read = []
    for quote, own in zip(quotes, said, strict=True):
        there = own | above[quote.hit]
        met = {word for v in variants if there.issuperset(v.other) for word in v.words} | (asked & there)
        share = sum(rarity[word] for word in met & asked) / whole
        news = math.log1p(sum(rarity[word] for word in own - asked - above[quote.hit]))
        read.append(replace(quote, worth=quote.worth + _WORDS_MET * share + _NEWS * news))
    return read


def _standing(hits: Sequence[Hit]) -> list[tuple[float, float]]:
    """For each hit its own score and that of its post, both over the best hit's."""
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    of_post: dict[str, list[float]] = defaultdict(list)
    for hit in hits:
        of_post[hit.passage.post].append(hit.score / best)
    post = {path: sum(sorted(scores)[-_OF_POST:]) / _OF_POST for path, scores in of_post.items()}
    return [(hit.score / best, post[hit.passage.post]) for hit in hits]


def with_neighbours(question: str, picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """The first few sentences, the best with a neighbour; none twice, and not all of them from one passage."""
    several = wants_several(question)
    forms = [kind for kind in kinds_of(question) if kind in ("figure", "date")]
    told = bool(picked) and not several and any(has_form(kind, picked[0].text) for kind in forms)
    left, grown = list(picked), list[Quote]()
    while left and len(grown) < (MAX_WITH_FIGURE if told else MAX_QUOTES):
        taken = Counter(g.hit for g in grown)
        s = max(left, key=lambda q: q.worth - _AGAIN * taken[q.hit])  # the first of those worth the same
        left.remove(s)
        text = hits[s.hit].passage.text
        spans = split_sentences(text)
        at = next((i for i, span in enumerate(spans) if span[0] <= s.start < span[1]), None)
        if at is not None:
            of_hit = [g for g in grown if g.hit == s.hit]
            free = [not any(g.start <= span[0] < g.end for g in of_hit) for span in spans]
            good = {other.start for other in picked if other.hit == s.hit}
            start, end = _run(text, spans, at, _OTHERS if grown else _LEAD, several, good, free)
            s = replace(s, start=start, end=end, text=text[start:end])
        grown.append(s)
        left = [q for q in left if q.hit != s.hit or not s.start <= q.start < s.end]
    return grown


def _run(
    text: str, spans: Sequence[tuple[int, int]], at: int, run: int, several: bool, good: Set[int], free: Sequence[bool]
) -> tuple[int, int]:
    """Offsets of spans[at] and its neighbours, `run` sentences: the next, unless only the previous starts at one of
    `good`; of a list, where several things are asked for, the line that leads in and its items. None but `free` ones.
    """
    most, longest = (_MAX_ITEMS, _MAX_LIST) if several else (run, _MAX_QUOTE)

    def fits(start: int, end: int) -> bool:
        inside = start >= 0 and end < len(spans) and spans[end][1] - spans[start][0] <= longest
        return inside and all(free[start : end + 1]) and not _LEADS_AWAY.search(text, spans[start][0], spans[end][1])

    first = last = at
    if (
        run > 1
        and 0 < at < len(spans) - 1
        and spans[at - 1][0] in good
        and spans[at + 1][0] not in good
        and fits(at - 1, at)
    ):
        first = at - 1
    while last - first + 1 < most:
        listed = last - first + 1 >= run  # from there only along a list
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
    return _shared(_pairs(a), _pairs(b))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(map(str.__add__, text, text[1:]))


def _shared(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, min(len(a), len(b)))
