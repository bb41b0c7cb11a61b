"""From hits to an answer in the posts' own words: picks the sentences that answer, quotes them, or says there are none.

Every quote is cut out of its passage by offsets, so it can't differ from it. Knows nothing about indexes or history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import Reader
from rag.answering.expected_form import has_unit, units_asked
from rag.answering.phrases import FRAMES, sources_line
from rag.answering.selection import MAX_QUOTES, Quote, best_sentences, common, figures_differ, with_neighbours
from rag.text.question import answering_spans, figures, kinds_of, language_of
from rag.types import Answer, Citation, Hit

#: No answer is given below this probability that one would be right.
ANSWER_FROM = 0.5

#: Two sentences speak of the same thing when they share this much outside their figures, and are worth nearly as much.
_SAME_THING, _AS_GOOD = 0.5, 0.8
#: What a question speaks of: its runs without hiragana, of which a sentence must have this share of character pairs.
_PHRASE, _SPOKEN_OF = re.compile(r"[^\u3041-\u3096\s、。？?！!「」（）()・]{2,}"), 0.75
_ASKING = re.compile("何[^\u3041-\u3096\\s、。？?]*|幾ら")
_OWN_NUMBERS = re.compile(r"[\[【［〔]\s*(\d+(?:\s*[,，、–-]\s*\d+)*)\s*[\]】］〕]")


def extract(question: str, hits: Sequence[Hit], reader: Reader, confidence: float, searched: str = "") -> Answer:
    """The 1-5 quotes that answer, verbatim: the best, with a neighbour, then the others in reading order.

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
    chosen = differing or _in_reading_order(with_neighbours(asked, picked, hits), hits)
    for n, s in enumerate(chosen, start=1):
        passage = hits[s.hit].passage
        citations.append(Citation(n, passage, s.text, s.start, s.end, _marks(asked, s.text, chosen)))
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


def _marks(question: str, quote: str, quotes: Sequence[Quote]) -> tuple[tuple[int, int], ...]:
    """Offsets of the figures, days or names that answer: of the unit asked for alone, where any of `quotes` has one."""
    spans = answering_spans(kinds_of(question), quote)
    units = units_asked(question)
    if not any(has_unit(units, other.text) for other in quotes):
        return spans
    return tuple(span for span in spans if has_unit(units, quote[slice(*span)]))


def _in_reading_order(picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """The best sentence, which answers; then posts by their best sentence, each post's others as they stand in it."""
    first: dict[str, int] = {}
    for i, s in enumerate(picked):
        first.setdefault(hits[s.hit].passage.post, i)

    def place(s: Quote) -> tuple[int, int, int]:
        passage = hits[s.hit].passage
        return first[passage.post], passage.start_line, s.start

    return [*picked[:1], *sorted(picked[1:], key=place)]


def _differing(question: str, picked: Sequence[Quote], hits: Sequence[Hit]) -> list[Quote]:
    """Sentences of different posts that give different figures for all that is asked about, newest first; or []."""
    if not {"figure", "date"}.intersection(kinds_of(question)):
        return []
    phrases = _PHRASE.findall(_ASKING.sub(" ", question))
    good = [
        s for s in picked
        if s.worth >= _AS_GOOD * picked[0].worth and all(common(p, s.text) >= _SPOKEN_OF for p in phrases)
    ]  # fmt: skip
    together = [
        s for s in good
        if s is good[0]
        or (figures_differ(s.text, good[0].text)
            and common(_no_figures(s.text), _no_figures(good[0].text)) >= _SAME_THING)
    ]  # fmt: skip
    if len({hits[s.hit].passage.post for s in together}) < 2:
        together = _one_figure_each(units_asked(question), good)
    by_post: dict[str, Quote] = {}
    for s in together:
        by_post.setdefault(hits[s.hit].passage.post, s)
    if len(by_post) < 2:
        return []
    return sorted(list(by_post.values())[:MAX_QUOTES], key=lambda s: hits[s.hit].passage.date, reverse=True)


def _one_figure_each(units: tuple[re.Pattern[str], ...], quotes: Sequence[Quote]) -> list[Quote]:
    """Those that have one figure of the unit asked for, the best for each figure."""
    found: dict[str, Quote] = {}
    for s in quotes:
        values = {value for value, unit in figures(s.text) if has_unit(units, value + unit)}
        if len(values) == 1:
            found.setdefault(values.pop(), s)
    return list(found.values())


def _no_figures(text: str) -> str:
    return re.sub("[0-9０-９一二三四五六七八九十百千万億兆.,，．]", "", text)
