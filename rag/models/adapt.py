"""Fits the built-in token table to the user's own posts, without labels. Knows token ids and vectors, no indexes.

A blog's own structure tells which texts belong together: a title and its passages, a heading and its passages, a few
words and the passage they were taken out of, two passages in a row. One step draws such pairs, pulls each together and
pushes the others of the batch away. Tokens that the posts do not hold stay where they are; the others go half-way
only, so that questions in other languages find their passages as before (bench/LOG.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import Floats, Passage, Progress

MIN_PASSAGES = 20  # 25 passages still gained (MRR .77 to .91 on encyclopaedia paragraphs); fewer were not measured
BATCH = 768  # pairs
PASSAGES_PER_STEP = 100  # a step for each so many passages
STEPS = (100, 600)  # least and most; 600 take a minute of one core
TEMPERATURE = 0.05
LEARNING_RATE = 0.01  # Adam, decaying linearly to 0
BETAS = (0.9, 0.99)
#: How far the table goes from the shipped to the fitted one. Half-way keeps nearly all of the gain for the means (blog
#: MRR .14 > .21; .22 all the way) and the token-level score, hence other languages, as shipped (cf. WiSE-FT).
MOVE = 0.5
MAX_TOKENS = 160  # of a passage
#: How often a pair is made of title, heading, span or neighbour and a passage. Spans teach the most and never run out.
SHARES = (0.25, 0.15, 0.5, 0.1)
SPAN = (4, 24)  # tokens of a span, least and most
REMOVED = 0.8  # share of spans that are taken out of their passage; the rest teach plain word match
WITH_CONTEXT = 0.5  # share of passages that a span looks for with title and heading before them, as they are indexed

Tokens = NDArray[np.int32]
_TITLE, _HEADING, _SPAN = range(3)


class TokenTable(Protocol):
    """A static model: a vector and a weight for each token."""

    table: Floats  # (V, dim)
    token_weights: Floats  # (V,)

    def token_ids(self, texts: Sequence[str]) -> list[Tokens]:
        """Token ids of each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Token ids of every passage and of its title and heading; `post` numbers the posts."""

    texts: list[Tokens]
    titles: list[Tokens]
    headings: list[Tokens]
    post: NDArray[np.int64]


def adapt(
    encoder: TokenTable,
    passages: Sequence[Passage],
    *,
    steps: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Floats, Floats]:
    """The table (V, dim) and token weights (V,) fitted to the passages; those of `encoder` when there are too few.

    The same passages, seed and number of steps (None: by the number of passages) give the same table.
    """
    if len(passages) < MIN_PASSAGES:
        return encoder.table.copy(), encoder.token_weights.copy()
    corpus = _read(encoder, passages)
    total = steps or min(STEPS[1], max(STEPS[0], len(passages) // PASSAGES_PER_STEP))
    table = encoder.table.copy()
    first, second = np.zeros_like(table), np.zeros_like(table)  # Adam's moments
    for step in range(total):
        left, right, apart = _pairs(corpus, np.random.default_rng((seed, step)))
        if len(left) > 1:
            rows, grad = _gradient(table, left, right, apart)
            rate = LEARNING_RATE * (1 - step / total)
            first[rows] = BETAS[0] * first[rows] + (1 - BETAS[0]) * grad
            second[rows] = BETAS[1] * second[rows] + (1 - BETAS[1]) * np.square(grad)
            scale = np.sqrt(1 - BETAS[1] ** (step + 1)) / (1 - BETAS[0] ** (step + 1))
            table[rows] -= np.float32(rate * scale) * first[rows] / (np.sqrt(second[rows]) + np.float32(1e-8))
        if progress:
            progress("adapt", step + 1, total)
    moved: Floats = encoder.table + np.float32(MOVE) * (table - encoder.table)
    return moved, encoder.token_weights.copy()


def _read(encoder: TokenTable, passages: Sequence[Passage]) -> _Corpus:
    texts = [ids[:MAX_TOKENS] for ids in encoder.token_ids([p.text for p in passages])]
    titles = encoder.token_ids([p.title for p in passages])
    headings = encoder.token_ids([p.heading for p in passages])
    numbers = {post: i for i, post in enumerate(dict.fromkeys(p.post for p in passages))}
    return _Corpus(texts, titles, headings, np.array([numbers[p.post] for p in passages]))


def _pairs(corpus: _Corpus, draw: np.random.Generator) -> tuple[list[Tokens], list[Tokens], NDArray[np.bool_]]:
    """A batch of pairs, and (B, B) True where left i and right j may be told apart."""
    size = min(BATCH, len(corpus.texts))
    chosen = draw.choice(len(corpus.texts), size, replace=False)
    kinds = draw.choice(len(SHARES), size, p=SHARES)
    made = [(i, kind, *_pair(corpus, int(i), int(kind), draw)) for i, kind in zip(chosen, kinds, strict=True)]
    made = [pair for pair in made if len(pair[2]) and len(pair[3])]
    post = corpus.post[np.array([i for i, *_ in made], np.int64)]
    span = np.array([kind == _SPAN for _, kind, *_ in made], bool)
    # A title fits every passage of its post; a span fits its own passage only.
    apart = (post[:, None] != post[None, :]) | (span[:, None] & span[None, :])
    return [pair[2] for pair in made], [pair[3] for pair in made], apart


def _pair(corpus: _Corpus, i: int, kind: int, draw: np.random.Generator) -> tuple[Tokens, Tokens]:
    """What belongs to passage i, and the passage; either may be empty."""
    text = corpus.texts[i]
    if kind == _TITLE:
        return corpus.titles[i], text
    if kind == _HEADING:
        return corpus.headings[i], text
    if kind == _SPAN:
        return _span(text, np.concatenate([corpus.titles[i], corpus.headings[i]]), draw)
    following = min(i + 1, len(corpus.texts) - 1)
    return text, corpus.texts[following] if corpus.post[following] == corpus.post[i] else corpus.titles[i]


def _span(text: Tokens, context: Tokens, draw: np.random.Generator) -> tuple[Tokens, Tokens]:
    """A run of the text's tokens, and the rest of the passage (or, now and then, all of it)."""
    size = int(draw.integers(SPAN[0], SPAN[1] + 1))
    start = int(draw.integers(max(1, len(text) - size + 1)))
    span = text[start : start + size]
    rest = np.concatenate([text[:start], text[start + size :]]) if draw.random() < REMOVED else text
    if draw.random() < WITH_CONTEXT:
        rest = np.concatenate([context, rest])
    return span, rest


