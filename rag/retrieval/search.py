"""From a question to ranked hits: candidates from three legs, scored by all of them, one story per near-repeat.

Plain functions over an opened index's parts; knows nothing about how they were built or stored.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rag.errors import InputError
from rag.models.embed import StaticEncoder
from rag.retrieval.dense import DenseIndex
from rag.retrieval.diversity import PER_POST, diversified
from rag.retrieval.late_interaction import LateIndex
from rag.retrieval.lexical import PIECES, LexicalIndex
from rag.storage.passage_store import PassageStore
from rag.text.question import asks_for_latest, expected
from rag.text.variants import Variants, spelled_out
from rag.text.words import Tokenizer
from rag.types import Encoder, Filters, Floats, Hit, Ids, Reranker, Variant

MAX_QUESTION = 2_000  # characters; a longer text is a document, not a question
#: Each of the three legs proposes this many passages of the whole corpus; all of them score the union.
CANDIDATES = 200
#: Passages, best first, that are read for what the question expects.
READ = 100
RERANKED = 50  # passages that a reranker reads: its cost grows with them
#: What the newest gain when the latest is asked for: the size of the steps between hits that fit about equally.
FRESH = 0.05
#: What each leg adds to the score where vectors are a transformer's: without any one of the three every one of five
#: blogs loses, while none of "soft", the post as a whole, the form of an answer and the static table gains on more than
#: three of them, or .01 on average (`bench/LOG.md`). The sum is 1, as of the scores.
DEEP_WEIGHTS = {"lexical": 0.2, "dense": 0.6, "best": 0.2}
#: The same where they are the static table's: `python -m training.fusion` on labelled questions.
WEIGHTS = {"lexical": 0.40, "dense": 0.11, "soft": 0.08, "best": 0.25, "post": 0.09, "form": 0.07}
#: What "soft" adds beside that for a question whose words the posts lack, as one in another language: the legs that
#: compare words can't reach this much of it then, so that the sum stays below 1 (`bench/LOG.md`).
FOREIGN = 0.3


@dataclass(frozen=True, slots=True)
class IndexParts:
    """What a search needs of an index. Row i is the same passage in all of them."""

    store: PassageStore
    dense: DenseIndex
    lexical: LexicalIndex
    late: LateIndex
    encoder: Encoder
    tokens: StaticEncoder  # whose token ids `late` holds; the same object as `encoder` for the built-in model
    words: Tokenizer
    variants: Variants
    posts: Ids  # (n,): the post of each row, counted from 0
    reranker: Reranker | None = None  # reorders the best


def search(
    parts: IndexParts,
    question: str,
    k: int,
    filters: Filters,
    per_post: int | None = PER_POST,
    weights: Mapping[str, float] | None = None,
) -> list[Hit]:
    """At most k hits, best first, without those that share nothing with the question.

    `weights` of the legs sum to 1, None for those of `weights_for`; a leg alone, {"dense": 1.0}, ranks the candidates
    of all three that see the whole corpus.
    Raises InputError for an empty or too long question, k < 1, or filters that name nothing in the index.
    """
    question = check_question(question)
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise InputError(f"k is {k!r}; give a whole number of passages from 1 up")
    k = min(k, len(parts.store))
    if k == 0:
        return []
    allowed = _allowed_rows(parts.store, filters) if filters else None
    weights = weights_for(parts) if weights is None else weights
    rows, legs, foreign = score_candidates(parts, question, max(CANDIDATES, 2 * k), allowed)
    if "lexical" in weights and "soft" in weights:
        weights = {**weights, "soft": weights["soft"] + FOREIGN * foreign}
    total = sum((w * legs[leg] for leg, w in weights.items() if leg in legs), start=np.zeros(len(rows), np.float32))
    order = np.lexsort((rows, -total))
    order = order[total[order] > 0]
    if len(weights) > 1:  # no leg alone
        order = _reordered(parts.store, question, rows, total, order, weights.get("form", 0.0))
    if parts.reranker:
        order = _reranked(parts.store, parts.reranker, question, rows, total, order)
    shown = {"dense": legs["dense"], "lexical": legs["lexical"], "late": legs["soft"]}
    ranked = (
        (int(rows[i]), float(total[i]), {name: float(scores[i]) for name, scores in shown.items()}) for i in order
    )
    return diversified(parts.store.get, ranked, k, per_post)


def weights_for(parts: IndexParts) -> Mapping[str, float]:
    """The weights of the legs for the vectors that an index has."""
    return WEIGHTS if parts.encoder is parts.tokens else DEEP_WEIGHTS


def _reordered(
    store: PassageStore, question: str, rows: Ids, total: Floats, order: Ids, weight: float
) -> Ids:  # fmt: skip
    """The best of `order` read: what has the form that is expected gains `weight` in `total`; where the latest is
    wanted, the newest day of those read gains FRESH, the oldest nothing.
    """
    forms, latest = expected(question), asks_for_latest(question)
    if not (forms or latest):
        return order
    passages = store.get(rows[order[:READ]].tolist())
    for i, passage in zip(order, passages, strict=False):
        total[i] += weight * sum(bool(form.search(passage.text)) for form in forms) / max(1, len(forms))
    if latest:
        days = sorted({passage.date for passage in passages})
        for i, passage in zip(order, passages, strict=False):
            total[i] += FRESH * days.index(passage.date) / max(1, len(days) - 1)
    return order[np.lexsort((rows[order], -total[order]))]


def _reranked(
    store: PassageStore, reranker: Reranker, question: str, rows: Ids, total: Floats, order: Ids
) -> Ids:  # fmt: skip
    """`order` with its first RERANKED as the reranker has them. They share out the scores they had in `total`, so that
    these mean the same with any reranker and without.
    """
    best = order[:RERANKED]
    texts = [f"{passage.context}\n{passage.text}" for passage in store.get(rows[best].tolist())]
    again = best[np.argsort(-reranker.scores(question, texts), kind="stable")]
    total[again] = total[best]
    return np.concatenate([again, order[RERANKED:]])


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


def score_candidates(
    parts: IndexParts, question: str, n: int, allowed: Ids | None
) -> tuple[Ids, dict[str, Floats], float]:  # fmt: skip
    """Candidate rows (sorted), their score in [0, 1] by each leg, and the share of the question's words, by rarity,
    that no passage has in any spelling.

    The legs that compare vectors see the question twice, as asked and with the other spellings of its names added; the
    latter proposes.
    """
    words = parts.lexical.held(parts.words.asked(question), parts.words.pieces)
    variants = parts.variants.of(words)
    compounds = [Variant((word,), tuple(pieces), PIECES) for word in words if (pieces := parts.words.pieces(word))]
    by_word, by_post = parts.lexical.scores(words, [*variants, *compounds], parts.posts)
    asked = spelled_out(question, variants)
    queries = parts.encoder.encode_queries(asked)
    tokens = parts.tokens.token_ids(asked)
    rows = np.union1d(parts.lexical.best(by_word, n, allowed)[0], parts.late.best(tokens[-1], n, allowed))
    rows = np.union1d(rows, parts.dense.top(queries[-1], n, allowed)[0])
    soft, best = parts.late.scores(tokens, rows)
    legs = {
        "lexical": by_word[rows],
        "post": by_post[parts.posts[rows]],
        "dense": np.max([_likeness(parts, query, rows) for query in queries], axis=0, initial=0.0).clip(max=1.0),
        "soft": soft.max(axis=0),
        "best": best.max(axis=0),
    }
    return rows, legs, parts.lexical.lacking(words, variants)


def _likeness(parts: IndexParts, query: Floats, rows: Ids) -> Floats:
    """Cosines; a transformer's above what any passage reaches, since e5 has .7 for two texts that share nothing."""
    cosines = parts.dense.similarity(query, rows)
    if parts.encoder is parts.tokens:
        return cosines
    usual = parts.dense.usual(query)
    above: Floats = (cosines - usual) / max(1 - usual, 1e-3)
    return above


def _allowed_rows(store: PassageStore, filters: Filters) -> Ids:
    """Sorted rows of the passages that pass. Raises InputError for a tag or category that no post has."""
    facets = store.facets()
    for kind, names in (
        ("tags", filters.tags),
        ("categories", filters.categories),
        ("authors", filters.authors),
    ):
        known = [name for name, _ in facets[kind]]
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3) or known[:3]
                raise InputError(f"no post has {name!r} among its {kind}; there is: {', '.join(near) or 'none at all'}")
    return store.rows_matching(filters)
