"""From a question to ranked hits: candidates from two legs, scored by three, one story per near-repeat.

Plain functions over an opened index's parts; knows nothing about how they were built or stored.
"""

from __future__ import annotations

import calendar
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.dense import DenseIndex
from rag.embed import StaticEncoder
from rag.errors import InputError
from rag.late import LateIndex
from rag.lexical import LexicalIndex, Tokenizer
from rag.store import PassageStore
from rag.types import Encoder, Filters, Floats, Hit, Ids, Passage
from rag.variants import Variants

MAX_QUESTION = 2_000  # characters; a longer text is a document, not a question
#: Each of the two legs that see the whole corpus proposes this many passages; the third reranks their union.
CANDIDATES = 200
PER_POST = 2  # passages of one post in a result, unless asked for more
#: Two hits of which this share of 8-character shingles is common tell one story; the better one stays.
SAME_STORY = 0.7
#: What each leg adds to the score, fitted on labelled questions (`bench/LOG.md`). Their sum is 1, as of the scores.
WEIGHTS = {"lexical": 0.50, "dense": 0.10, "soft": 0.10, "best": 0.30}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a search needs of an index. Row i is the same passage in all of them."""

    store: PassageStore
    dense: DenseIndex
    lexical: LexicalIndex
    late: LateIndex
    encoder: Encoder
    tokens: StaticEncoder  # whose token ids `late` holds; the same object as `encoder` for the built-in model
    words: Tokenizer
    variants: Variants


def search(
    parts: Parts,
    question: str,
    k: int,
    filters: Filters,
    per_post: int | None = PER_POST,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Hit]:
    """At most k hits, best first, without those that share nothing with the question.

    `weights` of the legs sum to 1; a leg alone, {"dense": 1.0}, ranks the candidates of both that see the whole corpus.
    Raises InputError for an empty or too long question, k < 1, or filters that name nothing in the index.
    """
    question = check_question(question)
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise InputError(f"k is {k!r}; give a whole number of passages from 1 up")
    k = min(k, len(parts.store))
    if k == 0:
        return []
    allowed = _allowed_rows(parts.store, filters) if filters else None
    rows, legs = _score(parts, question, max(CANDIDATES, 2 * k), allowed)
    total = np.sum([weight * legs[leg] for leg, weight in weights.items()], axis=0)
    order = np.lexsort((rows, -total))
    ranked = [
        (int(rows[i]), float(total[i]), {
            "dense": float(legs["dense"][i]), "lexical": float(legs["lexical"][i]), "late": float(legs["soft"][i]),
        })
        for i in order if total[i] > 0
    ]  # fmt: skip
    return _distinct(parts.store, ranked, k, per_post)


def check_question(question: str) -> str:
    """The question without outer white space. Raises InputError when nothing can be searched for."""
    if not isinstance(question, str):
        raise InputError(f"the question is a {type(question).__name__}; give a text")
    if len(question) > MAX_QUESTION:
        raise InputError(
            f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} are allowed, shorten it"
        )
    question = question.strip()
    if not any(map(str.isalnum, question)):
        raise InputError("the question is empty; write what you want to know")
    return question


def _score(parts: Parts, question: str, n: int, allowed: Ids | None) -> tuple[Ids, dict[str, Floats]]:
    """Candidate rows (sorted) and their score in [0, 1] by each leg.

    The legs that compare vectors see the question twice, as asked and with the other spellings of its names added.
    """
    words = parts.words.words(question)
    variants = parts.variants.of(words)
    by_word = parts.lexical.scores(words, variants)
    asked = [question]
    if variants:
        asked.append(" ".join([question, *dict.fromkeys(w for v in variants for w in v.other)]))
    queries = parts.encoder.encode_queries(asked)
    tokens = parts.tokens.token_ids(asked)
    rows, _ = parts.lexical.best(by_word, n, allowed)
    for query in queries:
        rows = np.union1d(rows, parts.dense.top(query, n, allowed)[0])
    late = [parts.late.scores(ids, rows) for ids in tokens]
    return rows, {
        "lexical": by_word[rows],
        "dense": np.max([parts.dense.similarity(query, rows) for query in queries], axis=0, initial=0.0).clip(max=1.0),
        "soft": np.max([soft for soft, _ in late], axis=0),
        "best": np.max([best for _, best in late], axis=0),
    }


def _distinct(
    store: PassageStore, ranked: Sequence[tuple[int, float, dict[str, float]]], k: int, per_post: int | None
) -> list[Hit]:
    """The first k that neither repeat a better one nor exceed what one post may give."""
    hits: list[Hit] = []
    shingles: list[frozenset[str]] = []
    from_post: Counter[str] = Counter()
    batch = max(50, 2 * k)
    for at in range(0, len(ranked), batch):
        passages = store.get([row for row, _, _ in ranked[at : at + batch]])
        for (_, score, legs), passage in zip(ranked[at : at + batch], passages, strict=True):
            if per_post is not None and from_post[passage.post] >= per_post:
                continue
            own = _shingles(passage)
            if len(hits) < 100 and any(_overlap(own, other) > SAME_STORY for other in shingles):
                continue
            from_post[passage.post] += 1
            shingles.append(own)
            hits.append(Hit(passage, min(1.0, score), legs))
            if len(hits) == k:
                return hits
    return hits


def _shingles(passage: Passage) -> frozenset[str]:
    text = "".join(unicodedata.normalize("NFKC", passage.text).lower().split())  # all white space out
    return frozenset(text[i : i + 8] for i in range(max(1, len(text) - 7)))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, min(len(a), len(b)))


# --- filters ----------------------------------------------------------------------------------------------------


def make_filters(
    since: str | None = None, until: str | None = None,
    tags: Iterable[str] | None = None, categories: Iterable[str] | None = None,
) -> Filters:  # fmt: skip
    """Filters from what a user writes: days, months or years ("2025-09-01", "2025-09", "2025"); names as they are.

    Raises InputError for anything else, or a period that ends before it starts.
    """
    first = _day(since, "since", last=False) if since else None
    last = _day(until, "until", last=True) if until else None
    if first and last and first > last:
        raise InputError(f"since {since} is after until {until}; swap them")
    for name, value in (("tags", tags), ("categories", categories)):
        if isinstance(value, str):
            raise InputError(f"{name} is the text {value!r}; give a list of names")
    return Filters(first, last, tuple(tags or ()), tuple(categories or ()))


def _day(text: str, name: str, *, last: bool) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?", text.strip()) if isinstance(text, str) else None
    if found:
        year, month, day = (int(g) if g else None for g in found.groups())
        month = month or (12 if last else 1)
        if year and 1 <= month <= 12:
            end = calendar.monthrange(year, month)[1]
            day = day or (end if last else 1)
            if day <= end:
                return f"{year:04}-{month:02}-{day:02}"
    raise InputError(f"{name} is {text!r}; give a day that exists as YYYY-MM-DD (or YYYY-MM, or YYYY)")


def _allowed_rows(store: PassageStore, filters: Filters) -> Ids:
    facets = store.facets()
    for kind, names in (("tags", filters.tags), ("categories", filters.categories)):
        known = [name for name, _ in facets[kind]]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3) or known[:3]
                raise InputError(f"no post has {name!r} among its {kind}; there is: {', '.join(near) or 'none at all'}")
    return store.rows_matching(filters)
