"""The JSON of passages and answers: one shape for the command line, HTTP and the page. Knows nothing about any of them.

The order of keys is part of the contract; nothing here loses or adds text.
"""

from __future__ import annotations

from typing import TypedDict

from rag.text.unicode import repair
from rag.types import Answer, Citation, Filters, Hit, Passage

LEGS = ("dense", "lexical", "late")
DECIMALS = 6  # of every score: short to read, and no two hits tie by rounding


class CopyJSON(TypedDict):
    """Another post that holds nearly the same passage."""

    post: str
    url: str
    date: str


class ScoresJSON(TypedDict):
    """What each leg of the search says, in [0, 1]; None for a leg that did not run."""

    dense: float | None
    lexical: float | None
    late: float | None


class PassageRecord(TypedDict):
    """A passage as it is stored, without a question."""

    id: str
    text: str
    title: str
    heading: str
    post: str
    url: str
    date: str
    tags: list[str]
    categories: list[str]
    start_line: int
    end_line: int
    also_in: list[CopyJSON]
    lang: str
    authors: list[str]
    translators: list[str]


class _Ranked(TypedDict):
    rank: int
    score: float


class PassageJSON(_Ranked, PassageRecord):
    """A passage found for a question; `rank` counts from 1, `score` is in [0, 1]."""

    scores: ScoresJSON


class CitationJSON(TypedDict):
    """Number n of an answer: `passage["text"][start:end] == quote`."""

    n: int
    quote: str
    start: int
    end: int
    passage: PassageJSON


class LimitsJSON(TypedDict):
    """What the question itself limited the search to ("last month's posts"); nulls and empty lists for no limit."""

    since: str | None
    until: str | None
    tags: list[str]
    categories: list[str]
    authors: list[str]


class AnswerJSON(TypedDict):
    """An answer; without one, `citations` is empty and `passages` are the nearest, best first."""

    answered: bool
    confidence: float
    text: str
    citations: list[CitationJSON]
    passages: list[PassageJSON]
    searched: str  # the question as it was searched for, completed from the turns before
    limits: LimitsJSON
    note: str  # one line for the reader, e.g. why a generator was not used; "" for none
    model: str  # the generator whose words `text` holds; "" where it holds the posts' own


def passage_record(passage: Passage) -> PassageRecord:
    """Everything the index knows of a passage."""
    return {
        "id": passage.id,
        "text": passage.text,
        "title": passage.title,
        "heading": passage.heading,
        "post": passage.post,
        "url": passage.url,
        "date": passage.date,
        "tags": list(passage.tags),
        "categories": list(passage.categories),
        "start_line": passage.start_line,
        "end_line": passage.end_line,
        "also_in": [{"post": copy.post, "url": copy.url, "date": copy.date} for copy in passage.also_in],
        "lang": passage.lang,
        "authors": list(passage.authors),
        "translators": list(passage.translators),
    }


def passage_json(rank: int, hit: Hit) -> PassageJSON:
    """A hit, `rank` counted from 1."""
    dense, lexical, late = (round(hit.scores[leg], DECIMALS) if leg in hit.scores else None for leg in LEGS)
    return {
        "rank": rank,
        "score": round(hit.score, DECIMALS),
        **passage_record(hit.passage),
        "scores": {"dense": dense, "lexical": lexical, "late": late},
    }


def answer_json(answer: Answer) -> AnswerJSON:
    """An answer with its citations by number and all the passages that were read, best first."""
    return {
        "answered": answer.answered,
        "confidence": round(answer.confidence, DECIMALS),
        "text": answer.text,
        "citations": [_citation_json(answer, citation) for citation in answer.citations],
        "passages": [passage_json(rank, hit) for rank, hit in enumerate(answer.hits, start=1)],
        "searched": repair(answer.searched or answer.question),
        "limits": _limits_json(answer.limits),
        "note": answer.note,
        "model": answer.model,
    }


def _limits_json(limits: Filters) -> LimitsJSON:
    return {
        "since": limits.since,
        "until": limits.until,
        "tags": list(limits.tags),
        "categories": list(limits.categories),
        "authors": list(limits.authors),
    }


def _citation_json(answer: Answer, citation: Citation) -> CitationJSON:
    """The cited passage keeps its rank and scores; one that is not among the hits gets rank 0 and no scores."""
    ranks = {hit.passage.id: (rank, hit) for rank, hit in enumerate(answer.hits, start=1)}
    rank, hit = ranks.get(citation.passage.id, (0, Hit(citation.passage, 0.0)))
    return {
        "n": citation.n,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "passage": passage_json(rank, hit),
    }