def _gradient(
    table: Floats, left: list[Tokens], right: list[Tokens], apart: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Floats]:
    """Rows of the table that the batch uses, and the symmetric in-batch softmax loss's gradient by each."""
    rows, mean = _mean_matrix(left + right)
    means = mean @ table[rows]
    norms = np.linalg.norm(means, axis=1, keepdims=True) + np.float32(1e-12)
    unit = means / norms
    a, b = unit[: len(left)], unit[len(left) :]
    scores = a @ b.T / np.float32(TEMPERATURE)
    scores[~(apart | np.eye(len(left), dtype=bool))] = -1e4
    pull = (_softmax(scores, 1) + _softmax(scores, 0)) / 2
    pull[np.diag_indices(len(pull))] -= 1
    pull /= np.float32(len(pull) * TEMPERATURE)
    by_unit = np.concatenate([pull @ b, pull.T @ a])
    by_mean = (by_unit - unit * np.einsum("nd,nd->n", by_unit, unit)[:, None]) / norms
    return rows, mean.T @ by_mean


def _mean_matrix(texts: list[Tokens]) -> tuple[NDArray[np.int64], Any]:
    """The distinct tokens of the texts, and the sparse (texts, distinct tokens) matrix that takes their means."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    lengths = np.array([len(one) for one in texts])
    rows, where = np.unique(np.concatenate(texts), return_inverse=True)
    shares = np.repeat(1 / lengths, lengths).astype(np.float32)
    return rows.astype(np.int64), csr_matrix(
        (shares, where, np.concatenate([[0], np.cumsum(lengths)])), shape=(len(texts), len(rows))
    )


def _softmax(scores: Floats, axis: int) -> Floats:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    result: Floats = powers / powers.sum(axis=axis, keepdims=True)
    return result
